//! One agent's section: its statistics, its refused orders.

use serde::Serialize;

use super::course::{self, Year};
use super::curves::are_apart;
use super::trade_groups::TradeGroups;
use crate::domain::Metric;
use crate::report::agent_metrics::{MetricRow, keys, rows};
use crate::report::names;
use crate::report::numbers::{count, money, signed};
use crate::report::settings;
use crate::report::table::{Cell, Head, Table};
use crate::report::wording;
use crate::store::{AgentRecord, EntrantRecord, RankingRecord, RunRecord, StoredRun};

/// Page of one agent.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Agent {
    pub name: String,
    /// Index in the scenario: selects its colour.
    pub index: usize,
    pub strategy: String,
    pub description: String,
    /// Parameters of the strategy, risk profile, starting balance: name and value.
    pub settings: Vec<(String, String)>,
    /// Indicators that its strategy looks at.
    pub lines: Vec<String>,
    /// Whether it ever held a short position; filled in where the curves are read.
    pub goes_short: bool,
    /// Conditions of rules, as written.
    pub rules: Vec<(String, Vec<String>)>,
    pub rank: Option<u32>,
    pub roi: Cell,
    pub metrics: Table,
    /// Why a metric has no value.
    pub missing: Vec<String>,
    pub refused: Table,
    /// Returns by month.
    pub years: Vec<Year>,
    /// Whether windows share months.
    pub months_overlap: bool,
    /// The deepest drawdowns, within windows.
    pub worst: Table,
    /// The deepest of the record of several windows.
    pub worst_note: Option<String>,
    /// Round trips by symbol, exit reason, hour and weekday; filled in where the trades are read.
    pub groups: Vec<TradeGroups>,
}

pub(super) fn agent(stored: &StoredRun, row: &RankingRecord, record: &AgentRecord) -> Agent {
    let entrants = &stored.run.agents;
    let index = entrants.iter().position(|one| one.name == row.agent).unwrap_or_default();
    let entrant = entrants.get(index);
    let apart = are_apart(&stored.run.windows);
    Agent {
        name: row.agent.clone(),
        index,
        strategy: entrant.map_or_else(String::new, |one| one.strategy.replace('_', " ")),
        description: entrant.map_or_else(String::new, |one| one.description.clone()),
        settings: entrant.map_or_else(Vec::new, |one| tested(one, &stored.run)),
        lines: entrant.map_or_else(Vec::new, |one| one.lines.clone()),
        goes_short: false,
        rules: entrant.map_or_else(Vec::new, settings::rules),
        rank: row.rank,
        roi: Cell::score(wording::shown(row, Metric::RoiPct.key()), signed).toned(),
        metrics: metrics(record),
        missing: missing(record).into_iter().chain(annualised(record)).collect(),
        refused: refused(record),
        years: course::years(record, apart),
        months_overlap: !apart,
        worst: course::worst(record, &stored.run.windows),
        worst_note: Some(row).filter(|_| record.windows.len() > 1).and_then(wording::record_drawdown),
        groups: Vec::new(),
    }
}

/// What was tested of an agent, its rules aside.
fn tested(agent: &EntrantRecord, run: &RunRecord) -> Vec<(String, String)> {
    let mut all = vec![("strategy".to_owned(), agent.strategy.clone())];
    all.extend(settings::parameters(agent, run));
    if !agent.lines.is_empty() {
        all.push(("looks at".to_owned(), agent.lines.join(", ")));
    }
    let limits = settings::profiles(run).into_iter().find(|(name, _)| *name == agent.risk);
    let limits = limits.map_or_else(String::new, |(_, limits)| format!(": {limits}"));
    all.push(("risk profile".to_owned(), format!("{}{limits}", agent.risk)));
    all.push((
        "starts with".to_owned(),
        format!("{} {}", money(&agent.starting_balance), run.market.quote_asset),
    ));
    let digests = [("version", &agent.version), ("signals", &agent.signals), ("module", &agent.module)];
    all.extend(digests.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?))));
    all
}

/// A row a metric: its value; over several windows that of the whole record, and the lowest and highest of a window.
fn metrics(record: &AgentRecord) -> Table {
    let several = record.windows.len() > 1;
    let mut columns = vec![Head::words("metric"), Head::numbers(if several { "record" } else { "value" })];
    if several {
        columns.extend(["lowest window", "highest window"].map(Head::numbers));
    }
    let row = |row: MetricRow<'_>| {
        let cell = |score| Cell::score(score, |value| names::shown(row.key, value));
        let mut cells =
            vec![Cell::words(names::title(row.key)).explained(Metric::of_key(row.key)), cell(row.record)];
        if several {
            cells.extend([cell(row.lowest), cell(row.highest)]);
        }
        cells
    };
    Table { columns, rows: rows(record).into_iter().map(row).collect() }
}

/// `Sharpe ratio: no dispersion in the returns`.
fn missing(record: &AgentRecord) -> Vec<String> {
    let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
    for key in keys(record) {
        let Some(reason) = record.why_missing(key) else { continue };
        let name = names::title(key);
        match by_reason.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => by_reason.push((reason, vec![name])),
        }
    }
    by_reason.iter().map(|(reason, names)| format!("{}: {reason}", names.join(", "))).collect()
}

/// That growth a year comes from less than a year.
fn annualised(record: &AgentRecord) -> Option<String> {
    let whole = record.record.as_ref().filter(|_| record.value("cagr_pct").is_some())?;
    wording::annualised_from(whole.days).map(|text| format!("CAGR, Calmar: {text}"))
}

fn refused(record: &AgentRecord) -> Table {
    let columns = vec![Head::words("code"), Head::numbers("orders")];
    let row = |(code, n): (&str, u64)| {
        let times = usize::try_from(n).unwrap_or(usize::MAX);
        vec![Cell::words(code), Cell::words(count(times))]
    };
    Table { columns, rows: record.refused().into_iter().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn a_metric_without_a_value_has_its_reason_and_others_their_rounding() {
        let stored = fixture::stored();
        let rows = &stored.leaderboard.rankings;
        let idle = agent(&stored, &rows[1], stored.agent("idle").unwrap());
        let sharpe = idle.metrics.rows.iter().find(|row| row[0].text == "Sharpe").unwrap();
        assert_eq!(sharpe[1].text, "–");
        assert!(
            idle.missing.iter().any(|line| line.contains("Sharpe") && line.ends_with("returns")),
            "{idle:?}"
        );
        let trend = agent(&stored, &rows[0], stored.agent("trend, fast").unwrap());
        assert_eq!(trend.metrics.rows[0][1].text, "+1.50");
        assert_eq!(trend.refused.rows[0][0].text, "ORDER_TOO_LARGE");
        assert_eq!((trend.index, trend.rank), (0, Some(1)));
    }

    #[test]
    fn keys_that_are_not_known_are_shown_all_the_same() {
        let mut stored = fixture::stored();
        stored.agents[0].windows[0].metrics.insert("luck_pct".to_owned(), Some(101.5));
        stored.agents[0].record = None;
        let row = stored.leaderboard.rankings[0].clone();
        let shown = agent(&stored, &row, &stored.agents[0]);
        let last = shown.metrics.rows.last().unwrap();
        assert_eq!((last[0].text.as_str(), last[1].text.as_str()), ("luck %", "101.50"));
    }
}
