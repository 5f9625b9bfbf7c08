//! All names of the language, in the order of the documentation, and its operators.

use super::indicators::INDICATORS;
use super::words::{Meaning, Word};
use crate::domain::{BarField, TimePart};
use crate::scenario::{Function, PositionValue};

/// Looks up a name.
pub(super) fn find(name: &str) -> Option<&'static Word> {
    words().find(|word| word.name == name)
}

/// All names of the language.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    words().map(|word| word.name)
}

/// All words, in the order of the documentation.
pub(super) fn words() -> impl Iterator<Item = &'static Word> {
    GROUPS.iter().copied().flatten()
}

const GROUPS: [&[Word]; 3] = [&FIELDS, &INDICATORS, &OTHERS];

const FIELDS: [Word; 5] = [
    Word {
        name: "open",
        signature: "open",
        doc: "first price of the bar",
        meaning: Meaning::Field(BarField::Open),
        warm_up: "1",
        source: "",
    },
    Word {
        name: "high",
        signature: "high",
        doc: "highest price of the bar",
        meaning: Meaning::Field(BarField::High),
        warm_up: "1",
        source: "",
    },
    Word {
        name: "low",
        signature: "low",
        doc: "lowest price of the bar",
        meaning: Meaning::Field(BarField::Low),
        warm_up: "1",
        source: "",
    },
    Word {
        name: "close",
        signature: "close",
        doc: "last price of the bar",
        meaning: Meaning::Field(BarField::Close),
        warm_up: "1",
        source: "",
    },
    Word {
        name: "volume",
        signature: "volume",
        doc: "traded base quantity of the bar",
        meaning: Meaning::Field(BarField::Volume),
        warm_up: "1",
        source: "",
    },
];

const OTHERS: [Word; 12] = [
    Word {
        name: "time_of_day",
        signature: "time_of_day",
        doc: "local time of the deciding bar's close, in minutes since midnight; compared with times such as 9:30",
        meaning: Meaning::Time(TimePart::TimeOfDay),
        warm_up: "1",
        source: "IANA time zone database",
    },
    Word {
        name: "hour",
        signature: "hour",
        doc: "hour of that local time, 0 to 23",
        meaning: Meaning::Time(TimePart::Hour),
        warm_up: "1",
        source: "IANA time zone database",
    },
    Word {
        name: "minute",
        signature: "minute",
        doc: "minute of that local time, 0 to 59",
        meaning: Meaning::Time(TimePart::Minute),
        warm_up: "1",
        source: "IANA time zone database",
    },
    Word {
        name: "weekday",
        signature: "weekday",
        doc: "day of the week at that local time, from 1 for Monday to 7 for Sunday",
        meaning: Meaning::Time(TimePart::Weekday),
        warm_up: "1",
        source: "IANA time zone database",
    },
    Word {
        name: "bars_held",
        signature: "bars_held",
        doc: "bars of the scenario's interval that the position has lived through, this one included; 0 while there is none",
        meaning: Meaning::Position(PositionValue::BarsHeld),
        warm_up: "",
        source: "",
    },
    Word {
        name: "unrealised_pct",
        signature: "unrealised_pct",
        doc: "the close above the average price paid, in percent of it, without fees; undefined while there is no position",
        meaning: Meaning::Position(PositionValue::UnrealisedPct),
        warm_up: "",
        source: "",
    },
    Word {
        name: "abs",
        signature: "abs(x)",
        doc: "absolute value of x",
        meaning: Meaning::Function { function: Function::Abs, least: 1, fixed: true },
        warm_up: "that of its arguments",
        source: "",
    },
    Word {
        name: "min",
        signature: "min(a, b, ...)",
        doc: "smallest of its arguments",
        meaning: Meaning::Function { function: Function::Min, least: 2, fixed: false },
        warm_up: "that of its arguments",
        source: "",
    },
    Word {
        name: "max",
        signature: "max(a, b, ...)",
        doc: "largest of its arguments",
        meaning: Meaning::Function { function: Function::Max, least: 2, fixed: false },
        warm_up: "that of its arguments",
        source: "",
    },
    Word {
        name: "ago",
        signature: "ago(x, bars)",
        doc: "value of x `bars` bars earlier, in the finest timeframe that x reads",
        meaning: Meaning::Ago,
        warm_up: "that of x, and `bars`",
        source: "",
    },
    Word {
        name: "crosses_above",
        signature: "crosses_above(a, b)",
        doc: "a was at or below b one bar earlier and is above it now; also written `a crosses_above b`",
        meaning: Meaning::CrossesAbove,
        warm_up: "that of a and b, and 1",
        source: "",
    },
    Word {
        name: "crosses_below",
        signature: "crosses_below(a, b)",
        doc: "a was at or above b one bar earlier and is below it now; also written `a crosses_below b`",
        meaning: Meaning::CrossesBelow,
        warm_up: "that of a and b, and 1",
        source: "",
    },
];

const COUNT: usize = FIELDS.len() + INDICATORS.len() + OTHERS.len();

/// Rows of what a word says, one a word.
macro_rules! rows {
    ($word:ident => $row:expr) => {{
        let mut rows = [("", "", ""); COUNT];
        let (mut row, mut group) = (0, 0);
        while group < GROUPS.len() {
            let mut i = 0;
            while i < GROUPS[group].len() {
                let $word = &GROUPS[group][i];
                rows[row] = $row;
                (row, i) = (row + 1, i + 1);
            }
            group += 1;
        }
        rows
    }};
}

/// Every name of the language: name, signature with defaults, meaning. Generated from the table that the
/// parser uses.
pub const REFERENCE: &[(&str, &str, &str)] = &rows!(word => (word.name, word.signature, word.doc));

/// Of every name: bars that it asks for before a window, and where its formula is from. Empty where there is none.
pub const ORIGINS: &[(&str, &str, &str)] = &rows!(word => (word.name, word.warm_up, word.source));

/// Every operator, from lowest to highest precedence: name, form, meaning.
pub const OPERATORS: &[(&str, &str, &str)] = &[
    ("or", "a or b", "at least one is true"),
    ("and", "a and b", "both are true"),
    ("not", "not a", "a is false; undefined if a is undefined"),
    ("comparison", "x < y, <=, >, >=, ==, !=", "compares two numbers; undefined while one of them is"),
    ("crosses_above", "x crosses_above y", "x was at or below y one bar earlier and is above it now"),
    ("crosses_below", "x crosses_below y", "x was at or above y one bar earlier and is below it now"),
    ("sum", "x + y, x - y", "sum and difference"),
    (
        "product",
        "x * y, x / y, x % y",
        "product, quotient, remainder with the sign of x; division by zero is undefined",
    ),
    ("minus", "-x", "negation"),
    ("timeframe", "close@1d, ema(50)@4h", "reads the last closed bar of that timeframe"),
    (
        "symbol",
        "close@(BTC), rsi(14)@4h(BTC)",
        "reads another symbol of the scenario, as known at this close",
    ),
    (
        "series",
        "sma(rsi(14), 3), ema(high - low, 9)",
        "an indicator marked [x,] reads any series of one timeframe",
    ),
    ("time", "time_of_day >= 9:30", "a time of day, compared with `time_of_day` only"),
];
