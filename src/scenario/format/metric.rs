//! A metric as a value of several tables.

use super::ValueType;
use super::choices::choice_docs;
use crate::scenario::RankingMetric;

/// A metric to rank by.
pub(super) const METRIC: ValueType =
    ValueType::Choice { noun: "ranking metric", choices: choice_docs::<RankingMetric> };
