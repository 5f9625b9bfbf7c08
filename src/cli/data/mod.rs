//! `tiltyard data ..`: import and check vendor data.
//!
//! Owns the arguments, tables and progress bars of these commands; the work is done in `market`. Tables and
//! JSON go to stdout, messages to stderr.

mod check;
mod download;
mod import;
mod info;
mod progress;
mod reading;
mod resample;
mod synth;
pub(super) mod table;

pub(super) use reading::import_failed;

use super::interrupt::Interrupt;
use super::{Exit, Failure};

/// Import, download, check, look at, resample and make bars.
#[derive(Debug, clap::Subcommand)]
pub enum DataCommand {
    /// Convert vendor files to Parquet bars
    Import(import::ImportArgs),
    /// Download bars from an exchange's public archive
    #[command(subcommand)]
    Download(download::DownloadCommand),
    /// Report errors and suspicious bars in files
    Check(check::CheckArgs),
    /// Show a file's columns, range, first and last bars
    Info(info::InfoArgs),
    /// Resample bars to a coarser interval
    Resample(resample::ResampleArgs),
    /// Generate synthetic bars from a seed
    Synth(synth::SynthArgs),
}

impl DataCommand {
    /// Does it.
    ///
    /// # Errors
    /// The diagnostic to print and the code to leave with.
    pub fn run(&self) -> Result<Exit, Failure> {
        Interrupt::stop_at_once();
        match self {
            Self::Import(args) => args.run(),
            Self::Download(command) => command.run(),
            Self::Check(args) => args.run(),
            Self::Info(args) => args.run(),
            Self::Resample(args) => args.run(),
            Self::Synth(args) => args.run(),
        }
    }
}
