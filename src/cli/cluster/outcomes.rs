//! `tiltyard outcomes`: how far the shards are.

use std::time::Duration;

use clap::Args;

use super::super::args::duration;
use super::super::interrupt::Interrupt;
use super::super::output;
use super::super::{Exit, Failure};
use crate::report::terminal;
use crate::store::outcomes::{OutcomeStatus, PackStore};

/// Arguments of `outcomes`.
#[derive(Debug, Args)]
pub struct OutcomesArgs {
    /// Where the shards publish.
    #[arg(value_name = "DEST")]
    pub dest: String,
    /// Show it again and again until all jobs are done; Ctrl-C ends it.
    #[arg(long)]
    pub watch: bool,
    /// Time between two looks with --watch.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10s", requires = "watch")]
    pub every: Duration,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Shows how many jobs are done, failed and missing.
///
/// # Errors
/// Where the packs cannot be read.
pub fn outcomes(args: &OutcomesArgs) -> Result<Exit, Failure> {
    let store = PackStore::open(&args.dest, false)?;
    let interrupt = if args.watch { Interrupt::listen() } else { Interrupt::default() };
    loop {
        let status = OutcomeStatus::read(&store)?;
        let text = match args.json {
            true => format!("{:#}\n", serde_json::json!(status)),
            false => terminal::outcomes(&status, &args.dest, output::style()),
        };
        output::result(&text)?;
        let done = !status.runs.is_empty() && status.runs.iter().all(|run| run.missing == 0);
        if !args.watch || done || interrupt.raised() {
            return Ok(Exit::Done);
        }
        let mut rest = args.every;
        while !rest.is_zero() && !interrupt.raised() {
            let part = rest.min(Duration::from_millis(100));
            std::thread::sleep(part);
            rest -= part;
        }
    }
}
