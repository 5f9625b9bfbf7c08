//! Where each agent would rank in another set of windows of the same kind.
//!
//! Owns the intervals of ranks, the probability of the first place, and how often one agent's mean beats
//! another's: all by resampling whole windows (stationary bootstrap), so that what the agents met together
//! stays together.

use super::error::{EvidenceError, probability};
use super::numeric::real;
use super::panel::Panel;
use super::stationary_bootstrap::Resamples;

/// The rank of one agent: 1 is the best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranks {
    /// Rank by mean score in the windows as they were, ties sharing the best place.
    pub observed: usize,
    /// Lower end of the interval: the best place.
    pub best: usize,
    /// Upper end: the worst place.
    pub worst: usize,
    /// Share of resamples in which the agent is first, a shared first place counting in parts.
    pub first_probability: f64,
}

/// What resampling says about all ranks.
#[derive(Debug, Clone, PartialEq)]
pub struct RankEvidence {
    /// One entry per agent.
    pub ranks: Vec<Ranks>,
    /// `beats[a][b]`: share of resamples in which the mean score of `a` is above that of `b`, ties counting
    /// half; 0.5 on the diagonal and between twins.
    pub beats: Vec<Vec<f64>>,
}

/// Rank intervals of the given level (each by itself), and the probabilities of first places and of pairs.
/// Where agents tie, the best place of the tie counts for the lower end and the worst for the upper one.
///
/// # Errors
/// [`EvidenceError::OutOfRange`] for a level that is no probability, [`EvidenceError::Lengths`] where the
/// resamples belong to another panel.
pub fn rank_evidence(
    scores: &Panel,
    resamples: &Resamples,
    level: f64,
) -> Result<RankEvidence, EvidenceError> {
    probability(level)?;
    resamples.fit(scores.rows())?;
    let means: Vec<Vec<f64>> = scores.columns().iter().map(|column| resamples.means(column)).collect();
    let observed = scores.means();
    let rank = |agent: usize| {
        let places: Vec<(usize, usize)> = (0..resamples.count())
            .map(|b| places(means.iter().map(|mean| mean[b]), means[agent][b]))
            .collect();
        ranks(&places, places_of(&observed, agent).0, level)
    };
    let beats = |a: &Vec<f64>| means.iter().map(|b| share_above(a, b)).collect();
    Ok(RankEvidence {
        ranks: (0..scores.width()).map(rank).collect(),
        beats: means.iter().map(beats).collect(),
    })
}

fn places_of(means: &[f64], agent: usize) -> (usize, usize) {
    places(means.iter().copied(), means[agent])
}

/// Best and worst place of a value among all: 1 + those above, and those above or equal.
fn places(all: impl Iterator<Item = f64>, own: f64) -> (usize, usize) {
    all.fold((1, 0), |(best, worst), other| {
        (best + usize::from(other > own), worst + usize::from(other >= own))
    })
}

fn ranks(places: &[(usize, usize)], observed: usize, level: f64) -> Ranks {
    let tail = (1.0 - level) / 2.0;
    // Of all places in order, the one that at most `tail` of them lie outside of.
    let outside = (tail * real(places.len())).floor() as usize;
    let (mut best, mut worst): (Vec<usize>, Vec<usize>) = places.iter().copied().unzip();
    best.sort_unstable();
    worst.sort_unstable();
    let shares = places.iter().filter(|(best, _)| *best == 1).map(|(_, worst)| real(*worst).recip());
    Ranks {
        observed,
        best: best[outside],
        worst: worst[worst.len() - 1 - outside],
        first_probability: shares.fold(0.0, |sum, share| sum + share) / real(places.len()),
    }
}

/// Share of places where `a` is above `b`, ties counting half.
fn share_above(a: &[f64], b: &[f64]) -> f64 {
    let worth = |(a, b): (&f64, &f64)| {
        if a > b {
            1.0
        } else if a == b {
            0.5
        } else {
            0.0
        }
    };
    a.iter().zip(b).map(worth).sum::<f64>() / real(a.len())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, noisy};
    use super::*;

    fn evidence(scores: &Panel) -> RankEvidence {
        let resamples = Resamples::stationary(scores.rows(), 1.0, 400, [5; 32]).unwrap();
        rank_evidence(scores, &resamples, 0.9).unwrap()
    }

    #[test]
    fn worked_by_hand() {
        // Two windows; resamples (0, 0), (1, 1), (0, 1): agent 0 has 1, 0, 0.5 and agent 1 has 0, 1, 0.5.
        let scores = Panel::new(vec![vec![1.0, 0.0], vec![0.0, 1.0], vec![-1.0, -1.0]]).unwrap();
        let resamples = Resamples::from_indices(2, &[vec![0, 0], vec![1, 1], vec![0, 1]]).unwrap();
        let found = rank_evidence(&scores, &resamples, 0.5).unwrap();
        close(found.ranks[0].first_probability, 0.5);
        assert_eq!((found.beats[0][1], found.beats[0][2], found.beats[0][0]), (0.5, 1.0, 0.5));
        assert_eq!((found.ranks[0].observed, found.ranks[1].observed, found.ranks[2].observed), (1, 1, 3));
        assert_eq!((found.ranks[0].best, found.ranks[0].worst), (1, 2));
        assert_eq!((found.ranks[2].best, found.ranks[2].worst), (3, 3));
    }

    #[test]
    fn probabilities_add_up() {
        let found = evidence(&noisy(1, 40, &[0.0, 0.3, 0.1, -0.2]));
        close(found.ranks.iter().map(|ranks| ranks.first_probability).sum(), 1.0);
        for a in 0..4 {
            (0..4).for_each(|b| close(found.beats[a][b] + found.beats[b][a], 1.0));
            assert!(
                found.ranks[a].best <= found.ranks[a].observed
                    && found.ranks[a].observed <= found.ranks[a].worst
            );
        }
    }

    #[test]
    fn the_clearly_better_is_first_and_twins_share() {
        let base = noisy(2, 40, &[0.0, 3.0]).columns().to_vec();
        let found = evidence(&Panel::new(vec![base[0].clone(), base[1].clone(), base[1].clone()]).unwrap());
        assert_eq!((found.ranks[1].best, found.ranks[1].worst), (1, 2));
        assert_eq!(found.ranks[1], found.ranks[2]);
        assert_eq!((found.ranks[1].first_probability, found.beats[1][2]), (0.5, 0.5));
        assert_eq!((found.ranks[0].best, found.ranks[0].worst), (3, 3));
    }

    #[test]
    fn a_single_agent_is_first() {
        let found = evidence(&noisy(3, 10, &[0.0]));
        assert_eq!(found.ranks[0], Ranks { observed: 1, best: 1, worst: 1, first_probability: 1.0 });
        let scores = noisy(3, 10, &[0.0]);
        let other = Resamples::stationary(9, 1.0, 4, [0; 32]).unwrap();
        assert!(rank_evidence(&scores, &other, 0.9).is_err());
    }
}
