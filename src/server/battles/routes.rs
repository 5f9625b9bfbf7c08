//! `/battles`: queues, shows and repeats battles.

use super::super::agents::other_request;
use super::super::bodies::{NewBattleBody, RematchBody};
use super::super::call::{Answer, Call, Later, Outcome, Payload};
use super::super::problem::Problem;
use super::super::scenarios::named;
use super::super::sessions::{is_id, new_id};
use super::files::{BattleFile, BattlePage, BattleState, BattleView};
use super::stream;
use super::text::{check_settings, checked, joined};
use crate::run::{RematchRequest, now, rematch as changed};
use crate::store::{StoredRun, find_run};

/// Queues a battle.
pub fn begin(call: &Call) -> Outcome {
    let body: NewBattleBody = call.message()?;
    let (id, digest) = identity(call, "battle")?;
    if let Some(answer) = before(call, &id, digest.as_ref())? {
        return Ok(answer);
    }
    let account = &call.account()?.id;
    let found = named(&call.state.options.scenarios, &body.scenario)?;
    let mut names = Vec::new();
    for agent in &body.agents {
        let agent = call.state.look().owned_agent(account, agent)?;
        names.push(agent.ok_or_else(|| Problem::not_found("agent"))?.name);
    }
    let text = joined(&found.text, &names)?;
    accept(call, (id, digest), body.scenario, (text, found.base_dir))
}

/// Queues a finished battle again, with changes.
pub fn rematch(call: &Call) -> Outcome {
    let body: RematchBody = if call.body.is_empty() { RematchBody::default() } else { call.message()? };
    let (id, digest) = identity(call, "rematch")?;
    if let Some(answer) = before(call, &id, digest.as_ref())? {
        return Ok(answer);
    }
    let file = own(call)?;
    let BattleState::Completed { run_id } = &file.state else {
        return Err(Problem::conflict("only a completed battle has a rematch"));
    };
    check_settings(body.settings.keys())?;
    let settings: Vec<(String, String)> = body.settings.into_iter().collect();
    let out = &call.state.options.out;
    let request = RematchRequest { out, run: run_id, agents: None, entrants: &[], settings: &settings };
    let source = changed(&request).map_err(|error| Problem::of_run(&error, ""))?;
    let base_dir = source.scenario.market.base_dir.clone();
    accept(call, (id, digest), run_id.clone(), (source.text, base_dir))
}

/// The id of a battle, and the hash of its request where that names itself.
fn identity(call: &Call, what: &str) -> Result<(String, Option<String>), Problem> {
    let request = call.request_key(what);
    let id = new_id(&call.account()?.id, request.as_ref().map(|request| request.name.as_str()));
    let digest = request.map(|request| blake3::Hash::from_bytes(request.digest).to_hex().to_string());
    Ok((id, digest))
}

/// The answer to a request that was carried out before.
fn before(call: &Call, id: &str, digest: Option<&String>) -> Result<Option<Answer>, Problem> {
    let found =
        BattleFile::read(&call.state.options.out, &call.account()?.id, id).map_err(Problem::failed)?;
    match found {
        None => Ok(None),
        Some(file) if file.digest.as_ref() == digest => {
            let answer = Answer::json(202, &BattleView::of(&file, &file.state))?;
            Ok(Some(answer.with("idempotency-replayed", "true")))
        }
        Some(_) => Err(other_request()),
    }
}

fn accept(
    call: &Call,
    (id, digest): (String, Option<String>),
    of: String,
    (text, base_dir): (String, std::path::PathBuf),
) -> Outcome {
    let account = call.account()?.id.clone();
    checked(&call.state.options.out, &account, text.clone(), &base_dir)?;
    let state = BattleState::Queued;
    let file = BattleFile { id, account, of, text, base_dir, created_at: now(), digest, state };
    let answer = Answer::json(202, &BattleView::of(&file, &file.state))?
        .with("location", format!("/api/v1/battles/{}", file.id));
    call.state.battles.accept(file).map_err(Problem::failed)?;
    Ok(answer)
}

/// One battle, with its leaderboard once it is completed.
pub fn show(call: &Call) -> Outcome {
    let file = own(call)?;
    let state = state(call, &file);
    let mut view = BattleView::of(&file, &state);
    if let BattleState::Completed { run_id } = &state {
        view.leaderboard = leaderboard(call, run_id)?;
    }
    Answer::json(200, &view)
}

/// The leaderboard of a run; `None` where the run was removed from the store.
fn leaderboard(
    call: &Call,
    run_id: &str,
) -> Result<Option<serde_json::Map<String, serde_json::Value>>, Problem> {
    let Ok(folder) = find_run(&call.state.options.out, run_id) else { return Ok(None) };
    let stored = StoredRun::load(&folder)?;
    match serde_json::to_value(&stored.leaderboard).map_err(Problem::failed)? {
        serde_json::Value::Object(object) => Ok(Some(object)),
        _ => Ok(None),
    }
}

/// A page of the account's battles.
pub fn list(call: &Call) -> Outcome {
    let (limit, cursor) = call.page()?;
    if cursor.is_some_and(|cursor| !is_id(cursor)) {
        return Err(Problem::malformed("this is no cursor of this list"));
    }
    let cursor = cursor.unwrap_or_default();
    let (out, account) = (&call.state.options.out, &call.account()?.id);
    let mut ids = BattleFile::ids(out, account).map_err(Problem::failed)?;
    ids.retain(|id| id.as_str() > cursor);
    let more = ids.len() > limit as usize;
    ids.truncate(limit as usize);
    let mut items = Vec::new();
    for id in &ids {
        if let Some(file) = BattleFile::read(out, account, id).map_err(Problem::failed)? {
            items.push(BattleView::of(&file, &state(call, &file)));
        }
    }
    Answer::json(200, &BattlePage { items, next_cursor: ids.pop().filter(|_| more) })
}

/// The states of a battle as they come.
pub fn events(call: Call) -> Later {
    Box::pin(async move {
        let state = std::sync::Arc::clone(&call.state);
        let found = tokio::task::spawn_blocking(move || {
            let file = own(&call)?;
            let states = state.battles.watch(&file.id);
            // One that has just ended is over on disk.
            let file = if states.is_none() { own(&call)? } else { file };
            Ok::<_, Problem>((file, states))
        });
        let (file, states) = found.await.map_err(Problem::failed)??;
        Ok(Answer::new(200, Payload::Events(stream::of(file, states))))
    })
}

/// The battle of the path, where it is the account's.
fn own(call: &Call) -> Result<BattleFile, Problem> {
    let found = BattleFile::read(&call.state.options.out, &call.account()?.id, call.part("id"));
    found.map_err(Problem::failed)?.ok_or_else(|| Problem::not_found("battle"))
}

/// Its state now: on disk are the first and the last one.
fn state(call: &Call, file: &BattleFile) -> BattleState {
    if file.state.is_over() {
        return file.state.clone();
    }
    if let Some(now) = call.state.battles.watch(&file.id) {
        return now.borrow().clone();
    }
    // One that has just ended is over on disk.
    let found = BattleFile::read(&call.state.options.out, &file.account, &file.id).ok().flatten();
    found.map_or_else(|| file.state.clone(), |file| file.state)
}
