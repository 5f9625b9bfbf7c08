//! What checking an expression keeps: the text, its surroundings, the mistakes so far.

use std::ops::Range;

use super::ExprError;
use crate::domain::Interval;

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Condition,
}

/// Collects errors. A method that returns `None` has reported one.
pub(super) struct Checker<'t> {
    pub text: &'t str,
    pub default_timeframe: Interval,
    pub base: Interval,
    pub errors: Vec<ExprError>,
}

impl<'t> Checker<'t> {
    /// The source text of a span, for messages.
    pub fn quote(&self, span: &Range<usize>) -> &'t str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Records an error and returns `None` for the caller to return.
    pub fn report<T>(&mut self, error: ExprError) -> Option<T> {
        self.errors.push(error);
        None
    }
}
