//! The tables of a `rules` strategy: levels in average true ranges, and entries by limit, stop and stop-limit order.

use super::{
    Choice, Fallback, KeyDoc, Range, TableDoc, ValueType, VariantDoc, choice_docs, number, optional,
    required, with_default,
};
use crate::scenario::TimeInForceWord;

impl Choice for TimeInForceWord {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Gtc, "gtc", "until it fills, is cancelled, or the window ends"),
        (Self::Day, "day", "until the end of the trading day of the decision"),
        (Self::Ioc, "ioc", "for the first bar that could match it"),
    ];
}

/// A distance in average true ranges.
pub(in crate::scenario) const RANGES: TableDoc = TableDoc {
    doc: "A distance in average true ranges of the deciding bar, fixed at the entry.",
    keys: &[
        required("atr", ValueType::Integer { min: 1, max: 100_000 }, "Bars of the average true range."),
        required("times", number(1_000.0), "How many ranges."),
        optional("timeframe", ValueType::Interval, "the strategy's", "Timeframe of the average true range."),
    ],
};

const BELOW: ValueType = ValueType::Percent(Range::from_to(0.0, 99.0));
const ABOVE: ValueType = ValueType::Percent(Range::from_to(0.0, 1_000.0));

const PRICE: KeyDoc = optional(
    "price",
    ValueType::Text,
    "the close and the offset",
    "The price as an expression: \"low - 0.1\", \"highest(20)\".",
);
const OFFSET_ABOVE: KeyDoc =
    optional("offset_pct", ABOVE, "none", "Distance above the deciding close, in percent of it.");
const OFFSET: KeyDoc =
    optional("offset", ValueType::Table(&RANGES), "none", "The same distance in average true ranges.");
const TIME_IN_FORCE: KeyDoc = with_default(
    "time_in_force",
    ValueType::Choice { noun: "time in force", choices: choice_docs::<TimeInForceWord> },
    "\"gtc\"",
    "How long the order waits.",
);
const GOOD_TILL: KeyDoc =
    optional("good_till", ValueType::Span, "as `time_in_force`", "Waits for so long from the decision on.");
const GOOD_TILL_BARS: KeyDoc = optional(
    "good_till_bars",
    ValueType::Integer { min: 1, max: 10_000_000 },
    "as `time_in_force`",
    "Waits for so many intervals of the scenario.",
);

/// The order types of an entry.
const ENTRIES: &[VariantDoc] = &[
    VariantDoc { name: "market", doc: "At the market.", keys: &[] },
    VariantDoc {
        name: "limit",
        doc: "At a price or lower.",
        keys: &[
            PRICE,
            optional("offset_pct", BELOW, "none", "Distance below the deciding close, in percent of it."),
            OFFSET,
            TIME_IN_FORCE,
            GOOD_TILL,
            GOOD_TILL_BARS,
        ],
    },
    VariantDoc {
        name: "stop",
        doc: "At the market once the price has risen to a trigger.",
        keys: &[PRICE, OFFSET_ABOVE, OFFSET, TIME_IN_FORCE, GOOD_TILL, GOOD_TILL_BARS],
    },
    VariantDoc {
        name: "stop_limit",
        doc: "At a limit once the price has risen to a trigger.",
        keys: &[
            PRICE,
            OFFSET_ABOVE,
            OFFSET,
            optional(
                "limit_price",
                ValueType::Text,
                "the trigger and the offset",
                "The limit as an expression.",
            ),
            optional(
                "limit_offset_pct",
                ABOVE,
                "none",
                "Distance of the limit above the trigger, in percent of it.",
            ),
            optional(
                "limit_offset",
                ValueType::Table(&RANGES),
                "none",
                "The same distance in average true ranges.",
            ),
            TIME_IN_FORCE,
            GOOD_TILL,
            GOOD_TILL_BARS,
        ],
    },
];

fn entries() -> Vec<VariantDoc> {
    ENTRIES.to_vec()
}

/// The `entry` key of a `rules` strategy.
pub(in crate::scenario) const ENTRY: KeyDoc = KeyDoc {
    name: "entry",
    value: ValueType::Tagged { tag: "order", noun: "order type", variants: entries },
    fallback: Fallback::Described("a market order"),
    doc: "Order of an entry, { order = \"limit\", offset_pct = 0.5 }: limit, stop or stop_limit. Its prices are fixed \
          at the deciding close; without a value for one of them there is no entry.",
};
