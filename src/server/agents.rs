//! `/agents`: an account's agents from their making to their end.

use super::agent_view::{AgentPage, AgentView, OverviewPage, StandingView};
use super::bodies::{ChangeAgentBody, CloneBody, NewAgentBody, ResetBody};
use super::call::{Answer, Call, Outcome, Payload};
use super::problem::Problem;
use super::strategy::{OVER_HTTP, risk_text, to_text};
use super::{sessions, skill};
use crate::domain::{Cash, UNITS_PER_ONE};
use crate::run::now;
use crate::scenario::{AgentText, RiskText};
use crate::store::registry::{AgentRow, AgentStatus, Change, Created, HistoryFilter, Tally};

/// Quote currency of an agent that is given none.
const DEFAULT_BALANCE: Cash = Cash::from_units(10_000 * UNITS_PER_ONE);
/// The first agent of a page comes after this id.
const FIRST: &str = "";

/// Makes an agent.
pub fn create(call: &Call) -> Outcome {
    let body: NewAgentBody = call.message()?;
    let text = AgentText {
        name: body.name,
        description: description(body.description)?.unwrap_or_default(),
        tags: tags(body.tags)?.unwrap_or_default(),
        color: None,
        starting_balance: balance(body.starting_balance)?.unwrap_or(DEFAULT_BALANCE),
        strategy: body.strategy.as_ref().map_or_else(|| Ok(OVER_HTTP.to_owned()), to_text)?,
        risk: body.risk_config.as_ref().map_or_else(|| Ok(RiskText::built_in("default")), risk_text)?,
    };
    let request = call.request_key("create");
    let account = &call.account()?.id;
    made(call.state.change().create_owned(account, &text, request.as_ref(), now())?)
}

/// Copies an agent.
pub fn duplicate(call: &Call) -> Outcome {
    let body: CloneBody = if call.body.is_empty() { CloneBody::default() } else { call.message()? };
    let agent = own(call)?;
    let request = call.request_key("clone");
    let account = &call.account()?.id;
    let mut registry = call.state.change();
    made(registry.duplicate_owned(account, &agent, body.name.as_deref(), request.as_ref(), now())?)
}

fn made(created: Created) -> Outcome {
    match created {
        Created::New(new) => {
            let view = AgentView { api_key: Some(new.key.reveal().to_owned()), ..AgentView::of(&new.agent) };
            Ok(Answer::json(201, &view)?.with("location", format!("/api/v1/agents/{}", new.agent.id)))
        }
        Created::Before(agent) => {
            Ok(Answer::json(201, &AgentView::of(&agent))?.with("idempotency-replayed", "true"))
        }
        Created::OtherRequest => Err(other_request()),
    }
}

/// A key of a request that was used for another one.
pub fn other_request() -> Problem {
    Problem::invalid("this `Idempotency-Key` was used for another request")
        .help("draw a key for each request")
}

/// A page of the account's agents.
pub fn list(call: &Call) -> Outcome {
    let (agents, next_cursor) = page(call)?;
    Answer::json(200, &AgentPage { items: agents.iter().map(AgentView::of).collect(), next_cursor })
}

/// How they stand.
pub fn overview(call: &Call) -> Outcome {
    let (agents, next_cursor) = page(call)?;
    let registry = call.state.look();
    let standing = |agent: &AgentRow| {
        let filter = HistoryFilter { epoch: Some(agent.epoch), version: None };
        let runs = registry.history(&agent.id, filter)?;
        let tally = Tally::of(&runs, &registry.trips(&agent.id, filter)?);
        Ok(StandingView {
            id: agent.id.clone(),
            name: agent.name.clone(),
            status: agent.status.as_str().to_owned(),
            equity: agent.equity().to_string(),
            total_pnl: tally.total_pnl.to_string(),
            runs: tally.runs,
            trades: tally.trades,
        })
    };
    let items = agents.iter().map(standing).collect::<Result<_, Problem>>()?;
    Answer::json(200, &OverviewPage { items, next_cursor })
}

fn page(call: &Call) -> Result<(Vec<AgentRow>, Option<String>), Problem> {
    let (limit, cursor) = call.page()?;
    if cursor == Some("") {
        return Err(Problem::malformed("this is no cursor of this list"));
    }
    let cursor = cursor.unwrap_or(FIRST);
    if cursor.len() > 36 || !cursor.bytes().all(|byte| b"0123456789abcdef-".contains(&byte)) {
        return Err(Problem::malformed("this is no cursor of this list"));
    }
    let account = &call.account()?.id;
    let mut agents = call.state.look().owned_agents(account, cursor, limit + 1)?;
    let more = agents.len() > limit as usize;
    agents.truncate(limit as usize);
    let next = agents.last().filter(|_| more).map(|agent| agent.id.clone());
    Ok((agents, next))
}

/// One agent.
pub fn show(call: &Call) -> Outcome {
    Answer::json(200, &AgentView::of(&own(call)?))
}

/// Changes an agent: a new version, unless nothing would be new in it.
pub fn update(call: &Call) -> Outcome {
    let body: ChangeAgentBody = call.message()?;
    let agent = own(call)?;
    let change = Change {
        name: body.name,
        description: description(body.description)?,
        tags: tags(body.tags)?,
        color: None,
        strategy: body.strategy.as_ref().map(to_text).transpose()?,
        risk: body.risk_config.as_ref().map(risk_text).transpose()?,
    };
    let changed = call.state.change().update(&agent.id, &change, now())?;
    Answer::json(200, &AgentView::of(&changed.unwrap_or(agent)))
}

/// Begins a new epoch: the wallet is back at the start, the history before is kept.
pub fn reset(call: &Call) -> Outcome {
    let body: ResetBody = if call.body.is_empty() { ResetBody::default() } else { call.message()? };
    let agent = own(call)?;
    let balance = balance(body.starting_balance)?;
    Answer::json(200, &AgentView::of(&call.state.change().reset(&agent.id, balance, now())?))
}

/// Hides an agent.
pub fn archive(call: &Call) -> Outcome {
    set(call, AgentStatus::Archived)
}

/// Takes an archived agent back.
pub fn unarchive(call: &Call) -> Outcome {
    set(call, AgentStatus::Active)
}

fn set(call: &Call, status: AgentStatus) -> Outcome {
    let agent = own(call)?;
    Answer::json(200, &AgentView::of(&call.state.change().set_status(&agent.id, status)?))
}

/// Deletes an agent for good, with its sessions.
pub fn delete(call: &Call) -> Outcome {
    let agent = own(call)?;
    if call.query.get("confirm") != Some(&agent.name) {
        return Err(Problem::conflict("deleting removes the agent's versions, wallet and history for good")
            .help("confirm with `?confirm=` and the agent's name, or archive it"));
    }
    call.state.change().delete(&agent.id)?;
    sessions::forget_agent(&call.state.sessions, &agent.id);
    Ok(Answer::new(204, Payload::Empty))
}

/// Gives an agent another key; the old one is dead at once.
pub fn regenerate_key(call: &Call) -> Outcome {
    let agent = own(call)?;
    let (new, _) = call.state.change().regenerate_key(&agent.id)?;
    let view = AgentView { api_key: Some(new.key.reveal().to_owned()), ..AgentView::of(&new.agent) };
    Answer::json(200, &view)
}

/// The page that tells an agent how to play.
pub fn skill(call: &Call) -> Outcome {
    Ok(Answer::new(200, Payload::Text("text/markdown; charset=utf-8", skill::page(&own(call)?))))
}

/// The agent of the path, where it is the account's.
pub fn own(call: &Call) -> Result<AgentRow, Problem> {
    let found = call.state.look().owned_agent(&call.account()?.id, call.part("id"))?;
    found.ok_or_else(|| Problem::not_found("agent"))
}

fn description(given: Option<String>) -> Result<Option<String>, Problem> {
    match given {
        Some(text) if text.chars().count() > 2_000 => {
            Err(Problem::invalid("a description has at most 2,000 characters"))
        }
        other => Ok(other),
    }
}

fn tags(given: Option<Vec<String>>) -> Result<Option<Vec<String>>, Problem> {
    let Some(tags) = given else { return Ok(None) };
    let fits = |tag: &String| (1..=64).contains(&tag.chars().count());
    if tags.len() > 32 || !tags.iter().all(fits) {
        return Err(Problem::invalid("there are at most 32 tags of 1 to 64 characters each"));
    }
    Ok(Some(tags))
}

fn balance(given: Option<String>) -> Result<Option<Cash>, Problem> {
    let Some(text) = given else { return Ok(None) };
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let amount = text.parse::<Cash>().ok().filter(|amount| plain && amount.is_positive());
    match amount {
        Some(amount) if text.len() <= 20 => Ok(Some(amount)),
        _ => Err(Problem::invalid("`starting_balance` is no amount above zero")
            .help("give a decimal with at most eight places, as text: \"10000.00\"")),
    }
}
