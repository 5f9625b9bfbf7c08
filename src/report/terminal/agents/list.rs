//! The list of agents, and how each stands.

use super::super::Style;
use super::super::grid::{Column, draw};
use super::super::header::paragraph;
use super::tally::{overlap, pnl};
use crate::domain::{Metric, Timestamp};
use crate::report::numbers::{cash, count, instant};
use crate::report::wording::{head, tally_value};
use crate::store::registry::{AgentRow, AgentStatus, HistoryRun, Tally};

/// An agent with what its runs since the last reset come to.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Standing {
    /// Registered agent concerned.
    pub agent: AgentRow,
    /// What its wallet is worth.
    pub equity: crate::domain::Cash,
    /// Over the runs since the last reset.
    pub tally: Tally,
    /// The latest of them.
    pub last_run: Option<HistoryRun>,
}

/// All agents as a table, in the given order.
pub fn agents(all: &[AgentRow], style: Style) -> String {
    if all.is_empty() {
        return "no agents yet\n".to_owned();
    }
    let text = |make: fn(&AgentRow) -> String| all.iter().map(make);
    let mut columns = vec![
        Column::words("agent", 0, text(|agent| agent.name.clone())),
        Column::words("id", 1, text(|agent| agent.id.clone())),
        Column::numbers("version", 3, text(|agent| agent.version.to_string())),
        Column::numbers("epoch", 6, text(|agent| agent.epoch.to_string())),
        Column::words("strategy", 2, text(|agent| kind(&agent.strategy))),
        Column::words("risk", 5, text(|agent| agent.risk.clone())),
        Column::words("tags", 7, text(|agent| agent.tags.join(", "))),
        Column::words("key", 4, text(|agent| format!("{}..", agent.key_prefix))),
        Column::words("created (UTC)", 8, text(|agent| instant(agent.created_at, false))),
    ];
    if all.iter().any(|agent| agent.status == AgentStatus::Archived) {
        columns.push(Column::words("status", 0, text(|agent| agent.status.as_str().to_owned())));
    }
    draw(columns, style).text
}

/// The kind that a strategy's text names.
pub(super) fn kind(strategy: &str) -> String {
    let table = format!("strategy = {strategy}").parse::<toml::Table>().ok();
    let kind = table.as_ref().and_then(|table| table.get("strategy")?.get("kind")?.as_str());
    kind.unwrap_or("?").to_owned()
}

/// How the agents stand, in the given order.
pub fn overview(all: &[Standing], style: Style) -> String {
    if all.is_empty() {
        return "no agents yet\n".to_owned();
    }
    let none = || style.none().to_owned();
    let text = |make: fn(&Standing) -> String| all.iter().map(make);
    let number = |metric: Metric| {
        Column::metric(metric, 0, style, all.iter().map(|one| tally_value(&one.tally, metric.key())))
    };
    let last = |make: fn(&HistoryRun) -> String| {
        all.iter().map(move |one| one.last_run.as_ref().map_or_else(none, make))
    };
    let ran = |one: &Standing| one.tally.runs > 0;
    let pnl = all.iter().map(|one| if ran(one) { pnl(&one.tally, style) } else { none() });
    let columns = vec![
        Column::words("agent", 0, text(|one| one.agent.name.clone())),
        Column::numbers("version", 8, text(|one| one.agent.version.to_string())),
        Column::numbers("equity", 1, text(|one| cash(one.equity))),
        Column::numbers("runs", 4, text(|one| count(one.tally.runs))),
        Column::gains(Metric::TotalPnl.head(), 2, pnl),
        number(Metric::RoiPct),
        number(Metric::SharpeRatio),
        Column::numbers("trades", 3, text(|one| count(one.tally.trades))),
        Column::words("last run", 0, last(|run| format!("{} {}", run.scenario, run.run_id))),
        Column::words("ended (UTC)", 6, last(|run| ended(run.recorded_at))),
        Column::words("rank", 5, last(|run| format!("{} of {}", run.rank, run.entrants))),
    ];
    let note = "equity is that of the wallet, which only runs with wallet = \"existing\" change; PnL, ROI and Sharpe are over \
                all runs since the last reset, with their windows chained in order of time";
    let reasons: String = all.iter().map(|one| reasons(&one.agent.name, &one.tally, style)).collect();
    format!("{}\n{}{reasons}", draw(columns, style).text, paragraph(note, style))
}

/// Why the ROI and the Sharpe ratio of an agent that has run are no numbers, and that its runs share bars.
fn reasons(name: &str, tally: &Tally, style: Style) -> String {
    if tally.runs == 0 {
        return String::new();
    }
    let shown = [Metric::RoiPct.key(), Metric::SharpeRatio.key()];
    let missing = tally
        .missing
        .iter()
        .filter(|(metric, _)| shown.contains(metric))
        .map(|(metric, why)| format!("{} {} of {name}: {why}", style.none(), head(metric)));
    let lines = missing.chain(overlap(tally).map(|text| format!("{name}: {text}")));
    lines.map(|line| paragraph(&line, style)).collect()
}

fn ended(at: Timestamp) -> String {
    instant(at, false)
}
