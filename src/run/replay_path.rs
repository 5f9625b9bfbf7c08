//! How the agents of a run, or the trials of a sweep, are replayed, and why that way.

use super::Prepared;
use crate::engine::Loop;
use crate::scenario::{AgentSpec, ProcessSpec, StrategyKind, WasmSpec};
use crate::sweep;

/// How some agents, or trials of a sweep, are replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayPath {
    /// The agents by name, or how many of the trials that were looked at.
    pub entries: String,
    /// How: by which engine, or from where to where.
    pub path: &'static str,
    /// Why that way.
    pub why: String,
}

const BAR_BY_BAR: &str = "bar by bar";
const BY_EVENT: &str = "from event to event";
const ORACLE: &str = "the engine `bar-by-bar` was asked for";

/// How the trials of a sweep are replayed, by the few that were looked at.
pub(super) fn of_trials(found: &sweep::Estimate, engine: Loop) -> Vec<ReplayPath> {
    let all = found.sampled;
    if engine == Loop::BarByBar {
        return vec![ReplayPath {
            entries: "all trials".to_owned(),
            path: BAR_BY_BAR,
            why: ORACLE.to_owned(),
        }];
    }
    let entries = |count: usize| match count == all {
        true => "all trials".to_owned(),
        false => format!("{count} of {all} trials that were looked at"),
    };
    let together = all - found.alone.values().sum::<usize>();
    let batch = ReplayPath {
        entries: entries(together),
        path: "by the batch engine",
        why: "their decisions follow from the bars alone".to_owned(),
    };
    let alone = found.alone.iter().map(|(why, &count)| ReplayPath {
        entries: entries(count),
        path: BY_EVENT,
        why: why.to_string(),
    });
    (together > 0).then_some(batch).into_iter().chain(alone).collect()
}

/// How the agents of a run are replayed.
pub(super) fn of_agents(prepared: &Prepared, engine: Loop) -> Vec<ReplayPath> {
    let asked_always = |agent: &&AgentSpec| match &agent.strategy.kind {
        StrategyKind::Process(ProcessSpec { decide, .. }) | StrategyKind::Wasm(WasmSpec { decide, .. }) => {
            decide.is_none()
        }
        StrategyKind::Own { .. } => true,
        _ => false,
    };
    let agents = &prepared.scenario.agents;
    let path = |agents: Vec<&AgentSpec>, path, why: &str| {
        let names: Vec<&str> = agents.iter().map(|agent| agent.name.as_str()).collect();
        let entries = match names.as_slice() {
            [first, second, third, rest @ .., last] if !rest.is_empty() => {
                format!("{first}, {second}, {third} .. {last} ({} agents)", names.len())
            }
            _ => names.join(", "),
        };
        (!names.is_empty()).then(|| ReplayPath { entries, path, why: why.to_owned() })
    };
    if engine == Loop::BarByBar {
        return path(agents.iter().collect(), BAR_BY_BAR, ORACLE).into_iter().collect();
    }
    let (always, searched): (Vec<_>, Vec<_>) = agents.iter().partition(asked_always);
    let searched = path(searched, BY_EVENT, "they say when they may act next");
    let always = path(always, BAR_BY_BAR, "they are asked at every bar (`decide` asks them less often)");
    searched.into_iter().chain(always).collect()
}
