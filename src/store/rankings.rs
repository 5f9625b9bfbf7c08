//! What a run says of who did best: leaderboard, battles, standings. Files of a run's folder, and of scores alone.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::battle_record::{battles, scores_csv};
use super::run::folder_name;
use super::staging::Staging;
use super::{
    AgentRecord, CutoffRecord, LeaderboardRecord, Run, RunRecord, StandingsRecord, StoreError, StoredRun,
    TournamentRecord, json,
};
use crate::domain::AgentName;
use crate::process::Recording;
use crate::scenario::Benchmark;
use crate::tournament::{Assessment, CutoffSplit, Ranking, Tournament, repeated};

/// Writes the rankings of a tournament whose results have scores alone to `OUT/<scenario>/<run-id>.scores/`; gives them with
/// that folder.
///
/// # Errors
/// [`StoreError::Write`] where a file cannot be written.
pub fn write_scores(
    out: &Path,
    run: Run<'_>,
    tournament: &Tournament,
    (assessment, cutoffs): (Option<Assessment>, Vec<CutoffSplit>),
) -> Result<StoredRun, StoreError> {
    let parent = out.join(folder_name(&run.scenario.name)?);
    let target = parent.join(format!("{}.scores", run.id));
    let staging = Staging::open(&parent, &run.id.to_string())?.named(&format!("{}.scores", run.id));
    let conventions = &run.scenario.metrics;
    let agents = tournament.agents.iter().map(|agent| AgentRecord::new(agent, conventions)).collect();
    let found = (assessment.as_ref(), cutoffs.as_slice());
    let stored = of(run, tournament, found, &Recording::default(), (target.clone(), agents));
    write(staging.folder(), tournament, &stored)?;
    // They can be made again at any time; no reader waits for them.
    match fs::remove_dir_all(&target) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(StoreError::write(&target)(error)),
        _ => {}
    }
    staging.publish(|_| Ok(()))?;
    Ok(stored)
}

/// The records of a tournament, with those of its agents.
pub(super) fn of(
    Run { id, scenario, market, .. }: Run<'_>,
    tournament: &Tournament,
    (assessment, cutoffs): (Option<&Assessment>, &[CutoffSplit]),
    recording: &Recording,
    (folder, agents): (PathBuf, Vec<AgentRecord>),
) -> StoredRun {
    let run = RunRecord::new(&id, scenario, market, tournament);
    let (accepted, left_out) = (run.market.accepted.clone(), run.flags.left_out.clone());
    StoredRun {
        folder,
        run,
        leaderboard: LeaderboardRecord {
            accepted,
            cutoffs: cutoff_records(tournament, cutoffs),
            left_out,
            ..LeaderboardRecord::new(&id, &scenario.name, tournament)
                .with_models(scenario, &tournament.windows)
                .with_usage(scenario, recording)
        },
        battles: battles(tournament),
        agents,
        tournament: assessment.map(|found| {
            let regimes = tournament.windows.iter().filter_map(|span| span.regime);
            let regimes = regimes.map(|regime| regime.as_str().to_owned());
            TournamentRecord::new(found, scenario.report.benchmark.as_ref().map(Benchmark::name), regimes)
        }),
        standings: assessment.and_then(|found| found.standings.as_ref().ok().map(StandingsRecord::new)),
    }
}

/// Writes them.
pub(super) fn write(folder: &Path, tournament: &Tournament, stored: &StoredRun) -> Result<(), StoreError> {
    let names = tournament.agents.iter().map(|agent| &agent.name);
    json::write_text(&folder.join("scores.csv"), &scores_csv(names, &stored.battles))?;
    json::write(&folder.join("battles.json"), "the battles", &stored.battles)?;
    json::write_text(&folder.join("leaderboard.csv"), &stored.leaderboard.to_csv())?;
    json::write_text(&folder.join("leaderboard.json"), &stored.leaderboard.to_json()?)?;
    if let Some(tournament) = &stored.tournament {
        json::write_text(&folder.join("tournament.json"), &tournament.to_json()?)?;
    }
    if let Some(standings) = &stored.standings {
        json::write_text(&folder.join("standings.json"), &standings.to_json()?)?;
        json::write_text(&folder.join("standings.csv"), &standings.to_csv())?;
    }
    Ok(())
}

fn cutoff_records(tournament: &Tournament, cutoffs: &[CutoffSplit]) -> Vec<CutoffRecord> {
    let entry = |row: &Ranking| {
        let agent = &tournament.agents[row.agent];
        (agent.name.as_str(), agent.repeat_of.as_ref().map(AgentName::as_str))
    };
    let order = repeated(tournament.leaderboard.rankings.iter().map(entry));
    let order: Vec<&str> = order.iter().map(|agent| agent.name).collect();
    cutoffs.iter().map(|split| CutoffRecord::new(split, &order)).collect()
}
