//! Loss limits: the day's loss, the fall from the peak, losing trades in a row.

use super::Refusal;
use crate::domain::{Cash, RefusalCode};
use crate::scenario::RiskProfile;

/// What the loss limits are measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Losses {
    /// Equity at 00:00 UTC; the starting balance in the window's first day.
    pub day_start: Cash,
    /// Highest marked equity so far, the starting balance included.
    pub peak: Cash,
    /// Losing round trips in a row.
    pub streak: LossStreak,
}

/// Losing round trips in a row, and whether they have opened the breaker today.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LossStreak {
    count: u32,
    open: bool,
}

impl LossStreak {
    /// Notes a closed round trip. A limit that is reached opens the breaker until the day ends.
    pub fn closed(&mut self, pnl: Cash, limit: Option<u32>) {
        self.count = if pnl.is_negative() { self.count + 1 } else { 0 };
        self.open |= limit.is_some_and(|limit| self.count >= limit);
    }

    /// A new UTC day: an open breaker closes and its count starts anew.
    pub fn new_day(&mut self) {
        if self.open {
            *self = Self::default();
        }
    }

    /// Whether the breaker is open.
    pub const fn is_open(&self) -> bool {
        self.open
    }
}

/// The first loss limit (checks 7 and 8, the rate aside) that is reached at this equity.
pub fn loss_breach(profile: &RiskProfile, equity: Cash, losses: &Losses) -> Option<Refusal> {
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
            format!("{limit} losing trades in a row, closed until the UTC day ends"),
        )
    })
}
