//! Agents out of the registry and into another one, as TOML.

use super::super::{Exit, Failure, output};
use super::args::{ExportArgs, ImportArgs};
use super::create::{refused, reveal_new};
use crate::run::now;
use crate::scenario::{AgentText, read_roster, write_roster};
use crate::store::registry::Registry;

/// Writes agents to stdout.
///
/// # Errors
/// Where there is no such agent, or there are none.
pub fn export(args: &ExportArgs) -> Result<Exit, Failure> {
    let registry = Registry::read_existing(&args.out)?;
    let agents: Vec<AgentText> = if args.agents.is_empty() {
        registry.agents(false)?.iter().map(|agent| agent.text()).collect()
    } else {
        let found = args.agents.iter().map(|name| registry.agent(name).map(|agent| agent.text()));
        found.collect::<Result<_, _>>()?
    };
    if agents.is_empty() {
        let help = "`tiltyard agent create` registers one";
        return Err(Failure::plain(Exit::Usage, "there are no active agents to export", help));
    }
    output::result(&write_roster(&agents))?;
    Ok(Exit::Done)
}

/// Registers the agents of a file.
///
/// # Errors
/// [`Exit::Usage`] with everything that is wrong with the file; nothing is registered then.
pub fn import(args: &ImportArgs) -> Result<Exit, Failure> {
    let shown = args.file.display().to_string();
    let source = crate::decode::read_text(&args.file).map_err(|error| {
        let help = "give a TOML file in the format of `tiltyard agent export`";
        Failure::plain(Exit::Usage, format!("cannot read `{shown}`: {error}"), help)
    })?;
    let agents = read_roster(&source).map_err(|problems| refused(&shown, &source, problems))?;
    let mut registry = Registry::open(&args.store.out)?;
    let new = registry.import(&agents, now())?;
    reveal_new(&mut registry, &new, args.store.json)
}
