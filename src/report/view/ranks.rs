//! Places by window: who came where, and how often.

use serde::Serialize;

use crate::metrics::Score;
use crate::report::numbers::{range, ratio};
use crate::report::table::Cell;
use crate::store::StoredRun;

/// Windows that a table still has room for.
const SHOWN: usize = 60;

/// Ranks of all agents, in the leaderboard's order.
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
    pub agent: String,
    /// Index in the scenario: selects its colour.
    pub index: usize,
    pub mean: Option<f64>,
    pub lowest: f64,
    pub highest: f64,
}

/// Ranks of a run of several windows; none of a run of one.
pub(super) fn ranks(stored: &StoredRun) -> Option<Ranks> {
    let battles = &stored.battles;
    if battles.len() < 2 {
        return None;
    }
    let agents: Vec<String> = stored.leaderboard.rankings.iter().map(|row| row.agent.clone()).collect();
    let shown = battles.len().min(SHOWN);
    let windows = battles[..shown].iter().map(|battle| {
        let (from, to) = range(&battle.start, &battle.end);
        WindowColumn { number: battle.window, from, to }
    });
    let places = agents.iter().map(|agent| {
        let all = battles[..shown].iter();
        all.map(|battle| window_rank(battle.rankings.iter().find(|p| p.agent == *agent), agents.len()))
            .collect()
    });
    Some(Ranks {
        windows: windows.collect(),
        places: places.collect(),
        shares: agents.iter().map(|agent| shares(stored, agent, agents.len())).collect(),
        scores: stored.leaderboard.rankings.iter().map(|row| scores(stored, &row.agent)).collect(),
        left_out: battles.len() - shown,
        agents,
    })
}

/// Windows that a chart of ranks has.
const CHARTED: usize = 400;

/// Ranks by agent in the scenario's order, then by window; nothing of a run of one window.
pub(super) fn by_window(stored: &StoredRun) -> Vec<Vec<Option<u32>>> {
    let battles = &stored.battles[..stored.battles.len().min(CHARTED)];
    if battles.len() < 2 {
        return Vec::new();
    }
    let rank = |agent: &str| {
        battles
            .iter()
            .map(|battle| battle.rankings.iter().find(|row| row.agent == agent).map(|row| row.rank))
            .collect()
    };
    stored.run.agents.iter().map(|agent| rank(&agent.name)).collect()
}

fn scores(stored: &StoredRun, agent: &str) -> Scores {
    let places = stored.battles.iter().flat_map(|battle| battle.rankings.iter().filter(|p| p.agent == agent));
    let known: Vec<f64> = places.filter_map(|ranked| ranked.score).collect();
    let (lowest, highest) = known
        .iter()
        .copied()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), score| (low.min(score), high.max(score)));
    let index = stored.run.agents.iter().position(|one| one.name == agent).unwrap_or_default();
    let mean = crate::metrics::mean(&known).ok();
    Scores { agent: agent.to_owned(), index, mean, lowest, highest }
}

fn window_rank(found: Option<&crate::store::RankRecord>, agents: usize) -> WindowRank {
    let score = found.map_or(Score::Absent, crate::store::RankRecord::known_score);
    let score = Cell::score(score, ratio).text;
    let heat = |rank: u32| {
        let last = f64::from(u32::try_from(agents).unwrap_or(u32::MAX).saturating_sub(1).max(1));
        ((1.0 - f64::from(rank.saturating_sub(1)) / last) * 100.0).round() / 100.0
    };
    WindowRank { rank: found.map(|p| p.rank), score, heat: found.map_or(0.0, |p| heat(p.rank)) }
}

#[expect(clippy::cast_precision_loss, reason = "counts of windows")]
fn shares(stored: &StoredRun, agent: &str, agents: usize) -> Vec<f64> {
    let mut counts = vec![0_usize; agents];
    for battle in &stored.battles {
        let rank = battle.rankings.iter().find(|p| p.agent == agent).map(|p| p.rank as usize);
        if let Some(count) = rank.and_then(|rank| counts.get_mut(rank.wrapping_sub(1))) {
            *count += 1;
        }
    }
    let windows = stored.battles.len() as f64;
    counts.into_iter().map(|count| (count as f64 * 1000.0 / windows).round() / 10.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

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
}
