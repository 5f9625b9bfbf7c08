//! `tiltyard init`: a commented starter scenario.

use std::fs::OpenOptions;
use std::io::{BufRead, ErrorKind, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure, output, starter};
use crate::scenario::STARTER;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The file to write; an existing file is never overwritten.
    #[arg(default_value = "scenario.toml")]
    pub file: PathBuf,
    /// Write a scenario for all bars in this folder instead of the bundled sample. Without it a terminal is asked.
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
}

/// Whether there is anybody to ask, and a file to be written.
fn asks(file: &std::path::Path) -> bool {
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if terminal && !file.exists() {
        output::say("folder of your bars (empty: the bundled sample):");
    }
    terminal && !file.exists()
}

/// The folder of an answer; none for an empty line or the end.
fn folder_of(answers: &mut impl BufRead) -> Option<PathBuf> {
    let mut answer = String::new();
    answers.read_line(&mut answer).ok()?;
    let answer = answer.trim();
    (!answer.is_empty()).then(|| PathBuf::from(answer))
}

/// Writes the starter; an existing file is left alone.
///
/// # Errors
/// [`Exit::Usage`] where the file exists or cannot be written.
pub fn init(args: &InitArgs) -> Result<Exit, Failure> {
    let shown = args.file.display();
    let data = match &args.data {
        None if asks(&args.file) => folder_of(&mut std::io::stdin().lock()),
        given => given.clone(),
    };
    let (text, told) = match &data {
        Some(folder) => {
            let stem =
                args.file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
            let (text, told) = starter::of_folder(folder, &stem)?;
            (text, Some(told))
        }
        None => (STARTER.to_owned(), None),
    };
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.file)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => {
            if let Some(told) = told {
                output::say(&told);
            }
            output::say(&format!("wrote {shown}; now: tiltyard check {shown} && tiltyard run {shown}"));
            Ok(Exit::Done)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Failure::plain(
            Exit::Usage,
            format!("`{shown}` already exists"),
            "give another file name, or remove it first",
        )),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Failure::plain(
            Exit::Usage,
            format!("cannot write `{shown}`: its folder does not exist"),
            "create the folder first, or give another file name",
        )),
        Err(error) => Err(Failure::plain(
            Exit::Usage,
            format!("cannot write `{shown}`: {error}"),
            "check that its folder exists and is writable",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_folder_or_the_sample() {
        let folder = |text: &str| folder_of(&mut text.as_bytes());
        assert_eq!(folder(" my bars \nmore\n"), Some(PathBuf::from("my bars")));
        assert_eq!((folder("\n"), folder("")), (None, None));
    }
}
