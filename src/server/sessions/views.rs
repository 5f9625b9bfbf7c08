//! Sessions as clients see them.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::files::{Ended, SessionFile};

/// A session.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SessionView {
    /// Its id.
    pub id: String,
    /// `playing`; `storing` once it has ended; `ended` once its run is stored; `failed` where that is impossible.
    pub state: String,
    /// The scenario that it was begun with; `null` where a market was named.
    pub scenario: Option<String>,
    /// Start of its window.
    pub start: String,
    /// End of its window, exclusive.
    pub end: String,
    /// When it was begun.
    pub created_at: String,
    /// What it came to, once it has ended.
    pub result: Option<ResultView>,
    /// The stored run, once there is one.
    pub run_id: Option<String>,
    /// Why the run cannot be stored.
    pub failure: Option<String>,
}

/// What a session came to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResultView {
    /// `completed`, `disqualified`, `liquidated` or `forfeit`.
    pub status: String,
    /// Why it was not completed.
    pub reason: Option<String>,
    /// Equity at the start, a decimal.
    pub starting_balance: String,
    /// Equity at the end, a decimal.
    pub final_equity: String,
    /// Profit or loss, a decimal.
    pub pnl: String,
    /// Number of fills.
    pub fills: usize,
}

/// Sessions, a page of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SessionPage {
    /// In the order of their ids.
    pub items: Vec<SessionView>,
    /// For the next page; `null` at the end.
    pub next_cursor: Option<String>,
}

/// What an agent sees of its session.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ObservationView {
    /// `playing`, or `ended` where nothing will be asked any more.
    pub state: String,
    /// The messages since the agent's last answer, as `tiltyard schema --agent` describes them; the last one is the question,
    /// or `end`.
    #[schemars(with = "Vec<serde_json::Map<String, Value>>")]
    pub messages: Vec<Value>,
    /// What it came to, once it has ended.
    pub result: Option<ResultView>,
}

impl SessionView {
    /// From its files.
    pub fn of(file: &SessionFile, ended: Option<&Ended>) -> Self {
        let state = match ended {
            None => "playing",
            Some(Ended { failure: Some(_), .. }) => "failed",
            Some(Ended { run_id: Some(_), .. }) => "ended",
            Some(_) => "storing",
        };
        Self {
            id: file.id.clone(),
            state: state.to_owned(),
            scenario: file.scenario.clone(),
            start: file.start.to_string(),
            end: file.end.to_string(),
            created_at: file.created_at.to_string(),
            result: ended.map(ResultView::of),
            run_id: ended.and_then(|ended| ended.run_id.clone()),
            failure: ended.and_then(|ended| ended.failure.clone()),
        }
    }
}

impl ResultView {
    /// Of a session that has ended.
    pub fn of(ended: &Ended) -> Self {
        let end = &ended.end;
        Self {
            status: end.status.clone(),
            reason: end.reason.clone(),
            starting_balance: end.starting_balance.to_string(),
            final_equity: end.final_equity.to_string(),
            pnl: (end.final_equity - end.starting_balance).to_string(),
            fills: end.fills,
        }
    }
}
