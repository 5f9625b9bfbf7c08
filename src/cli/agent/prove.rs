//! `tiltyard agent prove`: whether an agent's decisions depend on bars that come after them.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::super::args::ThreadsArg;
use super::super::data::table;
use super::super::interrupt::Interrupt;
use super::super::{Exit, Failure, diagnostics, output, programs};
use super::watch::Watch;
use crate::run::{self, ProofReport, RunError, ScenarioSource, on_threads, prepare_with};
use crate::store::registry::StoredAgents;
use crate::store::{Index, ProofRecord};
use crate::tournament::RunOptions;

/// Arguments of `agent prove`.
#[derive(Debug, Args)]
pub struct ProveArgs {
    /// The agents' names in the scenario.
    #[arg(required = true, value_name = "NAME")]
    pub agents: Vec<String>,
    /// The scenario (TOML).
    #[arg(long, value_name = "FILE")]
    pub scenario: PathBuf,
    /// Number of replays with the later bars cut off, each after another random bar.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub cuts: u32,
    /// The store that keeps what is found; also of the registered agents that the scenario names.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// On how many threads.
    #[command(flatten)]
    pub threads: ThreadsArg,
    /// Print the table as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Replays the agents with and without the later bars, prints what differs, and keeps it in the store.
///
/// # Errors
/// What is wrong with the scenario or its data, an unknown agent, a store that cannot be written;
/// [`Exit::Interrupted`] on Ctrl-C; [`Exit::RunFailed`] where an agent decides otherwise.
pub fn prove(args: &ProveArgs) -> Result<Exit, Failure> {
    let source = ScenarioSource::read(&args.scenario, &StoredAgents::of(&args.out))?;
    let watch = Watch(Interrupt::listen());
    let (found, contents) = on_threads(args.threads.count(), || {
        let prepared = prepare_with(&source.scenario, &[], &programs::here())?;
        diagnostics::notes(prepared.notes());
        let one =
            |name: &String| run::prove(&prepared, name, args.cuts as usize, RunOptions::default(), &watch);
        let found = args.agents.iter().map(one).collect::<Result<Vec<_>, RunError>>()?;
        Ok((found, prepared.contents()))
    })
    .map_err(|error: RunError| Failure::of_run(&error, &source))?;
    let mut index = Index::open(&args.out)?;
    for one in &found {
        if let Some((_, content)) = contents.iter().find(|(name, _)| *name == one.agent) {
            index.keep_proof(content, &record(one))?;
        }
    }
    match args.json {
        true => output::result(&format!("{:#}\n", in_json(&found)))?,
        false => output::result(&text(&found))?,
    }
    Ok(if found.iter().all(|one| one.differences == 0) { Exit::Done } else { Exit::RunFailed })
}

/// As the store keeps it.
fn record(found: &ProofReport) -> ProofRecord {
    ProofRecord {
        verdict: found.verdict().to_owned(),
        cuts: found.cuts as u64,
        decisions: found.decisions as u64,
        differences: found.differences as u64,
        difference: found.first.as_ref().map(run::ProofDifference::sentence),
    }
}

/// The table and its sentences.
fn text(found: &[ProofReport]) -> String {
    let mut table = table::table(&["agent", "cuts", "closes", "decisions", "differences", "proved"]);
    for one in found {
        let counts = [one.cuts, one.closes, one.decisions, one.differences];
        let counts = counts.map(|count| table::count(count as u64));
        let cells = [one.agent.clone()].into_iter().chain(counts).chain([one.verdict().to_owned()]);
        table.add_row(cells);
    }
    let mut text = format!("{table}\n");
    for one in found {
        text.push_str(&format!("\n{}\n", one.sentence()));
        if let Some(first) = &one.first {
            text.push_str(&format!("first difference: {}\n", first.sentence()));
        }
    }
    text
}

fn in_json(found: &[ProofReport]) -> Value {
    let one = |one: &ProofReport| {
        let first = one.first.as_ref().map(|first| {
            json!({
                "window": first.window,
                "cut": first.cut.to_string(),
                "at": first.at.to_string(),
                "whole": first.whole,
                "without": first.without,
            })
        });
        json!({
            "agent": one.agent,
            "verdict": one.verdict(),
            "cuts": one.cuts,
            "closes": one.closes,
            "decisions": one.decisions,
            "differences": one.differences,
            "first": first,
            "sentence": one.sentence(),
        })
    };
    json!({ "agents": found.iter().map(one).collect::<Vec<_>>() })
}
