//! What comes back to a question.

use std::time::Duration;

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A line.
    Line(Vec<u8>),
    /// Nothing in time, which `on_timeout = "hold"` allows.
    Late,
    /// The program cannot take part any more, and why.
    Fault(String),
}

/// An answer with what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What came back.
    pub answer: Answer,
    /// How long it took.
    pub latency: Duration,
}
