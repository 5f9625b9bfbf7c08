//! When the rows of a file are known.

use crate::domain::{Interval, Timestamp};
use crate::scenario::Stamp;

/// How rows are stamped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub stamped: Stamp,
    pub timeframe: Interval,
}

impl Known {
    /// When a row with this time is known.
    pub fn at(self, stamp: Timestamp) -> Timestamp {
        self.stamped.known(stamp, self.timeframe)
    }
}
