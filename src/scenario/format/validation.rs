//! The variants of the `[validation]` table. All numbers count windows of the battle.

use super::{KeyDoc, ValueType, VariantDoc, required, with_default};

/// Maximum of every window count.
const MOST: u64 = 100_000;

const WINDOWS: ValueType = ValueType::Integer { min: 1, max: MOST };
const GAP: ValueType = ValueType::Integer { min: 0, max: MOST };
const FOLDS: ValueType = ValueType::Integer { min: 2, max: 100 };

const PURGE: KeyDoc = with_default("purge", GAP, "0", "Windows left out between training and test.");
const EMBARGO: KeyDoc =
    with_default("embargo", GAP, "0", "Further windows left out of training after a tested fold.");

const VARIANTS: &[VariantDoc] = &[
    VariantDoc {
        name: "walk_forward",
        doc: "Chosen on the windows before, tested on those after, again and again.",
        keys: &[
            required("train", WINDOWS, "Windows that are chosen by; of an anchored walk, in its first step."),
            required("test", WINDOWS, "Windows that are tested on, and by which each step moves on."),
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
        doc: "Each fold in turn is tested on, all others are chosen by.",
        keys: &[with_default("folds", FOLDS, "5", "Folds of windows in a row."), PURGE, EMBARGO],
    },
    VariantDoc {
        name: "cpcv",
        doc: "Combinatorial purged cross-validation: every choice of test folds.",
        keys: &[
            with_default("folds", FOLDS, "6", "Folds of windows in a row."),
            with_default("test_folds", WINDOWS, "2", "Folds that are tested on at once."),
            PURGE,
            EMBARGO,
        ],
    },
];

pub(super) fn variants() -> Vec<VariantDoc> {
    VARIANTS.to_vec()
}
