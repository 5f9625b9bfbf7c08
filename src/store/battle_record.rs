//! `battles.json` and `scores.csv`: every window's ranking, and all scores as one matrix.

use serde::{Deserialize, Serialize};

use super::{csv, score_record};
use crate::domain::AgentName;
use crate::metrics::Score;
use crate::tournament::Tournament;

/// One window's ranking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BattleRecord {
    /// The window's number, from 0.
    pub window: u32,
    /// Open of its first bar.
    pub start: String,
    /// Close of its last bar.
    pub end: String,
    /// Rows, best first.
    pub rankings: Vec<RankRecord>,
}

/// One agent's rank in a battle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankRecord {
    /// Rank, from 1 (best).
    pub rank: u32,
    /// Name of the agent.
    pub agent: String,
    /// The ranking metric; null where it is no number.
    pub score: Option<f64>,
    /// Why it is no number, or none that can be shown: `+infinity: no losing trades`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}

impl RankRecord {
    /// The score, infinities included.
    pub fn known_score(&self) -> Score {
        score_record::score(self.score, self.missing.as_deref())
    }
}

/// All battles of a tournament, in order of their windows.
pub(super) fn battles(tournament: &Tournament) -> Vec<BattleRecord> {
    tournament
        .battles
        .iter()
        .map(|battle| {
            let span = tournament.windows.iter().find(|w| w.window.index == battle.window);
            let rankings = battle.ranks.iter().map(|ranked| RankRecord {
                rank: ranked.rank,
                agent: tournament.agents[ranked.agent].name.to_string(),
                score: ranked.score.number(),
                missing: score_record::reason(ranked.score, ranked.missing),
            });
            BattleRecord {
                window: battle.window,
                start: span.map(|w| w.start).unwrap_or_default().to_string(),
                end: span.map(|w| w.end).unwrap_or_default().to_string(),
                rankings: rankings.collect(),
            }
        })
        .collect()
}

/// The ranking metric as a matrix: a row an agent in the scenario's order, a column a window.
pub(super) fn scores_csv<'a>(
    agents: impl Iterator<Item = &'a AgentName>,
    battles: &[BattleRecord],
) -> String {
    let windows = battles.iter().map(|battle| battle.window.to_string());
    let mut text = csv::line(std::iter::once("agent".to_owned()).chain(windows));
    for agent in agents {
        let scores = battles.iter().map(|battle| {
            let ranked = battle.rankings.iter().find(|ranked| ranked.agent == agent.as_str());
            csv::score(ranked.map_or(Score::Absent, RankRecord::known_score))
        });
        text.push_str(&csv::line(std::iter::once(agent.to_string()).chain(scores)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn scores_are_a_matrix_of_agents_and_windows() {
        let tournament = fixture::tournament();
        let battles = battles(&tournament);
        let text = scores_csv(tournament.agents.iter().map(|a| &a.name), &battles);
        assert_eq!(text, "agent,0\n\"trend, fast\",1.5\nidle,0\n");
        assert_eq!(battles[0].start, "2024-01-01T00:00:00Z");
        assert_eq!(battles[0].end, "2024-01-06T00:00:00Z");
    }
}
