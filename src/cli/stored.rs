//! `tiltyard runs`, `show` and `trades`: what the store holds.

use clap::Args;

use super::args::StoreArgs;
use super::{Exit, Failure, output};
use crate::report::{self, terminal};
use crate::store::{Index, StoredRun, find_run};

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

/// Round trips in a table where nothing is said.
const SHOWN: usize = 50;

/// Lists the runs, newest first.
///
/// # Errors
/// Where there is no store, or it cannot be read.
pub fn runs(args: &StoreArgs) -> Result<Exit, Failure> {
    let runs = Index::open_existing(&args.out)?.runs()?;
    if args.json {
        output::result(&format!("{:#}\n", serde_json::json!(runs)))?;
    } else {
        output::result(&terminal::runs(&runs, output::style()))?;
    }
    Ok(Exit::Done)
}

/// Shows one run, or one agent of it; with `--json` its leaderboard, or the agent's metrics.
///
/// # Errors
/// Where there is no such run or agent, or it cannot be read.
pub fn show(args: &ShowArgs) -> Result<Exit, Failure> {
    let stored = StoredRun::load(&find_run(&args.store.out, &args.run)?)?;
    let stored = stored.with_proofs_of(&args.store.out)?;
    let text = match (&args.agent, args.store.json) {
        (None, true) => report::leaderboard_json(&stored.leaderboard)?,
        (None, false) => terminal::show(&stored, output::style()),
        (Some(name), json) => {
            let agent = stored.known_agent(name)?;
            if json { report::agent_json(agent)? } else { terminal::agent(&stored, agent, output::style()) }
        }
    };
    output::result(&text)?;
    Ok(Exit::Done)
}

/// Lists the round trips of one agent.
///
/// # Errors
/// Where there is no such run or agent, or it cannot be read.
pub fn trades(args: &TradesArgs) -> Result<Exit, Failure> {
    let stored = StoredRun::load(&find_run(&args.store.out, &args.run)?)?;
    let trades = stored.trades(&args.agent)?;
    if args.store.json {
        let first = match args.limit {
            None | Some(0) => 0,
            Some(limit) => trades.len().saturating_sub(limit),
        };
        output::result(&format!("{:#}\n", serde_json::json!(trades[first..])))?;
    } else {
        let limit = args.limit.unwrap_or(SHOWN);
        output::result(&terminal::trades(&stored, &args.agent, &trades, limit, output::style()))?;
    }
    Ok(Exit::Done)
}
