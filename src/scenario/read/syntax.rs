//! TOML syntax errors.
//!
//! The TOML parser recovers and continues, so one mistake can give many errors; this keeps the one that
//! describes the mistake.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::de::Error;

use crate::scenario::problem::{MAX_REPORTED, Problems};

/// Adds the parser's errors, one per mistake, and removes the problems that they caused. If the text is
/// hardly a scenario, reports what it appears to be.
pub(super) fn report(errors: &[Error], problems: &Problems<'_>) {
    let mut kept: Vec<(&str, Range<usize>)> = Vec::new();
    let mut known_lines: BTreeSet<usize> = BTreeSet::new();
    let mut broken: Vec<Range<usize>> = Vec::new();
    let mut header_broken = false;
    if let (false, Some(foreign)) = (errors.is_empty(), Foreign::of(problems.source())) {
        problems.clear();
        return foreign.report(problems);
    }
    for error in errors {
        let (message, span) = (error.message(), error.span().unwrap_or(0..0));
        let line = problems.line(span.start);
        // After a broken header the parser assigns keys to the previous table, where they may be duplicates.
        let echo = header_broken && message == DUPLICATE;
        if known_lines.contains(&line) {
            continue;
        }
        if kept.len() > MAX_REPORTED {
            // Only counted: examining each one would take a pass over the text.
            known_lines.insert(line);
            broken.push(line..line + 1);
            kept.push((message, span));
            continue;
        }
        if let Some(at) = unclosed(problems, line) {
            // An unclosed bracket swallows the rest of the file; nothing reported about that part is
            // reliable.
            let opening = problems.line(at);
            broken.push(opening..usize::MAX);
            if !known_lines.contains(&opening) {
                kept.push((UNCLOSED, at..at + 1));
            }
            break;
        }
        if echo {
            continue;
        }
        let is_header = problems.line_text(line).starts_with('[');
        broken.push(if is_header { line..next_header(problems, line) } else { line..line + 1 });
        header_broken |= is_header && message != DUPLICATE;
        known_lines.insert(line);
        kept.push((message, span));
    }
    if !kept.is_empty() {
        problems.drop_caused_by(&broken);
    }
    for (message, span) in kept {
        add(message, span, problems);
    }
}

/// A different file format, given instead of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Foreign {
    /// Delimited text, such as CSV.
    Table,
    /// JSON syntax.
    Json,
}

impl Foreign {
    /// Detects it from the first non-empty line.
    fn of(source: &str) -> Option<Self> {
        let line = source.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
        if line.starts_with('{') || line.starts_with("[[") && line.contains(',') {
            return Some(Self::Json);
        }
        let separated = [(',', 3), (';', 3), ('\t', 1)]
            .into_iter()
            .any(|(separator, least)| line.matches(separator).count() >= least);
        (separated && !line.contains('=') && !line.starts_with('[')).then_some(Self::Table)
    }

    fn report(self, problems: &Problems<'_>) {
        let source = problems.source();
        let start = source.len() - source.trim_start().len();
        let end = source[start..].find('\n').map_or(source.len(), |at| start + at);
        let shown =
            source.get(start..end.min(start + 80)).map_or(start..start, |line| start..start + line.len());
        let (what, help) = match self {
            Self::Table => (
                "a table of separated values, not a scenario",
                "a scenario is a TOML file; import market data with `tiltyard data import FILE`, and `tiltyard init` \
                 writes one",
            ),
            Self::Json => ("JSON, not a scenario", "a scenario is a TOML file; `tiltyard init` writes one"),
        };
        let message = format!("not valid TOML: this is {what}");
        problems.error(shown, message, "not TOML".to_owned(), Some(help.to_owned()));
    }
}

/// The parser's message for a duplicate key.
const DUPLICATE: &str = "duplicate key";

/// Replaces the parser's various messages about an unclosed bracket.
const UNCLOSED: &str = "bracket is not closed";

fn add(message: &str, span: Range<usize>, problems: &Problems<'_>) {
    let text = problems.text(&span);
    match message {
        DUPLICATE => {
            let help = "remove one of the two".to_owned();
            problems.error(span, format!("duplicate key `{text}`"), "already defined".to_owned(), Some(help));
        }
        UNCLOSED => {
            let closing = if text == "{" { '}' } else { ']' };
            let message = format!("not valid TOML: `{text}` is not closed");
            problems.error(span, message, "opened here".to_owned(), Some(format!("add `{closing}`")));
        }
        _ => {
            let help = Some(help(message).to_owned());
            problems.error(span, format!("not valid TOML: {message}"), message.to_owned(), help);
        }
    }
}

/// What to write instead of a line that is not TOML.
fn help(message: &str) -> &'static str {
    let about = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if about(&["string", "quote"]) {
        "put text in a pair of quotes, on one line: name = \"text\""
    } else if about(&["header", "table"]) {
        "a table begins with a line such as [market] or [[agents]]"
    } else if about(&["value", "number", "integer", "float", "boolean", "date"]) {
        "write `key = value`: a number, true, false, a date, a list in [ ], or text in quotes"
    } else {
        "write one `key = value` a line, and text in quotes"
    }
}

/// Byte offset of a bracket, opened on an earlier line, that is still open at the next header or the end of
/// the file.
fn unclosed(problems: &Problems<'_>, line: usize) -> Option<usize> {
    let header = if problems.line_text(line).starts_with('[') { line } else { next_header(problems, line) };
    let end = problems.line_start(header);
    open_bracket(problems.source(), end).filter(|at| problems.line(*at) < line)
}

/// The line of the next header after `line`; past the end where there is none.
fn next_header(problems: &Problems<'_>, line: usize) -> usize {
    let lines = problems.line_count();
    (line + 1..=lines).find(|next| problems.line_text(*next).starts_with('[')).unwrap_or(lines + 1)
}

/// Byte offset of the innermost bracket that is still open at `end`, ignoring headers, strings and comments.
fn open_bracket(source: &str, end: usize) -> Option<usize> {
    let mut open = Vec::new();
    let mut quote: Option<char> = None;
    let mut comment = false;
    let mut escaped = false;
    let mut blank = true;
    for (at, letter) in source.char_indices().take_while(|(at, _)| *at < end) {
        if letter == '\n' {
            // A single-line string ends with its line, closed or not.
            (quote, comment, escaped, blank) = (None, false, false, true);
            continue;
        }
        // Headers are skipped like comments.
        comment |= blank && letter == '[' && open.is_empty();
        blank &= letter.is_whitespace();
        match (quote, letter) {
            _ if comment => {}
            (Some(_), _) if escaped => escaped = false,
            (Some('"'), '\\') => escaped = true,
            (Some(mark), _) if letter == mark => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '#') => comment = true,
            (None, '[' | '{') => open.push(at),
            (None, ']' | '}') => drop(open.pop()),
            (None, _) => {}
        }
    }
    open.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_recognised_by_their_first_line() {
        for (text, kind) in [
            ("date,open,high,low,close\n", Some(Foreign::Table)),
            ("\n# from a vendor\n2024-01-01;1;2;3;4\n", Some(Foreign::Table)),
            ("[[1,2,3,4],[5,6,7,8]]", Some(Foreign::Json)),
            ("{\"a\": 1}", Some(Foreign::Json)),
            ("[scenario]\nname = \"a,b,c,d\"", None),
            ("symbols = [\"A\", \"B\", \"C\", \"D\"]", None),
            ("[[agents]]\n", None),
            ("", None),
        ] {
            assert_eq!(Foreign::of(text), kind, "{text}");
        }
    }
}
