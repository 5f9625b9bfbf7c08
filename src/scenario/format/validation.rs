//! The variants of the `[validation]` table. All numbers count windows of the battle.

use super::{KeyDoc, ValueType, VariantDoc, required, with_default};

/// Maximum of every window count.
const MAX: u64 = 100_000;

const WINDOWS: ValueType = ValueType::Integer { min: 1, max: MAX };
const GAP: ValueType = ValueType::Integer { min: 0, max: MAX };
const FOLDS: ValueType = ValueType::Integer { min: 2, max: 100 };

const PURGE: KeyDoc = with_default("purge", GAP, "0", "Windows left out between training and test.");
const EMBARGO: KeyDoc =
    with_default("embargo", GAP, "0", "Additional windows left out of training after a tested fold.");

const VARIANTS: &[VariantDoc] = &[
    VariantDoc {
        name: "walk_forward",
        doc: "Selects on earlier windows and tests on later ones, moving forward step by step.",
        keys: &[
            required("train", WINDOWS, "Training windows; with `anchored`, those of the first step."),
            required("test", WINDOWS, "Test windows; also the step size."),
            PURGE,
            with_default(
                "anchored",
                ValueType::Boolean,
                "false",
                "Every step trains from the first window on.",
            ),
        ],
    },
    VariantDoc {
        name: "purged_k_fold",
        doc: "Tests on each fold in turn and selects on the others.",
        keys: &[with_default("folds", FOLDS, "5", "Number of folds of consecutive windows."), PURGE, EMBARGO],
    },
    VariantDoc {
        name: "cpcv",
        doc: "Combinatorial purged cross-validation: tests on every combination of folds.",
        keys: &[
            with_default("folds", FOLDS, "6", "Number of folds of consecutive windows."),
            with_default("test_folds", WINDOWS, "2", "Number of folds in each test set."),
            PURGE,
            EMBARGO,
        ],
    },
];

pub(super) fn variants() -> Vec<VariantDoc> {
    VARIANTS.to_vec()
}
