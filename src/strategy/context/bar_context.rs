//! The view that strategies decide by.

use super::account::Account;
use super::readings::{self, Readings};
use super::{Bar, BarStream, ClosedBars, IndicatorId, OpenOrder, PositionView, TimeframeId};
use crate::domain::{Cash, Instrument, Interval, Price, Side, SymbolId, Timestamp};
use crate::market::{Market, Row, SymbolSeries};

/// A deciding tick of a market, for this crate only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now<'a> {
    /// Bars of all symbols.
    pub market: &'a Market,
    /// The tick, an index into the market's clock.
    pub tick: usize,
    /// Ticks since the window's first, from 0.
    pub since_start: usize,
    /// When the tick's bars opened.
    pub open_time: Timestamp,
}

/// What a strategy knows when it decides: everything up to the close of one bar, and nothing after it.
///
/// A window is a row of bars on one clock. At each of them, after it has closed and after the open orders were
/// matched against it, a strategy is called with a context of that instant, [`BarContext::time`]. It answers five
/// questions.
///
/// **Which bars are there?** [`bars`](Self::bars) gives the closed bars of a symbol in the scenario's interval,
/// [`bars_of`](Self::bars_of) those of a coarser timeframe that was declared. Both end with the newest closed bar.
/// A 4-hour bar is missing until its four hours are over, whatever is known of its first three. A symbol need not
/// have a bar at every tick: [`bar`](Self::bar) gives the one that closed just now, if there is one, and only then can
/// an order in that symbol be accepted.
///
/// **What do the indicators say?** [`indicator`](Self::indicator) gives the value at the newest closed bar, or `None`
/// while the indicator warms up; [`indicator_values`](Self::indicator_values) the values of the past, newest last.
///
/// **How does the account stand?** [`cash`](Self::cash), [`available`](Self::available), [`equity`](Self::equity),
/// [`position`](Self::position) and [`open_orders`](Self::open_orders), all at this close. No other agent's account can
/// be seen.
///
/// **What can be traded?** [`symbols`](Self::symbols), and the [`instrument`](Self::instrument) of each with its price
/// tick, quantity step and minimum notional.
///
/// **What does chance say?** [`random`](Self::random) draws from a stream that belongs to this agent, window and bar.
/// The same scenario gives the same numbers on every machine.
///
/// # The future is out of reach
/// There is no method that leads to a later bar, and slices end before it. Reading the last closed bar compiles:
///
/// ```
/// use tiltyard::prelude::*;
///
/// struct Newcomer;
///
/// impl Strategy for Newcomer {
///     fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
///         for symbol in ctx.symbols() {
///             let bar = ctx.bars(symbol).last();
///             if bar.is_some_and(|bar| bar.close > bar.open) {
///                 orders.buy(symbol, Size::percent_of_equity(10.0));
///             }
///         }
///         Ok(())
///     }
/// }
/// ```
///
/// The same strategy with the next bar does not compile, for there is no such method:
///
/// ```compile_fail,E0599
/// use tiltyard::prelude::*;
///
/// struct Newcomer;
///
/// impl Strategy for Newcomer {
///     fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
///         for symbol in ctx.symbols() {
///             let bar = ctx.bars(symbol).next();
///             if bar.is_some_and(|bar| bar.close > bar.open) {
///                 orders.buy(symbol, Size::percent_of_equity(10.0));
///             }
///         }
///         Ok(())
///     }
/// }
/// ```
///
/// Nor does reaching for the market behind the context, which is private:
///
/// ```compile_fail,E0616
/// use tiltyard::prelude::*;
///
/// struct Newcomer;
///
/// impl Strategy for Newcomer {
///     fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
///         for symbol in ctx.symbols() {
///             let bars = &ctx.now.market.series(symbol).bars;
///             if bars.close[ctx.bars(symbol).len()] > 100.0 {
///                 orders.buy(symbol, Size::percent_of_equity(10.0));
///             }
///         }
///         Ok(())
///     }
/// }
/// ```
///
/// Nor does keeping the context to look at it again later:
///
/// ```compile_fail
/// use tiltyard::prelude::*;
///
/// struct Newcomer<'a> {
///     kept: Option<BarContext<'a>>,
/// }
///
/// impl Strategy for Newcomer<'_> {
///     fn on_bar(&mut self, ctx: &BarContext<'_>, _: &mut Orders) -> Result<(), StrategyError> {
///         self.kept = Some(*ctx);
///         Ok(())
///     }
/// }
/// ```
#[derive(Clone, Copy)]
pub struct BarContext<'a> {
    pub(super) now: Now<'a>,
    account: &'a dyn Account,
    readings: &'a Readings<'a>,
}

impl<'a> BarContext<'a> {
    pub(in crate::strategy) const fn new(
        now: Now<'a>,
        account: &'a dyn Account,
        readings: &'a Readings<'a>,
    ) -> Self {
        Self { now, account, readings }
    }
}

/// # Time
impl BarContext<'_> {
    /// The instant of the decision: the close of this tick's bars.
    pub fn time(&self) -> Timestamp {
        self.now.open_time + self.now.market.interval.span()
    }

    /// When this tick's bars opened.
    pub const fn open_time(&self) -> Timestamp {
        self.now.open_time
    }

    /// Number of the trading day in which the bar opens: its date as days since 1970-01-01.
    pub fn day(&self) -> i64 {
        self.now.market.day.day_of(self.now.open_time)
    }

    /// The scenario's interval.
    pub const fn interval(&self) -> Interval {
        self.now.market.interval
    }

    /// Ticks since the window's first, which is 0.
    pub const fn bars_since_start(&self) -> usize {
        self.now.since_start
    }
}

/// # Symbols
impl<'a> BarContext<'a> {
    /// The symbols that the strategy trades, in the scenario's order: those that it declared, or all.
    pub fn symbols(&self) -> impl Iterator<Item = SymbolId> + use<'a> {
        self.readings.symbols(self.now.market)
    }

    /// The scenario's symbol of this name.
    pub fn symbol(&self, name: &str) -> Option<SymbolId> {
        readings::symbol(self.now.market, name)
    }

    /// A symbol's name and trading rules: price tick, quantity step, minimum notional.
    ///
    /// # Panics
    /// If the scenario has no such symbol. Every id that [`Self::symbols`] or [`Self::symbol`] gives is one.
    pub fn instrument(&self, symbol: SymbolId) -> &'a Instrument {
        &self.now.market.series(symbol).instrument
    }
}

/// # Bars
impl<'a> BarContext<'a> {
    /// A symbol's closed bars of the scenario's interval: as many from before the window as were declared with
    /// [`Needs::bars`](super::Needs::bars), and those of the window so far. Bars that were made to fill gaps are
    /// among them.
    pub fn bars(&self, symbol: SymbolId) -> ClosedBars<'a> {
        self.bars_of(symbol, TimeframeId::default())
    }

    /// A symbol's closed bars of a declared timeframe.
    pub fn bars_of(&self, symbol: SymbolId, timeframe: TimeframeId) -> ClosedBars<'a> {
        let known = self.last_row(symbol);
        let bars = known.and_then(|(series, row)| self.readings.bars(timeframe, symbol, series, row));
        bars.unwrap_or(ClosedBars::none(self.now.market.interval))
    }

    /// The symbol's bar that closed at this tick; `None` where it has none, or one that was made to fill a gap. An
    /// order in a symbol without a bar is refused.
    pub fn bar(&self, symbol: SymbolId) -> Option<Bar> {
        let row = self.row(symbol)?;
        ClosedBars::of(&self.now.market.series(symbol).bars, row..row + 1).last()
    }

    /// The close of that bar, as the exact price that amounts are computed with.
    pub fn price(&self, symbol: SymbolId) -> Option<Price> {
        let row = self.row(symbol)?;
        Some(Price::from_f64(self.now.market.series(symbol).bars.close[row]))
    }

    /// Whether a bar of a declared timeframe has closed at this tick.
    pub fn just_closed(&self, symbol: SymbolId, timeframe: TimeframeId) -> bool {
        let series = self.row(symbol).map(|row| (self.now.market.series(symbol), row));
        series.is_some_and(|(series, row)| self.readings.just_closed(timeframe, series, row))
    }
}

/// # Indicators
impl<'a> BarContext<'a> {
    /// A declared indicator at its newest closed bar; `None` while it warms up.
    pub fn indicator(&self, indicator: IndicatorId, symbol: SymbolId) -> Option<f64> {
        self.indicator_values(indicator, symbol).last().copied().filter(|value| !value.is_nan())
    }

    /// Its values up to that bar, oldest first; NaN where it had none yet.
    pub fn indicator_values(&self, indicator: IndicatorId, symbol: SymbolId) -> &'a [f64] {
        let known = self.last_row(symbol);
        known.map_or(&[], |(_, row)| self.readings.values(indicator, symbol, row))
    }
}

/// # The account
impl BarContext<'_> {
    /// Cash and positions, marked at the last closes.
    pub fn equity(&self) -> Cash {
        self.account.equity()
    }

    /// Quote currency, the part that open orders lock included.
    pub fn cash(&self) -> Cash {
        self.account.cash()
    }

    /// Quote currency that no open order locks.
    pub fn available(&self) -> Cash {
        self.account.available()
    }

    /// What is held of a symbol.
    pub fn position(&self, symbol: SymbolId) -> PositionView {
        self.account.position(symbol)
    }

    /// The symbol's bars that the position has lived through: the one in which it was opened, this one, and those
    /// between. 0 while nothing is held.
    pub fn bars_held(&self, symbol: SymbolId) -> usize {
        let position = self.position(symbol);
        let Some((_, row)) = self.last_row(symbol).filter(|_| !position.is_flat()) else { return 0 };
        row + 1 - self.row_at(symbol, position.opened_tick).unwrap_or(row).min(row)
    }

    /// The symbol's open orders, oldest first, those of brackets included.
    pub fn open_orders(&self, symbol: SymbolId) -> Vec<OpenOrder> {
        let mut orders = Vec::new();
        self.account.open_orders(symbol, &mut orders);
        orders
    }

    /// Whether any order of this side is open in this symbol.
    pub fn has_open_order(&self, symbol: SymbolId, side: Side) -> bool {
        self.account.has_waiting(symbol, side)
    }
}

/// # Chance
impl BarContext<'_> {
    /// The next random number, uniform in `[0, 1)`. Each bar has a stream of its own, seeded with the scenario's seed,
    /// the agent's name, the window's number and the bar's time.
    pub fn random(&self) -> f64 {
        self.readings.draw(self.now.open_time)
    }
}

/// For the strategies of this crate.
impl<'a> BarContext<'a> {
    /// When the window's first bar opened.
    pub(crate) fn window_start(&self) -> Timestamp {
        self.now.market.clock[self.now.tick - self.now.since_start]
    }

    /// When the bar before this one closed; when this one opened, for the window's first.
    pub(in crate::strategy) fn previous_close(&self) -> Timestamp {
        match self.now.since_start {
            0 => self.now.open_time,
            _ => self.now.market.clock[self.now.tick - 1] + self.now.market.interval.span(),
        }
    }

    /// The name of a symbol; the number of one that the scenario does not have.
    pub(crate) fn symbol_name(&self, symbol: SymbolId) -> String {
        let series = self.now.market.symbols.get(symbol.index());
        series.map_or_else(|| symbol.0.to_string(), |series| series.instrument.symbol.to_string())
    }

    /// The view of so many bars ago with another account; `None` where that is before the window.
    pub(in crate::strategy) fn earlier<'b>(
        &self,
        bars: usize,
        account: &'b dyn Account,
    ) -> Option<BarContext<'b>>
    where
        'a: 'b,
    {
        let now = self.now;
        let (since_start, tick) = (now.since_start.checked_sub(bars)?, now.tick - bars);
        let now = Now { tick, since_start, open_time: now.market.clock[tick], ..now };
        Some(BarContext { now, account, readings: self.readings })
    }

    /// The numbers that [`Self::random`] gives, for one that draws them later.
    pub(crate) const fn random_stream(&self) -> BarStream {
        self.readings.stream()
    }

    /// The account with what only they ask for.
    pub(crate) const fn account(&self) -> &'a dyn Account {
        self.account
    }

    /// The tick, an index into the market's clock.
    pub(in crate::strategy) const fn tick(&self) -> usize {
        self.now.tick
    }

    /// The symbol's row at this very tick; `None` while it has no bar (not tradable).
    pub(in crate::strategy) fn row(&self, symbol: SymbolId) -> Option<Row> {
        self.now.market.symbols.get(symbol.index())?.row_at(self.now.tick).fresh()
    }

    /// The symbol's last row at a tick up to this one.
    pub(in crate::strategy) fn row_at(&self, symbol: SymbolId, tick: usize) -> Option<Row> {
        self.now.market.series(symbol).row_at(tick.min(self.now.tick)).row()
    }

    fn last_row(&self, symbol: SymbolId) -> Option<(&'a SymbolSeries, Row)> {
        let series = self.now.market.symbols.get(symbol.index())?;
        series.row_at(self.now.tick).row().map(|row| (series, row))
    }
}
