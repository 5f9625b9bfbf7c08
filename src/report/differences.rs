//! What differs between stored runs, named: the settings by path, each with the value of every run.
//!
//! Compares what `run.json` says of the runs, not their results. Paths begin as in a scenario: `costs.taker_fee_bps`;
//! those of an agent with its name: `trend.strategy.fast`.

use serde::Serialize;
use serde_json::Value;

use super::numbers::{count, range};
use super::settings;
use crate::store::sweep::StoredSweep;
use crate::store::{EntrantRecord, RunRecord, StoredRun, WindowRecord};

/// One setting that not all runs share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Path of the setting: `trend.strategy.fast`.
    pub setting: String,
    /// The value in each run, in the order of the runs; `None` where a run has no such setting.
    pub values: Vec<Option<String>>,
}

impl Difference {
    /// `20 -> 40` for two runs; for more the runs by number with each value: `1, 3: 20; 2: 40`.
    pub(super) fn told(&self, arrow: &str) -> String {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        if let [before, after] = self.values.as_slice() {
            return format!("{} {arrow} {}", shown(before), shown(after));
        }
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        for (index, value) in self.values.iter().enumerate() {
            let (text, number) = (shown(value), (index + 1).to_string());
            match groups.iter_mut().find(|(known, _)| *known == text) {
                Some((_, runs)) => runs.push(number),
                None => groups.push((text, vec![number])),
            }
        }
        let parts: Vec<String> =
            groups.into_iter().map(|(text, runs)| format!("{}: {text}", runs.join(", "))).collect();
        parts.join("; ")
    }
}

/// The settings in which the runs differ: those of the whole run, then those of each agent.
pub fn differences(runs: &[StoredRun]) -> Vec<Difference> {
    let all: Vec<Vec<(String, String)>> = runs.iter().map(of_run).collect();
    let mut found = differing(&all);
    if !found.iter().any(|one| one.setting.starts_with("windows.")) {
        found.extend(windows(runs));
    }
    found.extend(agents(runs));
    found
}

/// Paths whose values are not the same in all lists, in the order in which they appear.
fn differing(all: &[Vec<(String, String)>]) -> Vec<Difference> {
    let mut paths: Vec<&str> = Vec::new();
    for (path, _) in all.iter().flatten() {
        if !paths.contains(&path.as_str()) {
            paths.push(path);
        }
    }
    let difference = |path: &str| {
        let value = |list: &Vec<(String, String)>| {
            list.iter().find(|(known, _)| known == path).map(|(_, value)| value.clone())
        };
        let values: Vec<Option<String>> = all.iter().map(value).collect();
        let differs = values.iter().any(|value| *value != values[0]);
        differs.then(|| Difference { setting: path.to_owned(), values })
    };
    paths.into_iter().filter_map(difference).collect()
}

/// The settings of a run that are not of one agent.
fn of_run(stored: &StoredRun) -> Vec<(String, String)> {
    let (run, board) = (&stored.run, &stored.leaderboard);
    let market = &run.market;
    let mut all = vec![
        ("scenario".to_owned(), run.scenario.clone()),
        ("seed".to_owned(), run.seed.to_string()),
        ("market.symbols".to_owned(), market.symbols.join(", ")),
        ("market.quote_asset".to_owned(), market.quote_asset.clone()),
        ("market.interval".to_owned(), market.interval.clone()),
        ("market.bars".to_owned(), format!("BLAKE3 {}", market.digest.chars().take(12).collect::<String>())),
        ("market.warm_up".to_owned(), market.warm_up.clone()),
        ("market.gaps".to_owned(), market.gaps.clone()),
        ("market.delisted".to_owned(), market.delisted.clone()),
        ("market.accept".to_owned(), market.accepted.join(", ")),
    ];
    for one in &market.instruments {
        all.extend(
            one.rules.iter().map(|(key, value)| (format!("{}.{key}", one.symbol), settings::text(value))),
        );
    }
    all.extend(flat("costs", serde_json::to_value(&run.costs).unwrap_or_default()));
    let (from, to) = range(&market.start, &market.end);
    all.extend([
        ("windows.count".to_owned(), count(run.windows.len())),
        ("windows.first day".to_owned(), from),
        ("windows.last day".to_owned(), to),
        ("battle.ranking_metric".to_owned(), run.ranking_metric.clone()),
        ("battle.aggregate".to_owned(), board.aggregate.clone()),
        ("battle.min_trades".to_owned(), board.min_trades.to_string()),
        ("battle.tie_break".to_owned(), run.tie_break.join(", ")),
        ("metrics.profile".to_owned(), run.metrics_profile.clone()),
        ("metrics.risk_free_rate".to_owned(), run.risk_free_rate.to_string()),
        ("metrics.minimum_acceptable_return".to_owned(), run.minimum_acceptable_return.to_string()),
        ("report.benchmark".to_owned(), run.benchmark.clone().unwrap_or_default()),
    ]);
    if let Some(tournament) = &stored.tournament {
        all.push(("tournament.format".to_owned(), tournament.view.name().to_owned()));
        all.extend(flat("tournament", serde_json::to_value(&tournament.settings).unwrap_or_default()));
    }
    if let Ok(found) = StoredSweep::load(&stored.folder) {
        all.push(("sweep.agent".to_owned(), found.record.agent.clone()));
        all.push(("sweep.search".to_owned(), found.record.search.clone()));
        all.push(("sweep.trials".to_owned(), count(found.record.trials.tried)));
    }
    all.push(("semantics version".to_owned(), run.semantics_version.to_string()));
    all.push(("tiltyard version".to_owned(), run.tiltyard_version.clone()));
    all
}

/// The leaves of a JSON value by path.
fn flat(path: &str, value: Value) -> Vec<(String, String)> {
    match value {
        Value::Object(table) => {
            table.into_iter().flat_map(|(key, value)| flat(&format!("{path}.{key}"), value)).collect()
        }
        Value::Null => Vec::new(),
        value => vec![(path.to_owned(), settings::text(&value))],
    }
}

/// The first window that differs, where number and range of the windows agree.
fn windows(runs: &[StoredRun]) -> impl Iterator<Item = Difference> {
    let most = runs.iter().map(|run| run.run.windows.len()).max().unwrap_or_default();
    let at = |run: &StoredRun, index: usize| run.run.windows.get(index).map(span);
    let found = (0..most).find_map(|index| {
        let values: Vec<Option<String>> = runs.iter().map(|run| at(run, index)).collect();
        let differs = values.iter().any(|value| *value != values[0]);
        differs.then(|| Difference { setting: format!("window {index}"), values })
    });
    found.into_iter()
}

fn span(window: &WindowRecord) -> String {
    let (from, to) = range(&window.start, &window.end);
    format!("{from} to {to}")
}

/// Of every agent by name: what differs, or in which runs it takes part.
fn agents(runs: &[StoredRun]) -> Vec<Difference> {
    let mut names: Vec<&str> = Vec::new();
    for agent in runs.iter().flat_map(|run| &run.run.agents) {
        if !names.contains(&agent.name.as_str()) {
            names.push(&agent.name);
        }
    }
    names.into_iter().flat_map(|name| agent(name, runs)).collect()
}

fn agent(name: &str, runs: &[StoredRun]) -> Vec<Difference> {
    let entrants: Vec<Option<&EntrantRecord>> =
        runs.iter().map(|run| run.run.agents.iter().find(|agent| agent.name == name)).collect();
    if entrants.iter().any(Option::is_none) {
        let told = |(entrant, run): (&Option<&EntrantRecord>, &StoredRun)| {
            entrant.map(|entrant| settings::strategy(entrant, &run.run))
        };
        let values = entrants.iter().zip(runs).map(told).collect();
        return vec![Difference { setting: format!("agent {name}"), values }];
    }
    let lists: Vec<Vec<(String, String)>> =
        entrants.into_iter().flatten().zip(runs).map(|(entrant, run)| of_agent(entrant, &run.run)).collect();
    differing(&lists)
}

fn of_agent(agent: &EntrantRecord, run: &RunRecord) -> Vec<(String, String)> {
    let path = |key: &str| format!("{}.{key}", agent.name);
    let mut all = vec![(path("strategy.kind"), agent.strategy.clone())];
    all.extend(
        settings::parameters(agent, run)
            .into_iter()
            .map(|(key, value)| (path(&format!("strategy.{key}")), value)),
    );
    let rules = settings::rules(agent).into_iter();
    all.extend(rules.map(|(key, conditions)| (path(&format!("strategy.{key}")), conditions.join("; "))));
    let digests = [
        ("strategy.version", &agent.version),
        ("strategy.signals", &agent.signals),
        ("strategy.module", &agent.module),
    ];
    all.extend(digests.into_iter().filter_map(|(key, value)| Some((path(key), value.clone()?))));
    all.push((path("risk"), agent.risk.clone()));
    all.extend(agent.limits.iter().map(|(key, value)| (path(&format!("risk.{key}")), settings::text(value))));
    all.push((path("starting_balance"), super::numbers::money(&agent.starting_balance)));
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::fixture;

    fn told(runs: &[StoredRun]) -> Vec<String> {
        differences(runs).iter().map(|one| format!("{}: {}", one.setting, one.told("->"))).collect()
    }

    #[test]
    fn a_changed_parameter_is_named_with_both_values() {
        let first = fixture::stored();
        let mut second = first.clone();
        assert_eq!(differences(&[first.clone(), second.clone()]), []);
        second.run.agents[0].parameters.insert("fast".to_owned(), json!(40));
        let mut first = first;
        first.run.agents[0].parameters.insert("fast".to_owned(), json!(20));
        second.run.identity = "another".to_owned();
        second.run.seed = 8;
        assert_eq!(told(&[first, second]), ["seed: 7 -> 8", "trend, fast.strategy.fast: 20 -> 40"]);
    }

    #[test]
    fn an_agent_of_one_run_alone_is_one_difference() {
        let first = fixture::stored();
        let mut second = first.clone();
        second.run.agents.remove(1);
        assert_eq!(told(&[first, second]), ["agent idle: cash -> none"]);
    }

    #[test]
    fn of_more_runs_each_value_has_its_runs() {
        let first = fixture::stored();
        let mut second = first.clone();
        second.run.costs.taker_fee_bps = 2.5;
        assert_eq!(told(&[first.clone(), second, first]), ["costs.taker_fee_bps: 1, 3: 10; 2: 2.5"]);
    }
}
