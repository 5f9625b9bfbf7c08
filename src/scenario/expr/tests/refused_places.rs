//! Errors of series inside indicators, other symbols, times of day and the position.

use super::refused::{check, complaints};
use super::*;
use crate::domain::Symbol;
use crate::scenario::expr::{Surroundings, Symbols, parse_condition};

#[test]
fn a_source_is_one_series_of_the_indicator_s_bars() {
    check(&[
        (
            "sma(7 + 7, 3) > 1",
            "4..9 [7 + 7] `7 + 7` is constant (`sma` reads a field, an indicator, or a formula of them)",
        ),
        (
            "ema(sma(rsi(14)@4h, 3), 5) > 1",
            "15..18 [@4h] `@4h` stands inside `ema`, which reads one series of bars (write it after the indicator: `ema(rsi(14), ..)@4h`)",
        ),
        (
            "sma(ago(close, 1), 3) > 1",
            "4..7 [ago] `ago` cannot look back inside `sma` (write `ago(sma(..), n)`)",
        ),
        (
            "sma(close > 1, 3) > 1",
            "4..13 [close > 1] `close > 1` is a condition, not a number (comparisons do not chain: write `a < b and b < c`)",
        ),
        ("sma(rsj(14), 3) > 1", "4..7 [rsj] `rsj` is not a known name (did you mean `rsi`?)"),
        ("sma(rsi(0), 3) > 1", "8..9 [0] `0` is not a number of bars (a whole number from 1 to 100000)"),
        (
            "sma(hour, 3)@4h > 1",
            "4..8 [hour] `hour` is read in the scenario's interval only (`sma` reads bars of 4h)",
        ),
    ]);
}

#[test]
fn indicators_stand_at_most_five_deep() {
    let nested = |depth: usize| {
        let steps = depth - 1;
        format!("{}rsi(14){} > 1", "ema(".repeat(steps), ", 3)".repeat(steps))
    };
    assert!(read(&nested(5)).is_ok());
    let complaint = complaints(&nested(6));
    assert!(complaint.contains("indicators stand 6 deep inside one another"), "{complaint}");
    assert_eq!(read(&nested(9)).unwrap_err().len(), 1);
}

/// The errors of a text that may name the symbols BTC and ETH and the position.
fn in_rules(text: &str) -> Vec<(String, String, Option<String>)> {
    let symbols = ["BTC", "ETH"].map(|name| Symbol::new(name).unwrap());
    let surroundings =
        Surroundings { symbols: Symbols::Of(&symbols), position: true, ..Surroundings::bars(base(), base()) };
    let errors = parse_condition(text, &surroundings).err().unwrap_or_default();
    let shown = |error: ExprError| (text[error.span].to_owned(), error.message, error.help);
    errors.into_iter().map(shown).collect()
}

#[test]
fn another_symbol_is_one_of_the_scenario() {
    for text in ["close@(BTC) > 1", "close@1d(ETH) > 1", "sma(rsi, 3)@4h( BTC ) > rsi@(ETH)"] {
        assert_eq!(in_rules(text), [], "{text}");
    }
    let unknown = in_rules("close > 1 and close@1d(BTV) > 1");
    let message = "`BTV` is not a symbol of the scenario".to_owned();
    assert_eq!(unknown, [("BTV".to_owned(), message, Some("did you mean `BTC`?".to_owned()))]);
    assert_eq!(in_rules("hour@(BTC) > 1")[0].1, "`hour` cannot have a symbol");
    assert_eq!(in_rules("sma(close@(BTC), 3) > 1")[0].0, "@(BTC)");
    assert_eq!(in_rules("close@1d( ) > 1")[0].1, "a symbol in parentheses is missing");
    assert_eq!(in_rules("close@(BTC > 1")[0].1, "a symbol in parentheses is missing");
    check(&[(
        "close@(BTC) > 1",
        "7..10 [BTC] another symbol cannot be named here (a series is of the symbol that is asked for)",
    )]);
}

#[test]
fn times_of_day_are_compared_with_the_time_of_day() {
    check(&[
        (
            "hour >= 9:30",
            "8..12 [9:30] `9:30` is a time of day (compare it with the local time: `time_of_day >= 9:30`)",
        ),
        (
            "time_of_day + 0:30 > 9:30",
            "14..18 [0:30] `0:30` is a time of day (compare it with the local time: `time_of_day >= 9:30`)\n\
             21..25 [9:30] `9:30` is a time of day (compare it with the local time: `time_of_day >= 9:30`)",
        ),
        (
            "time_of_day > 24:00",
            "14..19 [24:00] `24:00` is not a time of day (write a time from 0:00 to 23:59, such as `9:30`)",
        ),
        (
            "time_of_day > 9:3",
            "14..17 [9:3] `9:3` is not a time of day (write a time from 0:00 to 23:59, such as `9:30`)",
        ),
    ]);
}

#[test]
fn the_position_has_no_past() {
    for text in ["bars_held > 3 and unrealised_pct < -1.5", "abs(unrealised_pct) % 2 > bars_held / 10"] {
        assert_eq!(in_rules(text), [], "{text}");
    }
    for (text, part) in [
        ("ago(bars_held, 1) > 2", "bars_held"),
        ("ago(close > 1 and bars_held > 2, 1)", "close > 1 and bars_held > 2"),
        ("unrealised_pct crosses_above 5", "unrealised_pct crosses_above 5"),
    ] {
        let errors = in_rules(text);
        assert_eq!(errors[0].0, part);
        assert!(errors[0].1.ends_with("reads the position, which has no earlier values"), "{errors:?}");
    }
    assert_eq!(in_rules("sma(bars_held, 3) > 1")[0].1, "`bars_held` cannot have earlier values inside `sma`");
    assert!(complaints("bars_held > 1").contains("is known in the rules of a `rules` strategy only"));
}
