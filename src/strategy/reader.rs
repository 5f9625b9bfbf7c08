//! How a strategy opens its columns: with as much history as its decisions look at.

use std::ops::Range;
use std::sync::Arc;

use super::Setup;
use super::lines::line_begins;
use crate::domain::{IndicatorSpec, SymbolId};
use crate::indicator::{BitCursor, BitsKey, Feed, set_bits};
use crate::market::{BLOCK, Row};
use crate::scenario::StrategySpec;

/// The column of `indicator` in the strategy's timeframe.
pub(super) fn open<'m>(
    spec: &StrategySpec,
    setup: &Setup<'m>,
    symbol: SymbolId,
    indicator: &IndicatorSpec,
) -> Feed<'m> {
    let bars = line_begins(spec, indicator, setup.history.market.interval);
    setup.history.feed(symbol, spec.timeframe, indicator, bars)
}

/// A cursor over a symbol's rows of the window.
pub(super) fn cursor(setup: &Setup<'_>, symbol: SymbolId) -> BitCursor {
    let history = setup.history;
    BitCursor::until(history.market.series(symbol).row_from(history.ticks.last))
}

/// The blocks of a symbol's rows up to the window's end; those before the window are not asked for.
pub(super) fn blocks(setup: &Setup<'_>, symbol: SymbolId) -> Range<usize> {
    let (series, ticks) = (setup.history.market.series(symbol), setup.history.ticks);
    series.row_from(ticks.first) / BLOCK..series.row_from(ticks.last).div_ceil(BLOCK)
}

/// The words of all blocks up to the end of `blocks`: zero before them.
#[inline(always)]
pub(super) fn words(blocks: Range<usize>, word: impl Fn(usize) -> u64) -> Vec<u64> {
    let mut words = vec![0; blocks.start];
    words.extend(blocks.map(word));
    words
}

/// The words of a condition, computed once for all strategies of the window that ask the same.
pub(super) fn shared_words(
    setup: &Setup<'_>,
    symbol: SymbolId,
    condition: String,
    word: impl Fn(usize) -> u64,
) -> Arc<[u64]> {
    let key = words_key(setup, symbol, condition);
    setup.history.cache.bits(&key, || words(blocks(setup, symbol), word))
}

/// What names the words of a condition.
pub(super) fn words_key(setup: &Setup<'_>, symbol: SymbolId, condition: String) -> BitsKey {
    BitsKey::new(symbol, setup.history.ticks, setup.history.warm_up, condition)
}

/// Where in a block of base rows a bar of the feed's timeframe closes and a test holds.
pub(super) fn where_closed(feed: &Feed<'_>, block: usize, test: impl Fn(Row) -> bool) -> u64 {
    let closes = feed.clock().closes(block);
    let held = set_bits(closes).filter(|bit| test(block * BLOCK + bit));
    held.fold(0, |word, bit| word | 1 << bit)
}
