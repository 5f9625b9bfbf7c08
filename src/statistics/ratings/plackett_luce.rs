//! Plackett-Luce strengths from whole rankings, fitted to all windows at once.
//!
//! Model (Luce 1959; Plackett 1975): the ranking of a window is drawn from the best rank down, each time
//! with probability in proportion to `exp(theta)` among those left. Ties are taken as an unknown order and
//! weighed as Efron (1977) does for tied times in survival analysis: of d tied agents the l-th draw
//! (l = 0..d) leaves the share 1 - l/d of each in the pool. Without ties this is the plain model.
//!
//! Owns the fit by Newton's method. Never returns a rating that does not exist: for every split of the agents
//! someone of either side must have ranked above or level with someone of the other. Invariant: the ratings
//! sum to zero. Own code: `skillratings` has no batch fit.

use rayon::prelude::*;

use super::connectivity::components;
use super::error::RatingError;
use super::newton::{Point, maximise};
use super::ranks::{ABSENT, agent_count, present};
use super::symmetry::equalise;

/// Fitted strengths of the agents.
#[derive(Debug, Clone, PartialEq)]
pub struct PlackettLuce {
    /// One an agent, natural log-odds, summing to zero.
    pub theta: Vec<f64>,
    /// Covariance of `theta` if windows were independent; empty for more agents than can be inverted quickly.
    pub naive_covariance: Vec<Vec<f64>>,
    /// Negative Hessian at the maximum.
    pub information: Vec<Vec<f64>>,
    /// At the maximum.
    pub log_likelihood: f64,
}

/// Fits the ranks of all windows (windows x agents, 0 = best).
///
/// # Errors
/// [`RatingError::NotConnected`], [`RatingError::NotConverged`], or a bad shape.
pub fn fit_plackett_luce(ranks: &[Vec<u32>]) -> Result<PlackettLuce, RatingError> {
    let start = vec![0.0; agent_count(ranks)?];
    climb(ranks, &vec![1.0; ranks.len()], start)
}

/// The same fit with each window counted so often (0 or more), begun at another one: for resamples of its
/// windows.
///
/// # Errors
/// As [`fit_plackett_luce`].
pub fn refit_plackett_luce(
    ranks: &[Vec<u32>],
    weights: &[f64],
    near: &PlackettLuce,
) -> Result<PlackettLuce, RatingError> {
    let agents = agent_count(ranks)?;
    let start = if near.theta.len() == agents { near.theta.clone() } else { vec![0.0; agents] };
    climb(ranks, weights, start)
}

fn climb(ranks: &[Vec<u32>], weights: &[f64], start: Vec<f64>) -> Result<PlackettLuce, RatingError> {
    let agents = start.len();
    let counted: Vec<(&Vec<u32>, f64)> =
        ranks.iter().zip(weights.iter().copied()).filter(|(_, weight)| *weight > 0.0).collect();
    let met = |row: &[u32], i: usize, j: usize| row[i] != ABSENT && row[j] != ABSENT && row[i] <= row[j];
    let groups = components(agents, |i, j| counted.iter().any(|(row, _)| met(row, i, j)));
    if groups.len() > 1 {
        return Err(RatingError::NotConnected { groups });
    }
    let windows: Vec<(Vec<Vec<usize>>, f64)> =
        counted.iter().map(|(row, weight)| (levels(row), *weight)).collect();
    let maximum = maximise(start, agents, |theta| evaluate(theta, &windows))?;
    let mut theta = maximum.parameters;
    equalise(&mut theta, |a, b| counted.iter().all(|(row, _)| row[a] == row[b]));
    Ok(PlackettLuce {
        theta,
        naive_covariance: maximum.covariance,
        information: maximum.information,
        log_likelihood: maximum.log_likelihood,
    })
}

/// Agents by rank, best first; those of one level are tied.
fn levels(row: &[u32]) -> Vec<Vec<usize>> {
    let mut order = present(row);
    order.sort_by_key(|&agent| row[agent]);
    order.chunk_by(|&a, &b| row[a] == row[b]).map(<[usize]>::to_vec).collect()
}

/// What the draws so far say about the agents of one level: sums over draws of `s^k / W^m`, with W the weight of
/// the pool and s the share of a tied agent that is left in it (1 for those of later levels).
#[derive(Clone, Copy)]
struct Draws {
    /// `sum 1 / W` of the levels above, plus `sum s / W` of this one.
    chance: f64,
    /// `sum 1 / W^2` of the levels above, plus `sum s / W^2`: with an agent of a later level.
    across: f64,
    /// `sum 1 / W^2` of the levels above, plus `sum s^2 / W^2`: with an agent of this level.
    within: f64,
}

/// How one window's draws bear on each agent.
struct WindowTerms {
    weight: f64,
    log_likelihood: f64,
    /// Of each agent its level from the best on, strength and sums; a level of nobody where it is absent.
    agents: Vec<Bearing>,
}

#[derive(Clone, Copy)]
struct Bearing {
    level: u32,
    strength: f64,
    draws: Draws,
}

/// The level of an agent that is not in a window.
const NOWHERE: u32 = u32::MAX;

impl WindowTerms {
    fn new(theta: &[f64], levels: &[Vec<usize>], weight: f64) -> Self {
        // Shifted by the strongest, so that nothing overflows.
        let top = theta.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let strength: Vec<f64> = theta.iter().map(|theta| (theta - top).exp()).collect();
        let (logs, draws) = drawn(&strength, levels);
        let none =
            Bearing { level: NOWHERE, strength: 0.0, draws: Draws { chance: 0.0, across: 0.0, within: 0.0 } };
        let mut agents = vec![none; theta.len()];
        let mut log_likelihood = -logs;
        for ((level, tied), draws) in (0..).zip(levels).zip(&draws) {
            for &agent in tied {
                agents[agent] = Bearing { level, strength: strength[agent], draws: *draws };
                log_likelihood += theta[agent] - top;
            }
        }
        Self { weight, log_likelihood, agents }
    }

    /// Slope of the likelihood with an agent's strength.
    fn slope(&self, agent: usize) -> f64 {
        let own = &self.agents[agent];
        if own.level == NOWHERE { 0.0 } else { self.weight * (1.0 - own.strength * own.draws.chance) }
    }

    /// Adds an agent's row of the information.
    fn add_row(&self, agent: usize, row: &mut [f64]) {
        let own = self.agents[agent];
        if own.level == NOWHERE {
            return;
        }
        let scale = self.weight * own.strength;
        for (cell, other) in row.iter_mut().zip(&self.agents) {
            let sum = match own.level.cmp(&other.level) {
                std::cmp::Ordering::Less => own.draws.across,
                std::cmp::Ordering::Equal => own.draws.within,
                std::cmp::Ordering::Greater => other.draws.across,
            };
            *cell -= scale * other.strength * sum;
        }
        row[agent] += scale * own.draws.chance;
    }
}

/// The likelihood of all windows. The slope of `-ln W` and its curvature need only the sums of [`Draws`], so a window
/// costs the square of its agents, not the cube.
fn evaluate(theta: &[f64], windows: &[(Vec<Vec<usize>>, f64)]) -> Point {
    let windows: Vec<WindowTerms> =
        windows.iter().map(|(levels, weight)| WindowTerms::new(theta, levels, *weight)).collect();
    let agents = theta.len();
    let row = |agent: usize| {
        let mut row = vec![0.0; agents];
        windows.iter().for_each(|window| window.add_row(agent, &mut row));
        row
    };
    Point {
        log_likelihood: windows.iter().map(|window| window.weight * window.log_likelihood).sum(),
        gradient: (0..agents).map(|agent| windows.iter().map(|window| window.slope(agent)).sum()).collect(),
        information: (0..agents).into_par_iter().with_min_len(32).map(row).collect(),
    }
}

/// Slope of the likelihood of one window.
pub(super) fn window_slope(row: &[u32], theta: &[f64]) -> Vec<f64> {
    let window = WindowTerms::new(theta, &levels(row), 1.0);
    (0..theta.len()).map(|agent| window.slope(agent)).collect()
}

/// The sum of `ln W` over all draws, and the sums of each level.
#[expect(clippy::cast_precision_loss, reason = "a count of agents")]
fn drawn(strength: &[f64], levels: &[Vec<usize>]) -> (f64, Vec<Draws>) {
    let weights: Vec<f64> =
        levels.iter().map(|tied| tied.iter().map(|&agent| strength[agent]).sum()).collect();
    // Added up from the worst level on, so that nothing is left over by subtraction.
    let mut after = vec![0.0; levels.len()];
    for level in (1..levels.len()).rev() {
        after[level - 1] = after[level] + weights[level];
    }
    let (mut logs, mut first, mut second) = (0.0, 0.0, 0.0);
    let mut draws = Vec::with_capacity(levels.len());
    for (level, tied) in levels.iter().enumerate() {
        let mut sums = Draws { chance: first, across: second, within: second };
        for taken in 0..tied.len() {
            let share = 1.0 - taken as f64 / tied.len() as f64;
            let pool = after[level] + share * weights[level];
            let (inverse, square) = (pool.recip(), (pool * pool).recip());
            logs += pool.ln();
            sums.chance += share * inverse;
            sums.across += share * square;
            sums.within += share * share * square;
            first += inverse;
            second += square;
        }
        draws.push(sums);
    }
    (logs, draws)
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
    fn unrateable_agents_are_reported() {
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
                for (index, &agent) in order.iter().enumerate() {
                    prop_assert!((moved.theta[index] - plain.theta[agent]).abs() < 1e-8);
                }
            }
        }
    }
}
