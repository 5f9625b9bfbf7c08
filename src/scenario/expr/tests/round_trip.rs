//! Printing an expression and parsing the result gives the same expression.

use proptest::prelude::*;

use super::*;
use crate::domain::{Formula, Literal, Symbol, SymbolId, Thousandths, Zone};
use crate::scenario::Function;
use crate::scenario::expr::{Surroundings, Symbols, parse_condition, to_text};

#[test]
fn printed_expressions_have_no_redundant_parentheses() {
    let cases = [
        ("rsi < 30", "rsi(14)@1h < 30"),
        ("((close)) > (1 + 2) * 3", "close@1h > (1 + 2) * 3"),
        ("close@1d > 8 - (4 - 2)", "close@1d > 8 - (4 - 2)"),
        ("crosses_above(macd, macd_signal)", "macd(12, 26)@1h crosses_above macd_signal(12, 26, 9)@1h"),
        ("not (close > 1 and close > 2)", "not (close@1h > 1 and close@1h > 2)"),
        ("--close > -(1 + 2)", "--close@1h > -(1 + 2)"),
        ("close < bollinger_lower(20, 2.5)", "close@1h < bollinger_lower(20, 2.5)@1h"),
        ("sma(((high + low) / 2), 9) > obv", "sma((high + low) / 2, 9)@1h > obv@1h"),
        ("stoch_d(14) % 2 > -1", "sma(sma(stoch_k(14, 1), 3), 3)@1h % 2 > -1"),
        ("time_of_day < 9:30", "time_of_day < 570"),
    ];
    for (text, wanted) in cases {
        assert_eq!(to_text(&read(text).unwrap(), &[]), wanted);
    }
}

fn periods() -> impl Strategy<Value = u32> {
    prop_oneof![1_u32..300, Just(100_000)]
}

fn indicators() -> BoxedStrategy<IndicatorSpec> {
    let fields = [BarField::Open, BarField::High, BarField::Low, BarField::Close, BarField::Volume];
    let width = (1_u32..=100_000).prop_map(Thousandths);
    prop_oneof![
        prop::sample::select(fields.to_vec()).prop_map(IndicatorSpec::Field),
        (0_usize..9, periods()).prop_map(|(which, n)| match which {
            0 => IndicatorSpec::Sma { n },
            1 => IndicatorSpec::Ema { n },
            2 => IndicatorSpec::Rsi { n },
            3 => IndicatorSpec::Atr { n },
            4 => IndicatorSpec::Adx { n },
            5 => IndicatorSpec::DonchianHigh { n },
            6 => IndicatorSpec::DonchianLow { n },
            7 => IndicatorSpec::Roc { n },
            _ => IndicatorSpec::VolumeSma { n },
        }),
        (periods(), width.clone()).prop_map(|(n, k)| IndicatorSpec::BollingerUpper { n, k }),
        (periods(), width).prop_map(|(n, k)| IndicatorSpec::BollingerLower { n, k }),
        periods().prop_map(|n| IndicatorSpec::Stddev { n }),
        (1_u32..50, 50_u32..99).prop_map(|(fast, slow)| IndicatorSpec::MacdLine { fast, slow }),
        (1_u32..50, 50_u32..99, periods()).prop_map(|(fast, slow, signal)| IndicatorSpec::MacdSignal {
            fast,
            slow,
            signal
        }),
        (0_usize..7, periods()).prop_map(|(which, n)| match which {
            0 => IndicatorSpec::Highest { n },
            1 => IndicatorSpec::Lowest { n },
            2 => IndicatorSpec::Stochastic { n },
            3 => IndicatorSpec::Cci { n },
            4 => IndicatorSpec::Mfi { n },
            5 => IndicatorSpec::Obv,
            _ => IndicatorSpec::Vwap { zone: Zone::UTC },
        }),
    ]
    .boxed()
}

/// Sources of an indicator, of up to three columns.
fn sources() -> BoxedStrategy<Formula> {
    let one = indicators().prop_map(Formula::Column);
    let ops = vec![BinaryOp::Add, BinaryOp::Subtract, BinaryOp::Divide, BinaryOp::Remainder];
    one.prop_recursive(2, 6, 2, move |inner| {
        prop_oneof![
            (prop::sample::select(ops.clone()), inner.clone(), inner.clone())
                .prop_map(|(op, left, right)| Formula::binary(op, left, right)),
            inner.clone().prop_map(|of| Formula::Negate(Box::new(of))),
            (inner, 0_u32..99).prop_map(|(of, n)| Formula::Call {
                function: Function::Max,
                args: vec![Formula::Number(Literal::new(f64::from(n))), of]
            }),
        ]
    })
    .boxed()
}

/// Indicators of other series.
fn composed() -> BoxedStrategy<IndicatorSpec> {
    let outer = prop_oneof![
        periods().prop_map(|n| IndicatorSpec::Sma { n }),
        periods().prop_map(|n| IndicatorSpec::Highest { n }),
        periods().prop_map(|n| IndicatorSpec::Rsi { n }),
        (periods(), 1_u32..9_999).prop_map(|(n, k)| IndicatorSpec::BollingerLower { n, k: Thousandths(k) }),
    ];
    (outer, sources()).prop_map(|(outer, source)| outer.over(source)).boxed()
}

fn columns() -> BoxedStrategy<Expr> {
    let timeframes = prop::sample::select(vec!["1h", "4h", "1d", "1w"]);
    let indicators = prop_oneof![3 => indicators(), 1 => composed()];
    let symbol = prop::option::of((0_u16..2).prop_map(SymbolId));
    (indicators, timeframes, symbol)
        .prop_map(|(indicator, timeframe, symbol)| {
            Expr::Series(Series { symbol, ..Series::own(indicator, interval(timeframe)) })
        })
        .boxed()
}

fn boxed<T>(pair: (T, T)) -> (Box<T>, Box<T>) {
    (Box::new(pair.0), Box::new(pair.1))
}

fn numbers() -> BoxedStrategy<Expr> {
    let constants = prop_oneof![
        (0_u32..1000).prop_map(|n| number(f64::from(n))),
        any::<f64>().prop_filter("written out", |x| x.is_finite()).prop_map(|x| number(x.abs())),
    ];
    let leaf = prop_oneof![columns(), constants];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let ops =
            [BinaryOp::Add, BinaryOp::Subtract, BinaryOp::Multiply, BinaryOp::Divide, BinaryOp::Remainder];
        prop_oneof![
            (prop::sample::select(ops.to_vec()), inner.clone(), inner.clone())
                .prop_map(|(op, left, right)| binary(op, left, right)),
            inner.clone().prop_map(|of| Expr::Negate(Box::new(of))),
            (columns(), inner.clone(), periods()).prop_map(|(column, with, bars)| Expr::Ago {
                of: Box::new(binary(BinaryOp::Add, column, with)),
                bars
            }),
            inner.clone().prop_map(|of| Expr::Call { function: Function::Abs, args: vec![of] }),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|args| Expr::Call { function: Function::Min, args }),
            prop::collection::vec(inner, 2..4).prop_map(|args| Expr::Call { function: Function::Max, args }),
        ]
    })
    .boxed()
}

fn conditions() -> BoxedStrategy<Expr> {
    let comparisons = vec![
        BinaryOp::Less,
        BinaryOp::LessOrEqual,
        BinaryOp::Greater,
        BinaryOp::GreaterOrEqual,
        BinaryOp::Equal,
        BinaryOp::NotEqual,
    ];
    let leaf = prop_oneof![
        (prop::sample::select(comparisons), numbers(), numbers()).prop_map(|(op, l, r)| binary(op, l, r)),
        (columns(), numbers()).prop_map(boxed).prop_map(|(left, right)| Expr::CrossesAbove { left, right }),
        (numbers(), columns()).prop_map(boxed).prop_map(|(left, right)| Expr::CrossesBelow { left, right }),
    ];
    leaf.prop_recursive(3, 6, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|of| Expr::Not(Box::new(of))),
            (inner.clone(), inner.clone()).prop_map(|(l, r)| binary(BinaryOp::And, l, r)),
            (inner.clone(), inner.clone()).prop_map(|(l, r)| binary(BinaryOp::Or, l, r)),
            (columns(), inner, periods()).prop_map(|(column, with, bars)| Expr::Ago {
                of: Box::new(binary(BinaryOp::And, binary(BinaryOp::Less, column, number(1.0)), with)),
                bars
            }),
        ]
    })
    .boxed()
}

proptest! {
    #[test]
    fn printing_and_parsing_round_trips(expr in conditions()) {
        let symbols = ["BTC", "1INCH-USD"].map(|name| Symbol::new(name).unwrap());
        let text = to_text(&expr, &symbols);
        let surroundings =
            Surroundings { symbols: Symbols::Of(&symbols), ..Surroundings::bars(interval("1d"), base()) };
        match parse_condition(&text, &surroundings) {
            Ok(found) => prop_assert_eq!(found, expr, "{}", text),
            // A random tree can exceed the token limit of a condition; any other error is a failure.
            Err(errors) => prop_assert!(errors[0].message.contains("tokens"), "{text}: {errors:?}"),
        }
    }

    #[test]
    fn error_spans_are_inside_the_text(text in "[a-z0-9@()<>=+*/%:., é≤\n-]{0,60}") {
        if let Err(errors) = read(&text) {
            prop_assert!(!errors.is_empty());
            for error in errors {
                prop_assert!(text.get(error.span.clone()).is_some(), "{error:?}");
            }
        }
    }
}
