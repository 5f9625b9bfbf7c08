//! Which jobs the batch engine takes.

use super::{Batch, Ineligible};
use crate::domain::{Bps, Interval, SymbolId};
use crate::scenario::{Entries, FillAt, OnBreach, RiskProfile, Slippage, StrategySpec, VenueSpec};
use crate::strategy::crossing;

/// What all parameterisations have in common; the fixed slippage.
pub(super) fn common(batch: &Batch<'_>) -> Result<Bps, Ineligible> {
    if !batch.job.carried.is_empty() {
        return Err(Ineligible::Carried);
    }
    if batch.job.on_margin() {
        return Err(Ineligible::Margin);
    }
    let market = batch.job.market;
    match market.symbols.as_slice() {
        [only] if only.is_whole() => venue(batch.job.venue),
        _ => Err(Ineligible::Symbols),
    }
}

fn venue(venue: &VenueSpec) -> Result<Bps, Ineligible> {
    let plain = venue.fill_at == FillAt::NextOpen && venue.participation_cap.is_none();
    if !plain || venue.taker_fee > Bps::WHOLE {
        return Err(Ineligible::Venue);
    }
    match venue.slippage {
        Slippage::None => Ok(Bps::ZERO),
        Slippage::FixedBps { bps } => Ok(bps),
        Slippage::VolumeShare { .. } | Slippage::SquareRoot { .. } => Err(Ineligible::Venue),
    }
}

/// Whether one parameterisation can run in the batch.
pub(super) fn strategy(batch: &Batch<'_>, spec: &StrategySpec) -> Result<(), Ineligible> {
    let base = batch.job.market.interval;
    if crossing(spec, base).is_none() || spec.symbols != [SymbolId(0)] || spec.timeframe != base {
        return Err(Ineligible::Strategy);
    }
    if spec.entries != Entries::default() {
        return Err(Ineligible::Margin);
    }
    if spec.size == Bps::ZERO || spec.size > Bps::WHOLE {
        return Err(Ineligible::Size);
    }
    if binds(batch.job.risk, spec.size, base) { Err(Ineligible::Risk) } else { Ok(()) }
}

/// Whether a limit could refuse or cut an entry of this size into an empty position, or put the agent out.
///
/// The notional of an entry is at most its amount, a share of the equity rounded down: an order or position
/// limit of at least that share never binds. At most one order is sent a bar. A limit on the day's loss that only
/// refuses entries is looked at on the way.
fn binds(risk: &RiskProfile, size: Bps, interval: Interval) -> bool {
    let small = |limit: Option<Bps>| limit.is_some_and(|limit| limit < size);
    let rate = risk.orders_per_minute.is_some_and(|most| most == 0 || interval < Interval::MINUTE);
    small(risk.max_order_size)
        || small(risk.max_position_size)
        || risk
            .daily_loss_limit
            .is_some_and(|limit| limit > Bps::WHOLE || risk.on_breach != OnBreach::HaltNew)
        || risk.max_drawdown.is_some()
        || risk.max_consecutive_losses.is_some()
        || rate
}
