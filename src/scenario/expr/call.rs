//! Names: resolves a name to a column, a function or a value of the position.

use std::ops::Range;

use super::ExprError;
use super::checker::{Checker, Kind, SeriesPlace};
use super::syntax::Node;
use super::table::{find, names};
use super::words::{Indicator, Meaning, Word};
use crate::domain::{Formula, IndicatorSpec, TimePart};
use crate::scenario::suggest::closest;
use crate::scenario::{Expr, Function, PositionValue, Series};

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
        find(self.name).is_none_or(|word| word.meaning.reads_bars())
    }

    pub fn args(&self) -> &'a [Node<'t>] {
        self.args.unwrap_or_default()
    }
}

impl<'t> Checker<'_, 't> {
    /// The expression of the name over the bars of `place`.
    pub fn call(&mut self, call: &Call<'_, 't>, place: SeriesPlace) -> Option<Expr> {
        let Some(word) = find(call.name) else { return self.unknown(call) };
        match &word.meaning {
            Meaning::Field(field) => {
                self.without_arguments(call, "a field of the bar")?;
                Some(place.expr(&Formula::Column(IndicatorSpec::Field(*field))))
            }
            Meaning::Indicator(indicator) => self.indicator(call, word, indicator, place),
            Meaning::Vwap => {
                self.parameters(call, word, &[], 0)?;
                let zone = self.surroundings.zone;
                Some(place.expr(&Formula::Column(IndicatorSpec::Vwap { zone })))
            }
            Meaning::Time(part) => self.time(call, *part),
            Meaning::Position(value) => self.position(call, *value),
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

    /// Reports parentheses after a name that is `what`.
    fn without_arguments(&mut self, call: &Call<'_, 't>, what: &str) -> Option<()> {
        if call.args.is_none() {
            return Some(());
        }
        let span = call.name_span.end..call.span.end;
        let message = format!("`{}` is {what} and takes no arguments", call.name);
        self.report(ExprError::new(span, message).with_help(format!("write `{}`", call.name)))
    }

    /// An indicator, over its own field or over the series that its first argument is.
    fn indicator(
        &mut self,
        call: &Call<'_, 't>,
        word: &Word,
        indicator: &Indicator,
        place: SeriesPlace,
    ) -> Option<Expr> {
        let source = call.args().first().filter(|first| indicator.series && first.literal().is_none());
        let formula = source.map(|source| self.source(source, call.name, place));
        let values = self.parameters(call, word, indicator.params, usize::from(source.is_some()));
        let formula = formula.map_or(Some(None), |formula| formula.map(Some))?;
        let built = (indicator.build)(&values?);
        let Some(formula) = formula else { return Some(place.expr(&built)) };
        let built = built.over(&formula);
        self.not_too_deep(&built, source)?;
        Some(place.expr(&built))
    }

    /// A part of the local time, which each bar of the scenario's interval has at its close.
    fn time(&mut self, call: &Call<'_, 't>, part: TimePart) -> Option<Expr> {
        self.without_arguments(call, "a part of the local time")?;
        let indicator = IndicatorSpec::LocalTime { part, zone: self.surroundings.zone };
        Some(Expr::Series(Series::own(indicator, self.surroundings.base)))
    }

    fn position(&mut self, call: &Call<'_, 't>, value: PositionValue) -> Option<Expr> {
        self.without_arguments(call, "a value of the position")?;
        if self.surroundings.position {
            return Some(Expr::Position(value));
        }
        let message = format!("`{}` is known in the rules of a `rules` strategy only", call.name);
        let help = "here a condition reads bars and the time";
        self.report(ExprError::new(call.name_span.clone(), message).with_help(help))
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
        self.has_a_past(&inner, &of.span)?;
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
}
