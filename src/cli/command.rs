//! The commands of the command line, and its help.

use clap::{Parser, Subcommand};

use super::Exit;
#[cfg(feature = "serve")]
use super::account::AccountCommand;
use super::agent::AgentCommand;
use super::args::{RunArgs, StoreArgs};
use super::battle::BattleCommand;
use super::check::CheckArgs;
use super::cluster::{ClusterCommand, MergeArgs, OutcomesArgs};
use super::data::DataCommand;
use super::diff::DiffArgs;
use super::duel::DuelArgs;
use super::evidence::EvidenceArgs;
use super::init::InitArgs;
use super::metrics::MetricsArgs;
use super::rank::RankArgs;
use super::report::ReportArgs;
use super::schema::SchemaArgs;
#[cfg(feature = "serve")]
use super::serve::ServeArgs;
use super::shell::{CompletionsArgs, ManArgs};
use super::standings::StandingsArgs;
use super::store::StoreCommand;
use super::stored::{ShowArgs, TradesArgs};
use super::strategies::StrategiesArgs;
use super::sweep::SweepCommand;

const EXAMPLES: &str = "\
Examples:
  tiltyard run scenarios/first_tournament.toml     replay the bundled sample and rank its agents
  tiltyard init my.toml && tiltyard check my.toml  start a scenario of your own
  tiltyard show first-tournament                   show the latest run of a scenario
  tiltyard standings league-of-twelve              ranks with intervals and significance tests

Results go to stdout, all messages to stderr. NO_COLOR is honoured.";

/// Replays recorded market history for many isolated trading agents at once, and ranks them.
#[derive(Debug, Parser)]
#[command(name = "tiltyard", version, about, after_help = format!("{EXAMPLES}\n\n{}", Exit::help()), max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Subcommands of `tiltyard`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Replay a scenario: every agent over every window; print and store the leaderboard.
    Run(RunArgs),
    /// Report all errors of a scenario and its market data, without running it.
    Check(CheckArgs),
    /// Write a commented starter scenario.
    Init(InitArgs),
    /// Print the JSON Schema of scenario files, for completion and validation in editors.
    Schema(SchemaArgs),
    /// List the built-in strategies with their parameters, defaults and warm-up.
    Strategies(StrategiesArgs),
    /// List the stored runs, newest first.
    Runs(StoreArgs),
    /// Show a stored run: settings, leaderboard, windows, agents.
    Show(ShowArgs),
    /// List the round trips of an agent in a stored run.
    Trades(TradesArgs),
    /// Render a stored run's pages again, export its charts, or compare several runs.
    Report(ReportArgs),
    /// Show what differs between stored runs: settings by name, results, verdicts.
    Diff(DiffArgs),
    /// Manage registered agents, which keep versions, wallet and history across runs.
    #[command(subcommand)]
    Agent(AgentCommand),
    /// Run a stored scenario again with changes, or show a run at any time.
    #[command(subcommand)]
    Battle(BattleCommand),
    /// Verify, repair and clean the store of runs and agents.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Compute the metrics of a return or equity series from another tool (CSV or Parquet).
    Metrics(MetricsArgs),
    /// Show the standings of a stored run, in any tournament format.
    Standings(StandingsArgs),
    /// Compare two agents window by window until a sequential test decides.
    Duel(DuelArgs),
    /// Show the trials of a run with `[sweep]`.
    #[command(subcommand)]
    Sweep(SweepCommand),
    /// Make a run of what shards have published, and compute what is missing.
    Merge(MergeArgs),
    /// Show how many jobs of shards are done, failed and missing.
    Outcomes(OutcomesArgs),
    /// Write jobs for schedulers: Slurm, Kubernetes.
    #[command(subcommand)]
    Cluster(ClusterCommand),
    /// Rank agents by a table of scores from another tool: standings, ratings, tests.
    Rank(RankArgs),
    /// Test whether the best of many trials from another tool is more than selection luck.
    Evidence(EvidenceArgs),
    /// Serve the registry, sessions and battles over HTTP.
    #[cfg(feature = "serve")]
    Serve(ServeArgs),
    /// Manage the accounts that log in to `tiltyard serve`.
    #[cfg(feature = "serve")]
    #[command(subcommand)]
    Account(AccountCommand),
    /// Import, download, check and generate market data.
    #[command(subcommand)]
    Data(DataCommand),
    /// Print the completion script of a shell: bash, zsh, fish, elvish, powershell.
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for each command.
    Man(ManArgs),
}
