//! What was declared, found in the market for one window.

use std::iter::zip;

use super::stream::{BarStream, Stream};
use super::{ClosedBars, IndicatorId, Needs, NeedsError, Setup, TimeframeId};
use crate::domain::{Interval, SymbolId, Timestamp};
use crate::indicator::Feed;
use crate::market::{Bars, Market, Row, SymbolSeries};
use crate::scenario::WarmUp;

/// The columns that a strategy has declared. Reading takes the row of the deciding tick and gives nothing after it.
#[derive(Debug, Default)]
pub(in crate::strategy) struct Readings<'m> {
    /// The symbols that it trades; by default all of the market.
    symbols: Option<Vec<SymbolId>>,
    /// Indexed by [`TimeframeId`].
    timeframes: Vec<Timeframe>,
    /// By [`IndicatorId`], and in each by [`SymbolId`].
    indicators: Vec<Vec<Option<Feed<'m>>>>,
    stream: Stream,
}

/// Bars of one timeframe.
#[derive(Debug)]
struct Timeframe {
    interval: Interval,
    /// The first row that can be read, by [`SymbolId`].
    first: Vec<Row>,
}

impl<'m> Readings<'m> {
    /// Finds what `needs` declares.
    ///
    /// # Errors
    /// [`NeedsError::Symbol`] and [`NeedsError::NotLoaded`].
    pub(in crate::strategy) fn of(needs: &Needs, setup: &Setup<'m>) -> Result<Self, NeedsError> {
        let market = setup.history.market;
        let symbols = match needs.symbol_names() {
            None => None,
            Some(names) => {
                let found = names.iter().map(|name| {
                    let known = || market.symbols.iter().map(|series| &series.instrument.symbol);
                    symbol(market, name).ok_or_else(|| NeedsError::symbol(name, known()))
                });
                Some(found.collect::<Result<Vec<_>, _>>()?)
            }
        };
        let all = needs.warm_up();
        let missing = all.keys().find(|&&timeframe| !is_loaded(market, timeframe));
        if let Some(&timeframe) = missing {
            return Err(NeedsError::NotLoaded { timeframe });
        }
        let timeframes = needs.timeframes().map(|(interval, bars)| Timeframe::new(interval, bars, setup));
        let indicators = needs.indicators().map(|(series, bars)| {
            let feed = |id| setup.history.feed(id, series.timeframe, &series.indicator, bars);
            let reads = |id: SymbolId| symbols.as_ref().is_none_or(|symbols| symbols.contains(&id));
            ids(market).map(|id| reads(id).then(|| feed(id))).collect()
        });
        Ok(Self {
            timeframes: timeframes.collect(),
            indicators: indicators.collect(),
            symbols,
            stream: Stream::of(setup),
        })
    }

    /// The symbols that it trades.
    pub(super) fn symbols<'a>(&'a self, market: &'a Market) -> impl Iterator<Item = SymbolId> + use<'a, 'm> {
        let chosen = self.symbols.as_deref();
        let all = if chosen.is_none() { market.symbols.len() } else { 0 };
        ids(market).take(all).chain(chosen.unwrap_or_default().iter().copied())
    }

    /// A symbol's bars of a timeframe that were closed with its base row `row`.
    pub(super) fn bars<'a>(
        &self,
        timeframe: TimeframeId,
        symbol: SymbolId,
        series: &'a SymbolSeries,
        row: Row,
    ) -> Option<ClosedBars<'a>> {
        let frame = self.timeframes.get(usize::from(timeframe.0))?;
        let (bars, end) = match series.frames.get(&frame.interval) {
            Some(coarse) if timeframe != TimeframeId::default() => {
                (&coarse.bars, *coarse.closed.get(row)? as usize)
            }
            _ => (&series.bars, row + 1),
        };
        Some(ClosedBars::of(bars, *frame.first.get(symbol.index())?..end))
    }

    /// Whether a bar of a timeframe has closed just now, with base row `row`.
    pub(super) fn just_closed(&self, timeframe: TimeframeId, series: &SymbolSeries, row: Row) -> bool {
        let Some(frame) = self.timeframes.get(usize::from(timeframe.0)) else { return false };
        match series.frames.get(&frame.interval) {
            Some(coarse) if timeframe != TimeframeId::default() => {
                let before = row.checked_sub(1).map_or(0, |before| coarse.closed[before]);
                coarse.closed[row] > before
            }
            _ => true,
        }
    }

    /// The values of an indicator up to the one known at the close of base row `row`.
    pub(super) fn values(&self, indicator: IndicatorId, symbol: SymbolId, row: Row) -> &[f64] {
        let feeds = self.indicators.get(usize::from(indicator.0));
        let feed = feeds.and_then(|feeds| feeds.get(symbol.index())?.as_ref());
        feed.map_or(&[], |feed| feed.values_until(row))
    }

    /// A random number for the bar that opened at this time.
    pub(super) fn draw(&self, open_time: Timestamp) -> f64 {
        self.stream.draw(open_time)
    }

    /// The random numbers of all bars.
    pub(super) const fn stream(&self) -> BarStream {
        self.stream.bars()
    }
}

impl Timeframe {
    fn new(interval: Interval, bars: u32, setup: &Setup<'_>) -> Self {
        let history = setup.history;
        let start = history.market.clock[history.ticks.first];
        let before = if history.warm_up == WarmUp::Before { bars as usize } else { 0 };
        let first = |series: &SymbolSeries| {
            let bars: &Bars = match series.frames.get(&interval) {
                Some(frame) if interval != history.market.interval => &frame.bars,
                _ => &series.bars,
            };
            bars.first_row_from(start).saturating_sub(before)
        };
        Self { interval, first: history.market.symbols.iter().map(first).collect() }
    }
}

fn is_loaded(market: &Market, timeframe: Interval) -> bool {
    timeframe == market.interval || market.symbols.iter().all(|series| series.frames.contains_key(&timeframe))
}

/// The symbol of this name, as results show it or as the data names it.
pub(super) fn symbol(market: &Market, name: &str) -> Option<SymbolId> {
    let named = |series: &SymbolSeries| {
        let instrument = &series.instrument;
        instrument.symbol.as_str() == name || instrument.source.as_str() == name
    };
    zip(ids(market), &market.symbols).find(|(_, series)| named(series)).map(|(id, _)| id)
}

fn ids(market: &Market) -> impl Iterator<Item = SymbolId> + use<> {
    (0..market.symbols.len()).map(|index| SymbolId(u16::try_from(index).unwrap_or(u16::MAX)))
}
