//! Where a replay leaves its questions for an agent that is no child of this process, and finds the answers.
//!
//! Owns one conversation between two threads: the replay waits in [`Channel::line`], and whoever serves the agent looks at
//! the questions and brings answers. Knows nothing of HTTP. Invariant: an answer is taken once, and only one that the
//! protocol allows: a mistake is told to the agent, and the question stays open.

use std::future::poll_fn;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use serde::Deserialize;

use super::line::{Broken, Channel};
use super::message::AgentMessage;
use super::tail::Tail;
use super::{expected, reply};
use crate::domain::{Interval, SymbolId};
use crate::scenario::DecideSpec;
use crate::strategy::Needs;

/// The number of a question: 0 is `hello`, any other one the decision of that number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked(pub u64);

/// The two ends of a conversation.
#[derive(Debug, Default)]
pub struct Mailbox {
    state: Mutex<State>,
    answered: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// What the agent was told since its last answer; the last one is the question.
    messages: Vec<Arc<[u8]>>,
    /// The question that waits for an answer.
    asked: Option<Asked>,
    /// An answer that the replay has not taken yet.
    answer: Option<Vec<u8>>,
    rules: Option<Rules>,
    /// Why the replay is to stop waiting.
    leave: Option<Broken>,
    /// Whether nothing will be asked any more.
    over: bool,
    wakers: Vec<Waker>,
}

/// What the other side of a channel must know to tell a valid answer from another.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Interval of the scenario's bars.
    pub interval: Interval,
    /// When the agent decides, where the scenario says so.
    pub decide: Option<DecideSpec>,
    /// Whether a symbol of the agent is on margin, so that a sell may open a short position.
    pub on_margin: bool,
    /// The last question that was answered before, with its answer.
    pub last: Option<(Asked, Vec<u8>)>,
}

/// What an agent finds when it looks.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The messages since its last answer, as JSON; the last one is the question, or `end`.
    pub messages: Vec<Arc<[u8]>>,
    /// The question that waits for an answer; `None` where nothing will be asked any more.
    pub asked: Option<Asked>,
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The replay has it now.
    Taken,
    /// The same answer to the same question was taken before.
    Repeated,
    /// The replay is at work: look again when it asks.
    Busy,
    /// The question was answered otherwise before.
    Answered {
        /// The question that waits for an answer.
        asked: Asked,
    },
    /// It is no answer to the question, which stays open.
    Invalid {
        /// Why not.
        problem: String,
    },
    /// Nothing is asked any more.
    Over,
}

/// What a line to the agent is.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    decision: u64,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Hello,
    Window,
    Past,
    Decide,
    End,
}

impl Mailbox {
    /// The replay's end of it, for one window.
    pub(super) fn open(self: &Arc<Self>, rules: Rules) -> RemoteLink {
        self.lock().rules = Some(rules);
        RemoteLink { mailbox: Arc::clone(self), asks: Asked(0), taken: Vec::new(), log: Tail::default() }
    }

    /// Waits for the next question, or for the end.
    pub async fn observation(&self) -> Observation {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&self, context: &Context<'_>) -> Poll<Observation> {
        let mut state = self.lock();
        let waits = state.asked.is_some() && state.answer.is_none();
        if waits || state.over {
            let asked = state.asked.filter(|_| !state.over);
            return Poll::Ready(Observation { messages: state.messages.clone(), asked });
        }
        if !state.wakers.iter().any(|waker| waker.will_wake(context.waker())) {
            state.wakers.push(context.waker().clone());
        }
        Poll::Pending
    }

    /// Brings the answer to the open question.
    pub fn answer(&self, body: &[u8]) -> Delivery {
        let body = body.trim_ascii();
        let mut state = self.lock();
        if state.over {
            return Delivery::Over;
        }
        let message = match expected::message(body) {
            Ok(message) => message,
            Err(problem) => return Delivery::Invalid { problem },
        };
        let (Some(asked), None) = (state.asked, &state.answer) else { return Delivery::Busy };
        let answers = match &message {
            AgentMessage::Ready(_) => Asked(0),
            AgentMessage::Act(act) => Asked(act.decision),
        };
        if answers < asked {
            let last = state.rules.as_ref().and_then(|rules| rules.last.as_ref());
            let same = last.is_some_and(|(question, answer)| *question == answers && answer == body);
            return if same { Delivery::Repeated } else { Delivery::Answered { asked } };
        }
        if let Err(problem) = checked(message, asked, state.rules.as_ref()) {
            return Delivery::Invalid { problem };
        }
        state.answer = Some(body.to_vec());
        drop(state);
        self.answered.notify_all();
        Delivery::Taken
    }

    /// The messages that the agent has not answered.
    pub fn unanswered(&self) -> Vec<Arc<[u8]>> {
        self.lock().messages.clone()
    }

    /// The agent gives up: it forfeits its window.
    pub fn give_up(&self) {
        self.leave(Broken::GaveUp);
    }

    /// Nobody waits for the result any more: the replay ends without one.
    pub fn abandon(&self) {
        self.leave(Broken::Abandoned);
    }

    fn leave(&self, why: Broken) {
        let mut state = self.lock();
        state.leave.get_or_insert(why);
        state.asked = None;
        drop(state);
        self.answered.notify_all();
    }

    /// Nothing will be asked any more.
    pub fn finish(&self) {
        let mut state = self.lock();
        state.over = true;
        Self::wake(state);
    }

    fn wake(mut state: MutexGuard<'_, State>) {
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Refuses what is no answer to the question, as far as that shows without the account.
fn checked(message: AgentMessage, asked: Asked, rules: Option<&Rules>) -> Result<(), String> {
    if asked == Asked(0) {
        let ready = expected::ready(Some(message))?;
        let Some(rules) = rules else { return Ok(()) };
        let mut needs = Needs::new(rules.interval);
        let declared = expected::declared(&ready, rules.decide.as_ref(), rules.interval, &mut needs);
        return declared.map(|_| ()).map_err(expected::in_ready);
    }
    let act = expected::act(message, asked.0)?;
    reply::checked_weights(&act)?;
    let on_margin = rules.is_some_and(|rules| rules.on_margin);
    for (index, order) in act.orders.iter().enumerate() {
        reply::request(order, SymbolId(0), on_margin)
            .map_err(|problem| format!("order {} of its `act`: {problem}", index + 1))?;
    }
    Ok(())
}

/// The replay's end of a mailbox.
#[derive(Debug)]
pub(super) struct RemoteLink {
    mailbox: Arc<Mailbox>,
    /// The question of the last line that was sent.
    asks: Asked,
    taken: Vec<u8>,
    log: Tail,
}

impl Channel for RemoteLink {
    fn send(&mut self, line: &[u8], _: Instant) -> Result<(), Broken> {
        let line = line.trim_ascii_end();
        let head: Head = serde_json::from_slice(line).map_err(|_| Broken::Closed)?;
        if head.kind == Kind::Past {
            return Ok(());
        }
        self.asks = Asked(head.decision);
        self.mailbox.lock().messages.push(line.into());
        Ok(())
    }

    fn line(&mut self, deadline: Instant) -> Result<&[u8], Broken> {
        let mut state = self.mailbox.lock();
        if let Some(why) = &state.leave {
            return Err(why.clone());
        }
        state.asked = Some(self.asks);
        Mailbox::wake(state);
        let mut state = self.mailbox.lock();
        loop {
            if let Some(answer) = state.answer.take() {
                state.asked = None;
                state.messages.clear();
                if let Some(rules) = &mut state.rules {
                    rules.last = Some((self.asks, answer.clone()));
                }
                self.taken = answer;
                return Ok(&self.taken);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let why = state.leave.clone().or_else(|| left.is_zero().then_some(Broken::Silent));
            if let Some(why) = why {
                state.asked = None;
                return Err(why);
            }
            state = self.mailbox.answered.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn log(&self) -> &Tail {
        &self.log
    }
}
