//! Prints an expression in a form that parses to the same expression.

use std::fmt::Write as _;

use crate::domain::{BarField, Formula, IndicatorSpec, Symbol, TimePart};
use crate::scenario::{BinaryOp, Expr, Function, PositionValue, Series};

/// The expression as text, with every timeframe explicit and no redundant parentheses. `symbols` are the scenario's.
pub fn to_text(expr: &Expr, symbols: &[Symbol]) -> String {
    let mut printer = Printer { out: String::new(), symbols };
    printer.expr(expr, 0);
    printer.out
}

struct Printer<'s> {
    out: String,
    symbols: &'s [Symbol],
}

/// Precedence of an expression that needs no parentheses; the numbers follow the parser's levels.
const CLOSED: u8 = 8;
const MINUS: u8 = 7;
const COMPARE: u8 = 4;
const NOT: u8 = 3;

impl Printer<'_> {
    /// Writes `expr`, in parentheses where its precedence is below `least`.
    fn expr(&mut self, expr: &Expr, least: u8) {
        let level = level(expr);
        if level < least {
            self.out.push('(');
        }
        match expr {
            Expr::Number(value) => self.push(format_args!("{value}")),
            Expr::Series(series) => self.series(series),
            Expr::Position(PositionValue::BarsHeld) => self.out.push_str("bars_held"),
            Expr::Position(PositionValue::UnrealisedPct) => self.out.push_str("unrealised_pct"),
            Expr::Ago { of, bars } => {
                self.out.push_str("ago(");
                self.expr(of, 0);
                self.push(format_args!(", {bars})"));
            }
            Expr::Negate(of) => self.prefix("-", of, MINUS),
            Expr::Not(of) => self.prefix("not ", of, NOT),
            Expr::Binary { op, left, right } => self.infix(sign(*op), (left, right), level),
            Expr::CrossesAbove { left, right } => self.infix("crosses_above", (left, right), level),
            Expr::CrossesBelow { left, right } => self.infix("crosses_below", (left, right), level),
            Expr::Call { function, args } => {
                let args: Vec<&Expr> = args.iter().collect();
                self.call(*function, args, |printer, arg| printer.expr(arg, 0));
            }
        }
        if level < least {
            self.out.push(')');
        }
    }

    /// Writing to a `String` cannot fail.
    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.out.write_fmt(text);
    }

    fn prefix(&mut self, sign: &str, of: &Expr, level: u8) {
        self.out.push_str(sign);
        self.expr(of, level);
    }

    /// Operators are left-associative: a right operand of the same precedence needs parentheses.
    fn infix(&mut self, sign: &str, (left, right): (&Expr, &Expr), level: u8) {
        self.expr(left, level);
        self.push(format_args!(" {sign} "));
        self.expr(right, level + 1);
    }

    fn call<T>(&mut self, function: Function, args: Vec<T>, write: impl Fn(&mut Self, T)) {
        self.out.push_str(match function {
            Function::Abs => "abs(",
            Function::Min => "min(",
            Function::Max => "max(",
        });
        for (i, arg) in args.into_iter().enumerate() {
            self.out.push_str(if i == 0 { "" } else { ", " });
            write(self, arg);
        }
        self.out.push(')');
    }

    /// An indicator and the bars that it reads.
    fn series(&mut self, series: &Series) {
        self.indicator(&series.indicator);
        if let IndicatorSpec::LocalTime { .. } = series.indicator {
            return;
        }
        self.push(format_args!("@{}", series.timeframe));
        if let Some(symbol) = series.symbol.and_then(|id| self.symbols.get(id.index())) {
            self.push(format_args!("({symbol})"));
        }
    }

    /// A source: its names have no timeframe of their own.
    fn formula(&mut self, formula: &Formula, least: u8) {
        let level = formula_level(formula);
        if level < least {
            self.out.push('(');
        }
        match formula {
            Formula::Number(number) => self.push(format_args!("{}", number.value())),
            Formula::Column(indicator) => self.indicator(indicator),
            Formula::Negate(of) => {
                self.out.push('-');
                self.formula(of, MINUS);
            }
            Formula::Binary { op, left, right } => {
                self.formula(left, level);
                self.push(format_args!(" {} ", sign(*op)));
                self.formula(right, level + 1);
            }
            Formula::Call { function, args } => {
                let args: Vec<&Formula> = args.iter().collect();
                self.call(*function, args, |printer, arg| printer.formula(arg, 0));
            }
        }
        if level < least {
            self.out.push(')');
        }
    }

    fn indicator(&mut self, indicator: &IndicatorSpec) {
        let (name, params) = written(indicator);
        self.out.push_str(name);
        let source = match indicator {
            IndicatorSpec::Over { source, .. } => Some(source),
            _ => None,
        };
        if params.is_empty() && source.is_none() {
            return;
        }
        self.out.push('(');
        if let Some(source) = source {
            self.formula(source, 0);
            self.out.push_str(", ");
        }
        self.out.push_str(&params.join(", "));
        self.out.push(')');
    }
}

/// The name of an indicator and its parameters.
fn written(indicator: &IndicatorSpec) -> (&'static str, Vec<String>) {
    let (name, periods, width) = match indicator {
        IndicatorSpec::Over { indicator, .. } => return written(indicator),
        IndicatorSpec::Field(field) => (field_name(*field), vec![], None),
        IndicatorSpec::Sma { n } => ("sma", vec![n], None),
        IndicatorSpec::Ema { n } => ("ema", vec![n], None),
        IndicatorSpec::Rsi { n } => ("rsi", vec![n], None),
        IndicatorSpec::MacdLine { fast, slow } => ("macd", vec![fast, slow], None),
        IndicatorSpec::MacdSignal { fast, slow, signal } => ("macd_signal", vec![fast, slow, signal], None),
        IndicatorSpec::BollingerUpper { n, k } => ("bollinger_upper", vec![n], Some(k)),
        IndicatorSpec::BollingerLower { n, k } => ("bollinger_lower", vec![n], Some(k)),
        IndicatorSpec::Atr { n } => ("atr", vec![n], None),
        IndicatorSpec::Adx { n } => ("adx", vec![n], None),
        IndicatorSpec::DonchianHigh { n } => ("donchian_high", vec![n], None),
        IndicatorSpec::DonchianLow { n } => ("donchian_low", vec![n], None),
        IndicatorSpec::Roc { n } => ("roc", vec![n], None),
        IndicatorSpec::Stddev { n } => ("stddev", vec![n], None),
        IndicatorSpec::VolumeSma { n } => ("volume_sma", vec![n], None),
        IndicatorSpec::Highest { n } => ("highest", vec![n], None),
        IndicatorSpec::Lowest { n } => ("lowest", vec![n], None),
        IndicatorSpec::Stochastic { n } => ("stoch_k", vec![n, &1], None),
        IndicatorSpec::Cci { n } => ("cci", vec![n], None),
        IndicatorSpec::Mfi { n } => ("mfi", vec![n], None),
        IndicatorSpec::Obv => ("obv", vec![], None),
        IndicatorSpec::Vwap { .. } => ("vwap", vec![], None),
        IndicatorSpec::LocalTime { part, .. } => (time_name(*part), vec![], None),
    };
    let params = periods.into_iter().map(ToString::to_string).chain(width.map(ToString::to_string));
    (name, params.collect())
}

const fn time_name(part: TimePart) -> &'static str {
    match part {
        TimePart::TimeOfDay => "time_of_day",
        TimePart::Hour => "hour",
        TimePart::Minute => "minute",
        TimePart::Weekday => "weekday",
    }
}

fn formula_level(formula: &Formula) -> u8 {
    match formula {
        Formula::Number(_) | Formula::Column(_) | Formula::Call { .. } => CLOSED,
        Formula::Negate(_) => MINUS,
        Formula::Binary { op, .. } => operator_level(*op),
    }
}

fn level(expr: &Expr) -> u8 {
    match expr {
        Expr::Number(_) | Expr::Series(_) | Expr::Position(_) | Expr::Ago { .. } | Expr::Call { .. } => {
            CLOSED
        }
        Expr::Negate(_) => MINUS,
        Expr::Not(_) => NOT,
        Expr::CrossesAbove { .. } | Expr::CrossesBelow { .. } => COMPARE,
        Expr::Binary { op, .. } => operator_level(*op),
    }
}

const fn operator_level(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => 1,
        BinaryOp::And => 2,
        BinaryOp::Add | BinaryOp::Subtract => 5,
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => 6,
        _ => COMPARE,
    }
}

fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
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

fn field_name(field: BarField) -> &'static str {
    match field {
        BarField::Open => "open",
        BarField::High => "high",
        BarField::Low => "low",
        BarField::Close => "close",
        BarField::Volume => "volume",
    }
}
