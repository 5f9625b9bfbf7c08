//! The list of open orders: how orders join it, change, and end.

use super::state::State;
use super::working::{Stage, Working};
use super::{EndReason, OrderRow};
use crate::domain::{OrderId, OrderStatus, Timestamp};

impl State<'_> {
    /// The number of the next order.
    pub(super) fn next_id(&self) -> OrderId {
        OrderId(self.orders.len() as u64 + 1)
    }

    /// The log row of an order.
    pub(super) fn row_mut(&mut self, id: OrderId) -> &mut OrderRow {
        &mut self.orders[id.0 as usize - 1]
    }

    /// Where an order waits.
    pub(super) fn find(&self, id: OrderId) -> Option<usize> {
        self.waiting.binary_search_by_key(&id, |order| order.id).ok()
    }

    /// Puts an accepted order on the list, which is sorted by id.
    pub(super) fn enlist(&mut self, mut order: Working) {
        order.set_wake();
        self.markets += usize::from(order.stage == Stage::Market);
        self.next_expiry = self.next_expiry.min(order.expires_at);
        self.bands_stale = true;
        let index = self.waiting.partition_point(|other| other.id < order.id);
        self.waiting.insert(index, order);
    }

    /// Takes an order off the list, frees what it locked, and writes its end.
    pub(super) fn end(&mut self, id: OrderId, at: Timestamp, status: OrderStatus, why: EndReason) {
        let Some(index) = self.find(id) else { return };
        self.bands_stale = true;
        let order = self.waiting.remove(index);
        self.ended[order.symbol.index()] += 1;
        self.markets -= usize::from(order.stage == Stage::Market);
        self.ledger.unlock_cash(order.lock_cash);
        self.ledger.unlock_qty(order.symbol, order.lock_qty);
        let row = self.row_mut(id);
        (row.status, row.end, row.ended_at, row.filled) = (status, why, at, order.filled);
        if let (true, Some(group)) = (order.is_child(), order.group) {
            self.leave_group(group);
        }
    }

    /// Moves a waiting order to another stage.
    pub(super) fn restage(&mut self, index: usize, stage: Stage) {
        let order = &mut self.waiting[index];
        self.markets -= usize::from(order.stage == Stage::Market);
        self.markets += usize::from(stage == Stage::Market);
        order.stage = stage;
        order.set_wake();
        self.bands_stale = true;
    }

    /// Ends every waiting order for which `which` holds, oldest first.
    pub(super) fn end_where(
        &mut self,
        at: Timestamp,
        status: OrderStatus,
        why: EndReason,
        which: impl Fn(&Working) -> bool,
    ) {
        let mut index = 0;
        while let Some(order) = self.waiting.get(index) {
            if which(order) {
                // An end removes exactly this order.
                let id = order.id;
                self.end(id, at, status, why);
            } else {
                index += 1;
            }
        }
    }

    /// Appends to an order's detail.
    pub(super) fn note(&mut self, id: OrderId, text: &str) {
        let detail = &mut self.row_mut(id).detail;
        if !detail.is_empty() {
            detail.push_str("; ");
        }
        detail.push_str(text);
    }
}
