//! `tiltyard init`: a commented starter scenario.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure, output};
use crate::scenario::STARTER;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The file to write; an existing file is never overwritten.
    #[arg(default_value = "scenario.toml")]
    pub file: PathBuf,
}

/// Writes the starter; an existing file is left alone.
///
/// # Errors
/// [`Exit::Usage`] where the file exists or cannot be written.
pub fn init(args: &InitArgs) -> Result<Exit, Failure> {
    let shown = args.file.display();
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.file)
        .and_then(|mut file| file.write_all(STARTER.as_bytes()));
    match written {
        Ok(()) => {
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
