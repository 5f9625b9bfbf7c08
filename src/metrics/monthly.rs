//! Returns by calendar month and year, in UTC.

use chrono::Datelike as _;

use super::missing::{Measure, Missing};
use super::moments::finite;
use crate::domain::Timestamp;

/// What one calendar month brought; of the first and the last month only the part that the curve covers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonthReturn {
    /// Of the calendar.
    pub year: i32,
    /// Calendar month, 1 to 12.
    pub month: u32,
    /// Return as a fraction.
    pub value: Measure,
}

/// What one calendar year brought; of the first and the last year only the part that the curve covers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct YearReturn {
    /// Of the calendar.
    pub year: i32,
    /// Return as a fraction.
    pub value: Measure,
}

/// Last level of each month over the last one before it, minus one. The first of the `levels` comes before the
/// first of the `times`, each of which is an instant in the period that its level closes. Months without a level
/// are left out; a month that begins at nothing has no return.
pub fn monthly_returns(levels: &[f64], times: &[Timestamp]) -> Vec<MonthReturn> {
    let months = times.iter().map(|at| (at.to_utc().year(), at.to_utc().month()));
    grouped(levels, months)
        .into_iter()
        .map(|((year, month), value)| MonthReturn { year, month, value })
        .collect()
}

/// The same by years.
pub fn yearly_returns(levels: &[f64], times: &[Timestamp]) -> Vec<YearReturn> {
    let years = times.iter().map(|at| at.to_utc().year());
    grouped(levels, years).into_iter().map(|(year, value)| YearReturn { year, value }).collect()
}

/// The return of each run of equal keys.
fn grouped<K: PartialEq + Copy>(levels: &[f64], keys: impl Iterator<Item = K>) -> Vec<(K, Measure)> {
    let Some((&first, rest)) = levels.split_first() else { return Vec::new() };
    let mut groups: Vec<(K, f64, f64)> = Vec::new();
    let mut before = first;
    for (key, &level) in keys.zip(rest) {
        match groups.last_mut() {
            Some((last, _, end)) if *last == key => *end = level,
            _ => groups.push((key, before, level)),
        }
        before = level;
    }
    let value = |start: f64, end: f64| {
        if start > 0.0 { finite(end / start - 1.0) } else { Err(Missing::Ruined) }
    };
    groups.into_iter().map(|(key, start, end)| (key, value(start, end))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::golden::{SHORT_NORMAL, close, curve};
    use super::*;
    use crate::domain::Span;

    fn days(from: &str, n: i64) -> Vec<Timestamp> {
        let first: Timestamp = from.parse().unwrap();
        (0..n).map(|day| first + Span::DAY.times(day)).collect()
    }

    #[test]
    fn worked_by_hand() {
        // 100, then 110 on 30 January, 121 on the 31st, 60.5 on 1 February, 121 on the 2nd.
        let months = monthly_returns(&[100.0, 110.0, 121.0, 60.5, 121.0], &days("2024-01-30", 4));
        assert_eq!(months.len(), 2);
        assert_eq!((months[0].year, months[0].month, months[1].month), (2024, 1, 2));
        close(months[0].value, 0.21);
        close(months[1].value, 0.0);
    }

    #[test]
    fn months_and_years_compound_to_the_whole() {
        let (levels, times) = (curve(&SHORT_NORMAL), days("2020-12-20", 30));
        let product = |values: Vec<Measure>| values.into_iter().map(|v| 1.0 + v.unwrap()).product::<f64>();
        let whole = levels[30];
        let months = monthly_returns(&levels, &times);
        assert_eq!(months.len(), 2);
        close(Ok(product(months.iter().map(|m| m.value).collect())), whole);
        close(Ok(product(yearly_returns(&levels, &times).iter().map(|y| y.value).collect())), whole);
    }

    #[test]
    fn nothing_single_and_ruin() {
        assert_eq!(monthly_returns(&[], &[]), []);
        assert_eq!(monthly_returns(&[1.0], &[]), []);
        let ruined = monthly_returns(&[1.0, 0.0, 0.0], &days("2024-01-31", 2));
        assert_eq!((ruined[0].value, ruined[1].value), (Ok(-1.0), Err(Missing::Ruined)));
    }
}
