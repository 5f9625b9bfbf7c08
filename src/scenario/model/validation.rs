//! How a sweep is tried on windows that it was not chosen by.

use serde::Serialize;

/// The `[validation]` table. All numbers count windows of the battle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ValidationSpec {
    /// Chosen on the windows before, tested on those after, again and again.
    WalkForward {
        /// Windows that are chosen by; of an anchored walk, in its first step.
        train: u32,
        /// Windows that are tested on.
        test: u32,
        /// Windows left out between the two.
        purge: u32,
        /// Whether every step trains from the first window on.
        anchored: bool,
    },
    /// Each fold in turn is tested on, all others are chosen by.
    PurgedKFold {
        /// How many folds of windows in a row.
        folds: u32,
        /// Windows left out on both sides of the fold.
        purge: u32,
        /// Further windows left out after it.
        embargo: u32,
    },
    /// Combinatorial purged cross-validation: every choice of test folds.
    Cpcv {
        /// How many folds of windows in a row.
        folds: u32,
        /// How many of them are tested on at once.
        test_folds: u32,
        /// Windows left out on both sides of a tested fold.
        purge: u32,
        /// Further windows left out after it.
        embargo: u32,
    },
}
