//! Conditions of rules.

use crate::rooms::domain::Interval;
use crate::rooms::scenario::expr::{parse, to_text};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::sample::select;
use tiltyard_fuzz::fuzz;

/// Words that conditions are made of.
const WORDS: [&str; 36] = [
    "close",
    "open",
    "volume",
    "rsi(14)",
    "sma(20)",
    "ema(5)",
    "sma(",
    "macd_line(12, 26, 9)",
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
    match parse(text, hour, hour) {
        Ok(expr) => {
            let printed = to_text(&expr);
            assert_eq!(
                parse(&printed, hour, hour).as_ref(),
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
