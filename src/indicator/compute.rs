//! Which formula an [`IndicatorSpec`] names.

use std::ops::Range;

use crate::domain::IndicatorSpec;
use crate::market::Bars;

/// The column of `spec` over `rows` of `bars`: one value a row, NaN while the indicator warms up.
pub fn compute(spec: IndicatorSpec, bars: &Bars, rows: Range<usize>) -> Vec<f64> {
    match spec {
        _ => vec![f64::NAN; rows.len().min(bars.len())],
    }
}
