//! The `[battle]` table, and whether its windows fit into the market's range.

use toml::Spanned;

use super::market::{Bars, ReadMarket};
use super::table::TableReader;
use crate::domain::{Interval, Span};
use crate::scenario::format::{PRESETS, Preset};
use crate::scenario::problem::Problems;
use crate::scenario::{BattleSpec, TieBreak, WindowSpec};

/// The parsed table.
#[derive(Default)]
pub(super) struct ReadBattle<'t> {
    /// The whole table, if it had no errors.
    pub(super) spec: Option<BattleSpec>,
    /// The bars that the windows replay.
    pub(super) bars: Bars,
    /// The `windows` table, for spans.
    windows: Option<TableReader<'t>>,
}

/// Parses the table.
pub(super) fn read(table: TableReader<'_>) -> ReadBattle<'_> {
    let ranking_metric = table.value("ranking_metric");
    let windows = table.tagged("windows");
    let tie_break = table.value("tie_break").map(|ladder| end_with_name(&table, ladder));
    let (aggregate, min_trades) = (table.value("aggregate"), table.value("min_trades"));
    let repeats = table.value("repeats");
    table.finish();
    let Some((kind, windows)) = windows else { return ReadBattle::default() };
    let preset = PRESETS.into_iter().find(|preset| preset.kind == kind);
    let read = read_windows(kind, preset, &windows);
    windows.finish();
    let spec = (|| {
        let (spec, embargo) = read?;
        check_embargo(&spec, embargo, &windows)?;
        let (ranking_metric, tie_break) = (ranking_metric?, tie_break?);
        let (aggregate, min_trades, repeats) = (aggregate?, min_trades?, repeats?);
        Some(BattleSpec { ranking_metric, windows: spec, embargo, tie_break, aggregate, min_trades, repeats })
    })();
    ReadBattle { spec, bars: preset.map_or(Bars::Own, Bars::Preset), windows: Some(windows) }
}

/// The tie-breaks, ending with the name; warns of tie-breaks after the name, which have no effect.
fn end_with_name(table: &TableReader<'_>, ladder: Vec<Spanned<TieBreak>>) -> Vec<TieBreak> {
    let mut levels = Vec::new();
    for level in ladder {
        if levels.last() == Some(&TieBreak::Name) {
            table.problems.warning(
                level.span(),
                format!("the tie-break {} is never reached", table.problems.text(&level.span())),
                "comes after \"name\"".to_owned(),
                Some("names are unique and decide every tie: put \"name\" last".to_owned()),
            );
            break;
        }
        levels.push(level.into_inner());
    }
    if levels.last() != Some(&TieBreak::Name) {
        levels.push(TieBreak::Name);
    }
    levels
}

/// Parses the windows and their embargo.
fn read_windows(kind: &str, preset: Option<Preset>, table: &TableReader<'_>) -> Option<(WindowSpec, Span)> {
    let windows = match kind {
        "whole" => return Some((WindowSpec::Whole, Span::default())),
        "sequential" => {
            let (length, count) = (table.value("length"), table.optional("count"));
            length.zip(count).map(|(length, count)| WindowSpec::Sequential { length, count })
        }
        "rolling" => rolling(table),
        "random" => {
            let (length, count) = (table.value("length"), table.value("count"));
            length.zip(count).map(|(length, count)| WindowSpec::Random { length, count })
        }
        "stratified" => stratified(table),
        _ => preset
            .zip(table.value("count"))
            .map(|(preset, count)| WindowSpec::Sequential { length: preset.length, count: Some(count) }),
    };
    let embargo = table.optional("embargo")?.unwrap_or_default();
    Some((windows?, embargo))
}

fn rolling(table: &TableReader<'_>) -> Option<WindowSpec> {
    let length = table.value("length");
    let step = table.value("step");
    let count = table.optional("count");
    Some(WindowSpec::Rolling { length: length?, step: step?, count: count? })
}

fn stratified(table: &TableReader<'_>) -> Option<WindowSpec> {
    let length = table.value("length");
    let count = table.value("count");
    let lookback = table.value("lookback");
    Some(WindowSpec::Stratified { length: length?, count: count?, lookback: lookback? })
}

/// Reports an embargo that does not fit between rolling windows.
fn check_embargo(windows: &WindowSpec, embargo: Span, table: &TableReader<'_>) -> Option<()> {
    let WindowSpec::Rolling { length, step, .. } = *windows else { return Some(()) };
    let least = length + embargo;
    if embargo.is_zero() || step >= least {
        return Some(());
    }
    table.problems.error(
        table.span("embargo"),
        format!("windows of {length} with a `step` of {step} leave no embargo of {embargo}"),
        "longer than the time between two windows".to_owned(),
        Some(format!("use a `step` of at least {least}")),
    );
    None
}

impl ReadBattle<'_> {
    /// Reports windows that are not a whole number of bars, or that do not fit into the range where both of
    /// its ends are written.
    pub(super) fn check_fit(&self, market: &ReadMarket, problems: &Problems<'_>) {
        let (Some(spec), Some(table)) = (&self.spec, &self.windows) else { return };
        let Some((length, step)) = lengths(&spec.windows) else { return };
        if let Some(interval) = market.interval {
            let whole = whole_bars(table, "length", length, interval, problems);
            if !whole || step.is_some_and(|step| !whole_bars(table, "step", step, interval, problems)) {
                return;
            }
        }
        let Some((start, end)) = market.range else { return };
        let needed = needed(&spec.windows, spec.embargo);
        let (count, range) = (count(&spec.windows), end - start);
        if needed <= range {
            return;
        }
        let (key, message) = if length > range || count <= 1 {
            ("length", format!("windows of {length} do not fit the range of {range}"))
        } else {
            ("count", format!("{count} windows of {length} need {needed}, the range has {range}"))
        };
        let help = format!("the range is {start} to {end} (`start` and `end` of `[market]`)");
        problems.error(table.span(key), message, "longer than the range".to_owned(), Some(help));
    }
}

fn lengths(windows: &WindowSpec) -> Option<(Span, Option<Span>)> {
    match *windows {
        WindowSpec::Whole => None,
        WindowSpec::Sequential { length, .. }
        | WindowSpec::Random { length, .. }
        | WindowSpec::Stratified { length, .. } => Some((length, None)),
        WindowSpec::Rolling { length, step, .. } => Some((length, Some(step))),
    }
}

fn count(windows: &WindowSpec) -> u32 {
    match *windows {
        WindowSpec::Sequential { count, .. } | WindowSpec::Rolling { count, .. } => count.unwrap_or(1),
        WindowSpec::Random { count, .. } | WindowSpec::Stratified { count, .. } => count,
        WindowSpec::Whole => 1,
    }
}

/// Length of the range that the windows need: the last window, plus one step for each window before it.
fn needed(windows: &WindowSpec, embargo: Span) -> Span {
    let Some((length, step)) = lengths(windows) else { return Span::default() };
    let steps = step.unwrap_or(length + embargo).times(i64::from(count(windows)) - 1);
    steps + length
}

/// Reports a length that is not a whole number of bars.
fn whole_bars(
    table: &TableReader<'_>,
    key: &str,
    length: Span,
    interval: Interval,
    problems: &Problems<'_>,
) -> bool {
    let whole = length.micros() % interval.micros() == 0;
    if !whole {
        problems.error(
            table.span(key),
            format!("`{key}` {length} is not a whole number of {interval} bars"),
            format!("not a multiple of {interval}"),
            Some(format!("write a multiple of {interval}, such as \"{}\"", interval.span().times(10))),
        );
    }
    whole
}
