//! Searches over a symbol's lows and highs that skip whole blocks of bars.
//!
//! The zone maps are built by the first search and shared by all jobs. Invariant: a search returns the same
//! as a scan of every bar.

use std::ops::Range;

use super::zone_map::{BLOCK, ZoneMap};
use super::{Row, SymbolSeries};

/// Number of independent running extremes, for vectorisation.
const LANES: usize = 4;

impl SymbolSeries {
    /// The first of `rows` whose low is at or below `down` or whose high is at or above `up`.
    pub fn first_reach(&self, rows: Range<Row>, down: f64, up: f64) -> Option<Row> {
        let reaches = |row: &Row| self.bars.low[*row] <= down || self.bars.high[*row] >= up;
        let mut next = rows.start;
        while next < rows.end {
            let (block, end) = (next / BLOCK, (next / BLOCK + 1) * BLOCK);
            if self.lows().bounds(block).low <= down || self.highs().bounds(block).high >= up {
                let found = (next..end.min(rows.end)).find(reaches);
                if found.is_some() {
                    return found;
                }
            }
            next = end;
        }
        None
    }

    /// The lowest low of `rows`; infinity for none.
    pub fn lowest_low(&self, rows: Range<Row>) -> f64 {
        let pick = |a: f64, b: f64| if b < a { b } else { a };
        fold(rows, &self.bars.low, f64::INFINITY, pick, |block| self.lows().bounds(block).low)
    }

    /// The highest high of `rows`; negative infinity for none.
    pub fn highest_high(&self, rows: Range<Row>) -> f64 {
        let pick = |a: f64, b: f64| if b > a { b } else { a };
        fold(rows, &self.bars.high, f64::NEG_INFINITY, pick, |block| self.highs().bounds(block).high)
    }

    fn lows(&self) -> &ZoneMap {
        self.high_low.lows.get_or_init(|| ZoneMap::of(&self.bars.low, 0))
    }

    fn highs(&self) -> &ZoneMap {
        self.high_low.highs.get_or_init(|| ZoneMap::of(&self.bars.high, 0))
    }
}

/// The extreme of `rows`: by block where blocks are inside it, by row at both ends.
fn fold(
    rows: Range<Row>,
    values: &[f64],
    none: f64,
    pick: impl Fn(f64, f64) -> f64 + Copy,
    of_block: impl Fn(usize) -> f64,
) -> f64 {
    let (first, last) = (rows.start.div_ceil(BLOCK), rows.end / BLOCK);
    if first >= last {
        return extreme(&values[rows], none, pick);
    }
    let before = extreme(&values[rows.start..first * BLOCK], none, pick);
    let after = extreme(&values[last * BLOCK..rows.end], none, pick);
    (first..last).map(of_block).fold(pick(before, after), pick)
}

/// The extreme of a slice, computed in several lanes.
fn extreme(values: &[f64], none: f64, pick: impl Fn(f64, f64) -> f64 + Copy) -> f64 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [none; LANES];
    for chunk in chunks {
        for lane in 0..LANES {
            lanes[lane] = pick(lanes[lane], chunk[lane]);
        }
    }
    lanes.into_iter().chain(rest.iter().copied()).fold(none, pick)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Instrument, Interval, Symbol, Timestamp};
    use crate::market::{Bars, Market, SeriesBars};

    /// Bars whose lows and highs are a random walk in whole steps.
    fn series(len: usize) -> SymbolSeries {
        let mut bars = Bars::with_capacity(Interval::MINUTE, len);
        let (mut state, mut level) = (3_u64, 1000.0);
        for row in 0..len {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            level += (state >> 61) as f64 - 3.5;
            let at = Timestamp::default() + Interval::MINUTE.span().times(row as i64);
            bars.push(at, [level, level + (state >> 62) as f64, level - 1.0, level, 1.0]);
        }
        let instrument = Instrument::with_defaults(Symbol::new("S").unwrap());
        let series = vec![SeriesBars::plain(instrument, bars)];
        Market::assemble(Interval::MINUTE, series, None, None).unwrap().symbols.remove(0)
    }

    #[test]
    fn searches_agree_with_a_linear_scan() {
        let series = series(1000);
        let (low, high) = (&series.bars.low, &series.bars.high);
        for start in (0..1000).step_by(37) {
            for end in
                [start, start + 1, start + 63, start + 64, start + 65, start + 400].map(|end| end.min(1000))
            {
                let lowest = low[start..end].iter().copied().fold(f64::INFINITY, f64::min);
                let highest = high[start..end].iter().copied().fold(f64::NEG_INFINITY, f64::max);
                assert_eq!(series.lowest_low(start..end), lowest);
                assert_eq!(series.highest_high(start..end), highest);
                for (down, up) in
                    [(lowest, f64::INFINITY), (0.0, highest), (lowest - 0.5, highest + 0.5), (980.0, 1020.0)]
                {
                    let slow = (start..end).find(|&row| low[row] <= down || high[row] >= up);
                    assert_eq!(series.first_reach(start..end, down, up), slow);
                }
            }
        }
    }
}
