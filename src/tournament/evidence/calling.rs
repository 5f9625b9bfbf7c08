//! When a winner is called, and what is said when none is.
//!
//! The leader by mean score is called the winner only if it beats every other agent in a two-sided paired
//! test over the windows: the largest of those p-values is under alpha. Testing the observed leader one-sided
//! would claim twice as often as it says. Otherwise the answer is the group that cannot be told apart, and
//! about how many windows would resolve it. Invariant: an agent with a twin is never called.

use super::convention::Convention;
use super::error::{EvidenceError, at_least, probability};
use super::mcs::{McsStatistic, model_confidence_set};
use super::numeric::{argmax, normal_quantile, real};
use super::paired::{Paired, paired_t};
use super::panel::Panel;
use super::stationary_bootstrap::Resamples;

/// Under this many windows nothing is called.
pub const MINIMUM_WINDOWS: usize = 20;

/// With this probability the named number of windows would resolve a difference as large as the observed one.
const POWER: f64 = 0.8;

/// What can be said about the winner.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// The leader beats every other agent.
    Winner,
    /// Some agents cannot be told apart from the leader.
    Undecided {
        /// The model confidence set, with the leader and its closest rivals; in order of index.
        group: Vec<usize>,
        /// About how many windows would resolve it; `None` where a rival is no different from the leader on
        /// average, so that no number would.
        windows_needed: Option<u64>,
    },
    /// There are too few windows to say anything.
    InsufficientWindows {
        /// How many there would have to be.
        least: usize,
    },
}

/// The leader against one other agent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rival {
    /// Index of the other agent.
    pub agent: usize,
    /// The paired test of leader less rival.
    pub test: Paired,
    /// About how many windows would show a difference as large as the observed one, at this alpha and with
    /// power 0.8; `None` for no difference. Optimistic: the leader was picked for its lead.
    pub windows_needed: Option<u64>,
}

/// The call with what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The agent with the highest mean score, the first of equals.
    pub leader: usize,
    /// All other agents, in order of index.
    pub rivals: Vec<Rival>,
    /// The largest p-value of the leader against a rival.
    pub largest_p: f64,
    /// What can be said.
    pub call: Call,
}

/// Calls the winner of scores (rows = windows, columns = agents, higher is better), or says why not. The
/// resamples are of the windows, for the model confidence set; see
/// [`window_block_length`](super::window_block_length).
///
/// # Errors
/// [`EvidenceError::TooFew`] under two agents or two windows, [`EvidenceError::OutOfRange`] for an alpha that
/// is no probability, [`EvidenceError::Lengths`] where the resamples belong to another panel.
pub fn call(scores: &Panel, resamples: &Resamples, alpha: f64) -> Result<Verdict, EvidenceError> {
    let (leader, rivals) = against_all(scores, alpha)?;
    resamples.fit(scores.rows())?;
    let largest_p = largest_p(&rivals);
    let call = if scores.rows() < MINIMUM_WINDOWS {
        Call::InsufficientWindows { least: MINIMUM_WINDOWS }
    } else if largest_p < alpha {
        Call::Winner
    } else {
        let set = model_confidence_set(scores, resamples, McsStatistic::Range, Convention::Standard)?;
        let mut group = set.members(alpha)?;
        group.push(leader);
        group.extend(rivals.iter().filter(|rival| rival.test.p_value == largest_p).map(|rival| rival.agent));
        group.sort_unstable();
        group.dedup();
        Call::Undecided { group, windows_needed: windows_needed(&rivals, alpha) }
    };
    Ok(Verdict { leader, rivals, largest_p, call })
}

/// The agent that the rule calls, if any: as [`call`], without the group.
///
/// # Errors
/// As [`call`].
pub fn beats_all(scores: &Panel, alpha: f64) -> Result<Option<usize>, EvidenceError> {
    let (leader, rivals) = against_all(scores, alpha)?;
    Ok((scores.rows() >= MINIMUM_WINDOWS && largest_p(&rivals) < alpha).then_some(leader))
}

/// The leader and its tests against all others.
fn against_all(scores: &Panel, alpha: f64) -> Result<(usize, Vec<Rival>), EvidenceError> {
    at_least("agents", scores.width(), 2)?;
    probability(alpha)?;
    let leader = argmax(&scores.means());
    let test = |agent: usize| {
        let test = paired_t(scores.column(leader), scores.column(agent))?;
        Ok(Rival { agent, test, windows_needed: windows_for(&test, alpha) })
    };
    let rivals = (0..scores.width()).filter(|&agent| agent != leader).map(test);
    Ok((leader, rivals.collect::<Result<_, EvidenceError>>()?))
}

fn largest_p(rivals: &[Rival]) -> f64 {
    rivals.iter().map(|rival| rival.test.p_value).fold(0.0, f64::max)
}

/// `((z_{1 - alpha/2} + z_power) deviation / mean)^2`, at least the minimum of the rule.
fn windows_for(test: &Paired, alpha: f64) -> Option<u64> {
    if test.mean_difference <= 0.0 {
        return None;
    }
    let quantiles = normal_quantile(1.0 - alpha / 2.0) + normal_quantile(POWER);
    let root = quantiles * test.deviation / test.mean_difference;
    let windows = (root * root).ceil().max(real(MINIMUM_WINDOWS));
    // Beyond 2^53 the difference is rounding: no number of windows is meaningful.
    (windows < 9e15).then_some(windows as u64)
}

/// The most that any rival not yet beaten asks for.
fn windows_needed(rivals: &[Rival], alpha: f64) -> Option<u64> {
    let open = rivals.iter().filter(|rival| rival.test.p_value >= alpha);
    open.map(|rival| rival.windows_needed).try_fold(0, |most, needed| Some(needed?.max(most)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{noise, noisy};
    use super::*;

    fn verdict(scores: &Panel) -> Verdict {
        let resamples = Resamples::stationary(scores.rows(), 1.0, 300, [9; 32]).unwrap();
        call(scores, &resamples, 0.05).unwrap()
    }

    #[test]
    fn the_clearly_better_is_called() {
        let found = verdict(&noisy(1, 30, &[0.0, 0.0, 2.0, 0.0]));
        assert_eq!((found.leader, &found.call), (2, &Call::Winner));
        assert!(found.largest_p < 0.05);
        assert_eq!(found.rivals.iter().map(|rival| rival.agent).collect::<Vec<_>>(), [0, 1, 3]);
    }

    #[test]
    fn equals_are_not_told_apart() {
        let found = verdict(&noisy(2, 30, &[0.0, 0.0, 0.0, -3.0]));
        let Call::Undecided { group, windows_needed } = found.call else { panic!("{found:?}") };
        assert!(group.contains(&found.leader) && group.len() >= 2 && !group.contains(&3), "{group:?}");
        assert!(windows_needed.unwrap() > 30);
    }

    #[test]
    fn twins_share_the_group_and_no_number_of_windows_resolves_them() {
        let base = noisy(3, 36, &[1.5, 0.0]).columns().to_vec();
        let triplets = Panel::new([&base[..], &base[..1], &base[..1]].concat()).unwrap();
        let found = verdict(&triplets);
        assert_eq!((found.leader, found.largest_p), (0, 1.0));
        assert_eq!(found.call, Call::Undecided { group: vec![0, 2, 3], windows_needed: None });
    }

    #[test]
    fn under_twenty_windows_nothing_is_called() {
        let found = verdict(&noisy(4, 19, &[0.0, 9.0]));
        assert_eq!(found.call, Call::InsufficientWindows { least: 20 });
        assert_eq!(beats_all(&noisy(4, 19, &[0.0, 9.0]), 0.05), Ok(None));
        assert_eq!(beats_all(&noisy(4, 20, &[0.0, 9.0]), 0.05), Ok(Some(1)));
    }

    #[test]
    fn the_named_number_of_windows_resolves_as_often_as_it_says() {
        // Difference 0.5 of two agents with deviation 1: sqrt(2) / 0.5 * 2.8016, squared: 62.8.
        let test = Paired { mean_difference: 0.5, deviation: 2.0_f64.sqrt(), statistic: None, p_value: 0.5 };
        assert_eq!(windows_for(&test, 0.05), Some(63));
        let resolved =
            (0..300).filter(|&seed| beats_all(&noisy(seed, 63, &[0.5, 0.0]), 0.05) == Ok(Some(0))).count();
        // 300 * 0.8 = 240, standard deviation 7.
        assert!((215..=265).contains(&resolved), "{resolved}");
    }

    #[test]
    fn a_single_agent_and_an_impossible_alpha() {
        let one = Panel::new(vec![noise(1, 30)]).unwrap();
        assert!(matches!(beats_all(&one, 0.05), Err(EvidenceError::TooFew { .. })));
        assert!(beats_all(&noisy(1, 30, &[0.0, 0.0]), 0.0).is_err());
    }
}
