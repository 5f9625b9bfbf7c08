//! All names of the language in one table: parameters, meaning and documentation.

use crate::domain::{BarField, IndicatorSpec, Thousandths};
use crate::scenario::Function;

/// A name of the language.
#[derive(Debug)]
pub(super) struct Word {
    pub name: &'static str,
    pub signature: &'static str,
    pub doc: &'static str,
    pub meaning: Meaning,
}

/// What a name refers to.
#[derive(Debug)]
pub(super) enum Meaning {
    Field(BarField),
    Indicator {
        params: &'static [Param],
        build: fn(&[u32]) -> Built,
    },
    /// A function of at least `least` numbers; exactly `least` where `fixed`.
    Function {
        function: Function,
        least: usize,
        fixed: bool,
    },
    Ago,
    CrossesAbove,
    CrossesBelow,
}

/// A parameter of an indicator.
#[derive(Debug)]
pub(super) struct Param {
    pub name: &'static str,
    pub unit: Unit,
    /// Default of an omitted argument, in the unit's integers.
    pub default: Option<u32>,
}

/// Unit of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// A whole number of bars.
    Bars,
    /// Standard deviations, stored in thousandths.
    Width,
}

/// The expression that an indicator's name expands to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Built {
    One(IndicatorSpec),
    /// The first minus the second.
    Difference(IndicatorSpec, IndicatorSpec),
}

/// Looks up a name.
pub(super) fn find(name: &str) -> Option<&'static Word> {
    WORDS.iter().find(|word| word.name == name)
}

/// All names of the language.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|word| word.name)
}

const fn bars(name: &'static str, default: Option<u32>) -> Param {
    Param { name, unit: Unit::Bars, default }
}

const WIDTH: Param = Param { name: "k", unit: Unit::Width, default: Some(2_000) };
const N: &[Param] = &[bars("n", None)];
const N_14: &[Param] = &[bars("n", Some(14))];
const N_20: &[Param] = &[bars("n", Some(20))];
const BAND: &[Param] = &[bars("n", Some(20)), WIDTH];
const LINE: &[Param] = &[bars("fast", Some(12)), bars("slow", Some(26))];
const SIGNAL: &[Param] = &[bars("fast", Some(12)), bars("slow", Some(26)), bars("signal", Some(9))];

const fn field(name: &'static str, doc: &'static str, field: BarField) -> Word {
    Word { name, signature: name, doc, meaning: Meaning::Field(field) }
}

const fn indicator(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    params: &'static [Param],
    build: fn(&[u32]) -> Built,
) -> Word {
    Word { name, signature, doc, meaning: Meaning::Indicator { params, build } }
}

const fn function(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    meaning: (Function, usize, bool),
) -> Word {
    let (function, least, fixed) = meaning;
    Word { name, signature, doc, meaning: Meaning::Function { function, least, fixed } }
}

const fn other(name: &'static str, signature: &'static str, doc: &'static str, meaning: Meaning) -> Word {
    Word { name, signature, doc, meaning }
}

fn macd_line(p: &[u32]) -> IndicatorSpec {
    IndicatorSpec::MacdLine { fast: p[0], slow: p[1] }
}

fn macd_signal(p: &[u32]) -> IndicatorSpec {
    IndicatorSpec::MacdSignal { fast: p[0], slow: p[1], signal: p[2] }
}

/// In the order of the documentation.
const WORDS: &[Word] = &WORD_TABLE;

const WORD_TABLE: [Word; 28] = [
    field("open", "first price of the bar", BarField::Open),
    field("high", "highest price of the bar", BarField::High),
    field("low", "lowest price of the bar", BarField::Low),
    field("close", "last price of the bar", BarField::Close),
    field("volume", "traded base quantity of the bar", BarField::Volume),
    indicator("sma", "sma(n)", "simple moving average of the close over n bars", N, |p| {
        Built::One(IndicatorSpec::Sma { n: p[0] })
    }),
    indicator("ema", "ema(n)", "exponential moving average of the close, factor 2 / (n + 1)", N, |p| {
        Built::One(IndicatorSpec::Ema { n: p[0] })
    }),
    indicator("rsi", "rsi(n=14)", "Wilder's relative strength index, 0 to 100", N_14, |p| {
        Built::One(IndicatorSpec::Rsi { n: p[0] })
    }),
    indicator("macd", "macd(fast=12, slow=26)", "ema(fast) - ema(slow)", LINE, |p| Built::One(macd_line(p))),
    indicator(
        "macd_signal",
        "macd_signal(fast=12, slow=26, signal=9)",
        "exponential moving average of the MACD line over `signal` bars",
        SIGNAL,
        |p| Built::One(macd_signal(p)),
    ),
    indicator(
        "macd_hist",
        "macd_hist(fast=12, slow=26, signal=9)",
        "the MACD line minus its signal",
        SIGNAL,
        |p| Built::Difference(macd_line(p), macd_signal(p)),
    ),
    indicator("bollinger_upper", "bollinger_upper(n=20, k=2)", "sma(n) + k standard deviations", BAND, |p| {
        Built::One(IndicatorSpec::BollingerUpper { n: p[0], k: Thousandths(p[1]) })
    }),
    indicator("bollinger_middle", "bollinger_middle(n=20, k=2)", "sma(n); k has no effect", BAND, |p| {
        Built::One(IndicatorSpec::Sma { n: p[0] })
    }),
    indicator("bollinger_lower", "bollinger_lower(n=20, k=2)", "sma(n) - k standard deviations", BAND, |p| {
        Built::One(IndicatorSpec::BollingerLower { n: p[0], k: Thousandths(p[1]) })
    }),
    indicator("atr", "atr(n=14)", "Wilder's average true range, in quote currency", N_14, |p| {
        Built::One(IndicatorSpec::Atr { n: p[0] })
    }),
    indicator("adx", "adx(n=14)", "Wilder's average directional index, 0 to 100", N_14, |p| {
        Built::One(IndicatorSpec::Adx { n: p[0] })
    }),
    indicator(
        "donchian_high",
        "donchian_high(n=20)",
        "highest high of the n bars before this one",
        N_20,
        |p| Built::One(IndicatorSpec::DonchianHigh { n: p[0] }),
    ),
    indicator("donchian_low", "donchian_low(n=20)", "lowest low of the n bars before this one", N_20, |p| {
        Built::One(IndicatorSpec::DonchianLow { n: p[0] })
    }),
    indicator("roc", "roc(n)", "rate of change of the close over n bars, in percent", N, |p| {
        Built::One(IndicatorSpec::Roc { n: p[0] })
    }),
    indicator("stddev", "stddev(n)", "population standard deviation of the close over n bars", N, |p| {
        Built::One(IndicatorSpec::Stddev { n: p[0] })
    }),
    indicator("volume_sma", "volume_sma(n)", "simple moving average of the volume over n bars", N, |p| {
        Built::One(IndicatorSpec::VolumeSma { n: p[0] })
    }),
    indicator("volume_average", "volume_average(n)", "alias of volume_sma", N, |p| {
        Built::One(IndicatorSpec::VolumeSma { n: p[0] })
    }),
    function("abs", "abs(x)", "absolute value of x", (Function::Abs, 1, true)),
    function("min", "min(a, b, ...)", "smallest of its arguments", (Function::Min, 2, false)),
    function("max", "max(a, b, ...)", "largest of its arguments", (Function::Max, 2, false)),
    other(
        "ago",
        "ago(x, bars)",
        "value of x `bars` bars earlier, in the finest timeframe that x reads",
        Meaning::Ago,
    ),
    other(
        "crosses_above",
        "crosses_above(a, b)",
        "a was at or below b one bar earlier and is above it now; also written `a crosses_above b`",
        Meaning::CrossesAbove,
    ),
    other(
        "crosses_below",
        "crosses_below(a, b)",
        "a was at or above b one bar earlier and is below it now; also written `a crosses_below b`",
        Meaning::CrossesBelow,
    ),
];

const fn reference() -> [(&'static str, &'static str, &'static str); WORD_TABLE.len()] {
    let mut rows = [("", "", ""); WORD_TABLE.len()];
    let mut i = 0;
    while i < rows.len() {
        rows[i] = (WORDS[i].name, WORDS[i].signature, WORDS[i].doc);
        i += 1;
    }
    rows
}

/// Every name of the language: name, signature with defaults, meaning. Generated from the table that the
/// parser uses.
pub const REFERENCE: &[(&str, &str, &str)] = &reference();

/// Every operator, from lowest to highest precedence: name, form, meaning.
pub const OPERATORS: &[(&str, &str, &str)] = &[
    ("or", "a or b", "at least one is true"),
    ("and", "a and b", "both are true"),
    ("not", "not a", "a is false; undefined if a is undefined"),
    ("comparison", "x < y, <=, >, >=, ==, !=", "compares two numbers; undefined while one of them is"),
    ("crosses_above", "x crosses_above y", "x was at or below y one bar earlier and is above it now"),
    ("crosses_below", "x crosses_below y", "x was at or above y one bar earlier and is below it now"),
    ("sum", "x + y, x - y", "sum and difference"),
    ("product", "x * y, x / y", "product and quotient; division by zero is undefined"),
    ("minus", "-x", "negation"),
    ("timeframe", "close@1d, ema(50)@4h", "reads the last closed bar of that timeframe"),
];
