//! From target weights to orders.

use super::{BarContext, Orders};
use crate::domain::{Bps, Cash, OrderRequest, Price, Qty, Side, Size, SymbolId};

const REASON: &str = "target_weight";

/// Orders what brings each symbol to its share of the equity, both marked at the deciding close: sells first, then buys
/// that are paid with what the sells bring. Orders nothing where no symbol is off by more than `drift` of the equity.
/// Each symbol has a bar now.
///
/// On margin a share may be negative, for a short position, and orders pass zero. A target is rounded down to the quantity step. What is open in a symbol is cancelled first. A change below the
/// symbol's minimum notional is not ordered, except that a share of zero sells all.
pub(crate) fn rebalance(ctx: &BarContext<'_>, targets: &[(SymbolId, Bps)], drift: Bps, orders: &mut Orders) {
    if targets.is_empty() {
        return;
    }
    let equity = ctx.equity();
    let moves: Vec<Move> =
        targets.iter().filter_map(|&(symbol, share)| Move::of(ctx, symbol, equity.share(share))).collect();
    let allowed = equity.share(drift);
    if !moves.iter().any(|one| one.off > allowed) {
        return;
    }
    for one in &moves {
        one.cancel(ctx, orders);
    }
    for one in &moves {
        one.sell(ctx, orders);
    }
    for one in &moves {
        one.buy(ctx, orders);
    }
}

/// A symbol on its way to its target.
struct Move {
    symbol: SymbolId,
    price: Price,
    held: Qty,
    wanted: Qty,
    /// How far its worth is from the target.
    off: Cash,
    /// Whether it may be held short.
    on_margin: bool,
}

impl Move {
    fn of(ctx: &BarContext<'_>, symbol: SymbolId, target: Cash) -> Option<Self> {
        let price = ctx.price(symbol)?;
        let held = ctx.position(symbol).qty;
        let instrument = ctx.instrument(symbol);
        let on_margin = instrument.margin.is_some();
        // A share below zero is a short position, which a spot asset cannot have.
        let target = if on_margin { target } else { target.max(Cash::ZERO) };
        let wanted = Qty::affordable(target.abs(), price, Bps::ZERO, instrument.quantity_step);
        let wanted = if target.is_negative() { -wanted } else { wanted };
        let worth = Cash::notional(price, held);
        let off = (worth - target).max(target - worth);
        Some(Self { symbol, price, held, wanted, off, on_margin })
    }

    fn cancel(&self, ctx: &BarContext<'_>, orders: &mut Orders) {
        if [Side::Buy, Side::Sell].into_iter().any(|side| ctx.has_open_order(self.symbol, side)) {
            orders.cancel_all(self.symbol);
        }
    }

    fn sell(&self, ctx: &BarContext<'_>, orders: &mut Orders) {
        if self.wanted.is_zero() && self.held.is_positive() {
            orders.sell(self.symbol, Size::ALL).reason(REASON);
        } else if self.on_margin {
            if let Some(quantity) = self.check_minimum(ctx, self.held - self.wanted) {
                orders.place(self.on_margin_for(Side::Sell, Size::Qty(quantity)));
            }
        } else if let Some(quantity) = self.check_minimum(ctx, self.held - self.wanted) {
            orders.sell(self.symbol, Size::Qty(quantity)).reason(REASON);
        }
    }

    /// An order that may pass zero; what it opens is paid with what the orders of the same open free.
    const fn on_margin_for(&self, side: Side, size: Size) -> OrderRequest {
        OrderRequest { side, from_proceeds: true, ..OrderRequest::buy(self.symbol, size, REASON) }
    }

    fn buy(&self, ctx: &BarContext<'_>, orders: &mut Orders) {
        if self.wanted.is_zero() && self.held.is_negative() {
            let close = self.on_margin_for(Side::Buy, Size::ALL);
            orders.place(OrderRequest { reduce_only: true, ..close });
        } else if let Some(quantity) = self.check_minimum(ctx, self.wanted - self.held) {
            let buy = OrderRequest::buy(self.symbol, Size::Qty(quantity), REASON);
            orders.place(OrderRequest { from_proceeds: true, ..buy });
        }
    }

    /// The quantity on the step, where it is an order that the symbol allows.
    fn check_minimum(&self, ctx: &BarContext<'_>, quantity: Qty) -> Option<Qty> {
        let instrument = ctx.instrument(self.symbol);
        let quantity = quantity.max(Qty::ZERO).floor_to(instrument.quantity_step);
        let notional = Cash::notional(self.price, quantity);
        (quantity.is_positive() && notional >= instrument.min_notional).then_some(quantity)
    }
}
