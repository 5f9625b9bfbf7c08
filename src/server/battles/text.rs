//! The scenario of a battle: that of a file with an account's agents, read as the account may see the registry.

use std::path::Path;

use super::super::problem::Problem;
use crate::run::ScenarioSource;
use crate::scenario::{
    Edited, Registry as Lookup, RegistryEntry, StrategyKind, Transport, Unregistered, edit,
};
use crate::store::registry::{Registry, StoredAgents};

/// Tables of a scenario that a rematch may change: nothing in them names a file.
const OPEN: [&str; 3] = ["battle.", "metrics.", "venue."];

/// The registry as an account sees it: its own agents alone.
struct Own<'a> {
    out: &'a Path,
    account: &'a str,
}

impl Lookup for Own<'_> {
    fn find(&self, name: &str, version: Option<u32>) -> Result<RegistryEntry, Unregistered> {
        let unreadable =
            |error: crate::store::StoreError| Unregistered::Unreadable { reason: error.to_string() };
        let unknown = || Unregistered::Unknown { known: Vec::new() };
        let entry = StoredAgents::of(self.out).find(name, version).map_err(|error| match error {
            Unregistered::Unknown { .. } => unknown(),
            other => other,
        })?;
        let registry = Registry::read_existing(self.out).map_err(unreadable)?;
        match registry.owned_agent(self.account, &entry.id).map_err(unreadable)? {
            Some(_) => Ok(entry),
            None => Err(unknown()),
        }
    }
}

/// A scenario that an account may run.
///
/// # Errors
/// 422 for one that is none, or has agents that answer over HTTP.
pub fn checked(out: &Path, account: &str, text: String, base_dir: &Path) -> Result<ScenarioSource, Problem> {
    let source = ScenarioSource::parse("battle".as_ref(), text.clone(), base_dir, &Own { out, account })
        .map_err(|error| Problem::of_run(&error, &text))?;
    let over_http = source.scenario.agents.iter().find(|agent| match &agent.strategy.kind {
        StrategyKind::Process(spec) => spec.transport == Transport::Http,
        _ => false,
    });
    match over_http {
        Some(agent) => Err(Problem::invalid(format!("`{}` answers over HTTP, in sessions only", agent.name))
            .help("leave it out, or give it another strategy")),
        None if source.scenario.sweep.is_some() => {
            Err(Problem::invalid("a battle has no `[sweep]`").help("run it with `tiltyard run`"))
        }
        None => Ok(source),
    }
}

/// The text with agents of the registry beside its own.
///
/// # Errors
/// 422 for a text that is no TOML.
pub fn joined(text: &str, joining: &[String]) -> Result<String, Problem> {
    if joining.is_empty() {
        return Ok(text.to_owned());
    }
    let table: toml::Table = text.parse().map_err(|_| Problem::invalid("the scenario is no TOML"))?;
    let agents = table.get("agents").and_then(toml::Value::as_array);
    let name = |agent: &toml::Value| {
        let name = agent.get("name").or_else(|| agent.get("registered"))?;
        name.as_str().map(str::to_owned)
    };
    let mut all: Vec<String> = agents.into_iter().flatten().filter_map(name).collect();
    all.extend(joining.iter().cloned());
    edit(text, &Edited { agents: Some(&all), ..Edited::default() })
        .map_err(|error| Problem::invalid(error.to_string()))
}

/// Refuses settings that could name a file or a program.
///
/// # Errors
/// 422.
pub fn check_settings<'a>(mut paths: impl Iterator<Item = &'a String>) -> Result<(), Problem> {
    let is_open = |path: &str| path == "scenario.seed" || OPEN.iter().any(|table| path.starts_with(table));
    match paths.find(|path| !is_open(path)) {
        Some(path) => Err(Problem::invalid(format!("`{path}` cannot be changed here"))
            .help("settings of `battle`, `metrics` and `venue`, and `scenario.seed`, can")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_join_those_of_the_scenario() {
        let text = "[[agents]]\nname = \"one\"\nstrategy = { kind = \"cash\" }\n";
        let table: toml::Table = joined(text, &["two".to_owned()]).unwrap().parse().unwrap();
        let agents = table["agents"].as_array().unwrap();
        assert_eq!(agents[0]["name"].as_str(), Some("one"));
        assert_eq!(agents[1]["registered"].as_str(), Some("two"));
    }

    #[test]
    fn a_rematch_changes_no_file_and_no_program() {
        let check = |path: &str| check_settings([path.to_owned()].iter());
        for path in ["battle.ranking_metric", "metrics.risk_free_rate", "venue.slippage.bps", "scenario.seed"]
        {
            assert!(check(path).is_ok(), "{path}");
        }
        for path in [
            "market.path",
            "agents.one.strategy.command",
            "context",
            "scenario.name",
            "",
            "battle",
            "report.formats",
        ] {
            assert_eq!(check(path).unwrap_err().status, 422, "{path}");
        }
    }
}
