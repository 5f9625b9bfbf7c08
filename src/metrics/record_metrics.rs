//! The metrics of a whole record: its windows one after the other.
//!
//! What a [`Record`] holds is a function of it; the rest (quantiles, ulcer index, shape) is taken on the concatenated
//! returns. Invariant: the record of one window has that window's metrics, to the bit.

use super::dated::Drawdown;
use super::exposure::exposure;
use super::margin::MarginMetrics;
use super::measure::{Parts, TradeMeasures};
use super::missing::{Measure, Missing};
use super::moments::finite;
use super::profile::backtesting;
use super::record::Record;
use super::report::Metrics;
use super::series::ReturnSeries;
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
    let margin = windows.iter().filter_map(|window| window.margin.as_deref().copied());
    let margin = margin.reduce(MarginMetrics::combine).map(Box::new);
    Some(Metrics { margin, ..of_parts(first, windows, &record, &series, bar_seconds, spec) })
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
    let grown = windows.iter().fold(first.starting_balance, |equity, window| {
        let (start, end) = (window.starting_balance, window.final_equity);
        if start.is_positive() && !end.is_negative() { equity.grown(start, end) } else { Cash::ZERO }
    });
    Parts {
        spec,
        sampling: first.sampling,
        periods_per_year: summary.returns.periods_per_year(),
        returns: whole(summary.returns.count),
        starting_balance: first.starting_balance,
        final_equity: grown,
        max_drawdown: Drawdown {
            depth: summary.curve.worst,
            peak_at: details.curve.peak_at,
            trough_at: details.curve.trough_at,
            recovered_at: None,
        },
        turnover: finite(details.turned_over / summary.returns.years),
        trades: trade_measures(record, bar_seconds, spec.profile),
        record,
        series,
    }
    .metrics()
}

/// The means over the round trips of all windows.
fn trade_measures(record: &Record, bar_seconds: f64, profile: MetricsProfile) -> TradeMeasures {
    let details = &record.details;
    let (sqn, seconds) = (system_quality_number(record), per_trade(record, details.trades.seconds));
    let in_market = |ticks: u64| exposure(whole(ticks), whole(details.ticks));
    if profile == MetricsProfile::Backtesting {
        return TradeMeasures {
            expectancy: per_trade(record, details.trades.returns * 100.0),
            sqn,
            exposure: in_market(details.ticks_touched),
            mean_seconds: seconds.map(|seconds| backtesting::whole_bars(seconds, bar_seconds)),
        };
    }
    TradeMeasures {
        expectancy: per_trade(record, record.summary.trades.pnl().to_f64()),
        sqn,
        exposure: in_market(details.ticks_in_market),
        mean_seconds: seconds,
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
