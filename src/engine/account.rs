//! What a strategy sees of its own account.

use super::FillRow;
use super::state::State;
use super::working::Working;
use crate::domain::{Cash, OrderId, OrderOrigin, OrderStatus, Side, SymbolId};
use crate::risk::OrderQty;
use crate::strategy::{Account, FillView, OpenOrder, OrderEnd, OrderView, PositionView};
use crate::venue::Resting;

/// The account at the deciding close. Everything is computed when asked for.
pub(super) struct AccountView<'s, 'm>(pub &'s State<'m>);

impl Account for AccountView<'_, '_> {
    fn equity(&self) -> Cash {
        self.0.exact_equity()
    }

    fn cash(&self) -> Cash {
        self.0.ledger.cash()
    }

    fn available(&self) -> Cash {
        self.0.spendable()
    }

    fn position(&self, symbol: SymbolId) -> PositionView {
        match self.0.open_trips.get(symbol.index()) {
            Some(Some(trip)) => {
                let position = self.0.ledger.position(symbol);
                PositionView {
                    qty: position.qty(),
                    average_price: position.average_price(),
                    opened_tick: trip.entry_tick,
                }
            }
            _ => PositionView::default(),
        }
    }

    fn has_waiting(&self, symbol: SymbolId, side: Side) -> bool {
        self.0.waiting.iter().any(|order| order.symbol == symbol && order.side == side)
    }

    fn open_orders(&self, symbol: SymbolId, out: &mut Vec<OpenOrder>) {
        out.extend(self.0.waiting.iter().filter(|order| order.symbol == symbol).map(|order| {
            let quantity = match self.0.left_of(order) {
                OrderQty::Qty(qty) => Some(qty),
                OrderQty::Amount(_) => None,
            };
            let (limit_price, trigger_price) = order.resting().map_or((None, None), Resting::prices);
            let &Working { id, side, origin, reason, .. } = order;
            OpenOrder { id, side, origin, quantity, limit_price, trigger_price, reason }
        }));
    }

    fn next_order_id(&self) -> OrderId {
        self.0.next_id()
    }

    fn working(&self, symbol: SymbolId, out: &mut Vec<OrderId>) {
        out.extend(self.0.waiting.iter().filter(|order| order.symbol == symbol).map(
            |order| match order.origin {
                OrderOrigin::Bracket(entry) => entry,
                _ => order.id,
            },
        ));
    }

    fn ended(&self, symbol: SymbolId) -> u64 {
        self.0.ended[symbol.index()]
    }

    fn accepted(&self, order: OrderId) -> Cash {
        let row = (order.0 as usize).checked_sub(1).and_then(|index| self.0.orders.get(index));
        let row = row.filter(|row| row.status != OrderStatus::Rejected);
        row.and_then(|row| row.amount).unwrap_or(Cash::ZERO)
    }

    fn fill_count(&self) -> usize {
        self.0.fills.len()
    }

    fn fill(&self, index: usize) -> Option<FillView> {
        let &FillRow { order, at, symbol, side, quantity, price, fee, .. } = self.0.fills.get(index)?;
        Some(FillView { order, at, symbol, side, quantity, price, fee })
    }

    fn order(&self, order: OrderId) -> Option<OrderView<'_>> {
        let row = self.0.orders.get((order.0 as usize).checked_sub(1)?)?;
        let end = || OrderEnd {
            at: row.ended_at,
            status: row.status,
            why: row.end.as_str(),
            filled: row.filled,
            detail: &row.detail,
        };
        let end = self.0.find(order).is_none().then(end);
        Some(OrderView { symbol: row.symbol, end })
    }
}
