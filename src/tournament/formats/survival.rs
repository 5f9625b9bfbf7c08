//! Survival: the last agent that no rule put out.
//!
//! An agent is out from the first time (on the calendar, over all windows) that it was disqualified or forfeited. Who
//! never was shares the first place; behind them the one that went out later stands higher, and those that went
//! out at the same instant share their place. How much anyone earned plays no part: where survivors are many the
//! format says so, and the standings rank them.

use serde::{Deserialize, Serialize};

use super::Field;
use super::places::places;

/// Survival: ordered by how long an agent stayed within its risk limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurvivalView {
    /// Survivors first, then the last to go.
    pub placings: Vec<SurvivalPlace>,
    /// How many were never put out.
    pub survivors: usize,
}

/// One agent's place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurvivalPlace {
    /// From 1; equals share it.
    pub place: u32,
    /// Name of the agent.
    pub agent: String,
    /// When it went out; nothing for a survivor.
    pub out_at: Option<String>,
    /// In which window, from 0.
    pub out_in_window: Option<usize>,
    /// `disqualified` or `forfeit`.
    pub reason: Option<String>,
    /// Score of its record of all windows; nothing where that is no number.
    pub mean_score: Option<f64>,
}

pub(super) fn survival(field: &Field) -> SurvivalView {
    let out = |agent: usize| field.exit(agent).map(|exit| exit.at.as_str());
    let placed = places(field, 0..field.len(), |a, b| match (out(a), out(b)) {
        (Some(a), Some(b)) => b.cmp(a),
        (a, b) => a.is_some().cmp(&b.is_some()),
    });
    let row = |(place, agent): (u32, usize)| {
        let exit = field.exit(agent);
        SurvivalPlace {
            place,
            agent: field.name(agent).to_owned(),
            out_at: exit.map(|exit| exit.at.clone()),
            out_in_window: exit.map(|exit| exit.window),
            reason: exit.map(|exit| exit.status.clone()),
            mean_score: field.score(agent, 0..field.windows()).number(),
        }
    };
    let survivors = (0..field.len()).filter(|&agent| field.exit(agent).is_none()).count();
    SurvivalView { placings: placed.into_iter().map(row).collect(), survivors }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{field_with_exits, some};
    use super::*;

    #[test]
    fn worked_by_hand() {
        let scores = some([1.0, 2.0]);
        let field = field_with_exits(&[
            ("early", &scores, Some("2024-01-03T00:00:00Z")),
            ("stays", &scores, None),
            ("late", &scores, Some("2024-02-01T00:00:00Z")),
            ("also early", &scores, Some("2024-01-03T00:00:00Z")),
            ("remains", &scores, None),
        ]);
        let view = survival(&field);
        let rows: Vec<_> = view.placings.iter().map(|p| (p.place, p.agent.as_str())).collect();
        assert_eq!(rows, [(1, "remains"), (1, "stays"), (3, "late"), (4, "also early"), (4, "early")]);
        assert_eq!(view.survivors, 2);
        assert_eq!(view.placings[2].reason.as_deref(), Some("disqualified"));
    }

    #[test]
    fn where_all_go_the_last_is_first() {
        let scores = some([0.0]);
        let field = field_with_exits(&[
            ("a", &scores, Some("2024-01-03T00:00:00Z")),
            ("b", &scores, Some("2024-01-04T00:00:00Z")),
        ]);
        let view = survival(&field);
        assert_eq!((view.placings[0].agent.as_str(), view.survivors), ("b", 0));
    }
}
