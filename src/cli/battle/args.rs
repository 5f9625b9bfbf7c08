//! What can be typed behind `tiltyard battle`.

use clap::{Args, Subcommand};

use super::super::args::{OutputArgs, StoreArgs};
use crate::domain::Timestamp;

/// The `battle` commands.
#[derive(Debug, Subcommand)]
pub enum BattleCommand {
    /// Battle again, with other agents or settings: a new run that names its parent.
    Rematch(RematchArgs),
    /// Show equity, positions and ranks of all agents at any time of a finished battle.
    Replay(ReplayArgs),
}

const REMATCH_HELP: &str = "\
Examples:
  tiltyard battle rematch 3f2a9c --agents momentum-v1,momentum-v2
  tiltyard battle rematch first-tournament --set battle.ranking_metric=sharpe_ratio
  tiltyard battle rematch 3f2a9c --set agents.trend.strategy.fast=10 --set scenario.seed=7

Agents that the run does not have are looked up in the registry; registered ones take part in their
newest version unless the scenario pins one.";

/// Arguments of `battle rematch`.
#[derive(Debug, Args)]
#[command(after_help = REMATCH_HELP)]
pub struct RematchArgs {
    /// A run id or its beginning, a scenario's name (its latest run), or a run folder.
    pub run: String,
    /// Who takes part, by name [default: the same agents].
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    pub agents: Option<Vec<String>>,
    /// A setting of the scenario, by its path; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    pub settings: Vec<(String, String)>,
    /// The store of the run, in which the rematch lands too, and how it is carried out.
    #[command(flatten)]
    pub output: OutputArgs,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err("write it as KEY=VALUE, such as battle.ranking_metric=sharpe_ratio".to_owned()),
    }
}

/// Arguments of `battle replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// A run id or its beginning, a scenario's name (its latest run), or a run folder.
    pub run: String,
    /// The time to look at, such as 2024-01-31T12:00 [default: twelve times of the battle].
    #[arg(long, value_name = "TIME")]
    pub at: Option<Timestamp>,
    /// Which window [default: the first that covers the time].
    #[arg(long, value_name = "N")]
    pub window: Option<u32>,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}
