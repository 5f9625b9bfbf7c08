//! The window's end: what waits is cancelled, what is held is marked or sold.

use super::fill::Execution;
use super::state::{State, symbol_id};
use super::{EndReason, Replay};
use crate::domain::{OrderOrigin, OrderStatus};

impl State<'_> {
    /// Ends the window after its last tick.
    pub(super) fn finish(mut self) -> Replay {
        let now = self.close_time();
        self.end_where(now, OrderStatus::Cancelled, EndReason::WindowEnd, |_| true);
        if self.job.venue.close_at_end {
            self.sell_out();
        }
        let held = !self.held.is_empty();
        if self.changed {
            self.mark();
            if self.margin.is_some() {
                self.watch_bankruptcy();
            }
            // What was sold at the last close is not held after it.
            self.ticks_in_market -= usize::from(held && self.held.is_empty());
            if let Some(last) = self.equity.last_mut() {
                *last = self.equity_now;
            }
        }
        let left = self.left_behind();
        let off = self.worthless_from.iter().enumerate().filter(|&(_, &tick)| tick != usize::MAX);
        let written_off = off.map(|(index, &tick)| (symbol_id(index), tick)).collect();
        self.finish_open_trips();
        Replay {
            window: self.job.window,
            status: self.status.clone(),
            starting_balance: self.job.starting_equity(),
            final_equity: self.exact_equity(),
            fees: self.ledger.fees(),
            equity: self.equity,
            written_off,
            holdings: self.holdings,
            orders: self.orders,
            fills: self.fills,
            postings: self.postings,
            round_trips: self.trips,
            ticks_in_market: self.ticks_in_market,
            flags: self.flags,
            left,
        }
    }

    /// Sells every position at its last close as a taker, as far as the participation cap of that bar allows: the
    /// rest stays open and is flagged. A position that was written off stays too: there is no market for it.
    fn sell_out(&mut self) {
        let now = self.close_time();
        for index in 0..self.rows.len() {
            let symbol = symbol_id(index);
            let Some(row) = self.rows[index][self.tick].row() else { continue };
            if self.tick >= self.worthless_from[index] {
                continue;
            }
            if let Some((side, qty)) = self.lock_whole(symbol) {
                let id = self.next_id();
                self.place_own((symbol, side), qty, OrderOrigin::WindowEnd, "window_end");
                let raw = self.mark_price(symbol, self.tick);
                self.execute(id, &Execution::at_close(raw, now, row));
                if self.find(id).is_some() {
                    self.end(id, now, OrderStatus::Cancelled, EndReason::UnsoldAtEnd);
                    self.flags.unsold_at_end.push(symbol);
                }
            }
        }
    }
}
