//! What can be typed: commands, arguments, help.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::agent::AgentCommand;
use super::battle::BattleCommand;
use super::data::DataCommand;
use super::duel::DuelArgs;
use super::evidence::EvidenceArgs;
use super::progress::Verbosity;
use super::rank::RankArgs;
use super::standings::StandingsArgs;
use super::store::StoreCommand;
use super::sweep::SweepCommand;
use crate::engine::Loop;
use crate::scenario::MetricsProfile;

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

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0 done    1 a run failed    2 the command line or the scenario is wrong
  3 the market data is wrong    130 interrupted";

const METRICS_HELP: &str = "\
Examples:
  tiltyard metrics run.csv --column equity --periods-per-year 365
  tiltyard metrics fund.parquet --column returns --periods-per-year 252 --benchmark spy.csv

A column whose name has the word `return`, `ret` or `change` holds returns; `equity`, `balance`,
`nav`, `value`, `capital`, `wealth`, `close`, `price` or `level`: levels, from which returns are
made. Where the name says both, or neither, say which with --kind.
Rows without a value may only stand at the start.

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

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct RunArgs {
    /// The scenario (TOML).
    pub file: PathBuf,
    /// Only say how many jobs there are, and about how long and how much memory they take.
    #[arg(long)]
    pub dry_run: bool,
    /// Replay by `skip` or `bar-by-bar`: both give the same bytes.
    #[arg(long, value_name = "LOOP", value_enum, default_value_t, hide_possible_values = true)]
    pub engine: EngineArg,
    /// How it is carried out, and where its results go.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// How a run is carried out, and where its results go.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Where results land, in `DIR/<scenario>/<run-id>/`.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Threads to use; no result depends on it [default: all cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Memory for shared indicators, such as 512MB; no result depends on it [default: no limit].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<usize>,
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

impl OutputArgs {
    /// How much progress is shown.
    pub const fn verbosity(&self) -> Verbosity {
        if self.quiet { Verbosity::Quiet } else { Verbosity::Normal }
    }
}

/// The replay loops.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum EngineArg {
    /// From event to event.
    #[default]
    Skip,
    /// Tick by tick.
    BarByBar,
}

impl From<EngineArg> for Loop {
    fn from(arg: EngineArg) -> Self {
        match arg {
            EngineArg::Skip => Self::Skip,
            EngineArg::BarByBar => Self::BarByBar,
        }
    }
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
    /// A CSV or Parquet file; a first column of dates or labels is recognised.
    pub file: PathBuf,
    /// The column of the series.
    #[arg(long, value_name = "NAME")]
    pub column: String,
    /// What the column holds, where its name does not tell.
    #[arg(long)]
    pub kind: Option<KindArg>,
    /// Rows in a year: 252 trading days, 365 days, 8760 hours.
    #[arg(long, value_name = "N", value_parser = periods)]
    pub periods_per_year: f64,
    /// Risk-free rate per year, as a fraction: 0.02 is 2 %.
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = rate, allow_negative_numbers = true)]
    pub rf: f64,
    /// Minimum acceptable return per year for Sortino and omega, as a fraction.
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = rate, allow_negative_numbers = true)]
    pub mar: f64,
    /// A file with the benchmark; its rows are matched by date, else by label, else by their order.
    #[arg(long, value_name = "FILE")]
    pub benchmark: Option<PathBuf>,
    /// The benchmark's column [default: the only one].
    #[arg(long, value_name = "NAME", requires = "benchmark")]
    pub benchmark_column: Option<String>,
    /// Whose definitions to use, where libraries differ.
    #[arg(long, value_name = "NAME", default_value = "tiltyard", value_parser = profile)]
    pub profile: MetricsProfile,
    /// Print as JSON: every value as a fraction, null with its reason under `missing`.
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
    /// Show one agent: its metrics in each window, its months and its worst drawdowns.
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
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
    /// Most rows to print, the latest ones; 0 for all [default: 50; all with --json].
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct ReportArgs {
    /// A run id or its beginning, a scenario's name (its latest run), or a run folder; several are compared.
    #[arg(required = true)]
    pub runs: Vec<String>,
    /// Write the main charts as SVG too, in `images/` beside the pages.
    #[arg(long)]
    pub images: bool,
    /// Where to write [default: the run's own folder; DIR of --out for a comparison].
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// Where results landed.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
}
