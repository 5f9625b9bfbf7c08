//! The metrics that agents are ranked by, as functions of a [`Summary`]: of one window or of a whole record.
//!
//! Owns which values exist, and how those that do not are compared:
//!
//! - A ratio over nothing is infinite by the sign of its numerator: a profit factor without losses, Sortino without
//!   downside, Calmar without a drawdown, Sharpe without dispersion. It has no value to show, but a score.
//! - An idle agent held cash: its return-based scores are 0. It has no ratio to show.
//! - Trade metrics without a trade, and Calmar of a record under 30 days, are no score at all.

use super::missing::{Measure, Missing};
use super::moments::finite;
use super::profile::{backtesting, threshold};
use super::score::Score;
use super::sharpe::per_period_rate;
use super::summary::Summary;
use crate::scenario::{MetricSpec, MetricsProfile, RankingMetric};

/// The metric's value as it is shown, percentages as percent; why there is none otherwise.
///
/// # Errors
/// [`Missing`], also where the score is infinite or that of an idle agent.
pub fn ranked_value(summary: &Summary, metric: RankingMetric, spec: &MetricSpec) -> Measure {
    let value = match metric {
        RankingMetric::RoiPct => total_return(summary),
        RankingMetric::TotalPnl => Ok(summary.pnl.to_f64()),
        RankingMetric::SharpeRatio => sharpe_ratio(summary, spec),
        RankingMetric::SortinoRatio => sortino_ratio(summary, spec),
        RankingMetric::CalmarRatio => calmar_ratio(summary, spec),
        RankingMetric::MaxDrawdownPct => Ok(summary.curve.worst),
        RankingMetric::WinRate => win_rate(summary, spec),
        RankingMetric::ProfitFactor => profit_factor(summary, spec),
    };
    value.map(|value| metric.metric().in_file_unit(value))
}

/// The metric's score. More is better for all metrics: the drawdown is at most 0, so nearer to 0 is more.
pub fn score(summary: &Summary, metric: RankingMetric, spec: &MetricSpec) -> Score {
    match ranked_value(summary, metric, spec) {
        Ok(value) => Score::of(value),
        Err(Missing::Idle) => Score::Number(0.0),
        Err(missing) => over_nothing(summary, metric, missing, spec),
    }
}

/// The score of a ratio without a value: infinite where only its divisor is zero.
fn over_nothing(summary: &Summary, metric: RankingMetric, missing: Missing, spec: &MetricSpec) -> Score {
    let returns = &summary.returns;
    match (metric, missing) {
        (RankingMetric::SharpeRatio, Missing::NoDispersion) => Score::over_nothing(excess(summary, spec)),
        (RankingMetric::SortinoRatio, Missing::NoDownside) => {
            Score::over_nothing(returns.mean() - threshold(spec, returns.periods_per_year()))
        }
        (RankingMetric::CalmarRatio, Missing::NoDrawdown) => {
            growth_a_year(summary, spec).map_or(Score::Absent, Score::over_nothing)
        }
        (RankingMetric::ProfitFactor, Missing::NoLosses | Missing::NoDownside) if gained(summary, spec) => {
            Score::PlusInfinity
        }
        _ => Score::Absent,
    }
}

/// A ratio of returns, but for an agent that held cash; what no agent has in this record stays as it is.
fn acted(summary: &Summary, ratio: Measure) -> Measure {
    match ratio {
        Err(missing @ (Missing::TooFewReturns | Missing::TooShort | Missing::Ruined)) => Err(missing),
        _ if summary.is_idle() => Err(Missing::Idle),
        ratio => ratio,
    }
}

pub(super) fn sharpe_ratio(summary: &Summary, spec: &MetricSpec) -> Measure {
    acted(summary, sharpe(summary, spec))
}

pub(super) fn sortino_ratio(summary: &Summary, spec: &MetricSpec) -> Measure {
    acted(summary, sortino(summary, spec))
}

pub(super) fn calmar_ratio(summary: &Summary, spec: &MetricSpec) -> Measure {
    acted(summary, calmar(summary, spec))
}

/// Growth of the record, as a fraction.
pub(super) fn total_return(summary: &Summary) -> Measure {
    if summary.unfunded { Err(Missing::ZeroDivisor) } else { finite(summary.gain) }
}

/// Compound annual growth rate of our own definition; none for a short record.
pub(super) fn cagr(summary: &Summary) -> Measure {
    returns_exist(summary)?;
    if summary.is_short() { Err(Missing::TooShort) } else { summary.returns.cagr() }
}

fn sharpe(summary: &Summary, spec: &MetricSpec) -> Measure {
    returns_exist(summary)?;
    let returns = &summary.returns;
    let a = returns.periods_per_year();
    if spec.profile == MetricsProfile::Backtesting {
        return backtesting::sharpe_of(returns, spec.risk_free_rate);
    }
    let per_period = (returns.mean() - per_period_rate(spec.risk_free_rate, a)) / returns.dispersion()?;
    finite(finite(per_period)? * a.sqrt())
}

fn sortino(summary: &Summary, spec: &MetricSpec) -> Measure {
    returns_exist(summary)?;
    let returns = &summary.returns;
    returns.at_least(2)?;
    let downside = returns.downside / returns.n();
    if downside == 0.0 {
        return Err(Missing::NoDownside);
    }
    let a = returns.periods_per_year();
    if spec.profile == MetricsProfile::Backtesting {
        return finite(backtesting::excess_of(returns, spec.risk_free_rate)? / (downside.sqrt() * a.sqrt()));
    }
    finite((returns.mean() - threshold(spec, a)) * a.sqrt() / downside.sqrt())
}

fn calmar(summary: &Summary, spec: &MetricSpec) -> Measure {
    let growth = growth_a_year(summary, spec)?;
    super::calmar::calmar_ratio(Ok(growth), summary.curve.worst)
}

/// What Calmar divides by the drawdown.
fn growth_a_year(summary: &Summary, spec: &MetricSpec) -> Measure {
    let own = cagr(summary)?;
    match spec.profile {
        MetricsProfile::Backtesting => backtesting::annual_return_of(&summary.returns),
        _ => Ok(own),
    }
}

/// What Sharpe divides by the dispersion: only its sign is looked at.
fn excess(summary: &Summary, spec: &MetricSpec) -> f64 {
    let returns = &summary.returns;
    match spec.profile {
        MetricsProfile::Backtesting => {
            backtesting::excess_of(returns, spec.risk_free_rate).unwrap_or(f64::NAN)
        }
        _ => returns.mean() - per_period_rate(spec.risk_free_rate, returns.periods_per_year()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) fn win_rate(summary: &Summary, spec: &MetricSpec) -> Measure {
    let (wins, all) = match spec.profile {
        MetricsProfile::Quantstats => {
            returns_exist(summary)?;
            (summary.other.wins, summary.other.wins + summary.other.losses)
        }
        _ => (summary.trades.wins, summary.trades.count),
    };
    match (all, spec.profile) {
        (0, MetricsProfile::Quantstats) => Err(Missing::NoDispersion),
        (0, _) => Err(Missing::NoTrades),
        _ => finite(wins as f64 / all as f64),
    }
}

pub(super) fn profit_factor(summary: &Summary, spec: &MetricSpec) -> Measure {
    let (gains, lost) = gains(summary, spec);
    let of_periods = spec.profile == MetricsProfile::Quantstats;
    if of_periods {
        returns_exist(summary)?;
    } else if summary.trades.count == 0 {
        return Err(Missing::NoTrades);
    }
    match lost {
        0.0 if of_periods => Err(Missing::NoDownside),
        0.0 => Err(Missing::NoLosses),
        lost => finite(gains / lost),
    }
}

fn gained(summary: &Summary, spec: &MetricSpec) -> bool {
    gains(summary, spec).0 > 0.0
}

/// Gains and losses as the profile counts them.
fn gains(summary: &Summary, spec: &MetricSpec) -> (f64, f64) {
    match spec.profile {
        MetricsProfile::Quantstats | MetricsProfile::Backtesting => (summary.other.gains, summary.other.lost),
        _ => (summary.trades.gains.to_f64(), summary.trades.lost.to_f64()),
    }
}

fn returns_exist(summary: &Summary) -> Result<(), Missing> {
    if summary.ruined { Err(Missing::Ruined) } else { Ok(()) }
}
