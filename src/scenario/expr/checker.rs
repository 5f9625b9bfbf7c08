//! What checking an expression keeps: the text, its surroundings, the mistakes so far.

use std::ops::Range;

use super::ExprError;
use crate::domain::{Formula, Interval, Symbol, SymbolId, Zone};
use crate::scenario::Expr;

/// What the names of an expression mean where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// Timeframe of the bars that names without an `@` read.
    pub timeframe: Interval,
    /// The scenario's interval, of which every timeframe is a multiple.
    pub base: Interval,
    /// Zone of times and sessions.
    pub zone: Zone,
    /// Which symbols can be named.
    pub symbols: Symbols<'a>,
    /// Whether there is a position to ask of.
    pub position: bool,
}

/// The symbols that an expression can name.
#[derive(Debug, Clone, Copy)]
pub enum Symbols<'a> {
    /// None: a series is of the symbol that is traded.
    Own,
    /// Those of the scenario.
    Of(&'a [Symbol]),
    /// Any: the scenario's are not known. Every name stands for the first, and the expression cannot be used.
    Unknown,
}

impl Surroundings<'_> {
    /// Bars of the traded symbol and the time in UTC, nothing else.
    pub const fn bars(timeframe: Interval, base: Interval) -> Self {
        Self { timeframe, base, zone: Zone::UTC, symbols: Symbols::Own, position: false }
    }
}

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Condition,
}

/// Which bars a series is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SeriesPlace {
    pub timeframe: Interval,
    /// `None` for the symbol that is traded.
    pub symbol: Option<SymbolId>,
}

impl SeriesPlace {
    /// A formula over these bars.
    pub fn expr(self, formula: &Formula) -> Expr {
        Expr::of_formula(formula, self.timeframe, self.symbol)
    }
}

/// Collects errors. A method that returns `None` has reported one.
pub(super) struct Checker<'a, 't> {
    pub text: &'t str,
    pub surroundings: &'a Surroundings<'a>,
    /// The bars that names without an `@` read here.
    pub place: SeriesPlace,
    pub errors: Vec<ExprError>,
}

impl<'a, 't> Checker<'a, 't> {
    /// For a text in its surroundings.
    pub const fn new(text: &'t str, surroundings: &'a Surroundings<'a>) -> Self {
        let place = SeriesPlace { timeframe: surroundings.timeframe, symbol: None };
        Self { text, surroundings, place, errors: Vec::new() }
    }

    /// The source text of a span, for messages.
    pub fn quote(&self, span: &Range<usize>) -> &'t str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Records an error and returns `None` for the caller to return.
    pub fn report<T>(&mut self, error: ExprError) -> Option<T> {
        self.errors.push(error);
        None
    }

    /// The mistakes, in the order of the text.
    pub fn mistakes(mut self) -> Vec<ExprError> {
        self.errors.sort_by_key(|error| (error.span.start, error.span.end));
        self.errors
    }
}
