//! The begin of a session: from what a client asks for to the files of a session.

use serde_json::json;

use super::super::agents::other_request;
use super::super::bodies::{DecideBody, NewSessionBody};
use super::super::call::Call;
use super::super::problem::Problem;
use super::super::scenarios::{FoundScenario, named, of_market};
use super::super::strategy::{OVER_HTTP, is_over_http, to_json};
use super::files::{SessionAgentFile, SessionFile, new_id};
use crate::domain::Timestamp;
use crate::run::{ScenarioSource, now};
use crate::scenario::{SessionAgent, session_text};
use crate::store::registry::{AgentRow, AgentStatus};

/// Milliseconds for a decision, where neither the client nor the agent's strategy says, and the most there can be: a day.
const DECISION_MS: u32 = 86_400_000;

/// Makes the files of a session; those of the same request where it was carried out before, and whether it was.
///
/// # Errors
/// 404 for a scenario that there is not, 409 for an archived agent, 422 for a session that cannot be played.
pub fn make(call: &Call) -> Result<(SessionFile, bool), Problem> {
    let body: NewSessionBody = call.message()?;
    let agent = call.agent()?;
    let request = call.request_key("session");
    let digest =
        request.as_ref().map(|request| blake3::Hash::from_bytes(request.digest).to_hex().to_string());
    let id = new_id(&agent.id, request.as_ref().map(|request| request.name.as_str()));
    let folder = call.state.sessions.folder(&agent.id, &id)?;
    let before = || match folder.read().map_err(Problem::failed)? {
        Some(file) if file.digest == digest => Ok(Some((file, true))),
        Some(_) => Err(other_request()),
        None => Ok(None),
    };
    if let Some(found) = before()? {
        return Ok(found);
    }
    if agent.status == AgentStatus::Archived {
        return Err(Problem::conflict("an archived agent plays no sessions").help("unarchive it"));
    }
    let found = scenario(call, &body)?;
    let windows = call.state.windows(&found).map_err(|error| Problem::of_run(&error, &found.text))?;
    let index = body.window.unwrap_or(0) as usize;
    let Some(&(start, end)) = windows.get(index) else {
        let last = windows.len().saturating_sub(1);
        return Err(Problem::invalid(format!("there is no window {index}"))
            .help(format!("the windows are 0 to {last}")));
    };
    let range = (windows.len() > 1).then_some((start, end));
    let text = text(&found, agent, &body, range)?;
    let file = SessionFile {
        format: 1,
        id,
        scenario: body.scenario.clone(),
        base_dir: found.base_dir,
        start,
        end,
        created_at: now(),
        digest: digest.clone(),
        agent: SessionAgentFile::from(agent),
    };
    ScenarioSource::parse("session".as_ref(), text.clone(), &file.base_dir, &file.agent)
        .map_err(|error| Problem::of_run(&error, &text))?;
    if folder.create(&file, &text).map_err(Problem::failed)? {
        return Ok((file, false));
    }
    before()?.ok_or_else(|| Problem::unavailable("the session is being removed"))
}

fn scenario(call: &Call, body: &NewSessionBody) -> Result<FoundScenario, Problem> {
    let options = &call.state.options;
    match (&body.scenario, &body.market) {
        (Some(name), None) => named(&options.scenarios, name),
        (None, Some(market)) => of_market(&options.data, market),
        _ => Err(Problem::invalid("a session needs either a `scenario` or a `market`")),
    }
}

/// The scenario's text with the agent alone.
fn text(
    found: &FoundScenario,
    agent: &AgentRow,
    body: &NewSessionBody,
    range: Option<(Timestamp, Timestamp)>,
) -> Result<String, Problem> {
    let strategy = strategy(agent, body)?;
    let agent = SessionAgent { name: &agent.name, strategy: &strategy, version: Some(agent.version) };
    session_text(&found.text, &agent, range).map_err(|error| Problem::invalid(error.to_string()))
}

/// The agent's strategy over HTTP, with what the client asks for.
fn strategy(agent: &AgentRow, body: &NewSessionBody) -> Result<String, Problem> {
    let own = if is_over_http(&agent.strategy) { agent.strategy.as_str() } else { OVER_HTTP };
    let mut keys = to_json(own);
    if let Some(decide) = &body.decide {
        keys.insert("decide".to_owned(), decide_keys(decide));
    }
    match body.decision_ms {
        Some(0) => return Err(Problem::invalid("`decision_ms` is at least 1")),
        Some(time) if time > DECISION_MS => {
            return Err(Problem::invalid(format!("`decision_ms` is at most {DECISION_MS}, a day")));
        }
        Some(time) => drop(keys.insert("decision_ms".to_owned(), json!(time))),
        None => drop(keys.entry("decision_ms").or_insert(json!(DECISION_MS))),
    }
    // Nobody starts a program: `ready` may come as late as a decision.
    let patience = keys.get("decision_ms").cloned().unwrap_or(json!(DECISION_MS));
    keys.entry("handshake_ms").or_insert(patience);
    super::super::strategy::to_text(&super::super::bodies::StrategyBody(keys))
}

fn decide_keys(decide: &DecideBody) -> serde_json::Value {
    let mut keys = serde_json::Map::new();
    if let Some(every) = &decide.every {
        keys.insert("every".to_owned(), json!(every));
    }
    if let Some(on) = &decide.on {
        keys.insert("on".to_owned(), json!(on));
    }
    keys.insert("on_fill".to_owned(), json!(decide.on_fill));
    keys.into()
}
