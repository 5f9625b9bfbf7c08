//! From a use case's error to an exit code and diagnostics.

use std::path::Path;

use super::diagnostics::Quoted;
use super::{Exit, Failure};
use crate::run::{RunError, RunErrorKind, ScenarioSource};

impl Failure {
    /// A use case that failed, shown in the scenario that it was given.
    pub fn of_run(error: &RunError, source: &ScenarioSource) -> Self {
        Self::in_text(error, &source.title, &source.text)
    }

    fn in_text(error: &RunError, title: &Path, text: &str) -> Self {
        let exit = match error.kind() {
            RunErrorKind::Usage => Exit::Usage,
            RunErrorKind::Data => Exit::Data,
            RunErrorKind::Failed => Exit::RunFailed,
            RunErrorKind::Interrupted => Exit::Interrupted,
        };
        let quoted = Quoted::new(title, text);
        Self::new(exit, error.diagnostics(text).into_iter().map(|one| quoted.diagnostic(one)).collect())
    }
}

/// A use case that failed where there is no scenario to show, or with a scenario of its own.
impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match &error {
            RunError::InvalidScenario { title, text, .. } => Self::in_text(&error, title, text),
            _ => Self::in_text(&error, Path::new(""), ""),
        }
    }
}
