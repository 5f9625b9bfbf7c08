//! Problems in a scenario file, and their collection.
//!
//! Owns the rules of the list: sorted by span, one problem per mistake. Never stops the parser.

use std::cell::RefCell;
use std::ops::Range;

/// Severity: whether the scenario can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemSeverity {
    /// The scenario cannot run.
    Error,
    /// The scenario can run, but probably not as intended.
    Warning,
}

/// One problem, with its span in the file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// Severity: whether the scenario can run.
    pub severity: ProblemSeverity,
    /// Message: a lowercase fragment with the value in backticks.
    pub message: String,
    /// Byte span in the file.
    pub span: Range<usize>,
    /// Label of the underlined text.
    pub label: String,
    /// Suggested correction, if there is one.
    pub help: Option<String>,
}

/// Maximum number of errors, and of warnings, that are reported individually.
pub const MAX_REPORTED: usize = 50;

/// The problems of one file, collected while it is parsed.
#[derive(Debug)]
pub(super) struct Problems<'s> {
    source: &'s str,
    /// Byte offset of each line's start.
    lines: Vec<usize>,
    found: RefCell<Vec<Found>>,
}

#[derive(Debug)]
struct Found {
    problem: Problem,
    /// Whether the problem is that something is absent, which a syntax error elsewhere may have caused.
    absence: bool,
}

impl<'s> Problems<'s> {
    /// An empty list for a file.
    pub(super) fn new(source: &'s str) -> Self {
        let lines = std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { source, lines, found: RefCell::default() }
    }

    /// The file's text.
    pub(super) fn source(&self) -> &'s str {
        self.source
    }

    /// The source text of a span.
    pub(super) fn text(&self, span: &Range<usize>) -> &'s str {
        self.source.get(span.clone()).unwrap_or_default()
    }

    /// Line number of a byte offset, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at).max(1)
    }

    /// Number of lines; a line break at the end of the text starts no line.
    pub(super) fn line_count(&self) -> usize {
        self.lines.len() - usize::from(self.source.is_empty() || self.source.ends_with('\n'))
    }

    /// The text of a line (numbered from 1), without its indentation.
    pub(super) fn line_text(&self, line: usize) -> &'s str {
        let (start, end) = (self.line_start(line), self.line_start(line + 1));
        self.source.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']).trim_start()
    }

    /// Byte offset of a line's start (numbered from 1); the end of the file for one past the last.
    pub(super) fn line_start(&self, line: usize) -> usize {
        self.lines.get(line.saturating_sub(1)).copied().unwrap_or(self.source.len())
    }

    /// Whether so many problems exist that searching for suggestions is not worthwhile.
    pub(super) fn is_long(&self) -> bool {
        self.found.borrow().len() > 4 * MAX_REPORTED
    }

    /// Adds an error.
    pub(super) fn error(&self, span: Range<usize>, message: String, label: String, help: Option<String>) {
        self.add(ProblemSeverity::Error, span, message, label, help, false);
    }

    /// Adds an error about something that is absent.
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
        debug_assert!(help.is_some() || severity == ProblemSeverity::Warning, "no help: {message}");
        let problem = Problem { severity, message, span, label, help };
        self.found.borrow_mut().push(Found { problem, absence });
    }

    /// Whether any error was found.
    pub(super) fn any_error(&self) -> bool {
        self.found.borrow().iter().any(|found| found.problem.severity == ProblemSeverity::Error)
    }

    /// After a TOML syntax error, removes the problems that it may have caused: all in the broken lines, and
    /// all about something that is absent.
    pub(super) fn drop_caused_by(&self, broken_lines: &[Range<usize>]) {
        let mut broken: Vec<Range<usize>> = broken_lines.to_vec();
        broken.sort_by_key(|lines| lines.start);
        // Running maximum of range ends, because ranges may be nested.
        let mut ends: Vec<usize> = Vec::with_capacity(broken.len());
        for lines in &broken {
            ends.push(ends.last().map_or(lines.end, |end| lines.end.max(*end)));
        }
        self.found.borrow_mut().retain(|found| {
            let line = self.line(found.problem.span.start);
            let begun = broken.partition_point(|lines| lines.start <= line);
            let is_broken = begun.checked_sub(1).is_some_and(|last| ends[last] > line);
            !found.absence && !is_broken
        });
    }

    /// Removes all problems, for a text that could not be parsed at all.
    pub(super) fn clear(&self) {
        self.found.borrow_mut().clear();
    }

    /// All problems, sorted by span, in the order of detection within a span. At most [`MAX_REPORTED`] errors
    /// and warnings each, followed by the number of the rest.
    pub(super) fn into_sorted(self) -> Vec<Problem> {
        let mut problems: Vec<_> = self.found.into_inner().into_iter().map(|found| found.problem).collect();
        problems.sort_by_key(|problem| problem.span.start);
        first_of_each(problems)
    }
}

/// Keeps the first errors and warnings, each followed by one that counts the rest.
fn first_of_each(problems: Vec<Problem>) -> Vec<Problem> {
    let mut reported: Vec<Problem> = Vec::new();
    let mut counts = [(ProblemSeverity::Error, 0_usize, "mistake"), (ProblemSeverity::Warning, 0, "warning")];
    let all: Vec<usize> = counts
        .iter()
        .map(|(of, ..)| problems.iter().filter(|problem| problem.severity == *of).count())
        .collect();
    for problem in problems {
        let Some(index) = counts.iter().position(|(of, ..)| *of == problem.severity) else { continue };
        let (severity, count, noun) = &mut counts[index];
        *count += 1;
        if *count <= MAX_REPORTED {
            reported.push(problem);
        } else if *count == MAX_REPORTED + 1 {
            let more = all[index] - MAX_REPORTED;
            let plural = crate::domain::plural(more as u64);
            reported.push(Problem {
                severity: *severity,
                message: format!("{more} more {noun}{plural} after this one"),
                span: problem.span,
                label: "the next one".to_owned(),
                help: Some("fix the problems above first".to_owned()),
            });
        }
    }
    reported
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_numbers_of_offsets() {
        let problems = Problems::new("one\n  two\r\n\nfour\n");
        assert_eq!([0, 3, 4, 10, 11, 12].map(|at| problems.line(at)), [1, 1, 2, 2, 3, 4]);
        assert_eq!((problems.line_text(2), problems.line_text(3), problems.line_text(9)), ("two", "", ""));
        assert_eq!((problems.line_start(4), problems.line_start(9), problems.line_count()), (12, 17, 4));
    }

    #[test]
    fn problems_caused_by_broken_lines_are_dropped() {
        let problems = Problems::new("a\nb\nc\nd\n");
        for at in [0, 2, 4, 6] {
            problems.error(at..at + 1, format!("at {at}"), String::new(), Some(String::new()));
        }
        problems.absent(6..7, "absent".to_owned(), String::new(), Some(String::new()));
        problems.drop_caused_by(&[3..4, 1..3]);
        let left: Vec<String> = problems.into_sorted().into_iter().map(|problem| problem.message).collect();
        assert_eq!(left, ["at 6"]);
    }

    #[test]
    fn a_long_list_ends_with_a_count() {
        let problems = Problems::new("x");
        for count in 0..MAX_REPORTED + 7 {
            problems.error(0..1, format!("mistake {count}"), String::new(), Some(String::new()));
        }
        problems.warning(0..1, "odd".to_owned(), String::new(), None);
        let reported = problems.into_sorted();
        assert_eq!(reported.len(), MAX_REPORTED + 2);
        assert_eq!(reported[MAX_REPORTED].message, "7 more mistakes after this one");
        assert_eq!(reported[MAX_REPORTED + 1].message, "odd");
    }
}
