//! One problem as a person is told it: what is wrong, where in the scenario, and how to mend it.

use std::ops::Range;

use crate::scenario::{Problem, ProblemSeverity};

/// A message with its span in the scenario's text, where there is one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RunDiagnostic {
    /// Whether the scenario can run all the same.
    pub severity: ProblemSeverity,
    /// What is wrong.
    pub message: String,
    /// The bytes of the scenario's text to underline.
    pub span: Option<Range<usize>>,
    /// What to write under them.
    pub label: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl RunDiagnostic {
    /// An error with its help.
    pub(super) fn error(message: impl ToString, help: impl ToString, span: Option<Range<usize>>) -> Self {
        Self {
            severity: ProblemSeverity::Error,
            message: message.to_string(),
            span,
            label: String::new(),
            help: Some(help.to_string()),
        }
    }
}

impl From<Problem> for RunDiagnostic {
    fn from(problem: Problem) -> Self {
        let Problem { severity, message, span, label, help } = problem;
        Self { severity, message, span: Some(span), label, help }
    }
}
