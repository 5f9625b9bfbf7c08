//! Out-of-sample validation of a sweep.

use serde::Serialize;

/// The `[validation]` table. All numbers count windows of the battle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ValidationSpec {
    /// Walk-forward: trained on earlier windows, tested on the following ones, repeatedly.
    WalkForward {
        /// Number of training windows; of an anchored walk, in its first step.
        train: u32,
        /// Number of test windows.
        test: u32,
        /// Windows left out between training and test.
        purge: u32,
        /// Whether every step trains from the first window on.
        anchored: bool,
    },
    /// K-fold: each fold is the test set once, the others are the training set.
    PurgedKFold {
        /// Number of folds of consecutive windows.
        folds: u32,
        /// Windows left out on both sides of the test fold.
        purge: u32,
        /// Further windows left out after the test fold.
        embargo: u32,
    },
    /// Combinatorial purged cross-validation: every combination of test folds.
    Cpcv {
        /// Number of folds of consecutive windows.
        folds: u32,
        /// Number of test folds in each combination.
        test_folds: u32,
        /// Windows left out on both sides of a test fold.
        purge: u32,
        /// Further windows left out after a test fold.
        embargo: u32,
    },
}
