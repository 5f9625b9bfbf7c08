//! The parameters of a `rules` strategy.

use super::agent_context::AgentContext;
use super::condition::{self, WrittenCondition};
use super::table::TableReader;
use crate::domain::{Interval, Zone};
use crate::scenario::RuleSet;

/// Parses the rules; `None` if a problem was reported.
pub(super) fn read(
    table: &TableReader<'_>,
    timeframe: Option<Interval>,
    context: &AgentContext<'_>,
) -> Option<RuleSet> {
    let zone: Option<Zone> = table.value("zone");
    let zone_is_known = zone.map(drop);
    let bars = condition::Bars {
        zone: zone.unwrap_or_default(),
        position: true,
        ..condition::Bars::of(timeframe, context)
    };
    let conditions = |key| {
        let written: Vec<WrittenCondition> = table.value(key)?;
        condition::read_all(written, &bars, table.problems)
    };
    let enter_all = conditions("enter_all");
    let exit_any = conditions("exit_any");
    let stop_loss = table.optional("stop_loss_pct");
    let take_profit = table.optional("take_profit_pct");
    let trailing_stop = table.optional("trailing_stop_pct");
    let max_hold_bars = table.optional("max_hold_bars");
    let max_positions = table.optional("max_positions");
    zone_is_known?;
    Some(RuleSet {
        enter_all: enter_all?,
        exit_any: exit_any?,
        stop_loss: stop_loss?,
        take_profit: take_profit?,
        trailing_stop: trailing_stop?,
        max_hold_bars: max_hold_bars?,
        max_positions: max_positions?,
    })
}
