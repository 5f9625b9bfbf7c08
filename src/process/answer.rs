//! What comes back to a question.

use std::time::Duration;

/// What a program answered to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// One line of its output, without the line end.
    Line(Vec<u8>),
    /// Nothing in time, which `on_timeout = "hold"` allows.
    Late,
    /// The program cannot take part any more, and why.
    Fault(String),
}

/// An answer with what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Content of the answer.
    pub answer: Answer,
    /// How long it took.
    pub latency: Duration,
}
