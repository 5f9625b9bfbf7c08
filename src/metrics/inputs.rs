//! The inputs of the metrics: the only values of a replay that they depend on, so that a full replay and the batch
//! engine give the same metrics.
//!
//! Here exact money becomes `f64`.

use super::dated::{DatedExtremes, Drawdown};
use super::drawdown::walk;
use super::profile::ticks_touched;
use super::sampling::{Sample, Sampled};
use crate::domain::{Cash, Timestamp};
use crate::engine::batch::{ClosedTrade, ReplaySummary};
use crate::engine::{ExitState, Replay, equity_at};
use crate::market::Market;

/// Inputs of the metrics of one agent in one window.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricInputs {
    /// Wallet at the start.
    pub starting_balance: Cash,
    /// Equity at the end, exact.
    pub final_equity: Cash,
    /// Fees paid in all.
    pub fees: Cash,
    /// The equity at the closes that become returns: of days, of every tick in windows under 30 days.
    pub sample: Sample,
    /// The deepest fall of the equity at EVERY tick, from the starting balance on.
    pub drawdown: Drawdown,
    /// The highest and the lowest point of the same curve.
    pub extremes: DatedExtremes,
    /// Whether it traded or held a position at all.
    pub acted: bool,
    /// Closed round trips, in order of closing.
    pub trades: Vec<ClosedTrade>,
    /// Notional of all fills.
    pub notional: f64,
    /// Ticks of the window.
    pub ticks: usize,
    /// Ticks at whose close a position was held.
    pub ticks_in_market: usize,
    /// Ticks in which a position was held at any time, entry and exit included.
    pub ticks_touched: usize,
    /// Length of a bar.
    pub bar_seconds: f64,
}

impl MetricInputs {
    /// Of a replay in the market it was replayed on. `periods_per_year` is the scenario's, where it says one.
    pub fn of(replay: &Replay, market: &Market, periods_per_year: Option<f64>) -> Self {
        let (fall, extremes) = walk(replay.starting_balance.to_f64(), &replay.equity);
        let level = levels(replay, market);
        let at = instants(market, replay.window.ticks.first);
        let closed = replay.round_trips.iter().filter(|trip| trip.state == ExitState::Closed);
        Self {
            starting_balance: replay.starting_balance,
            final_equity: replay.final_equity,
            fees: replay.fees,
            sample: Sample::of_replay(replay, market, periods_per_year),
            drawdown: Drawdown::dated(fall.between(&level), &at),
            extremes: DatedExtremes::dated(extremes.at_levels(&level), &at),
            acted: !replay.fills.is_empty()
                || !replay.round_trips.is_empty()
                || replay.ticks_in_market > 0
                || replay.final_equity != replay.starting_balance,
            trades: closed
                .map(|trip| ClosedTrade {
                    pnl: trip.pnl,
                    return_fraction: trip.return_fraction,
                    seconds: (trip.exit_at - trip.entry_at).seconds(),
                })
                .collect(),
            notional: replay.fills.iter().map(|fill| fill.notional.to_f64().abs()).sum(),
            ticks: replay.equity.len(),
            ticks_in_market: replay.ticks_in_market,
            ticks_touched: ticks_touched(
                replay.round_trips.iter().map(|trip| (trip.entry_tick, trip.exit_tick)).collect(),
            ),
            bar_seconds: market.interval.span().seconds(),
        }
    }

    /// Of a replay by the batch engine in this market, with this sampling.
    pub fn of_condensed(outcome: ReplaySummary, market: &Market, sampled: &Sampled) -> Self {
        let at = instants(market, sampled.window.first);
        Self {
            starting_balance: outcome.starting_balance,
            final_equity: outcome.final_equity,
            fees: outcome.fees,
            sample: sampled.sample(outcome.curve),
            drawdown: Drawdown::dated(outcome.fall, &at),
            extremes: DatedExtremes::dated(outcome.extremes, &at),
            acted: outcome.ticks_touched > 0,
            trades: outcome.trades,
            notional: outcome.notional,
            ticks: outcome.ticks,
            ticks_in_market: outcome.ticks_in_market,
            ticks_touched: outcome.ticks_touched,
            bar_seconds: market.interval.span().seconds(),
        }
    }
}

/// The exact equity at an index of a window's curve.
pub(super) fn levels<'r>(replay: &'r Replay, market: &'r Market) -> impl Fn(Option<usize>) -> f64 + 'r {
    let first = replay.window.ticks.first;
    move |index| {
        let at = index.and_then(|index| equity_at(replay, market, [first + index]).next());
        at.unwrap_or(replay.starting_balance).to_f64()
    }
}

/// The time of each index of a window's curve: the close of its tick, the window's start for the starting balance.
/// `first` is the window's first tick.
fn instants(market: &Market, first: usize) -> impl Fn(Option<usize>) -> Timestamp {
    move |index| index.map_or(market.clock[first], |index| market.close_time(first + index))
}
