//! The arguments of an indicator: how many, and what numbers they may be.

use super::ExprError;
use super::call::Call;
use super::checker::Checker;
use super::syntax::Node;
use super::words::{Param, Unit, Word};

/// Maximum number of bars of a period or an `ago`.
pub(super) const MAX_BARS: u32 = 100_000;
/// Maximum width of a band, in thousandths.
const MAX_WIDTH: u32 = 100_000;

impl<'t> Checker<'_, 't> {
    /// The indicator's parameters, with defaults filled in. Its first `skip` arguments are no parameters.
    pub fn parameters(
        &mut self,
        call: &Call<'_, 't>,
        word: &Word,
        params: &[Param],
        skip: usize,
    ) -> Option<Vec<u32>> {
        let args = call.args().get(skip..).unwrap_or_default();
        let least = params.iter().filter(|param| param.default.is_none()).count();
        if args.len() < least || args.len() > params.len() {
            let takes = indicator_takes(params, least, skip);
            return self.wrong_count(call, word, &takes, params.len() + skip);
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
    pub fn bars(&mut self, arg: &Node<'t>) -> Option<u32> {
        let fits = |value: &f64| value.fract() == 0.0 && (1.0..=f64::from(MAX_BARS)).contains(value);
        if let Some(value) = arg.literal().filter(fits) {
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

    /// Parses a width, to a thousandth.
    fn width(&mut self, arg: &Node<'t>) -> Option<u32> {
        let thousandths = arg.literal().map(|value| (value, (value * 1000.0).round()));
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
        let message = format!("`{}` is not a width of a band", self.quote(&arg.span));
        let help = "a number from 0.001 to 100 with at most three decimal places";
        self.report(ExprError::new(arg.span.clone(), message).with_help(help))
    }

    /// Reports a wrong number of arguments; underlines the surplus ones, or the whole call where some are
    /// missing.
    pub fn wrong_count<T>(
        &mut self,
        call: &Call<'_, 't>,
        word: &Word,
        takes: &str,
        most: usize,
    ) -> Option<T> {
        let args = call.args();
        let span = match (args.get(most), args.last()) {
            (Some(first), Some(last)) => first.span.start..last.span.end,
            _ => call.span.clone(),
        };
        let message = format!("`{}` {takes}, not {}", call.name, args.len());
        self.report(ExprError::new(span, message).with_help(format!("`{}`: {}", word.signature, word.doc)))
    }
}

/// `skip` is 1 where the first argument is a series.
fn indicator_takes(params: &[Param], least: usize, skip: usize) -> String {
    let most = params.len();
    match (least, most) {
        (_, 0) => "takes no arguments".to_owned(),
        (1, 1) if skip == 1 => "takes 2 arguments, a series and the number of bars".to_owned(),
        (0, 1) if skip == 1 => "takes at most 2 arguments, a series and the number of bars".to_owned(),
        (1, 1) => "takes 1 argument, the number of bars".to_owned(),
        (0, 1) => "takes at most 1 argument, the number of bars".to_owned(),
        _ => format!("takes at most {} arguments", most + skip),
    }
}
