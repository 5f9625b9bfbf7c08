//! Step 0 of a tick: a new trading day, and orders whose time has run out.

use super::EndReason;
use super::state::{State, TradingState};
use super::working::NEVER;
use crate::domain::{OrderStatus, Timestamp};

impl State<'_> {
    /// Moves on to `tick`.
    pub(super) fn begin(&mut self, tick: usize) {
        self.tick = tick;
        let open = self.open_time();
        if open >= self.next_day {
            self.new_day();
        }
        if open >= self.next_expiry {
            self.expire(open);
        }
        self.pay_dividends();
    }

    /// The day's equity is the mark of the tick before; halts end, an open breaker of losses closes. An agent that
    /// may trade again after a halt has its equity then as its peak: a drawdown that it was flattened for cannot
    /// be regained by an account that holds nothing.
    pub(super) fn new_day(&mut self) {
        if let Some(before) = self.tick.checked_sub(1) {
            self.day_start = self.exact_equity_at(before);
        }
        self.streak.new_day();
        if let TradingState::Halted(_) = self.trading_state {
            self.trading_state = TradingState::Active;
            (self.peak, self.peak_tick) = (self.equity_now, self.tick.checked_sub(1));
        }
        self.start_day();
    }

    /// Notes when the day of this tick ends and how low the equity may fall in it.
    pub(super) fn start_day(&mut self) {
        self.next_day = self.job.market.day.end_after(self.open_time());
        self.day_floor = match self.job.risk.daily_loss_limit {
            Some(limit) => near(self.day_start.to_f64() * (1.0 - limit.to_fraction())),
            None => f64::NEG_INFINITY,
        };
    }

    /// Ends the orders that may not be matched at `open` any more.
    fn expire(&mut self, open: Timestamp) {
        self.end_where(open, OrderStatus::Expired, EndReason::TimeInForce, |o| o.expires_at <= open);
        self.next_expiry = self.waiting.iter().map(|order| order.expires_at).min().unwrap_or(NEVER);
    }
}

/// A little above a threshold: the `f64` mark is tested against this, and exact money decides.
pub(super) fn near(threshold: f64) -> f64 {
    threshold + threshold.abs() * 1e-9 + 1e-6
}
