//! What can be typed: commands, arguments, help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::agent::AgentCommand;
use super::battle::BattleCommand;
use super::data::DataCommand;
use super::store::StoreCommand;

const EXAMPLES: &str = "\
Examples:
  tiltyard run scenarios/first_tournament.toml     replay the bundled sample and rank its agents
  tiltyard init my.toml && tiltyard check my.toml  start a scenario of your own
  tiltyard show first-tournament                   look at the latest run of a scenario again

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
    /// Register agents that live beyond one run, change them, and see how they stand.
    #[command(subcommand)]
    Agent(AgentCommand),
    /// Battle again with other agents or settings, and look into finished battles.
    #[command(subcommand)]
    Battle(BattleCommand),
    /// Check the store of results and agents, and clear it of leftovers.
    #[command(subcommand)]
    Store(StoreCommand),
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
    /// The store whose registered agents it may name.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
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
