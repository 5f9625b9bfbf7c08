//! Stand-in, replaced at the merge with the rules interpreter.

use super::{Setup, Strategy, Warmup};
use crate::domain::Interval;
use crate::scenario::{RuleSet, StrategySpec};

pub fn prepare<'m>(_: &RuleSet, _: &StrategySpec, _: &Setup<'m>) -> Box<dyn Strategy + 'm> {
    Box::new(super::builtin::Idle)
}

pub fn warm_up(_: &RuleSet, _: Interval) -> Warmup {
    Warmup::new()
}
