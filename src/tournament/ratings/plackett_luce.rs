//! Plackett-Luce strengths from whole rankings, fitted to all windows at once.
//!
//! Model (Luce 1959; Plackett 1975): the ranking of a window is drawn from the best place down, each time
//! with probability in proportion to `exp(theta)` among those left. Ties are taken as an unknown order and
//! weighed as Efron (1977) does for tied times in survival analysis: of d tied agents the l-th draw
//! (l = 0..d) leaves the share 1 - l/d of each in the pool. Without ties this is the plain model.
//!
//! Owns the fit by Newton's method. Never returns a rating that does not exist: for every split of the agents
//! someone of either side must have ranked above or level with someone of the other. Invariant: the ratings
//! sum to zero. Own code: `skillratings` has no batch fit.

use super::connectivity::components;
use super::error::RatingError;
use super::newton::{Point, maximise};
use super::ranks::agent_count;
use super::symmetry::equalise;

/// Fitted strengths.
#[derive(Debug, Clone, PartialEq)]
pub struct PlackettLuce {
    /// One an agent, natural log-odds, summing to zero.
    pub theta: Vec<f64>,
    /// Covariance of `theta` if windows were independent.
    pub naive_covariance: Vec<Vec<f64>>,
    /// At the maximum.
    pub log_likelihood: f64,
}

/// Fits the ranks of all windows (windows x agents, 0 = best).
///
/// # Errors
/// [`RatingError::NotConnected`], [`RatingError::NotConverged`], or a bad shape.
pub fn fit_plackett_luce(ranks: &[Vec<u32>]) -> Result<PlackettLuce, RatingError> {
    let agents = agent_count(ranks)?;
    let groups = components(agents, |i, j| ranks.iter().any(|row| row[i] <= row[j]));
    if groups.len() > 1 {
        return Err(RatingError::NotConnected { groups });
    }
    let windows: Vec<Vec<Vec<usize>>> = ranks.iter().map(|row| levels(row)).collect();
    let maximum = maximise(vec![0.0; agents], agents, |theta| {
        let mut point = Point::zero(agents);
        windows.iter().for_each(|window| add_window(&mut point, theta, window));
        point
    })?;
    let mut theta = maximum.parameters;
    equalise(&mut theta, |a, b| ranks.iter().all(|row| row[a] == row[b]));
    Ok(PlackettLuce { theta, naive_covariance: maximum.covariance, log_likelihood: maximum.log_likelihood })
}

/// Agents by place, best first; those of one level are tied.
fn levels(row: &[u32]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by_key(|&agent| row[agent]);
    order.chunk_by(|&a, &b| row[a] == row[b]).map(<[usize]>::to_vec).collect()
}

/// Adds one window's draws to the likelihood.
#[expect(clippy::cast_precision_loss, reason = "a count of agents")]
fn add_window(point: &mut Point, theta: &[f64], levels: &[Vec<usize>]) {
    let mut left: Vec<usize> = levels.concat();
    // Shifted by the strongest, so that nothing overflows.
    let top = theta.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for tied in levels {
        for &agent in tied {
            point.log_likelihood += theta[agent] - top;
            point.gradient[agent] += 1.0;
        }
        for drawn in 0..tied.len() {
            let share = 1.0 - drawn as f64 / tied.len() as f64;
            // `left` starts with the tied ones.
            let weight = |(place, &agent): (usize, &usize)| {
                (theta[agent] - top).exp() * if place < tied.len() { share } else { 1.0 }
            };
            let weights: Vec<f64> = left.iter().enumerate().map(weight).collect();
            add_draw(point, &left, &weights);
        }
        left.drain(..tied.len());
    }
}

/// Subtracts ln(sum of weights), its slope and its curvature.
fn add_draw(point: &mut Point, pool: &[usize], weights: &[f64]) {
    let total: f64 = weights.iter().sum();
    point.log_likelihood -= total.ln();
    for (&i, weight) in pool.iter().zip(weights) {
        let chance = weight / total;
        point.gradient[i] -= chance;
        point.information[i][i] += chance;
        for (&j, other) in pool.iter().zip(weights) {
            point.information[i][j] -= chance * other / total;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{assert_close, assert_near, permuted, ranks_no_ties, ranks_with_ties};
    use super::*;

    #[test]
    fn choix_agrees() {
        // choix 0.4.1 ilsr_rankings and log_likelihood.
        let expected = [
            0.4985948275058442,
            0.7618102911796544,
            -0.13032396645641425,
            -0.4697084502399208,
            -0.6603727019891635,
        ];
        let fit = fit_plackett_luce(&ranks_no_ties()).unwrap();
        assert_close(&fit.theta, &expected, 1e-9);
        assert_near(fit.log_likelihood, -156.620_181_701_039_9, 1e-9);
    }

    #[test]
    fn two_agents_are_bradley_terry() {
        // 3 : 1, distance ln 3.
        let rows = vec![vec![0, 1], vec![0, 1], vec![1, 0], vec![0, 1]];
        let fit = fit_plackett_luce(&rows).unwrap();
        assert_close(&fit.theta, &[0.5 * 3.0_f64.ln(), -0.5 * 3.0_f64.ln()], 1e-12);
        assert_near(fit.log_likelihood, 3.0 * 0.75_f64.ln() + 0.25_f64.ln(), 1e-12);
    }

    #[test]
    fn a_tie_of_two_worked_by_hand() {
        // One tie: ln(p q) - ln(p + q) - ln((p + q) / 2) = ln(1/2) at p = q.
        let fit = fit_plackett_luce(&[vec![0, 0]]).unwrap();
        assert_eq!(fit.theta, [0.0, 0.0]);
        assert_near(fit.log_likelihood, 0.5_f64.ln(), 1e-14);
        // One win and one tie, x = p / (p + q): maximum of x * x(1 - x) * 2 at x = 2/3, distance ln 2.
        let fit = fit_plackett_luce(&[vec![0, 1], vec![0, 0]]).unwrap();
        assert_near(fit.theta[0] - fit.theta[1], 2.0_f64.ln(), 1e-12);
    }

    #[test]
    fn tied_rankings_keep_the_order_of_the_strict_ones() {
        let fit = fit_plackett_luce(&ranks_with_ties()).unwrap();
        let strict = fit_plackett_luce(&ranks_no_ties()).unwrap();
        let order = |theta: &[f64]| {
            let mut order: Vec<usize> = (0..theta.len()).collect();
            order.sort_by(|&a, &b| theta[b].total_cmp(&theta[a]));
            order
        };
        assert_eq!(order(&fit.theta), [1, 0, 2, 3, 4]);
        assert_eq!(order(&fit.theta), order(&strict.theta));
        assert_near(fit.theta.iter().sum::<f64>(), 0.0, 1e-13);
    }

    #[test]
    fn what_cannot_be_rated_is_told() {
        let always_last = fit_plackett_luce(&[vec![0, 1, 2], vec![1, 0, 2]]);
        assert_eq!(always_last, Err(RatingError::NotConnected { groups: vec![vec![0, 1], vec![2]] }));
        assert_eq!(fit_plackett_luce(&[]), Err(RatingError::NoWindows));
        assert_eq!(fit_plackett_luce(&[vec![0]]).unwrap().theta, [0.0]);
    }

    #[test]
    fn a_graph_held_together_by_one_window_converges() {
        let mut upset: Vec<u32> = (1..=30).collect();
        upset[29] = 0;
        let mut rows = vec![(0..30).collect(); 35];
        rows.push(upset);
        let fit = fit_plackett_luce(&rows).unwrap();
        assert!(fit.theta.windows(2).all(|pair| pair[0] > pair[1]), "{:?}", fit.theta);
    }

    proptest! {
        #[test]
        fn order_and_copies(
            rows in prop::collection::vec(prop::collection::vec(0_u32..5, 4), 4..16),
            order in Just((0..5).collect::<Vec<usize>>()).prop_shuffle(),
        ) {
            // Agent 4 is a copy of agent 2.
            let rows: Vec<Vec<u32>> = rows.into_iter().map(|mut r| { r.push(r[2]); r }).collect();
            let plain = fit_plackett_luce(&rows);
            let moved = fit_plackett_luce(&permuted(&rows, &order));
            prop_assert_eq!(plain.is_ok(), moved.is_ok());
            prop_assert_ne!(&plain, &Err(RatingError::NotConverged));
            if let (Ok(plain), Ok(moved)) = (plain, moved) {
                prop_assert_eq!(plain.theta[2].to_bits(), plain.theta[4].to_bits());
                for (place, &agent) in order.iter().enumerate() {
                    prop_assert!((moved.theta[place] - plain.theta[agent]).abs() < 1e-8);
                }
            }
        }
    }
}
