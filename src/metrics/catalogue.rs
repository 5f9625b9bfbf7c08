//! The value of each metric of the catalogue, in the unit of files.
//!
//! Owns which measured number a [`Metric`] is; what it is called is in [`crate::domain::MetricInfo`]. Never computes
//! one.

use super::missing::{Measure, Missing};
use super::relative::Relative;
use super::report::Metrics;
use super::series::SeriesMetrics;
use crate::domain::Metric;

/// A metric of what was measured of an agent.
///
/// # Errors
/// Why it has no value.
pub fn value_of(metrics: &Metrics, metric: Metric) -> Measure {
    let m = metrics;
    let value = match metric {
        Metric::RoiPct => m.total_return,
        Metric::TotalPnl => Ok(m.total_pnl.to_f64()),
        Metric::CagrPct => m.cagr,
        Metric::VolatilityPct => m.volatility,
        Metric::SharpeRatio => m.sharpe_ratio,
        Metric::SortinoRatio => m.sortino_ratio,
        Metric::CalmarRatio => m.calmar_ratio,
        Metric::MaxDrawdownPct => Ok(m.max_drawdown.depth),
        Metric::UlcerIndexPct => m.ulcer_index,
        Metric::OmegaRatio => m.omega_ratio,
        Metric::TailRatio => m.tail_ratio,
        Metric::Var95Pct => m.var_95,
        Metric::Cvar95Pct => m.cvar_95,
        Metric::Skew => m.skew,
        Metric::Kurtosis => m.kurtosis,
        Metric::WinRate => m.win_rate,
        Metric::ProfitFactor => m.profit_factor,
        Metric::PayoffRatio => m.payoff_ratio,
        Metric::Expectancy => m.expectancy,
        Metric::Sqn => m.sqn,
        Metric::KellyPct => m.kelly,
        Metric::ExposurePct => m.exposure,
        Metric::Turnover => m.turnover,
        Metric::MeanTradeSeconds => m.mean_trade_seconds,
        Metric::Alpha
        | Metric::Beta
        | Metric::InformationRatio
        | Metric::ExcessReturnPct
        | Metric::TrackingErrorPct
        | Metric::Correlation
        | Metric::UpCapture
        | Metric::DownCapture => against(&m.relative, metric).unwrap_or(Err(Missing::NoBenchmark)),
        margin if Metric::MARGIN.contains(&margin) => {
            let measured = m.margin.as_ref().and_then(|measured| measured.value(margin));
            measured.unwrap_or(Err(Missing::NoMargin))
        }
        Metric::Decisions | Metric::Tokens | Metric::Cost | Metric::ReturnPerCost => Err(Missing::NoUsage),
        // All of them are of margin, above.
        _ => Err(Missing::NoMargin),
    };
    value.map(|value| metric.in_file_unit(value))
}

/// The metrics of a series made elsewhere, in the order of the catalogue.
pub fn series_values(
    total_return: Measure,
    own: &SeriesMetrics,
    relative: &Relative,
) -> Vec<(Metric, Measure)> {
    let value = |metric: Metric| {
        Some(match metric {
            Metric::RoiPct => total_return,
            Metric::CagrPct => own.cagr,
            Metric::VolatilityPct => own.volatility,
            Metric::SharpeRatio => own.sharpe_ratio,
            Metric::SortinoRatio => own.sortino_ratio,
            Metric::CalmarRatio => own.calmar_ratio,
            Metric::MaxDrawdownPct => Ok(own.max_drawdown),
            Metric::UlcerIndexPct => own.ulcer_index,
            Metric::OmegaRatio => own.omega_ratio,
            Metric::TailRatio => own.tail_ratio,
            Metric::Var95Pct => own.var_95,
            Metric::Cvar95Pct => own.cvar_95,
            Metric::Skew => own.skew,
            Metric::Kurtosis => own.kurtosis,
            other => return against(relative, other),
        })
    };
    let all = Metric::ALL.iter().filter_map(|&metric| Some((metric, value(metric)?)));
    all.map(|(metric, measure)| (metric, measure.map(|value| metric.in_file_unit(value)))).collect()
}

/// A metric against a benchmark; none for another metric.
fn against(relative: &Relative, metric: Metric) -> Option<Measure> {
    Some(match metric {
        Metric::Alpha => relative.alpha,
        Metric::Beta => relative.beta,
        Metric::InformationRatio => relative.information_ratio,
        Metric::ExcessReturnPct => relative.excess_return,
        Metric::TrackingErrorPct => relative.tracking_error,
        Metric::Correlation => relative.correlation,
        Metric::UpCapture => relative.up_capture,
        Metric::DownCapture => relative.down_capture,
        _ => return None,
    })
}
