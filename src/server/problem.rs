//! Errors as RFC 9457 problem documents.

use serde_json::{Value, json};

use crate::run::{RunError, RunErrorKind};
use crate::store::StoreError;

/// An error for a client: what is wrong, and how to mend it.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Status code of the answer.
    pub status: u16,
    /// What is wrong with this request.
    pub detail: String,
    /// How to mend it.
    pub help: Option<String>,
    /// Seconds after which the same request may be sent again.
    pub retry_after: Option<u64>,
    /// What failed inside, for the log alone.
    pub cause: Option<String>,
}

impl Problem {
    /// A problem with a status.
    pub fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), help: None, retry_after: None, cause: None }
    }

    /// The same with a help.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// A request that is no request of this route.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(400, detail)
    }

    /// Neither a token nor a key that is valid here.
    pub fn unauthorized(help: &str) -> Self {
        Self::new(401, "this needs valid credentials").help(help)
    }

    /// Something that does not exist for the caller.
    pub fn not_found(what: &str) -> Self {
        Self::new(404, format!("there is no such {what}"))
    }

    /// Something that does not fit the state of things.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(409, detail)
    }

    /// Values that cannot be carried out.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(422, detail)
    }

    /// A failure of the server, with its cause for the log.
    pub fn failed(cause: impl ToString) -> Self {
        let detail = "the server could not do this; its log says why";
        Self { cause: Some(cause.to_string()), ..Self::new(500, detail) }
    }

    /// What cannot be done now.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self { retry_after: Some(1), ..Self::new(503, detail) }
    }

    /// Of a use case: what is wrong with the request, or a failure. `text` is the scenario's.
    pub fn of_run(error: &RunError, text: &str) -> Self {
        match error.kind() {
            RunErrorKind::Usage | RunErrorKind::Data => {
                let first = error.diagnostics(text).into_iter().next();
                let (detail, help) = match first {
                    Some(found) => (found.message, found.help),
                    None => (error.to_string(), None),
                };
                Self { help, ..Self::invalid(detail) }
            }
            RunErrorKind::Failed | RunErrorKind::Interrupted => Self::failed(error),
        }
    }

    /// The document.
    pub fn document(&self) -> Value {
        let mut document = json!({
            "type": "about:blank",
            "title": title(self.status),
            "status": self.status,
            "detail": self.detail,
        });
        if let (Some(help), Some(object)) = (&self.help, document.as_object_mut()) {
            object.insert("help".to_owned(), json!(help));
        }
        document
    }
}

/// The phrase of a status.
pub fn title(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoAgent { .. } | StoreError::AmbiguousAgent { .. } | StoreError::AgentGone { .. } => {
                Self::not_found("agent")
            }
            // The id of the other agent may be another account's.
            StoreError::NameTaken { name, .. } => {
                Self::conflict(format!("another active agent is called `{name}`"))
                    .help("give another name; case is ignored")
            }
            StoreError::BadName { reason } => Self::invalid(reason),
            StoreError::AgentInUse { agent } => Self::conflict(format!("a run is using the agent `{agent}`")),
            other => Self::failed(other),
        }
    }
}
