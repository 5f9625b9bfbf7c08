//! The account of a strategy that decides late.
//!
//! A delayed strategy sees the market as it was so many bars ago, and its account as it is: it decides now what it
//! would have decided then. Bars of before the window stay as they are; the first decisions come as many bars late.

use super::context::{Account, OpenOrder, PositionView};
use crate::domain::{Cash, OrderId, Side, SymbolId};

/// An account as a delayed strategy counts its bars.
pub(super) struct DelayedAccount<'a> {
    pub account: &'a dyn Account,
    pub bars: usize,
}

impl Account for DelayedAccount<'_> {
    fn equity(&self) -> Cash {
        self.account.equity()
    }

    fn cash(&self) -> Cash {
        self.account.cash()
    }

    fn available(&self) -> Cash {
        self.account.available()
    }

    fn position(&self, symbol: SymbolId) -> PositionView {
        let position = self.account.position(symbol);
        PositionView { opened_tick: position.opened_tick.saturating_sub(self.bars), ..position }
    }

    fn has_waiting(&self, symbol: SymbolId, side: Side) -> bool {
        self.account.has_waiting(symbol, side)
    }

    fn open_orders(&self, symbol: SymbolId, out: &mut Vec<OpenOrder>) {
        self.account.open_orders(symbol, out);
    }

    fn next_order_id(&self) -> OrderId {
        self.account.next_order_id()
    }

    fn working(&self, symbol: SymbolId, out: &mut Vec<OrderId>) {
        self.account.working(symbol, out);
    }

    fn ended(&self, symbol: SymbolId) -> u64 {
        self.account.ended(symbol)
    }

    fn accepted(&self, order: OrderId) -> Cash {
        self.account.accepted(order)
    }
}
