//! Applies a scenario's rule for gaps in the bars.
//!
//! Invariants: filling adds flat zero-volume bars at the last close and changes no other bar; a venue's
//! closing hours and holidays are not gaps (see [`quality::find_gaps`](super::quality::find_gaps)). Filled bars value
//! positions and feed indicators but are never tradable, so the aligner must know which they are.

use super::calendar::{Hours, first_calendar_row};
use super::quality::{Gap, calendar_of, find_gaps_in};
use super::{Bars, Row};
use crate::domain::Timestamp;
use crate::scenario::{Calendar, GapRule};

/// Maximum number of filled bars per existing bar, and the allowance for a short file.
const MAX_FILLED_PER_BAR: u64 = 10;
const FILLED_ALLOWANCE: u64 = 10_000;

/// Gaps that the rule does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GapError {
    /// Gaps, where none are allowed.
    #[error("{gaps} gaps in the bars, the first from {from} to {until}")]
    Refused {
        /// Number of gaps.
        gaps: usize,
        /// Open time of the first missing bar.
        from: Timestamp,
        /// Open time of the bar after the first gap.
        until: Timestamp,
    },
    /// Far more bars would be made than there are.
    #[error(
        "forward fill would add {missing} bars to {bars} existing ones; the longest gap is from {from} to {until}"
    )]
    TooMany {
        /// Number of bars to fill in.
        missing: u64,
        /// Number of existing bars.
        bars: usize,
        /// Start of the longest gap.
        from: Timestamp,
        /// Open time of the bar after it.
        until: Timestamp,
    },
}

/// Bars, including the ones filled in for gaps.
#[derive(Debug, Clone, PartialEq)]
pub struct FilledBars {
    /// Bars of all symbols.
    pub bars: Bars,
    /// Rows that were filled in, ascending.
    pub filled_rows: Vec<Row>,
}

/// Applies the rule to bars, for a range starting at `start`. The bars are sorted. The calendar is the stated
/// one, or is detected from the bars of the range and the days before it, independent of the length of the
/// history.
///
/// # Errors
/// [`GapError`] with [`GapRule::Refuse`], where there is a gap; with [`GapRule::ForwardFill`], where nearly
/// all bars would be filled in.
pub fn apply(
    bars: Bars,
    rule: GapRule,
    calendar: Option<Calendar>,
    start: Option<Timestamp>,
) -> Result<FilledBars, GapError> {
    if rule == GapRule::Keep {
        return Ok(FilledBars { bars, filled_rows: Vec::new() });
    }
    let telling = &bars.ts[first_calendar_row(&bars.ts, start)..];
    let calendar = calendar_of(telling, bars.interval, calendar);
    let hours = Hours::of(telling, bars.interval, calendar);
    let found = find_gaps_in(&bars.ts, bars.interval, calendar, &hours);
    match (rule, found.first()) {
        (_, None) | (GapRule::Keep, _) => Ok(FilledBars { bars, filled_rows: Vec::new() }),
        (GapRule::Refuse, Some(first)) => {
            Err(GapError::Refused { gaps: found.len(), from: first.from, until: first.until })
        }
        (GapRule::ForwardFill, Some(_)) => {
            bounded(&bars, &found)?;
            Ok(filled(&bars, &found, &hours))
        }
    }
}

/// Limits filling, so that one bar with a wrong date does not create a million bars.
fn bounded(bars: &Bars, found: &[Gap]) -> Result<(), GapError> {
    let missing = found.iter().fold(0_u64, |sum, gap| sum.saturating_add(gap.missing));
    let most = (bars.len() as u64).saturating_mul(MAX_FILLED_PER_BAR).max(FILLED_ALLOWANCE);
    match found.iter().max_by_key(|gap| gap.missing) {
        Some(longest) if missing > most => {
            Err(GapError::TooMany { missing, bars: bars.len(), from: longest.from, until: longest.until })
        }
        _ => Ok(()),
    }
}

fn filled(bars: &Bars, found: &[Gap], hours: &Hours) -> FilledBars {
    let missing = found.iter().map(|gap| usize::try_from(gap.missing).unwrap_or(0)).sum::<usize>();
    let mut out = Bars::with_capacity(bars.interval, bars.len() + missing);
    let mut filled_rows = Vec::with_capacity(missing);
    let mut next = found.iter().peekable();
    for row in 0..bars.len() {
        if let Some(gap) = next.next_if(|gap| gap.before == row) {
            let close = bars.close[row - 1];
            for at in gap.opens(bars.interval, hours) {
                filled_rows.push(out.len());
                out.push(at, [close, close, close, close, 0.0]);
            }
        }
        let values = [bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]];
        out.push(bars.ts[row], values);
    }
    FilledBars { bars: out, filled_rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Interval;

    fn minutes(of: &[i64]) -> Bars {
        let mut bars = Bars::with_capacity(Interval::MINUTE, 0);
        for &minute in of {
            let price = minute as f64 + 1.0;
            bars.push(Timestamp::from_micros(minute * 60_000_000), [price, price, price, price + 0.5, 2.0]);
        }
        bars
    }

    #[test]
    fn each_rule_is_applied() {
        let bars = minutes(&[0, 1, 4, 5]);
        let apply = |rule| apply(bars.clone(), rule, None, None);
        assert_eq!(apply(GapRule::Keep).unwrap(), FilledBars { bars: bars.clone(), filled_rows: Vec::new() });
        let error = apply(GapRule::Refuse).unwrap_err().to_string();
        assert_eq!(error, "1 gaps in the bars, the first from 1970-01-01T00:02:00Z to 1970-01-01T00:04:00Z");
        let FilledBars { bars: filled, filled_rows } = apply(GapRule::ForwardFill).unwrap();
        assert_eq!(filled_rows, [2, 3]);
        assert_eq!(filled.len(), 6);
        assert_eq!((filled.open[2], filled.high[3], filled.close[3], filled.volume[2]), (2.5, 2.5, 2.5, 0.0));
        assert_eq!((filled.open[4], filled.volume[4]), (5.0, 2.0));
        assert!(filled.ts.windows(2).all(|pair| pair[1] - pair[0] == Interval::MINUTE.span()));
    }

    #[test]
    fn weekends_are_not_gaps() {
        let mut bars = Bars::with_capacity(Interval::DAY, 0);
        for day in (0..30_i64).filter(|day| (day + 3) % 7 < 5) {
            bars.push(Timestamp::from_micros(day * 86_400_000_000), [1.0; 5]);
        }
        for rule in [GapRule::ForwardFill, GapRule::Refuse] {
            assert_eq!(apply(bars.clone(), rule, None, None).unwrap().bars, bars);
        }
    }

    #[test]
    fn one_odd_saturday_does_not_change_the_calendar() {
        // A year of weekdays and a session on one Saturday.
        let mut bars = Bars::with_capacity(Interval::DAY, 0);
        for day in (0..364_i64).filter(|day| (day + 3) % 7 < 5 || *day == 184) {
            bars.push(Timestamp::from_micros(day * 86_400_000_000), [1.0; 5]);
        }
        assert_eq!((184 + 3) % 7, 5);
        for rule in [GapRule::ForwardFill, GapRule::Refuse] {
            assert!(apply(bars.clone(), rule, None, None).unwrap().filled_rows.is_empty());
        }
    }

    #[test]
    fn closed_hours_are_not_filled() {
        // Forty days of sessions in two parts, 01:00 to 03:00 and 05:00 to 07:00; on one day the 06:00 bar is
        // missing.
        let mut bars = Bars::with_capacity("1h".parse().unwrap(), 0);
        for day in (0..40_i64).filter(|day| (day + 3) % 7 < 5) {
            for hour in [1, 2, 3, 5, 6, 7].into_iter().filter(|&hour| (day, hour) != (11, 6)) {
                bars.push(Timestamp::from_micros((day * 24 + hour) * 3_600_000_000), [1.0; 5]);
            }
        }
        let filled = apply(bars, GapRule::ForwardFill, None, None).unwrap();
        let filled_rows: Vec<String> =
            filled.filled_rows.iter().map(|&row| filled.bars.ts[row].to_string()).collect();
        assert_eq!(filled_rows, ["1970-01-12T06:00:00Z"]);
    }

    #[test]
    fn a_wrong_date_does_not_create_millions_of_bars() {
        let error = apply(minutes(&[0, 1, 2, 1_000_000_000]), GapRule::ForwardFill, None, None).unwrap_err();
        assert!(matches!(error, GapError::TooMany { missing: 999_999_997, bars: 4, .. }), "{error}");
    }
}
