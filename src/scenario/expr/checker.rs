//! What checking an expression keeps: the text, its surroundings, the mistakes so far.

use std::ops::Range;

use super::ExprError;
use crate::domain::Interval;

/// What an expression yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Condition,
}

/// Collects what is wrong. A method that gives `None` has reported why.
pub(super) struct Checker<'t> {
    pub text: &'t str,
    pub default_timeframe: Interval,
    pub base: Interval,
    pub errors: Vec<ExprError>,
}

impl<'t> Checker<'t> {
    /// The text of a span, for messages.
    pub fn quote(&self, span: &Range<usize>) -> &'t str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Notes a mistake; gives the `None` that its finder returns.
    pub fn report<T>(&mut self, error: ExprError) -> Option<T> {
        self.errors.push(error);
        None
    }
}
