//! Commands that change an agent.

use serde_json::json;

use super::super::args::StoreArgs;
use super::super::{Exit, Failure, output};
use super::args::{DeleteArgs, OneArgs, ResetArgs, UpdateArgs};
use super::create::{balance, color, risk, strategy, tags};
use super::show::show_as;
use crate::run::now;
use crate::store::registry::{AgentRow, AgentStatus, Change, Registry};

/// Makes a new version.
///
/// # Errors
/// [`Exit::Usage`] where nothing is to be changed, or a value is none.
pub fn update(args: &UpdateArgs) -> Result<Exit, Failure> {
    let change = Change {
        name: args.name.clone(),
        description: args.description.clone(),
        tags: (args.no_tags || !args.tags.is_empty()).then(|| tags(&args.tags)),
        color: color(args.color.as_deref())?,
        strategy: args.strategy.as_deref().map(strategy).transpose()?,
        risk: args.risk.as_deref().map(risk).transpose()?,
    };
    let nothing = change.name.is_none()
        && change.description.is_none()
        && change.tags.is_none()
        && change.color.is_none()
        && change.strategy.is_none()
        && change.risk.is_none();
    if nothing {
        return Err(Failure::plain(
            Exit::Usage,
            "no change was given",
            "give --name, --description, --tag, --color, --strategy or --risk",
        ));
    }
    let mut registry = Registry::open_existing(&args.store.out)?;
    match registry.update(&args.agent, &change, now())? {
        Some(agent) => done(&args.store, &agent, &format!("{} is now version {}", agent.name, agent.version)),
        None => {
            let agent = registry.agent(&args.agent)?;
            let line = format!("{} is so already: version {} stays", agent.name, agent.version);
            done(&args.store, &agent, &line)
        }
    }
}

/// Begins a new epoch.
///
/// # Errors
/// Where there is no such agent, or a run is using its wallet.
pub fn reset(args: &ResetArgs) -> Result<Exit, Failure> {
    let start = balance(args.starting_balance)?;
    let agent = Registry::open_existing(&args.store.out)?.reset(&args.agent, start, now())?;
    let line = format!(
        "{} is in epoch {}, with {:.2} in its wallet; its earlier history is kept under epoch {}",
        agent.name,
        agent.epoch,
        agent.wallet.cash,
        agent.epoch - 1
    );
    done(&args.store, &agent, &line)
}

/// Puts an agent away.
///
/// # Errors
/// Where there is no such agent.
pub fn archive(args: &OneArgs) -> Result<Exit, Failure> {
    set(args, AgentStatus::Archived, "archived")
}

/// Takes an agent back.
///
/// # Errors
/// Where there is no such agent, or another one bears its name by now.
pub fn unarchive(args: &OneArgs) -> Result<Exit, Failure> {
    set(args, AgentStatus::Active, "active again")
}

fn set(args: &OneArgs, status: AgentStatus, word: &str) -> Result<Exit, Failure> {
    let agent = Registry::open_existing(&args.store.out)?.set_status(&args.agent, status)?;
    done(&args.store, &agent, &format!("{} is {word} ({})", agent.name, agent.id))
}

/// Deletes an agent for good.
///
/// # Errors
/// [`Exit::Usage`] without `--yes`; [`Exit::RunFailed`] while a run uses it.
pub fn delete(args: &DeleteArgs) -> Result<Exit, Failure> {
    let mut registry = Registry::open_existing(&args.store.out)?;
    let agent = registry.agent(&args.agent)?;
    if !args.yes {
        return Err(Failure::plain(
            Exit::Usage,
            format!("deleting `{}` removes its versions, wallet and history", agent.name),
            "confirm with --yes, or hide it with `tiltyard agent archive`",
        ));
    }
    let agent = registry.delete(&agent.id)?;
    done(&args.store, &agent, &format!("{} is deleted ({})", agent.name, agent.id))
}

/// Reports the change; as JSON, the agent after it.
fn done(store: &StoreArgs, agent: &AgentRow, line: &str) -> Result<Exit, Failure> {
    if store.json {
        return show_as(store, &json!(agent), String::new);
    }
    output::result(&format!("{line}\n"))?;
    Ok(Exit::Done)
}
