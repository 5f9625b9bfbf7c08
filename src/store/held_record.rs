//! The benchmark of `run.json` where it is a symbol: its record, and its curve for charts.
//!
//! Owns names and units: percent where the name ends in `_pct`. Never computes a metric.

use serde::{Deserialize, Serialize};

use super::Downsampler;
use crate::domain::{Metric, Timestamp};
use crate::market::Market;
use crate::metrics::Measure;
use crate::tournament::{BenchmarkResult, Tournament, held};

/// Points of the curve.
const POINTS: usize = 800;
/// Where the curve begins.
const START: f64 = 100.0;

/// A symbol that was bought at each window's start and held to its end, without costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldRecord {
    /// The symbol.
    pub symbol: String,
    /// Growth over all windows chained.
    pub roi_pct: Option<f64>,
    /// Growth a year.
    pub cagr_pct: Option<f64>,
    /// Annualised volatility.
    pub volatility_pct: Option<f64>,
    /// Annualised Sharpe ratio.
    pub sharpe_ratio: Option<f64>,
    /// Annualised Sortino ratio.
    pub sortino_ratio: Option<f64>,
    /// Growth a year over the largest drawdown.
    pub calmar_ratio: Option<f64>,
    /// The deepest fall of its closes from a peak, at most 0.
    pub max_drawdown_pct: Option<f64>,
    /// Its value as an index, 100 at the first window's start; each window begins where the one before it ended.
    pub curve: HeldCurve,
}

/// A curve as columns, thinned for charts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HeldCurve {
    /// Opens of the bars, RFC 3339.
    pub at: Vec<String>,
    /// The index at their closes.
    pub index: Vec<f64>,
}

impl HeldRecord {
    /// Of a finished tournament.
    pub(super) fn new(found: &BenchmarkResult, market: &Market, tournament: &Tournament) -> Self {
        let metrics = &found.metrics;
        let file = |metric: Metric, value: Measure| value.ok().map(|value| metric.in_file_unit(value));
        Self {
            symbol: found.symbol.name().to_owned(),
            roi_pct: file(Metric::RoiPct, found.total_return),
            cagr_pct: file(Metric::CagrPct, metrics.cagr),
            volatility_pct: file(Metric::VolatilityPct, metrics.volatility),
            sharpe_ratio: metrics.sharpe_ratio.ok(),
            sortino_ratio: metrics.sortino_ratio.ok(),
            calmar_ratio: metrics.calmar_ratio.ok(),
            max_drawdown_pct: file(Metric::MaxDrawdownPct, Ok(metrics.max_drawdown)),
            curve: curve(found, market, tournament),
        }
    }

    /// A metric by its key, where the record has it.
    pub fn value(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::RoiPct => self.roi_pct,
            Metric::CagrPct => self.cagr_pct,
            Metric::VolatilityPct => self.volatility_pct,
            Metric::SharpeRatio => self.sharpe_ratio,
            Metric::SortinoRatio => self.sortino_ratio,
            Metric::CalmarRatio => self.calmar_ratio,
            Metric::MaxDrawdownPct => self.max_drawdown_pct,
            _ => None,
        }
    }
}

fn curve(found: &BenchmarkResult, market: &Market, tournament: &Tournament) -> HeldCurve {
    let windows = || tournament.windows.iter().map(|span| span.window.ticks);
    let mut thinned = Downsampler::new(windows().map(|ticks| ticks.last - ticks.first).sum(), POINTS);
    let mut before = START;
    for ticks in windows() {
        let Some((start, closes)) = held(market, &found.symbol, ticks) else { continue };
        for (tick, close) in (ticks.first..).zip(&closes) {
            thinned.push(market.clock[tick].micros(), before * close / start);
        }
        before *= closes.last().map_or(1.0, |close| close / start);
    }
    let points = thinned.finish();
    HeldCurve {
        at: points.iter().map(|point| Timestamp::from_micros(point.0).to_string()).collect(),
        index: points.iter().map(|point| (point.1 * 1e4).round() / 1e4).collect(),
    }
}
