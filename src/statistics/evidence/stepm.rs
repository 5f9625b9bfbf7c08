//! Which columns beat a benchmark: as many as can be named while a false one is named with probability alpha
//! at most.
//!
//! Romano and Wolf (2005), "Stepwise Multiple Testing as Formalized Data Snooping", Econometrica 73(4), on
//! the simulation of the SPA test with its consistent recentring.

use super::convention::Convention;
use super::error::EvidenceError;
use super::largest::Recentring;
use super::panel::Panel;
use super::spa::Superiority;
use super::stationary_bootstrap::Resamples;

/// The columns of `excess` (returns less the benchmark's) that beat the benchmark, in order.
///
/// # Errors
/// As [`Superiority::new`]; [`EvidenceError::OutOfRange`] for an alpha that is no probability.
pub fn stepm(
    excess: &Panel,
    resamples: &Resamples,
    block_length: f64,
    alpha: f64,
    convention: Convention,
) -> Result<Vec<usize>, EvidenceError> {
    superior(&mut Superiority::new(excess, resamples, block_length, convention)?, alpha)
}

/// The same where the simulation is there already. Each step names the columns above the critical value of those
/// not yet named, until a step names none.
///
/// # Errors
/// [`EvidenceError::OutOfRange`] for an alpha that is no probability.
pub fn superior(simulated: &mut Superiority<'_>, alpha: f64) -> Result<Vec<usize>, EvidenceError> {
    let mut open = vec![true; simulated.width()];
    while open.contains(&true) {
        let Some(critical) = simulated.critical_value(&open, Recentring::Consistent, alpha)? else { break };
        let named: Vec<usize> =
            (0..open.len()).filter(|&i| open[i] && simulated.statistic(i) > critical).collect();
        if named.is_empty() {
            break;
        }
        named.iter().for_each(|&i| open[i] = false);
    }
    Ok((0..open.len()).filter(|&i| !open[i]).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::noisy;
    use super::*;

    fn named(seed: u64, means: &[f64]) -> Vec<usize> {
        let resamples = Resamples::stationary(100, 2.0, 400, [4; 32]).unwrap();
        stepm(&noisy(seed, 100, means), &resamples, 2.0, 0.05, Convention::Standard).unwrap()
    }

    #[test]
    fn the_good_are_named_and_the_others_are_not() {
        assert_eq!(named(1, &[0.0, 0.8, -0.5, 0.7]), [1, 3]);
        assert_eq!(named(1, &[-0.5, -0.8]), Vec::<usize>::new());
        assert_eq!(named(2, &[0.9, 0.8]), [0, 1]);
    }

    #[test]
    fn a_masked_column_is_rejected_in_the_next_step() {
        // Unstudentised: the loud column's noise (error of its mean 0.5) sets a bound of about 0.8 at first.
        let quiet = noisy(3, 100, &[0.0, 0.5]);
        let loud = quiet.column(0).iter().map(|draw| 5.0 + 5.0 * draw).collect();
        let excess = Panel::new(vec![loud, quiet.column(1).to_vec()]).unwrap();
        let resamples = Resamples::stationary(100, 1.0, 400, [4; 32]).unwrap();
        assert_eq!(stepm(&excess, &resamples, 1.0, 0.05, Convention::Arch).unwrap(), [0, 1]);
    }

    #[test]
    fn false_names_are_rarer_than_alpha() {
        let resamples = Resamples::stationary(60, 1.0, 199, [4; 32]).unwrap();
        let any = |seed: &u64| {
            let panel = noisy(*seed, 60, &[0.0; 5]);
            !stepm(&panel, &resamples, 1.0, 0.1, Convention::Standard).unwrap().is_empty()
        };
        // 200 * 0.1 = 20, standard deviation 4.2; recentring may only lower it.
        let count = (1000..1200).filter(any).count();
        assert!(count <= 34, "{count}");
    }

    #[test]
    fn alpha_is_a_probability() {
        let resamples = Resamples::stationary(30, 1.0, 9, [4; 32]).unwrap();
        assert!(stepm(&noisy(1, 30, &[0.0]), &resamples, 1.0, 0.0, Convention::Standard).is_err());
    }
}
