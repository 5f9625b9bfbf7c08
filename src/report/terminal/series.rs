//! The metrics of a series made elsewhere, for reading.

use super::Style;
use super::grid::{Column, draw};
use super::header::filled;
use crate::domain::Metric;
use crate::metrics::Measure;
use crate::report::SeriesReport;
use crate::report::numbers::{ends, measured, ratio};
use crate::report::wording::plural;

/// What was measured, and a table of its metrics with the reasons of what is missing.
pub fn series(report: &SeriesReport, style: Style) -> String {
    let mut head = vec![
        format!("{} of {}", report.column, report.file),
        plural(report.returns, "return"),
        format!("{} per year", report.periods_per_year),
    ];
    if let (Some(start), Some(end)) = (&report.start, &report.end) {
        let (from, to) = ends(start, end);
        head.insert(1, format!("{from} to {to}"));
    }
    if report.risk_free_rate != 0.0 {
        head.push(format!("risk-free rate {} %", ratio(report.risk_free_rate * 100.0)));
    }
    if let Some((file, column)) = &report.benchmark {
        head.push(format!("against {column} of {file}"));
    }
    if report.profile != "tiltyard" {
        head.push(format!("profile {}", report.profile));
    }
    let shown =
        || report.metrics.iter().filter(|(metric, _)| report.benchmark.is_some() || !metric.is_relative());
    let value = |(metric, value): &(Metric, Measure)| {
        value.map_or_else(|_| style.none().to_owned(), |value| measured(*metric, value))
    };
    let note = |(metric, value): &(Metric, Measure)| {
        value.map_or_else(|reason| reason.to_string(), |_| metric.unit().sign().to_owned())
    };
    let columns = vec![
        Column::words("metric", 0, shown().map(|(metric, _)| metric.info().title.to_owned())),
        Column::numbers("value", 0, shown().map(value)),
        Column::words("", 0, shown().map(note)),
    ];
    filled(&head, style.separator(), style) + "\n" + &draw(columns, style).text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::series::tests::report;

    #[test]
    fn values_have_their_unit_and_gaps_their_reason() {
        let expected = "\
returns of fund.csv | 2024-01-02 to 2024-02-12 | 30 returns | 252 per year | risk-free rate 2.00 %

metric        value
--------------------------------------------------
total return  +7.93  %
Sharpe         4.18
Sortino           -  no return below the threshold
max drawdown  -2.40  %
";
        assert_eq!(series(&report(), Style::PLAIN), expected);
    }
}
