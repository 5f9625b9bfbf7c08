//! `[battle] repeats`: agents whose answers differ from one run to the next, entered several times.

use super::table::TableReader;
use crate::domain::AgentName;
use crate::scenario::problem::Problems;
use crate::scenario::{AgentSpec, StrategyKind};

/// Each agent that is a program or a module as `repeats` agents of the same settings, `NAME.1` first; the others as
/// they are.
pub(super) fn entered(
    agents: Vec<AgentSpec>,
    repeats: u32,
    tables: &[TableReader<'_>],
    problems: &Problems<'_>,
) -> Option<Vec<AgentSpec>> {
    if repeats == 1 {
        return Some(agents);
    }
    let mut entered = Vec::with_capacity(agents.len());
    let mut complete = true;
    for agent in agents {
        if !is_repeated(&agent.strategy.kind) {
            entered.push(agent);
            continue;
        }
        let span = tables.get(agent.table).map(|table| table.span("name")).unwrap_or_default();
        if agent.registered.is_some() {
            let help = "enter it with a `strategy` of its own, or leave out `repeats`".to_owned();
            let message = format!(
                "`repeats` = {repeats} would continue the wallet of `{}` {repeats} times",
                agent.name
            );
            problems.error(span, message, "an agent of the registry".to_owned(), Some(help));
            complete = false;
            continue;
        }
        for number in 1..=repeats {
            match AgentName::new(&format!("{}.{number}", agent.name)) {
                Ok(name) => {
                    entered.push(AgentSpec { name, repeat_of: Some(agent.name.clone()), ..agent.clone() });
                }
                Err(error) => {
                    let help = Some("shorten the agent's name".to_owned());
                    problems.error(
                        span.clone(),
                        error.to_string(),
                        "repeated under this name".to_owned(),
                        help,
                    );
                    complete = false;
                    break;
                }
            }
        }
    }
    for agent in &entered {
        if let Some(other) = entered.iter().find(|other| is_taken(agent, other)) {
            let span = tables.get(other.table).map(|table| table.span("name")).unwrap_or_default();
            let message = format!("`{}` is also the name of a repeat of `{}`", other.name, agent_of(agent));
            let help = Some("give the agent another name".to_owned());
            problems.error(span, message, "two agents of one name".to_owned(), help);
            complete = false;
        }
    }
    complete.then_some(entered)
}

/// The names of the agents, where any of them is repeated.
pub(super) fn names_if_any(entered: &[AgentSpec]) -> Option<Vec<&str>> {
    let any = entered.iter().any(|agent| agent.repeat_of.is_some());
    any.then(|| entered.iter().map(|agent| agent.name.as_str()).collect())
}

/// Whether another agent has the name of a repeat.
fn is_taken(repeat: &AgentSpec, other: &AgentSpec) -> bool {
    let same = repeat.name.as_str().to_lowercase() == other.name.as_str().to_lowercase();
    same && repeat.repeat_of.is_some() && repeat.table != other.table
}

fn agent_of(agent: &AgentSpec) -> &AgentName {
    agent.repeat_of.as_ref().unwrap_or(&agent.name)
}

/// Whether an agent's results depend on more than its settings and the market.
const fn is_repeated(kind: &StrategyKind) -> bool {
    matches!(kind, StrategyKind::Process(_) | StrategyKind::Recorded(_) | StrategyKind::Wasm(_))
}
