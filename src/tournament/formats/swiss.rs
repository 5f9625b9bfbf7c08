//! Swiss system: agents with equal points meet; each round has its own windows.
//!
//! Agents stand by points, equals by lot. The one on top meets the next below that it has not met, and so on down;
//! where that leaves someone without a new opponent, the pairing steps back until all have one (after many
//! steps, or where there is none, a second meeting is allowed). With an odd number the lowest that has not yet
//! sat out does, for a point. A match goes to the larger score of the round's windows: one point, or half
//! for each where they are exactly equal. Places by points, then by the opponents' points (Buchholz), then by the
//! score of all windows.

use serde::{Deserialize, Serialize};

use super::matches::{Blocks, WindowRange, meet};
use super::places::{larger_first, places};
use super::{Field, FormatError};

const FORMAT: &str = "swiss";
/// Steps of the search for a round without second meetings.
const PATIENCE: usize = 20_000;

/// A Swiss tournament.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SwissView {
    /// Rows, best first.
    pub placings: Vec<SwissPlace>,
    /// In order of time.
    pub rounds: Vec<SwissRound>,
}

/// One agent's place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SwissPlace {
    /// From 1; equals share it.
    pub place: u32,
    /// Name of the agent.
    pub agent: String,
    /// Of its matches, one for a round sat out.
    pub points: f64,
    /// Sum of its opponents' points.
    pub buchholz: f64,
    /// Score of its record of all windows; nothing where that is no number.
    pub mean_score: Option<f64>,
}

/// One round and its matches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SwissRound {
    /// Round number, from 1.
    pub round: usize,
    /// Windows that were played.
    pub windows: WindowRange,
    /// Who met, from the top.
    pub games: Vec<Game>,
    /// Who sat out.
    pub bye: Option<String>,
}

/// One match of two agents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Game {
    /// Name of the first agent.
    pub a: String,
    /// The second agent.
    pub b: String,
    /// Score of `a` in the record of the round's windows; nothing where that is no number.
    pub score_a: Option<f64>,
    /// Score of `b`.
    pub score_b: Option<f64>,
    /// Points of `a`: 1, 0.5 or 0.
    pub points_a: f64,
}

/// The number of rounds, and their windows. Where none is asked for: so many that one agent can win all of them
/// (`log2` of the agents, rounded up), as far as there are windows.
pub(super) fn check(agents: usize, windows: usize, rounds: Option<usize>) -> Result<Blocks, FormatError> {
    if agents < 2 {
        return Err(FormatError::TooFewAgents {
            format: FORMAT,
            why: String::new(),
            found: agents,
            least: 2,
        });
    }
    let most = if agents.is_multiple_of(2) { agents - 1 } else { agents };
    let usual = (usize::BITS - (agents - 1).leading_zeros()) as usize;
    let rounds = rounds.unwrap_or_else(|| usual.min(windows.max(1)));
    if rounds > most {
        return Err(FormatError::TooManyRounds { rounds, agents, most });
    }
    Blocks::cut(windows, rounds, FORMAT, "round")
}

/// What is known of an agent between rounds.
#[derive(Debug, Clone, Default)]
struct Card {
    points: f64,
    met: Vec<usize>,
    sat_out: bool,
}

pub(super) fn swiss(field: &Field, rounds: Option<usize>) -> Result<SwissView, FormatError> {
    let blocks = check(field.len(), field.windows(), rounds)?;
    let mut cards = vec![Card::default(); field.len()];
    let mut played = Vec::new();
    for (number, windows) in (1..).zip(blocks.iter()) {
        let mut standing = field.by_lot(FORMAT);
        standing.sort_by(|&a, &b| larger_first(cards[a].points, cards[b].points));
        let bye = sit_out(&mut standing, &mut cards);
        let games = pair(&standing, &cards).into_iter().map(|(a, b)| {
            let points_a = match meet(field, a, b, &windows) {
                std::cmp::Ordering::Less => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Greater => 0.0,
            };
            for (agent, other, points) in [(a, b, points_a), (b, a, 1.0 - points_a)] {
                cards[agent].points += points;
                cards[agent].met.push(other);
            }
            Game {
                a: field.name(a).to_owned(),
                b: field.name(b).to_owned(),
                score_a: field.score(a, windows.clone()).number(),
                score_b: field.score(b, windows.clone()).number(),
                points_a,
            }
        });
        let games = games.collect();
        let bye = bye.map(|agent| field.name(agent).to_owned());
        played.push(SwissRound { round: number, windows: (&windows).into(), games, bye });
    }
    Ok(SwissView { placings: placings(field, &cards), rounds: played })
}

/// With an odd number, takes the one out that sits out.
fn sit_out(standing: &mut Vec<usize>, cards: &mut [Card]) -> Option<usize> {
    if standing.len().is_multiple_of(2) {
        return None;
    }
    let index = standing.iter().rposition(|&agent| !cards[agent].sat_out).unwrap_or(standing.len() - 1);
    let agent = standing.remove(index);
    cards[agent].sat_out = true;
    cards[agent].points += 1.0;
    Some(agent)
}

/// Who meets whom; an even number stands.
fn pair(standing: &[usize], cards: &[Card]) -> Vec<(usize, usize)> {
    let (mut pairs, mut steps) = (Vec::new(), PATIENCE);
    if !search(standing.to_vec(), cards, &mut pairs, &mut steps) {
        pairs = greedy(standing.to_vec(), cards);
    }
    pairs
}

/// Pairs the first with the nearest new opponent that leaves the rest a pairing.
fn search(
    mut standing: Vec<usize>,
    cards: &[Card],
    pairs: &mut Vec<(usize, usize)>,
    steps: &mut usize,
) -> bool {
    if standing.is_empty() {
        return true;
    }
    let first = standing.remove(0);
    for index in 0..standing.len() {
        let other = standing[index];
        if cards[first].met.contains(&other) {
            continue;
        }
        if *steps == 0 {
            return false;
        }
        *steps -= 1;
        let mut rest = standing.clone();
        rest.remove(index);
        pairs.push((first, other));
        if search(rest, cards, pairs, steps) {
            return true;
        }
        pairs.pop();
    }
    false
}

/// Pairs the first with the nearest of those it has met least often.
fn greedy(mut standing: Vec<usize>, cards: &[Card]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    while standing.len() > 1 {
        let first = standing.remove(0);
        let times = |index: &usize| cards[first].met.iter().filter(|&&met| met == standing[*index]).count();
        let index = (0..standing.len()).min_by_key(times).unwrap_or_default();
        pairs.push((first, standing.remove(index)));
    }
    pairs
}

fn placings(field: &Field, cards: &[Card]) -> Vec<SwissPlace> {
    let buchholz = |agent: usize| cards[agent].met.iter().fold(0.0, |sum, &other| sum + cards[other].points);
    let score = |agent: usize| field.score(agent, 0..field.windows());
    let placed = places(field, 0..field.len(), |a, b| {
        larger_first(cards[a].points, cards[b].points)
            .then_with(|| larger_first(buchholz(a), buchholz(b)))
            .then_with(|| score(b).cmp(&score(a)))
    });
    let place = |(place, agent): (u32, usize)| SwissPlace {
        place,
        agent: field.name(agent).to_owned(),
        points: cards[agent].points,
        buchholz: buchholz(agent),
        mean_score: score(agent).number(),
    };
    placed.into_iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::testing::{field, ladder, some};
    use super::*;

    #[test]
    fn worked_by_hand() {
        // Four agents of which the better always wins, two rounds of one window: 2, 1, 1 and 0 points.
        let view = swiss(&ladder(4, 2), None).unwrap();
        assert_eq!(view.rounds.len(), 2);
        let points: Vec<_> = view.placings.iter().map(|p| (p.place, p.agent.as_str(), p.points)).collect();
        // The lot decides whether 2 or 3 meets the best; by points they are equal.
        assert_eq!(points[0], (1, "agent 0", 2.0));
        assert_eq!(points[3], (4, "agent 3", 0.0));
        assert_eq!((points[1].2, points[2].2), (1.0, 1.0));
        // The best met those with one point and (by whom it met first) one or none: all games are in the sum.
        let sum: f64 = view.placings.iter().map(|p| p.buchholz).sum();
        let squares: f64 = points.iter().map(|p| p.2).sum::<f64>() * 2.0;
        assert_eq!(sum, squares);
    }

    #[test]
    fn no_pair_meets_twice_and_the_best_wins() {
        for agents in 2..=13 {
            let view = swiss(&ladder(agents, 13), None).unwrap();
            let mut met = BTreeSet::new();
            for game in view.rounds.iter().flat_map(|round| &round.games) {
                let pair = if game.a < game.b { (&game.a, &game.b) } else { (&game.b, &game.a) };
                assert!(met.insert(pair), "{agents} agents: {pair:?} twice");
            }
            let byes: Vec<_> = view.rounds.iter().filter_map(|round| round.bye.as_ref()).collect();
            assert_eq!(byes.iter().collect::<BTreeSet<_>>().len(), byes.len());
            assert_eq!(view.placings[0].agent, "agent 0");
        }
    }

    #[test]
    fn all_rounds_of_a_small_field_can_be_played() {
        let view = swiss(&ladder(6, 5), Some(5)).unwrap();
        let games: usize = view.rounds.iter().map(|round| round.games.len()).sum();
        assert_eq!(games, 15);
        assert_eq!(
            swiss(&ladder(6, 9), Some(6)).unwrap_err().to_string(),
            "swiss: `6` rounds for `6` agents; after `5` all have met"
        );
        assert!(matches!(swiss(&ladder(6, 2), Some(3)), Err(FormatError::TooFewWindows { .. })));
        assert!(swiss(&ladder(1, 2), None).is_err());
    }

    #[test]
    fn exact_equals_share_the_point() {
        let scores = some([1.0]);
        let view = swiss(&field(&[("a", &scores), ("b", &scores)]), None).unwrap();
        assert_eq!(view.rounds[0].games[0].points_a, 0.5);
        assert_eq!(view.placings.iter().map(|p| p.place).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn where_all_have_met_the_pairing_repeats() {
        let cards = vec![
            Card { met: vec![1, 2, 3, 1], ..Card::default() },
            Card { met: vec![0, 2, 3, 0], ..Card::default() },
            Card { met: vec![0, 1, 3], ..Card::default() },
            Card { met: vec![0, 1, 2], ..Card::default() },
        ];
        assert_eq!(pair(&[0, 1, 2, 3], &cards), [(0, 2), (1, 3)]);
    }
}
