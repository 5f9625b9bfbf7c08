//! The moves that the built-in strategies share: enter once, leave what is held.

use crate::domain::{Bps, Side, Size, SymbolId};
use crate::strategy::{BarContext, Orders};

/// Whether [`enter`] would send anything.
pub(in crate::strategy) fn may_enter(ctx: &BarContext<'_>, symbol: SymbolId) -> bool {
    ctx.position(symbol).is_flat() && !ctx.has_open_order(symbol, Side::Buy)
}

/// Whether [`leave`] would send anything.
pub(in crate::strategy) fn may_leave(ctx: &BarContext<'_>, symbol: SymbolId) -> bool {
    ctx.has_open_order(symbol, Side::Buy)
        || !ctx.position(symbol).is_flat() && !ctx.has_open_order(symbol, Side::Sell)
}

/// A market buy for `size` of the equity, where nothing is held and no buy is open. Whether it was sent.
pub(in crate::strategy) fn enter(
    ctx: &BarContext<'_>,
    symbol: SymbolId,
    size: Bps,
    reason: &'static str,
    orders: &mut Orders,
) -> bool {
    let free = may_enter(ctx, symbol);
    if free {
        orders.buy(symbol, Size::EquityShare(size)).reason(reason);
    }
    free
}

/// Sells all that is held and cancels an open buy. Does nothing while flat, or while a sale is already under way.
/// Whether anything was sent.
pub(in crate::strategy) fn leave(
    ctx: &BarContext<'_>,
    symbol: SymbolId,
    reason: &'static str,
    orders: &mut Orders,
) -> bool {
    let leaves = may_leave(ctx, symbol);
    if leaves && ctx.position(symbol).is_flat() {
        orders.cancel_all(symbol);
    } else if leaves {
        orders.close_for(symbol, reason);
    }
    leaves
}
