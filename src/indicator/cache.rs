//! Columns computed once per key and shared.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::compute;
use crate::domain::{IndicatorSpec, Interval, SymbolId};
use crate::market::Bars;

/// What names a column: which bars, which rows of them, which indicator.
type Key = (SymbolId, Interval, Range<usize>, IndicatorSpec);
type Slot = Arc<OnceLock<Arc<[f64]>>>;

/// Indicator columns of one market. Filled on demand from any number of threads; a column that two jobs
/// ask for at once is computed by one of them while the other waits.
#[derive(Debug, Default)]
pub struct IndicatorCache {
    slots: Mutex<HashMap<Key, Slot>>,
}

impl IndicatorCache {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// The column of `spec` over `rows` of `bars`, which are `symbol`'s. One value a row; NaN while the
    /// indicator warms up.
    pub fn column(
        &self,
        symbol: SymbolId,
        bars: &Bars,
        rows: Range<usize>,
        spec: IndicatorSpec,
    ) -> Arc<[f64]> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry((symbol, bars.interval, rows.clone(), spec)).or_default())
        };
        Arc::clone(slot.get_or_init(|| compute(spec, bars, rows).into()))
    }
}
