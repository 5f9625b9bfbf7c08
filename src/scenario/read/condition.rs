//! The conditions of a `rules` strategy: passes text to the expression parser and converts its errors.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::agent_context::AgentContext;
use super::table::TableReader;
use super::value::{ReadValue, ValueReader};
use crate::domain::{Bps, Interval, Span, Symbol, Zone};
use crate::scenario::expr::{self, ExprError, Surroundings, Symbols};
use crate::scenario::format::{CONDITION, ValueType};
use crate::scenario::problem::Problems;
use crate::scenario::{Condition, Expr};

/// Default help for errors without their own.
pub(super) const REFERENCE: &str = "`tiltyard strategies rules` lists what conditions can use";

/// A condition as written.
pub(super) struct WrittenCondition {
    text: Spanned<String>,
    timeframe: Option<Spanned<Interval>>,
    /// Share of the position that it sells, where that is written.
    pub(super) share: Option<Spanned<Bps>>,
}

/// What conditions read; `None` where that part had errors.
pub(super) struct Bars<'a> {
    /// The strategy's timeframe.
    pub(super) timeframe: Option<Interval>,
    /// The scenario's interval.
    pub(super) base: Option<Interval>,
    /// The scenario's symbols.
    pub(super) symbols: Option<&'a [Symbol]>,
    /// Zone of times and sessions.
    pub(super) zone: Zone,
    /// Whether there is a position to ask of.
    pub(super) position: bool,
}

impl<'a> Bars<'a> {
    /// Bars of a timeframe, the time in the market's zone, no position.
    pub(super) const fn of(timeframe: Option<Interval>, context: &AgentContext<'a>) -> Self {
        let (base, symbols) = (context.interval, context.symbols);
        Self { timeframe, base, symbols, zone: context.zone, position: false }
    }
}

/// An expression, or a table with an expression and its timeframe.
impl ReadValue for WrittenCondition {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        match given.value.get_ref() {
            DeValue::String(text) => {
                let text = Spanned::new(given.span(), text.to_string());
                Some(Self { text, timeframe: None, share: None })
            }
            DeValue::Table(entries) => {
                let title = format!("a condition of `{}`", given.key);
                let table =
                    TableReader::new(title, CONDITION.keys, given.span(), Some(entries), given.problems);
                let text = table.value("when");
                let timeframe = table.optional("timeframe");
                let share = table.optional("share_pct");
                table.finish();
                Some(Self { text: text?, timeframe: timeframe?, share: share? })
            }
            _ => given.wrong_type(expected, None),
        }
    }
}

/// Parses the conditions, which sell nothing; `None` if a problem was reported.
pub(super) fn read_all(
    written: Vec<WrittenCondition>,
    bars: &Bars<'_>,
    problems: &Problems<'_>,
) -> Option<Vec<Condition>> {
    for share in written.iter().filter_map(|condition| condition.share.as_ref()) {
        let message = "`share_pct` in a condition that sells nothing".to_owned();
        let help = "a share of the position is for `exit_any`; entries are sized with `size_pct`".to_owned();
        problems.error(share.span(), message, "sells nothing".to_owned(), Some(help));
    }
    let read: Vec<_> = written.into_iter().map(|written| read(written, bars, problems)).collect();
    read.into_iter().collect()
}

/// Parses conditions that sell, each with the share of the position where one is written.
pub(super) fn read_exits(
    written: Vec<WrittenCondition>,
    bars: &Bars<'_>,
    problems: &Problems<'_>,
) -> Option<Vec<(Condition, Option<Bps>)>> {
    let exit = |mut written: WrittenCondition| {
        let share = written.share.take().map(Spanned::into_inner);
        read(written, bars, problems).map(|condition| (condition, share))
    };
    let read: Vec<_> = written.into_iter().map(exit).collect();
    read.into_iter().collect()
}

fn read(written: WrittenCondition, bars: &Bars<'_>, problems: &Problems<'_>) -> Option<Condition> {
    let timeframe = match written.timeframe {
        Some(own) => multiple(own, bars.base, problems),
        None => bars.timeframe,
    };
    let expr = parsed(("condition", &written.text), expr::parse_condition, timeframe, bars, problems)?;
    Some(Condition { text: written.text.into_inner(), timeframe: timeframe?, expr })
}

/// Parses an expression that a key holds as text; `None` if a problem was reported, here or of what it reads.
pub(super) fn parsed(
    (what, text): (&str, &Spanned<String>),
    parse: impl Fn(&str, &Surroundings<'_>) -> Result<Expr, Vec<ExprError>>,
    timeframe: Option<Interval>,
    bars: &Bars<'_>,
    problems: &Problems<'_>,
) -> Option<Expr> {
    // With an unknown interval the text is still parsed, to report its other errors.
    let finest = Interval::new(Span::from_seconds(1)).unwrap_or(Interval::MINUTE);
    let base = bars.base.unwrap_or(finest);
    let surroundings = Surroundings {
        timeframe: timeframe.unwrap_or(base),
        base,
        zone: bars.zone,
        symbols: bars.symbols.map_or(Symbols::Unknown, Symbols::Of),
        position: bars.position,
    };
    match parse(text.get_ref(), &surroundings) {
        Ok(expr) => {
            timeframe.and(bars.base)?;
            bars.symbols?;
            Some(expr)
        }
        Err(errors) => {
            errors.into_iter().for_each(|error| report(error, (what, text), problems));
            None
        }
    }
}

/// Reports an expression's error at its span in the file.
pub(super) fn report(error: ExprError, (what, text): (&str, &Spanned<String>), problems: &Problems<'_>) {
    let span = span_in_file(&error.span, text, problems);
    let message = format!("in the {what} `{}`: {}", text.get_ref().trim(), error.message);
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
