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

/// Under this many windows nothing is called, unless a rule says otherwise.
pub const MINIMUM_WINDOWS: usize = 20;

/// With this probability the named number of windows would resolve a difference as large as the observed one.
const POWER: f64 = 0.8;

/// When a winner is called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CallingRule {
    /// The largest share of tournaments among equals in which a winner may be called; over 0 and under 1.
    pub alpha: f64,
    /// Under this many windows nothing is called.
    pub minimum_windows: usize,
}

impl Default for CallingRule {
    /// Alpha 0.05 and [`MINIMUM_WINDOWS`].
    fn default() -> Self {
        Self { alpha: 0.05, minimum_windows: MINIMUM_WINDOWS }
    }
}

impl CallingRule {
    /// Whether a leader with this largest p-value against a rival is the winner.
    fn calls(&self, windows: usize, largest_p: f64) -> bool {
        windows >= self.minimum_windows && largest_p < self.alpha
    }
}

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
pub fn call(scores: &Panel, resamples: &Resamples, rule: &CallingRule) -> Result<Verdict, EvidenceError> {
    let (leader, rivals) = against_all(scores, rule)?;
    resamples.fit(scores.rows())?;
    let largest_p = largest_p(&rivals);
    let call = if rule.calls(scores.rows(), largest_p) {
        Call::Winner
    } else if scores.rows() < rule.minimum_windows {
        Call::InsufficientWindows { least: rule.minimum_windows }
    } else {
        let set = model_confidence_set(scores, resamples, McsStatistic::Range, Convention::Standard)?;
        let mut group = set.members(rule.alpha)?;
        group.push(leader);
        group.extend(rivals.iter().filter(|rival| rival.test.p_value == largest_p).map(|rival| rival.agent));
        group.sort_unstable();
        group.dedup();
        Call::Undecided { group, windows_needed: windows_needed(&rivals, rule.alpha) }
    };
    Ok(Verdict { leader, rivals, largest_p, call })
}

/// The agent that the rule calls, if any: as [`call`], without the group.
///
/// # Errors
/// As [`call`].
pub fn beats_all(scores: &Panel, rule: &CallingRule) -> Result<Option<usize>, EvidenceError> {
    let (leader, rivals) = against_all(scores, rule)?;
    Ok(rule.calls(scores.rows(), largest_p(&rivals)).then_some(leader))
}

/// The leader and its tests against all others.
fn against_all(scores: &Panel, rule: &CallingRule) -> Result<(usize, Vec<Rival>), EvidenceError> {
    at_least("agents", scores.width(), 2)?;
    probability(rule.alpha)?;
    let leader = argmax(&scores.means());
    let test = |agent: usize| {
        let test = paired_t(scores.column(leader), scores.column(agent))?;
        Ok(Rival { agent, test, windows_needed: windows_for(&test, rule) })
    };
    let rivals = (0..scores.width()).filter(|&agent| agent != leader).map(test);
    Ok((leader, rivals.collect::<Result<_, EvidenceError>>()?))
}

fn largest_p(rivals: &[Rival]) -> f64 {
    rivals.iter().map(|rival| rival.test.p_value).fold(0.0, f64::max)
}

/// `((z_{1 - alpha/2} + z_power) deviation / mean)^2`, at least the minimum of the rule.
fn windows_for(test: &Paired, rule: &CallingRule) -> Option<u64> {
    if test.mean_difference <= 0.0 {
        return None;
    }
    let quantiles = normal_quantile(1.0 - rule.alpha / 2.0) + normal_quantile(POWER);
    let root = quantiles * test.deviation / test.mean_difference;
    let windows = (root * root).ceil().max(real(rule.minimum_windows));
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

    const RULE: CallingRule = CallingRule { alpha: 0.05, minimum_windows: MINIMUM_WINDOWS };

    fn verdict(scores: &Panel) -> Verdict {
        let resamples = Resamples::stationary(scores.rows(), 1.0, 300, [9; 32]).unwrap();
        call(scores, &resamples, &RULE).unwrap()
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
        assert_eq!(beats_all(&noisy(4, 19, &[0.0, 9.0]), &RULE), Ok(None));
        let lenient = CallingRule { minimum_windows: 10, ..RULE };
        assert_eq!(beats_all(&noisy(4, 19, &[0.0, 9.0]), &lenient), Ok(Some(1)));
        assert_eq!(beats_all(&noisy(4, 20, &[0.0, 9.0]), &RULE), Ok(Some(1)));
    }

    #[test]
    fn the_named_number_of_windows_resolves_as_often_as_it_says() {
        // Difference 0.5 of two agents with deviation 1: sqrt(2) / 0.5 * 2.8016, squared: 62.8.
        let test = Paired { mean_difference: 0.5, deviation: 2.0_f64.sqrt(), statistic: None, p_value: 0.5 };
        assert_eq!(windows_for(&test, &RULE), Some(63));
        let resolved =
            (0..300).filter(|&seed| beats_all(&noisy(seed, 63, &[0.5, 0.0]), &RULE) == Ok(Some(0))).count();
        // 300 * 0.8 = 240, standard deviation 7.
        assert!((215..=265).contains(&resolved), "{resolved}");
    }

    #[test]
    fn a_single_agent_and_an_impossible_alpha() {
        let one = Panel::new(vec![noise(1, 30)]).unwrap();
        assert!(matches!(beats_all(&one, &RULE), Err(EvidenceError::TooFew { .. })));
        let never = CallingRule { alpha: 0.0, ..RULE };
        assert!(beats_all(&noisy(1, 30, &[0.0, 0.0]), &never).is_err());
    }
}
