//! The moves that the built-in strategies share: enter once, leave what is held, or turn from one side to the other.

use crate::domain::{OrderRequest, Side, Size, SymbolId};
use crate::scenario::{Direction, StrategySpec};
use crate::strategy::{BarContext, Orders};

/// What a strategy does where its signal points up or down: the sides that it trades, and the size of its entries.
#[derive(Debug, Clone, Copy)]
pub(in crate::strategy) struct Moves {
    direction: Direction,
    size: Size,
}

impl Moves {
    /// As a strategy's parameters say.
    pub fn of(spec: &StrategySpec) -> Self {
        let size = spec.entries.quantity.map_or(Size::EquityShare(spec.size), Size::Qty);
        Self { direction: spec.entries.direction, size }
    }

    /// Whether [`Self::up`] would send anything.
    pub fn may_go_up(self, ctx: &BarContext<'_>, symbol: SymbolId) -> bool {
        self.may_go(ctx, symbol, Side::Buy)
    }

    /// Whether [`Self::down`] would send anything.
    pub fn may_go_down(self, ctx: &BarContext<'_>, symbol: SymbolId) -> bool {
        self.may_go(ctx, symbol, Side::Sell)
    }

    /// The signal points up: enters a long, leaves a short, or turns. Whether anything was sent.
    pub fn up(
        self,
        ctx: &BarContext<'_>,
        symbol: SymbolId,
        reason: &'static str,
        orders: &mut Orders,
    ) -> bool {
        self.go(ctx, (symbol, Side::Buy), reason, orders)
    }

    /// The signal points down: leaves a long, enters a short, or turns. Whether anything was sent.
    pub fn down(
        self,
        ctx: &BarContext<'_>,
        symbol: SymbolId,
        reason: &'static str,
        orders: &mut Orders,
    ) -> bool {
        self.go(ctx, (symbol, Side::Sell), reason, orders)
    }

    /// The side that a strategy of one side enters on; `None` for one that turns.
    const fn entry_side(self) -> Option<Side> {
        match self.direction {
            Direction::Long => Some(Side::Buy),
            Direction::Short => Some(Side::Sell),
            Direction::Both => None,
        }
    }

    fn may_go(self, ctx: &BarContext<'_>, symbol: SymbolId, side: Side) -> bool {
        match self.entry_side() {
            Some(entry) if entry == side => may_enter_on(ctx, symbol, entry),
            Some(entry) => may_leave_from(ctx, symbol, entry),
            None => may_turn(ctx, symbol, side),
        }
    }

    fn go(
        self,
        ctx: &BarContext<'_>,
        (symbol, side): (SymbolId, Side),
        reason: &'static str,
        orders: &mut Orders,
    ) -> bool {
        match self.entry_side() {
            Some(entry) if entry == side => {
                let free = may_enter_on(ctx, symbol, entry);
                if free {
                    orders.place(entry_of(symbol, side, self.size, reason));
                }
                free
            }
            Some(entry) => leave_from(ctx, (symbol, entry), reason, orders),
            None => self.turn(ctx, (symbol, side), reason, orders),
        }
    }

    /// One order that closes the other side and opens this one; takes back what waits on the other side.
    fn turn(
        self,
        ctx: &BarContext<'_>,
        (symbol, side): (SymbolId, Side),
        reason: &'static str,
        orders: &mut Orders,
    ) -> bool {
        let turns = may_turn(ctx, symbol, side);
        if turns {
            if ctx.has_open_order(symbol, side.opposite()) {
                orders.cancel_all(symbol);
            }
            let entry = entry_of(symbol, side, self.size, reason);
            orders.place(OrderRequest { reverse: true, ..entry });
        }
        turns
    }
}

/// A market order that may open a position.
pub(in crate::strategy) const fn entry_of(
    symbol: SymbolId,
    side: Side,
    size: Size,
    reason: &'static str,
) -> OrderRequest {
    OrderRequest { side, ..OrderRequest::buy(symbol, size, reason) }
}

fn may_enter_on(ctx: &BarContext<'_>, symbol: SymbolId, side: Side) -> bool {
    ctx.position(symbol).is_flat() && !ctx.has_open_order(symbol, side)
}

/// Whether nothing is held on this side, and no order on it is open.
pub(in crate::strategy) fn may_turn(ctx: &BarContext<'_>, symbol: SymbolId, side: Side) -> bool {
    let held = ctx.position(symbol).qty;
    let there = if side == Side::Buy { held.is_positive() } else { held.is_negative() };
    !there && !ctx.has_open_order(symbol, side)
}

fn may_leave_from(ctx: &BarContext<'_>, symbol: SymbolId, entry: Side) -> bool {
    ctx.has_open_order(symbol, entry)
        || !ctx.position(symbol).is_flat() && !ctx.has_open_order(symbol, entry.opposite())
}

fn leave_from(
    ctx: &BarContext<'_>,
    (symbol, entry): (SymbolId, Side),
    reason: &'static str,
    orders: &mut Orders,
) -> bool {
    let leaves = may_leave_from(ctx, symbol, entry);
    if leaves && ctx.position(symbol).is_flat() {
        orders.cancel_all(symbol);
    } else if leaves {
        orders.close_for(symbol, reason);
    }
    leaves
}

/// Closes all that is held and cancels an open buy. Does nothing while flat, or while a sale is already under way.
/// Whether anything was sent.
pub(in crate::strategy) fn leave(
    ctx: &BarContext<'_>,
    symbol: SymbolId,
    reason: &'static str,
    orders: &mut Orders,
) -> bool {
    let entry = if ctx.position(symbol).qty.is_negative() { Side::Sell } else { Side::Buy };
    leave_from(ctx, (symbol, entry), reason, orders)
}
