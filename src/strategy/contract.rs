//! The contract between an agent's brain and the engine.

use std::collections::BTreeMap;

use crate::domain::{Action, Cash, Interval, OrderId, Price, Qty, Side, SymbolId, Timestamp};

/// Decides. Called once for each tick of the window, after that tick's bars have closed.
///
/// A strategy is prepared for one window (its indicator columns computed up front, see
/// [`prepare()`](super::prepare())); at a tick it may look only at rows up to `moment`'s.
pub trait Strategy: Send {
    /// Looks at the moment and pushes what it wants done, in order.
    ///
    /// # Errors
    /// A text when it cannot go on: the agent forfeits the window with its loss kept.
    fn on_bar(
        &mut self,
        moment: &Moment<'_>,
        account: &dyn Account,
        actions: &mut Vec<Action>,
    ) -> Result<(), String>;

    /// Asked again at the same moment once the orders that it pushed have gone through the risk profile, until it
    /// pushes nothing: for a strategy whose next order depends on what became of the one before. The account shows
    /// what was accepted: money locked, orders that wait, with `fill_at = "close"` fills.
    ///
    /// # Errors
    /// As [`Self::on_bar`].
    fn follow_up(
        &mut self,
        moment: &Moment<'_>,
        account: &dyn Account,
        actions: &mut Vec<Action>,
    ) -> Result<(), String> {
        let _ = (moment, account, actions);
        Ok(())
    }

    /// The first tick after `moment`'s at which [`Self::on_bar`] may do anything, or must look, as long as
    /// the account's orders and positions stay as they are now, after `moment`'s decision. The ticks before
    /// may be passed over without a call; prices move, the equity with them, and days begin meanwhile.
    ///
    /// Whatever is passed over must not matter: with a call at each tick or only at these the strategy
    /// pushes the same actions. A tick too early is always right; the next one, as here, is for a strategy
    /// that has to see every bar.
    fn next_call(&mut self, moment: &Moment<'_>, account: &dyn Account) -> usize {
        let _ = account;
        moment.tick + 1
    }
}

/// The tick that never comes: what [`Strategy::next_call`] gives for a strategy that is done.
pub const NEVER: usize = usize::MAX;

/// The instant of a decision: the close of the bar that opened at `open_time`.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The tick, an index into the market's clock.
    pub tick: usize,
    /// Ticks since the window's first, from 0.
    pub since_start: usize,
    /// When the bar opened.
    pub open_time: Timestamp,
    /// The market, of which only rows up to this tick may be read.
    pub market: &'a crate::market::Market,
}

impl Moment<'_> {
    /// The symbol's row at this very tick; `None` while it has no bar (not tradable).
    pub fn row(&self, symbol: SymbolId) -> Option<usize> {
        self.market.series(symbol).row_at(self.tick).fresh()
    }

    /// The first row of the symbol after this tick.
    pub(super) fn next_row(&self, symbol: SymbolId) -> usize {
        self.market.series(symbol).row_from(self.tick + 1)
    }

    /// The first tick after this one at which the symbol has a bar.
    pub(super) fn next_bar(&self, symbol: SymbolId) -> usize {
        self.tick_of(symbol, Some(self.next_row(symbol)))
    }

    /// The tick of a row after this tick, [`NEVER`] without one.
    pub(super) fn tick_of(&self, symbol: SymbolId, row: Option<usize>) -> usize {
        row.map_or(NEVER, |row| self.market.tick_of(symbol, row, self.tick + 1))
    }
}

/// What an agent may know of its own account. Amounts are computed when asked for, at the deciding close.
pub trait Account {
    /// Cash and positions, marked at the last closes.
    fn equity(&self) -> Cash;
    /// Quote currency not locked by waiting orders.
    fn available(&self) -> Cash;
    /// What is held of a symbol.
    fn position(&self, symbol: SymbolId) -> PositionView;
    /// Whether any order of this side waits in this symbol (market orders for the next bar included).
    fn has_waiting(&self, symbol: SymbolId, side: Side) -> bool;
    /// The ids of all waiting orders in this symbol, oldest first, with side and remaining quantity where
    /// it is known, pushed onto `out`.
    fn waiting(&self, symbol: SymbolId, out: &mut Vec<(OrderId, Side, Option<Qty>)>);
    /// The number that the next order placed by the strategy will get. Within one call of
    /// [`Strategy::on_bar`] orders are numbered one after the other, in the order of their
    /// [`Action::Place`], the refused ones too (as long as the call pushes nothing but places).
    fn next_order_id(&self) -> OrderId;
    /// The orders of its own in this symbol that still wait, or of whose bracket a protective order does, pushed
    /// onto `out`; one may come more than once.
    fn working(&self, symbol: SymbolId, out: &mut Vec<OrderId>);
    /// How many orders in this symbol have ended so far, protective ones included. Refused ones never began.
    fn ended(&self, symbol: SymbolId) -> u64;
    /// The quote amount that a buy of its own for an amount was accepted for; nothing where it was refused, or
    /// rejected when it came to be filled.
    fn accepted(&self, order: OrderId) -> Cash;
}

/// A position as its agent sees it; all zero while flat.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PositionView {
    /// Held, locked part included.
    pub qty: Qty,
    /// Average price paid, without fees.
    pub average_price: Price,
    /// Tick of the fill that opened it.
    pub opened_tick: usize,
}

impl PositionView {
    /// Whether nothing is held.
    pub const fn is_flat(&self) -> bool {
        self.qty.is_zero()
    }
}

/// How many bars a strategy needs before its first decision, by timeframe. Recursive averages (EMA, Wilder)
/// ask for four times their period, after which less than 0.04 % (EMA) or 2 % (Wilder) of their weight
/// rests on the seed.
pub type Warmup = BTreeMap<Interval, u32>;

/// What a strategy is prepared from, besides its own parameters.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'m> {
    /// Market, window, indicator columns.
    pub history: crate::indicator::History<'m>,
    /// The scenario's seed.
    pub seed: crate::domain::Seed,
    /// Whose strategy it is.
    pub agent: &'m str,
    /// The window's number.
    pub window: u32,
}
