//! Which pairs of agents differ in mean rank, all pairs at once.
//!
//! Nemenyi (1963); Demsar (2006), "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR 7.
//! Owns the distribution of the studentised range with infinite degrees of freedom, integrated numerically.

use rayon::prelude::*;

use super::error::{EvidenceError, at_least, probability};
use super::friedman::mean_ranks;
use super::numeric::{largest, normal_cdf, normal_pdf, real};
use super::panel::Panel;

/// Beyond this the normal density is under `1e-31` and adds nothing.
const EDGE: f64 = 12.0;

/// Step of the trapezoidal rule. For a smooth integrand that dies out at both ends its error falls faster
/// than any power of the step: at this one it is below the rounding of a double.
const STEP: f64 = 1.0 / 32.0;

/// Bisections of the quantile: to the last digit.
const BISECTIONS: usize = 60;

/// From more agents on their many pairs are read off a grid, to seven digits and more.
const MANY: usize = 100;

/// p-values of all pairs, as `scikit_posthocs.posthoc_nemenyi_friedman`: a symmetric matrix with 1 on the
/// diagonal.
///
/// # Errors
/// [`EvidenceError::TooFew`] under two agents.
pub fn nemenyi(scores: &Panel) -> Result<Vec<Vec<f64>>, EvidenceError> {
    at_least("agents", scores.width(), 2)?;
    let (ranks, k) = (mean_ranks(scores), scores.width());
    let error = standard_error(k, scores.rows());
    let range = |a: usize, b: usize| (ranks[a] - ranks[b]).abs() / error;
    let grid = (k > MANY).then(|| Grid::new(largest(ranks.iter().copied()) / error, k)).transpose()?;
    let below = |a: usize| -> Result<Vec<f64>, EvidenceError> {
        let p = |b: usize| match &grid {
            Some(grid) => Ok(grid.at(range(a, b))),
            None => studentized_range_sf(range(a, b), k),
        };
        (0..a).map(p).collect()
    };
    let triangle: Vec<Vec<f64>> = (0..k).into_par_iter().map(below).collect::<Result<_, _>>()?;
    let p = |a: usize, b: usize| if a == b { 1.0 } else { triangle[a.max(b)][a.min(b)] };
    Ok((0..k).map(|a| (0..k).map(|b| p(a, b)).collect()).collect())
}

/// The survival function at even steps, and between them by cubic interpolation of its values.
struct Grid {
    values: Vec<f64>,
}

impl Grid {
    /// Steps of the range.
    const STEP: f64 = 1.0 / 64.0;

    /// From 0 to `most` and a little further.
    fn new(most: f64, draws: usize) -> Result<Self, EvidenceError> {
        let steps = (most / Self::STEP).ceil() as usize + 3;
        let at = |step: usize| studentized_range_sf(real(step) * Self::STEP, draws);
        Ok(Self { values: (0..=steps).into_par_iter().map(at).collect::<Result<_, _>>()? })
    }

    fn at(&self, range: f64) -> f64 {
        let index = ((range / Self::STEP) as usize).clamp(1, self.values.len() - 3);
        let x = range / Self::STEP - real(index);
        let [a, b, c, d] = [0, 1, 2, 3].map(|step| self.values[index - 1 + step]);
        // Lagrange's polynomial through four points at -1, 0, 1 and 2.
        let value = -a * x * (x - 1.0) * (x - 2.0) / 6.0 + b * (x + 1.0) * (x - 1.0) * (x - 2.0) / 2.0
            - c * (x + 1.0) * x * (x - 2.0) / 2.0
            + d * (x + 1.0) * x * (x - 1.0) / 6.0;
        value.clamp(0.0, 1.0)
    }
}

/// The difference in mean rank from which on a pair differs at this alpha:
/// `q_alpha sqrt(k (k + 1) / (12 n))`, with the studentised range's `q`.
///
/// # Errors
/// [`EvidenceError::TooFew`] under two agents or without windows, [`EvidenceError::OutOfRange`] for an alpha
/// that is no probability.
pub fn critical_difference(agents: usize, windows: usize, alpha: f64) -> Result<f64, EvidenceError> {
    at_least("windows", windows, 1)?;
    Ok(studentized_range_quantile(alpha, agents)? * standard_error(agents, windows))
}

/// Standard error of a mean rank, in the unit that the studentised range takes.
fn standard_error(agents: usize, windows: usize) -> f64 {
    let k = real(agents);
    (k * (k + 1.0) / (12.0 * real(windows))).sqrt()
}

/// `P(range of k standard normal draws > q)`: `k * integral of phi(z) (Phi(z)^(k-1) - (Phi(z) - Phi(z -
/// q))^(k-1)) dz`, which keeps its digits where it is small.
///
/// # Errors
/// [`EvidenceError::TooFew`] under two draws, [`EvidenceError::OutOfRange`] for a `q` that is negative or no
/// number.
pub fn studentized_range_sf(q: f64, draws: usize) -> Result<f64, EvidenceError> {
    at_least("agents", draws, 2)?;
    if q.is_nan() || q < 0.0 {
        return Err(EvidenceError::OutOfRange { what: "range", value: q });
    }
    if q == 0.0 {
        return Ok(1.0);
    }
    let others = real(draws) - 1.0;
    let integrand = |z: f64| {
        let (all, beyond) = (normal_cdf(z), normal_cdf(z - q));
        // a^m - (a - d)^m = -a^m expm1(m ln(1 - d/a)).
        let missing = libm::expm1(others * libm::log1p(-beyond / all));
        -normal_pdf(z) * libm::pow(all, others) * missing
    };
    let steps = (2.0 * EDGE / STEP) as i32;
    let sum: f64 = (0..=steps).map(|i| integrand(f64::from(i) * STEP - EDGE)).sum();
    Ok((real(draws) * STEP * sum).clamp(0.0, 1.0))
}

/// The `q` that the range of `draws` standard normal draws exceeds with probability alpha.
///
/// # Errors
/// As [`studentized_range_sf`]; [`EvidenceError::OutOfRange`] for an alpha that is no probability.
pub fn studentized_range_quantile(alpha: f64, draws: usize) -> Result<f64, EvidenceError> {
    probability(alpha)?;
    let (mut low, mut high) = (0.0, 2.0 * EDGE);
    for _ in 0..BISECTIONS {
        let middle = f64::midpoint(low, high);
        if studentized_range_sf(middle, draws)? > alpha { low = middle } else { high = middle }
    }
    Ok(f64::midpoint(low, high))
}

#[cfg(test)]
mod tests {
    use super::super::numeric::two_sided_normal;
    use super::super::testing::{close, noisy};
    use super::*;

    #[test]
    fn two_draws_are_a_normal_difference() {
        // The range of two is |N(0, 2)|.
        for q in [0.1, 1.0, 3.0, 8.0] {
            close(studentized_range_sf(q, 2).unwrap(), two_sided_normal(q / 2.0_f64.sqrt()));
        }
    }

    #[test]
    fn published_tables() {
        // R's `qtukey(0.95, k, Inf)`; Demsar 2006, table 5, cuts them, divided by sqrt(2), to three digits.
        for (k, q) in [(2, 2.771_808), (3, 3.314_493), (5, 3.857_656), (10, 4.474_124)] {
            let found = studentized_range_quantile(0.05, k).unwrap();
            assert!((found - q).abs() < 1e-6, "{k} {found}");
        }
        // Five classifiers, 30 data sets: 2.728 sqrt(5 * 6 / (6 * 30)) = 1.1137.
        assert!((critical_difference(5, 30, 0.05).unwrap() - 1.1137).abs() < 3e-4);
    }

    #[test]
    fn the_quantile_is_the_inverse() {
        // The survival function falls from 1, and the quantile is its inverse.
        assert_eq!(studentized_range_sf(0.0, 7).unwrap(), 1.0);
        assert!(studentized_range_sf(1e-3, 7).unwrap() > 0.999_999);
        let q = studentized_range_quantile(0.01, 7).unwrap();
        close(studentized_range_sf(q, 7).unwrap(), 0.01);
        assert!(studentized_range_sf(20.0, 7).unwrap() < 1e-40);
    }

    #[test]
    fn the_matrix_is_symmetric_and_finds_the_odd_one() {
        let p = nemenyi(&noisy(2, 60, &[0.0, 0.0, 1.5])).unwrap();
        assert_eq!((p[0][0], p[1][0]), (1.0, p[0][1]));
        assert!(p[0][2] < 0.001 && p[1][2] < 0.001 && p[0][1] > 0.05, "{p:?}");
    }

    #[test]
    fn the_grid_agrees_with_the_integral() {
        let grid = Grid::new(9.0, 150).unwrap();
        for range in [0.0, 0.003, 1.0, 3.217, 4.9, 6.001, 8.99] {
            let exact = studentized_range_sf(range, 150).unwrap();
            assert!((grid.at(range) - exact).abs() < 1e-7, "{range}: {} is not {exact}", grid.at(range));
        }
    }

    #[test]
    fn invalid_inputs_are_errors() {
        assert!(nemenyi(&noisy(1, 20, &[0.0])).is_err());
        assert!(studentized_range_sf(f64::NAN, 3).is_err());
        assert!(critical_difference(3, 0, 0.05).is_err());
        assert!(studentized_range_quantile(1.0, 3).is_err());
    }
}
