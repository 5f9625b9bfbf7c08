//! From a checked strategy to one that is ready for a window.

use super::{Setup, Strategy, Warmup};
use crate::domain::Interval;
use crate::scenario::StrategySpec;

/// The strategy, with its indicator columns computed for the window of `setup`.
pub fn prepare<'m>(spec: &StrategySpec, setup: &Setup<'m>) -> Box<dyn Strategy + 'm> {
    let _ = (spec, setup);
    unreachable!("being built")
}

/// How many bars before its first decision the strategy needs, by timeframe. `base` is the scenario's interval.
pub fn warm_up(spec: &StrategySpec, base: Interval) -> Warmup {
    let _ = (spec, base);
    Warmup::new()
}
