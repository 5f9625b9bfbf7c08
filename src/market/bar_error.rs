//! What can be wrong with a row of bars, and the check that finds it.
//!
//! Owns the rules a bar must keep. Never repairs a row: a flawed file is refused. Invariant: rows that pass
//! have finite positive prices up to the ceiling that eight decimal places hold, `low <= open, close <= high`, and
//! a volume from zero to its ceiling.

use crate::domain::{Price, Timestamp};

use super::bars::Bars;
use super::unit::{fits, holds};

/// Prices above this are refused: the products of money would not be sure to fit.
pub const PRICE_CEILING: f64 = 1e10;
/// Volumes above this are refused, for the same reason.
pub const VOLUME_CEILING: f64 = 1e18;

/// One way in which a row is no bar.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BarError {
    /// A value is missing.
    #[error("`{column}` is null")]
    Null {
        /// `time`, `open`, ...
        column: &'static str,
    },
    /// A text that is no time.
    #[error("`{text}` is not a time")]
    NotATime {
        /// As the file has it.
        text: String,
    },
    /// Earlier than the row before.
    #[error("is earlier than the row before it ({before})")]
    Unsorted {
        /// Time of the row before.
        before: Timestamp,
    },
    /// The same time as the row before.
    #[error("has the same time as the row before it")]
    Duplicate,
    /// So far from the row before that one of the two has a wrong time.
    #[error("is {} years after the row before it ({before})", years(*before, *at))]
    Astray {
        /// Time of the row before.
        before: Timestamp,
        /// Its own time.
        at: Timestamp,
    },
    /// NaN or infinite.
    #[error("`{column}` is `{value}`, not a finite number")]
    NotFinite {
        /// Which.
        column: &'static str,
        /// As the file has it.
        value: f64,
    },
    /// A price of zero or less.
    #[error("`{column}` is `{value}`, not above zero")]
    NotPositive {
        /// Which.
        column: &'static str,
        /// As the file has it.
        value: f64,
    },
    /// A price beyond what exact money can hold.
    #[error("`{column}` is `{value}`, above the largest supported price, 1e10")]
    TooLarge {
        /// Which.
        column: &'static str,
        /// As the file has it.
        value: f64,
    },
    /// A price that eight decimal places would change.
    #[error(
        "`{column}` is `{value}`{}, which rounds to `{held}` at eight decimal places",
        if *unit > 1 { format!(" times {unit}") } else { String::new() }
    )]
    TooFine {
        /// Which.
        column: &'static str,
        /// As the file has it.
        value: f64,
        /// The unit that the symbol is quoted in.
        unit: u32,
        /// What would be held.
        held: Price,
    },
    /// A volume beyond what exact money can hold.
    #[error("`volume` is `{value}`, above the largest supported volume, 1e18")]
    VolumeTooLarge {
        /// As the file has it.
        value: f64,
    },
    /// The highest price is below the lowest.
    #[error("high `{high}` is below low `{low}`")]
    HighBelowLow {
        /// As the file has it.
        high: f64,
        /// As the file has it.
        low: f64,
    },
    /// The first or last price lies outside the bar.
    #[error("`{column}` `{value}` is outside low `{low}` to high `{high}`")]
    OutsideBar {
        /// `open` or `close`.
        column: &'static str,
        /// As the file has it.
        value: f64,
        /// As the file has it.
        low: f64,
        /// As the file has it.
        high: f64,
    },
    /// Less than nothing was traded.
    #[error("`volume` is `{value}`, less than zero")]
    NegativeVolume {
        /// As the file has it.
        value: f64,
    },
}

/// Most days between two rows: no market pauses for longer and stays the same.
const MOST_DAYS_APART: i64 = 3_653;

/// The flaw of a row whose time is out of all proportion to that of the row before, earlier or later.
pub fn astray(before: Timestamp, at: Timestamp) -> Option<BarError> {
    let days = (at - before).micros() / 86_400_000_000;
    (days.abs() > MOST_DAYS_APART).then_some(BarError::Astray { before, at })
}

fn years(before: Timestamp, at: Timestamp) -> i64 {
    (at - before).micros() / 31_556_952_000_000
}

impl BarError {
    /// What to do about it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Null { .. } => {
                "remove the row, or get it from another source; missing values are never filled in"
            }
            Self::NotATime { .. } => "write times as `2024-01-31T00:00:00Z`, or store them as timestamps",
            Self::Unsorted { .. } => "sort the file by time, oldest first",
            Self::Duplicate => "keep one row per time",
            Self::Astray { .. } => "correct the time of this row or of the row before it, or remove the row",
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

/// The first row of one kind of flaw, and how many there are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    /// Index into the rows that were checked.
    pub row: usize,
    /// What is wrong there.
    pub flaw: BarError,
    /// Rows of this kind.
    pub rows: usize,
}

/// Every kind of flaw among `rows` of `bars` with its first row, in order of rows. Rows in `skip` (sorted)
/// have nulls, which are reported elsewhere. The bars are those of the file, to be quoted in `unit`.
pub(crate) fn check(bars: &Bars, rows: std::ops::Range<usize>, skip: &[usize], unit: u32) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for row in rows {
        if sound(bars, row, unit) || skip.binary_search(&row).is_ok() {
            continue;
        }
        let flaw = diagnose(bars, row, unit);
        let kind = std::mem::discriminant(&flaw);
        match findings.iter_mut().find(|found| std::mem::discriminant(&found.flaw) == kind) {
            Some(found) => found.rows += 1,
            None => findings.push(Finding { row, flaw, rows: 1 }),
        }
    }
    findings
}

/// Whether the row keeps every rule; comparisons with NaN are false, so NaN never passes.
pub(crate) fn sound(bars: &Bars, row: usize, unit: u32) -> bool {
    let (open, high, low, close) = (bars.open[row], bars.high[row], bars.low[row], bars.close[row]);
    let volume = bars.volume[row];
    let priced = low > 0.0 && fits(high, volume, unit) && volume >= 0.0;
    let ordered = low <= open && open <= high && low <= close && close <= high;
    // Rounding is felt most by the smallest price: the others are looked at only where it is small.
    let held = || [low, open, high, close].into_iter().all(|price| holds(price, unit));
    priced && ordered && held()
}

/// The gravest flaw of a row that is not sound.
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
    if let Some(&(column, value)) = prices.iter().find(|(_, value)| !holds(*value, unit)) {
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
        found[0].flaw.clone()
    }

    #[test]
    fn sound_rows_pass_with_edges_touching() {
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
            "`open` is `0.000000014`, which eight decimal places would make `0.00000001`"
        );
    }

    #[test]
    fn rows_of_a_kind_are_counted_and_rows_with_nulls_left_out() {
        let bad = [1.0, 2.0, 3.0, 1.0, 1.0];
        let rows = [[1.0, 1.0, 1.0, 1.0, 0.0], bad, bad, [0.0; 5], bad];
        let found = check(&bars(&rows), 0..5, &[2], 1);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].row, found[0].rows), (1, 2));
        assert_eq!(found[1].flaw, BarError::NotPositive { column: "open", value: 0.0 });
    }
}
