//! `tiltyard run` of a scenario with `[sweep]`: the sweep, then the scenario with the winner's values in place.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::super::args::OutputArgs;
use super::super::interrupt::Interrupt;
use super::super::{Exit, Failure, output};
use super::progress::SweepProgress;
use crate::engine::Loop;
use crate::report::{self, terminal};
use crate::run::{
    Destination, Kept, Merging, Prepared, RunError, RunObserver, SWEEP_MEMORY, StoredSweepRun,
    sweep_and_store, sweep_merged,
};
use crate::store::sweep::StoredSweep;
use crate::tournament::RunOptions;

/// Trials that are shown after a sweep.
const SHOWN: usize = 10;

/// Sweeps, stores, prints.
///
/// # Errors
/// [`Exit::Interrupted`] on Ctrl-C, with the command that resumes it; else where something cannot be stored.
pub fn run(
    prepared: &Prepared,
    destination: &Destination<'_>,
    args: &OutputArgs,
    engine: Loop,
    (interrupt, merging): (Interrupt, Option<Merging>),
) -> Result<(), Failure> {
    let options = RunOptions { engine, memory: args.memory.unwrap_or(SWEEP_MEMORY), ..RunOptions::default() };
    let progress = SweepProgress::new(args.quiet, interrupt);
    let swept = match merging {
        Some(mut merging) => sweep_merged(prepared, destination, options, &progress, &mut merging),
        None => sweep_and_store(prepared, destination, options, &progress),
    };
    let swept = swept.map_err(failure)?;
    let StoredSweepRun { stored, has_winner } = swept;
    if args.json {
        return output::result(&report::leaderboard_json(&stored.leaderboard)?);
    }
    if args.quiet {
        return Ok(());
    }
    output::result(&page(&stored.folder)?)?;
    let board = terminal::leaderboard(&stored, output::style());
    output::result(&format!(
        "\n{}\n\n{}",
        output::style().bold(heading(has_winner)),
        board.split_once("\n\n").map_or(board.as_str(), |(_, table)| table)
    ))
}

/// The progress of a sweep or a shard of it.
pub fn progress(quiet: bool, interrupt: Interrupt) -> impl RunObserver {
    SweepProgress::new(quiet, interrupt)
}

/// What is said above the leaderboard.
const fn heading(has_winner: bool) -> &'static str {
    if has_winner {
        "With the winner's parameters"
    } else {
        "No trial has a score: with the scenario's own parameters"
    }
}

/// The best trials, the winner and its evidence, and where to look further.
fn page(folder: &Path) -> Result<String, Failure> {
    let sweep = StoredSweep::load(folder)?;
    let style = output::style();
    let mut text = terminal::sweep_top(&sweep, "score", SHOWN, style);
    text.push('\n');
    text.push_str(&terminal::sweep_outcome(&sweep, style));
    if let [x, y, ..] = sweep.parameters().as_slice() {
        let name = |path: &str| path.rsplit('.').next().unwrap_or(path).to_owned();
        text.push_str(&format!(
            "\nheatmap: tiltyard sweep heatmap {} --x {} --y {}\n",
            sweep.record.run_id,
            name(&x.name),
            name(&y.name)
        ));
    }
    Ok(text)
}

/// An interrupted sweep, with the command that resumes it.
fn failure(error: RunError) -> Failure {
    match error {
        RunError::Interrupted { kept: Kept::Batches, .. } => {
            let help = "every finished batch is stored; resume with:";
            let next = Some(command(std::env::args_os()));
            Failure { next, ..Failure::plain(Exit::Interrupted, error, help) }
        }
        error => error.into(),
    }
}

/// The command line as it can be typed again, also where a word is no text.
fn command(words: impl Iterator<Item = OsString>) -> String {
    words.map(|word| quoted(&word)).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &OsStr) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    match word.to_str() {
        Some(word) if !word.is_empty() && word.chars().all(plain) => word.to_owned(),
        Some(word) if !word.chars().any(char::is_control) => format!("'{}'", word.replace('\'', r"'\''")),
        // Bytes that are no text, and control characters: as the shells' `$'..'` has them.
        _ => {
            let byte = |&byte: &u8| match byte {
                b'\'' | b'\\' => format!("\\{}", char::from(byte)),
                b' '..=b'~' => char::from(byte).to_string(),
                _ => format!("\\x{byte:02x}"),
            };
            format!("$'{}'", word.as_encoded_bytes().iter().map(byte).collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_can_be_typed_again() {
        let words = ["tiltyard", "run", "my sweep.toml", "--out", "it's"].map(OsString::from);
        assert_eq!(command(words.into_iter()), r"tiltyard run 'my sweep.toml' --out 'it'\''s'");
    }

    #[cfg(unix)]
    #[test]
    fn a_word_that_is_no_text_can_be_typed_again_too() {
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(quoted(OsStr::from_bytes(b"a b/x\xff's")), r"$'a b/x\xff\'s'");
        assert_eq!(quoted(OsStr::new("two\nlines")), r"$'two\x0alines'");
    }
}
