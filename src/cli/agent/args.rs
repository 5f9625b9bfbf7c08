//! What can be typed behind `tiltyard agent`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::super::args::{StoreArgs, ThreadsArg};
use super::prove::ProveArgs;
use crate::domain::Cash;

/// The `agent` commands.
#[derive(Debug, Subcommand)]
pub enum AgentCommand {
    /// Register an agent; its key is shown only once.
    Create(CreateArgs),
    /// List the registered agents.
    List(ListArgs),
    /// Show equity, PnL, Sharpe, last run and its rank for every active agent.
    Overview(StoreArgs),
    /// Show one agent: configuration, wallet, positions, statistics since the last reset.
    Show(OneArgs),
    /// Change an agent's name, description, tags, colour, strategy or risk; creates a new version.
    Update(UpdateArgs),
    /// List an agent's versions.
    Versions(OneArgs),
    /// Copy an agent's configuration to a new agent with a fresh wallet and its own key.
    Clone(CloneArgs),
    /// Reset an agent's wallet to its starting balance; earlier history is kept under its epoch.
    Reset(ResetArgs),
    /// Archive an agent: hide it and free its name; its history is kept.
    Archive(OneArgs),
    /// Restore an archived agent.
    Unarchive(OneArgs),
    /// Permanently delete an agent and its history.
    Delete(DeleteArgs),
    /// Give an agent a new key; the old key becomes invalid.
    RegenerateKey(OneArgs),
    /// Tell which agent a key belongs to.
    Whoami(WhoamiArgs),
    /// List an agent's orders, fills or round trips across its runs.
    History(HistoryArgs),
    /// Show an agent's statistics for each run and in total.
    Metrics(MetricsArgs),
    /// Compare agents, or versions of them, side by side.
    Compare(CompareArgs),
    /// Play a scripted window with a program, and tell what breaks the protocol of agents.
    CheckProtocol(CheckProtocolArgs),
    /// Show what is left of an agent's score when its decisions come late: an edge that one bar takes is most often a
    /// look ahead.
    Lag(LagArgs),
    /// Run an agent with true names, dates and prices and again masked, and compare: what it owes to memory.
    Memory(MemoryArgs),
    /// Test that agents decide by no bar that comes later: replays with the data cut off after random bars.
    Prove(ProveArgs),
    /// Print agents as TOML, without keys and history.
    Export(ExportArgs),
    /// Register all agents of a TOML file, or none if one is invalid.
    Import(ImportArgs),
    /// Print a guide for an AI agent: rules, orders, limits, scenario format, commands.
    Skill(SkillArgs),
}

const STRATEGY_HELP: &str = "\
Examples:
  tiltyard agent create momentum-v1 --strategy '{ kind = \"sma_cross\", fast = 20, slow = 100 }'
  tiltyard agent create careful --from scenarios/first_tournament.toml --agent trend

--strategy takes the value of `strategy = ` in a scenario; `tiltyard strategies` lists the kinds.";

/// Arguments of `agent create`.
#[derive(Debug, Args)]
#[command(after_help = STRATEGY_HELP)]
pub struct CreateArgs {
    /// Name, unique among the active agents [with --from: that agent's name].
    #[arg(required_unless_present = "from")]
    pub name: Option<String>,
    /// Strategy as TOML: `{ kind = "sma_cross", fast = 20, slow = 100 }`.
    #[arg(long, value_name = "TOML", required_unless_present = "from", conflicts_with = "from")]
    pub strategy: Option<String>,
    /// Copy the configuration of an agent in this scenario.
    #[arg(long, value_name = "SCENARIO", requires = "agent")]
    pub from: Option<PathBuf>,
    /// The agent in the scenario of --from.
    #[arg(long, value_name = "NAME", requires = "from")]
    pub agent: Option<String>,
    /// Starting balance in quote currency [default: 10000.00, or that of the scenario].
    #[arg(long, value_name = "AMOUNT")]
    pub starting_balance: Option<Cash>,
    /// `default`, `unlimited`, or a TOML file with one `[risk.NAME]` table.
    #[arg(long, value_name = "FILE|PROFILE")]
    pub risk: Option<String>,
    /// Free-text description.
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Tag; may be repeated.
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// Colour in charts, as `#rrggbb`.
    #[arg(long, value_name = "COLOR")]
    pub color: Option<String>,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Include archived agents.
    #[arg(long)]
    pub archived: bool,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments that name one registered agent.
#[derive(Debug, Args)]
pub struct OneArgs {
    /// The agent's name, id, or a prefix of the id.
    pub agent: String,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent update`.
#[derive(Debug, Args)]
pub struct UpdateArgs {
    /// The agent's name, id, or a prefix of the id.
    pub agent: String,
    /// New name of the agent.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// New strategy as TOML.
    #[arg(long, value_name = "TOML")]
    pub strategy: Option<String>,
    /// `default`, `unlimited`, or a TOML file with one `[risk.NAME]` table.
    #[arg(long, value_name = "FILE|PROFILE")]
    pub risk: Option<String>,
    /// Free-text description.
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Tag; may be repeated; replaces all existing tags.
    #[arg(long = "tag", value_name = "TAG", conflicts_with = "no_tags")]
    pub tags: Vec<String>,
    /// Remove all tags.
    #[arg(long)]
    pub no_tags: bool,
    /// Colour in charts, as `#rrggbb`.
    #[arg(long, value_name = "COLOR")]
    pub color: Option<String>,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent clone`.
#[derive(Debug, Args)]
pub struct CloneArgs {
    /// The agent's name, id, or a prefix of the id.
    pub agent: String,
    /// The copy's name [default: Copy of X].
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent reset`.
#[derive(Debug, Args)]
pub struct ResetArgs {
    /// The agent's name, id, or a prefix of the id.
    pub agent: String,
    /// New starting balance in quote currency [default: the previous one].
    #[arg(long, value_name = "AMOUNT")]
    pub starting_balance: Option<Cash>,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent delete`.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// The agent's name, id, or a prefix of the id.
    pub agent: String,
    /// Confirm the permanent deletion.
    #[arg(long)]
    pub yes: bool,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent whoami`.
#[derive(Debug, Args)]
pub struct WhoamiArgs {
    /// Read the key from stdin, so that it does not appear in the process list.
    #[arg(long, required = true)]
    pub key_stdin: bool,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// What `agent history` lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HistoryKind {
    /// Orders, including refused ones.
    Orders,
    /// Fills of an agent.
    Fills,
    /// Round trips of an agent.
    Trades,
}

/// Arguments of `agent history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// The agent's name, id, or a prefix of the id.
    pub agent: String,
    /// What to list; JSON output has all three.
    #[arg(long, value_enum, default_value = "trades")]
    pub kind: HistoryKind,
    /// Only this epoch [default: all].
    #[arg(long, value_name = "N")]
    pub epoch: Option<u32>,
    /// Maximum number of rows, the latest ones; 0 for all [default: 50; all with --json].
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent metrics`.
#[derive(Debug, Args)]
pub struct MetricsArgs {
    /// The agent's name, id or a prefix of the id; `@N` selects a version.
    pub agent: String,
    /// Only this epoch [default: since the last reset].
    #[arg(long, value_name = "N", conflicts_with = "all")]
    pub epoch: Option<u32>,
    /// Include all epochs.
    #[arg(long)]
    pub all: bool,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Agents; `NAME@N` selects a version.
    #[arg(required = true, num_args = 1..)]
    pub agents: Vec<String>,
    /// Include all epochs [default: since the last reset].
    #[arg(long)]
    pub all: bool,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The agents [default: all active ones].
    pub agents: Vec<String>,
    /// Output folder that holds the store.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
}

/// Arguments of `agent import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// A TOML file in the format of `agent export`.
    pub file: PathBuf,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent skill`.
#[derive(Debug, Args)]
pub struct SkillArgs {
    /// Include the limits and wallet of this agent [default: a general guide].
    pub agent: Option<String>,
    /// Output folder that holds the store.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
}

/// Arguments of `agent check-protocol`.
#[derive(Debug, Args)]
pub struct CheckProtocolArgs {
    /// The program and its arguments, as in `command` of a scenario.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "CMD")]
    pub command: Vec<String>,
    /// Milliseconds for a decision.
    #[arg(long, value_name = "MS", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=86_400_000))]
    pub decision_ms: u32,
    /// Environment variables that it sees besides `PATH`.
    #[arg(long, value_name = "NAME,NAME,..", value_delimiter = ',')]
    pub env: Vec<String>,
    /// Let it open sockets.
    #[arg(long)]
    pub network: bool,
    /// Let it start processes.
    #[arg(long)]
    pub processes: bool,
    /// Let it do whatever you may do.
    #[arg(long)]
    pub no_isolation: bool,
}

/// Arguments of `agent lag`.
#[derive(Debug, Args)]
pub struct LagArgs {
    /// The agent's name in the scenario.
    pub agent: String,
    /// The scenario (TOML).
    #[arg(long, value_name = "FILE")]
    pub scenario: PathBuf,
    /// Delays in bars of the scenario's interval.
    #[arg(long, value_name = "N,N,..", value_delimiter = ',', default_value = "1,2,5", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub bars: Vec<u32>,
    /// The store with the registered agents that the scenario names.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// On how many threads.
    #[command(flatten)]
    pub threads: ThreadsArg,
    /// Print the table as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `agent memory`.
#[derive(Debug, Args)]
pub struct MemoryArgs {
    /// The agent's name in the scenario; a program.
    pub agent: String,
    /// The scenario (TOML).
    #[arg(long, value_name = "FILE")]
    pub scenario: PathBuf,
    /// The store that keeps the answers, so that no question is asked twice.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Ask everything anew.
    #[arg(long)]
    pub fresh: bool,
    /// On how many threads.
    #[command(flatten)]
    pub threads: ThreadsArg,
    /// Print the table as JSON.
    #[arg(long)]
    pub json: bool,
}
