//! Many crossing pairs over one window, tile by tile: averages of a block of bars, comparisons of all pairs
//! while the block is in the nearest cache, then each pair's crosses of the tile one after the other.

use std::collections::{BTreeMap, BTreeSet};

use super::Ineligible;
use super::compare::{Compare, Work, dispatch};
use super::lines::{Lane, Line};
use super::replay_summary::ReplaySummary;
use super::segment::BLOCK;
use super::trader::{State, Terms, Trader};
use super::units::Share;
use crate::domain::{Bps, IndicatorSpec};

/// Blocks of a tile: its comparisons of a group of pairs fit the second cache.
const TILE: usize = 64;
/// Words from one pair's row of a tile to the next: a little more than a tile, so that rows do not fall on the
/// same cache lines.
const ROW: usize = TILE + 8;
/// Pairs that go through the window together: what they hold is all the memory that grows.
const GROUP: usize = 1024;
/// Pairs that take turns.
const TURNS: usize = 4;
/// Lines of a kind that share a group.
const SPREAD: usize = 32;

/// A fast and a slow line, with the first row of the column of each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub fast: (IndicatorSpec, usize),
    pub slow: (IndicatorSpec, usize),
    pub size: Bps,
}

/// Takes all pairs through the window and hands out what became of each, in any order.
pub(super) fn run(
    pairs: &[Pair],
    terms: &Terms<'_>,
    mut each: impl FnMut(usize, Result<ReplaySummary, Ineligible>),
) {
    for indexes in groups(pairs) {
        let mut group = Group::new(pairs, &indexes, terms);
        dispatch(Tiles { group: &mut group, terms });
        for (crosser, index) in group.crossers.into_iter().zip(indexes) {
            each(index, crosser.trader.finish(terms));
        }
    }
}

/// Places of pairs by group: pairs that share lines together.
fn groups(pairs: &[Pair]) -> Vec<Vec<usize>> {
    type Key = (IndicatorSpec, usize);
    let ranks = |of: fn(&Pair) -> &Key| -> BTreeMap<&Key, usize> {
        let mut keys: Vec<_> = pairs.iter().map(of).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().zip(0..).collect()
    };
    let (fast, slow) = (ranks(|pair| &pair.fast), ranks(|pair| &pair.slow));
    let mut indexes: Vec<usize> = (0..pairs.len()).collect();
    indexes.sort_by_key(|&index| {
        let pair = &pairs[index];
        let (fast, slow) = (fast[&pair.fast], slow[&pair.slow]);
        (fast / SPREAD, slow / SPREAD, slow, fast)
    });
    indexes.chunks(GROUP).map(<[usize]>::to_vec).collect()
}

/// State of one pair.
struct Crosser {
    fast: usize,
    slow: usize,
    /// The bar from which crosses count.
    from: usize,
    /// Which side the fast line was on last: 1 above.
    above: u64,
    /// Whether no cross has been counted.
    unbroken: bool,
    /// Whether in this tile two equal values counted as above.
    latched: bool,
    trader: Trader,
}

struct Group {
    /// Those of one indicator beside each other, by where they begin.
    lines: Vec<Line>,
    lanes: Vec<Lane>,
    crossers: Vec<Crosser>,
    words: Vec<u64>,
    /// Crosses of the pairs that take turns.
    lists: [Vec<u32>; TURNS],
}

impl Group {
    fn new(pairs: &[Pair], indexes: &[usize], terms: &Terms<'_>) -> Self {
        let pairs = || indexes.iter().map(|&index| &pairs[index]);
        let keys: BTreeSet<&(IndicatorSpec, usize)> =
            pairs().flat_map(|pair| [&pair.fast, &pair.slow]).collect();
        let (mut index, mut lines) = (BTreeMap::new(), Vec::with_capacity(keys.len()));
        for key in keys {
            index.insert(key, lines.len());
            lines.extend(Line::new(&key.0, key.1, terms.columns));
        }
        let mut crossers: Vec<Crosser> = Vec::with_capacity(indexes.len());
        for pair in pairs() {
            let (fast, slow) = (index[&pair.fast], index[&pair.slow]);
            let trader = Trader::new(Share::new(pair.size), terms);
            crossers.push(Crosser { fast, slow, from: 0, above: 0, unbroken: true, latched: false, trader });
        }
        for crosser in &mut crossers {
            let valid = lines[crosser.fast].valid.max(lines[crosser.slow].valid);
            crosser.from = valid.saturating_sub(terms.columns.base) + 1;
        }
        let lanes = vec![Lane::EMPTY; lines.len()];
        let words = vec![0; ROW * crossers.len()];
        Self { lines, lanes, crossers, words, lists: Default::default() }
    }
}

impl Group {
    /// Lines that have become the same, up to row `row`, go on as one: an average that began with another pair's
    /// warm-up forgets it within some twenty periods, to the last bit.
    fn merge_lines(&mut self, row: usize) {
        let mut kept: Vec<usize> = Vec::with_capacity(self.lines.len());
        let moved_to: Vec<usize> = (0..self.lines.len())
            .map(|line| {
                let goes_on =
                    kept.last().is_some_and(|&last| self.lines[line].goes_on_as(&self.lines[last], row));
                if !goes_on {
                    kept.push(line);
                }
                kept.len() - 1
            })
            .collect();
        if kept.len() == self.lines.len() {
            return;
        }
        self.lines = kept.iter().map(|&line| self.lines[line].clone()).collect();
        self.lanes.truncate(kept.len());
        for crosser in &mut self.crossers {
            (crosser.fast, crosser.slow) = (moved_to[crosser.fast], moved_to[crosser.slow]);
        }
    }
}

struct Tiles<'t> {
    group: &'t mut Group,
    terms: &'t Terms<'t>,
}

impl Work for Tiles<'_> {
    #[inline(always)]
    fn run<C: Compare>(self, compare: C) {
        let Self { group, terms } = self;
        let blocks = terms.columns.len().div_ceil(BLOCK);
        for first in (0..blocks).step_by(TILE) {
            let count = TILE.min(blocks - first);
            for block in 0..count {
                group.compare(compare, terms, first + block, block);
            }
            group.trade(terms, first * BLOCK, count);
            group.merge_lines(terms.columns.base + ((first + count) * BLOCK).min(terms.columns.len()) - 1);
        }
    }
}

impl Group {
    /// Fills the lines of a block and compares all pairs in it.
    #[inline(always)]
    fn compare<C: Compare>(&mut self, compare: C, terms: &Terms<'_>, block: usize, slot: usize) {
        for (line, lane) in self.lines.iter_mut().zip(&mut self.lanes) {
            line.fill(terms.columns, block * BLOCK, lane);
        }
        for (crosser, words) in self.crossers.iter_mut().zip(self.words.chunks_exact_mut(ROW)) {
            let (fast, slow) = (&self.lanes[crosser.fast], &self.lanes[crosser.slow]);
            words[slot] = if fast.highest < slow.bottom {
                0
            } else if fast.lowest > slow.top {
                u64::MAX
            } else {
                let (above, below) = compare.sides(&fast.values, &slow.ceiling, &slow.floor);
                let unsure = !(above | below);
                if unsure != 0 {
                    let lines = [(&self.lines[crosser.fast], fast), (&self.lines[crosser.slow], slow)];
                    let value = |which: usize, bar| {
                        let (line, lane) = lines[which];
                        line.value(terms.columns, lane, bar)
                    };
                    crosser.exactly(above, unsure, &words[..slot], block * BLOCK, value)
                } else {
                    above
                }
            };
        }
    }
}

impl Group {
    /// Acts on the crosses of a tile. One pair's fills wait for each other, those of different pairs do not:
    /// a few pairs take turns, so that the processor always has something to do.
    #[inline(always)]
    fn trade(&mut self, terms: &Terms<'_>, start: usize, count: usize) {
        let last = (terms.columns.len() - 1) as u32;
        let tiles = self.words.chunks_exact(ROW);
        let mut tiles = tiles.map(|words| &words[..count]);
        for pairs in self.crossers.chunks_mut(TURNS) {
            let mut longest = 0;
            for ((crosser, words), list) in pairs.iter_mut().zip(&mut tiles).zip(&mut self.lists) {
                crosser.crosses(words, start, list);
                crosser.unbroken &= list.is_empty();
                // An order of the last close never fills.
                if list.last().is_some_and(|cross| cross >> 1 == last) {
                    list.pop();
                }
                longest = longest.max(list.len());
            }
            for turn in 0..longest {
                for (crosser, list) in pairs.iter_mut().zip(&self.lists) {
                    if let Some(&cross) = list.get(turn) {
                        crosser.act(cross, terms);
                    }
                }
            }
            for crosser in pairs {
                // After a refusal nothing may be held while the lines say otherwise, and equal values may make a
                // cross that is not in the list.
                if crosser.latched && crosser.trader.refused {
                    crosser.trader.stop(Ineligible::CloseCall);
                }
                crosser.latched = false;
            }
        }
    }
}

impl Crosser {
    /// The comparisons of the block that begins at bar `start`, with those that are `unsure` made exact;
    /// `words` are the tile's blocks before it, `value(0 or 1, bar)` is the fast or the slow line.
    ///
    /// Where the two are equal the fast line stays on the side it came from. Only what was above from its first
    /// value on counts as not above then: nothing has been bought, and the next value above is a cross.
    #[cold]
    #[inline(never)]
    fn exactly(
        &mut self,
        above: u64,
        unsure: u64,
        words: &[u64],
        start: usize,
        value: impl Fn(usize, usize) -> f64,
    ) -> u64 {
        let (mut bits, mut left) = (above, unsure);
        while left != 0 {
            let index = left.trailing_zeros();
            left &= left - 1;
            let bar = start + index as usize;
            let (fast, slow) = (value(0, bar), value(1, bar));
            let stays = fast == slow && bar >= self.from && self.was_above(bits, index, words, start);
            self.latched |= stays;
            bits |= u64::from(fast > slow || stays) << index;
        }
        bits
    }

    /// Whether the fast line was above before bit `index` of the block at `start`, and not from its first value
    /// on. Bits from there on are still to be made out.
    #[cold]
    fn was_above(&self, bits: u64, index: u32, words: &[u64], start: usize) -> bool {
        let known = (1_u64 << index) - 1;
        let side = match (index, words.last()) {
            (0, Some(word)) => word >> 63,
            (0, None) => self.above,
            _ => bits >> (index - 1) & 1,
        };
        let tile = start - words.len() * BLOCK;
        let first = self.from - 1;
        let all_above = |(number, word): (usize, u64)| {
            let before = first.saturating_sub(tile + number * BLOCK);
            before >= BLOCK || word | ((1 << before) - 1) == u64::MAX
        };
        let so_far = words.iter().copied().chain([bits | !known]);
        let from_the_first =
            self.unbroken && (first >= tile || self.above == 1) && so_far.enumerate().all(all_above);
        side == 1 && !from_the_first
    }

    /// Lists the crosses of a tile: twice the bar, and one more where the fast line comes out above.
    #[inline(always)]
    fn crosses(&mut self, words: &[u64], start: usize, list: &mut Vec<u32>) {
        list.clear();
        for (number, &word) in words.iter().enumerate() {
            let mut edges = word ^ (word << 1 | self.above);
            self.above = word >> 63;
            let bar = start + number * BLOCK;
            if bar < self.from {
                edges &= u64::MAX.checked_shl((self.from - bar) as u32).unwrap_or(0);
            }
            while edges != 0 {
                let bit = edges.trailing_zeros();
                edges &= edges - 1;
                list.push((bar as u32 + bit) << 1 | (word >> bit & 1) as u32);
            }
        }
    }

    /// The lines cross at the close of a bar.
    #[inline(always)]
    fn act(&mut self, cross: u32, terms: &Terms<'_>) {
        let (at, up) = ((cross >> 1) as usize, cross & 1 == 1);
        match self.trader.state {
            State::Flat if up => self.trader.enter(at, terms),
            State::Long if !up => self.trader.leave(at, terms),
            _ => {}
        }
    }
}
