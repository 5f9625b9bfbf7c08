//! Errors: span, message and help.

use super::*;

/// The errors as `underlined text: message (help)`, one a line.
pub(super) fn complaints(text: &str) -> String {
    let errors = match read(text) {
        Ok(expr) => panic!("{text} was understood: {expr:?}"),
        Err(errors) => errors,
    };
    let line = |error: &ExprError| {
        let help = error.help.as_deref().map(|help| format!(" ({help})")).unwrap_or_default();
        let underlined = &text[error.span.clone()];
        format!("{}..{} [{underlined}] {error}{help}", error.span.start, error.span.end)
    };
    errors.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Checks each text against all its errors.
pub(super) fn check(cases: &[(&str, &str)]) {
    for (text, wanted) in cases {
        assert_eq!(complaints(text), *wanted, "for {text}");
    }
}

#[test]
fn words_that_do_not_fit_are_underlined() {
    check(&[
        ("", "0..0 [] expected a value, found the end"),
        ("rsi(14) <", "9..9 [] expected a value, found the end"),
        ("rsi(14) < )", "10..11 [)] expected a value, found `)`"),
        ("(close > 1", "10..10 [] expected an operator or `)`, found the end"),
        ("close > 1)", "9..10 [)] expected an operator or the end, found `)`"),
        ("sma(20 close", "7..12 [close] expected an operator, `,` or `)`, found `close`"),
        ("sma(20,) > 1", "7..8 [)] expected a value, found `)`"),
        ("close > 1 2", "10..11 [2] expected an operator or the end, found `2`"),
        ("and close > 1", "0..3 [and] expected a value, found `and`"),
    ]);
}

#[test]
fn operators_of_other_languages_and_misspelt_ones_are_translated() {
    check(&[
        ("close = 1", "6..7 [=] unexpected `=` (write `==` for equality)"),
        ("close > 1 && 1 > 2", "10..11 [&] unexpected `&` (write `and`)"),
        ("close > 1 || 1 > 2", "10..11 [|] unexpected `|` (write `or`)"),
        ("!close > 1", "0..1 [!] unexpected `!` (write `not`, or `!=` for unequal)"),
        ("close > .5", "8..9 [.] unexpected `.` (write `0.5`, not `.5`)"),
        ("close ≤ 5", "6..9 [≤] unexpected `≤` (write `<=`)"),
        ("close@ 4h > 1", "5..6 [@] unexpected `@` (write a timeframe without a space: `close@4h`)"),
        ("close[1] > 1", "5..6 [[] unexpected `[` (write `ago(x, n)` for the value `n` bars earlier)"),
        ("close # 1", "6..7 [#] unexpected `#`"),
        (
            "close > 1 AND close > 2",
            "10..13 [AND] expected an operator or the end, found `AND` (did you mean `and`?)",
        ),
        (
            "close cross_above sma(20)",
            "6..17 [cross_above] expected an operator or the end, found `cross_above` (did you mean `crosses_above`?)",
        ),
    ]);
}

#[test]
fn a_number_is_one_token() {
    let help = "(write numbers as `14`, `0.5` or `1e-3`)";
    check(&[
        ("close > 12abc", &format!("8..13 [12abc] `12abc` is not a number {help}")),
        ("close > 1.2.3", &format!("8..13 [1.2.3] `1.2.3` is not a number {help}")),
        ("close > 1e999", &format!("8..13 [1e999] `1e999` is not a number {help}")),
    ]);
}

#[test]
fn unknown_names_get_the_nearest_known_one() {
    check(&[
        ("smaa(20) > 1", "0..4 [smaa] `smaa` is not a known name (did you mean `sma`?)"),
        ("SMA(20) > 1", "0..3 [SMA] `SMA` is not a known name (did you mean `sma`?)"),
        (
            "close < bolinger_lower(20, 2)",
            "8..22 [bolinger_lower] `bolinger_lower` is not a known name (did you mean `bollinger_lower`?)",
        ),
        ("rsy(14)@4h", "0..3 [rsy] `rsy` is not a known name (did you mean `rsi`?)"),
    ]);
    assert!(complaints("supertrend(10) > 1").contains("(known names: open, high, low, close, volume, sma"));
}

#[test]
fn wrong_argument_counts_are_reported() {
    let sma = "(`sma([x,] n)`: simple moving average of x (default: the close) over n bars)";
    let rsi = "(`rsi([x,] n=14)`: Wilder's relative strength index of x (default: the close), 0 to 100)";
    let abs = "(`abs(x)`: absolute value of x)";
    let min = "(`min(a, b, ...)`: smallest of its arguments)";
    check(&[
        ("sma > 1", &format!("0..3 [sma] `sma` takes 1 argument, the number of bars, not 0 {sma}")),
        ("sma() > 1", &format!("0..5 [sma()] `sma` takes 1 argument, the number of bars, not 0 {sma}")),
        (
            "sma(1, 2, 3) > 1",
            &format!("7..11 [2, 3] `sma` takes 1 argument, the number of bars, not 3 {sma}"),
        ),
        (
            "rsi(1, 2) > 1",
            &format!("7..8 [2] `rsi` takes at most 1 argument, the number of bars, not 2 {rsi}"),
        ),
        ("abs(1, 2) > 1", &format!("7..8 [2] `abs` takes 1 argument, not 2 {abs}")),
        ("min(1) > 1", &format!("0..6 [min(1)] `min` takes at least 2 arguments, not 1 {min}")),
        (
            "sma(close) > 1",
            &format!(
                "0..10 [sma(close)] `sma` takes 2 arguments, a series and the number of bars, not 1 {sma}"
            ),
        ),
        (
            "rsi(volume, 3, 4) > 1",
            &format!(
                "15..16 [4] `rsi` takes at most 2 arguments, a series and the number of bars, not 3 {rsi}"
            ),
        ),
        (
            "hour(1) > 1",
            "4..7 [(1)] `hour` is a part of the local time and takes no arguments (write `hour`)",
        ),
        ("close(1) > 1", "5..8 [(1)] `close` is a field of the bar and takes no arguments (write `close`)"),
    ]);
    let macd = complaints("macd(1, 2, 3) > 1");
    assert!(macd.starts_with("11..12 [3] `macd` takes at most 2 arguments, not 3 ("), "{macd}");
    let ago = complaints("ago(close) > 1");
    assert!(ago.starts_with(
        "0..10 [ago(close)] `ago` takes 2 arguments, an expression and a number of bars, not 1"
    ));
    let cross = complaints("crosses_above(close)");
    assert!(cross.starts_with("0..20 [crosses_above(close)] `crosses_above` takes 2 arguments, not 1"));
}

#[test]
fn periods_are_whole_and_bounded() {
    let help = "(a whole number from 1 to 100000)";
    for period in ["0", "-3", "14.5", "100001", "close", "(7 + 7)"] {
        let (text, start) = (format!("sma(rsi, {period}) > 1"), 9);
        let end = start + period.len();
        let wanted = format!("{start}..{end} [{period}] `{period}` is not a number of bars {help}");
        assert_eq!(complaints(&text), wanted);
    }
    for period in ["0", "-3", "14.5", "100001"] {
        let end = 4 + period.len();
        let wanted = format!("4..{end} [{period}] `{period}` is not a number of bars {help}");
        assert_eq!(complaints(&format!("sma({period}) > 1")), wanted);
    }
    check(&[("atr(close) > 1", &format!("4..9 [close] `close` is not a number of bars {help}"))]);
    assert!(read("sma(100000) > 1").is_ok());
    check(&[("ago(close, 0) > 1", &format!("11..12 [0] `0` is not a number of bars {help}"))]);
}

#[test]
fn widths_have_three_decimals() {
    let help = "(a number from 0.001 to 100 with at most three decimal places)";
    for width in ["0", "-1", "1.0005", "101", "close"] {
        let text = format!("bollinger_upper(20, {width}) > 1");
        let end = 20 + width.len();
        let wanted = format!("20..{end} [{width}] `{width}` is not a width of a band {help}");
        assert_eq!(complaints(&text), wanted);
    }
}

#[test]
fn a_fast_average_is_faster_than_the_slow_one() {
    check(&[
        (
            "macd(26, 12) > 0",
            "0..12 [macd(26, 12)] `fast` (26) must be below `slow` (12) (for example `macd(12, 26)`)",
        ),
        (
            "macd(30) > 0",
            "0..8 [macd(30)] `fast` (30) must be below `slow` (26) (for example `macd(12, 26)`)",
        ),
    ]);
}

#[test]
fn numbers_and_conditions_are_not_mixed() {
    let numbers = "(compare numbers, and combine conditions with `and`, `or`, `not`)";
    check(&[
        (
            "rsi(14)",
            "0..7 [rsi(14)] `rsi(14)` is a number, not a condition (compare it with something: `rsi(14) > ...`)",
        ),
        (
            "close > 1 and rsi(14)",
            "14..21 [rsi(14)] `rsi(14)` is a number, not a condition (compare it with something: `rsi(14) > ...`)",
        ),
        (
            "not close",
            "4..9 [close] `close` is a number, not a condition (compare it with something: `close > ...`)",
        ),
        (
            "1 < rsi(14) < 30",
            "0..11 [1 < rsi(14)] `1 < rsi(14)` is a condition, not a number (comparisons do not chain: write `a < b and b < c`)",
        ),
        (
            "-(close > 1 or close > 2) > 3",
            &format!(
                "1..25 [(close > 1 or close > 2)] `(close > 1 or close > 2)` is a condition, not a number {numbers}"
            ),
        ),
        (
            "abs(not close > 1) > 3",
            &format!("4..17 [not close > 1] `not close > 1` is a condition, not a number {numbers}"),
        ),
    ]);
}

#[test]
fn timeframes_are_multiples_of_the_scenarios_interval() {
    let form = "(a timeframe is a length that divides a day, or whole days: `15m`, `4h`, `1d`, `1w`)";
    let multiple = "(bars of a timeframe are resampled from bars of the scenario's interval)";
    check(&[
        ("close@4x > 1", &format!("5..8 [@4x] `4x` is not a timeframe {form}")),
        ("close@7h > 1", &format!("5..8 [@7h] `7h` is not a timeframe {form}")),
        (
            "close@90m > 1",
            &format!("5..9 [@90m] `90m` is not a multiple of the scenario's interval, `1h` {multiple}"),
        ),
        (
            "close@15m > 1",
            &format!("5..9 [@15m] `15m` is not a multiple of the scenario's interval, `1h` {multiple}"),
        ),
    ]);
}

#[test]
fn a_timeframe_follows_a_field_or_an_indicator() {
    let help = "(write `@` after each field or indicator: `close@4h > ema(50)@4h`)";
    check(&[
        ("(close + 1)@4h > 1", &format!("11..14 [@4h] `(close + 1)` cannot have a timeframe {help}")),
        ("abs(close)@4h > 1", &format!("10..13 [@4h] `abs(close)` cannot have a timeframe {help}")),
        ("close > 3@4h", &format!("9..12 [@4h] `3` cannot have a timeframe {help}")),
    ]);
}

#[test]
fn constants_have_no_crosses_and_no_ago() {
    check(&[
        (
            "1 crosses_above 2",
            "0..17 [1 crosses_above 2] both sides of `1 crosses_above 2` are constant (compare a field or an indicator)",
        ),
        (
            "ago(3, 2) > 1",
            "4..5 [3] `3` is constant and has no earlier values (`ago` needs a field or an indicator)",
        ),
    ]);
}

#[test]
fn all_semantic_errors_are_reported_at_once() {
    let text = "smaa(20) > emma(0) and rsi(14, 2) < close@7h";
    let errors = read(text).unwrap_err();
    let underlined: Vec<&str> = errors.iter().map(|error| &text[error.span.clone()]).collect();
    assert_eq!(underlined, ["smaa", "emma", "2", "@7h"]);
}

#[test]
fn nesting_cannot_overflow_the_stack() {
    let deep = [
        "(".repeat(100_000),
        format!("{}close{} > 1", "(".repeat(190), ")".repeat(190)),
        format!("{}close > 1", "not ".repeat(100_000)),
        format!("close > 1{}", " + 1".repeat(100_000)),
        format!("{}close > 1", "- ".repeat(390)),
        format!("{}rsi{} > 1", "ema(".repeat(78), ", 3)".repeat(78)),
    ];
    for text in deep {
        let _ = read(&text);
    }
    let long = read(&format!("close > 1{}", " + 1".repeat(1000))).unwrap_err();
    assert_eq!(long[0].message, "this condition has more than 400 tokens");
}
