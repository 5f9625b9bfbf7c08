//! One symbol's bars before they are put on the clock.

use std::collections::BTreeMap;

use super::bars::{Bars, Row};
use super::quality::Finding;
use crate::domain::{Instrument, Interval};

/// One symbol's bars before they are put on the clock.
#[derive(Debug)]
pub struct SeriesBars {
    /// Its trading rules.
    pub instrument: Instrument,
    /// At the market's interval, checked.
    pub bars: Bars,
    /// Coarser bars by interval, whole multiples of the market's.
    pub frames: BTreeMap<Interval, Bars>,
    /// What the data check noticed.
    pub findings: Vec<Finding>,
    /// Finer bars.
    pub detail: Option<Bars>,
    /// Rows of `bars` that were made to fill holes, ascending: never tradable.
    pub made: Vec<Row>,
}

impl SeriesBars {
    /// Bars without frames or detail.
    pub fn plain(instrument: Instrument, bars: Bars) -> Self {
        Self {
            instrument,
            bars,
            frames: BTreeMap::new(),
            findings: Vec::new(),
            detail: None,
            made: Vec::new(),
        }
    }
}
