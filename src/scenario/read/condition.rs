//! The conditions of a `rules` strategy: passes text to the expression parser and converts its errors.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::table::TableReader;
use super::value::{ReadValue, ValueReader};
use crate::domain::{Interval, Span};
use crate::scenario::Condition;
use crate::scenario::expr::{self, ExprError};
use crate::scenario::format::{CONDITION, ValueType};
use crate::scenario::problem::Problems;

/// Default help for errors without their own.
const REFERENCE: &str = "`tiltyard strategies rules` lists what conditions can use";

/// A condition as written.
pub(super) struct WrittenCondition {
    text: Spanned<String>,
    timeframe: Option<Spanned<Interval>>,
}

/// The bars that conditions read; `None` where that part had errors.
pub(super) struct Bars {
    /// The strategy's timeframe.
    pub(super) timeframe: Option<Interval>,
    /// The scenario's interval.
    pub(super) base: Option<Interval>,
}

/// An expression, or a table with an expression and its timeframe.
impl ReadValue for WrittenCondition {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        match given.value.get_ref() {
            DeValue::String(text) => {
                Some(Self { text: Spanned::new(given.span(), text.to_string()), timeframe: None })
            }
            DeValue::Table(entries) => {
                let title = format!("a condition of `{}`", given.key);
                let table =
                    TableReader::new(title, CONDITION.keys, given.span(), Some(entries), given.problems);
                let text = table.value("when");
                let timeframe = table.optional("timeframe");
                table.finish();
                Some(Self { text: text?, timeframe: timeframe? })
            }
            _ => given.wrong_type(expected, None),
        }
    }
}

/// Parses the conditions; `None` if a problem was reported.
pub(super) fn read_all(
    written: Vec<WrittenCondition>,
    bars: &Bars,
    problems: &Problems<'_>,
) -> Option<Vec<Condition>> {
    let read: Vec<_> = written.into_iter().map(|written| read(written, bars, problems)).collect();
    read.into_iter().collect()
}

fn read(written: WrittenCondition, bars: &Bars, problems: &Problems<'_>) -> Option<Condition> {
    let timeframe = match written.timeframe {
        Some(own) => multiple(own, bars.base, problems),
        None => bars.timeframe,
    };
    // With an unknown interval the text is still parsed, to report its other errors.
    let finest = Interval::new(Span::from_seconds(1)).unwrap_or(Interval::MINUTE);
    let base = bars.base.unwrap_or(finest);
    match expr::parse(written.text.get_ref(), timeframe.unwrap_or(base), base) {
        Ok(expr) => {
            timeframe.and(bars.base)?;
            Some(Condition { text: written.text.into_inner(), expr })
        }
        Err(errors) => {
            errors.into_iter().for_each(|error| report(error, &written.text, problems));
            None
        }
    }
}

/// Reports an expression's error at its span in the file.
pub(super) fn report(error: ExprError, text: &Spanned<String>, problems: &Problems<'_>) {
    let span = span_in_file(&error.span, text, problems);
    let message = format!("in the condition `{}`: {}", text.get_ref().trim(), error.message);
    let help = error.help.unwrap_or_else(|| REFERENCE.to_owned());
    problems.error(span, message, error.message, Some(help));
}

/// The span in the file of a part of a string's value; the whole string if it contains escapes.
fn span_in_file(part: &Range<usize>, text: &Spanned<String>, problems: &Problems<'_>) -> Range<usize> {
    let written = problems.text(&text.span());
    match written.find(text.get_ref().as_str()).filter(|_| !text.get_ref().is_empty()) {
        Some(offset) => {
            let start = text.span().start + offset;
            start + part.start..start + part.end
        }
        None => text.span(),
    }
}

/// The interval, if it is a multiple of `base`; reports it otherwise.
pub(super) fn multiple(
    interval: Spanned<Interval>,
    base: Option<Interval>,
    problems: &Problems<'_>,
) -> Option<Interval> {
    let base = base?;
    if interval.get_ref().is_multiple_of(base) {
        return Some(interval.into_inner());
    }
    problems.error(
        interval.span(),
        format!("the timeframe {} is not a multiple of the scenario's interval {base}", interval.get_ref()),
        format!("cannot be resampled from {base} bars"),
        Some(format!("use {base} or a multiple of it, or a finer `interval` in `[market]`")),
    );
    None
}
