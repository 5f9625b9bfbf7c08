//! Knockout: who loses is out, and every round has fresh windows.
//!
//! Seeds are the names that the scenario lists, then the others by lot; where it lists none they come from the
//! score of a block of windows that is played for nothing else, equals by lot. The bracket is the usual one: seed
//! 1 and 2 can meet only in the final, and the best seeds sit the first round out where the field is no power of
//! two. A match goes to the larger score of the round's windows; where they are exactly equal the better
//! seed goes on, and the match says so. Losers of one round share their place.
//!
//! The winner of a bracket is not proven best: it beat one agent a round, on a few windows each.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::matches::{Blocks, WindowRange, meet};
use super::{Field, FormatError};

const FORMAT: &str = "knockout";

/// Knockout: losers of a round are out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnockoutView {
    /// The winner first.
    pub placings: Vec<KnockoutPlace>,
    /// The windows that gave the seeds; nothing where they were listed.
    pub seeding: Option<WindowRange>,
    /// The final last.
    pub rounds: Vec<KnockoutRound>,
}

/// One agent's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnockoutPlace {
    /// From 1; losers of one round share it.
    pub place: u32,
    /// Name of the agent.
    pub agent: String,
    /// From 1, the best.
    pub seed: usize,
    /// Number of matches won.
    pub won: usize,
    /// Agent that eliminated it; none for the winner.
    pub lost_to: Option<String>,
}

/// One round and its matches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnockoutRound {
    /// Round number, from 1.
    pub round: usize,
    /// Windows that were played.
    pub windows: WindowRange,
    /// From the top of the bracket.
    pub ties: Vec<Tie>,
    /// Who sat out.
    pub byes: Vec<String>,
}

/// One match of two agents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tie {
    /// Agent that advances.
    pub winner: String,
    /// Who is out.
    pub loser: String,
    /// Score of the winner's record of the round's windows; nothing where that is no number.
    pub winner_score: Option<f64>,
    /// Score of the loser.
    pub loser_score: Option<f64>,
    /// Whether the scores were exactly equal and the seed decided.
    pub by_seed: bool,
}

/// How many rounds a field needs.
fn rounds(agents: usize) -> usize {
    (usize::BITS - agents.saturating_sub(1).leading_zeros()) as usize
}

/// The windows of the seeding, where there is one, and of the rounds.
pub(super) fn check(agents: usize, windows: usize, listed: bool) -> Result<Blocks, FormatError> {
    if agents < 2 {
        return Err(FormatError::TooFewAgents {
            format: FORMAT,
            why: String::new(),
            found: agents,
            least: 2,
        });
    }
    let part = if listed { "round" } else { "round and the seeding" };
    Blocks::cut(windows, rounds(agents) + usize::from(!listed), FORMAT, part)
}

/// The view. `listed` are the best seeds, best first.
pub(super) fn knockout(field: &Field, listed: &[String]) -> Result<KnockoutView, FormatError> {
    let blocks = check(field.len(), field.windows(), !listed.is_empty())?;
    let mut blocks = blocks.iter();
    let seeding = if listed.is_empty() { blocks.next() } else { None };
    let seeds = seeds(field, listed, seeding.as_ref())?;
    let mut bracket: Vec<Option<usize>> =
        order(seeds.len().next_power_of_two()).into_iter().map(|seed| seeds.get(seed).copied()).collect();
    let seed_of = |agent: usize| seeds.iter().position(|&one| one == agent).unwrap_or_default();
    let mut lost_to = vec![None; field.len()];
    let mut won = vec![0; field.len()];
    let mut played = Vec::new();
    for (number, windows) in (1..).zip(blocks) {
        let mut round =
            KnockoutRound { round: number, windows: (&windows).into(), ties: vec![], byes: vec![] };
        let mut next = Vec::with_capacity(bracket.len() / 2);
        for pair in bracket.chunks(2) {
            let (Some(&Some(a)), Some(&Some(b))) = (pair.first(), pair.get(1)) else {
                let alone = pair.iter().flatten().next().copied();
                round.byes.extend(alone.map(|agent| field.name(agent).to_owned()));
                next.push(alone);
                continue;
            };
            let (better, other) = if seed_of(a) < seed_of(b) { (a, b) } else { (b, a) };
            let outcome = meet(field, better, other, &windows);
            let (winner, loser) = if outcome.is_le() { (better, other) } else { (other, better) };
            lost_to[loser] = Some((number, winner));
            won[winner] += 1;
            next.push(Some(winner));
            round.ties.push(Tie {
                winner: field.name(winner).to_owned(),
                loser: field.name(loser).to_owned(),
                winner_score: field.score(winner, windows.clone()).number(),
                loser_score: field.score(loser, windows.clone()).number(),
                by_seed: outcome.is_eq(),
            });
        }
        bracket = next;
        played.push(round);
    }
    let row = |agent: usize| KnockoutPlace {
        place: lost_to[agent].map_or(1, |(round, _)| place(round, played.len())),
        agent: field.name(agent).to_owned(),
        seed: seed_of(agent) + 1,
        won: won[agent],
        lost_to: lost_to[agent].map(|(_, winner)| field.name(winner).to_owned()),
    };
    let mut placings: Vec<KnockoutPlace> = (0..field.len()).map(row).collect();
    placings.sort_by(|a, b| (a.place, &a.agent).cmp(&(b.place, &b.agent)));
    Ok(KnockoutView { placings, seeding: seeding.as_ref().map(WindowRange::from), rounds: played })
}

/// Agents by seed, the best first.
fn seeds(field: &Field, listed: &[String], block: Option<&Range<usize>>) -> Result<Vec<usize>, FormatError> {
    let mut seeds: Vec<usize> =
        listed.iter().map(|name| field.agent(FORMAT, name)).collect::<Result<_, _>>()?;
    let mut others = field.by_lot(FORMAT);
    others.retain(|agent| !seeds.contains(agent));
    if let Some(block) = block {
        others.sort_by_key(|&agent| std::cmp::Reverse(field.score(agent, block.clone())));
    }
    seeds.extend(others);
    Ok(seeds)
}

/// The seeds (from 0) in the order of the bracket: `[0, 3, 1, 2]`, `[0, 7, 3, 4, 1, 6, 2, 5]`. A power of two.
fn order(size: usize) -> Vec<usize> {
    let mut order = vec![0];
    while order.len() < size {
        let last = 2 * order.len() - 1;
        order = order.into_iter().flat_map(|seed| [seed, last - seed]).collect();
    }
    order
}

/// The place of those that lose in a round: behind all that get further.
fn place(round: usize, rounds: usize) -> u32 {
    u32::try_from((1_usize << (rounds - round)) + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{field, ladder, some};
    use super::*;

    #[test]
    fn the_bracket_keeps_the_best_seeds_apart() {
        assert_eq!(order(2), [0, 1]);
        assert_eq!(order(4), [0, 3, 1, 2]);
        assert_eq!(order(8), [0, 7, 3, 4, 1, 6, 2, 5]);
    }

    #[test]
    fn worked_by_hand() {
        // Window 0 seeds a, b, c, d; in window 1 d beats a and b beats c; in window 2 d and b are equal.
        let field = field(&[
            ("a", &some([4.0, 0.0, 9.0])),
            ("b", &some([3.0, 2.0, 5.0])),
            ("c", &some([2.0, 1.0, 9.0])),
            ("d", &some([1.0, 3.0, 5.0])),
        ]);
        let view = knockout(&field, &[]).unwrap();
        assert_eq!(view.seeding, Some(WindowRange { first: 0, last: 0 }));
        let first = &view.rounds[0];
        assert_eq!((first.ties[0].winner.as_str(), first.ties[0].loser.as_str()), ("d", "a"));
        assert_eq!((first.ties[1].winner.as_str(), first.ties[1].loser.as_str()), ("b", "c"));
        let last = &view.rounds[1].ties[0];
        assert_eq!((last.winner.as_str(), last.by_seed), ("b", true));
        let places: Vec<_> =
            view.placings.iter().map(|p| (p.place, p.agent.as_str(), p.seed, p.won)).collect();
        assert_eq!(places, [(1, "b", 2, 2), (2, "d", 4, 1), (3, "a", 1, 0), (3, "c", 3, 0)]);
        assert_eq!(view.placings[2].lost_to.as_deref(), Some("d"));
    }

    #[test]
    fn the_best_seeds_sit_out_where_the_field_is_no_power_of_two() {
        let listed: Vec<String> = ["agent 2", "agent 0"].map(str::to_owned).to_vec();
        let view = knockout(&ladder(5, 3), &listed).unwrap();
        assert_eq!(view.seeding, None);
        assert_eq!(view.rounds.len(), 3);
        assert_eq!(view.rounds[0].ties.len(), 1);
        assert_eq!(view.rounds[0].byes.len(), 3);
        assert!(view.rounds[0].byes.contains(&"agent 2".to_owned()));
        assert_eq!((view.placings[0].agent.as_str(), view.placings[0].seed), ("agent 0", 2));
        // Places of five: 1, 2, 3, 3, 5.
        assert_eq!(view.placings.iter().map(|p| p.place).collect::<Vec<_>>(), [1, 2, 3, 3, 5]);
    }

    #[test]
    fn what_it_needs() {
        let error = knockout(&ladder(5, 3), &[]).unwrap_err();
        let expected =
            "knockout needs `4` windows, a fresh one for each round and the seeding; there are `3`";
        assert_eq!(error.to_string(), expected);
        assert!(matches!(knockout(&ladder(1, 3), &[]), Err(FormatError::TooFewAgents { .. })));
        assert!(matches!(
            knockout(&ladder(4, 3), &["nobody".to_owned()]),
            Err(FormatError::NoSuchAgent { .. })
        ));
    }
}
