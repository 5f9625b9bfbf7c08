//! As `vectorbt` 1.2 (numba kernels): falls are measured from the first period's END, so that a loss in the very
//! first period is none.

use super::super::calmar::calmar_ratio;
use super::super::series::{ReturnSeries, SeriesMetrics, fall};

/// The series' metrics.
pub fn series(series: &ReturnSeries, ours: SeriesMetrics) -> SeriesMetrics {
    let depth = fall(series.curve.get(1..).unwrap_or_default());
    SeriesMetrics { max_drawdown: depth, calmar_ratio: calmar_ratio(ours.cagr, depth), ..ours }
}
