//! The kinds of windows and the presets.

use super::{KeyDoc, ValueType, VariantDoc, optional, required, with_default};
use crate::domain::Span;

/// A window kind with a fixed length and interval.
#[derive(Debug, Clone, Copy)]
pub(in crate::scenario) struct Preset {
    /// The value of `kind`.
    pub(in crate::scenario) kind: &'static str,
    /// Length of each window.
    pub(in crate::scenario) length: Span,
    /// Interval of the bars it replays.
    pub(in crate::scenario) interval: Span,
}

/// The window presets by name.
pub(in crate::scenario) const PRESETS: [Preset; 3] = [
    Preset { kind: "historical_day", length: Span::DAY, interval: Span::MINUTE },
    Preset { kind: "historical_week", length: Span::DAY.times(7), interval: Span::MINUTE.times(5) },
    Preset { kind: "historical_month", length: Span::DAY.times(30), interval: Span::MINUTE.times(60) },
];

const COUNT: ValueType = ValueType::Integer { min: 1, max: 100_000 };
const LENGTH: KeyDoc = required("length", ValueType::Span, "Length of each window, such as \"30d\".");
const AS_MANY: KeyDoc = optional("count", COUNT, "as many as fit", "Number of windows.");
const HOW_MANY: KeyDoc = required("count", COUNT, "Number of windows.");
const EMBARGO: KeyDoc = optional(
    "embargo",
    ValueType::Span,
    "none",
    "Minimum time between the end of one window and the start of the next.",
);
const PRESET_KEYS: &[KeyDoc] =
    &[with_default("count", COUNT, "1", "Number of consecutive windows."), EMBARGO];

const KINDS: &[VariantDoc] = &[
    VariantDoc { name: "whole", doc: "One window: the whole range.", keys: &[] },
    VariantDoc {
        name: "sequential",
        doc: "Consecutive windows from the start of the range.",
        keys: &[LENGTH, AS_MANY, EMBARGO],
    },
    VariantDoc {
        name: "rolling",
        doc: "Each starts a step after the previous one; they may overlap.",
        keys: &[
            LENGTH,
            required("step", ValueType::Span, "Time between the starts of two windows."),
            AS_MANY,
            EMBARGO,
        ],
    },
    VariantDoc {
        name: "random",
        doc: "At starts drawn with the scenario's seed; they never overlap.",
        keys: &[LENGTH, HOW_MANY, EMBARGO],
    },
    VariantDoc {
        name: "stratified",
        doc: "As random, spread evenly over the market regimes (trend and volatility) before each window.",
        keys: &[
            LENGTH,
            HOW_MANY,
            with_default(
                "lookback",
                ValueType::Span,
                "\"30d\"",
                "Time before a window over which its regime is measured.",
            ),
            EMBARGO,
        ],
    },
    VariantDoc { name: "historical_day", doc: "Windows of 1 day of 1m bars.", keys: PRESET_KEYS },
    VariantDoc { name: "historical_week", doc: "Windows of 7 days of 5m bars.", keys: PRESET_KEYS },
    VariantDoc { name: "historical_month", doc: "Windows of 30 days of 1h bars.", keys: PRESET_KEYS },
];

/// The variants of the `windows` table.
pub(super) fn variants() -> Vec<VariantDoc> {
    KINDS.to_vec()
}
