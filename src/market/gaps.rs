//! What a scenario wants done about holes in its bars.
//!
//! Invariants: filling adds flat bars without volume at the last close and changes no other; a venue's closed hours and
//! days are no holes (see [`quality::holes`](super::quality::holes)). Filled bars value positions and feed indicators;
//! they are never tradable, so that whoever puts bars on a clock has to know which they are.

use super::align::first_telling;
use super::calendar::Hours;
use super::quality::{Hole, calendar_of, holes_in};
use super::{Bars, Row};
use crate::domain::Timestamp;
use crate::scenario::{Calendar, GapRule};

/// So many bars are made for each that is there, at most, and these for a short file.
const MADE_FOR_EACH: u64 = 10;
const MADE_AT_LEAST: u64 = 10_000;

/// Bars with holes that the rule does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GapError {
    /// Where none are allowed.
    #[error("{holes} gaps in the bars, the first from {from} to {until}")]
    Refused {
        /// How many.
        holes: usize,
        /// When the first missing bar should open.
        from: Timestamp,
        /// Open of the bar after the first hole.
        until: Timestamp,
    },
    /// Far more bars would be made than there are.
    #[error(
        "forward fill would add {missing} bars to {bars} existing ones; the longest gap is from {from} to {until}"
    )]
    TooMany {
        /// How many would be made.
        missing: u64,
        /// How many there are.
        bars: usize,
        /// When the longest hole begins.
        from: Timestamp,
        /// Open of the bar after it.
        until: Timestamp,
    },
}

/// Bars, and which of them were made to fill holes, ascending.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// All bars.
    pub bars: Bars,
    /// Rows that were made.
    pub made: Vec<Row>,
}

/// The bars as the rule wants them, for a range that begins at `start`. They are in order, as loaded; when their
/// venue trades is stated, or told by the bars of the range and the days before it, however long the history is.
///
/// # Errors
/// [`GapError`] with [`GapRule::Refuse`], where there is a hole; with [`GapRule::ForwardFill`], where nearly all bars
/// would be made.
pub fn apply(
    bars: Bars,
    rule: GapRule,
    calendar: Option<Calendar>,
    start: Option<Timestamp>,
) -> Result<Filled, GapError> {
    if rule == GapRule::Keep {
        return Ok(Filled { bars, made: Vec::new() });
    }
    let telling = &bars.ts[first_telling(&bars.ts, start)..];
    let calendar = calendar_of(telling, bars.interval, calendar);
    let hours = Hours::of(telling, bars.interval, calendar);
    let found = holes_in(&bars.ts, bars.interval, calendar, &hours);
    match (rule, found.first()) {
        (_, None) | (GapRule::Keep, _) => Ok(Filled { bars, made: Vec::new() }),
        (GapRule::Refuse, Some(first)) => {
            Err(GapError::Refused { holes: found.len(), from: first.from, until: first.until })
        }
        (GapRule::ForwardFill, Some(_)) => {
            bounded(&bars, &found)?;
            Ok(filled(&bars, &found, &hours))
        }
    }
}

/// One bar with a wrong date does not make a million.
fn bounded(bars: &Bars, found: &[Hole]) -> Result<(), GapError> {
    let missing = found.iter().fold(0_u64, |sum, hole| sum.saturating_add(hole.missing));
    let most = (bars.len() as u64).saturating_mul(MADE_FOR_EACH).max(MADE_AT_LEAST);
    match found.iter().max_by_key(|hole| hole.missing) {
        Some(longest) if missing > most => {
            Err(GapError::TooMany { missing, bars: bars.len(), from: longest.from, until: longest.until })
        }
        _ => Ok(()),
    }
}

fn filled(bars: &Bars, found: &[Hole], hours: &Hours) -> Filled {
    let missing = found.iter().map(|hole| usize::try_from(hole.missing).unwrap_or(0)).sum::<usize>();
    let mut out = Bars::with_capacity(bars.interval, bars.len() + missing);
    let mut made = Vec::with_capacity(missing);
    let mut next = found.iter().peekable();
    for row in 0..bars.len() {
        if let Some(hole) = next.next_if(|hole| hole.before == row) {
            let close = bars.close[row - 1];
            for at in hole.opens(bars.interval, hours) {
                made.push(out.len());
                out.push(at, [close, close, close, close, 0.0]);
            }
        }
        let values = [bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]];
        out.push(bars.ts[row], values);
    }
    Filled { bars: out, made }
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
    fn each_rule_does_what_it_says() {
        let bars = minutes(&[0, 1, 4, 5]);
        let apply = |rule| apply(bars.clone(), rule, None, None);
        assert_eq!(apply(GapRule::Keep).unwrap(), Filled { bars: bars.clone(), made: Vec::new() });
        let error = apply(GapRule::Refuse).unwrap_err().to_string();
        assert_eq!(error, "1 gaps in the bars, the first from 1970-01-01T00:02:00Z to 1970-01-01T00:04:00Z");
        let Filled { bars: filled, made } = apply(GapRule::ForwardFill).unwrap();
        assert_eq!(made, [2, 3]);
        assert_eq!(filled.len(), 6);
        assert_eq!((filled.open[2], filled.high[3], filled.close[3], filled.volume[2]), (2.5, 2.5, 2.5, 0.0));
        assert_eq!((filled.open[4], filled.volume[4]), (5.0, 2.0));
        assert!(filled.ts.windows(2).all(|pair| pair[1] - pair[0] == Interval::MINUTE.span()));
    }

    #[test]
    fn weekends_are_no_holes() {
        let mut bars = Bars::with_capacity(Interval::DAY, 0);
        for day in (0..30_i64).filter(|day| (day + 3) % 7 < 5) {
            bars.push(Timestamp::from_micros(day * 86_400_000_000), [1.0; 5]);
        }
        for rule in [GapRule::ForwardFill, GapRule::Refuse] {
            assert_eq!(apply(bars.clone(), rule, None, None).unwrap().bars, bars);
        }
    }

    #[test]
    fn one_odd_saturday_makes_no_weekends() {
        // A year of weekdays and a session on one Saturday.
        let mut bars = Bars::with_capacity(Interval::DAY, 0);
        for day in (0..364_i64).filter(|day| (day + 3) % 7 < 5 || *day == 184) {
            bars.push(Timestamp::from_micros(day * 86_400_000_000), [1.0; 5]);
        }
        assert_eq!((184 + 3) % 7, 5);
        for rule in [GapRule::ForwardFill, GapRule::Refuse] {
            assert!(apply(bars.clone(), rule, None, None).unwrap().made.is_empty());
        }
    }

    #[test]
    fn closed_hours_are_not_filled() {
        // Forty days of sessions in two parts, 01:00 to 03:00 and 05:00 to 07:00; on one day 06:00 is missing.
        let mut bars = Bars::with_capacity("1h".parse().unwrap(), 0);
        for day in (0..40_i64).filter(|day| (day + 3) % 7 < 5) {
            for hour in [1, 2, 3, 5, 6, 7].into_iter().filter(|&hour| (day, hour) != (11, 6)) {
                bars.push(Timestamp::from_micros((day * 24 + hour) * 3_600_000_000), [1.0; 5]);
            }
        }
        let filled = apply(bars, GapRule::ForwardFill, None, None).unwrap();
        let made: Vec<String> = filled.made.iter().map(|&row| filled.bars.ts[row].to_string()).collect();
        assert_eq!(made, ["1970-01-12T06:00:00Z"]);
    }

    #[test]
    fn a_stray_date_makes_no_millions_of_bars() {
        let error = apply(minutes(&[0, 1, 2, 1_000_000_000]), GapRule::ForwardFill, None, None).unwrap_err();
        assert!(matches!(error, GapError::TooMany { missing: 999_999_997, bars: 4, .. }), "{error}");
    }
}
