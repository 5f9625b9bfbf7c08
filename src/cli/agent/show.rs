//! Commands that show agents.

use serde_json::json;

use super::super::args::StoreArgs;
use super::super::{Exit, Failure, output};
use super::args::{ListArgs, OneArgs, WhoamiArgs};
use crate::report::terminal::agents::{self, Standing};
use crate::store::StoreError;
use crate::store::registry::{AgentRow, ApiKey, HistoryFilter, Registry, Tally};

/// Lists agents.
///
/// # Errors
/// Where there is no store, or it cannot be read.
pub fn list(args: &ListArgs) -> Result<Exit, Failure> {
    let all = Registry::read_existing(&args.store.out)?.agents(args.archived)?;
    show_as(&args.store, &json!(all), || agents::agents(&all, output::style()))
}

/// Shows how the active agents stand.
///
/// # Errors
/// As [`list`].
pub fn overview(args: &StoreArgs) -> Result<Exit, Failure> {
    let registry = Registry::read_existing(&args.out)?;
    let active = registry.agents(false)?;
    let all: Vec<Standing> =
        active.into_iter().map(|agent| standing(&registry, agent)).collect::<Result<_, _>>()?;
    show_as(args, &json!(all), || agents::overview(&all, output::style()))
}

/// Shows one agent.
///
/// # Errors
/// Where there is no such agent.
pub fn show(args: &OneArgs) -> Result<Exit, Failure> {
    let registry = Registry::read_existing(&args.store.out)?;
    let one = standing(&registry, registry.agent(&args.agent)?)?;
    let parent = match &one.agent.parent {
        Some(id) => Some(registry.agent(id)?.name),
        None => None,
    };
    show_as(&args.store, &json!(one), || agents::agent(&one, parent.as_deref(), output::style()))
}

/// Lists an agent's versions.
///
/// # Errors
/// Where there is no such agent.
pub fn versions(args: &OneArgs) -> Result<Exit, Failure> {
    let registry = Registry::read_existing(&args.store.out)?;
    let all = registry.versions(&registry.agent(&args.agent)?.id)?;
    show_as(&args.store, &json!(all), || agents::versions(&all, output::style()))
}

/// Says whose key it is.
///
/// # Errors
/// [`Exit::Usage`] for a text that is not a key, or a key of no agent.
pub fn whoami(args: &WhoamiArgs) -> Result<Exit, Failure> {
    let text = crate::decode::read_all(std::io::stdin()).map_err(|error| {
        Failure::plain(Exit::Usage, format!("cannot read a key from stdin: {error}"), "pipe the key in")
    })?;
    let key = ApiKey::parse(&text).ok_or_else(|| {
        Failure::plain(
            Exit::Usage,
            "this is not a key",
            "a key is `ak_live_` and 64 letters, digits, `-` or `_`",
        )
    })?;
    let agent = Registry::read_existing(&args.store.out)?.whoami(&key)?;
    let answer = json!({ "id": agent.id, "name": agent.name, "status": agent.status });
    show_as(&args.store, &answer, || format!("{} ({}, {})\n", agent.name, agent.id, agent.status.as_str()))
}

/// An agent with what its runs since the last reset come to.
pub fn standing(registry: &Registry, agent: AgentRow) -> Result<Standing, StoreError> {
    let filter = HistoryFilter { epoch: Some(agent.epoch), version: None };
    let runs = registry.history(&agent.id, filter)?;
    let tally = Tally::of(&runs, &registry.trips(&agent.id, filter)?);
    Ok(Standing { equity: agent.equity(), tally, last_run: runs.into_iter().last(), agent })
}

/// Prints as JSON where that was asked for, else as text.
pub fn show_as(
    store: &StoreArgs,
    value: &serde_json::Value,
    text: impl FnOnce() -> String,
) -> Result<Exit, Failure> {
    output::result(&if store.json { format!("{value:#}\n") } else { text() })?;
    Ok(Exit::Done)
}
