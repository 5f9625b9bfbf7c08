//! A problem in a scenario file, and the list they are collected in.
//!
//! Owns the list's rules: sorted by place, one problem per mistake. Never stops the reading.

use std::cell::RefCell;
use std::ops::Range;

/// Whether the scenario can run all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemSeverity {
    /// It cannot.
    Error,
    /// It can, but probably not as meant.
    Warning,
}

/// One mistake, with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// Whether the scenario can run all the same.
    pub severity: ProblemSeverity,
    /// What is wrong: a lowercase fragment with the value in backticks.
    pub message: String,
    /// Where: bytes in the file.
    pub span: Range<usize>,
    /// What to write under the underlined place.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// The problems of one file, filled while it is read.
#[derive(Debug)]
pub(super) struct Problems<'s> {
    source: &'s str,
    found: RefCell<Vec<Found>>,
}

#[derive(Debug)]
struct Found {
    problem: Problem,
    /// Says that something is absent, which a broken line elsewhere may be the cause of.
    absence: bool,
}

impl<'s> Problems<'s> {
    /// None yet.
    pub(super) fn new(source: &'s str) -> Self {
        Self { source, found: RefCell::default() }
    }

    /// The file's text.
    pub(super) fn source(&self) -> &'s str {
        self.source
    }

    /// The text of a place, as the user wrote it.
    pub(super) fn text(&self, span: &Range<usize>) -> &'s str {
        self.source.get(span.clone()).unwrap_or_default()
    }

    /// The line of a place, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        let before = &self.source.as_bytes()[..at.min(self.source.len())];
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// The text of a line, from 1, without its indent.
    pub(super) fn line_text(&self, line: usize) -> &'s str {
        self.source.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim_start()
    }

    /// Where a line begins, from 1; the end of the file for one past the last.
    pub(super) fn line_start(&self, line: usize) -> usize {
        self.source.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum()
    }

    /// Adds an error.
    pub(super) fn error(&self, span: Range<usize>, message: String, label: String, help: Option<String>) {
        self.add(ProblemSeverity::Error, span, message, label, help, false);
    }

    /// Adds an error that says that something is not there.
    pub(super) fn absent(&self, span: Range<usize>, message: String, label: String, help: Option<String>) {
        self.add(ProblemSeverity::Error, span, message, label, help, true);
    }

    /// Adds a warning.
    pub(super) fn warning(&self, span: Range<usize>, message: String, label: String, help: Option<String>) {
        self.add(ProblemSeverity::Warning, span, message, label, help, false);
    }

    fn add(
        &self,
        severity: ProblemSeverity,
        span: Range<usize>,
        message: String,
        label: String,
        help: Option<String>,
        absence: bool,
    ) {
        let problem = Problem { severity, message, span, label, help };
        self.found.borrow_mut().push(Found { problem, absence });
    }

    /// Whether any error was found.
    pub(super) fn any_error(&self) -> bool {
        self.found.borrow().iter().any(|found| found.problem.severity == ProblemSeverity::Error)
    }

    /// Drops what the broken lines of a file that is no valid TOML may have caused: all that is said of
    /// those lines, and all that is said to be absent.
    pub(super) fn forgive(&self, broken_lines: &[Range<usize>]) {
        self.found.borrow_mut().retain(|found| {
            let line = self.line(found.problem.span.start);
            !found.absence && !broken_lines.iter().any(|broken| broken.contains(&line))
        });
    }

    /// All, by place; on the same place in the order they were found.
    pub(super) fn into_sorted(self) -> Vec<Problem> {
        let mut problems: Vec<_> = self.found.into_inner().into_iter().map(|found| found.problem).collect();
        problems.sort_by_key(|problem| problem.span.start);
        problems
    }
}
