//! Places by window: who came where, and how often.

use std::collections::HashMap;

use serde::Serialize;

use crate::metrics::Score;
use crate::report::numbers::{range, ratio};
use crate::report::table::Cell;
use crate::store::{RankRecord, StoredRun};

/// Windows that a table still has room for.
const SHOWN: usize = 60;
/// Agents that a matrix still has room for, the first of the leaderboard.
pub(super) const MATRIX: usize = 60;

/// Ranks of the first agents, in the leaderboard's order.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Ranks {
    pub agents: Vec<String>,
    pub windows: Vec<WindowColumn>,
    /// By agent, then by window.
    pub places: Vec<Vec<WindowRank>>,
    /// By agent, then by rank from 1: the share of windows in percent.
    pub shares: Vec<Vec<f64>>,
    /// Scores of each agent.
    #[serde(skip)]
    pub scores: Vec<Scores>,
    /// How many windows have no column.
    pub left_out: usize,
    /// How many agents have no row.
    pub agents_left_out: usize,
}

/// One window's column.
#[derive(Debug, Serialize)]
pub(in crate::report) struct WindowColumn {
    pub number: u32,
    pub from: String,
    pub to: String,
}

/// One agent in one window.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct WindowRank {
    /// None where it did not take part.
    pub rank: Option<u32>,
    pub score: String,
    /// 1 for the first, 0 for the last.
    pub heat: f64,
}

/// One agent's scores over the windows.
#[derive(Debug, Clone)]
pub(in crate::report) struct Scores {
    /// Index in the scenario: selects its colour.
    pub index: usize,
    pub mean: Option<f64>,
    pub lowest: f64,
    pub highest: f64,
}

/// What an agent came to in each window; none where it did not take part.
type Places<'r> = HashMap<&'r str, Vec<Option<&'r RankRecord>>>;

/// Ranks of a run of several windows; none of a run of one.
pub(super) fn ranks(stored: &StoredRun) -> Option<Ranks> {
    let battles = &stored.battles;
    if battles.len() < 2 {
        return None;
    }
    let mut places: Places<'_> = HashMap::new();
    for (window, battle) in battles.iter().enumerate() {
        for rank in &battle.rankings {
            places.entry(&rank.agent).or_insert_with(|| vec![None; battles.len()])[window] = Some(rank);
        }
    }
    let of = |agent: &str| places.get(agent).map_or(&[][..], Vec::as_slice);
    let all: Vec<&str> = stored.leaderboard.rankings.iter().map(|row| row.agent.as_str()).collect();
    let (first, shown) = (&all[..all.len().min(MATRIX)], battles.len().min(SHOWN));
    let windows = battles[..shown].iter().map(|battle| {
        let (from, to) = range(&battle.start, &battle.end);
        WindowColumn { number: battle.window, from, to }
    });
    let ranks_of = |agent: &&str| {
        let row = of(agent).iter().copied().chain(std::iter::repeat(None));
        row.take(shown).map(|found| window_rank(found, all.len())).collect()
    };
    Some(Ranks {
        windows: windows.collect(),
        places: first.iter().map(ranks_of).collect(),
        shares: first.iter().map(|agent| shares(of(agent), battles.len(), first.len())).collect(),
        scores: all.iter().map(|agent| scores(stored, agent, of(agent))).collect(),
        left_out: battles.len() - shown,
        agents_left_out: all.len() - first.len(),
        agents: first.iter().map(|agent| (*agent).to_owned()).collect(),
    })
}

/// Windows that a chart of ranks has.
const CHARTED: usize = 400;

/// Ranks by agent in the scenario's order, then by window; nothing of a run of one window, nor of the agents that a
/// matrix has no room for.
pub(super) fn by_window(stored: &StoredRun) -> Vec<Vec<Option<u32>>> {
    let battles = &stored.battles[..stored.battles.len().min(CHARTED)];
    if battles.len() < 2 {
        return Vec::new();
    }
    let index: HashMap<&str, usize> =
        stored.run.agents.iter().enumerate().map(|(index, agent)| (agent.name.as_str(), index)).collect();
    let mut all = vec![Vec::new(); stored.run.agents.len()];
    for row in stored.leaderboard.rankings.iter().take(MATRIX) {
        if let Some(&agent) = index.get(row.agent.as_str()) {
            all[agent] = vec![None; battles.len()];
        }
    }
    for (window, battle) in battles.iter().enumerate() {
        for row in &battle.rankings {
            let ranks = index.get(row.agent.as_str()).and_then(|&agent| all.get_mut(agent));
            if let Some(rank) = ranks.and_then(|ranks: &mut Vec<Option<u32>>| ranks.get_mut(window)) {
                *rank = Some(row.rank);
            }
        }
    }
    all
}

fn scores(stored: &StoredRun, agent: &str, places: &[Option<&RankRecord>]) -> Scores {
    let known: Vec<f64> = places.iter().flatten().filter_map(|ranked| ranked.score).collect();
    let (lowest, highest) = known
        .iter()
        .copied()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), score| (low.min(score), high.max(score)));
    let index = stored.run.agents.iter().position(|one| one.name == agent).unwrap_or_default();
    let mean = crate::metrics::mean(&known).ok();
    Scores { index, mean, lowest, highest }
}

fn window_rank(found: Option<&RankRecord>, agents: usize) -> WindowRank {
    let score = found.map_or(Score::Absent, RankRecord::known_score);
    let score = Cell::score(score, ratio).text;
    let heat = |rank: u32| {
        let last = f64::from(u32::try_from(agents).unwrap_or(u32::MAX).saturating_sub(1).max(1));
        ((1.0 - f64::from(rank.saturating_sub(1)) / last) * 100.0).round() / 100.0
    };
    WindowRank { rank: found.map(|p| p.rank), score, heat: found.map_or(0.0, |p| heat(p.rank)) }
}

/// The share of windows in which an agent had each of the first ranks, in percent.
#[expect(clippy::cast_precision_loss, reason = "counts of windows")]
fn shares(places: &[Option<&RankRecord>], windows: usize, ranks: usize) -> Vec<f64> {
    let mut counts = vec![0_usize; ranks];
    for place in places.iter().flatten() {
        if let Some(count) = counts.get_mut((place.rank as usize).wrapping_sub(1)) {
            *count += 1;
        }
    }
    counts.into_iter().map(|count| (count as f64 * 1000.0 / windows as f64).round() / 10.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RankingRecord, fixture};

    #[test]
    fn places_and_their_shares() {
        let mut stored = fixture::stored();
        assert!(ranks(&stored).is_none(), "one window has no ranks by window");
        let mut second = stored.battles[0].clone();
        second.rankings.reverse();
        second.rankings[0].rank = 1;
        second.rankings[1].rank = 2;
        stored.battles.push(second);
        let found = ranks(&stored).unwrap();
        let row: Vec<Option<u32>> = found.places[0].iter().map(|ranked| ranked.rank).collect();
        assert_eq!(row, [Some(1), Some(2)]);
        assert_eq!(found.shares[0], [50.0, 50.0]);
        assert_eq!((found.places[0][0].heat, found.places[0][1].heat), (1.0, 0.0));
    }

    #[test]
    fn a_matrix_of_many_agents_has_the_first_and_says_how_many_it_leaves_out() {
        let mut stored = fixture::stored();
        let row = stored.leaderboard.rankings[0].clone();
        stored
            .leaderboard
            .rankings
            .extend((0..MATRIX).map(|n| RankingRecord { agent: format!("other-{n}"), ..row.clone() }));
        stored.battles.push(stored.battles[0].clone());
        let found = ranks(&stored).unwrap();
        assert_eq!((found.agents.len(), found.agents_left_out), (MATRIX, 2));
        assert!(
            found.places.iter().all(|row| row.len() == 2)
                && found.shares.iter().all(|row| row.len() == MATRIX)
        );
        assert_eq!(found.scores.len(), MATRIX + 2, "pictures have all agents");
    }
}
