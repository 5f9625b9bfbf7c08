//! What can be typed: commands, arguments, help.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::agent::AgentCommand;
use super::battle::BattleCommand;
use super::data::DataCommand;
use super::duel::DuelArgs;
use super::evidence::EvidenceArgs;
use super::rank::RankArgs;
use super::standings::StandingsArgs;
use super::store::StoreCommand;
use super::sweep::SweepCommand;
use crate::scenario::MetricsProfile;

const EXAMPLES: &str = "\
Examples:
  tiltyard run scenarios/first_tournament.toml     replay the bundled sample and rank its agents
  tiltyard init my.toml && tiltyard check my.toml  start a scenario of your own
  tiltyard show first-tournament                   show the latest run of a scenario
  tiltyard standings league-of-twelve              ranks with intervals and significance tests

Exit codes:
  0 done    1 a run failed    2 the command line or the scenario is wrong
  3 the market data is wrong    130 interrupted

Results go to stdout, all messages to stderr. NO_COLOR is honoured.";

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0 done    1 a run failed    2 the command line or the scenario is wrong
  3 the market data is wrong    130 interrupted";

const METRICS_HELP: &str = "\
Examples:
  tiltyard metrics run.csv --column equity --periods-per-year 365
  tiltyard metrics fund.parquet --column returns --periods-per-year 252 --benchmark spy.csv

The word `return`, `ret` or `change` in a column's name means returns; `equity`, `balance`, `nav`,
`value`, `capital`, `wealth`, `close`, `price` or `level` means levels, which are converted to
returns. If the name has words of both kinds or of neither, --kind is required.
Rows without a value are allowed only at the start.

Exit codes:
  0 done    2 the command line or a file is wrong";

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
    /// Report all errors of a scenario and its market data, without running it.
    Check(CheckArgs),
    /// Write a commented starter scenario.
    Init(InitArgs),
    /// Print the JSON Schema of scenario files, for completion and validation in editors.
    Schema,
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
    /// Rank agents by a table of scores from another tool: standings, ratings, tests.
    Rank(RankArgs),
    /// Test whether the best of many trials from another tool is more than selection luck.
    Evidence(EvidenceArgs),
    /// Import, download, check and generate market data.
    #[command(subcommand)]
    Data(DataCommand),
}

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct RunArgs {
    /// The scenario (TOML).
    pub file: PathBuf,
    /// The store; results go to `DIR/<scenario>/<run-id>/`.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Number of threads; does not affect results [default: all cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Memory limit for shared indicators, such as 512MB [default: no limit].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<usize>,
    /// Replay loop, `skip` or `bar-by-bar`; both give the same bytes.
    #[arg(long, value_name = "LOOP", value_enum, default_value_t, hide_possible_values = true)]
    pub engine: EngineArg,
    /// Print leaderboard.json instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Also write the Parquet files as CSV.
    #[arg(long)]
    pub csv: bool,
    /// Print the number of jobs and the estimated time and memory, without running them.
    #[arg(long)]
    pub dry_run: bool,
    /// Print only errors: no progress, no leaderboard.
    #[arg(long, short)]
    pub quiet: bool,
}

/// The replay loops.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum EngineArg {
    /// Skips bars without an event.
    #[default]
    Skip,
    /// Visits every tick.
    BarByBar,
}

/// A number of bytes, with a unit or without.
pub fn size(text: &str) -> Result<usize, String> {
    let bytes = text.parse::<ByteSize>().ok().and_then(|size| usize::try_from(size.as_u64()).ok());
    bytes.ok_or_else(|| "write a number and a unit, such as `512MB` or `2GiB`".to_owned())
}

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct CheckArgs {
    /// The scenario (TOML).
    pub file: PathBuf,
    /// The store with the registered agents that the scenario names.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Print the problems as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The file to write; an existing file is never overwritten.
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

/// What a column of a file holds.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum KindArg {
    /// Simple returns, as fractions.
    Returns,
    /// Levels: equity, balances, prices.
    Equity,
}

/// Arguments of `metrics`.
#[derive(Debug, Args)]
#[command(after_help = METRICS_HELP)]
pub struct MetricsArgs {
    /// A CSV or Parquet file; the first column may hold dates or labels.
    pub file: PathBuf,
    /// The column of the series.
    #[arg(long, value_name = "NAME")]
    pub column: String,
    /// What the column holds, if its name does not say it.
    #[arg(long)]
    pub kind: Option<KindArg>,
    /// Rows per year: 252 trading days, 365 days, 8760 hours.
    #[arg(long, value_name = "N", value_parser = periods)]
    pub periods_per_year: f64,
    /// Risk-free rate per year, as a fraction: 0.02 is 2 %.
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = rate, allow_negative_numbers = true)]
    pub rf: f64,
    /// Minimum acceptable return per year for Sortino and omega, as a fraction.
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = rate, allow_negative_numbers = true)]
    pub mar: f64,
    /// A file with the benchmark; rows are matched by date, else by label, else by position.
    #[arg(long, value_name = "FILE")]
    pub benchmark: Option<PathBuf>,
    /// The benchmark's column [default: the only one].
    #[arg(long, value_name = "NAME", requires = "benchmark")]
    pub benchmark_column: Option<String>,
    /// The library whose metric definitions to use.
    #[arg(long, value_name = "NAME", default_value = "tiltyard", value_parser = profile)]
    pub profile: MetricsProfile,
    /// Print as JSON; values are fractions, undefined ones null with the reason under `missing`.
    #[arg(long)]
    pub json: bool,
}

fn periods(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(n) if n > 0.0 && n <= 100_000_000.0 => Ok(n),
        _ => Err("must be a number above 0".to_owned()),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate > -1.0 && rate <= 1.0 => Ok(rate),
        Ok(_) => Err("must be a fraction above -1 and up to 1: 0.02 is 2 %".to_owned()),
        Err(_) => Err("must be a fraction such as 0.02".to_owned()),
    }
}

fn profile(text: &str) -> Result<MetricsProfile, String> {
    let found = MetricsProfile::ALL.into_iter().find(|profile| profile.as_str() == text);
    found.ok_or_else(|| {
        let known: Vec<&str> = MetricsProfile::ALL.iter().map(|profile| profile.as_str()).collect();
        format!("known: {}", known.join(", "))
    })
}

/// Which store to read.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// The store.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// A run id or a prefix of it, a scenario name (its latest run), or a run folder.
    pub run: String,
    /// Show one agent: metrics of each window, monthly returns and largest drawdowns.
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `trades`.
#[derive(Debug, Args)]
pub struct TradesArgs {
    /// A run id or a prefix of it, a scenario name (its latest run), or a run folder.
    pub run: String,
    /// The agent's name.
    pub agent: String,
    /// Maximum number of rows, the latest ones; 0 for all [default: 50; all with --json].
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct ReportArgs {
    /// A run id or a prefix of it, a scenario name (its latest run), or a run folder; several are compared.
    #[arg(required = true)]
    pub runs: Vec<String>,
    /// Also export the main charts as SVG to `images/` beside the pages.
    #[arg(long)]
    pub images: bool,
    /// Target folder [default: the run's folder; for a comparison the store].
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// The store.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
}
