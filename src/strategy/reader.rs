//! How a strategy opens its columns: with as much history as its decisions look at.

use super::Setup;
use super::prepare::indicators;
use crate::domain::{IndicatorSpec, Interval, SymbolId};
use crate::indicator::{BitCursor, Feed, bars_in_the_making, bars_needed, places, remembers_its_start};
use crate::market::{BLOCK, Row};
use crate::scenario::{StrategyKind, StrategySpec};

/// Whether the kind compares a bar with the one before, and so needs one bar more.
pub(super) fn looks_back(kind: &StrategyKind) -> bool {
    matches!(kind, StrategyKind::SmaCross { .. } | StrategyKind::EmaCross { .. } | StrategyKind::Macd { .. })
}

/// The bars of `timeframe` that a column of `indicator` reaches back before the window, for itself.
pub(super) fn bars_before(
    indicator: IndicatorSpec,
    looks_back: bool,
    timeframe: Interval,
    base: Interval,
) -> u32 {
    bars_needed(indicator)
        .saturating_add(u32::from(looks_back))
        .saturating_add(bars_in_the_making(timeframe, base))
}

/// The bars that it reaches back as one of the lines of this strategy: those that remember their start begin
/// together, with the longest warm-up among all lines. To the others more history means nothing, and strategies
/// that have one in common share it.
pub(super) fn line_begins(spec: &StrategySpec, indicator: IndicatorSpec, base: Interval) -> u32 {
    let looks_back = looks_back(&spec.kind);
    let need = |line| bars_before(line, looks_back, spec.timeframe, base);
    let own = need(indicator);
    if remembers_its_start(indicator) {
        indicators(&spec.kind).into_iter().map(need).fold(own, u32::max)
    } else {
        own
    }
}

/// The column of `indicator` in the strategy's timeframe.
pub(super) fn open<'m>(
    spec: &StrategySpec,
    setup: &Setup<'m>,
    symbol: SymbolId,
    indicator: IndicatorSpec,
) -> Feed<'m> {
    let bars = line_begins(spec, indicator, setup.history.market.interval);
    setup.history.feed(symbol, spec.timeframe, indicator, bars)
}

/// A search over a symbol's rows of the window.
pub(super) fn scout(setup: &Setup<'_>, symbol: SymbolId) -> BitCursor {
    let history = setup.history;
    BitCursor::until(history.market.series(symbol).row_from(history.ticks.last))
}

/// Where in a block of base rows a bar of the feed's timeframe closes and a test holds.
pub(super) fn where_closed(feed: &Feed<'_>, block: usize, test: impl Fn(Row) -> bool) -> u64 {
    let closes = feed.beat().closes(block);
    let held = places(closes).filter(|place| test(block * BLOCK + place));
    held.fold(0, |word, place| word | 1 << place)
}
