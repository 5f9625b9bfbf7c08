//! Commands that look back: history, statistics, comparisons.

use serde_json::json;

use super::super::{Exit, Failure, output};
use super::args::{CompareArgs, HistoryArgs, HistoryKind, MetricsArgs};
use super::show::show_as;
use crate::report::terminal::agents::{self, ComparedAgent, HistoryTables};
use crate::store::registry::{AgentRow, HistoryFilter, Registry, Tally, VersionRow};

/// Rows of a table where nothing is said.
const SHOWN: usize = 50;

/// Lists what an agent did.
///
/// # Errors
/// Where there is no such agent or epoch.
pub fn history(args: &HistoryArgs) -> Result<Exit, Failure> {
    let registry = Registry::read_existing(&args.store.out)?;
    let agent = registry.agent(&args.agent)?;
    known_epoch(&agent, args.epoch)?;
    let filter = HistoryFilter { epoch: args.epoch, version: None };
    let title =
        args.epoch.map_or_else(|| agent.name.clone(), |epoch| format!("{}, epoch {epoch}", agent.name));
    if args.store.json {
        let all = json!({
            "agent": agent.name,
            "id": agent.id,
            "runs": registry.history(&agent.id, filter)?,
            "orders": latest(&registry.orders(&agent.id, filter)?, args.limit),
            "fills": latest(&registry.fills(&agent.id, filter)?, args.limit),
            "trades": latest(&registry.trips(&agent.id, filter)?, args.limit),
        });
        return show_as(&args.store, &all, String::new);
    }
    let style = output::style();
    let limit = args.limit.unwrap_or(SHOWN);
    let text = match args.kind {
        HistoryKind::Orders => {
            let rows = registry.orders(&agent.id, filter)?;
            agents::history(&title, HistoryTables::Orders(&rows), limit, style)
        }
        HistoryKind::Fills => {
            let rows = registry.fills(&agent.id, filter)?;
            agents::history(&title, HistoryTables::Fills(&rows), limit, style)
        }
        HistoryKind::Trades => {
            let rows = registry.trips(&agent.id, filter)?;
            agents::history(&title, HistoryTables::Trips(&rows), limit, style)
        }
    };
    let runs = registry.history(&agent.id, filter)?;
    let overlap = agents::overlap_note(&Tally::of(&runs, &[]), style);
    output::result(&(text + &overlap))?;
    Ok(Exit::Done)
}

/// The latest rows; all of them without a limit, or with one of 0.
fn latest<T>(rows: &[T], limit: Option<usize>) -> &[T] {
    match limit {
        None | Some(0) => rows,
        Some(limit) => &rows[rows.len().saturating_sub(limit)..],
    }
}

/// Shows what an agent's runs come to.
///
/// # Errors
/// Where there is no such agent, version or epoch.
pub fn metrics(args: &MetricsArgs) -> Result<Exit, Failure> {
    let registry = Registry::read_existing(&args.store.out)?;
    let meant = meant(&registry, &args.agent)?;
    known_epoch(&meant.agent, args.epoch)?;
    let epoch = if args.all { None } else { Some(args.epoch.unwrap_or(meant.agent.epoch)) };
    let filter = HistoryFilter { epoch, version: meant.version.as_ref().map(|row| row.version) };
    let runs = registry.history(&meant.agent.id, filter)?;
    let tally = Tally::of(&runs, &registry.trips(&meant.agent.id, filter)?);
    let title = match epoch {
        Some(epoch) => format!("{}, epoch {epoch}", meant.label),
        None => format!("{}, all epochs", meant.label),
    };
    show_as(&args.store, &json!({ "agent": meant.label, "runs": runs, "tally": tally }), || {
        agents::metrics(&title, &runs, &tally, output::style())
    })
}

/// Compares agents and versions.
///
/// # Errors
/// Where there is no such agent or version.
pub fn compare(args: &CompareArgs) -> Result<Exit, Failure> {
    let registry = Registry::read_existing(&args.store.out)?;
    let mut all = Vec::new();
    for text in &args.agents {
        let meant = meant(&registry, text)?;
        let epoch = (!args.all).then_some(meant.agent.epoch);
        let filter = HistoryFilter { epoch, version: meant.version.as_ref().map(|row| row.version) };
        let runs = registry.history(&meant.agent.id, filter)?;
        let tally = Tally::of(&runs, &registry.trips(&meant.agent.id, filter)?);
        let (strategy, risk) = match meant.version {
            Some(row) => (row.strategy, row.risk),
            None => (meant.agent.strategy, meant.agent.risk),
        };
        all.push(ComparedAgent { label: meant.label, strategy, risk, tally });
    }
    show_as(&args.store, &json!(all), || agents::compare(&all, output::style()))
}

/// An agent, or one version of it.
struct Meant {
    label: String,
    agent: AgentRow,
    version: Option<VersionRow>,
}

/// What `NAME` or `NAME@VERSION` means; a name that contains an `@` is tried first.
fn meant(registry: &Registry, text: &str) -> Result<Meant, Failure> {
    let (name, version) = match (registry.agent(text), text.rsplit_once('@')) {
        (Ok(agent), _) => return Ok(Meant { label: agent.name.clone(), agent, version: None }),
        (Err(_), Some((name, version))) if version.parse::<u32>().is_ok() => (name, version),
        (Err(error), _) => return Err(error.into()),
    };
    let agent = registry.agent(name)?;
    let number = version.parse::<u32>().unwrap_or_default();
    let found = registry.versions(&agent.id)?.into_iter().find(|row| row.version == number);
    let row = found.ok_or_else(|| {
        let message = format!("the agent `{}` has no version {number}", agent.name);
        Failure::plain(Exit::Usage, message, format!("its newest version is {}", agent.version))
    })?;
    Ok(Meant { label: format!("{}@{number}", agent.name), agent, version: Some(row) })
}

fn known_epoch(agent: &AgentRow, epoch: Option<u32>) -> Result<(), Failure> {
    match epoch {
        Some(epoch) if !(1..=agent.epoch).contains(&epoch) => Err(Failure::plain(
            Exit::Usage,
            format!("the agent `{}` has no epoch {epoch}", agent.name),
            format!("it is in epoch {}; epochs count from 1", agent.epoch),
        )),
        _ => Ok(()),
    }
}
