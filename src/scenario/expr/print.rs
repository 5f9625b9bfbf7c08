//! Prints an expression in a form that parses to the same expression.

use std::fmt::Write as _;

use crate::domain::{BarField, IndicatorSpec};
use crate::scenario::{BinaryOp, Expr, Function, Series};

/// The expression as text, with every timeframe explicit and no redundant parentheses.
pub fn to_text(expr: &Expr) -> String {
    let mut out = String::new();
    write_expr(&mut out, expr, 0);
    out
}

/// Precedence of an expression that needs no parentheses; the numbers follow the parser's levels.
const CLOSED: u8 = 8;
const MINUS: u8 = 7;
const COMPARE: u8 = 4;
const NOT: u8 = 3;

/// Writes `expr`, in parentheses where its precedence is below `least`.
fn write_expr(out: &mut String, expr: &Expr, least: u8) {
    let level = level(expr);
    if level < least {
        out.push('(');
    }
    match expr {
        Expr::Number(value) => push(out, format_args!("{value}")),
        Expr::Series(series) => write_series(out, *series),
        Expr::Ago { of, bars } => {
            out.push_str("ago(");
            write_expr(out, of, 0);
            push(out, format_args!(", {bars})"));
        }
        Expr::Negate(of) => write_prefix(out, "-", of, MINUS),
        Expr::Not(of) => write_prefix(out, "not ", of, NOT),
        Expr::Binary { op, left, right } => write_infix(out, sign(*op), (left, right), level),
        Expr::CrossesAbove { left, right } => write_infix(out, "crosses_above", (left, right), level),
        Expr::CrossesBelow { left, right } => write_infix(out, "crosses_below", (left, right), level),
        Expr::Call { function, args } => write_call(out, *function, args),
    }
    if level < least {
        out.push(')');
    }
}

/// Writing to a `String` cannot fail.
fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

fn write_prefix(out: &mut String, sign: &str, of: &Expr, level: u8) {
    out.push_str(sign);
    write_expr(out, of, level);
}

/// Operators are left-associative: a right operand of the same precedence needs parentheses.
fn write_infix(out: &mut String, sign: &str, (left, right): (&Expr, &Expr), level: u8) {
    write_expr(out, left, level);
    push(out, format_args!(" {sign} "));
    write_expr(out, right, level + 1);
}

fn write_call(out: &mut String, function: Function, args: &[Expr]) {
    out.push_str(match function {
        Function::Abs => "abs(",
        Function::Min => "min(",
        Function::Max => "max(",
    });
    for (i, arg) in args.iter().enumerate() {
        out.push_str(if i == 0 { "" } else { ", " });
        write_expr(out, arg, 0);
    }
    out.push(')');
}

fn level(expr: &Expr) -> u8 {
    match expr {
        Expr::Number(_) | Expr::Series(_) | Expr::Ago { .. } | Expr::Call { .. } => CLOSED,
        Expr::Negate(_) => MINUS,
        Expr::Not(_) => NOT,
        Expr::CrossesAbove { .. } | Expr::CrossesBelow { .. } => COMPARE,
        Expr::Binary { op, .. } => match op {
            BinaryOp::Or => 1,
            BinaryOp::And => 2,
            BinaryOp::Add | BinaryOp::Subtract => 5,
            BinaryOp::Multiply | BinaryOp::Divide => 6,
            _ => COMPARE,
        },
    }
}

fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Less => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
    }
}

fn write_series(out: &mut String, series: Series) {
    let timeframe = series.timeframe;
    match series.indicator {
        IndicatorSpec::Field(field) => out.push_str(field_name(field)),
        IndicatorSpec::Sma { n } => push(out, format_args!("sma({n})")),
        IndicatorSpec::Ema { n } => push(out, format_args!("ema({n})")),
        IndicatorSpec::Rsi { n } => push(out, format_args!("rsi({n})")),
        IndicatorSpec::MacdLine { fast, slow } => push(out, format_args!("macd({fast}, {slow})")),
        IndicatorSpec::MacdSignal { fast, slow, signal } => {
            push(out, format_args!("macd_signal({fast}, {slow}, {signal})"));
        }
        IndicatorSpec::BollingerUpper { n, k } => push(out, format_args!("bollinger_upper({n}, {k})")),
        IndicatorSpec::BollingerLower { n, k } => push(out, format_args!("bollinger_lower({n}, {k})")),
        IndicatorSpec::Atr { n } => push(out, format_args!("atr({n})")),
        IndicatorSpec::Adx { n } => push(out, format_args!("adx({n})")),
        IndicatorSpec::DonchianHigh { n } => push(out, format_args!("donchian_high({n})")),
        IndicatorSpec::DonchianLow { n } => push(out, format_args!("donchian_low({n})")),
        IndicatorSpec::Roc { n } => push(out, format_args!("roc({n})")),
        IndicatorSpec::Stddev { n } => push(out, format_args!("stddev({n})")),
        IndicatorSpec::VolumeSma { n } => push(out, format_args!("volume_sma({n})")),
    }
    push(out, format_args!("@{timeframe}"));
}

fn field_name(field: BarField) -> &'static str {
    match field {
        BarField::Open => "open",
        BarField::High => "high",
        BarField::Low => "low",
        BarField::Close => "close",
        BarField::Volume => "volume",
    }
}
