//! The meaning of each construct.

use super::*;
use crate::domain::{Formula, Symbol, SymbolId, Thousandths, TimePart, Zone};
use crate::scenario::Function;
use crate::scenario::expr::table::{find, names};
use crate::scenario::expr::words::{Indicator, Meaning, Unit};
use crate::scenario::expr::{OPERATORS, REFERENCE, Surroundings, Symbols, parse_number};

fn field(field: BarField) -> Expr {
    series(IndicatorSpec::Field(field))
}

/// The left side of `TERM > 0`.
fn term(text: &str) -> Expr {
    match read(&format!("{text} > 0")) {
        Ok(Expr::Binary { op: BinaryOp::Greater, left, .. }) => *left,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn fields_are_columns_of_the_bar() {
    assert_eq!(term("open"), field(BarField::Open));
    assert_eq!(term("high"), field(BarField::High));
    assert_eq!(term("low"), field(BarField::Low));
    assert_eq!(term("close"), field(BarField::Close));
    assert_eq!(term("volume"), field(BarField::Volume));
}

#[test]
fn each_indicator_takes_its_arguments_or_its_defaults() {
    let k = |thousandths| Thousandths(thousandths);
    let cases = [
        ("sma(20)", IndicatorSpec::Sma { n: 20 }),
        ("ema(50)", IndicatorSpec::Ema { n: 50 }),
        ("rsi(7)", IndicatorSpec::Rsi { n: 7 }),
        ("rsi()", IndicatorSpec::Rsi { n: 14 }),
        ("rsi", IndicatorSpec::Rsi { n: 14 }),
        ("macd", IndicatorSpec::MacdLine { fast: 12, slow: 26 }),
        ("macd(5)", IndicatorSpec::MacdLine { fast: 5, slow: 26 }),
        ("macd(5, 35)", IndicatorSpec::MacdLine { fast: 5, slow: 35 }),
        ("macd_signal", IndicatorSpec::MacdSignal { fast: 12, slow: 26, signal: 9 }),
        ("macd_signal(5, 35, 5)", IndicatorSpec::MacdSignal { fast: 5, slow: 35, signal: 5 }),
        ("bollinger_upper", IndicatorSpec::BollingerUpper { n: 20, k: k(2000) }),
        ("bollinger_upper(10, 1.5)", IndicatorSpec::BollingerUpper { n: 10, k: k(1500) }),
        ("bollinger_lower(10)", IndicatorSpec::BollingerLower { n: 10, k: k(2000) }),
        ("bollinger_middle", IndicatorSpec::Sma { n: 20 }),
        ("bollinger_middle(9, 2)", IndicatorSpec::Sma { n: 9 }),
        ("atr", IndicatorSpec::Atr { n: 14 }),
        ("adx", IndicatorSpec::Adx { n: 14 }),
        ("donchian_high", IndicatorSpec::DonchianHigh { n: 20 }),
        ("donchian_low(5)", IndicatorSpec::DonchianLow { n: 5 }),
        ("roc(10)", IndicatorSpec::Roc { n: 10 }),
        ("stddev(10)", IndicatorSpec::Stddev { n: 10 }),
        ("volume_sma(10)", IndicatorSpec::VolumeSma { n: 10 }),
        ("volume_average(10)", IndicatorSpec::VolumeSma { n: 10 }),
        ("highest(20)", IndicatorSpec::Highest { n: 20 }),
        ("lowest(20)", IndicatorSpec::Lowest { n: 20 }),
        ("cci", IndicatorSpec::Cci { n: 20 }),
        ("mfi(7)", IndicatorSpec::Mfi { n: 7 }),
        ("obv", IndicatorSpec::Obv),
        ("obv()", IndicatorSpec::Obv),
        ("vwap", IndicatorSpec::Vwap { zone: Zone::UTC }),
        ("stoch_k(14, 1)", IndicatorSpec::Stochastic { n: 14 }),
        ("keltner_middle(30, 5)", IndicatorSpec::Ema { n: 30 }),
        ("hour", IndicatorSpec::LocalTime { part: TimePart::Hour, zone: Zone::UTC }),
    ];
    for (text, spec) in cases {
        assert_eq!(term(text), series(spec), "{text}");
    }
}

#[test]
fn the_macd_histogram_is_the_line_less_its_signal() {
    let line = series(IndicatorSpec::MacdLine { fast: 12, slow: 26 });
    let signal = series(IndicatorSpec::MacdSignal { fast: 12, slow: 26, signal: 9 });
    assert_eq!(term("macd_hist"), binary(BinaryOp::Subtract, line, signal));
}

fn column(spec: IndicatorSpec) -> Formula {
    Formula::Column(spec)
}

#[test]
fn an_indicator_reads_any_series() {
    let sma = |n| IndicatorSpec::Sma { n };
    let rsi = column(IndicatorSpec::Rsi { n: 14 });
    let range = Formula::binary(
        BinaryOp::Subtract,
        column(IndicatorSpec::Field(BarField::High)),
        column(IndicatorSpec::Field(BarField::Low)),
    );
    let volume = column(IndicatorSpec::Field(BarField::Volume));
    let cases = [
        ("sma(rsi(14), 3)", sma(3).over(rsi.clone())),
        ("sma(rsi, 3)", sma(3).over(rsi.clone())),
        ("sma(high - low, 10)", sma(10).over(range)),
        ("ema(volume, 10)", IndicatorSpec::Ema { n: 10 }.over(volume)),
        ("highest(obv, 20)", IndicatorSpec::Highest { n: 20 }.over(column(IndicatorSpec::Obv))),
        ("rsi(rsi)", IndicatorSpec::Rsi { n: 14 }.over(rsi.clone())),
        ("lowest(sma(rsi, 3), 5)", IndicatorSpec::Lowest { n: 5 }.over(column(sma(3).over(rsi.clone())))),
        ("sma(close, 20)", sma(20)),
        ("sma(volume, 20)", IndicatorSpec::VolumeSma { n: 20 }),
        ("highest(high, 5)", IndicatorSpec::Highest { n: 5 }),
        ("stoch_k(14)", sma(3).over(column(IndicatorSpec::Stochastic { n: 14 }))),
        ("stoch_d(9, 1, 4)", sma(4).over(column(IndicatorSpec::Stochastic { n: 9 }))),
    ];
    for (text, spec) in cases {
        assert_eq!(term(text), series(spec), "{text}");
    }
    let line = IndicatorSpec::MacdLine { fast: 12, slow: 26 }.over(rsi.clone());
    let signal = IndicatorSpec::MacdSignal { fast: 12, slow: 26, signal: 9 }.over(rsi);
    assert_eq!(term("macd_hist(rsi)"), binary(BinaryOp::Subtract, series(line), series(signal)));
}

#[test]
fn a_source_is_of_the_timeframe_and_symbol_that_follow() {
    let symbols = ["BTC", "ETH"].map(|name| Symbol::new(name).unwrap());
    let surroundings = Surroundings { symbols: Symbols::Of(&symbols), ..Surroundings::bars(base(), base()) };
    let indicator = IndicatorSpec::Sma { n: 3 }.over(column(IndicatorSpec::Rsi { n: 14 }));
    let of = |text: &str| match parse_number(text, &surroundings) {
        Ok(Expr::Series(series)) => series,
        other => panic!("{text}: {other:?}"),
    };
    let wanted = |timeframe, symbol| Series { symbol, ..Series::own(indicator.clone(), interval(timeframe)) };
    assert_eq!(of("sma(rsi, 3)"), wanted("1h", None));
    assert_eq!(of("sma(rsi, 3)@4h"), wanted("4h", None));
    assert_eq!(of("sma(rsi, 3)@4h(ETH)"), wanted("4h", Some(SymbolId(1))));
    assert_eq!(of("sma(rsi, 3)@(BTC)"), wanted("1h", Some(SymbolId(0))));
}

#[test]
fn a_keltner_channel_is_an_average_and_its_ranges() {
    let middle = series(IndicatorSpec::Ema { n: 20 });
    let range = |k: f64, m: u32| binary(BinaryOp::Multiply, number(k), series(IndicatorSpec::Atr { n: m }));
    assert_eq!(term("keltner_upper"), binary(BinaryOp::Add, middle.clone(), range(2.0, 10)));
    assert_eq!(term("keltner_lower(20, 14, 1.5)"), binary(BinaryOp::Subtract, middle, range(1.5, 14)));
}

#[test]
fn times_of_day_are_minutes() {
    let time = series(IndicatorSpec::LocalTime { part: TimePart::TimeOfDay, zone: Zone::UTC });
    assert_eq!(
        read("time_of_day >= 9:30"),
        Ok(binary(BinaryOp::GreaterOrEqual, time.clone(), number(570.0)))
    );
    assert_eq!(read("16:05 > time_of_day"), Ok(binary(BinaryOp::Greater, number(965.0), time)));
    // Also where the strategy's timeframe is coarser: it is the time of the deciding bar's close.
    let minute = series(IndicatorSpec::LocalTime { part: TimePart::Minute, zone: Zone::UTC });
    let wanted = binary(BinaryOp::Equal, minute, number(0.0));
    assert_eq!(parse("minute == 0", interval("4h"), base()), Ok(wanted));
}

#[test]
fn a_remainder_binds_as_a_quotient() {
    let product = binary(BinaryOp::Multiply, number(8.0), number(4.0));
    let remainder = binary(BinaryOp::Remainder, product, number(3.0));
    assert_eq!(term("1 + 8 * 4 % 3"), binary(BinaryOp::Add, number(1.0), remainder));
}

#[test]
fn products_bind_tighter_than_sums_and_group_from_the_left() {
    let sum = binary(BinaryOp::Add, number(1.0), binary(BinaryOp::Multiply, number(2.0), number(3.0)));
    assert_eq!(term("1 + 2 * 3"), sum);
    let left = binary(BinaryOp::Subtract, number(8.0), number(4.0));
    assert_eq!(term("8 - 4 - 2"), binary(BinaryOp::Subtract, left, number(2.0)));
    let product = binary(BinaryOp::Multiply, binary(BinaryOp::Divide, number(8.0), number(4.0)), number(2.0));
    assert_eq!(term("8 / 4 * 2"), product);
    let right = binary(BinaryOp::Subtract, number(4.0), number(2.0));
    assert_eq!(term("8 - (4 - 2)"), binary(BinaryOp::Subtract, number(8.0), right));
}

#[test]
fn unary_minus_binds_tighter_than_a_product() {
    let negated = Expr::Negate(Box::new(close()));
    assert_eq!(term("-close * 2"), binary(BinaryOp::Multiply, negated.clone(), number(2.0)));
    assert_eq!(term("2 - -close"), binary(BinaryOp::Subtract, number(2.0), negated));
}

#[test]
fn numbers_may_have_fractions_and_exponents() {
    for (text, value) in [("14", 14.0), ("0.5", 0.5), ("1.", 1.0), ("1e-3", 0.001), ("2.5E+2", 250.0)] {
        assert_eq!(term(text), number(value), "{text}");
    }
}

#[test]
fn every_comparison_operator_parses() {
    let signs = [
        ("<", BinaryOp::Less),
        ("<=", BinaryOp::LessOrEqual),
        (">", BinaryOp::Greater),
        (">=", BinaryOp::GreaterOrEqual),
        ("==", BinaryOp::Equal),
        ("!=", BinaryOp::NotEqual),
    ];
    for (sign, op) in signs {
        assert_eq!(read(&format!("close{sign}1")), Ok(binary(op, close(), number(1.0))));
    }
}

#[test]
fn precedence_of_or_and_not() {
    let above = |value: f64| binary(BinaryOp::Greater, close(), number(value));
    let not = Expr::Not(Box::new(above(2.0)));
    let wanted = binary(BinaryOp::Or, above(1.0), binary(BinaryOp::And, not, above(3.0)));
    assert_eq!(read("close > 1 or not close > 2 and close > 3"), Ok(wanted));
    let either = binary(BinaryOp::Or, above(1.0), above(2.0));
    let grouped = binary(BinaryOp::And, either, above(3.0));
    assert_eq!(read("(close > 1 or close > 2) and close > 3"), Ok(grouped));
}

#[test]
fn crosses_are_infix_or_prefix() {
    let sides = || (Box::new(close()), Box::new(series(IndicatorSpec::Sma { n: 20 })));
    let (left, right) = sides();
    let above = Expr::CrossesAbove { left, right };
    assert_eq!(read("close crosses_above sma(20)"), Ok(above.clone()));
    assert_eq!(read("crosses_above(close, sma(20))"), Ok(above));
    let (left, right) = sides();
    let below = Expr::CrossesBelow { left, right };
    assert_eq!(read("close crosses_below (sma(20))"), Ok(below.clone()));
    assert_eq!(read("crosses_below(close, sma(20))"), Ok(below));
}

#[test]
fn a_timeframe_belongs_to_its_term_alone() {
    let daily = series_at(IndicatorSpec::Field(BarField::Close), "1d");
    let average = series_at(IndicatorSpec::Sma { n: 20 }, "4h");
    let wanted = binary(BinaryOp::Greater, daily, binary(BinaryOp::Add, average, close()));
    assert_eq!(read("close@1d > sma(20)@4h + close"), Ok(wanted));
}

#[test]
fn a_histogram_takes_its_timeframe_on_both_columns() {
    let line = series_at(IndicatorSpec::MacdLine { fast: 12, slow: 26 }, "1d");
    let signal = series_at(IndicatorSpec::MacdSignal { fast: 12, slow: 26, signal: 9 }, "1d");
    assert_eq!(term("macd_hist@1d"), binary(BinaryOp::Subtract, line, signal));
}

#[test]
fn names_without_a_timeframe_read_the_conditions_own() {
    let wanted = binary(
        BinaryOp::Greater,
        series_at(IndicatorSpec::Field(BarField::Close), "4h"),
        series_at(IndicatorSpec::Sma { n: 3 }, "1d"),
    );
    assert_eq!(parse("close > sma(3)@1d", interval("4h"), base()), Ok(wanted));
}

#[test]
fn functions_take_numbers() {
    let call = |function, args| Expr::Call { function, args };
    assert_eq!(term("abs(close)"), call(Function::Abs, vec![close()]));
    assert_eq!(term("min(close, 1)"), call(Function::Min, vec![close(), number(1.0)]));
    assert_eq!(term("max(close, 1, 2)"), call(Function::Max, vec![close(), number(1.0), number(2.0)]));
}

#[test]
fn ago_looks_back_at_numbers_and_at_conditions() {
    assert_eq!(term("ago(close, 3)"), Expr::Ago { of: Box::new(close()), bars: 3 });
    let past = binary(BinaryOp::Greater, close(), number(1.0));
    assert_eq!(read("ago(close > 1, 2)"), Ok(Expr::Ago { of: Box::new(past), bars: 2 }));
}

#[test]
fn whitespace_is_ignored() {
    assert_eq!(read("\n rsi ( 14 )\t<\n30 "), read("rsi(14)<30"));
}

#[test]
fn the_reference_agrees_with_the_parser() {
    assert_eq!(REFERENCE.len(), names().count());
    for (name, signature, doc) in REFERENCE {
        let word = find(name).unwrap();
        assert!(!doc.is_empty());
        let Meaning::Indicator(Indicator { params, series, .. }) = &word.meaning else { continue };
        let params: Vec<String> = params
            .iter()
            .map(|param| match (param.default, param.unit) {
                (None, _) => param.name.to_owned(),
                (Some(bars), Unit::Bars) => format!("{}={bars}", param.name),
                (Some(width), Unit::Width) => format!("{}={}", param.name, width / 1000),
            })
            .collect();
        let source = if *series { "[x,] " } else { "" };
        assert_eq!(*signature, format!("{name}({source}{})", params.join(", ")));
    }
    assert!(OPERATORS.iter().all(|(name, form, doc)| ![name, form, doc].iter().any(|text| text.is_empty())));
}
