//! `tiltyard duel`: two agents, window after window in an order fixed beforehand, until it is decided.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::ThreadsArg;
use super::interrupt::Interrupt;
use super::{Exit, Failure, output, programs};
use crate::report::terminal;
use crate::run::{
    self, DuelRequest, RunEvent, RunObserver, ScenarioSource, duel_stored, on_threads, prepare_with,
};
use crate::statistics::evidence::EloModel;
use crate::store::registry::StoredAgents;
use crate::store::{DuelRecord, StoredRun, find_run};
use crate::tournament::DuelSpec;

/// Arguments of `duel`.
#[derive(Debug, Args)]
#[command(after_help = Exit::help(), group = clap::ArgGroup::new("source").required(true))]
pub struct DuelArgs {
    /// The first agent; the test asks whether it is stronger.
    pub a: String,
    /// The second agent.
    pub b: String,
    /// Replay windows of this scenario until the test decides.
    #[arg(long, value_name = "FILE", group = "source")]
    pub scenario: Option<PathBuf>,
    /// Use the scores of this stored run, without a replay.
    #[arg(long, value_name = "RUN", group = "source")]
    pub run: Option<String>,
    /// H0: A is this many Elo stronger.
    #[arg(long, value_name = "ELO", default_value_t = 0.0, allow_hyphen_values = true)]
    pub elo0: f64,
    /// H1: A is this many Elo stronger.
    #[arg(long, value_name = "ELO", default_value_t = 100.0, allow_hyphen_values = true)]
    pub elo1: f64,
    /// Probability of accepting H1 if H0 is true.
    #[arg(long, value_name = "P", default_value_t = 0.05)]
    pub alpha: f64,
    /// Probability of accepting H0 if H1 is true.
    #[arg(long, value_name = "P", default_value_t = 0.05)]
    pub beta: f64,
    /// Interpret --elo0 and --elo1 on the normalised Elo scale, which does not depend on the share of draws.
    #[arg(long)]
    pub normalized: bool,
    /// The store; the duel is registered in `DIR/duels/`.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// On how many threads.
    #[command(flatten)]
    pub threads: ThreadsArg,
    /// Print the duel's record as JSON.
    #[arg(long)]
    pub json: bool,
    /// Print only errors: no progress, no result.
    #[arg(long, short)]
    pub quiet: bool,
}

impl DuelArgs {
    /// The test that was asked for.
    pub fn spec(&self) -> DuelSpec {
        let model = if self.normalized { EloModel::Normalized } else { EloModel::Logistic };
        DuelSpec { elo0: self.elo0, elo1: self.elo1, alpha: self.alpha, beta: self.beta, model }
    }
}

/// Registers the order, plays as many windows as it takes, prints the decision.
///
/// # Errors
/// What is wrong with the scenario, the data, the run or the test; [`Exit::Interrupted`] on Ctrl-C.
pub fn duel(args: &DuelArgs) -> Result<Exit, Failure> {
    let request = DuelRequest { a: &args.a, b: &args.b, spec: args.spec(), out: &args.out };
    let observer = DuelProgress { quiet: args.quiet, interrupt: Interrupt::listen() };
    let record = match (&args.scenario, &args.run) {
        (Some(file), _) => replayed(args, file, &request, &observer)?,
        (None, Some(run)) => {
            let stored = StoredRun::load(&find_run(&args.out, run)?)?;
            duel_stored(&stored, &request, &observer)?
        }
        // The command line asks for one of the two.
        (None, None) => return Ok(Exit::Done),
    };
    if args.json {
        output::result(&record.to_json()?)?;
    } else if !args.quiet {
        output::result(&terminal::duel(&record, output::style()))?;
    }
    Ok(Exit::Done)
}

/// Plays windows of a scenario.
fn replayed(
    args: &DuelArgs,
    file: &Path,
    request: &DuelRequest<'_>,
    observer: &DuelProgress,
) -> Result<DuelRecord, Failure> {
    let source = ScenarioSource::read(file, &StoredAgents::of(&args.out))?;
    request.check(&source.scenario)?;
    on_threads(args.threads.count(), || {
        let prepared = prepare_with(&source.scenario, &[], &programs::of(&args.out))?;
        run::duel(&prepared, request, observer)
    })
    .map_err(|error| Failure::of_run(&error, &source))
}

/// Says each window as it is played.
struct DuelProgress {
    quiet: bool,
    interrupt: Interrupt,
}

impl RunObserver for DuelProgress {
    fn event(&self, event: &RunEvent<'_>) {
        if self.quiet {
            return;
        }
        match event {
            RunEvent::DuelRegistered { record, file } => {
                output::say(&format!("registered: {} windows in {}", record.order.len(), file.display()));
            }
            RunEvent::DuelWindow { record } => {
                if let Some(game) = record.games.last() {
                    output::say(&terminal::duel_game(record, game, terminal::Style::PLAIN));
                }
            }
            _ => {}
        }
    }

    fn cancelled(&self) -> bool {
        self.interrupt.raised()
    }
}
