//! What can be typed behind `tiltyard battle`.

use clap::{Args, Subcommand};

use super::super::args::{OutputArgs, StoreArgs};
use crate::domain::Timestamp;

/// The `battle` commands.
#[derive(Debug, Subcommand)]
pub enum BattleCommand {
    /// Run a stored scenario again with other agents or settings; the new run records its parent.
    Rematch(RematchArgs),
    /// Show equity, positions and ranks of all agents at any time of a stored run.
    Replay(ReplayArgs),
}

const REMATCH_HELP: &str = "\
Examples:
  tiltyard battle rematch 3f2a9c --agents momentum-v1,momentum-v2
  tiltyard battle rematch first-tournament --set battle.ranking_metric=sharpe_ratio
  tiltyard battle rematch 3f2a9c --set agents.trend.strategy.fast=10 --set scenario.seed=7

Agents that the run does not have are taken from the registry. A registered agent takes part with
its newest version, unless the scenario sets one.";

/// Arguments of `battle rematch`.
#[derive(Debug, Args)]
#[command(after_help = REMATCH_HELP)]
pub struct RematchArgs {
    /// A run id or a prefix of it, a scenario name (its latest run), or a run folder.
    pub run: String,
    /// Names of the agents [default: the same agents].
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    pub agents: Option<Vec<String>>,
    /// Change a setting of the scenario, by its path; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    pub settings: Vec<(String, String)>,
    /// The store of the run, in which the rematch lands too, and how it is carried out.
    #[command(flatten)]
    pub output: OutputArgs,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err("write KEY=VALUE, such as battle.ranking_metric=sharpe_ratio".to_owned()),
    }
}

/// Arguments of `battle replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// A run id or a prefix of it, a scenario name (its latest run), or a run folder.
    pub run: String,
    /// Time to show, such as 2024-01-31T12:00 [default: twelve times over the run].
    #[arg(long, value_name = "TIME")]
    pub at: Option<Timestamp>,
    /// Window number [default: the first window that covers the time].
    #[arg(long, value_name = "N")]
    pub window: Option<u32>,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}
