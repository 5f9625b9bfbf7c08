//! Returns as a calendar: a line a year, a column a month.

use std::collections::BTreeMap;

use super::Style;
use super::grid::{Column, draw};
use crate::report::numbers::signed_short;
use crate::store::JobRecord;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// Lines that are shown; a run of many windows has one for each year of each.
const LINES: usize = 40;

/// A line for each year of each window; months that no window has are left out. Empty where there are none.
pub(super) fn months(jobs: &[JobRecord], style: Style) -> String {
    let lines: Vec<Line> = jobs.iter().flat_map(lines).collect();
    if lines.is_empty() {
        return String::new();
    }
    let shown = &lines[..lines.len().min(LINES)];
    let cell = |value: Option<&Option<f64>>| match value {
        Some(Some(value)) => signed_short(*value),
        Some(None) => style.none().to_owned(),
        None => String::new(),
    };
    let mut columns = vec![Column::numbers("year", 0, shown.iter().map(|line| line.year.clone()))];
    if jobs.len() > 1 {
        let windows = shown.iter().map(|line| line.window.to_string());
        columns.insert(0, Column::numbers("window", 0, windows));
    }
    for (index, name) in MONTHS.into_iter().enumerate() {
        if shown.iter().any(|line| line.months.contains_key(&index)) {
            columns.push(Column::gains(name, 0, shown.iter().map(|line| cell(line.months.get(&index)))));
        }
    }
    columns.push(Column::gains("year's", 0, shown.iter().map(|line| cell(Some(&line.whole)))));
    let mut text = draw(columns, style).text;
    if lines.len() > LINES {
        text.push_str(&format!("showing {LINES} of {} lines; metrics.json has all\n", lines.len()));
    }
    text
}

/// One year of one window.
struct Line {
    window: u32,
    year: String,
    /// By month, from 0.
    months: BTreeMap<usize, Option<f64>>,
    whole: Option<f64>,
}

fn lines(job: &JobRecord) -> impl Iterator<Item = Line> {
    job.course.years.iter().map(|one| {
        let year = format!("{:04}", one.year);
        let months = job.course.months.iter().filter_map(|month| {
            let number: usize = month.month.strip_prefix(&year)?.strip_prefix('-')?.parse().ok()?;
            Some((number.checked_sub(1)?, month.return_pct))
        });
        Line { window: job.window, months: months.collect(), whole: one.return_pct, year }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MonthRecord, YearRecord, fixture};

    fn job(window: u32, months: &[(&str, Option<f64>)], years: &[(i32, f64)]) -> JobRecord {
        let mut job = fixture::stored().agents[0].windows[0].clone();
        job.window = window;
        job.course.months = months
            .iter()
            .map(|(month, value)| MonthRecord { month: (*month).to_owned(), return_pct: *value })
            .collect();
        job.course.years =
            years.iter().map(|&(year, value)| YearRecord { year, return_pct: Some(value) }).collect();
        job
    }

    #[test]
    fn a_line_a_year_and_a_column_a_month() {
        let months = [("2023-11", Some(1.26)), ("2023-12", Some(-0.04)), ("2024-01", None)];
        let expected = "\
year  Jan   Nov  Dec  year's
----------------------------
2023       +1.3  0.0    +1.2
2024    -               +0.0
";
        let shown = super::months(&[job(0, &months, &[(2023, 1.22), (2024, 0.0)])], Style::PLAIN);
        assert_eq!(shown, expected.replace("+0.0", " 0.0"));
    }

    #[test]
    fn several_windows_are_labelled() {
        let jobs = [
            job(0, &[("2023-11", Some(1.0))], &[(2023, 1.0)]),
            job(1, &[("2023-12", Some(-2.0))], &[(2023, -2.0)]),
        ];
        let expected = "\
window  year   Nov   Dec  year's
--------------------------------
     0  2023  +1.0          +1.0
     1  2023        -2.0    -2.0
";
        assert_eq!(months(&jobs, Style::PLAIN), expected);
        assert_eq!(months(&[], Style::PLAIN), "");
    }
}
