//! The log row of an order as it was asked for.

use super::bracket::LARGEST_PRICE;
use super::{EndReason, OrderRow};
use crate::domain::{
    OrderId, OrderKind, OrderOrigin, OrderRequest, OrderStatus, Price, Qty, Size, Timestamp,
};
use crate::risk::OrderQty;

/// A price as a log can hold it: nonsense is held at the largest that an order may name.
fn shown(price: Price) -> Price {
    price.clamp(Price::from_units(-LARGEST_PRICE.units()), LARGEST_PRICE)
}

/// The row of an order as it was asked for; its end is written when it has one.
pub(super) fn blank_row(id: OrderId, request: &OrderRequest, now: Timestamp) -> OrderRow {
    let (limit_price, trigger_price) = match request.kind {
        OrderKind::Market | OrderKind::TrailingStop { .. } => (None, None),
        OrderKind::Limit { price } | OrderKind::TakeProfit { price } => (Some(shown(price)), None),
        OrderKind::Stop { trigger } => (None, Some(shown(trigger))),
        OrderKind::StopLimit { trigger, price } => (Some(shown(price)), Some(shown(trigger))),
    };
    let asked = match request.size {
        Size::Qty(qty) => Some(OrderQty::Qty(qty).bounded()),
        Size::Quote(amount) => Some(OrderQty::Amount(amount).bounded()),
        Size::EquityShare(_) | Size::PositionShare(_) => None,
    };
    let (quantity, amount) = match asked {
        Some(OrderQty::Qty(qty)) => (Some(qty), None),
        Some(OrderQty::Amount(amount)) => (None, Some(amount)),
        None => (None, None),
    };
    OrderRow {
        id,
        origin: OrderOrigin::Strategy,
        symbol: request.symbol,
        side: request.side,
        kind: request.kind.as_str(),
        time_in_force: request.time_in_force,
        limit_price,
        trigger_price,
        quantity,
        amount,
        placed_at: now,
        ended_at: now,
        status: OrderStatus::Cancelled,
        end: EndReason::WindowEnd,
        filled: Qty::ZERO,
        reason: request.reason,
        detail: String::new(),
    }
}
