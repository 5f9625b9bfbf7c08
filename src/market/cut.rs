//! A market as it was known at an earlier close.

use super::view::{Frame, Market, SymbolSeries, TickRange};
use crate::domain::Timestamp;

impl Market {
    /// The market of the ticks before `last` alone: no later bar is in it, and no coarser one that had not closed then.
    /// Digest and trading calendar stay those of the whole; they decide no order.
    #[must_use]
    pub fn until(&self, last: usize) -> Self {
        let last = last.min(self.clock.len());
        Self {
            interval: self.interval,
            clock: self.clock[..last].to_vec(),
            symbols: self.symbols.iter().map(|series| series.until(self, last)).collect(),
            in_range: TickRange { first: self.in_range.first.min(last), last: self.in_range.last.min(last) },
            digest: self.digest.clone(),
            trading_year: self.trading_year,
            stated: self.stated,
            day: self.day,
            benchmark: self.benchmark.clone(),
        }
    }
}

impl SymbolSeries {
    fn until(&self, market: &Market, last: usize) -> Self {
        let count = self.row_from(last);
        let fresh = self.rows[..last].iter().filter(|row| row.fresh().is_some()).count();
        let frame = |frame: &Frame| {
            let closed = frame.closed[..count].to_vec();
            let bars = frame.bars.first(closed.last().map_or(0, |&closed| closed as usize));
            Frame { bars, closed }
        };
        let until = last.checked_sub(1).map(|tick| market.close_time(tick));
        let detail =
            self.detail.as_ref().zip(until).map(|(detail, until)| detail.first(detail.first_row_from(until)));
        Self {
            instrument: self.instrument.clone(),
            bars: self.bars.first(count),
            filled: count - fresh,
            rows: self.rows[..last].to_vec(),
            frames: self.frames.iter().map(|(&interval, coarse)| (interval, frame(coarse))).collect(),
            findings: self.findings.clone(),
            detail,
            high_low: Default::default(),
            actions: self.actions.clone(),
            margin: self.margin.as_ref().map(|margin| {
                Box::new(margin.until(count, until.unwrap_or(Timestamp::from_micros(i64::MIN))))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bars, SeriesBars};
    use super::*;
    use crate::domain::{Instrument, Interval, Symbol};

    fn series(name: &str, minutes: &[i64]) -> SeriesBars {
        let start: Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
        let mut bars = Bars::with_capacity(Interval::MINUTE, minutes.len());
        for &minute in minutes {
            let price = 1.0 + minute as f64;
            bars.push(start + Interval::MINUTE.span().times(minute), [price, price, price, price, 1.0]);
        }
        let mut one = SeriesBars::plain(Instrument::with_defaults(Symbol::new(name).unwrap()), bars);
        let coarse: Interval = "5m".parse().unwrap();
        one.frames.insert(coarse, super::super::resample(&one.bars, coarse).unwrap());
        one
    }

    #[test]
    fn a_cut_market_is_the_one_that_is_made_of_the_bars_before() {
        // B has gaps and begins late.
        let all = [(0..12).collect::<Vec<_>>(), vec![4, 5, 9, 10, 11]];
        let made = |until: i64| {
            let before = |minutes: &Vec<i64>| {
                minutes.iter().copied().filter(|&minute| minute < until).collect::<Vec<_>>()
            };
            vec![series("A", &before(&all[0])), series("B", &before(&all[1]))]
        };
        let whole = Market::assemble(Interval::MINUTE, made(12), None, None).unwrap();
        for last in 5..=12 {
            let cut = whole.until(last);
            let other = Market::assemble(Interval::MINUTE, made(last as i64), None, None).unwrap();
            assert_eq!((&cut.clock, cut.in_range), (&other.clock, other.in_range));
            for (one, two) in cut.symbols.iter().zip(&other.symbols) {
                assert_eq!((&one.bars, &one.rows, one.filled), (&two.bars, &two.rows, two.filled));
                let (one, two) = (one.frames.values().next().unwrap(), two.frames.values().next().unwrap());
                assert_eq!(one.closed, two.closed);
                // Made anew, there is a coarse bar that has not closed yet.
                assert_eq!(one.bars.ts[..], two.bars.ts[..one.bars.len()]);
                assert_eq!(one.bars.close[..], two.bars.close[..one.bars.len()]);
                assert!(one.bars.len() <= two.bars.len());
            }
        }
    }
}
