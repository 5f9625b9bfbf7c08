//! From one replay to all its metrics: the place where exact money becomes `f64`.

use super::cagr::{cagr, total_return};
use super::calmar::calmar_ratio;
use super::drawdown::{deepest_fall, ulcer_index};
use super::exposure::exposure;
use super::moments::{excess_kurtosis, skewness};
use super::omega::omega_ratio;
use super::quantile::Tails;
use super::report::{Drawdown, Measure, Metrics, Missing};
use super::sampling::{Sampled, sampled_ticks, simple_returns};
use super::sharpe::{per_period_rate, sharpe_ratio};
use super::sortino::sortino_ratio;
use super::tail_ratio::tail_ratio;
use super::trades;
use super::turnover::turnover;
use super::value_at_risk::{conditional_value_at_risk_95, value_at_risk_95};
use super::volatility::volatility;
use crate::domain::Timestamp;
use crate::engine::batch::{ClosedTrade, Condensed, Fall};
use crate::engine::{ExitState, Replay, RoundTrip};
use crate::market::Market;
use crate::scenario::MetricSpec;

/// All metrics of what one agent did in one window. `market` is the one it was replayed on.
///
/// Sharpe, Sortino, omega and the like are taken on the sampled returns (see [`Sampled`]); the maximum
/// drawdown on the equity at every tick. Omega's threshold is Sortino's minimum acceptable return.
pub fn measure(replay: &Replay, market: &Market, spec: &MetricSpec) -> Metrics {
    let sampled = sampled_ticks(market, replay.window.ticks, spec.periods_per_year);
    measure_condensed(&condense(replay, &sampled), market, &sampled, spec)
}

/// What metrics need of a replay whose equity is sampled as `sampled` says.
pub fn condense(replay: &Replay, sampled: &Sampled) -> Condensed {
    let first = replay.window.ticks.first;
    let start = replay.starting_balance.to_f64();
    let points = sampled.ticks.iter().filter_map(|tick| replay.equity.get(tick - first).copied());
    let closed = || replay.round_trips.iter().filter(|trip| trip.state == ExitState::Closed);
    let touched = |trip: &RoundTrip| trip.exit_tick + 1 - trip.entry_tick;
    Condensed {
        starting_balance: replay.starting_balance,
        final_equity: replay.final_equity,
        fees: replay.fees,
        notional: replay.fills.iter().map(|fill| fill.notional.to_f64().abs()).sum(),
        curve: std::iter::once(start).chain(points).collect(),
        fall: deepest_fall(start, &replay.equity),
        trades: closed()
            .map(|trip| ClosedTrade {
                pnl: trip.pnl.to_f64(),
                return_fraction: trip.return_fraction,
                seconds: (trip.exit_at - trip.entry_at).seconds(),
            })
            .collect(),
        ticks: replay.equity.len(),
        ticks_in_market: replay.ticks_in_market,
        ticks_touched: replay.round_trips.iter().map(touched).sum(),
    }
}

/// As [`measure`], of what an engine has condensed already. `market` and `sampled` are those it was replayed
/// on and sampled by.
pub fn measure_condensed(
    outcome: &Condensed,
    market: &Market,
    sampled: &Sampled,
    spec: &MetricSpec,
) -> Metrics {
    let curve = &outcome.curve;
    let pnl = &outcome.trades.iter().map(|trade| trade.pnl).collect::<Vec<_>>();
    let drawdown = drawdown(&outcome.fall, market, sampled.window.first);
    let of_returns = of_returns(curve, sampled.periods_per_year, spec);
    Metrics {
        sampling: sampled.sampling,
        periods_per_year: sampled.periods_per_year,
        returns: curve.len() - 1,
        starting_balance: outcome.starting_balance,
        final_equity: outcome.final_equity,
        total_pnl: outcome.final_equity - outcome.starting_balance,
        total_return: total_return(outcome.starting_balance, outcome.final_equity),
        cagr: of_returns.cagr,
        volatility: of_returns.volatility,
        sharpe_ratio: of_returns.sharpe_ratio,
        sortino_ratio: of_returns.sortino_ratio,
        calmar_ratio: calmar_ratio(of_returns.cagr, drawdown.depth),
        max_drawdown: drawdown,
        ulcer_index: ulcer_index(curve),
        omega_ratio: of_returns.omega_ratio,
        tail_ratio: of_returns.tail_ratio,
        var_95: of_returns.var_95,
        cvar_95: of_returns.cvar_95,
        skew: of_returns.skew,
        kurtosis: of_returns.kurtosis,
        trades: pnl.len(),
        win_rate: trades::win_rate(pnl),
        profit_factor: trades::profit_factor(pnl),
        payoff_ratio: trades::payoff_ratio(pnl),
        expectancy: trades::expectancy(pnl),
        sqn: trades::system_quality_number(pnl),
        kelly: trades::kelly_fraction(pnl),
        exposure: exposure(outcome.ticks_in_market, outcome.ticks),
        turnover: turnover(outcome.notional, curve, sampled.periods_per_year),
        fees: outcome.fees,
        mean_trade_seconds: mean_trade_seconds(outcome),
    }
}

/// The metrics that see nothing but the sampled returns.
struct OfReturns {
    cagr: Measure,
    volatility: Measure,
    sharpe_ratio: Measure,
    sortino_ratio: Measure,
    omega_ratio: Measure,
    tail_ratio: Measure,
    var_95: Measure,
    cvar_95: Measure,
    skew: Measure,
    kurtosis: Measure,
}

fn of_returns(curve: &[f64], a: f64, spec: &MetricSpec) -> OfReturns {
    let returns = simple_returns(curve);
    let of = |metric: &dyn Fn(&[f64]) -> Measure| match &returns {
        Ok(returns) => metric(returns),
        Err(missing) => Err(*missing),
    };
    let risk_free = per_period_rate(spec.risk_free_rate, a);
    let minimum = per_period_rate(spec.minimum_acceptable_return, a);
    let tails = returns.as_deref().map_err(|missing| *missing).and_then(Tails::of);
    let of_tails =
        |metric: fn(&Tails) -> Measure| tails.as_ref().map_err(|missing| *missing).and_then(metric);
    OfReturns {
        cagr: of(&|r| cagr(r, a)),
        volatility: of(&|r| volatility(r, a)),
        sharpe_ratio: of(&|r| sharpe_ratio(r, risk_free, a)),
        sortino_ratio: of(&|r| sortino_ratio(r, minimum, a)),
        omega_ratio: of(&|r| omega_ratio(r, minimum)),
        tail_ratio: of_tails(tail_ratio),
        var_95: of_tails(value_at_risk_95),
        cvar_95: of_tails(conditional_value_at_risk_95),
        skew: of(&skewness),
        kurtosis: of(&excess_kurtosis),
    }
}

/// The deepest fall of the equity at every tick, with its times: closes of ticks, the window's start for the
/// starting balance. A curve that never fell recovered at once. `first` is the window's first tick.
fn drawdown(fall: &Fall, market: &Market, first: usize) -> Drawdown {
    let at = |place: Option<usize>| -> Timestamp {
        place.map_or(market.clock[first], |index| market.close_time(first + index))
    };
    let recovered = if fall.depth == 0.0 { Some(at(None)) } else { fall.recovered.map(|i| at(Some(i))) };
    Drawdown {
        depth: fall.depth,
        peak_at: at(fall.peak),
        trough_at: at(fall.trough),
        recovered_at: recovered,
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
/// Mean time from the first fill to the last of closed round trips: the holding time, not the gap between fills.
fn mean_trade_seconds(outcome: &Condensed) -> Measure {
    if outcome.trades.is_empty() {
        return Err(Missing::NoTrades);
    }
    let total: f64 = outcome.trades.iter().map(|trade| trade.seconds).sum();
    Ok(total / outcome.trades.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::super::golden::close;
    use super::super::report::Sampling;
    use super::super::testing::{cash, daily_market, replay, round_trip};
    use super::*;

    #[test]
    fn one_replay_worked_by_hand() {
        // Forty daily bars from 1000: up to 1100 on the first day, down to 880 on the second, then flat.
        let market = daily_market(40);
        let mut equity = vec![880.0; 40];
        equity[0] = 1100.0;
        let mut replay = replay(&market, 1000, equity);
        replay.round_trips = vec![round_trip(&market, 0, 2, 30), round_trip(&market, 2, 3, -150)];
        replay.ticks_in_market = 4;
        let metrics = measure(&replay, &market, &MetricSpec::default());
        assert_eq!(metrics.sampling, Sampling::Daily);
        assert_eq!(metrics.returns, 40);
        assert_eq!(metrics.total_pnl, cash(-120));
        close(metrics.total_return, -0.12);
        // 880 / 1100 - 1, from the close of the first bar to that of the second, never recovered.
        close(Ok(metrics.max_drawdown.depth), -0.2);
        assert_eq!(metrics.max_drawdown.peak_at, market.close_time(0));
        assert_eq!(metrics.max_drawdown.trough_at, market.close_time(1));
        assert_eq!(metrics.max_drawdown.recovered_at, None);
        // Growth 0.88 in 40 of 365 days.
        close(metrics.cagr, libm::pow(0.88, 365.0 / 40.0) - 1.0);
        close(metrics.exposure, 0.1);
        assert_eq!(metrics.trades, 2);
        close(metrics.win_rate, 0.5);
        close(metrics.profit_factor, 0.2);
        // Two days and one: a day and a half.
        close(metrics.mean_trade_seconds, 1.5 * 86_400.0);
    }

    #[test]
    fn an_idle_agent_has_no_ratios_rather_than_zeros() {
        let market = daily_market(40);
        let metrics = measure(&replay(&market, 1000, vec![1000.0; 40]), &market, &MetricSpec::default());
        assert_eq!(metrics.total_return, Ok(0.0));
        assert_eq!(metrics.cagr, Ok(0.0));
        assert_eq!(metrics.sharpe_ratio, Err(Missing::NoDispersion));
        assert_eq!(metrics.sortino_ratio, Err(Missing::NoDownside));
        assert_eq!(metrics.calmar_ratio, Err(Missing::NoDrawdown));
        assert_eq!(metrics.win_rate, Err(Missing::NoTrades));
        assert_eq!(metrics.profit_factor, Err(Missing::NoTrades));
        assert_eq!(metrics.max_drawdown.depth, 0.0);
        assert_eq!(metrics.max_drawdown.recovered_at, Some(market.clock[0]));
    }

    #[test]
    fn a_ruined_agent_has_a_return_but_no_ratios() {
        let market = daily_market(40);
        let mut equity = vec![0.0; 40];
        equity[0] = 500.0;
        let metrics = measure(&replay(&market, 1000, equity), &market, &MetricSpec::default());
        assert_eq!(metrics.total_return, Ok(-1.0));
        assert_eq!(metrics.sharpe_ratio, Err(Missing::Ruined));
        assert_eq!(metrics.var_95, Err(Missing::Ruined));
        assert_eq!(metrics.max_drawdown.depth, -1.0);
    }

    #[test]
    fn open_round_trips_are_no_trades() {
        let market = daily_market(40);
        let mut replay = replay(&market, 1000, vec![1000.0; 40]);
        replay.round_trips = vec![RoundTrip { state: ExitState::Open, ..round_trip(&market, 0, 39, 50) }];
        let metrics = measure(&replay, &market, &MetricSpec::default());
        assert_eq!(metrics.trades, 0);
        assert_eq!(metrics.win_rate, Err(Missing::NoTrades));
    }

    #[test]
    fn a_risk_free_rate_and_a_minimum_are_per_year() {
        let market = daily_market(40);
        let equity: Vec<f64> = (0..40).map(|i| 1000.0 + f64::from(i % 7) * 10.0).collect();
        let replay = replay(&market, 1000, equity);
        let spec =
            MetricSpec { risk_free_rate: 0.1, minimum_acceptable_return: 0.1, periods_per_year: Some(365.0) };
        let (plain, strict) =
            (measure(&replay, &market, &MetricSpec::default()), measure(&replay, &market, &spec));
        // The rate lowers Sharpe by rf per period * sqrt(365) / std = rf * 365 / volatility.
        let lowered =
            plain.sharpe_ratio.unwrap() - per_period_rate(0.1, 365.0) * 365.0 / plain.volatility.unwrap();
        close(strict.sharpe_ratio, lowered);
        assert!(strict.sortino_ratio.unwrap() < plain.sortino_ratio.unwrap());
    }
}
