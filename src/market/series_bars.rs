//! One symbol's bars before they are put on the clock.

use std::collections::BTreeMap;

use super::actions::ActionSeries;
use super::bars::{Bars, Row};
use super::margin_series::MarginSeries;
use super::quality::Finding;
use crate::domain::{Instrument, Interval};

/// One symbol's bars before alignment.
#[derive(Debug)]
pub struct SeriesBars {
    /// Its trading rules.
    pub instrument: Instrument,
    /// Bars at the market's interval, checked.
    pub bars: Bars,
    /// Coarser bars by interval; intervals are multiples of the market's.
    pub frames: BTreeMap<Interval, Bars>,
    /// Findings of the data check.
    pub findings: Vec<Finding>,
    /// Finer bars, for `intrabar = "detail"`.
    pub detail: Option<Bars>,
    /// Rows of `bars` that were filled in for gaps, ascending; never tradable.
    pub filled_rows: Vec<Row>,
    /// Funding rates and mark prices of an instrument on margin.
    pub margin: Option<Box<MarginSeries>>,
    /// Corporate actions in the range.
    pub actions: Option<Box<ActionSeries>>,
}

impl SeriesBars {
    /// Bars without coarser or finer ones.
    pub fn plain(instrument: Instrument, bars: Bars) -> Self {
        Self {
            instrument,
            bars,
            frames: BTreeMap::new(),
            findings: Vec::new(),
            detail: None,
            filled_rows: Vec::new(),
            margin: None,
            actions: None,
        }
    }
}
