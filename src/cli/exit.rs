//! How a command ends: exit codes, and the diagnostics that a failure prints.

use std::fmt::Display;
use std::process::ExitCode;

use super::visible::visible;
use crate::report::ReportError;
use crate::store::StoreError;
use crate::tables::{SeriesError, TableError};

/// The program's exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything asked for was done.
    Done = 0,
    /// A run failed: nothing is wrong with what was asked, but it could not be carried out.
    RunFailed = 1,
    /// The command line, the scenario or a table of numbers is wrong.
    Usage = 2,
    /// The market data is wrong.
    Data = 3,
    /// A shard was asked to stop, or a disk or network failed: the same command may well succeed later (`EX_TEMPFAIL`).
    TryAgain = 75,
    /// Interrupted by the user.
    Interrupted = 130,
}

impl Exit {
    /// All of them, by number.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::RunFailed, Self::Usage, Self::Data, Self::TryAgain, Self::Interrupted];

    /// The number that a shell sees.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// What it says, in help texts and in the book.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::RunFailed => "a run failed",
            Self::Usage => "the command line, the scenario or a table of numbers is wrong",
            Self::Data => "the market data is wrong",
            Self::TryAgain => "a shard stopped early, or a disk or network failed: run it again",
            Self::Interrupted => "interrupted",
        }
    }

    /// The part of a help text that lists all exit codes.
    pub(super) fn help() -> String {
        Self::help_of(&Self::ALL)
    }

    /// The same of these.
    pub(super) fn help_of(codes: &[Self]) -> String {
        let line = |exit: &Self| format!("\n  {:>3}  {}", exit.code(), exit.meaning());
        format!("Exit codes:{}", codes.iter().map(line).collect::<String>())
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// A command that could not be done: what to print, and which code to leave with.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// The diagnostics for stderr, in order; empty if everything has been reported.
    pub diagnostics: Vec<miette::Report>,
    /// A command to type next, printed after the diagnostics on a line of its own, which is never folded.
    pub next: Option<String>,
}

impl Failure {
    /// A failure with these diagnostics.
    pub fn new(exit: Exit, diagnostics: Vec<miette::Report>) -> Self {
        Self { exit, diagnostics, next: None }
    }

    /// A failure described by one sentence and a help.
    pub fn plain(exit: Exit, message: impl Display, help: impl Display) -> Self {
        Self::new(exit, vec![diagnostic(message, help)])
    }
}

/// A diagnostic without a span in a file.
pub fn diagnostic(message: impl Display, help: impl Display) -> miette::Report {
    let (message, help) = (message.to_string(), help.to_string());
    miette::miette!(help = visible(&help).into_owned(), "{}", visible(&message))
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = if error.is_usage() { Exit::Usage } else { Exit::RunFailed };
        Self::plain(exit, &error, error.help())
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Store(error) => error.into(),
            other => Self::plain(Exit::RunFailed, &other, other.help()),
        }
    }
}

/// A table of numbers is part of what was asked for.
impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        Self::plain(Exit::Usage, &error, error.help())
    }
}

impl From<SeriesError> for Failure {
    fn from(error: SeriesError) -> Self {
        Self::plain(Exit::Usage, &error, error.help())
    }
}
