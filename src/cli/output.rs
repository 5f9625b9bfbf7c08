//! Writing to the terminal: results to stdout, messages to stderr, plain when piped.

use std::io::{self, IsTerminal, Write};

use super::visible::{is_colour, visible, visible_but};
use super::{Exit, Failure};
pub use crate::domain::counted;
use crate::report::terminal::Style;
use crate::store::for_spreadsheets;

/// Width, in columns, of diagnostics and piped tables.
pub const WIDTH: usize = 100;
/// What tables set: nothing, bold, red, green, and their ends.
const OWN: [&str; 6] = ["", "0", "1", "38;5;1", "38;5;2", "39"];
/// Minimum width of a diagnostic.
const NARROWEST: usize = 40;

/// Writes a result to stdout. A closed pipe (`tiltyard runs | head`) is not an error.
///
/// # Errors
/// [`Exit::RunFailed`] when stdout cannot be written for another reason.
pub fn result(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let text = visible_but(text, |codes| OWN.contains(&codes) && colour(stdout_is_terminal()));
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::plain(
            Exit::RunFailed,
            format!("cannot write to stdout: {error}"),
            "check the target of the redirection",
        )),
        _ => Ok(()),
    }
}

/// Writes what cannot be asked for again to stdout, such as a key.
///
/// # Errors
/// Where it cannot be written, a closed pipe included, and where stdout is closed or discards what is written.
pub fn once(text: &str) -> io::Result<()> {
    if is_nowhere() {
        return Err(io::Error::new(
            io::ErrorKind::BrokenPipe,
            "stdout is closed, or discards what is written",
        ));
    }
    let mut out = io::stdout().lock();
    out.write_all(visible(text).as_bytes()).and_then(|()| out.flush())
}

/// Whether stdout was closed when the program started: the runtime has opened the null device in its place then, to be
/// read and written. A redirection to the null device opens it to be written only, and is what the user wants.
#[cfg(unix)]
fn is_nowhere() -> bool {
    use std::os::unix::fs::MetadataExt;
    let out = io::stdout();
    let device = |path: &str| std::fs::metadata(path).map(|found| found.rdev()).ok();
    let is_null = rustix::fs::fstat(&out).is_ok_and(|found| device("/dev/null") == Some(found.st_rdev));
    let flags = rustix::fs::fcntl_getfl(&out);
    is_null && flags.is_ok_and(|flags| flags.contains(rustix::fs::OFlags::RDWR))
}

#[cfg(not(unix))]
fn is_nowhere() -> bool {
    false
}

/// Prints a line on stderr; errors are ignored.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", visible(line));
}

/// Prints a diagnostic on stderr: what it has of files must have been [made visible](visible) before it was coloured.
pub fn say_coloured(text: &str) {
    let _ = writeln!(
        io::stderr().lock(),
        "{}",
        visible_but(text, |codes| is_colour(codes) && colour(stderr_is_terminal()))
    );
}

/// CSV for stdout, for a spreadsheet where that was asked for.
pub fn csv(text: &str, spreadsheet: bool) -> String {
    if spreadsheet { for_spreadsheets(text) } else { text.to_owned() }
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
