//! How an agent fared over time: returns by month, the worst drawdowns.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::Timestamp;
use crate::report::numbers::{close_time, ratio};
use crate::report::table::{Cell, Head, NONE, Table};
use crate::store::{AgentRecord, DatedDrawdownRecord, WindowRecord};

/// Drawdowns that are shown.
const WORST: usize = 5;
/// From this return of a month on its colour is the strongest, percent.
const STRONGEST: f64 = 20.0;

/// A year of the heat map: twelve months, and the whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(in crate::report) struct Year {
    pub year: String,
    pub months: Vec<Month>,
    pub total: Month,
}

/// A cell of the heat map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(in crate::report) struct Month {
    pub text: String,
    pub tone: &'static str,
    pub heat: f64,
}

/// Months of all windows. Where several windows touch a month their returns are compounded if the windows lie
/// `apart`; if they overlap the month would count twice, so the mean is taken.
pub(super) fn years(record: &AgentRecord, apart: bool) -> Vec<Year> {
    let mut parts: BTreeMap<(String, usize), Vec<Option<f64>>> = BTreeMap::new();
    for month in record.windows.iter().flat_map(|job| &job.course.months) {
        let Some((year, number)) = month.month.split_once('-') else { continue };
        let Ok(number) = number.parse::<usize>() else { continue };
        parts
            .entry((year.to_owned(), number))
            .or_default()
            .push(month.return_pct.map(|pct| 1.0 + pct / 100.0));
    }
    let whole = |parts: Vec<Option<f64>>| {
        let known: Vec<f64> = parts.into_iter().collect::<Option<_>>()?;
        #[expect(clippy::cast_precision_loss, reason = "a count of windows")]
        let mean = || known.iter().sum::<f64>() / known.len() as f64;
        Some(if apart { known.iter().product() } else { mean() })
    };
    let growth: BTreeMap<(String, usize), Option<f64>> =
        parts.into_iter().map(|(month, parts)| (month, whole(parts))).collect();
    let mut names: Vec<String> = growth.keys().map(|(year, _)| year.clone()).collect();
    names.dedup();
    let year = |year: String| {
        let of = |number: usize| growth.get(&(year.clone(), number)).copied();
        let whole = (1..=12).filter_map(of).try_fold(1.0, |product, month| Some(product * month?));
        let months = (1..=12).map(|number| of(number).map_or_else(Month::none, |g| Month::of(g, STRONGEST)));
        Year { months: months.collect(), total: Month::of(whole, STRONGEST * 3.0), year: year.clone() }
    };
    names.into_iter().map(year).collect()
}

impl Month {
    fn none() -> Self {
        Self { text: String::new(), tone: "none", heat: 0.0 }
    }

    fn of(growth: Option<f64>, strongest: f64) -> Self {
        let Some(growth) = growth else { return Self { text: NONE.to_owned(), ..Self::none() } };
        let pct = (growth - 1.0) * 100.0;
        let text = format!("{pct:.1}");
        let nothing = text.chars().all(|c| "-0.".contains(c));
        let tone = if nothing {
            ""
        } else if pct > 0.0 {
            "good"
        } else {
            "bad"
        };
        let text = if nothing { "0.0".to_owned() } else { text };
        Self { text, tone, heat: ((pct.abs() / strongest).min(1.0) * 100.0).round() / 100.0 }
    }
}

/// The deepest drawdowns of all windows.
pub(super) fn worst(record: &AgentRecord, windows: &[WindowRecord]) -> Table {
    let several = record.windows.len() > 1;
    let mut all: Vec<(u32, &DatedDrawdownRecord)> = record
        .windows
        .iter()
        .flat_map(|job| job.course.drawdowns.iter().map(|fall| (job.window, fall)))
        .collect();
    all.sort_by(|a, b| a.1.depth_pct.total_cmp(&b.1.depth_pct));
    let mut columns = vec![
        Head::numbers("depth %"),
        Head::words("peak"),
        Head::words("trough"),
        Head::words("recovered"),
        Head::numbers("days"),
    ];
    if several {
        columns.insert(0, Head::numbers("window"));
    }
    // The day suffices here, and five columns then stand beside the statistics.
    let start = |window: u32| {
        let window = windows.iter().find(|one| one.index == window);
        window.and_then(|window| window.start.parse().ok())
    };
    let day = |window: u32, at: Timestamp| close_time(at, start(window), true);
    let row = |(window, fall): (u32, &DatedDrawdownRecord)| {
        let mut cells = vec![
            Cell::number(Some(fall.depth_pct), ratio),
            Cell::words(day(window, fall.peak_at)),
            Cell::words(day(window, fall.trough_at)),
            Cell::words(fall.recovered_at.map_or_else(|| "not yet".to_owned(), |at| day(window, at))),
            Cell::number(Some(fall.days), |days| format!("{days:.0}")),
        ];
        if several {
            cells.insert(0, Cell::words(window.to_string()));
        }
        cells
    };
    Table { columns, rows: all.into_iter().take(WORST).map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn months_lie_in_their_years_and_windows_compound() {
        let mut record = fixture::stored().agents[0].clone();
        let first = years(&record, true);
        assert_eq!((first[0].year.as_str(), first[0].months[0].text.as_str()), ("2024", "1.5"));
        assert_eq!((first[0].months[1].tone, first[0].total.text.as_str()), ("none", "1.5"));
        let mut second = record.windows[0].clone();
        second.course.months[0].return_pct = Some(-50.1);
        record.windows.push(second);
        let both = years(&record, true);
        assert_eq!((both[0].months[0].text.as_str(), both[0].months[0].tone), ("-49.4", "bad"));
        assert_eq!(both[0].months[0].heat, 1.0);
        assert_eq!(
            years(&record, false)[0].months[0].text,
            "-24.3",
            "a month that windows share is their mean: (1.5 - 50.1) / 2"
        );
    }

    #[test]
    fn the_worst_drawdown_comes_first() {
        let mut record = fixture::stored().agents[0].clone();
        let mut deeper = record.windows[0].clone();
        deeper.window = 1;
        deeper.course.drawdowns[0].depth_pct = -7.5;
        deeper.course.drawdowns[0].recovered_at = None;
        record.windows.push(deeper);
        let table = worst(&record, &fixture::stored().run.windows);
        let texts: Vec<&str> = table.rows[0].iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts, ["1", "-7.50", "2024-01-02", "2024-01-03", "not yet", "2"]);
    }
}
