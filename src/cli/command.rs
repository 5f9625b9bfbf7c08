//! The commands of the command line, and its help.

use clap::{Parser, Subcommand};

use super::agent::AgentCommand;
use super::args::{RunArgs, StoreArgs};
use super::battle::BattleCommand;
use super::check::CheckArgs;
use super::data::DataCommand;
use super::duel::DuelArgs;
use super::evidence::EvidenceArgs;
use super::init::InitArgs;
use super::metrics::MetricsArgs;
use super::rank::RankArgs;
use super::report::ReportArgs;
use super::standings::StandingsArgs;
use super::store::StoreCommand;
use super::stored::{ShowArgs, TradesArgs};
use super::strategies::StrategiesArgs;
use super::sweep::SweepCommand;

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
    /// Render a stored run's pages again, its pictures, or compare several runs.
    Report(ReportArgs),
    /// Register agents that live beyond one run, change them, and see how they stand.
    #[command(subcommand)]
    Agent(AgentCommand),
    /// Battle again with other agents or settings, and look into finished battles.
    #[command(subcommand)]
    Battle(BattleCommand),
    /// Check the store of results and agents, and clear it of leftovers.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Compute the metrics of a return or equity series made elsewhere (CSV or Parquet).
    Metrics(MetricsArgs),
    /// Show the standings of a stored run, and its scores in any tournament format.
    Standings(StandingsArgs),
    /// Let two agents meet, window after window, until a sequential test decides.
    Duel(DuelArgs),
    /// Look at what a run with `[sweep]` tried.
    #[command(subcommand)]
    Sweep(SweepCommand),
    /// Rank the agents of a score matrix made elsewhere: standings, ratings, tests.
    Rank(RankArgs),
    /// Say whether the best of many trials made elsewhere is more than selection luck.
    Evidence(EvidenceArgs),
    /// Make, bring in and examine market data.
    #[command(subcommand)]
    Data(DataCommand),
}
