//! Mistakes of the TOML itself.
//!
//! The parser recovers and goes on, so one mistake can give many errors; this keeps the one that names it.

use std::ops::Range;

use toml::de::Error;

use crate::scenario::problem::Problems;

/// Adds the parser's errors, one a mistake, and drops what else was said because of them.
pub(super) fn report(errors: &[Error], problems: &Problems<'_>) {
    let mut kept: Vec<(&str, Range<usize>)> = Vec::new();
    let mut broken: Vec<Range<usize>> = Vec::new();
    let mut header_broken = false;
    for error in errors {
        let (message, span) = (error.message(), error.span().unwrap_or(0..0));
        let line = problems.line(span.start);
        let known = |line| kept.iter().any(|(_, span)| problems.line(span.start) == line);
        if let Some(at) = unclosed(problems, line) {
            // It swallows the rest of the file: nothing that is said of that can be relied on.
            let opening = problems.line(at);
            broken.push(opening..usize::MAX);
            if !known(opening) {
                kept.push((UNCLOSED, at..at + 1));
            }
            break;
        }
        let is_header = problems.line_text(line).starts_with('[');
        // Behind a broken header the parser puts keys into the table before it, where they may be already.
        let echo = header_broken && message == DUPLICATE;
        if known(line) || echo {
            continue;
        }
        broken.push(if is_header { line..next_header(problems, line) } else { line..line + 1 });
        header_broken |= is_header && message != DUPLICATE;
        kept.push((message, span));
    }
    if !kept.is_empty() {
        problems.forgive(&broken);
    }
    for (message, span) in kept {
        add(message, span, problems);
    }
}

/// The parser's words for a key that is written twice.
const DUPLICATE: &str = "duplicate key";

/// Stands for the parser's many words about a bracket that is not closed.
const UNCLOSED: &str = "bracket is not closed";

fn add(message: &str, span: Range<usize>, problems: &Problems<'_>) {
    let text = problems.text(&span);
    match message {
        DUPLICATE => {
            let help = "keep one of the two".to_owned();
            problems.error(
                span,
                format!("`{text}` is written twice"),
                "written before".to_owned(),
                Some(help),
            );
        }
        UNCLOSED => {
            let closing = if text == "{" { '}' } else { ']' };
            let message = format!("not valid TOML: `{text}` is not closed");
            problems.error(span, message, "opened here".to_owned(), Some(format!("add `{closing}`")));
        }
        _ => problems.error(span, format!("not valid TOML: {message}"), message.to_owned(), None),
    }
}

/// The place of a bracket of an earlier line that is still open where the next header, or the end, comes.
fn unclosed(problems: &Problems<'_>, line: usize) -> Option<usize> {
    let header = if problems.line_text(line).starts_with('[') { line } else { next_header(problems, line) };
    let end = problems.line_start(header);
    open_bracket(problems.source(), end).filter(|at| problems.line(*at) < line)
}

/// The line of the next header after `line`; past the end where there is none.
fn next_header(problems: &Problems<'_>, line: usize) -> usize {
    let lines = problems.source().lines().count();
    (line + 1..=lines).find(|next| problems.line_text(*next).starts_with('[')).unwrap_or(lines + 1)
}

/// The innermost bracket before `end` that is not closed before it, outside of headers, strings and comments.
fn open_bracket(source: &str, end: usize) -> Option<usize> {
    let mut open = Vec::new();
    let mut quote: Option<char> = None;
    let mut comment = false;
    let mut escaped = false;
    let mut blank = true;
    for (at, letter) in source.char_indices().take_while(|(at, _)| *at < end) {
        if letter == '\n' {
            // A string of one line ends with it, closed or not.
            (quote, comment, escaped, blank) = (None, false, false, true);
            continue;
        }
        // A header counts as little as a comment.
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
