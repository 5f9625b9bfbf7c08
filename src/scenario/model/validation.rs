//! How a sweep is tried on windows that it was not chosen by.

use serde::Serialize;

/// The `[validation]` table. All numbers count windows of the battle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ValidationSpec {
    /// Selects on earlier windows and tests on later ones, moving forward step by step.
    WalkForward {
        /// Training windows; with `anchored`, those of the first step.
        train: u32,
        /// Windows that are tested on.
        test: u32,
        /// Windows left out between the two.
        purge: u32,
        /// Whether every step trains from the first window on.
        anchored: bool,
    },
    /// Tests on each fold in turn and selects on the others.
    PurgedKFold {
        /// How many folds of windows in a row.
        folds: u32,
        /// Windows left out on both sides of the fold.
        purge: u32,
        /// Further windows left out after it.
        embargo: u32,
    },
    /// Combinatorial purged cross-validation: tests on every combination of folds.
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
