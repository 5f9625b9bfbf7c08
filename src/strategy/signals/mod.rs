//! `signals`: trades what a file says, row by row as the rows become known.
//!
//! A row acts at the first decision at or after the instant at which it is known, never before; a symbol without a bar
//! at that decision is traded at its next one. Never reads a file: the rows come with the strategy's parameters.

mod known;
mod orders;
mod side;
mod track;
mod weights;

use known::Known;

use super::PreparedStrategy;
use crate::scenario::{SignalMode, SignalRows, SignalsSpec, StrategySpec};

/// The strategy that trades the rows.
pub(super) fn prepare<'m>(signals: &SignalsSpec, spec: &StrategySpec) -> PreparedStrategy<'m> {
    let Some(table) = &signals.table else {
        return PreparedStrategy::failed("the file of its signals has not been read");
    };
    let known = Known { stamped: signals.stamped, timeframe: spec.timeframe };
    match (&table.rows, signals.mode) {
        (SignalRows::Values(_), SignalMode::Side) => {
            PreparedStrategy::built_in(side::Sides::new(table, known, spec.size))
        }
        (SignalRows::Values(_), _) => {
            PreparedStrategy::built_in(weights::TargetWeights::new(table, known, signals))
        }
        (SignalRows::Orders(_), _) => PreparedStrategy::built_in(orders::FileOrders::new(table, known)),
    }
}
