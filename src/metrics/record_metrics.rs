//! The metrics of a whole record: its windows one after the other.
//!
//! What a [`Record`] holds is a function of it; the rest (quantiles, ulcer index, shape) is taken on the concatenated
//! returns. Invariant: the record of one window has that window's metrics, to the bit.

use super::exposure::exposure;
use super::measure::{annualised, kelly_of, payoff_of};
use super::moments::finite;
use super::profile::{backtesting, quantstats};
use super::ranked;
use super::record::Record;
use super::relative::Relative;
use super::report::{Drawdown, Measure, Metrics, Missing};
use super::series::{ReturnSeries, series_metrics};
use crate::domain::{Cash, Span};
use crate::scenario::{MetricSpec, MetricsProfile};

/// All metrics of several windows in a row, with their sampled returns one after the other. `bar_seconds` is the length
/// of a bar. `None` without a window.
///
/// The drawdown's recovery is not told: it may lie in any later window. `final_equity` is the first window's start
/// grown as the windows grew, half up at eight places a window.
pub fn record_metrics(
    windows: &[&Metrics],
    returns: Result<Vec<f64>, Missing>,
    bar_seconds: f64,
    spec: &MetricSpec,
) -> Option<Metrics> {
    let (&first, rest) = windows.split_first()?;
    if rest.is_empty() {
        return Some(first.clone());
    }
    let record = Record::of_windows(windows.iter().map(|window| window.record));
    let series = series_of(&record, returns);
    Some(of_parts(first, windows, &record, &series, bar_seconds, spec))
}

/// The concatenated returns of a record.
pub fn series_of(record: &Record, returns: Result<Vec<f64>, Missing>) -> ReturnSeries {
    let a = record.summary.returns.periods_per_year();
    let series = match returns {
        Ok(returns) => ReturnSeries::of_returns(returns, a),
        Err(missing) => ReturnSeries {
            returns: Err(missing),
            curve: vec![1.0, 1.0 + record.summary.gain],
            ..ReturnSeries::of_returns(Vec::new(), a)
        },
    };
    let days = record.summary.length.seconds() / Span::DAY.seconds();
    ReturnSeries { finest_depth: record.summary.curve.worst, ..series.lasting_days(days) }
}

fn of_parts(
    first: &Metrics,
    windows: &[&Metrics],
    record: &Record,
    series: &ReturnSeries,
    bar_seconds: f64,
    spec: &MetricSpec,
) -> Metrics {
    let (summary, details) = (&record.summary, &record.details);
    let of_returns = series_metrics(series, spec);
    let trades = summary.trades;
    let grown = windows.iter().fold(first.starting_balance, |equity, window| {
        let (start, end) = (window.starting_balance, window.final_equity);
        if start.is_positive() && !end.is_negative() { equity.grown(start, end) } else { Cash::ZERO }
    });
    let ours = Metrics {
        profile: spec.profile,
        sampling: first.sampling,
        periods_per_year: summary.returns.periods_per_year(),
        returns: usize::try_from(summary.returns.count).unwrap_or(usize::MAX),
        starting_balance: first.starting_balance,
        final_equity: grown,
        total_pnl: summary.pnl,
        total_return: ranked::total_return(summary),
        cagr: annualised(summary, of_returns.cagr),
        volatility: of_returns.volatility,
        sharpe_ratio: ranked::sharpe_ratio(summary, spec),
        sortino_ratio: ranked::sortino_ratio(summary, spec),
        calmar_ratio: ranked::calmar_ratio(summary, spec),
        max_drawdown: Drawdown {
            depth: summary.curve.worst,
            peak_at: details.curve.peak_at,
            trough_at: details.curve.trough_at,
            recovered_at: None,
        },
        ulcer_index: of_returns.ulcer_index,
        omega_ratio: of_returns.omega_ratio,
        tail_ratio: of_returns.tail_ratio,
        var_95: of_returns.var_95,
        cvar_95: of_returns.cvar_95,
        skew: of_returns.skew,
        kurtosis: of_returns.kurtosis,
        trades: usize::try_from(trades.count).unwrap_or(usize::MAX),
        win_rate: ranked::win_rate(summary, spec),
        profit_factor: ranked::profit_factor(summary, spec),
        payoff_ratio: payoff_of(summary),
        expectancy: per_trade(record, trades.pnl().to_f64()),
        sqn: system_quality_number(record),
        kelly: kelly_of(summary),
        exposure: exposure(whole(details.ticks_in_market), whole(details.ticks)),
        turnover: finite(details.turned_over / summary.returns.years),
        fees: details.fees,
        mean_trade_seconds: per_trade(record, details.trades.seconds),
        relative: Relative::missing(Missing::NoBenchmark),
        record: *record,
    };
    by_profile(ours, series, bar_seconds)
}

/// What the profile's library says of trades otherwise.
fn by_profile(ours: Metrics, series: &ReturnSeries, bar_seconds: f64) -> Metrics {
    let details = ours.record.details;
    match ours.profile {
        MetricsProfile::Tiltyard | MetricsProfile::Empyrical | MetricsProfile::Vectorbt => ours,
        MetricsProfile::Quantstats => {
            let periods = quantstats::periods(&series.returns);
            Metrics {
                payoff_ratio: periods.payoff_ratio,
                kelly: periods.kelly,
                exposure: periods.exposure,
                ..ours
            }
        }
        MetricsProfile::Backtesting => Metrics {
            expectancy: per_trade(&ours.record, details.trades.returns * 100.0),
            exposure: exposure(whole(details.ticks_touched), whole(details.ticks)),
            mean_trade_seconds: ours
                .mean_trade_seconds
                .map(|seconds| backtesting::whole_bars(seconds, bar_seconds)),
            ..ours
        },
    }
}

fn whole(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// A sum over all round trips as a mean.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn per_trade(record: &Record, sum: f64) -> Measure {
    match record.summary.trades.count {
        0 => Err(Missing::NoTrades),
        count => finite(sum / count as f64),
    }
}

/// As [`super::system_quality_number`].
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn system_quality_number(record: &Record) -> Measure {
    let details = record.details.trades;
    let n = record.summary.trades.count as f64;
    let mean = per_trade(record, record.summary.trades.pnl().to_f64())?;
    if n < 2.0 {
        return Err(Missing::TooFewTrades);
    }
    let deviation = (details.squares / (n - 1.0)).sqrt();
    if details.least == details.most || deviation == 0.0 {
        return Err(Missing::NoDispersion);
    }
    finite(n.sqrt() * mean / deviation)
}
