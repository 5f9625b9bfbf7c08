//! `tiltyard battle rematch`: the scenario of a finished run, changed, as a new run.

use super::super::{Exit, Failure, programs, run};
use super::args::RematchArgs;
use crate::run::{RematchRequest, rematch as changed};

/// Changes, reads, replays, stores, prints.
///
/// # Errors
/// Where there is no such run, a change leads nowhere, or the changed scenario cannot be run.
pub fn rematch(args: &RematchArgs) -> Result<Exit, Failure> {
    let source = changed(&RematchRequest {
        out: &args.output.out,
        run: &args.run,
        agents: args.agents.as_deref(),
        entrants: &[],
        settings: &args.settings,
    })?;
    run::run_source(&source, &args.output, &programs::of(&args.output.out), run::Made::default())
}
