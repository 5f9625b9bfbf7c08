//! What can be typed behind `tiltyard agent`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::super::args::StoreArgs;
use crate::domain::Cash;

/// The `agent` commands.
#[derive(Debug, Subcommand)]
pub enum AgentCommand {
    /// Register an agent; its key is shown this once.
    Create(CreateArgs),
    /// List the registered agents.
    List(ListArgs),
    /// Show how every active agent stands: equity, PnL, Sharpe, last run and rank in it.
    Overview(StoreArgs),
    /// Show one agent: configuration, wallet, positions, statistics since the last reset.
    Show(OneArgs),
    /// Change an agent's name, description, tags, strategy or risk: a new version.
    Update(UpdateArgs),
    /// List an agent's versions.
    Versions(OneArgs),
    /// Copy an agent's configuration into a new one with a fresh wallet and a key of its own.
    Clone(CloneArgs),
    /// Put an agent's wallet back to the start; the history before is kept under its epoch.
    Reset(ResetArgs),
    /// Put an agent away: hidden, its name free for others, its history kept.
    Archive(OneArgs),
    /// Take an archived agent back.
    Unarchive(OneArgs),
    /// Delete an agent for good, with its history.
    Delete(DeleteArgs),
    /// Give an agent another key; the old one is dead at once.
    RegenerateKey(OneArgs),
    /// Say which agent a key belongs to.
    Whoami(WhoamiArgs),
    /// List an agent's orders, fills or round trips across its runs.
    History(HistoryArgs),
    /// Show an agent's statistics, run by run and in all.
    Metrics(MetricsArgs),
    /// Compare agents, or versions of them, side by side.
    Compare(CompareArgs),
    /// Write agents as TOML, without keys and history.
    Export(ExportArgs),
    /// Register the agents of a TOML file, all or none.
    Import(ImportArgs),
    /// Write a page that tells an AI agent how to take part: rules, orders, limits, format, commands.
    Skill(SkillArgs),
}

const STRATEGY_HELP: &str = "\
Examples:
  tiltyard agent create momentum-v1 --strategy '{ kind = \"sma_cross\", fast = 20, slow = 100 }'
  tiltyard agent create careful --from scenarios/first_tournament.toml --agent trend

The strategy is what stands behind `strategy = ` in a scenario; `tiltyard strategies` lists the kinds.";

/// Arguments of `agent create`.
#[derive(Debug, Args)]
#[command(after_help = STRATEGY_HELP)]
pub struct CreateArgs {
    /// Its name; unique among the active agents [with --from: that agent's name].
    #[arg(required_unless_present = "from")]
    pub name: Option<String>,
    /// How it decides, as TOML: `{ kind = "sma_cross", fast = 20, slow = 100 }`.
    #[arg(long, value_name = "TOML", required_unless_present = "from", conflicts_with = "from")]
    pub strategy: Option<String>,
    /// Take everything from an agent of this scenario.
    #[arg(long, value_name = "SCENARIO", requires = "agent")]
    pub from: Option<PathBuf>,
    /// Which agent of it.
    #[arg(long, value_name = "NAME", requires = "from")]
    pub agent: Option<String>,
    /// Quote currency in its wallet [default: 10000.00, or as the scenario has it].
    #[arg(long, value_name = "AMOUNT")]
    pub starting_balance: Option<Cash>,
    /// `default`, `unlimited`, or a TOML file with one `[risk.NAME]` table.
    #[arg(long, value_name = "FILE|PROFILE")]
    pub risk: Option<String>,
    /// What it is.
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// A label; may be given several times.
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// How it is drawn, as `#rrggbb`.
    #[arg(long, value_name = "COLOR")]
    pub color: Option<String>,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The archived ones too.
    #[arg(long)]
    pub archived: bool,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// One agent.
#[derive(Debug, Args)]
pub struct OneArgs {
    /// The agent's name, its id, or the id's beginning.
    pub agent: String,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent update`.
#[derive(Debug, Args)]
pub struct UpdateArgs {
    /// The agent's name, its id, or the id's beginning.
    pub agent: String,
    /// Its new name.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// How it decides from now on, as TOML.
    #[arg(long, value_name = "TOML")]
    pub strategy: Option<String>,
    /// `default`, `unlimited`, or a TOML file with one `[risk.NAME]` table.
    #[arg(long, value_name = "FILE|PROFILE")]
    pub risk: Option<String>,
    /// What it is.
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// A label; may be given several times, and replaces all it has.
    #[arg(long = "tag", value_name = "TAG", conflicts_with = "no_tags")]
    pub tags: Vec<String>,
    /// Take all labels away.
    #[arg(long)]
    pub no_tags: bool,
    /// How it is drawn, as `#rrggbb`.
    #[arg(long, value_name = "COLOR")]
    pub color: Option<String>,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent clone`.
#[derive(Debug, Args)]
pub struct CloneArgs {
    /// The agent's name, its id, or the id's beginning.
    pub agent: String,
    /// The copy's name [default: Copy of X].
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent reset`.
#[derive(Debug, Args)]
pub struct ResetArgs {
    /// The agent's name, its id, or the id's beginning.
    pub agent: String,
    /// Quote currency in the new wallet [default: as at the last start].
    #[arg(long, value_name = "AMOUNT")]
    pub starting_balance: Option<Cash>,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent delete`.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// The agent's name, its id, or the id's beginning.
    pub agent: String,
    /// Yes, for good.
    #[arg(long)]
    pub yes: bool,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent whoami`.
#[derive(Debug, Args)]
pub struct WhoamiArgs {
    /// Read the key from stdin, where no list of processes shows it.
    #[arg(long, required = true)]
    pub key_stdin: bool,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// What a history lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HistoryKind {
    /// Orders, refused ones too.
    Orders,
    /// Fills.
    Fills,
    /// Round trips.
    Trades,
}

/// Arguments of `agent history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// The agent's name, its id, or the id's beginning.
    pub agent: String,
    /// What to list; JSON has all three.
    #[arg(long, value_enum, default_value = "trades")]
    pub kind: HistoryKind,
    /// Only this epoch [default: all].
    #[arg(long, value_name = "N")]
    pub epoch: Option<u32>,
    /// Most rows to print; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent metrics`.
#[derive(Debug, Args)]
pub struct MetricsArgs {
    /// The agent's name, its id, or the id's beginning; `@N` behind it means one version.
    pub agent: String,
    /// Of this epoch [default: since the last reset].
    #[arg(long, value_name = "N", conflicts_with = "all")]
    pub epoch: Option<u32>,
    /// Of all epochs.
    #[arg(long)]
    pub all: bool,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Agents; `NAME@N` means one version.
    #[arg(required = true, num_args = 1..)]
    pub agents: Vec<String>,
    /// Over all epochs, not only since the last reset.
    #[arg(long)]
    pub all: bool,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Which agents [default: all active ones].
    pub agents: Vec<String>,
    /// Where results landed.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
}

/// Arguments of `agent import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// A TOML file as `agent export` writes it.
    pub file: PathBuf,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `agent skill`.
#[derive(Debug, Args)]
pub struct SkillArgs {
    /// The agent whose limits and wallet the page describes [default: any].
    pub agent: Option<String>,
    /// Where results landed.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
}
