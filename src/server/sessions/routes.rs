//! `/backtests`: begins, shows and plays sessions.

use std::sync::Arc;
use std::time::Duration;

use super::super::call::{Answer, Call, Later, Outcome, Payload};
use super::super::problem::Problem;
use super::create;
use super::files::{self, Ended};
use super::live::{Found, Live, Sessions, Stopped};
use super::views::{ResultView, SessionPage, SessionView};
use crate::process::{Delivery, Observation};

/// How long a request waits for a replay that is at work.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a session that was put away is taken up again for one request.
const TRIES: usize = 5;

/// Begins a session.
pub fn begin(call: &Call) -> Outcome {
    let (file, before) = create::make(call)?;
    let folder = call.state.sessions.folder(&file.agent.id, &file.id)?;
    let ended = folder.ended().map_err(Problem::failed)?;
    let answer = Answer::json(201, &SessionView::of(&file, ended.as_ref()))?
        .with("location", format!("/api/v1/backtests/{}", file.id));
    Ok(if before { answer.with("idempotency-replayed", "true") } else { answer })
}

/// A page of the agent's sessions.
pub fn list(call: &Call) -> Outcome {
    let (limit, cursor) = call.page()?;
    if cursor.is_some_and(|cursor| !files::is_id(cursor)) {
        return Err(Problem::malformed("this is no cursor of this list"));
    }
    let cursor = cursor.unwrap_or_default();
    let (out, agent) = (&call.state.options.out, &call.agent()?.id);
    let ids = files::ids(out, agent, cursor).map_err(Problem::failed)?;
    let mut items = Vec::new();
    for id in ids.iter().take(limit as usize) {
        let folder = call.state.sessions.folder(agent, id)?;
        // One that is removed at this moment is left out.
        if let Some(file) = folder.read().map_err(Problem::failed)? {
            items.push(SessionView::of(&file, folder.ended().map_err(Problem::failed)?.as_ref()));
        }
    }
    let more = ids.len() > limit as usize;
    let next_cursor = ids.into_iter().take(limit as usize).next_back().filter(|_| more);
    Answer::json(200, &SessionPage { items, next_cursor })
}

/// One session.
pub fn show(call: &Call) -> Outcome {
    let folder = call.state.sessions.folder(&call.agent()?.id, call.part("id"))?;
    let file = folder.read().map_err(Problem::failed)?.ok_or_else(|| Problem::not_found("session"))?;
    let ended = folder.ended().map_err(Problem::failed)?;
    Answer::json(200, &SessionView::of(&file, ended.as_ref()))
}

/// What the agent sees: the messages since its last answer.
pub fn observation(call: Call) -> Later {
    Box::pin(async move {
        for _ in 0..TRIES {
            match open(&call).await? {
                Found::Ended(found) => return ended(&found.1),
                Found::Playing(live) => {
                    let seen = look(&live).await?;
                    if let Some(answer) = shown(&call, &live, &seen).await? {
                        return Ok(answer);
                    }
                }
            }
        }
        Err(Problem::unavailable("too many sessions are played at once"))
    })
}

/// Brings the agent's answer, and gives what it sees next.
pub fn act(call: Call) -> Later {
    Box::pin(async move {
        for _ in 0..TRIES {
            let live = match open(&call).await? {
                Found::Playing(live) => live,
                Found::Ended(found) => return repeated(&call, &found.1),
            };
            look(&live).await?;
            match live.mailbox.answer(&call.body) {
                Delivery::Taken | Delivery::Repeated => {
                    let seen = look(&live).await?;
                    if let Some(answer) = shown(&call, &live, &seen).await? {
                        return Ok(answer);
                    }
                }
                Delivery::Busy | Delivery::Over => {}
                Delivery::Answered { asked } => {
                    let detail = match asked.0 {
                        0 => "the session asks for `ready`".to_owned(),
                        number => format!(
                            "the session asks for decision {number}, and what came before is answered"
                        ),
                    };
                    return Err(Problem::conflict(detail).help("look at the observation"));
                }
                Delivery::Invalid { problem } => return Err(Problem::invalid(problem)),
            }
            if let Some(Stopped::Failed(problem)) = live.stopped() {
                return Err(problem);
            }
        }
        Err(Problem::unavailable(
            "the session is answered from several sides, or too many are played at once",
        ))
    })
}

/// Gives a session up: it forfeits where it is still played, its run is stored, and it is gone.
pub fn give_up(call: Call) -> Later {
    Box::pin(async move {
        if let Found::Playing(live) = open(&call).await? {
            live.mailbox.give_up();
            look(&live).await?;
            if let Some(Stopped::Failed(problem)) = live.stopped() {
                return Err(problem);
            }
        }
        blocking(&call, |call| {
            let sessions = &call.state.sessions;
            let folder = sessions.folder(&call.agent()?.id, call.part("id"))?;
            // What is being stored is stored first.
            let _one = sessions.storing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let file =
                folder.read().map_err(Problem::failed)?.ok_or_else(|| Problem::not_found("session"))?;
            if let Some(ended) = folder.ended().map_err(Problem::failed)?
                && ended.run_id.is_none()
                && ended.failure.is_none()
            {
                super::play::store_now(sessions, &folder, &file, ended);
            }
            let ended = folder.ended().map_err(Problem::failed)?;
            folder.remove().map_err(Problem::failed)?;
            Answer::json(200, &SessionView::of(&file, ended.as_ref()))
        })
        .await
    })
}

async fn open(call: &Call) -> Result<Found, Problem> {
    let (sessions, id): (Arc<Sessions>, String) =
        (Arc::clone(&call.state.sessions), call.part("id").to_owned());
    let agent = call.agent()?.id.clone();
    let opened = tokio::task::spawn_blocking(move || sessions.open(&agent, &id)).await;
    opened.map_err(Problem::failed)?
}

async fn blocking(call: &Call, work: fn(&Call) -> Outcome) -> Outcome {
    let call = call.clone();
    tokio::task::spawn_blocking(move || work(&call)).await.map_err(Problem::failed)?
}

/// Waits for the next question, or the end.
async fn look(live: &Live) -> Result<Observation, Problem> {
    let waiting = tokio::time::timeout(PATIENCE, live.mailbox.observation());
    waiting.await.map_err(|_| Problem::unavailable("the replay is still at work"))
}

/// What the agent sees; `None` where the session was put away and is to be opened again.
async fn shown(call: &Call, live: &Live, seen: &Observation) -> Result<Option<Answer>, Problem> {
    if seen.asked.is_some() {
        let messages: Vec<&[u8]> = seen.messages.iter().map(AsRef::as_ref).collect();
        return Ok(Some(written("playing", &messages, None)?));
    }
    match live.stopped() {
        Some(Stopped::Failed(problem)) => Err(problem),
        Some(Stopped::Ended) => match open(call).await? {
            Found::Ended(found) => ended(&found.1).map(Some),
            Found::Playing(_) => Ok(None),
        },
        _ => Ok(None),
    }
}

fn ended(ended: &Ended) -> Outcome {
    let messages: Vec<&[u8]> = ended.messages.iter().map(String::as_bytes).collect();
    written("ended", &messages, Some(&ResultView::of(ended)))
}

/// The answer to an `act` for a session that has ended: its end, where the act was the last one.
fn repeated(call: &Call, found: &Ended) -> Outcome {
    let hash = blake3::hash(call.body.trim_ascii()).to_hex();
    if found.last.as_deref() == Some(hash.as_str()) {
        return ended(found);
    }
    Err(Problem::conflict("the session has ended").help("look at the session for what it came to"))
}

/// Messages are there as text, and are sent as they are.
fn written(state: &str, messages: &[&[u8]], result: Option<&ResultView>) -> Outcome {
    let mut body = format!("{{\"state\":\"{state}\",\"messages\":[").into_bytes();
    body.extend(messages.join(&b","[..]));
    body.extend(b"],\"result\":");
    serde_json::to_writer(&mut body, &result).map_err(Problem::failed)?;
    body.push(b'}');
    Ok(Answer::new(200, Payload::Raw(body)))
}
