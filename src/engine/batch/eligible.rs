//! Which jobs the batch engine takes.

use super::several::SeveralColumns;
use super::{Batch, Ineligible};
use crate::domain::{Bps, Interval, SymbolId};
use crate::market::SymbolSeries;
use crate::scenario::{
    Entries, FillAt, Intrabar, OnBreach, RiskProfile, Slippage, StrategyKind, StrategySpec, VenueSpec,
};
use crate::strategy::{crossing, decides_by_bars, points_by_bars};

/// What all parameterisations have in common; the fixed slippage.
pub(super) fn common(batch: &Batch<'_>) -> Result<Bps, Ineligible> {
    if !batch.job.carried.is_empty() {
        return Err(Ineligible::Carried);
    }
    let market = batch.job.market;
    match market.symbols.as_slice() {
        [only] if !only.is_whole() => Err(Ineligible::Symbols),
        all if all.iter().any(SymbolSeries::pays_dividends) => Err(Ineligible::Dividends),
        [_] => venue(batch.job.venue),
        _ if batch.job.on_margin() => Err(Ineligible::Symbols),
        _ => venue(batch.job.venue),
    }
}

/// Whether one strategy of several symbols that share a wallet can run. Its orders pass the risk checks themselves, so that
/// only limits that act between orders are of concern.
pub(super) fn several(
    batch: &Batch<'_>,
    columns: &SeveralColumns<'_>,
    spec: &StrategySpec,
) -> Result<(), Ineligible> {
    if !spec.symbols.iter().all(|&symbol| points_by_bars(&of_symbol(spec, symbol))) || spec.symbols.is_empty()
    {
        return Err(Ineligible::Strategy);
    }
    spec.symbols.iter().try_for_each(|&symbol| columns.of(symbol).map(drop))?;
    if spec.entries != Entries::default() || spec.size == Bps::ZERO || spec.size > Bps::WHOLE {
        return Err(Ineligible::Size);
    }
    match acts_between_orders(batch.job.risk, batch.job.market.interval) {
        true => Err(Ineligible::Risk),
        false => Ok(()),
    }
}

/// Whether no limit of the profile can refuse or cut an entry of this size, but for the day's loss, the rate and what the
/// wallet has.
pub(super) fn is_free(batch: &Batch<'_>, size: Bps) -> bool {
    !binds(batch.job.risk, size, batch.job.market.interval) && !batch.job.risk.size_to_limit
}

/// The same strategy on one of its symbols.
pub(super) fn of_symbol(spec: &StrategySpec, symbol: SymbolId) -> StrategySpec {
    StrategySpec { symbols: vec![symbol], ..spec.clone() }
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
    size_and_risk(batch, spec)
}

/// Whether one strategy can on margin. Its orders pass the risk checks themselves, so that only limits that act between
/// orders are of concern.
pub(super) fn on_margin(batch: &Batch<'_>, spec: &StrategySpec) -> Result<(), Ineligible> {
    if !points_by_bars(spec) || spec.symbols != [SymbolId(0)] {
        return Err(Ineligible::Margin);
    }
    // Finer bars may go beyond those that a liquidation is looked for in.
    if batch.job.venue.intrabar == Intrabar::Detail {
        return Err(Ineligible::Venue);
    }
    if spec.entries.quantity.is_none() && spec.size == Bps::ZERO {
        return Err(Ineligible::Size);
    }
    match acts_between_orders(batch.job.risk, batch.job.market.interval) {
        true => Err(Ineligible::Risk),
        false => Ok(()),
    }
}

/// Whether one strategy that decides by the bars alone can.
pub(super) fn decided(batch: &Batch<'_>, spec: &StrategySpec) -> Result<(), Ineligible> {
    if !decides_by_bars(spec) || spec.symbols != [SymbolId(0)] {
        return Err(Ineligible::Strategy);
    }
    if is_protected(spec) {
        if batch.job.venue.intrabar != Intrabar::Adverse {
            return Err(Ineligible::Venue);
        }
        // Protective orders rest.
        if batch.job.risk.max_open_orders.is_some_and(|most| most < PROTECTIVE_ORDERS) {
            return Err(Ineligible::Risk);
        }
    }
    size_and_risk(batch, spec)
}

/// Stop, trailing stop, target, and the order that is sent.
const PROTECTIVE_ORDERS: u32 = 4;

fn is_protected(spec: &StrategySpec) -> bool {
    match &spec.kind {
        StrategyKind::Rules(rules) => {
            rules.stop_loss.is_some() || rules.trailing_stop.is_some() || rules.take_profit.is_some()
        }
        _ => false,
    }
}

fn size_and_risk(batch: &Batch<'_>, spec: &StrategySpec) -> Result<(), Ineligible> {
    if spec.entries != Entries::default() || spec.size == Bps::ZERO || spec.size > Bps::WHOLE {
        return Err(Ineligible::Size);
    }
    let base = batch.job.market.interval;
    if binds(batch.job.risk, spec.size, base) { Err(Ineligible::Risk) } else { Ok(()) }
}

/// Whether a limit could refuse or cut an entry of this size into an empty position, or put the agent out.
///
/// The notional of an entry is at most its amount, a share of the equity rounded down: an order or position
/// limit of at least that share never binds. At most one order is sent a bar. A limit on the day's loss that only
/// refuses entries is looked at on the way.
fn binds(risk: &RiskProfile, size: Bps, interval: Interval) -> bool {
    let small = |limit: Option<Bps>| limit.is_some_and(|limit| limit < size);
    small(risk.max_order_size) || small(risk.max_position_size) || acts_between_orders(risk, interval)
}

/// Whether a limit could act by itself, or depends on more than one order and the day's loss.
fn acts_between_orders(risk: &RiskProfile, interval: Interval) -> bool {
    let rate = risk.orders_per_minute.is_some_and(|most| most == 0 || interval < Interval::MINUTE);
    risk.daily_loss_limit.is_some_and(|limit| limit > Bps::WHOLE || risk.on_breach != OnBreach::HaltNew)
        || risk.max_drawdown.is_some()
        || risk.max_consecutive_losses.is_some()
        || rate
}
