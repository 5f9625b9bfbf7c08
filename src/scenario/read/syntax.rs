//! Mistakes of the TOML itself.

use toml::de::Error;

use crate::scenario::problem::Problems;

/// Adds the parser's errors, one a line, and drops what else was said because of those lines.
pub(super) fn report(errors: &[Error], problems: &Problems<'_>) {
    let mut lines: Vec<usize> = Vec::new();
    let mut kept = Vec::new();
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let line = problems.line(span.start);
        if !lines.contains(&line) {
            lines.push(line);
            kept.push((error.message(), span));
        }
    }
    if kept.is_empty() {
        return;
    }
    problems.forgive(&lines);
    for (message, span) in kept {
        if message == "duplicate key" {
            let message = format!("`{}` is written twice", problems.text(&span));
            let help = Some("keep one of the two".to_owned());
            problems.error(span, message, "written before".to_owned(), help);
        } else {
            problems.error(span, format!("not valid TOML: {message}"), message.to_owned(), None);
        }
    }
}
