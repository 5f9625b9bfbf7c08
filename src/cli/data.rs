//! `tiltyard data`: market data of the project's own.

use super::args::{DataCommand, SynthArgs};
use super::exit::Failure;
use super::{Exit, output};
use crate::market::synth;

/// Carries out a `data` command.
///
/// # Errors
/// [`Exit::Data`] where a file cannot be written.
pub fn data(command: &DataCommand) -> Result<Exit, Failure> {
    match command {
        DataCommand::Synth(args) => synth(args),
    }
}

fn synth(args: &SynthArgs) -> Result<Exit, Failure> {
    let files =
        synth::write_sample(&args.out).map_err(|error| Failure::plain(Exit::Data, &error, error.help()))?;
    for file in files {
        output::result(&format!("{}\n", file.display()))?;
    }
    Ok(Exit::Done)
}
