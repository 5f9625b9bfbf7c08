//! The `tiltyard store` commands: whether a store is sound, clearing away, and repairing.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::args::StoreArgs;
use super::output::{self, counted};
use super::{Exit, Failure};
use crate::store::{CheckProgress, Repaired, inspect, prune, repair};

/// The `store` commands.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Verify the database, the agents' accounts and the files of every run.
    Check(StoreArgs),
    /// Rebuild the index from the run folders; if the database is damaged, restore agents from their backup.
    Repair(StoreArgs),
    /// Remove unfinished runs of dead processes, index entries without a folder, and answers of programs that a run has.
    Prune(PruneArgs),
}

/// Arguments of `store prune`.
#[derive(Debug, Args)]
pub struct PruneArgs {
    /// Also remove run folders that the index does not list, and answers of programs that no run has.
    #[arg(long)]
    pub unlisted: bool,
    /// Output folder that holds the store.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

impl StoreCommand {
    /// Carries the command out.
    ///
    /// # Errors
    /// Where there is no store, or it cannot be read or changed.
    pub fn run(&self) -> Result<Exit, Failure> {
        match self {
            Self::Check(args) => check(args),
            Self::Repair(args) => mend(args),
            Self::Prune(args) => clear(args),
        }
    }
}

/// Says how the store is; leaves with 1 where something is wrong.
fn check(args: &StoreArgs) -> Result<Exit, Failure> {
    let condition = with_progress(|progress| inspect(&args.out, progress))?;
    let sound = condition.problems.is_empty();
    if args.json {
        let text = json!({
            "ok": sound,
            "runs": condition.runs,
            "agents": condition.agents,
            "troubles": condition.problems,
        });
        output::result(&format!("{text:#}\n"))?;
    } else {
        let found = if sound { "ok".to_owned() } else { counted(condition.problems.len() as u64, "problem") };
        let mut text = format!(
            "{}: {found}; {}, {}\n",
            args.out.display(),
            counted(condition.runs as u64, "run"),
            counted(condition.agents as u64, "agent")
        );
        for problem in &condition.problems {
            text.push_str(&format!("- {}\n  {}\n", problem.sentence(), problem.help()));
        }
        output::result(&text)?;
    }
    Ok(if sound { Exit::Done } else { Exit::RunFailed })
}

fn clear(args: &PruneArgs) -> Result<Exit, Failure> {
    let gone = with_progress(|progress| prune(&args.out, args.unlisted, progress))?;
    if args.json {
        output::result(&format!("{:#}\n", json!({ "removed": gone })))?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for problem in &gone {
        text.push_str(&format!("removed: {}\n", problem.sentence()));
    }
    if gone.is_empty() {
        text.push_str("nothing to remove\n");
    }
    output::result(&text)?;
    Ok(Exit::Done)
}

/// Repairs, and says what is still wrong.
fn mend(args: &StoreArgs) -> Result<Exit, Failure> {
    let Repaired { done, lost } = repair(&args.out)?;
    let left = with_progress(|progress| inspect(&args.out, progress))?.problems;
    let sound = lost.is_empty() && left.is_empty();
    if args.json {
        let text = json!({ "ok": sound, "done": done, "lost": lost, "troubles": left });
        output::result(&format!("{text:#}\n"))?;
    } else {
        let mut text = String::new();
        for line in &done {
            text.push_str(&format!("{line}\n"));
        }
        for line in &lost {
            text.push_str(&format!("lost: {line}\n"));
        }
        if done.is_empty() && lost.is_empty() {
            text.push_str("nothing to repair\n");
        }
        for problem in &left {
            text.push_str(&format!("- {}\n  {}\n", problem.sentence(), problem.help()));
        }
        output::result(&text)?;
    }
    Ok(if sound { Exit::Done } else { Exit::RunFailed })
}

/// Seconds between two lines of a log.
const LINE_SECONDS: u64 = 5;

/// Does `work` with a bar on a terminal, or in a log a line every few seconds.
fn with_progress<T>(work: impl FnOnce(CheckProgress<'_>) -> T) -> T {
    let terminal = output::stderr_is_terminal();
    let bar = if terminal { ProgressBar::new(0) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("checking {bar:32} {pos}/{len} runs  {eta} left") {
        bar.set_style(style);
    }
    let (started, said) = (Instant::now(), AtomicU64::new(0));
    let done = work(&|done, of| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
        let now = started.elapsed().as_secs() / LINE_SECONDS;
        if !terminal && done < of && said.fetch_max(now, Ordering::Relaxed) < now {
            output::say(&format!("checking: {done} of {of} runs"));
        }
    });
    bar.finish_and_clear();
    done
}
