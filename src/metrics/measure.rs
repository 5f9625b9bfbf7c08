//! From what was observed of one agent in one window to all its metrics.

use super::dated::Drawdown;
use super::exposure::exposure;
use super::inputs::MetricInputs;
use super::margin::MarginMetrics;
use super::missing::{Measure, Missing};
use super::moments::finite;
use super::profile::{Basis, backtesting, quantstats};
use super::ranked;
use super::record::Record;
use super::relative::Relative;
use super::report::Metrics;
use super::sampling::Sampling;
use super::series::ReturnSeries;
use super::series_metrics::series_metrics;
use super::summary::Summary;
use super::trades;
use super::turnover::turnover;
use crate::domain::Cash;
use crate::engine::Replay;
use crate::market::Market;
use crate::scenario::{MetricSpec, MetricsProfile};

/// All metrics of what one agent did in one window. `market` is the one it was replayed on.
///
/// Sharpe, Sortino, omega and the like are taken on the sampled returns (see [`super::Sample`]); the maximum
/// drawdown on the equity at every tick. Omega's threshold is Sortino's minimum acceptable return. The metrics
/// against a benchmark are missing until [`super::relative()`] is asked for them.
pub fn measure(replay: &Replay, market: &Market, spec: &MetricSpec) -> Metrics {
    let margin = MarginMetrics::of(replay, market).map(Box::new);
    Metrics { margin, ..metrics_of(&MetricInputs::of(replay, market, spec.periods_per_year), spec) }
}

/// The same from what was observed of the replay.
pub fn metrics_of(observed: &MetricInputs, spec: &MetricSpec) -> Metrics {
    let sample = &observed.sample;
    let (record, pnl) = Record::with_pnl(observed, spec);
    let series = sample.series(observed.drawdown.depth);
    let (drawdown, _) = Basis::of(spec, sample.periods_per_year).walk(observed);
    Parts {
        spec,
        sampling: sample.sampling,
        periods_per_year: sample.periods_per_year,
        returns: sample.curve.len() - 1,
        starting_balance: observed.starting_balance,
        final_equity: observed.final_equity,
        max_drawdown: drawdown,
        turnover: turnover(observed.notional, &sample.curve, sample.periods_per_year),
        trades: trade_measures(observed, &record, &pnl, spec.profile),
        record: &record,
        series: &series,
    }
    .metrics()
}

/// What one window and a record of several measure each in its own way; the rest is made of the record and its returns.
pub(super) struct Parts<'a> {
    pub spec: &'a MetricSpec,
    pub sampling: Sampling,
    pub periods_per_year: f64,
    pub returns: usize,
    pub starting_balance: Cash,
    pub final_equity: Cash,
    pub max_drawdown: Drawdown,
    pub turnover: Measure,
    pub trades: TradeMeasures,
    pub record: &'a Record,
    pub series: &'a ReturnSeries,
}

/// Means over round trips, as the profile takes them.
pub(super) struct TradeMeasures {
    pub expectancy: Measure,
    pub sqn: Measure,
    pub exposure: Measure,
    pub mean_seconds: Measure,
}

impl Parts<'_> {
    /// All metrics; those against a benchmark are missing.
    pub(super) fn metrics(self) -> Metrics {
        let (record, spec, trades) = (self.record, self.spec, self.trades);
        let summary = &record.summary;
        let of_returns = series_metrics(self.series, spec);
        let ours = Metrics {
            profile: spec.profile,
            sampling: self.sampling,
            periods_per_year: self.periods_per_year,
            returns: self.returns,
            starting_balance: self.starting_balance,
            final_equity: self.final_equity,
            total_pnl: summary.pnl,
            total_return: ranked::total_return(summary),
            cagr: annualised(summary, of_returns.cagr),
            volatility: of_returns.volatility,
            sharpe_ratio: ranked::sharpe_ratio(summary, spec),
            sortino_ratio: ranked::sortino_ratio(summary, spec),
            calmar_ratio: ranked::calmar_ratio(summary, spec),
            max_drawdown: self.max_drawdown,
            ulcer_index: of_returns.ulcer_index,
            omega_ratio: of_returns.omega_ratio,
            tail_ratio: of_returns.tail_ratio,
            var_95: of_returns.var_95,
            cvar_95: of_returns.cvar_95,
            skew: of_returns.skew,
            kurtosis: of_returns.kurtosis,
            trades: usize::try_from(summary.trades.count).unwrap_or(usize::MAX),
            win_rate: ranked::win_rate(summary, spec),
            profit_factor: ranked::profit_factor(summary, spec),
            payoff_ratio: payoff_of(summary),
            expectancy: trades.expectancy,
            sqn: trades.sqn,
            kelly: kelly_of(summary),
            exposure: trades.exposure,
            turnover: self.turnover,
            fees: record.details.fees,
            mean_trade_seconds: trades.mean_seconds,
            relative: Relative::missing(Missing::NoBenchmark),
            margin: None,
            record: *record,
        };
        if spec.profile != MetricsProfile::Quantstats {
            return ours;
        }
        let periods = quantstats::periods(&self.series.returns);
        Metrics {
            payoff_ratio: periods.payoff_ratio,
            kelly: periods.kelly,
            exposure: periods.exposure,
            ..ours
        }
    }
}

/// The means over the round trips of one window.
fn trade_measures(
    observed: &MetricInputs,
    record: &Record,
    pnl: &[f64],
    profile: MetricsProfile,
) -> TradeMeasures {
    let (sqn, seconds) = (trades::system_quality_number(pnl), mean_trade_seconds(record));
    if profile == MetricsProfile::Backtesting {
        let returns: Vec<f64> = observed.trades.iter().map(|trade| trade.return_fraction).collect();
        return TradeMeasures {
            expectancy: backtesting::expectancy_pct(&returns),
            sqn,
            exposure: exposure(observed.ticks_touched, observed.ticks),
            mean_seconds: seconds.map(|seconds| backtesting::whole_bars(seconds, observed.bar_seconds)),
        };
    }
    TradeMeasures {
        expectancy: trades::expectancy(pnl),
        sqn,
        exposure: exposure(observed.ticks_in_market, observed.ticks),
        mean_seconds: seconds,
    }
}

/// Growth a year, of records that are long enough.
fn annualised(summary: &Summary, growth: Measure) -> Measure {
    match growth {
        Ok(_) if summary.is_short() => Err(Missing::TooShort),
        growth => growth,
    }
}

/// As [`super::payoff_ratio`], of sums.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn payoff_of(summary: &Summary) -> Measure {
    let trades = &summary.trades;
    match (trades.count, trades.wins, trades.losses) {
        (0, ..) => Err(Missing::NoTrades),
        (_, 0, _) => Err(Missing::NoWins),
        (_, _, 0) => Err(Missing::NoLosses),
        (_, wins, losses) => {
            finite((trades.gains.to_f64() / wins as f64) / (trades.lost.to_f64() / losses as f64))
        }
    }
}

/// As [`super::kelly_fraction`], of sums.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn kelly_of(summary: &Summary) -> Measure {
    let payoff = payoff_of(summary)?;
    let wins = summary.trades.wins as f64 / summary.trades.count as f64;
    finite(wins - (1.0 - wins) / payoff)
}

/// Mean time from the first fill to the last of closed round trips: the holding time, not the gap between fills.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn mean_trade_seconds(record: &Record) -> Measure {
    match record.summary.trades.count {
        0 => Err(Missing::NoTrades),
        count => Ok(record.details.trades.seconds / count as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::super::golden::close;
    use super::super::sharpe::per_period_rate;
    use super::super::testing::{cash, daily_market, replay, round_trip};
    use super::*;
    use crate::engine::{ExitState, RoundTrip};

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
        assert_eq!(metrics.sharpe_ratio, Err(Missing::Idle));
        assert_eq!(metrics.sortino_ratio, Err(Missing::Idle));
        assert_eq!(metrics.calmar_ratio, Err(Missing::Idle));
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
        let spec = MetricSpec {
            risk_free_rate: 0.1,
            minimum_acceptable_return: 0.1,
            periods_per_year: Some(365.0),
            ..MetricSpec::default()
        };
        let (plain, strict) =
            (measure(&replay, &market, &MetricSpec::default()), measure(&replay, &market, &spec));
        // The rate lowers Sharpe by rf per period * sqrt(365) / std = rf * 365 / volatility.
        let lowered =
            plain.sharpe_ratio.unwrap() - per_period_rate(0.1, 365.0) * 365.0 / plain.volatility.unwrap();
        close(strict.sharpe_ratio, lowered);
        assert!(strict.sortino_ratio.unwrap() < plain.sortino_ratio.unwrap());
    }
}
