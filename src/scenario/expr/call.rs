//! Names and their arguments: resolves a name to a column or function and checks its arguments.

use std::ops::Range;

use super::ExprError;
use super::checker::{Checker, Kind};
use super::syntax::{Node, NodeKind};
use super::words::{Built, Meaning, Param, Unit, Word, find, names};
use crate::domain::{IndicatorSpec, Interval};
use crate::scenario::suggest::closest;
use crate::scenario::{BinaryOp, Expr, Function, Series};

/// Maximum number of bars of a period or an `ago`.
const MAX_BARS: u32 = 100_000;
/// Maximum band width, in thousandths of a standard deviation.
const MAX_WIDTH: u32 = 100_000;

/// A name in the text, with its arguments.
pub(super) struct Call<'a, 't> {
    pub name: &'t str,
    pub name_span: &'a Range<usize>,
    /// `None` without parentheses.
    pub args: Option<&'a [Node<'t>]>,
    /// Including the parentheses.
    pub span: &'a Range<usize>,
}

impl<'a, 't> Call<'a, 't> {
    /// Whether a timeframe may follow the name. True for unknown names, so that only the unknown name is
    /// reported.
    pub fn reads_bars(&self) -> bool {
        find(self.name)
            .is_none_or(|word| matches!(word.meaning, Meaning::Field(_) | Meaning::Indicator { .. }))
    }

    fn args(&self) -> &'a [Node<'t>] {
        self.args.unwrap_or_default()
    }
}

impl<'t> Checker<'t> {
    /// The expression of the name over bars of `timeframe`.
    pub fn call(&mut self, call: &Call<'_, 't>, timeframe: Interval) -> Option<Expr> {
        let Some(word) = find(call.name) else { return self.unknown(call) };
        match &word.meaning {
            Meaning::Field(field) => {
                self.field(call, Series { indicator: IndicatorSpec::Field(*field), timeframe })
            }
            Meaning::Indicator { params, build } => {
                let values = self.parameters(call, word, params)?;
                Some(series(build(&values), timeframe))
            }
            Meaning::Function { function, least, fixed } => {
                self.function(call, word, *function, (*least, *fixed))
            }
            Meaning::Ago => self.ago(call, word),
            Meaning::CrossesAbove => self
                .two_numbers(call, word)
                .and_then(|(left, right)| self.cross(call.span, Expr::CrossesAbove { left, right })),
            Meaning::CrossesBelow => self
                .two_numbers(call, word)
                .and_then(|(left, right)| self.cross(call.span, Expr::CrossesBelow { left, right })),
        }
    }

    /// Reports an unknown name. Its arguments are checked for unknown names only: everything else about them
    /// depends on the intended name.
    fn unknown(&mut self, call: &Call<'_, 't>) -> Option<Expr> {
        let help = match closest(call.name, names()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("known names: {}", names().collect::<Vec<_>>().join(", ")),
        };
        let error = ExprError::new(call.name_span.clone(), format!("`{}` is not a known name", call.name));
        self.report::<()>(error.with_help(help));
        for arg in call.args() {
            self.any(arg);
        }
        None
    }

    fn field(&mut self, call: &Call<'_, 't>, series: Series) -> Option<Expr> {
        if call.args.is_none() {
            return Some(Expr::Series(series));
        }
        let span = call.name_span.end..call.span.end;
        let message = format!("`{}` is a field of the bar and takes no arguments", call.name);
        self.report(ExprError::new(span, message).with_help(format!("write `{}`", call.name)))
    }

    /// The indicator's parameters, with defaults filled in.
    fn parameters(&mut self, call: &Call<'_, 't>, word: &Word, params: &[Param]) -> Option<Vec<u32>> {
        let args = call.args();
        let least = params.iter().filter(|param| param.default.is_none()).count();
        if args.len() < least || args.len() > params.len() {
            let takes = indicator_takes(params, least);
            return self.wrong_count(call, word, &takes, params.len());
        }
        let given: Vec<Option<u32>> =
            args.iter().zip(params).map(|(arg, param)| self.parameter(arg, param)).collect();
        let defaults = params.iter().skip(args.len()).map(|param| param.default);
        let values = given.into_iter().chain(defaults).collect::<Option<Vec<u32>>>()?;
        self.fast_below_slow(call, params, values)
    }

    fn fast_below_slow(
        &mut self,
        call: &Call<'_, 't>,
        params: &[Param],
        values: Vec<u32>,
    ) -> Option<Vec<u32>> {
        let named = |name| params.iter().zip(&values).find(|(p, _)| p.name == name).map(|(_, value)| *value);
        let (Some(fast), Some(slow)) = (named("fast"), named("slow")) else { return Some(values) };
        if fast < slow {
            return Some(values);
        }
        let message = format!("`fast` ({fast}) must be below `slow` ({slow})");
        self.report(ExprError::new(call.span.clone(), message).with_help("for example `macd(12, 26)`"))
    }

    fn parameter(&mut self, arg: &Node<'t>, param: &Param) -> Option<u32> {
        match param.unit {
            Unit::Bars => self.bars(arg),
            Unit::Width => self.width(arg),
        }
    }

    /// Parses a whole number of bars.
    fn bars(&mut self, arg: &Node<'t>) -> Option<u32> {
        let fits = |value: &f64| value.fract() == 0.0 && (1.0..=f64::from(MAX_BARS)).contains(value);
        if let Some(value) = literal(arg).filter(fits) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole and in range"
            )]
            return Some(value as u32);
        }
        let message = format!("`{}` is not a number of bars", self.quote(&arg.span));
        let help = format!("a whole number from 1 to {MAX_BARS}");
        self.report(ExprError::new(arg.span.clone(), message).with_help(help))
    }

    /// Parses a width in standard deviations, to a thousandth.
    fn width(&mut self, arg: &Node<'t>) -> Option<u32> {
        let thousandths = literal(arg).map(|value| (value, (value * 1000.0).round()));
        let fits = |&(value, whole): &(f64, f64)| {
            (1.0..=f64::from(MAX_WIDTH)).contains(&whole) && (value * 1000.0 - whole).abs() < 1e-6
        };
        if let Some((_, whole)) = thousandths.filter(fits) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole and in range"
            )]
            return Some(whole as u32);
        }
        let message = format!("`{}` is not a width in standard deviations", self.quote(&arg.span));
        let help = "a number from 0.001 to 100 with at most three decimal places";
        self.report(ExprError::new(arg.span.clone(), message).with_help(help))
    }

    fn function(
        &mut self,
        call: &Call<'_, 't>,
        word: &Word,
        function: Function,
        (least, fixed): (usize, bool),
    ) -> Option<Expr> {
        let args = call.args();
        if args.len() < least || fixed && args.len() > least {
            let takes = if fixed {
                "takes 1 argument".to_owned()
            } else {
                format!("takes at least {least} arguments")
            };
            return self.wrong_count(call, word, &takes, least);
        }
        let args: Vec<Option<Expr>> = args.iter().map(|arg| self.expect(arg, Kind::Number)).collect();
        let args = args.into_iter().collect::<Option<Vec<Expr>>>()?;
        Some(Expr::Call { function, args })
    }

    fn ago(&mut self, call: &Call<'_, 't>, word: &Word) -> Option<Expr> {
        let [of, bars] = call.args() else {
            return self.wrong_count(call, word, "takes 2 arguments, an expression and a number of bars", 2);
        };
        let (inner, bars) = (self.any(of), self.bars(bars));
        let (inner, bars) = (inner?, bars?);
        if inner.finest_timeframe().is_none() {
            let message = format!("`{}` is constant and has no earlier values", self.quote(&of.span));
            let help = "`ago` needs a field or an indicator";
            return self.report(ExprError::new(of.span.clone(), message).with_help(help));
        }
        Some(Expr::Ago { of: Box::new(inner), bars })
    }

    fn two_numbers(&mut self, call: &Call<'_, 't>, word: &Word) -> Option<(Box<Expr>, Box<Expr>)> {
        let [left, right] = call.args() else {
            return self.wrong_count(call, word, "takes 2 arguments", 2);
        };
        let (left, right) = (self.expect(left, Kind::Number), self.expect(right, Kind::Number));
        Some((Box::new(left?), Box::new(right?)))
    }

    /// Reports a wrong number of arguments; underlines the surplus ones, or the whole call where some are
    /// missing.
    fn wrong_count<T>(&mut self, call: &Call<'_, 't>, word: &Word, takes: &str, most: usize) -> Option<T> {
        let args = call.args();
        let span = match (args.get(most), args.last()) {
            (Some(first), Some(last)) => first.span.start..last.span.end,
            _ => call.span.clone(),
        };
        let message = format!("`{}` {takes}, not {}", call.name, args.len());
        self.report(ExprError::new(span, message).with_help(format!("`{}`: {}", word.signature, word.doc)))
    }
}

fn indicator_takes(params: &[Param], least: usize) -> String {
    let most = params.len();
    match (least, most) {
        (1, 1) => "takes 1 argument, the number of bars".to_owned(),
        (0, 1) => "takes at most 1 argument, the number of bars".to_owned(),
        _ => format!("takes at most {most} arguments"),
    }
}

/// The value of a numeric literal, with an optional minus.
fn literal(node: &Node<'_>) -> Option<f64> {
    match &node.kind {
        NodeKind::Number(value) => Some(*value),
        NodeKind::Negate(of) => literal(of).map(|value| -value),
        _ => None,
    }
}

fn series(built: Built, timeframe: Interval) -> Expr {
    let column = |indicator| Expr::Series(Series { indicator, timeframe });
    match built {
        Built::One(spec) => column(spec),
        Built::Difference(left, right) => Expr::Binary {
            op: BinaryOp::Subtract,
            left: Box::new(column(left)),
            right: Box::new(column(right)),
        },
    }
}
