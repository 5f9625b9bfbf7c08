//! Whether any agent ranks differently from the others over all windows.
//!
//! Friedman (1937), "The Use of Ranks to Avoid the Assumption of Normality", with correction for ties
//! (`scipy.stats.friedmanchisquare`). It says that there is a difference, not whose: for that there is
//! Nemenyi.

use statrs::function::gamma::checked_gamma_ur;

use super::error::{EvidenceError, at_least};
use super::numeric::{average_ranks, real, tie_term};
use super::panel::Panel;
use crate::metrics::Missing;

/// Friedman's test for any difference between agents.
#[derive(Debug, Clone, PartialEq)]
pub struct Friedman {
    /// Chi-squared statistic with `agents - 1` degrees of freedom.
    pub statistic: f64,
    /// p-value of the statistic.
    pub p_value: f64,
    /// Mean rank of each agent: 1 is the worst, the number of agents the best; ties share.
    pub mean_ranks: Vec<f64>,
}

/// Mean rank of each column over the rows, from 1 (lowest), ties sharing.
pub fn mean_ranks(scores: &Panel) -> Vec<f64> {
    let mut sums = vec![0.0; scores.width()];
    for row in 0..scores.rows() {
        let ranks = average_ranks(&scores.row(row));
        sums.iter_mut().zip(ranks).for_each(|(sum, rank)| *sum += rank);
    }
    sums.iter().map(|sum| sum / real(scores.rows())).collect()
}

/// The test of "all agents are alike".
///
/// # Errors
/// [`EvidenceError::TooFew`] under three agents or two windows, [`EvidenceError::NoStatistic`] where all
/// agents tie in every window.
pub fn friedman(scores: &Panel) -> Result<Friedman, EvidenceError> {
    at_least("agents", scores.width(), 3)?;
    at_least("windows", scores.rows(), 2)?;
    let (n, k) = (real(scores.rows()), real(scores.width()));
    let ties: f64 = (0..scores.rows()).map(|row| tie_term(&average_ranks(&scores.row(row)))).sum();
    let untied = 1.0 - ties / (n * k * (k * k - 1.0));
    if untied <= 0.0 {
        return Err(Missing::NoDispersion.into());
    }
    let mean_ranks = mean_ranks(scores);
    let squares: f64 = mean_ranks.iter().map(|rank| (n * rank) * (n * rank)).sum();
    let statistic = (12.0 / (n * k * (k + 1.0)) * squares - 3.0 * n * (k + 1.0)) / untied;
    // Rounding may leave a hair under 0 where all sums of ranks are equal.
    let statistic = statistic.max(0.0);
    let p_value = if statistic == 0.0 { 1.0 } else { upper_chi_squared(statistic, k - 1.0)? };
    Ok(Friedman { statistic, p_value, mean_ranks })
}

fn upper_chi_squared(statistic: f64, freedom: f64) -> Result<f64, EvidenceError> {
    checked_gamma_ur(freedom / 2.0, statistic / 2.0).map_err(|_| Missing::OutOfRange.into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, noisy};
    use super::*;

    #[test]
    fn worked_by_hand() {
        // Two windows, the same order twice: rank sums 2, 4, 6. 12 / (2*3*4) * 56 - 24 = 4; exp(-4/2).
        let scores = Panel::new(vec![vec![1.0, 5.0], vec![2.0, 6.0], vec![3.0, 7.0]]).unwrap();
        let found = friedman(&scores).unwrap();
        close(found.statistic, 4.0);
        close(found.p_value, (-2.0_f64).exp());
        assert_eq!(found.mean_ranks, [1.0, 2.0, 3.0]);
        // The best two tie twice: sums 2, 5, 5; (0.5 * 54 - 24) / (1 - 12 / 48) = 4.
        let tied = Panel::new(vec![vec![1.0, 5.0], vec![2.0, 6.0], vec![2.0, 6.0]]).unwrap();
        close(friedman(&tied).unwrap().statistic, 4.0);
    }

    #[test]
    fn alike_and_unlike() {
        assert!(friedman(&noisy(1, 50, &[0.0; 4])).unwrap().p_value > 0.01);
        assert!(friedman(&noisy(1, 50, &[0.0, 0.0, 1.0])).unwrap().p_value < 0.001);
        // Every order once: the sums are equal.
        let latin = Panel::new(vec![vec![1.0, 2.0, 3.0], vec![2.0, 3.0, 1.0], vec![3.0, 1.0, 2.0]]).unwrap();
        assert_eq!(friedman(&latin).unwrap().p_value, 1.0);
    }

    #[test]
    fn invalid_inputs_are_errors() {
        assert!(friedman(&noisy(1, 50, &[0.0; 2])).is_err());
        assert!(friedman(&noisy(1, 1, &[0.0; 3])).is_err());
        let same = Panel::new(vec![vec![1.0, 2.0]; 3]).unwrap();
        assert_eq!(friedman(&same), Err(Missing::NoDispersion.into()));
    }
}
