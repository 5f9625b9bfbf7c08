//! What a run asks of its data.

use std::collections::BTreeMap;

use crate::domain::{Interval, Symbol, Timestamp};
use crate::scenario::MarketSpec;

/// The data that a run needs.
#[derive(Debug, Clone, Copy)]
pub struct LoadRequest<'a> {
    /// Path, symbols, interval and range.
    pub spec: &'a MarketSpec,
    /// Coarser timeframes that strategies read, with the number of bars of each before the start.
    pub frames: &'a BTreeMap<Interval, u32>,
    /// Number of bars of the scenario's interval before the start.
    pub history_bars: u32,
    /// Whether to keep finer bars where the data has them.
    pub detail: bool,
    /// A symbol to compare with that is none of the scenario's, if any.
    pub benchmark: Option<&'a Symbol>,
}

/// Where reading ends: a bar that opens before the range's end is read to its close.
pub(super) fn read_until(spec: &MarketSpec, resampled: bool) -> Option<Timestamp> {
    spec.end.map(|end| {
        let last = end - crate::domain::Span::from_micros(1);
        if resampled { spec.interval.floor(last) + spec.interval.span() } else { end }
    })
}
