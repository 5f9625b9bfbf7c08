//! One agent's section: its statistics, its refused orders.

use serde::Serialize;

use crate::report::numbers::{count, length, ratio, signed};
use crate::report::table::{Cell, Head, Table};
use crate::store::{AgentRecord, RankingRecord, StoredRun};

/// One agent.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Agent {
    pub name: String,
    /// Its place in the scenario: picks its colour.
    pub index: usize,
    pub strategy: String,
    pub description: String,
    pub rank: u32,
    pub roi: Cell,
    pub metrics: Table,
    /// Why a metric has no value.
    pub missing: Vec<String>,
    pub refused: Table,
    pub trades: usize,
}

type Form = fn(f64) -> String;

/// Metrics in the order of the page: key, name, form. What is not here comes after them under its own key.
const METRICS: [(&str, &str, Form); 24] = [
    ("roi_pct", "total return %", signed),
    ("cagr_pct", "CAGR %", signed),
    ("sharpe_ratio", "Sharpe ratio", ratio),
    ("sortino_ratio", "Sortino ratio", ratio),
    ("calmar_ratio", "Calmar ratio", ratio),
    ("omega_ratio", "omega ratio", ratio),
    ("volatility_pct", "volatility %", ratio),
    ("max_drawdown_pct", "max drawdown %", ratio),
    ("ulcer_index_pct", "ulcer index %", ratio),
    ("var_95_pct", "value at risk 95 %", ratio),
    ("cvar_95_pct", "expected shortfall 95 %", ratio),
    ("tail_ratio", "tail ratio", ratio),
    ("skew", "skew", ratio),
    ("kurtosis", "excess kurtosis", ratio),
    ("win_rate", "win rate %", ratio),
    ("profit_factor", "profit factor", ratio),
    ("payoff_ratio", "payoff ratio", ratio),
    ("expectancy", "expectancy a trade", signed),
    ("sqn", "SQN", ratio),
    ("kelly_pct", "Kelly %", ratio),
    ("mean_trade_seconds", "mean holding time", length),
    ("exposure_pct", "exposure %", ratio),
    ("turnover", "turnover a year", ratio),
    ("total_pnl", "PnL", signed),
];

pub(super) fn agent(stored: &StoredRun, row: &RankingRecord, record: &AgentRecord) -> Agent {
    let entrants = &stored.run.agents;
    let index = entrants.iter().position(|one| one.name == row.agent).unwrap_or_default();
    let entrant = entrants.get(index);
    Agent {
        name: row.agent.clone(),
        index,
        strategy: entrant.map_or_else(String::new, |one| one.strategy.replace('_', " ")),
        description: entrant.map_or_else(String::new, |one| one.description.clone()),
        rank: row.rank,
        roi: Cell::gain(row.roi_pct, signed),
        metrics: metrics(record),
        missing: missing(record),
        refused: refused(record),
        trades: row.trades,
    }
}

/// A row a metric: its value; over several windows its mean, lowest and highest.
fn metrics(record: &AgentRecord) -> Table {
    let several = record.windows.len() > 1;
    let mut columns = vec![Head::words("metric"), Head::numbers(if several { "mean" } else { "value" })];
    if several {
        columns.extend(["lowest", "highest"].map(Head::numbers));
    }
    let others = others(record);
    let known = METRICS.iter().map(|&(key, name, form)| (key, name.to_owned(), form));
    let rows = known.chain(others.iter().map(|key| (key.as_str(), name_of(key), ratio as Form)));
    let row = |(key, name, form): (&str, String, Form)| {
        let values = || record.windows.iter().filter_map(|job| job.metrics.get(key).copied()?);
        let mut cells = vec![Cell::words(name), Cell::number(record.mean(key), form)];
        if several {
            cells.push(Cell::number(values().reduce(f64::min), form));
            cells.push(Cell::number(values().reduce(f64::max), form));
        }
        cells
    };
    Table { columns, rows: rows.filter(|(key, ..)| has(record, key)).map(row).collect() }
}

fn has(record: &AgentRecord, key: &str) -> bool {
    record.windows.iter().any(|job| job.metrics.contains_key(key))
}

/// Keys that the list above does not know, sorted.
fn others(record: &AgentRecord) -> Vec<String> {
    let known = |key: &String| METRICS.iter().any(|(known, ..)| known == key);
    let mut keys: Vec<String> =
        record.windows.iter().flat_map(|job| job.metrics.keys()).filter(|key| !known(key)).cloned().collect();
    keys.sort();
    keys.dedup();
    keys
}

/// `up_capture_pct` as `up capture %`.
fn name_of(key: &str) -> String {
    key.strip_suffix("_pct").map_or_else(|| key.to_owned(), |stem| format!("{stem} %")).replace('_', " ")
}

/// `Sharpe ratio: no dispersion in the returns`.
fn missing(record: &AgentRecord) -> Vec<String> {
    let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
    for (key, name, _) in METRICS {
        let Some(reason) = record.why_missing(key) else { continue };
        match by_reason.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => by_reason.push((reason, vec![name])),
        }
    }
    let windows = record.windows.len();
    let some = if windows > 1 { " (in at least one window)" } else { "" };
    by_reason.iter().map(|(reason, names)| format!("{}: {reason}{some}", names.join(", "))).collect()
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
        let sharpe = idle.metrics.rows.iter().find(|row| row[0].text == "Sharpe ratio").unwrap();
        assert_eq!(sharpe[1].text, "–");
        assert!(
            idle.missing.iter().any(|line| line.contains("Sharpe ratio") && line.ends_with("returns")),
            "{idle:?}"
        );
        let trend = agent(&stored, &rows[0], stored.agent("trend, fast").unwrap());
        assert_eq!(trend.metrics.rows[0][1].text, "+1.50");
        assert_eq!(trend.refused.rows[0][0].text, "ORDER_TOO_LARGE");
        assert_eq!((trend.index, trend.rank), (0, 1));
    }

    #[test]
    fn keys_that_are_not_known_are_shown_all_the_same() {
        let mut stored = fixture::stored();
        stored.agents[0].windows[0].metrics.insert("up_capture_pct".to_owned(), Some(101.5));
        let row = stored.leaderboard.rankings[0].clone();
        let shown = agent(&stored, &row, &stored.agents[0]);
        let last = shown.metrics.rows.last().unwrap();
        assert_eq!((last[0].text.as_str(), last[1].text.as_str()), ("up capture %", "101.50"));
    }
}
