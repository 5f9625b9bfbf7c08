//! Round robin: everyone against everyone in every window.
//!
//! A window won is a point, a window drawn half a point for each; two agents meet in the windows in which both have a
//! score. Places by the share of the possible points, then by score; who is equal in both shares the place.

use serde::{Deserialize, Serialize};

use super::Field;
use super::places::{larger_first, places};

/// Round robin: everyone meets everyone in every window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoundRobinView {
    /// Rows, best first.
    pub placings: Vec<RoundRobinPlace>,
    /// Every pair once, in the order of the agents.
    pub pairings: Vec<Pairing>,
}

/// One agent's place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoundRobinPlace {
    /// From 1; equals share it.
    pub place: u32,
    /// Name of the agent.
    pub agent: String,
    /// Wins and half the draws.
    pub points: f64,
    /// Share of the points of the windows played, 0..1; nothing without any.
    pub share: Option<f64>,
    /// Windows won against an opponent, over all opponents.
    pub wins: usize,
    /// Number of windows drawn.
    pub draws: usize,
    /// Number of windows lost.
    pub losses: usize,
    /// Score of its record of all windows; nothing where that is no number.
    pub mean_score: Option<f64>,
}

/// Two agents over all windows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairing {
    /// Name of the first agent.
    pub a: String,
    /// The second agent.
    pub b: String,
    /// Windows that `a` won.
    pub wins: usize,
    /// Number of windows drawn.
    pub draws: usize,
    /// Windows that `b` won.
    pub losses: usize,
}

#[expect(clippy::cast_precision_loss, reason = "counts of windows")]
pub(super) fn round_robin(field: &Field) -> RoundRobinView {
    let agents = field.len();
    let mut totals = vec![[0_usize; 3]; agents];
    let mut pairings = Vec::with_capacity(agents * agents.saturating_sub(1) / 2);
    for a in 0..agents {
        for b in a + 1..agents {
            let [wins, draws, losses] = field.record(a, b);
            for (total, more) in totals[a].iter_mut().zip([wins, draws, losses]) {
                *total += more;
            }
            for (total, more) in totals[b].iter_mut().zip([losses, draws, wins]) {
                *total += more;
            }
            let (a, b) = (field.name(a).to_owned(), field.name(b).to_owned());
            pairings.push(Pairing { a, b, wins, draws, losses });
        }
    }
    let points = |agent: usize| totals[agent][0] as f64 + 0.5 * totals[agent][1] as f64;
    let score = |agent: usize| field.score(agent, 0..field.windows());
    let share = |agent: usize| {
        let games = totals[agent].iter().sum::<usize>();
        (games > 0).then(|| points(agent) / games as f64)
    };
    let placed = places(field, 0..agents, |a, b| {
        larger_first(share(a).unwrap_or(0.0), share(b).unwrap_or(0.0)).then_with(|| score(b).cmp(&score(a)))
    });
    let placings = placed.into_iter().map(|(place, agent)| {
        let [wins, draws, losses] = totals[agent];
        RoundRobinPlace {
            place,
            agent: field.name(agent).to_owned(),
            points: points(agent),
            share: share(agent),
            wins,
            draws,
            losses,
            mean_score: score(agent).number(),
        }
    });
    RoundRobinView { placings: placings.collect(), pairings }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{field, some};
    use super::*;

    #[test]
    fn worked_by_hand() {
        // a beats b twice and draws once; c has no score in the last window and meets nobody there.
        let field = field(&[
            ("a", &some([2.0, 2.0, 1.0])),
            ("b", &some([1.0, 1.0, 1.0])),
            ("c", &[Some(3.0), Some(0.0), None]),
        ]);
        let view = round_robin(&field);
        assert_eq!(view.pairings[0], Pairing { a: "a".into(), b: "b".into(), wins: 2, draws: 1, losses: 0 });
        // a: 2.5 of 3 against b, 1 of 2 against c; b: 0.5 and 1; c: 1 and 1, of 2 each.
        let rows: Vec<_> = view.placings.iter().map(|p| (p.place, p.agent.as_str(), p.points)).collect();
        assert_eq!(rows, [(1, "a", 3.5), (2, "c", 2.0), (3, "b", 1.5)]);
        assert_eq!((view.placings[0].wins, view.placings[0].draws, view.placings[0].losses), (3, 1, 1));
        assert_eq!(view.placings[0].share, Some(0.7));
    }

    #[test]
    fn twins_share_their_place_and_one_alone_has_no_share() {
        let field_of_three =
            field(&[("x", &some([1.0, 2.0])), ("y", &some([1.0, 2.0])), ("z", &some([0.0, 5.0]))]);
        let view = round_robin(&field_of_three);
        let rows: Vec<_> = view.placings.iter().map(|p| (p.place, p.agent.as_str())).collect();
        // All have 2 points of 4; z has the larger mean.
        assert_eq!(rows, [(1, "z"), (2, "x"), (2, "y")]);
        assert_eq!(round_robin(&field(&[("x", &some([1.0]))])).placings[0].share, None);
    }
}
