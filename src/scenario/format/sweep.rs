//! The `[sweep]` table.

use super::choices::{Choice, choice_docs};
use super::metric::METRIC;
use super::{Fallback, KeyDoc, TableDoc, ValueType, optional, required, with_default};
use crate::scenario::SearchKind;

/// Maximum number of combinations of a sweep.
const MAX: u64 = 10_000_000;

impl Choice for SearchKind {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Grid, "grid", "every combination"),
        (Self::Random, "random", "independent random combinations"),
        (Self::Sobol, "sobol", "Sobol sequence, evenly spread and shifted by the seed"),
        (Self::LatinHypercube, "latin_hypercube", "each parameter's values used equally often"),
        (Self::Tpe, "tpe", "tree-structured Parzen estimator: values near earlier good ones"),
        (Self::CmaEs, "cma_es", "covariance matrix adaptation, for numeric parameters"),
        (
            Self::SuccessiveHalving,
            "successive_halving",
            "many combinations on few windows, the best of them on more",
        ),
    ];
}

pub(super) const SWEEP: TableDoc = TableDoc {
    doc: "Evaluates many parameter combinations of an agent and selects the best, with statistical tests of it.",
    keys: &[
        required("agent", ValueType::Text, "The agent whose parameters are swept."),
        required(
            "parameters",
            ValueType::Swept,
            "The values by parameter: a parameter of the strategy by its name, or `risk.KEY`, `venue.KEY`, \
             `venue.slippage.KEY`. Values are a list, { from, to, step }, or { log_from, log_to, points }.",
        ),
        with_default(
            "where",
            ValueType::List { of: &ValueType::Text, min: 0, unique: true },
            "[]",
            "Constraints on combinations, such as \"fast < slow\".",
        ),
        with_default(
            "search",
            ValueType::Choice { noun: "search", choices: choice_docs::<SearchKind> },
            "\"grid\"",
            "How combinations are chosen.",
        ),
        optional(
            "trials",
            ValueType::Integer { min: 1, max: MAX },
            "all combinations for grid and successive_halving; otherwise required",
            "Number of combinations to evaluate.",
        ),
        optional(
            "batch",
            ValueType::Integer { min: 1, max: 100_000 },
            "16 for tpe, 4 + 3 ln(parameters) for cma_es, else 64",
            "Number of trials per batch; the search receives the scores, and results are stored, batch by batch.",
        ),
        optional("objective", METRIC, "the battle's ranking_metric", "Metric that ranks the trials."),
        KeyDoc {
            name: "reduction",
            value: ValueType::Integer { min: 2, max: 100 },
            fallback: Fallback::Described("3"),
            doc: "successive_halving: one trial in this many continues to more windows.",
        },
    ],
};
