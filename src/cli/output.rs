//! Writing to the terminal: results to stdout, messages to stderr, plain when piped.

use std::io::{self, IsTerminal, Write};

use super::{Exit, Failure};
pub use crate::domain::counted;
use crate::report::terminal::Style;

/// Width, in columns, of diagnostics and piped tables.
pub const WIDTH: usize = 100;
/// Minimum width of a diagnostic.
const NARROWEST: usize = 40;

/// Writes a result to stdout. A closed pipe (`tiltyard runs | head`) is not an error.
///
/// # Errors
/// [`Exit::RunFailed`] when stdout cannot be written for another reason.
pub fn result(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::plain(
            Exit::RunFailed,
            format!("cannot write to stdout: {error}"),
            "check the target of the redirection",
        )),
        _ => Ok(()),
    }
}

/// Prints a line on stderr; errors are ignored.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Whether stderr is a terminal.
pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Width of diagnostics on stderr: that of the terminal, at most [`WIDTH`].
pub fn page_width() -> usize {
    let terminal = stderr_is_terminal().then(|| terminal_size::terminal_size_of(io::stderr())).flatten();
    terminal.map_or(WIDTH, |(width, _)| usize::from(width.0).clamp(NARROWEST, WIDTH))
}

/// Whether stdout is a terminal.
pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether colour is wanted: a terminal, and `NO_COLOR` not set.
pub fn colour(terminal: bool) -> bool {
    terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// How tables on stdout are drawn: as wide as the terminal, plain when piped.
pub fn style() -> Style {
    let terminal = stdout_is_terminal();
    if !terminal {
        return Style::PLAIN;
    }
    let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0));
    Style { colour: colour(terminal), unicode: true, width: Some(width) }
}

/// Words in as few lines of at most `width` as they fit in; a longer word has a line of its own.
pub fn folded<'w>(words: impl Iterator<Item = &'w str>, between: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.len() + between.len() + word.len() <= width => {
                line.push_str(between);
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
