//! Who may be called the winner, with the lead that the call rests on.
//!
//! Owns the way from the calling rule to the verdict of standings. Never calls by another rule than
//! [`call`].

use super::error::StandingsError;
use super::settings::StandingsSpec;
use crate::tournament::evidence::{
    Call, EvidenceError, Interval, Panel, Resamples, Rival, call, paired_interval,
};

/// What can be said about the winner.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The agent with the best mean score, the first of equals.
    pub leader: usize,
    /// Its lead over the rival that is hardest to tell apart from it; `None` for one agent or one window.
    pub lead: Option<Lead>,
    /// The call.
    pub outcome: Outcome,
}

/// The leader's lead over its closest rival: the one with the largest p-value, and of those the best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lead {
    /// Index of the rival.
    pub over: usize,
    /// Mean difference over the windows, at least 0, in units of the score.
    pub difference: f64,
    /// Two-sided interval of coverage 1 - alpha (paired t): it excludes 0 exactly where `p_value` is under alpha.
    pub interval: Interval,
    /// Of the two-sided paired t test.
    pub p_value: f64,
}

/// The call.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The leader beats every other agent.
    Called,
    /// Some cannot be told apart from the leader.
    NotDistinguishable {
        /// The model confidence set with the leader and its closest rivals; in order of index.
        group: Vec<usize>,
        /// About how many windows would resolve it; `None` where no number would.
        windows_needed: Option<u64>,
    },
    /// There are too few windows to say anything.
    InsufficientWindows {
        /// How many there would have to be.
        least: usize,
    },
    /// There is nobody to compare the only agent with.
    OneAgent,
}

/// Applies the calling rule to scores of which more is better.
pub(super) fn verdict(
    scores: &Panel,
    resamples: &Resamples,
    spec: &StandingsSpec,
) -> Result<Verdict, StandingsError> {
    if scores.width() < 2 {
        return Ok(Verdict { leader: 0, lead: None, outcome: Outcome::OneAgent });
    }
    if scores.rows() < 2 {
        let leader = first_best(&scores.means());
        let outcome = Outcome::InsufficientWindows { least: spec.minimum_windows.max(2) };
        return Ok(Verdict { leader, lead: None, outcome });
    }
    let found = call(scores, resamples, &spec.rule())?;
    let lead = closest(&found.rivals).map(|rival| lead(rival, scores.rows(), spec.alpha)).transpose()?;
    let outcome = match found.call {
        Call::Winner => Outcome::Called,
        Call::Undecided { group, windows_needed } => Outcome::NotDistinguishable { group, windows_needed },
        Call::InsufficientWindows { least } => Outcome::InsufficientWindows { least },
    };
    Ok(Verdict { leader: found.leader, lead, outcome })
}

/// The rival with the largest p-value; of those the one with the smallest lead over it, then the first.
fn closest(rivals: &[Rival]) -> Option<&Rival> {
    rivals.iter().reduce(|closest, rival| {
        let by_p = rival.test.p_value.total_cmp(&closest.test.p_value);
        let by_lead = closest.test.mean_difference.total_cmp(&rival.test.mean_difference);
        if by_p.then(by_lead).is_gt() { rival } else { closest }
    })
}

fn lead(rival: &Rival, windows: usize, alpha: f64) -> Result<Lead, EvidenceError> {
    Ok(Lead {
        over: rival.agent,
        difference: rival.test.mean_difference,
        interval: paired_interval(&rival.test, windows, 1.0 - alpha)?,
        p_value: rival.test.p_value,
    })
}

fn first_best(means: &[f64]) -> usize {
    means.iter().enumerate().fold(0, |best, (agent, mean)| if *mean > means[best] { agent } else { best })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{lucky, matrix};
    use super::super::{Outcome, StandingsSpec, Verdict, standings};

    fn verdict(columns: Vec<Vec<f64>>) -> Verdict {
        let spec = StandingsSpec { resamples: 50, ratings: vec![], ..StandingsSpec::default() };
        standings(&matrix(columns), &spec).unwrap().verdict
    }

    #[test]
    fn the_lead_is_over_the_closest_rival_and_agrees_with_the_call() {
        for seed in 0..40 {
            let found = verdict(lucky(seed, 30, &[0.0, 0.6, 0.0]));
            let lead = found.lead.unwrap();
            assert_eq!(found.outcome == Outcome::Called, lead.interval.low > 0.0, "{lead:?}");
            assert!(lead.difference >= 0.0 && lead.interval.low < lead.difference);
            assert!((lead.interval.low + lead.interval.high - 2.0 * lead.difference).abs() < 1e-12);
        }
    }

    #[test]
    fn twins_are_not_told_apart() {
        let mut columns = lucky(5, 36, &[3.0, 0.0]);
        columns.extend([columns[0].clone(), columns[0].clone()]);
        let found = verdict(columns);
        assert_eq!(found.outcome, Outcome::NotDistinguishable { group: vec![0, 2, 3], windows_needed: None });
        let lead = found.lead.unwrap();
        assert_eq!((lead.over, lead.difference, lead.p_value), (2, 0.0, 1.0));
    }

    #[test]
    fn few_windows_and_few_agents() {
        assert_eq!(verdict(lucky(1, 30, &[0.0])).outcome, Outcome::OneAgent);
        let one = verdict(vec![vec![1.0], vec![2.0]]);
        assert_eq!((one.leader, one.lead), (1, None));
        assert_eq!(one.outcome, Outcome::InsufficientWindows { least: 20 });
        let few = verdict(lucky(1, 19, &[0.0, 9.0]));
        assert_eq!(few.outcome, Outcome::InsufficientWindows { least: 20 });
        assert!(few.lead.unwrap().difference > 5.0);
    }
}
