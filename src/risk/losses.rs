//! Loss limits: daily loss, drawdown, consecutive losing trades.

use super::Refusal;
use crate::domain::{Cash, DayStart, RefusalCode};
use crate::scenario::RiskProfile;

/// State that the loss limits are checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Losses {
    /// Equity at the trading day's start; the starting balance on the window's first day.
    pub day_start: Cash,
    /// Highest marked equity so far, including the starting balance.
    pub peak: Cash,
    /// Consecutive losing round trips.
    pub streak: LossStreak,
    /// Where trading days begin.
    pub day: DayStart,
}

/// Counts consecutive losing round trips, and whether they have opened the circuit breaker today.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LossStreak {
    count: u32,
    open: bool,
}

impl LossStreak {
    /// Records the PnL of a closed round trip. Reaching `limit` opens the breaker until the end of the trading
    /// day.
    pub fn closed(&mut self, pnl: Cash, limit: Option<u32>) {
        self.count = if pnl.is_negative() { self.count + 1 } else { 0 };
        self.open |= limit.is_some_and(|limit| self.count >= limit);
    }

    /// Starts a new trading day: an open breaker closes and the count is reset.
    pub fn new_day(&mut self) {
        if self.open {
            *self = Self::default();
        }
    }

    /// Whether the circuit breaker is open.
    pub const fn is_open(&self) -> bool {
        self.open
    }
}

/// The first loss limit (in checks 7 and 8, without the order rate) that is reached at this equity.
pub fn reached_loss_limit(profile: &RiskProfile, equity: Cash, losses: &Losses) -> Option<Refusal> {
    daily_loss(profile, equity, losses)
        .or_else(|| drawdown(profile, equity, losses))
        .or_else(|| consecutive(profile, losses))
}

fn daily_loss(profile: &RiskProfile, equity: Cash, losses: &Losses) -> Option<Refusal> {
    let limit = losses.day_start.share(profile.daily_loss_limit?);
    let pnl = equity - losses.day_start;
    (pnl <= -limit).then(|| {
        let detail = format!("the day's PnL is {pnl}, its limit -{limit}");
        Refusal::new(RefusalCode::DailyLossLimit, detail)
    })
}

fn drawdown(profile: &RiskProfile, equity: Cash, losses: &Losses) -> Option<Refusal> {
    let limit = losses.peak.share(profile.max_drawdown?);
    let fall = losses.peak - equity;
    (fall >= limit).then(|| {
        let detail = format!("the equity is {fall} below its peak of {}, the limit is {limit}", losses.peak);
        Refusal::new(RefusalCode::CircuitBreaker, detail)
    })
}

fn consecutive(profile: &RiskProfile, losses: &Losses) -> Option<Refusal> {
    let limit = profile.max_consecutive_losses?;
    losses.streak.is_open().then(|| {
        Refusal::new(
            RefusalCode::CircuitBreaker,
            format!("{limit} losing trades in a row, closed until the {} ends", losses.day.noun()),
        )
    })
}
