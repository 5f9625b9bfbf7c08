//! Invalid bars: the possible errors of a row, and the check for them.
//!
//! Owns the rules of a valid bar. Never repairs a row: a file with invalid rows is refused. Invariant: rows
//! that pass have finite positive prices up to a ceiling that eight decimal places allow, `low <= open, close
//! <= high`, and a volume between zero and its ceiling.

use crate::domain::{Price, Timestamp};

use super::bars::Bars;
use super::unit::{PRICE_CEILING, fits, represents};

/// One way in which a row is not a valid bar.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BarError {
    /// A value is missing.
    #[error("`{column}` is null")]
    Null {
        /// `time`, `open`, ...
        column: &'static str,
    },
    /// A text that cannot be parsed as a time.
    #[error("`{text}` is not a time")]
    NotATime {
        /// The text in the file.
        text: String,
    },
    /// Earlier than the previous row.
    #[error("is earlier than the row before it ({before})")]
    Unsorted {
        /// Time of the previous row.
        before: Timestamp,
    },
    /// Same time as the previous row.
    #[error("has the same time as the row before it")]
    Duplicate,
    /// So far from the previous row that one of the two times must be wrong.
    #[error("is {} years after the row before it ({before})", years(*before, *at))]
    ImplausibleTime {
        /// Time of the previous row.
        before: Timestamp,
        /// Time of this row.
        at: Timestamp,
    },
    /// NaN or infinite.
    #[error("`{column}` is `{value}`, not a finite number")]
    NotFinite {
        /// The column's name.
        column: &'static str,
        /// The value in the file.
        value: f64,
    },
    /// A price of zero or less.
    #[error("`{column}` is `{value}`, not above zero")]
    NotPositive {
        /// The column's name.
        column: &'static str,
        /// The value in the file.
        value: f64,
    },
    /// Above [`PRICE_CEILING`].
    #[error("`{column}` is `{value}`, above the largest supported price, 1e10")]
    TooLarge {
        /// The column's name.
        column: &'static str,
        /// The value in the file.
        value: f64,
    },
    /// A price that eight decimal places would change.
    #[error(
        "`{column}` is `{value}`{}, which rounds to `{held}` at eight decimal places",
        if *unit > 1 { format!(" times {unit}") } else { String::new() }
    )]
    TooFine {
        /// The column's name.
        column: &'static str,
        /// The value in the file.
        value: f64,
        /// The unit in which the symbol is quoted.
        unit: u32,
        /// The price after rounding to eight decimal places.
        held: Price,
    },
    /// Above [`VOLUME_CEILING`](super::VOLUME_CEILING).
    #[error("`volume` is `{value}`, above the largest supported volume, 1e18")]
    VolumeTooLarge {
        /// The value in the file.
        value: f64,
    },
    /// The high is below the low.
    #[error("high `{high}` is below low `{low}`")]
    HighBelowLow {
        /// The high in the file.
        high: f64,
        /// The low in the file.
        low: f64,
    },
    /// The open or close is outside the range from low to high.
    #[error("`{column}` `{value}` is outside low `{low}` to high `{high}`")]
    OutsideBar {
        /// `open` or `close`.
        column: &'static str,
        /// The value in the file.
        value: f64,
        /// The low in the file.
        low: f64,
        /// The high in the file.
        high: f64,
    },
    /// The volume is negative.
    #[error("`volume` is `{value}`, less than zero")]
    NegativeVolume {
        /// The value in the file.
        value: f64,
    },
}

/// Maximum number of days between two rows.
const MAX_DAYS_APART: i64 = 3_653;

/// The error of a row whose time is implausibly far from that of the previous row, in either direction.
pub fn implausible_time(before: Timestamp, at: Timestamp) -> Option<BarError> {
    let days = (at - before).micros() / 86_400_000_000;
    (days.abs() > MAX_DAYS_APART).then_some(BarError::ImplausibleTime { before, at })
}

fn years(before: Timestamp, at: Timestamp) -> i64 {
    (at - before).micros() / 31_556_952_000_000
}

impl BarError {
    /// The help for this error, one sentence.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Null { .. } => {
                "remove the row, or get it from another source; missing values are never filled in"
            }
            Self::NotATime { .. } => "write times as `2024-01-31T00:00:00Z`, or store them as timestamps",
            Self::Unsorted { .. } => "sort the file by time, oldest first",
            Self::Duplicate => "keep one row per time",
            Self::ImplausibleTime { .. } => {
                "correct the time of this row or of the row before it, or remove the row"
            }
            Self::NotFinite { .. } | Self::NotPositive { .. } | Self::NegativeVolume { .. } => {
                "remove the row, or get it from another source"
            }
            Self::TooLarge { .. } => {
                "quote the symbol in a larger unit of currency, for example in thousands"
            }
            Self::TooFine { .. } | Self::VolumeTooLarge { .. } => {
                "quote the symbol in a larger unit: `unit = 1000` in its `[market.instruments]` table, or import it \
                 with `--unit auto`"
            }
            Self::HighBelowLow { .. } => {
                "check whether the columns high and low are swapped; otherwise remove the row"
            }
            Self::OutsideBar { .. } => {
                "remove the row, or get it from another source; fills inside such a bar would be meaningless"
            }
        }
    }
}

/// The first invalid row with one kind of error, and the number of such rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InvalidRows {
    /// Index into the checked rows.
    pub row: usize,
    /// The error of that row.
    pub error: BarError,
    /// Number of rows with this kind of error.
    pub rows: usize,
}

/// Rows that are not later than the one before, or so much later that a time must be wrong; each kind with its first
/// row.
pub(crate) fn check_times(ts: &[Timestamp]) -> Vec<InvalidRows> {
    if ts.windows(2).all(|pair| pair[0] < pair[1] && implausible_time(pair[0], pair[1]).is_none()) {
        return Vec::new();
    }
    let find = |wrong: fn(Timestamp, Timestamp) -> bool, error: fn(Timestamp) -> BarError| {
        let mut wrong_rows = (1..ts.len()).filter(move |&row| wrong(ts[row - 1], ts[row]));
        let row = wrong_rows.next()?;
        Some(InvalidRows { row, error: error(ts[row - 1]), rows: 1 + wrong_rows.count() })
    };
    let unsorted = find(|before, at| at < before, |before| BarError::Unsorted { before });
    let duplicate = find(|before, at| at == before, |_| BarError::Duplicate);
    let apart = (1..ts.len()).find_map(|row| Some((row, implausible_time(ts[row - 1], ts[row])?)));
    let apart = apart.map(|(row, error)| InvalidRows { row, error, rows: 1 }).filter(|_| unsorted.is_none());
    unsorted.into_iter().chain(duplicate).chain(apart).collect()
}

/// Every kind of error among `rows` of `bars`, each with its first row, in order of rows. Rows in `skip`
/// (sorted) have nulls, which are reported separately. The bars are as in the file, before conversion to
/// `unit`.
pub(crate) fn check(
    bars: &Bars,
    rows: std::ops::Range<usize>,
    skip: &[usize],
    unit: u32,
) -> Vec<InvalidRows> {
    let mut findings: Vec<InvalidRows> = Vec::new();
    if all_valid(bars, rows.clone(), unit) {
        return findings;
    }
    for row in rows {
        if is_valid(bars, row, unit) || skip.binary_search(&row).is_ok() {
            continue;
        }
        let error = diagnose(bars, row, unit);
        let kind = std::mem::discriminant(&error);
        match findings.iter_mut().find(|found| std::mem::discriminant(&found.error) == kind) {
            Some(found) => found.rows += 1,
            None => findings.push(InvalidRows { row, error, rows: 1 }),
        }
    }
    findings
}

/// Whether all these rows are valid.
pub(crate) fn all_valid(bars: &Bars, rows: std::ops::Range<usize>, unit: u32) -> bool {
    let [open, high, low, close, volume] =
        [&bars.open, &bars.high, &bars.low, &bars.close, &bars.volume].map(|column| &column[rows.clone()]);
    (0..rows.len()).all(|row| holds([open[row], high[row], low[row], close[row], volume[row]], unit))
}

/// Whether the row is valid.
pub(crate) fn is_valid(bars: &Bars, row: usize, unit: u32) -> bool {
    holds([bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]], unit)
}

/// Whether open, high, low, close and volume are a valid bar. Comparisons with NaN are false, so a row with NaN is not
/// valid.
fn holds([open, high, low, close, volume]: [f64; 5], unit: u32) -> bool {
    // Without a branch between the comparisons: all of them hold for almost every bar.
    let priced = (low > 0.0) & fits(high, volume, unit) & (volume >= 0.0);
    let ordered = (low <= open) & (open <= high) & (low <= close) & (close <= high);
    // Rounding changes the smallest price most: the others need a check only if the lowest is small.
    let held = || [low, open, high, close].into_iter().all(|price| represents(price, unit));
    priced & ordered && held()
}

/// The most severe error of an invalid row.
fn diagnose(bars: &Bars, row: usize, unit: u32) -> BarError {
    let prices = [
        ("open", bars.open[row]),
        ("high", bars.high[row]),
        ("low", bars.low[row]),
        ("close", bars.close[row]),
    ];
    let volume = bars.volume[row];
    let all = prices.iter().copied().chain([("volume", volume)]);
    if let Some((column, value)) = all.into_iter().find(|(_, value)| !value.is_finite()) {
        return BarError::NotFinite { column, value };
    }
    if let Some(&(column, value)) = prices.iter().find(|(_, value)| *value <= 0.0) {
        return BarError::NotPositive { column, value };
    }
    let in_unit = |value: f64| value * f64::from(unit);
    if let Some(&(column, value)) = prices.iter().find(|(_, value)| in_unit(*value) > PRICE_CEILING) {
        return BarError::TooLarge { column, value };
    }
    let (high, low) = (bars.high[row], bars.low[row]);
    if high < low {
        return BarError::HighBelowLow { high, low };
    }
    let ends = [("open", bars.open[row]), ("close", bars.close[row])];
    if let Some((column, value)) = ends.into_iter().find(|(_, value)| *value < low || *value > high) {
        return BarError::OutsideBar { column, value, low, high };
    }
    if let Some(&(column, value)) = prices.iter().find(|(_, value)| !represents(*value, unit)) {
        return BarError::TooFine { column, value, unit, held: Price::from_f64(in_unit(value)) };
    }
    if volume < 0.0 {
        BarError::NegativeVolume { value: volume }
    } else {
        BarError::VolumeTooLarge { value: volume }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Interval;

    fn bars(rows: &[[f64; 5]]) -> Bars {
        let mut bars = Bars::with_capacity(Interval::MINUTE, rows.len());
        for (index, row) in rows.iter().enumerate() {
            bars.ts.push(Timestamp::from_micros(index as i64 * 60_000_000));
            bars.open.push(row[0]);
            bars.high.push(row[1]);
            bars.low.push(row[2]);
            bars.close.push(row[3]);
            bars.volume.push(row[4]);
        }
        bars
    }

    fn only(row: [f64; 5]) -> BarError {
        let found = check(&bars(&[[1.0, 2.0, 0.5, 1.5, 0.0], row]), 0..2, &[], 1);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].row, found[0].rows), (1, 1));
        found[0].error.clone()
    }

    #[test]
    fn valid_rows_pass_with_equal_prices() {
        let rows = [[1.0, 1.0, 1.0, 1.0, 0.0], [1.0, 2.0, 1.0, 2.0, 3.5], [8e9, 1e10, 7e9, 8e9, 1e18]];
        assert_eq!(check(&bars(&rows), 0..3, &[], 1), []);
    }

    #[test]
    fn each_rule_is_kept() {
        assert_eq!(only([0.0, 2.0, 0.0, 1.0, 1.0]), BarError::NotPositive { column: "open", value: 0.0 });
        assert_eq!(only([1.0, 2.0, -1.0, 1.0, 1.0]), BarError::NotPositive { column: "low", value: -1.0 });
        assert_eq!(only([1.0, 2.0, 3.0, 1.0, 1.0]), BarError::HighBelowLow { high: 2.0, low: 3.0 });
        let open = BarError::OutsideBar { column: "open", value: 9.0, low: 1.0, high: 2.0 };
        assert_eq!(only([9.0, 2.0, 1.0, 1.0, 1.0]), open);
        let close = BarError::OutsideBar { column: "close", value: 0.9, low: 1.0, high: 2.0 };
        assert_eq!(only([1.0, 2.0, 1.0, 0.9, 1.0]), close);
        assert_eq!(only([1.0, 2.0, 1.0, 1.0, -0.1]), BarError::NegativeVolume { value: -0.1 });
        let infinite = BarError::NotFinite { column: "high", value: f64::INFINITY };
        assert_eq!(only([1.0, f64::INFINITY, 1.0, 1.0, 1.0]), infinite);
        assert!(matches!(only([1.0, 2.0, 1.0, f64::NAN, 1.0]), BarError::NotFinite { column: "close", .. }));
        assert!(matches!(only([1.0, 2.0, 1.0, 1.0, f64::NAN]), BarError::NotFinite { column: "volume", .. }));
        assert_eq!(only([1.0, 1.1e10, 1.0, 1.0, 1.0]), BarError::TooLarge { column: "high", value: 1.1e10 });
        assert_eq!(only([1.0, 2.0, 1.0, 1.0, 1.1e18]), BarError::VolumeTooLarge { value: 1.1e18 });
        let fine = only([1.4e-8, 2e-8, 1e-8, 1e-8, 1.0]);
        assert_eq!(
            fine.to_string(),
            "`open` is `0.000000014`, which rounds to `0.00000001` at eight decimal places"
        );
    }

    #[test]
    fn rows_of_a_kind_are_counted_and_rows_with_nulls_left_out() {
        let bad = [1.0, 2.0, 3.0, 1.0, 1.0];
        let rows = [[1.0, 1.0, 1.0, 1.0, 0.0], bad, bad, [0.0; 5], bad];
        let found = check(&bars(&rows), 0..5, &[2], 1);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].row, found[0].rows), (1, 2));
        assert_eq!(found[1].error, BarError::NotPositive { column: "open", value: 0.0 });
    }
}
