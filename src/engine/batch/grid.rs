//! Many crossing pairs over one window, tile by tile: averages of a block of bars, comparisons of all pairs
//! while the block is in the nearest cache, then each pair's crosses of the tile one after the other.

use std::collections::BTreeMap;

use super::Why;
use super::compare::{Compare, Work, dispatch};
use super::condensed::Condensed;
use super::falls::BLOCK;
use super::lines::{Lane, Line};
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
/// Lines of a kind that share a group.
const SPREAD: usize = 32;

/// A fast and a slow line, with the first row of the column of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub fast: (IndicatorSpec, usize),
    pub slow: (IndicatorSpec, usize),
    pub size: Bps,
}

/// Takes all pairs through the window and hands out what became of each, in any order.
pub(super) fn run(pairs: &[Pair], terms: &Terms<'_>, mut each: impl FnMut(usize, Result<Condensed, Why>)) {
    for places in groups(pairs) {
        let mut group = Group::new(pairs, &places, terms);
        dispatch(Tiles { group: &mut group, terms });
        for (crosser, place) in group.crossers.into_iter().zip(places) {
            each(place, crosser.trader.finish(terms));
        }
    }
}

/// Places of pairs by group: pairs that share lines together.
fn groups(pairs: &[Pair]) -> Vec<Vec<usize>> {
    let ranks = |of: fn(&Pair) -> (IndicatorSpec, usize)| -> BTreeMap<(IndicatorSpec, usize), usize> {
        let mut keys: Vec<_> = pairs.iter().map(of).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().zip(0..).collect()
    };
    let (fast, slow) = (ranks(|pair| pair.fast), ranks(|pair| pair.slow));
    let mut places: Vec<usize> = (0..pairs.len()).collect();
    places.sort_by_key(|&place| {
        let pair = &pairs[place];
        let (fast, slow) = (fast[&pair.fast], slow[&pair.slow]);
        (fast / SPREAD, slow / SPREAD, slow, fast)
    });
    places.chunks(GROUP).map(<[usize]>::to_vec).collect()
}

/// One pair under way.
struct Crosser {
    fast: usize,
    slow: usize,
    /// The place from which crosses count.
    from: usize,
    /// Which side the fast line was on last: 1 above.
    above: u64,
    trader: Trader,
}

struct Group {
    lines: Vec<Line>,
    lanes: Vec<Lane>,
    crossers: Vec<Crosser>,
    words: Vec<u64>,
}

impl Group {
    fn new(pairs: &[Pair], places: &[usize], terms: &Terms<'_>) -> Self {
        let mut index = BTreeMap::new();
        let mut lines = Vec::new();
        let mut line = |key: (IndicatorSpec, usize)| {
            *index.entry(key).or_insert_with(|| {
                lines.extend(Line::new(key.0, key.1, terms.ground));
                lines.len() - 1
            })
        };
        let mut crossers: Vec<Crosser> = Vec::with_capacity(places.len());
        for pair in places.iter().map(|&place| &pairs[place]) {
            let (fast, slow) = (line(pair.fast), line(pair.slow));
            let trader = Trader::new(Share::new(pair.size), terms);
            crossers.push(Crosser { fast, slow, from: 0, above: 0, trader });
        }
        for crosser in &mut crossers {
            let valid = lines[crosser.fast].valid.max(lines[crosser.slow].valid);
            crosser.from = valid.saturating_sub(terms.ground.base) + 1;
        }
        let lanes = vec![Lane::EMPTY; lines.len()];
        let words = vec![0; ROW * crossers.len()];
        Self { lines, lanes, crossers, words }
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
        let blocks = terms.ground.len().div_ceil(BLOCK);
        for first in (0..blocks).step_by(TILE) {
            let count = TILE.min(blocks - first);
            for block in 0..count {
                group.compare(compare, terms, first + block, block);
            }
            for (crosser, words) in group.crossers.iter_mut().zip(group.words.chunks_exact(ROW)) {
                crosser.cross(&words[..count], first * BLOCK, terms);
            }
        }
    }
}

impl Group {
    /// Fills the lines of a block and compares all pairs in it.
    #[inline(always)]
    fn compare<C: Compare>(&mut self, compare: C, terms: &Terms<'_>, block: usize, slot: usize) {
        for (line, lane) in self.lines.iter_mut().zip(&mut self.lanes) {
            line.fill(terms.ground, block * BLOCK, lane);
        }
        for (crosser, words) in self.crossers.iter_mut().zip(self.words.chunks_exact_mut(ROW)) {
            let (fast, slow) = (&self.lanes[crosser.fast], &self.lanes[crosser.slow]);
            words[slot] = if fast.high < slow.low {
                0
            } else if fast.low > slow.high {
                u64::MAX
            } else {
                match compare.above(&fast.coarse, &slow.coarse) {
                    (bits, false) => bits,
                    (_, true) => {
                        let before = slot.checked_sub(1).map_or(crosser.above, |slot| words[slot] >> 63);
                        exactly(fast, slow, before, crosser.from.saturating_sub(block * BLOCK))
                    }
                }
            };
        }
    }
}

/// The comparison where rounded values are equal. Where the exact values are equal too the fast line stays on
/// the side it came from: `before` says which that was in the block before. Before place `from` of the block
/// there is no such side, and equal is not above.
#[cold]
#[inline(never)]
fn exactly(fast: &Lane, slow: &Lane, before: u64, from: usize) -> u64 {
    let (mut bits, mut side) = (0, before);
    for (index, (fast, slow)) in fast.exact.iter().zip(&slow.exact).enumerate() {
        if fast > slow {
            side = 1;
        } else if fast < slow || index < from {
            side = 0;
        }
        bits |= side << index;
    }
    bits
}

impl Crosser {
    #[inline(always)]
    fn cross(&mut self, words: &[u64], start: usize, terms: &Terms<'_>) {
        let last = terms.ground.len() - 1;
        for (number, &word) in words.iter().enumerate() {
            let mut edges = word ^ (word << 1 | self.above);
            self.above = word >> 63;
            let place = start + number * BLOCK;
            if place < self.from {
                edges &= u64::MAX.checked_shl((self.from - place) as u32).unwrap_or(0);
            }
            while edges != 0 {
                let at = place + edges.trailing_zeros() as usize;
                edges &= edges - 1;
                if at >= last {
                    break;
                }
                let up = word >> (at - place) & 1 == 1;
                match self.trader.state {
                    State::Flat if up => self.trader.enter(at, terms),
                    State::Long if !up => self.trader.leave(at, terms),
                    _ => {}
                }
            }
        }
    }
}
