//! A request as a route sees it, and its answer.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::Problem;
use super::state::State;
use crate::store::registry::{AccountRow, AgentRow, RequestKey};

/// Who calls.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Anyone.
    Anyone,
    /// An account, by its token.
    Account(AccountRow),
    /// An agent, by its key.
    Agent(Box<AgentRow>),
}

impl Caller {
    /// The id that limits and requests are counted by.
    pub fn id(&self) -> &str {
        match self {
            Self::Anyone => "",
            Self::Account(account) => &account.id,
            Self::Agent(agent) => &agent.id,
        }
    }
}

/// A request that may be carried out.
#[derive(Debug, Clone)]
pub struct Call {
    /// What the server has.
    pub state: Arc<State>,
    /// Who calls.
    pub caller: Caller,
    /// The variable parts of the path.
    pub path: BTreeMap<String, String>,
    /// The query, by key; every key is one of the route.
    pub query: BTreeMap<String, String>,
    /// The body.
    pub body: Bytes,
    /// `Idempotency-Key`, on routes that take one.
    pub request: Option<String>,
}

/// The body of an answer.
pub enum Payload {
    /// None.
    Empty,
    /// A JSON document.
    Json(Value),
    /// A JSON document that is there as text.
    Raw(Vec<u8>),
    /// A problem document.
    Problem(Value),
    /// Text of another type.
    Text(&'static str, String),
    /// Server-sent events, as they come.
    Events(Body),
}

/// The answer to a request.
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers besides the content type.
    pub headers: Vec<(&'static str, String)>,
    /// Content.
    pub payload: Payload,
}

/// What a route gives.
pub type Outcome = Result<Answer, Problem>;

/// A route's answer that comes later.
pub type Later = Pin<Box<dyn Future<Output = Outcome> + Send>>;

impl Answer {
    /// An answer with a status.
    pub const fn new(status: u16, payload: Payload) -> Self {
        Self { status, headers: Vec::new(), payload }
    }

    /// A JSON answer.
    ///
    /// # Errors
    /// Where the value is no JSON: a failure of the server.
    pub fn json(status: u16, value: &impl Serialize) -> Outcome {
        Ok(Self::new(status, Payload::Json(serde_json::to_value(value).map_err(Problem::failed)?)))
    }

    /// A problem.
    pub fn of(problem: &Problem) -> Self {
        let mut answer = Self::new(problem.status, Payload::Problem(problem.document()));
        if let Some(seconds) = problem.retry_after {
            answer.headers.push(("retry-after", seconds.to_string()));
        }
        if problem.status == 401 {
            answer.headers.push(("www-authenticate", "Bearer, ApiKey header=\"X-API-Key\"".to_owned()));
        }
        answer
    }

    /// The same with a header more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// As HTTP has it.
    pub fn response(self) -> Response<Body> {
        let (kind, body) = match self.payload {
            Payload::Empty => (None, Body::empty()),
            Payload::Json(value) => (Some("application/json"), Body::from(value.to_string())),
            Payload::Raw(bytes) => (Some("application/json"), Body::from(bytes)),
            Payload::Problem(value) => (Some("application/problem+json"), Body::from(value.to_string())),
            Payload::Text(kind, text) => (Some(kind), Body::from(text)),
            Payload::Events(body) => (Some("text/event-stream"), body),
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or_default();
        let headers = response.headers_mut();
        if let Some(kind) = kind {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

impl Call {
    /// The body as a message.
    ///
    /// # Errors
    /// 400 for what is no JSON, 422 for other messages.
    pub fn message<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let parsed = if self.body.trim_ascii_start().starts_with(b"[") {
            // A list of a message's values is no message, though a parser could take it for one.
            serde_json::from_slice::<serde::de::IgnoredAny>(&self.body)
                .and_then(|_| Err(serde::de::Error::custom("a list")))
        } else {
            serde_json::from_slice(&self.body)
        };
        parsed.map_err(|error| {
            let detail = format!("the body is not what this route takes: {error}");
            match error.classify() {
                serde_json::error::Category::Data => Problem::invalid(detail),
                _ => Problem::malformed(detail),
            }
        })
    }

    /// The account that calls.
    ///
    /// # Errors
    /// 401, where it is none; the routes see to that before.
    pub fn account(&self) -> Result<&AccountRow, Problem> {
        match &self.caller {
            Caller::Account(account) => Ok(account),
            _ => Err(Problem::unauthorized("send the token of a log-in as `Authorization: Bearer`")),
        }
    }

    /// The agent that calls.
    ///
    /// # Errors
    /// 401, where it is none; the routes see to that before.
    pub fn agent(&self) -> Result<&AgentRow, Problem> {
        match &self.caller {
            Caller::Agent(agent) => Ok(agent),
            _ => Err(Problem::unauthorized("send the agent's key as `X-API-Key`")),
        }
    }

    /// A variable part of the path.
    pub fn part(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The request as one that is carried out once, where it names itself. `what` tells routes apart.
    pub fn request_key(&self, what: &str) -> Option<RequestKey> {
        let name = self.request.as_ref()?;
        let mut digest = blake3::Hasher::new_derive_key("tiltyard 2026 request");
        for part in [what.as_bytes(), self.part("id").as_bytes(), &self.body] {
            digest.update(&(part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Some(RequestKey { name: name.clone(), digest: *digest.finalize().as_bytes() })
    }

    /// The page that is asked for: how many, and after which cursor.
    ///
    /// # Errors
    /// 400 for a limit that is none.
    pub fn page(&self) -> Result<(u32, Option<&str>), Problem> {
        let limit = match self.query.get("limit") {
            None => 50,
            Some(text) => match text.parse() {
                Ok(limit @ 1..=200) => limit,
                _ => return Err(Problem::malformed("`limit` is a number from 1 to 200")),
            },
        };
        Ok((limit, self.query.get("cursor").map(String::as_str)))
    }
}
