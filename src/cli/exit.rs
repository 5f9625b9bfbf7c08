//! How a command ends: exit codes, and the page that a failure prints.

use std::process::ExitCode;

/// The program's exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// A run failed: nothing is wrong with what was asked, but it could not be carried out.
    RunFailed = 1,
    /// The command line or the scenario is wrong.
    Usage = 2,
    /// The market data is wrong.
    Data = 3,
    /// Interrupted by the user.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A command that could not be done: what to print, and which code to leave with.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// The page for stderr.
    pub report: miette::Report,
}

impl Failure {
    /// A failure with this page.
    pub fn new(exit: Exit, report: impl Into<miette::Report>) -> Self {
        Self { exit, report: report.into() }
    }

    /// A failure that is said in a sentence, with a remedy.
    pub fn plain(exit: Exit, message: impl std::fmt::Display, help: impl std::fmt::Display) -> Self {
        Self { exit, report: miette::miette!(help = help.to_string(), "{message}") }
    }
}
