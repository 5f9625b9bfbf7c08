//! Commands that make an agent or a key: the only ones that show a key, once.

use std::io;
use std::path::Path;

use super::super::diagnostics::Quoted;
use super::super::{Exit, Failure, output};
use super::args::{CloneArgs, CreateArgs, OneArgs};
use crate::domain::{AgentName, Cash, UNITS_PER_ONE};
use crate::run::{ScenarioSource, now};
use crate::scenario::{
    AgentText, NoRegistry, Problem, RiskText, agent_text, is_color, read_risk, read_strategy,
};
use crate::store::StoreError;
use crate::store::registry::{NewAgent, Registry};

/// Quote currency of an agent that is given none.
const DEFAULT_BALANCE: Cash = Cash::from_units(10_000 * UNITS_PER_ONE);

/// Registers an agent.
///
/// # Errors
/// [`Exit::Usage`] for a strategy, risk profile or name that is none.
pub fn create(args: &CreateArgs) -> Result<Exit, Failure> {
    let base = match (&args.from, &args.agent) {
        (Some(file), Some(agent)) => of_scenario(file, agent)?,
        _ => AgentText {
            name: String::new(),
            description: String::new(),
            tags: Vec::new(),
            color: None,
            starting_balance: DEFAULT_BALANCE,
            strategy: strategy(args.strategy.as_deref().unwrap_or_default())?,
            risk: RiskText::built_in("default"),
        },
    };
    let text = AgentText {
        name: args.name.clone().unwrap_or(base.name),
        description: args.description.clone().unwrap_or(base.description),
        tags: if args.tags.is_empty() { base.tags } else { tags(&args.tags) },
        color: color(args.color.as_deref())?,
        starting_balance: balance(args.starting_balance)?.unwrap_or(base.starting_balance),
        strategy: base.strategy,
        risk: match &args.risk {
            Some(text) => risk(text)?,
            None => base.risk,
        },
    };
    // Before a store comes to be where there was none.
    AgentName::new(&text.name).map_err(|error| StoreError::BadName { reason: error.to_string() })?;
    let mut registry = Registry::open(&args.store.out)?;
    let new = registry.create(&text, now())?;
    reveal_new(&mut registry, &[new], args.store.json)
}

/// Copies an agent.
///
/// # Errors
/// Where there is no such agent, or the name is taken.
pub fn duplicate(args: &CloneArgs) -> Result<Exit, Failure> {
    let mut registry = Registry::open_existing(&args.store.out)?;
    let new = registry.duplicate(&args.agent, args.name.as_deref(), now())?;
    reveal_new(&mut registry, &[new], args.store.json)
}

/// Gives an agent another key.
///
/// # Errors
/// Where there is no such agent.
pub fn regenerate_key(args: &OneArgs) -> Result<Exit, Failure> {
    let mut registry = Registry::open_existing(&args.store.out)?;
    let (new, former) = registry.regenerate_key(&args.agent)?;
    reveal(&[new], args.store.json).or_else(|error| {
        registry.restore_key(&former)?;
        Err(not_shown(&error, "the agent keeps its former key"))
    })
}

/// Prints new agents with their keys. Where that fails there are no new agents.
pub fn reveal_new(registry: &mut Registry, all: &[NewAgent], as_json: bool) -> Result<Exit, Failure> {
    reveal(all, as_json).or_else(|error| {
        all.iter().try_for_each(|new| registry.delete(&new.agent.id).map(drop))?;
        Err(not_shown(&error, "no agent was created"))
    })
}

fn not_shown(error: &io::Error, then: &str) -> Failure {
    let message = format!("the key cannot be shown, so {then}: cannot write to stdout: {error}");
    Failure::plain(
        Exit::RunFailed,
        message,
        "a key is shown once: repeat the command with a stdout that takes it",
    )
}

/// Prints agents with their keys: the keys' only appearance.
fn reveal(all: &[NewAgent], as_json: bool) -> io::Result<Exit> {
    let mut text = String::new();
    if as_json {
        let one = |new: &NewAgent| {
            serde_json::json!({
                "id": new.agent.id,
                "name": new.agent.name,
                "version": new.agent.version,
                "api_key": new.key.reveal(),
            })
        };
        let value = match all {
            [new] => one(new),
            _ => all.iter().map(one).collect(),
        };
        text = format!("{value:#}\n");
    } else {
        for new in all {
            let agent = &new.agent;
            text.push_str(&format!(
                "agent  {}\nid     {}\nkey    {}\n",
                agent.name,
                agent.id,
                new.key.reveal()
            ));
        }
    }
    output::once(&text)?;
    output::say("the key is shown only now: the store keeps only its hash");
    Ok(Exit::Done)
}

/// An agent of a scenario.
fn of_scenario(file: &Path, name: &str) -> Result<AgentText, Failure> {
    let read = ScenarioSource::read(file, &NoRegistry)?;
    agent_text(&read.text, &read.scenario, name).ok_or_else(|| {
        let known: Vec<_> = read.scenario.agents.iter().map(|agent| agent.name.as_str()).collect();
        let message = format!("`{}` has no agent `{name}`", file.display());
        Failure::plain(Exit::Usage, message, format!("its agents are {}", known.join(", ")))
    })
}

/// A strategy as typed, checked.
pub fn strategy(text: &str) -> Result<String, Failure> {
    read_strategy(text).map_err(|problems| refused("--strategy", text, problems))
}

/// A built-in profile by name, or the one of a file.
pub fn risk(text: &str) -> Result<RiskText, Failure> {
    if ["default", "unlimited"].contains(&text) {
        return Ok(RiskText::built_in(text));
    }
    let source = crate::decode::read_text(Path::new(text)).map_err(|error| {
        let help = "give `default`, `unlimited`, or a TOML file with one `[risk.NAME]` table";
        Failure::plain(Exit::Usage, format!("`{text}` is not a risk profile: {error}"), help)
    })?;
    read_risk(&source).map_err(|problems| refused(text, &source, problems))
}

/// Labels without blanks around them, each once.
pub fn tags(given: &[String]) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in given.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
        if !tags.iter().any(|other| other == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

/// Checks a colour (`#rrggbb`).
pub fn color(given: Option<&str>) -> Result<Option<String>, Failure> {
    match given {
        Some(text) if !is_color(text) => Err(Failure::plain(
            Exit::Usage,
            format!("`{text}` is not a colour"),
            "write it as `#rrggbb`, such as `#3366cc`",
        )),
        other => Ok(other.map(str::to_owned)),
    }
}

/// A starting balance, more than nothing.
pub fn balance(given: Option<Cash>) -> Result<Option<Cash>, Failure> {
    match given {
        Some(amount) if !amount.is_positive() => Err(Failure::plain(
            Exit::Usage,
            format!("a starting balance of {amount} is not possible"),
            "give an amount above 0",
        )),
        other => Ok(other),
    }
}

/// What is wrong with a text, underlined in it.
pub fn refused(title: &str, text: &str, problems: Vec<Problem>) -> Failure {
    let quoted = Quoted::new(Path::new(title), text);
    Failure::new(Exit::Usage, quoted.underlined_all(problems))
}
