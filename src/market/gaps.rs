//! What a scenario wants done about holes in its bars.
//!
//! Invariant: filling adds flat bars without volume at the last close and changes no other; a venue's closed
//! hours are no holes (see [`quality::holes`](super::quality::holes)).

use super::Bars;
use super::align::first_telling;
use super::quality::{Calendar, Hole, holes};
use crate::domain::Timestamp;
use crate::scenario::GapRule;

/// Bars with holes where none are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{holes} gaps in the bars, the first from {from} to {until}")]
pub struct GapError {
    /// How many.
    pub holes: usize,
    /// When the first missing bar should open.
    pub from: Timestamp,
    /// Open of the bar after the first hole.
    pub until: Timestamp,
}

/// The bars as the rule wants them, for a range that begins at `start`. They are in order, as loaded; when their
/// venue trades is told by the bars of the range and the days before it, however long the history is.
///
/// # Errors
/// [`GapError`] with [`GapRule::Refuse`], where there is a hole.
pub fn apply(bars: Bars, rule: GapRule, start: Option<Timestamp>) -> Result<Bars, GapError> {
    if rule == GapRule::Keep {
        return Ok(bars);
    }
    let telling = &bars.ts[first_telling(&bars.ts, start)..];
    let calendar = Calendar::of(telling, bars.interval);
    let found = holes(&bars.ts, bars.interval, calendar);
    match (rule, found.first()) {
        (_, None) | (GapRule::Keep, _) => Ok(bars),
        (GapRule::Refuse, Some(first)) => {
            Err(GapError { holes: found.len(), from: first.from, until: first.until })
        }
        (GapRule::ForwardFill, Some(_)) => Ok(filled(&bars, &found)),
    }
}

fn filled(bars: &Bars, found: &[Hole]) -> Bars {
    let missing = found.iter().map(|hole| usize::try_from(hole.missing).unwrap_or(0)).sum::<usize>();
    let mut out = Bars::with_capacity(bars.interval, bars.len() + missing);
    let mut next = found.iter().peekable();
    for row in 0..bars.len() {
        if let Some(hole) = next.next_if(|hole| hole.before == row) {
            fill(&mut out, hole, bars.close[row - 1]);
        }
        let values = [bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]];
        out.push(bars.ts[row], values);
    }
    out
}

fn fill(out: &mut Bars, hole: &Hole, close: f64) {
    for step in 0..i64::try_from(hole.missing).unwrap_or(0) {
        out.push(hole.from + out.interval.span().times(step), [close, close, close, close, 0.0]);
    }
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
        assert_eq!(apply(bars.clone(), GapRule::Keep, None).unwrap(), bars);
        let error = apply(bars.clone(), GapRule::Refuse, None).unwrap_err().to_string();
        assert_eq!(error, "1 gaps in the bars, the first from 1970-01-01T00:02:00Z to 1970-01-01T00:04:00Z");
        let filled = apply(bars, GapRule::ForwardFill, None).unwrap();
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
            assert_eq!(apply(bars.clone(), rule, None).unwrap(), bars);
        }
    }
}
