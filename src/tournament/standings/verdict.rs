//! Who may be called the winner, with the lead that the call rests on.
//!
//! Owns the way from the tests of pairs to the verdict of standings. The leader is the agent with the best record;
//! it is called only if it beats every other agent that has a record. Invariant: whoever is called stands alone at the
//! top of the leaderboard.

use super::contest::{Contest, Lead, PairTest};
use super::settings::StandingsSpec;

/// What can be said about the winner.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The agent with the best record; of equals the first as ties are broken.
    pub leader: usize,
    /// The rival that is hardest to tell apart from it; `None` if it is the only agent.
    pub rival: Option<Rival>,
    /// Whether a winner is called.
    pub outcome: Outcome,
}

/// The leader against one other agent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rival {
    /// Index of the rival.
    pub agent: usize,
    /// The lead over it, at least 0; `None` where one of the scores is infinite.
    pub lead: Option<Lead>,
    /// Two-sided, of the pair's test.
    pub p_value: f64,
    /// The observations that it rests on: windows in which either acted.
    pub windows: usize,
}

/// Whether a winner is called, and why not.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The leader beats every other agent.
    Called,
    /// Some cannot be distinguished from the leader.
    NotDistinguishable {
        /// Them and the leader; in order of index.
        group: Vec<usize>,
        /// About how many windows would resolve it; `None` where no number would.
        windows_needed: Option<u64>,
    },
    /// There are too few windows to say anything.
    InsufficientWindows {
        /// How many there would have to be.
        least: usize,
        /// The rivals that acted too rarely to be compared; none where the tournament itself is too short.
        rare: Vec<Rival>,
    },
    /// There is only one agent.
    OneAgent,
}

/// Applies the calling rule. `set` is the model confidence set's p-value of each agent, where it has one.
pub(super) fn verdict(
    contest: &Contest<'_>,
    set: &[Option<f64>],
    windows: usize,
    spec: &StandingsSpec,
) -> Verdict {
    let leader = contest.leader();
    let rivals: Vec<Rival> = (0..contest.records.len())
        .filter(|&agent| agent != leader)
        .filter_map(|agent| rival(&contest.pair(leader, agent)))
        .collect();
    let Some(closest) = closest(&rivals, spec, |agent| contest.tie_rank(agent)) else {
        return Verdict { leader, rival: None, outcome: Outcome::OneAgent };
    };
    let least = spec.minimum_windows.max(2);
    let open: Vec<&Rival> = rivals.iter().filter(|rival| rival.p_value >= spec.alpha).collect();
    let rare: Vec<Rival> = rivals.iter().filter(|rival| rival.windows < least).copied().collect();
    let outcome = if windows < least {
        Outcome::InsufficientWindows { least, rare: Vec::new() }
    } else if open.iter().any(|rival| rival.windows >= least) {
        let undecided = |agent: usize| {
            agent == leader
                || open.iter().any(|rival| rival.agent == agent)
                || set[agent].is_some_and(|p| p > spec.alpha)
        };
        Outcome::NotDistinguishable {
            group: (0..contest.records.len()).filter(|&agent| undecided(agent)).collect(),
            windows_needed: windows_needed(&open, spec),
        }
    } else if rare.is_empty() {
        Outcome::Called
    } else {
        Outcome::InsufficientWindows { least, rare }
    };
    Verdict { leader, rival: Some(*closest), outcome }
}

/// The leader, `a`, against `b`; nothing where one of them has no score.
fn rival(pair: &PairTest) -> Option<Rival> {
    Some(Rival {
        agent: pair.b as usize,
        lead: pair.lead,
        p_value: pair.p_value?,
        windows: pair.windows as usize,
    })
}

/// The rival with the largest p-value, those with enough windows first; of those the one with the smallest lead over
/// it, then the first as ties are broken.
fn closest<'a>(
    rivals: &'a [Rival],
    spec: &StandingsSpec,
    tie_rank: impl Fn(usize) -> usize,
) -> Option<&'a Rival> {
    let enough = |rival: &Rival| rival.windows >= spec.minimum_windows;
    let lead = |rival: &Rival| rival.lead.map_or(f64::INFINITY, |lead| lead.difference);
    rivals.iter().reduce(|closest, rival| {
        let by_windows = enough(rival).cmp(&enough(closest));
        let by_p = rival.p_value.total_cmp(&closest.p_value);
        let by_lead = lead(closest).total_cmp(&lead(rival));
        let by_tie = tie_rank(closest.agent).cmp(&tie_rank(rival.agent));
        if by_windows.then(by_p).then(by_lead).then(by_tie).is_gt() { rival } else { closest }
    })
}

/// The most that any rival not yet beaten asks for.
fn windows_needed(open: &[&Rival], spec: &StandingsSpec) -> Option<u64> {
    let needed = |rival: &Rival| spec.rule().windows_needed(rival.lead?.test(), rival.windows);
    open.iter().map(|rival| needed(rival)).try_fold(0, |most, needed| Some(needed?.max(most)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{holed, lucky, matrix};
    use super::super::{Outcome, ScoreMatrix, StandingsSpec, Verdict, standings};

    fn of(matrix: &ScoreMatrix) -> Verdict {
        let spec = StandingsSpec { resamples: 50, ratings: vec![], ..StandingsSpec::default() };
        standings(matrix, &spec).unwrap().verdict
    }

    fn verdict(columns: Vec<Vec<f64>>) -> Verdict {
        of(&matrix(columns))
    }

    #[test]
    fn the_lead_is_over_the_closest_rival_and_agrees_with_the_call() {
        for seed in 0..40 {
            let found = verdict(lucky(seed, 30, &[0.0, 0.6, 0.0]));
            let rival = found.rival.unwrap();
            let lead = rival.lead.unwrap();
            let interval = lead.interval(0.95).unwrap();
            assert_eq!(found.outcome == Outcome::Called, interval.low > 0.0, "{lead:?}");
            assert!(lead.difference >= 0.0 && interval.low < lead.difference);
            assert_eq!(rival.p_value < 0.05, interval.low > 0.0);
        }
    }

    #[test]
    fn identical_agents_are_not_distinguished() {
        let mut columns = lucky(5, 36, &[3.0, 0.0]);
        columns.extend([columns[0].clone(), columns[0].clone()]);
        let found = verdict(columns);
        assert_eq!(found.outcome, Outcome::NotDistinguishable { group: vec![0, 2, 3], windows_needed: None });
        let rival = found.rival.unwrap();
        assert_eq!((rival.agent, rival.lead.unwrap().difference, rival.p_value), (2, 0.0, 1.0));
    }

    #[test]
    fn the_leader_of_equals_is_the_first_as_ties_are_broken() {
        let columns = lucky(5, 36, &[3.0]);
        let twins = || matrix(vec![columns[0].clone(), columns[0].clone(), columns[0].clone()]);
        assert_eq!(of(&twins()).leader, 0, "by name");
        let spec = StandingsSpec { resamples: 50, ratings: vec![], ..StandingsSpec::default() };
        let found = standings(&twins().with_tie_order(&["a2", "a0", "a1"]), &spec).unwrap();
        let rows: Vec<usize> = found.rows.iter().map(|row| row.agent).collect();
        assert_eq!((found.verdict.leader, rows), (2, vec![2, 0, 1]));
        assert!(found.sentence().contains("a2 and a0 have the same mean score"), "{}", found.sentence());
    }

    #[test]
    fn few_windows_and_few_agents() {
        assert_eq!(verdict(lucky(1, 30, &[0.0])).outcome, Outcome::OneAgent);
        let one = verdict(vec![vec![1.0], vec![2.0]]);
        let insufficient = Outcome::InsufficientWindows { least: 20, rare: vec![] };
        assert_eq!((one.leader, one.outcome), (1, insufficient.clone()));
        let few = verdict(lucky(1, 19, &[0.0, 9.0]));
        assert_eq!(few.outcome, insufficient);
        assert!(few.rival.unwrap().lead.unwrap().difference > 5.0);
    }

    #[test]
    fn a_rival_that_was_seldom_there_cannot_be_beaten_nor_beat() {
        let mut columns: Vec<Vec<Option<f64>>> = lucky(3, 48, &[2.0, 0.0, 0.0])
            .into_iter()
            .map(|column| column.into_iter().map(Some).collect())
            .collect();
        assert_eq!(of(&holed(columns.clone())).outcome, Outcome::Called);
        columns[2].iter_mut().skip(19).for_each(|score| *score = None);
        let Outcome::InsufficientWindows { least: 20, rare } = of(&holed(columns.clone())).outcome else {
            panic!()
        };
        assert_eq!((rare.len(), rare[0].agent, rare[0].windows), (1, 2, 19));
        // Nor does it lead by them.
        columns[2].iter_mut().take(19).for_each(|score| *score = Some(9.0));
        let found = of(&holed(columns.clone()));
        assert!(found.leader == 2 && found.outcome != Outcome::Called);
        // Without any score it is behind all, and hinders nobody.
        columns[2].fill(None);
        assert_eq!(of(&holed(columns)).outcome, Outcome::Called);
    }

    #[test]
    fn infinite_scores_are_compared_by_how_often_they_are_ahead() {
        let base: Vec<Option<f64>> = lucky(4, 40, &[0.0])[0].iter().copied().map(Some).collect();
        let mut once = base.clone();
        once[7] = Some(f64::INFINITY);
        let mut always = base.clone();
        always.fill(Some(f64::INFINITY));
        let found = of(&holed(vec![base.clone(), once.clone()]));
        // The infinite window is in 63 % of the resamples; in the others the two are equal: p is about 0.36.
        assert!(found.leader == 1 && found.rival.unwrap().p_value > 0.25, "{found:?}");
        assert!(matches!(found.outcome, Outcome::NotDistinguishable { windows_needed: None, .. }));
        assert_eq!(of(&holed(vec![base, always.clone()])).outcome, Outcome::Called);
        // Two infinite ones tie, however often they are.
        let tied = of(&holed(vec![once, always]));
        assert_eq!((tied.rival.unwrap().p_value, tied.outcome == Outcome::Called), (1.0, false));
    }

    #[test]
    fn a_few_lucky_infinite_windows_prove_nothing() {
        let base = lucky(4, 24, &[0.0]).remove(0).into_iter().map(Some).collect::<Vec<Option<f64>>>();
        let with = |infinite: usize| {
            let mut column = base.clone();
            column.iter_mut().step_by(2).take(infinite).for_each(|score| *score = Some(f64::INFINITY));
            of(&holed(vec![base.clone(), column]))
        };
        // 4 of 24 against none: twice the hypergeometric tail is 0.109. 7 of 24 against none: 0.0094.
        let few = with(4);
        assert!((few.rival.unwrap().p_value - 0.1092).abs() < 0.001, "{few:?}");
        assert!(matches!(few.outcome, Outcome::NotDistinguishable { .. }));
        assert_eq!(with(7).outcome, Outcome::Called);
    }

    #[test]
    fn a_median_among_equal_values_is_not_called_by_a_density_that_is_none() {
        // 21 and 19 of 40 windows at 100: medians 100 and 0.
        let column = |hits: usize| (0..40).map(|w| if w * 7 % 40 < hits { 100.0 } else { 0.0 }).collect();
        let found = of(&super::super::testing::by_median(matrix(vec![column(21), column(19)])));
        assert_eq!(found.leader, 0);
        assert!(found.rival.unwrap().lead.is_none() && found.rival.unwrap().p_value > 0.3, "{found:?}");
        assert_ne!(found.outcome, Outcome::Called);
    }

    #[test]
    fn scores_of_any_size_give_the_same_standings() {
        let columns = lucky(9, 40, &[0.2, 0.0]);
        let spec = StandingsSpec { resamples: 200, ..StandingsSpec::default() };
        let of = |power: i32| {
            let scaled =
                columns.iter().map(|column| column.iter().map(|x| libm::scalbn(*x, power)).collect());
            let found = standings(&matrix(scaled.collect()), &spec).unwrap();
            let first: Vec<f64> = found.rows.iter().map(|row| row.first_probability).collect();
            (found.block_length, first, found.confidence_set, found.verdict.rival.unwrap().p_value)
        };
        for power in [-990, -280, 400] {
            assert_eq!(of(power), of(0), "2^{power}");
        }
    }

    /// Whoever is called is alone at the top, whatever the scores are.
    #[test]
    fn whoever_is_called_is_first() {
        use proptest::prelude::*;
        use proptest::test_runner::{Config, TestRunner};
        let score = prop_oneof![
            12 => (-40..40_i32).prop_map(|score| Some(f64::from(score) / 8.0)),
            1 => Just(None),
            1 => Just(Some(f64::INFINITY)),
            1 => Just(Some(f64::NEG_INFINITY)),
        ];
        let rows = (2..5_usize, 18..30_usize).prop_flat_map(move |(agents, windows)| {
            let column = (prop::collection::vec(score.clone(), windows), -3..9_i32);
            (prop::collection::vec(column, agents), prop::bool::ANY)
        });
        let mut runner = TestRunner::new(Config { cases: 400, ..Config::default() });
        let called = std::cell::Cell::new(0);
        let outcome = runner.run(&rows, |(columns, median)| {
            let shifted = columns.into_iter().map(|(column, lead)| {
                column.into_iter().map(|score| score.map(|score| score + f64::from(lead))).collect()
            });
            let mut matrix = holed(shifted.collect());
            if median {
                matrix = super::super::testing::by_median(matrix);
            }
            // Infinities of both signs have no mean: perhaps nobody has a record.
            let spec = StandingsSpec { resamples: 50, ratings: vec![], ..StandingsSpec::default() };
            let Ok(found) = standings(&matrix, &spec).map(|found| found.verdict) else { return Ok(()) };
            if found.outcome == Outcome::Called {
                called.set(called.get() + 1);
                let first = matrix.whole(found.leader);
                let others = (0..matrix.agents().len()).filter(|&agent| agent != found.leader);
                for other in others {
                    prop_assert!(matrix.whole(other) < first);
                }
            }
            Ok(())
        });
        outcome.unwrap();
        assert!(called.get() > 20, "only {} called", called.get());
    }
}
