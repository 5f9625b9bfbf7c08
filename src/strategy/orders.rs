//! The moves that the built-in strategies share: enter once, leave what is held.

use super::Account;
use crate::domain::{Action, Bps, Cash, OrderRequest, Side, Size, SymbolId};

/// Whether [`enter`] would send anything.
pub(super) fn may_enter(account: &dyn Account, symbol: SymbolId) -> bool {
    account.position(symbol).is_flat() && !account.has_waiting(symbol, Side::Buy)
}

/// Whether [`leave`] would send anything.
pub(super) fn may_leave(account: &dyn Account, symbol: SymbolId) -> bool {
    account.has_waiting(symbol, Side::Buy)
        || !account.position(symbol).is_flat() && !account.has_waiting(symbol, Side::Sell)
}

/// A market buy for `size` of the equity, where nothing is held and no buy waits. Whether it was sent.
pub(super) fn enter(
    account: &dyn Account,
    symbol: SymbolId,
    size: Bps,
    reason: &'static str,
    actions: &mut Vec<Action>,
) -> bool {
    let free = may_enter(account, symbol);
    if free {
        actions.push(Action::Place(OrderRequest::buy(symbol, Size::EquityShare(size), reason)));
    }
    free
}

/// Sells all that is held and takes a waiting buy back. Does nothing while flat, or while a sale is
/// already under way. Whether anything was sent.
pub(super) fn leave(
    account: &dyn Account,
    symbol: SymbolId,
    reason: &'static str,
    actions: &mut Vec<Action>,
) -> bool {
    let leaves = may_leave(account, symbol);
    if leaves {
        let held = !account.position(symbol).is_flat();
        actions.push(if held { Action::Close(symbol, reason) } else { Action::CancelAll(symbol) });
    }
    leaves
}

/// `amount / parts`, down to eight places. `parts` is at least 1.
pub(super) fn part_of(amount: Cash, parts: usize) -> Cash {
    Cash::from_units(amount.units() / parts.max(1) as i128)
}
