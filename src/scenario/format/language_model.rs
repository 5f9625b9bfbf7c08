//! The keys of a `process` that are about the language model behind it.

use super::{KeyDoc, TableDoc, ValueType, optional, required, with_default};

/// Most tokens that a budget can have.
const MOST_TOKENS: u64 = 1_000_000_000_000;

/// `budget` of a `process`.
pub(in crate::scenario) const BUDGET: KeyDoc = optional(
    "budget",
    ValueType::Table(&TableDoc {
        doc: "What the agent may use in each window by the `usage` that it reports; it forfeits a window in which it \
              has used more.",
        keys: &[
            optional(
                "tokens",
                ValueType::Integer { min: 1, max: MOST_TOKENS },
                "no limit",
                "Tokens read and written.",
            ),
            optional(
                "cost",
                ValueType::Amount { zero: false, most: None },
                "no limit",
                "Cost in `currency`, as a decimal: \"5.00\".",
            ),
        ],
    }),
    "no limit",
    "What it may use in a window: `tokens`, `cost`.",
);

/// `currency` of a `process`.
pub(in crate::scenario) const CURRENCY: KeyDoc = with_default(
    "currency",
    ValueType::Text,
    "\"USD\"",
    "Currency of the costs that it reports and of its budget: three to five capital letters.",
);

/// `model` of a `process`.
pub(in crate::scenario) const MODEL: KeyDoc = optional(
    "model",
    ValueType::Table(&TableDoc {
        doc: "The language model that the agent asks. Windows that begin before its training cutoff are marked.",
        keys: &[
            required("name", ValueType::Text, "Its name, for reports."),
            optional(
                "training_cutoff",
                ValueType::Time,
                "not known: no window is marked",
                "What was written before this time may be in its training data.",
            ),
        ],
    }),
    "none",
    "The language model that it asks: `name`, `training_cutoff`.",
);

/// `mask` of a `process`.
pub(in crate::scenario) const MASK: KeyDoc = optional(
    "mask",
    ValueType::Table(&TableDoc {
        doc: "What is hidden from the agent. Its orders are mapped back.",
        keys: &[
            with_default(
                "symbols",
                ValueType::Boolean,
                "false",
                "Symbols are called A, B, C, in an order drawn from the seed for each window.",
            ),
            with_default("dates", ValueType::Boolean, "false", "Dates are day numbers: `D4012T04:00:00Z`."),
            with_default(
                "prices",
                ValueType::Boolean,
                "false",
                "Prices are multiplied by a factor drawn from the seed for each symbol and window; quantities are \
                 divided by it.",
            ),
            with_default(
                "context",
                ValueType::Boolean,
                "false",
                "Tells it the texts of `[[context]]` all the same, which no mask covers.",
            ),
        ],
    }),
    "nothing",
    "What is hidden from it: `symbols`, `dates`, `prices`.",
);
