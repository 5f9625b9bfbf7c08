//! The parameters of a `rules` strategy.

use super::agent_context::AgentContext;
use super::condition::{self, Bars, WrittenCondition};
use super::distance::level;
use super::entry;
use super::table::TableReader;
use crate::domain::{Bps, Interval, Zone};
use crate::scenario::{Condition, PartialExit, RuleSet};

/// Parses the rules; `None` if a problem was reported.
pub(super) fn read(
    table: &TableReader<'_>,
    timeframe: Option<Interval>,
    context: &AgentContext<'_>,
) -> Option<RuleSet> {
    let zone: Option<Zone> = table.value("zone");
    let zone_is_known = zone.map(drop);
    let bars = Bars { zone: zone.unwrap_or_default(), position: true, ..Bars::of(timeframe, context) };
    let written = |key| table.value::<Vec<WrittenCondition>>(key);
    let enter_all =
        written("enter_all").and_then(|written| condition::read_all(written, &bars, table.problems));
    let exits = written("exit_any").and_then(|written| exits(written, &bars, table));
    let stop_loss = level(table, ["stop_loss_pct", "stop_loss"], &bars);
    let take_profit = level(table, ["take_profit_pct", "take_profit"], &bars);
    let trailing_stop = level(table, ["trailing_stop_pct", "trailing_stop"], &bars);
    let max_hold_bars = table.optional("max_hold_bars");
    let max_positions = table.optional("max_positions");
    let entry = entry::read(table, &bars);
    let max_entries = table.value("max_entries");
    let add_size = added_size(table, max_entries);
    zone_is_known?;
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
