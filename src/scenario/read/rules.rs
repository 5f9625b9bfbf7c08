//! The parameters of a `rules` strategy.

use super::agent_context::AgentContext;
use super::condition::{self, Bars, WrittenCondition};
use super::distance::level;
use super::entry;
use super::table::TableReader;
use crate::domain::{Bps, Interval, Zone};
use crate::scenario::{Condition, PartialExit, RuleSet, ShortRules};

/// Parses the rules; `None` if a problem was reported.
pub(super) fn read(
    table: &TableReader<'_>,
    timeframe: Option<Interval>,
    context: &AgentContext<'_>,
) -> Option<RuleSet> {
    let zone: Option<Option<Zone>> = table.optional("zone");
    let zone = zone.map(|zone| zone.unwrap_or(context.zone));
    let bars = Bars { zone: zone.unwrap_or_default(), position: true, ..Bars::of(timeframe, context) };
    let written = |key| table.value::<Vec<WrittenCondition>>(key);
    let all = |key| written(key).and_then(|written| condition::read_all(written, &bars, table.problems));
    let short = short(table, &bars);
    let only_short = table.has("enter_short_all") && !table.has("enter_all");
    if only_short {
        table.skip("enter_all");
    }
    let enter_all = if only_short { Some(Vec::new()) } else { all("enter_all") };
    let exits = written("exit_any").and_then(|written| exits(written, &bars, table));
    let stop_loss = level(table, ["stop_loss_pct", "stop_loss"], &bars);
    let take_profit = level(table, ["take_profit_pct", "take_profit"], &bars);
    let trailing_stop = level(table, ["trailing_stop_pct", "trailing_stop"], &bars);
    let max_hold_bars = table.optional("max_hold_bars");
    let max_positions = table.optional("max_positions");
    let entry = entry::read(table, &bars);
    let max_entries = table.value("max_entries");
    let add_size = added_size(table, max_entries);
    let (exit_any, exit_parts) = exits?;
    Some(RuleSet {
        enter_all: enter_all?,
        exit_any,
        exit_parts,
        stop_loss: stop_loss?,
        take_profit: take_profit?,
        trailing_stop: trailing_stop?,
        max_hold_bars: max_hold_bars?,
        max_positions: max_positions?,
        entry: entry?,
        max_entries: max_entries?,
        add_size: add_size?,
        short: short?,
        zone: zone?,
    })
}

/// Those that sell all of the position, and those that sell a part.
fn exits(
    written: Vec<WrittenCondition>,
    bars: &Bars<'_>,
    table: &TableReader<'_>,
) -> Option<(Vec<Condition>, Vec<PartialExit>)> {
    let (mut all, mut parts) = (Vec::new(), Vec::new());
    for (condition, share) in condition::read_exits(written, bars, table.problems)? {
        match share.filter(|share| *share < Bps::WHOLE) {
            Some(share) => parts.push(PartialExit { condition, share }),
            None => all.push(condition),
        }
    }
    Some((all, parts))
}

/// The conditions of short positions, where any are written.
fn short(table: &TableReader<'_>, bars: &Bars<'_>) -> Option<Option<ShortRules>> {
    let entry: Option<Vec<WrittenCondition>> = table.optional("enter_short_all")?;
    let exit: Vec<WrittenCondition> = table.value("exit_short_any")?;
    let Some(entry) = entry else {
        if exit.is_empty() {
            return Some(None);
        }
        let help = "add `enter_short_all`, or remove it".to_owned();
        let label = "there is no short position to leave".to_owned();
        let message = "`exit_short_any` without `enter_short_all`".to_owned();
        table.problems.error(table.span("exit_short_any"), message, label, Some(help));
        return None;
    };
    let enter_all = condition::read_all(entry, bars, table.problems);
    let exit_any = condition::read_all(exit, bars, table.problems);
    Some(Some(ShortRules { enter_all: enter_all?, exit_any: exit_any? }))
}

/// The size of entries after the first, where there can be any.
fn added_size(table: &TableReader<'_>, max_entries: Option<u32>) -> Option<Option<Bps>> {
    let size: Option<Bps> = table.optional("add_size_pct")?;
    if size.is_some() && max_entries == Some(1) {
        let message = "`add_size_pct` without a second entry".to_owned();
        let help = "set `max_entries` to 2 or more, or remove it".to_owned();
        table.problems.error(
            table.span("add_size_pct"),
            message,
            "`max_entries` is 1".to_owned(),
            Some(help),
        );
        return None;
    }
    Some(size)
}
