//! `sma_cross`, `ema_cross` and `macd`: two lines, and the bars at which they cross.

use super::moves::Moves;
use crate::domain::SymbolId;
use crate::indicator::{BitCursor, Feed};
use crate::scenario::StrategySpec;
use crate::strategy::context::{Ahead, NEVER};
use crate::strategy::decisions::BarDecisions;
use crate::strategy::lines::crossing_lines;
use crate::strategy::search::Search;
use crate::strategy::{BarContext, Orders, Setup, Strategy, StrategyError, reader};

/// Acts on the CROSS of a fast and a slow line, each symbol on its own, when a bar of the timeframe closes:
///
/// - fast was at or below slow at the close before and is above now: a market buy for `size` of the equity,
///   where nothing is held and no buy waits (`cross_up`);
/// - fast was at or above slow and is below now: closes the position and takes a waiting buy back
///   (`cross_down`).
///
/// So with `direction = "long"`; with `"short"` a cross down sells short and a cross up closes, with `"both"` each cross
/// closes the one side and opens the other in one order. A fast line that is above from the start is no cross, and a cross that found the last sale still under
/// way is not made up for. Kinds, with defaults and warm-up in bars of the timeframe:
///
/// | kind | fast line | slow line | defaults | warm-up |
/// |---|---|---|---|---|
/// | `sma_cross` | SMA(`fast`) | SMA(`slow`) | 20, 100 | `slow` + 1 |
/// | `ema_cross` | EMA(`fast`) | EMA(`slow`) | 12, 26 | 4 `slow` + 1 |
/// | `macd` | EMA(`fast`) - EMA(`slow`) | its EMA(`signal`) | 12, 26, 9 | 4 (`slow` + `signal`) + 1 |
///
/// In a timeframe coarser than the scenario's interval one bar more: the one in the making at the start.
pub(in crate::strategy) struct Crossover<'m> {
    pairs: Vec<Pair<'m>>,
    moves: Moves,
}

struct Pair<'m> {
    symbol: SymbolId,
    fast: Feed<'m>,
    slow: Feed<'m>,
    ups: BitCursor,
    downs: BitCursor,
}

impl<'m> Crossover<'m> {
    /// Of a kind that has [`crossing_lines`]; of another it has no pair and does nothing.
    pub(in crate::strategy) fn new(spec: &StrategySpec, setup: &Setup<'m>) -> Self {
        let pairs = crossing_lines(&spec.kind).into_iter().flat_map(|(fast, slow)| {
            spec.symbols.iter().map(move |&symbol| Pair {
                symbol,
                fast: reader::open(spec, setup, symbol, &fast),
                slow: reader::open(spec, setup, symbol, &slow),
                ups: reader::cursor(setup, symbol),
                downs: reader::cursor(setup, symbol),
            })
        });
        Self { pairs: pairs.collect(), moves: Moves::of(spec) }
    }
}

impl Crossover<'_> {
    /// Its crosses as bits: up as entries, down as exits; `None` for several symbols.
    pub(in crate::strategy) fn decisions<'d>(self, setup: &Setup<'_>) -> Option<BarDecisions<'d>> {
        let [pair] = <[_; 1]>::try_from(self.pairs).ok()?;
        decisions_of(&[pair], setup).pop()
    }
}

/// Columns of lines that are read side by side: a block of all of them lies in the nearest cache.
const LINES: usize = 24;

/// Adds the decisions of strategies of one symbol each. Those of one symbol that share lines are found together.
pub(in crate::strategy) fn decisions_of_all<'d>(
    trials: &[(&StrategySpec, Setup<'_>)],
    found: &mut Vec<Option<BarDecisions<'d>>>,
) {
    let mut rest = trials;
    while let Some((first, setup)) = rest.first() {
        let mut lines = Vec::new();
        let together = |(spec, _): &&(&StrategySpec, Setup<'_>)| {
            for line in crossing_lines(&spec.kind).into_iter().flat_map(|(fast, slow)| [fast, slow]) {
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
            spec.symbols == first.symbols && lines.len() <= LINES
        };
        let count = rest.iter().take_while(together).count().max(1);
        let (part, others) = rest.split_at(count);
        let pairs: Vec<Pair<'_>> =
            part.iter().flat_map(|(spec, setup)| Crossover::new(spec, setup).pairs).collect();
        found.extend(decisions_of(&pairs, setup).into_iter().map(Some));
        rest = others;
    }
}

/// The crosses of pairs of one symbol, block by block.
fn decisions_of<'d>(pairs: &[Pair<'_>], setup: &Setup<'_>) -> Vec<BarDecisions<'d>> {
    let Some(symbol) = pairs.first().map(|pair| pair.symbol) else { return Vec::new() };
    let blocks = reader::blocks(setup, symbol);
    let mut words = vec![(vec![0; blocks.end], vec![0; blocks.end]); pairs.len()];
    for block in blocks {
        for (pair, (ups, downs)) in pairs.iter().zip(&mut words) {
            (ups[block], downs[block]) = match (pair.fast.column(), pair.slow.column()) {
                (Some(fast), Some(slow)) => fast.crosses(slow, block),
                _ => (pair.crosses(Cross::Up, block), pair.crosses(Cross::Down, block)),
            };
        }
    }
    words.into_iter().map(|(ups, downs)| BarDecisions::plain(ups.into(), downs.into(), None)).collect()
}

/// Which way the lines crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cross {
    Up,
    Down,
}

impl Pair<'_> {
    /// Compares with what was known at the base bar before. A missing value is on neither side.
    fn cross(&self, row: usize) -> Option<Cross> {
        if !self.fast.just_closed(row) {
            return None;
        }
        let before = row.checked_sub(1)?;
        let (fast, slow) = (self.fast.at(row), self.slow.at(row));
        let (fast_before, slow_before) = (self.fast.at(before), self.slow.at(before));
        match () {
            () if fast > slow && fast_before <= slow_before => Some(Cross::Up),
            () if fast < slow && fast_before >= slow_before => Some(Cross::Down),
            () => None,
        }
    }

    /// The next row from `from` on that crosses in a way that the account lets act.
    fn next(&mut self, from: usize, moves: Moves, ctx: &BarContext<'_>) -> Option<usize> {
        let (enters, leaves) = (moves.may_go_up(ctx, self.symbol), moves.may_go_down(ctx, self.symbol));
        let (mut ups, mut downs) = (self.ups.clone(), self.downs.clone());
        let up = enters.then(|| ups.next(from, |block| self.crosses(Cross::Up, block))).flatten();
        let down = leaves.then(|| downs.next(from, |block| self.crosses(Cross::Down, block))).flatten();
        (self.ups, self.downs) = (ups, downs);
        up.into_iter().chain(down).min()
    }

    /// Where in a block the lines cross one way: [`Self::cross`] for 64 rows.
    fn crosses(&self, way: Cross, block: usize) -> u64 {
        let (Some(fast), Some(slow)) = (self.fast.column(), self.slow.column()) else {
            return reader::where_closed(&self.fast, block, |row| self.cross(row) == Some(way));
        };
        let (over, under) = if way == Cross::Up { (fast, slow) } else { (slow, fast) };
        over.crosses_above(under, block)
    }
}

impl Strategy for Crossover<'_> {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        for pair in &self.pairs {
            match ctx.row(pair.symbol).and_then(|row| pair.cross(row)) {
                None => continue,
                Some(Cross::Up) => self.moves.up(ctx, pair.symbol, "cross_up", orders),
                Some(Cross::Down) => self.moves.down(ctx, pair.symbol, "cross_down", orders),
            };
        }
        Ok(())
    }
}

impl Search for Crossover<'_> {
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        let moves = self.moves;
        let next = |pair: &mut Pair<'_>| {
            let row = pair.next(ahead.next_row(pair.symbol), moves, ahead);
            ahead.tick_of(pair.symbol, row)
        };
        self.pairs.iter_mut().map(next).min().unwrap_or(NEVER)
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::StrategyKind;
    use crate::strategy::testing::{
        Paper, closes, four_minutes, market, market_with, play, play_from, played, spec,
    };

    const SMA: StrategyKind = StrategyKind::SmaCross { fast: 1, slow: 3 };

    #[test]
    fn trades_at_crosses_only() {
        // close  5 4 3 6 7 4 3
        // SMA 3  - - 4 4.33 5.33 5.67 4.67: above from tick 3, below from tick 5.
        let market = market(&[closes(&[5.0, 4.0, 3.0, 6.0, 7.0, 4.0, 3.0])]);
        let log = play(&spec(SMA, 1), &market, &mut Paper::new("1000"));
        assert_eq!(played(&log), [(3, "buy cross_up"), (5, "close cross_down")]);
    }

    #[test]
    fn a_line_that_is_above_from_the_start_has_not_crossed() {
        let market = market(&[closes(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])]);
        assert!(play(&spec(SMA, 1), &market, &mut Paper::new("1000")).is_empty());
    }

    #[test]
    fn equal_lines_belong_to_the_side_they_come_from() {
        // close 4 4 4 5: equal at tick 2, above at tick 3 is a cross up.
        let market = market(&[closes(&[4.0, 4.0, 4.0, 5.0, 4.0, 4.0, 4.0])]);
        let log = play(&spec(SMA, 1), &market, &mut Paper::new("1000"));
        // SMA 3 from tick 3: 4.33 4.33 4.33 4; the close is below it at tick 4.
        assert_eq!(played(&log), [(3, "buy cross_up"), (4, "close cross_down")]);
    }

    #[test]
    fn a_cross_in_the_window_s_first_bar_is_seen_thanks_to_the_history() {
        let market = market(&[closes(&[5.0, 4.0, 3.0, 6.0, 7.0])]);
        let log = play_from(3, &spec(SMA, 1), &market, &mut Paper::new("1000"));
        assert_eq!(played(&log), [(3, "buy cross_up")]);
    }

    #[test]
    fn a_waiting_buy_is_taken_back() {
        // A venue that fills nothing: the buy of tick 3 still waits when the lines cross back at tick 4.
        let market = market(&[closes(&[5.0, 4.0, 3.0, 6.0, 3.0])]);
        let mut paper = Paper::new("1000").never_filling();
        let log = play(&spec(SMA, 1), &market, &mut paper);
        assert_eq!(played(&log), [(3, "buy cross_up"), (4, "cancel all")]);
    }

    #[test]
    fn macd_and_ema_lines() {
        let market = market(&[closes(&[9.0, 8.0, 7.0, 6.0, 5.0, 9.0, 9.0, 2.0, 1.0])]);
        // EMA 1 is the close, EMA 2 follows it: up at the jump to 9, down at the fall to 2.
        let ema = spec(StrategyKind::EmaCross { fast: 1, slow: 2 }, 1);
        let log = play(&ema, &market, &mut Paper::new("1000"));
        assert_eq!(played(&log), [(5, "buy cross_up"), (7, "close cross_down")]);
        let macd = spec(StrategyKind::Macd { fast: 1, slow: 2, signal: 2 }, 1);
        let log = play(&macd, &market, &mut Paper::new("1000"));
        assert_eq!(played(&log)[0], (5, "buy cross_up"));
    }

    #[test]
    fn a_coarser_timeframe_acts_only_when_its_bar_closes() {
        // Frames of 4 minutes close with ticks 3, 7, 11, 15, 19; their closes: 5 4 3 6 2.
        let mut minutes = vec![5.0; 4];
        for close in [4.0, 3.0, 6.0, 2.0] {
            minutes.extend([9.0, 1.0, 9.0, close]);
        }
        let market = market_with(&[closes(&minutes)], Some(four_minutes()));
        let mut coarse = spec(SMA, 1);
        coarse.timeframe = four_minutes();
        let log = play(&coarse, &market, &mut Paper::new("1000"));
        // SMA 3 of the frames: 4, 4.33, 3.67: up with the frame of 6, down with the frame of 2.
        assert_eq!(played(&log), [(15, "buy cross_up"), (19, "close cross_down")]);
    }
}
