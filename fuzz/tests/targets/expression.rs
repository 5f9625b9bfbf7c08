//! Conditions of rules.

use crate::rooms::domain::{Interval, Symbol};
use crate::rooms::scenario::expr::{Surroundings, Symbols, parse_condition, to_text};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::sample::select;
use tiltyard_fuzz::fuzz;

/// Words that conditions are made of.
const WORDS: [&str; 58] = [
    "close",
    "open",
    "volume",
    "rsi(14)",
    "sma(20)",
    "ema(5)",
    "sma(",
    "macd(12, 26)",
    "macd_hist(",
    "stoch_d",
    "keltner_upper(20, 10, 1.5)",
    "obv",
    "vwap",
    "cci(20)",
    "highest(",
    "stddev(",
    "bollinger_lower(",
    "hour",
    "time_of_day",
    "weekday",
    "9:30",
    "%",
    "@(BTC)",
    "@4h(ETH)",
    "@1d(XRP)",
    ", 3)",
    "bars_held",
    "unrealised_pct",
    "ago(",
    "abs(",
    "max(",
    "min(",
    "crosses_above(",
    "crosses_below(",
    "crosses_above",
    ")",
    "(",
    ",",
    "@",
    "@4h",
    "@1d",
    "@7m",
    "<",
    ">",
    "<=",
    ">=",
    "==",
    "+",
    "-",
    "*",
    "/",
    "and",
    "or",
    "not",
    "30",
    "0.5",
];

fn holds(text: &str) {
    let hour: Interval = "1h".parse().unwrap();
    let symbols = ["BTC", "ETH"].map(|name| Symbol::new(name).unwrap());
    let surroundings =
        Surroundings { symbols: Symbols::Of(&symbols), position: true, ..Surroundings::bars(hour, hour) };
    match parse_condition(text, &surroundings) {
        Ok(expr) => {
            let printed = to_text(&expr, &symbols);
            assert_eq!(
                parse_condition(&printed, &surroundings).as_ref(),
                Ok(&expr),
                "`{text}` was printed as `{printed}`"
            );
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty(), "refused without a reason");
            for mistake in mistakes {
                assert!(text.get(mistake.span.clone()).is_some(), "{mistake:?} lies outside `{text}`");
            }
        }
    }
}

#[test]
fn words_of_the_language() {
    fuzz(&vec(select(&WORDS[..]), 0..24), |words| holds(&words.join(" ")));
}

#[test]
fn any_text() {
    fuzz(&any::<String>(), |text| holds(&text));
}
