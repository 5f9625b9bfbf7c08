//! Fields made up for tests.

use super::{Exit, Field};
use crate::domain::Seed;
use crate::metrics::Score;
use crate::scenario::TournamentFormat;
use crate::tournament::standings::{Fold, ScoreMatrix};

/// These agents with their scores.
pub fn field(agents: &[(&str, &[Option<f64>])]) -> Field {
    let rows: Vec<_> = agents.iter().map(|&(name, scores)| (name, scores, None)).collect();
    field_with_exits(&rows)
}

/// Name, scores, and the time of a disqualification.
pub type Row<'a> = (&'a str, &'a [Option<f64>], Option<&'a str>);

/// These agents with their scores and the time they were disqualified at.
pub fn field_with_exits(agents: &[Row<'_>]) -> Field {
    let exit = |at: &str| Exit { at: at.to_owned(), window: 0, status: "disqualified".to_owned() };
    let exits = agents.iter().map(|row| row.2.map(exit)).collect();
    let names = agents.iter().map(|row| row.0.to_owned()).collect();
    let windows = agents.first().map_or(0, |row| row.1.len());
    let windows = (0..windows).map(|window| window.to_string()).collect();
    let scores = agents.iter().map(|row| row.1.iter().copied().map(Score::from).collect()).collect();
    Field::new(&ScoreMatrix::new(names, windows, scores, Fold::Mean).unwrap(), exits, Seed(7), 0.05)
}

/// `agent 0`, `agent 1`, ..: the earlier is the better in every window.
pub fn ladder(agents: usize, windows: usize) -> Field {
    let rows: Vec<(String, Vec<Option<f64>>)> = (0..agents)
        .map(|agent| {
            (format!("agent {agent}"), (0..windows).map(|w| Some(w as f64 - agent as f64)).collect())
        })
        .collect();
    let rows: Vec<_> = rows.iter().map(|(name, scores)| (name.as_str(), scores.as_slice())).collect();
    field(&rows)
}

pub fn some<const N: usize>(scores: [f64; N]) -> Vec<Option<f64>> {
    scores.map(Some).to_vec()
}

/// Scores that go up and down around a level.
pub fn wave(windows: usize, level: f64) -> Vec<Option<f64>> {
    (0..windows).map(|window| Some(level + ((window * 7) % 5) as f64)).collect()
}

/// One of each format.
pub fn formats() -> Vec<TournamentFormat> {
    vec![
        TournamentFormat::RoundRobin,
        TournamentFormat::Gauntlet { baselines: vec!["agent 1".to_owned(), "agent 4".to_owned()] },
        TournamentFormat::League { seasons: 3, divisions: 2 },
        TournamentFormat::Swiss { rounds: None },
        TournamentFormat::Knockout { seeds: vec![] },
        TournamentFormat::Knockout { seeds: vec!["agent 1".to_owned()] },
        TournamentFormat::Survival,
    ]
}
