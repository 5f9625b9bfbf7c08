//! What an answer has to be: the rules that a run and `agent check-protocol` apply alike.

use super::line::excerpt;
use super::message::{Act, AgentMessage, PROTOCOL, Ready};
use super::observation::Reads;
use super::usage;
use crate::domain::{Interval, TimeError};
use crate::scenario::DecideSpec;
use crate::strategy::{Needs, check_schedule};

/// The most bars before a window that an agent may ask for.
const MAX_HISTORY: u32 = 100_000;

/// The message in a line.
///
/// # Errors
/// A line that is no message.
pub fn message(line: &[u8]) -> Result<AgentMessage, String> {
    serde_json::from_slice(line)
        .map_err(|error| format!("what it wrote is no message ({error}): {}", excerpt(line)))
}

/// The answer to `hello`.
///
/// # Errors
/// Another message, or another version of the protocol.
pub fn ready(message: Option<AgentMessage>) -> Result<Ready, String> {
    match message {
        Some(AgentMessage::Ready(ready)) if ready.protocol == PROTOCOL => Ok(ready),
        Some(AgentMessage::Ready(Ready { protocol, .. })) => {
            Err(format!("it speaks protocol {protocol}, and this is protocol {PROTOCOL}"))
        }
        _ => Err("its first message is no `ready`".to_owned()),
    }
}

/// The answer to a decision.
///
/// # Errors
/// Another message, the answer to another decision, or usage that is none.
pub fn act(message: AgentMessage, decision: u64) -> Result<Act, String> {
    match message {
        AgentMessage::Act(act) if act.decision == decision => {
            act.usage.as_ref().map_or(Ok(()), usage::checked).map(|()| act)
        }
        AgentMessage::Act(act) => {
            Err(format!("it answered decision {} when it was asked for decision {decision}", act.decision))
        }
        AgentMessage::Ready(_) => Err("it sent a second `ready`".to_owned()),
    }
}

/// When the agent decides and what it reads, which is declared in `needs`. What the scenario says of `decide` counts
/// before what `ready` says.
///
/// # Errors
/// What of `ready` is not possible.
pub fn declared(
    ready: &Ready,
    decide: Option<&DecideSpec>,
    interval: Interval,
    needs: &mut Needs,
) -> Result<(DecideSpec, Reads), String> {
    let asked = ready.decide.clone().unwrap_or_default();
    let asked = check_schedule(asked.every.as_deref(), asked.on.as_deref(), asked.on_fill, interval)
        .map_err(|problem| format!("`decide`: {problem}"))?;
    let schedule = decide.cloned().unwrap_or(asked);
    if ready.history > MAX_HISTORY {
        return Err(format!("`history` = {} is above {MAX_HISTORY}", ready.history));
    }
    let timeframe = match &ready.timeframe {
        Some(text) => text.parse().map_err(|error: TimeError| error.to_string())?,
        None => schedule.every.unwrap_or(interval),
    };
    let timeframe = needs.timeframe_of(timeframe, ready.history).map_err(|error| error.to_string())?;
    let indicator =
        |text: &String| Ok((text.clone(), needs.indicator(text).map_err(|error| error.to_string())?));
    let indicators = ready.indicators.iter().map(indicator).collect::<Result<_, String>>()?;
    Ok((schedule, Reads { history: ready.history as usize, timeframe, indicators }))
}

/// What is wrong with a `ready`, as a fault.
pub fn in_ready(problem: String) -> String {
    format!("its `ready`: {problem}")
}
