//! Step 3 of a tick: loss limits that act by themselves, and how an agent is put out.

use super::day::near;
use super::state::{State, TradingState, symbol_id};
use super::working::{Birth, NEVER, Stage, Working};
use super::{EndReason, OrderRow, ReplayStatus};
use crate::domain::{
    Cash, OrderOrigin, OrderStatus, PriceSum, Qty, RefusalCode, Side, SymbolId, TimeInForce,
};
use crate::risk::{Losses, OrderQty, reached_loss_limit};
use crate::scenario::OnBreach;

impl State<'_> {
    /// What loss limits are measured against, exact.
    pub(super) fn losses(&self, equity: Cash) -> Losses {
        let peak = match self.job.risk.max_drawdown {
            Some(_) => self.exact_peak().max(equity),
            None => equity,
        };
        Losses { day_start: self.day_start, peak, streak: self.streak, day: self.job.market.day }
    }

    /// Under `flatten` and `disqualify` the loss limits are watched at every mark.
    pub(super) fn watch_losses(&mut self) {
        if self.job.risk.on_breach == OnBreach::HaltNew || self.trading_state != TradingState::Active {
            return;
        }
        if !self.may_breach() {
            return;
        }
        let equity = self.exact_equity();
        let Some(breach) = reached_loss_limit(self.job.risk, equity, &self.losses(equity)) else { return };
        self.flatten();
        if self.job.risk.on_breach == OnBreach::Flatten {
            self.trading_state = TradingState::Halted(breach.code);
        } else {
            self.put_out(ReplayStatus::Disqualified { at: self.close_time(), code: breach.code });
        }
    }

    /// Whether the mark is near enough to a limit for exact money to decide.
    fn may_breach(&self) -> bool {
        self.may_breach_at(self.equity_now, self.peak.max(self.equity_now))
    }

    /// Whether a mark, with the highest so far, is. A higher mark under a lower peak never is where this one
    /// is not.
    pub(super) fn may_breach_at(&self, mark: f64, peak: f64) -> bool {
        let limit = self.job.risk.max_drawdown;
        let fallen = limit.is_some_and(|limit| mark <= near(peak * (1.0 - limit.to_fraction())));
        fallen || mark <= self.day_floor || self.streak.is_open()
    }

    /// The strategy could not go on: its positions are closed, its loss is kept.
    pub(super) fn forfeit(&mut self, reason: String) {
        self.flatten();
        self.put_out(ReplayStatus::Forfeit { at: self.close_time(), reason });
    }

    pub(super) fn put_out(&mut self, status: ReplayStatus) {
        self.trading_state = TradingState::Out;
        self.status = status;
    }

    /// Cancels everything that waits and sells everything that is held at the next open.
    fn flatten(&mut self) {
        let now = self.close_time();
        self.end_where(now, OrderStatus::Cancelled, EndReason::RiskRule, |o| o.origin != OrderOrigin::Risk);
        for index in 0..self.rows.len() {
            let symbol = symbol_id(index);
            if let Some((side, qty)) = self.lock_whole(symbol) {
                self.place_own((symbol, side), qty, OrderOrigin::Risk, "risk_rule");
            }
        }
    }

    /// Side and quantity that close all of a symbol; a spot quantity is locked. `None` where there is nothing.
    pub(super) fn lock_whole(&mut self, symbol: SymbolId) -> Option<(Side, Qty)> {
        if self.on_margin(symbol) {
            let held = self.ledger.position(symbol).qty();
            let side = if held.is_negative() { Side::Buy } else { Side::Sell };
            return (!held.is_zero()).then_some((side, held.abs()));
        }
        let qty = self.ledger.position(symbol).free();
        (qty.is_positive() && self.ledger.lock_qty(symbol, qty).is_ok()).then_some((Side::Sell, qty))
    }

    /// Puts a market order of the engine's own that closes a position on the list; a spot quantity is locked already.
    pub(super) fn place_own(
        &mut self,
        (symbol, side): (SymbolId, Side),
        qty: Qty,
        origin: OrderOrigin,
        reason: &'static str,
    ) {
        let (id, now) = (self.next_id(), self.close_time());
        self.orders.push(OrderRow {
            id,
            origin,
            symbol,
            side,
            kind: "market",
            time_in_force: TimeInForce::Gtc,
            limit_price: None,
            trigger_price: None,
            quantity: Some(qty),
            amount: None,
            placed_at: now,
            ended_at: now,
            status: OrderStatus::Cancelled,
            end: EndReason::WindowEnd,
            filled: Qty::ZERO,
            reason,
            detail: String::new(),
        });
        self.enlist(Working {
            id,
            origin,
            symbol,
            side,
            stage: Stage::Market,
            left: OrderQty::Qty(qty),
            price: self.mark_price(symbol, self.tick),
            fee: self.job.venue.taker_fee,
            lock_cash: Cash::ZERO,
            lock_qty: if self.on_margin(symbol) { Qty::ZERO } else { qty },
            expires_at: NEVER,
            ioc: false,
            from_proceeds: false,
            reduce_only: true,
            reverse: false,
            unreserved: false,
            bracket: None,
            group: None,
            trail: None,
            wake: 0.0,
            filled: Qty::ZERO,
            paid: PriceSum::default(),
            cut: false,
            birth: Birth::Settled,
            tried: 0,
            reason,
        });
    }

    /// The code with which a halted agent's orders are refused.
    pub(super) const fn halted(&self) -> Option<RefusalCode> {
        match self.trading_state {
            TradingState::Halted(code) => Some(code),
            TradingState::Active | TradingState::Out => None,
        }
    }
}
