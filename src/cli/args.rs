//! What can be typed: commands, arguments, help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::data::DataCommand;
use super::{Exit, Failure};
use crate::scenario::format::choice_docs;
use crate::scenario::{FormatKind, TournamentFormat};
use crate::tournament::DuelSpec;
use crate::tournament::evidence::EloModel;

const EXAMPLES: &str = "\
Examples:
  tiltyard run scenarios/first_tournament.toml     replay the bundled sample and rank its agents
  tiltyard init my.toml && tiltyard check my.toml  start a scenario of your own
  tiltyard show first-tournament                   look at the latest run of a scenario again
  tiltyard standings league-of-twelve              who is better, and how sure that is

Exit codes:
  0 done    1 a run failed    2 the command line or the scenario is wrong
  3 the market data is wrong    130 interrupted

Results go to stdout, everything else to stderr. NO_COLOR is honoured.";

const EXIT_CODES: &str = "\
Exit codes:
  0 done    1 a run failed    2 the command line or the scenario is wrong
  3 the market data is wrong    130 interrupted";

/// Replays recorded market history for many isolated trading agents at once, and ranks them.
#[derive(Debug, Parser)]
#[command(name = "tiltyard", version, about, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Replay a scenario: every agent over every window; print and store the leaderboard.
    Run(RunArgs),
    /// Check a scenario and its market data without running it; every mistake in one pass.
    Check(CheckArgs),
    /// Write a commented starter scenario.
    Init(InitArgs),
    /// Print the JSON Schema of scenario files, for editors to complete and check them.
    Schema,
    /// List the built-in strategies with their parameters, defaults and warm-up.
    Strategies(StrategiesArgs),
    /// List the stored runs, newest first.
    Runs(StoreArgs),
    /// Show a stored run: settings, leaderboard, windows, agents.
    Show(ShowArgs),
    /// List the round trips of an agent in a stored run.
    Trades(TradesArgs),
    /// Show the standings of a stored tournament again, or a stored run in any format; never replays.
    Standings(StandingsArgs),
    /// Let two agents meet, window after window, until a sequential test decides.
    Duel(DuelArgs),
    /// Make, bring in and examine market data.
    #[command(subcommand)]
    Data(DataCommand),
}

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct RunArgs {
    /// The scenario (TOML).
    pub file: PathBuf,
    /// Where results land, in `DIR/<scenario>/<run-id>/`.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Threads to use; no result depends on it [default: all cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Print leaderboard.json instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Write CSV twins of the Parquet files too.
    #[arg(long)]
    pub csv: bool,
    /// No progress, no leaderboard: only errors.
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct CheckArgs {
    /// The scenario (TOML).
    pub file: PathBuf,
    /// Print the problems as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The file to write; an existing one is never overwritten.
    #[arg(default_value = "scenario.toml")]
    pub file: PathBuf,
}

/// Arguments of `strategies`.
#[derive(Debug, Args)]
pub struct StrategiesArgs {
    /// Show only this strategy, with its full description.
    pub kind: Option<String>,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Which store to read.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// Where results landed.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// A run id or its beginning, a scenario's name (its latest run), or a run folder.
    pub run: String,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `trades`.
#[derive(Debug, Args)]
pub struct TradesArgs {
    /// A run id or its beginning, a scenario's name (its latest run), or a run folder.
    pub run: String,
    /// The agent's name.
    pub agent: String,
    /// Most rows to print; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `standings`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct StandingsArgs {
    /// A run id or its beginning, a scenario's name (its latest run), or a run folder.
    pub run: String,
    /// Print standings.csv.
    #[arg(long, conflicts_with_all = ["json", "format"])]
    pub csv: bool,
    /// See the scores in this format [default: the run's own, or round_robin]; with --json print its record.
    #[arg(long, value_name = "FORMAT", value_parser = format_names())]
    pub format: Option<String>,
    /// Of a gauntlet: the agents that the others must beat.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub baselines: Vec<String>,
    /// Of a league [default: 3].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub seasons: Option<u32>,
    /// Of a league [default: 2].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub divisions: Option<u32>,
    /// Of a Swiss tournament [default: as many as one agent needs to beat all].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rounds: Option<u32>,
    /// Of a knockout: the best seeds, best first [default: played for].
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub seeds: Vec<String>,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

fn format_names() -> clap::builder::PossibleValuesParser {
    choice_docs::<FormatKind>().into_iter().map(|choice| choice.name).collect::<Vec<_>>().into()
}

impl StandingsArgs {
    /// The format that was asked for, with its settings.
    ///
    /// # Errors
    /// [`Exit::Usage`] for a setting of another format.
    pub fn format(&self) -> Result<Option<TournamentFormat>, Failure> {
        let format = self.format.as_deref().map(|name| match name {
            "gauntlet" => TournamentFormat::Gauntlet { baselines: self.baselines.clone() },
            "league" => TournamentFormat::League {
                seasons: self.seasons.unwrap_or(3),
                divisions: self.divisions.unwrap_or(2),
            },
            "swiss" => TournamentFormat::Swiss { rounds: self.rounds },
            "knockout" => TournamentFormat::Knockout { seeds: self.seeds.clone() },
            "survival" => TournamentFormat::Survival,
            _ => TournamentFormat::RoundRobin,
        });
        let settings = [
            (!self.baselines.is_empty(), "baselines", FormatKind::Gauntlet),
            (self.seasons.is_some(), "seasons", FormatKind::League),
            (self.divisions.is_some(), "divisions", FormatKind::League),
            (self.rounds.is_some(), "rounds", FormatKind::Swiss),
            (!self.seeds.is_empty(), "seeds", FormatKind::Knockout),
        ];
        let kind = format.as_ref().map(TournamentFormat::kind);
        match settings.into_iter().find(|&(given, _, owner)| given && kind != Some(owner)) {
            Some((_, name, owner)) => {
                let message = format!("--{name} is a setting of format `{}`", owner.as_str());
                let help = format!("add --format {}, or take it away", owner.as_str());
                Err(Failure::plain(Exit::Usage, message, help))
            }
            None => Ok(format),
        }
    }
}

/// Arguments of `duel`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES, group = clap::ArgGroup::new("source").required(true))]
pub struct DuelArgs {
    /// The agent that may be the stronger.
    pub a: String,
    /// The other.
    pub b: String,
    /// Replay windows of this scenario, as many as it takes.
    #[arg(long, value_name = "FILE", group = "source")]
    pub scenario: Option<PathBuf>,
    /// Take the scores of this stored run; nothing is replayed.
    #[arg(long, value_name = "RUN", group = "source")]
    pub run: Option<String>,
    /// H0: so many Elo stronger.
    #[arg(long, value_name = "ELO", default_value_t = 0.0, allow_hyphen_values = true)]
    pub elo0: f64,
    /// H1: so many Elo stronger.
    #[arg(long, value_name = "ELO", default_value_t = 100.0, allow_hyphen_values = true)]
    pub elo1: f64,
    /// Probability of calling A stronger though H0 holds.
    #[arg(long, value_name = "P", default_value_t = 0.05)]
    pub alpha: f64,
    /// Probability of not calling A stronger though H1 holds.
    #[arg(long, value_name = "P", default_value_t = 0.05)]
    pub beta: f64,
    /// Read --elo0 and --elo1 on the normalised scale, which does not depend on how many windows are drawn.
    #[arg(long)]
    pub normalized: bool,
    /// Where the duel is registered, in `DIR/duels/`, and where stored runs are.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Threads to use; no result depends on it [default: all cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Print the duel's record as JSON.
    #[arg(long)]
    pub json: bool,
    /// No progress, no result: only errors.
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
