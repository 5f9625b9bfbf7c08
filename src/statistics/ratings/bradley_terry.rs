//! Bradley-Terry strengths, with Davidson's ties, fitted to all games at once.
//!
//! Model (Bradley and Terry 1952; Davidson 1970): with `pi = exp(theta)`, P(i beats j) = `pi_i / D`,
//! P(tie) = `nu sqrt(pi_i pi_j) / D`, `D = pi_i + pi_j + nu sqrt(pi_i pi_j)`. Without ties `nu` is 0. Owns the
//! fit by Newton's method and its standard errors. Never returns a rating that does not exist: the win graph
//! must be strongly connected and the tie parameter bounded. Invariant: the ratings sum to zero.
//!
//! Own code: the crate `skillratings` has no batch fit, and a sequential rating depends on the order of
//! windows. Newton converges in a handful of steps where the MM iteration (Hunter 2004) takes hundreds, which
//! is what a thousand bootstrap fits need; the tests hold it to MM's fixed point.

use rayon::prelude::*;

use super::connectivity::{ties_are_bounded, win_groups};
use super::error::RatingError;
use super::newton::{DENSE, Maximum, Point, maximise};
use super::pairs::PairCounts;
use super::ranks::present;
use super::symmetry::equalise;

/// Fitted strengths of the agents.
#[derive(Debug, Clone, PartialEq)]
pub struct BradleyTerry {
    /// One an agent, natural log-odds, summing to zero.
    pub theta: Vec<f64>,
    /// Davidson's tie parameter; 0 if there were no ties.
    pub nu: f64,
    /// Standard error of `ln nu`; `None` if there were no ties, or there is no covariance.
    pub log_nu_se: Option<f64>,
    /// Covariance of `theta` (agents x agents) if games were independent. Games of one window are not:
    /// bars come from the window bootstrap, this is for comparison. Empty for more agents than can be inverted quickly.
    pub naive_covariance: Vec<Vec<f64>>,
    /// At the maximum, without the multinomial constant.
    pub log_likelihood: f64,
}

impl BradleyTerry {
    /// Standard error of an agent's centred rating if games were independent.
    #[must_use]
    pub fn naive_se(&self, agent: usize) -> f64 {
        self.naive_covariance[agent][agent].max(0.0).sqrt()
    }

    /// Standard error of the distance of two agents if games were independent.
    #[must_use]
    pub fn naive_se_of_difference(&self, i: usize, j: usize) -> f64 {
        let c = &self.naive_covariance;
        (c[i][i] + c[j][j] - 2.0 * c[i][j]).max(0.0).sqrt()
    }

    /// Probability that `i` beats `j` and that they tie.
    #[must_use]
    pub fn win_and_tie(&self, i: usize, j: usize) -> (f64, f64) {
        let [win, _, tie] = outcome(self.theta[i] - self.theta[j], self.nu);
        (win, tie)
    }
}

/// Fits all games; ties, if any, by Davidson's model.
///
/// # Errors
/// [`RatingError::NotConnected`] if some agents never lost to or tied with the others (with ties their wins
/// may also run one way only: [`RatingError::TiesUnbounded`]); [`RatingError::NotConverged`].
pub fn fit_bradley_terry(counts: &PairCounts) -> Result<BradleyTerry, RatingError> {
    let has_ties = any_tie(counts);
    check_bounded(counts, has_ties)?;
    let mut start = vec![0.0; counts.agents()];
    if has_ties {
        start.push(initial_log_nu(counts));
    }
    climb(counts, start)
}

/// The same fit, begun at another one: quicker for games much like those of `near`, a resample of them above all.
///
/// # Errors
/// As [`fit_bradley_terry`].
pub fn refit_bradley_terry(counts: &PairCounts, near: &BradleyTerry) -> Result<BradleyTerry, RatingError> {
    let has_ties = any_tie(counts);
    if near.theta.len() != counts.agents() || has_ties != (near.nu > 0.0) {
        return fit_bradley_terry(counts);
    }
    check_bounded(counts, has_ties)?;
    let mut start = near.theta.clone();
    if has_ties {
        start.push(near.nu.ln());
    }
    climb(counts, start)
}

fn any_tie(counts: &PairCounts) -> bool {
    (0..counts.agents()).any(|i| (0..i).any(|j| counts.ties(i, j) > 0.0))
}

/// Refuses games whose likelihood has no maximum.
fn check_bounded(counts: &PairCounts, has_ties: bool) -> Result<(), RatingError> {
    let groups = win_groups(counts);
    if groups.len() > 1 {
        return Err(RatingError::NotConnected { groups });
    }
    let met = |i: usize, j: usize| counts.wins(i, j) > 0.0;
    let tied = |i: usize, j: usize| counts.ties(i, j) > 0.0;
    if has_ties && !ties_are_bounded(counts.agents(), met, tied) {
        return Err(RatingError::TiesUnbounded);
    }
    Ok(())
}

fn climb(counts: &PairCounts, start: Vec<f64>) -> Result<BradleyTerry, RatingError> {
    let maximum = maximise(start, counts.agents(), |at| evaluate(counts, at))?;
    Ok(fitted(counts, maximum))
}

/// Fits all games with every tie as half a win each way.
///
/// # Errors
/// As [`fit_bradley_terry`], without [`RatingError::TiesUnbounded`].
pub fn fit_bradley_terry_half_wins(counts: &PairCounts) -> Result<BradleyTerry, RatingError> {
    fit_bradley_terry(&counts.with_half_wins())
}

fn fitted(counts: &PairCounts, maximum: Maximum) -> BradleyTerry {
    let agents = counts.agents();
    let mut theta = maximum.parameters;
    let log_nu = theta.split_off(agents).pop();
    equalise(&mut theta, |a, b| counts.interchangeable(a, b));
    let mut covariance = maximum.covariance;
    let log_nu_se = log_nu.and_then(|_| Some(covariance.get(agents)?[agents].sqrt()));
    covariance.truncate(agents);
    covariance.iter_mut().for_each(|row| row.truncate(agents));
    BradleyTerry {
        theta,
        nu: log_nu.map_or(0.0, f64::exp),
        log_nu_se,
        naive_covariance: covariance,
        log_likelihood: maximum.log_likelihood,
    }
}

/// The negative Hessian at a fit, with `ln nu` as the last parameter where there were ties.
pub(super) fn information(counts: &PairCounts, fit: &BradleyTerry) -> Vec<Vec<f64>> {
    let mut at = fit.theta.clone();
    if fit.nu > 0.0 {
        at.push(fit.nu.ln());
    }
    evaluate(counts, &at).information
}

/// What a window is expected to give each of the agents in it: wins and half the ties, and ties in all as a last
/// entry where there were any.
pub(super) fn expected(row: &[u32], fit: &BradleyTerry) -> Vec<f64> {
    let strength: Vec<f64> = roots(&fit.theta);
    let present = present(row);
    let mut sums = vec![0.0; row.len() + usize::from(fit.nu > 0.0)];
    let mut ties = 0.0;
    for &i in &present {
        for &j in present.iter().filter(|&&j| j != i) {
            let (win, loss, tie) =
                (strength[i] * strength[i], strength[j] * strength[j], fit.nu * strength[i] * strength[j]);
            let share = 1.0 / (win + loss + tie);
            sums[i] += (win + 0.5 * tie) * share;
            ties += 0.5 * tie * share;
        }
    }
    if fit.nu > 0.0 {
        sums[row.len()] = ties;
    }
    sums
}

/// `exp(theta / 2)`, shifted by the strongest so that nothing overflows.
fn roots(theta: &[f64]) -> Vec<f64> {
    let top = theta.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    theta.iter().map(|theta| (0.5 * (theta - top)).exp()).collect()
}

/// The `nu` that gives the overall share of ties among equals: P(tie) = nu / (2 + nu).
fn initial_log_nu(counts: &PairCounts) -> f64 {
    let agents = counts.agents();
    let sum = |count: &dyn Fn(usize, usize) -> f64| -> f64 {
        (0..agents).map(|i| (0..agents).map(|j| count(i, j)).sum::<f64>()).sum()
    };
    let (wins, ties) = (sum(&|i, j| counts.wins(i, j)), 0.5 * sum(&|i, j| counts.ties(i, j)));
    (2.0 * ties / wins).ln()
}

/// P(win), P(loss), P(tie) at a distance of `gap`.
fn outcome(gap: f64, nu: f64) -> [f64; 3] {
    // Divided by the larger strength, so that nothing overflows.
    let (win, loss) = if gap >= 0.0 { (1.0, (-gap).exp()) } else { (gap.exp(), 1.0) };
    let tie = nu * (-0.5 * gap.abs()).exp();
    let total = win + loss + tie;
    [win / total, loss / total, tie / total]
}

/// Log-likelihood of `theta`, and of `ln nu` if there is one more parameter.
///
/// One game is a draw from an exponential family: the statistics are (1, 0), (0, 1), (1/2, 1/2) for the two
/// agents and 0, 0, 1 for `ln nu`, so the slope is observed minus expected and the information their covariance.
fn evaluate(counts: &PairCounts, at: &[f64]) -> Point {
    if at.len() > DENSE {
        return evaluate_many(counts, at);
    }
    let agents = counts.agents();
    let with_ties = at.len() > agents;
    let nu = if with_ties { at[agents].exp() } else { 0.0 };
    let mut point = Point::zero(at.len());
    for i in 0..agents {
        for j in 0..i {
            let (won, lost, tied) = (counts.wins(i, j), counts.wins(j, i), counts.ties(i, j));
            let games = won + lost + tied;
            if games > 0.0 {
                let [win, loss, tie] = outcome(at[i] - at[j], nu);
                point.log_likelihood += times_ln(won, win) + times_ln(lost, loss) + times_ln(tied, tie);
                let (mean_i, mean_j) = (win + 0.5 * tie, loss + 0.5 * tie);
                let slope = won + 0.5 * tied - games * mean_i;
                point.gradient[i] += slope;
                point.gradient[j] -= slope;
                // Var of the statistic of i; that of j is the same, their covariance its negative.
                let spread = games * (win + 0.25 * tie - mean_i * mean_i);
                point.information[i][i] += spread;
                point.information[j][j] += spread;
                point.information[i][j] -= spread;
                point.information[j][i] -= spread;
                if with_ties {
                    add_tie_terms(&mut point, (i, j), (mean_i, mean_j), tie, (tied, games));
                }
            }
        }
    }
    point
}

/// What one agent's games add: its share of the log-likelihood, its slope, its row of the information, and what its
/// games say about `ln nu` (slope, information, and with the agent itself).
struct Row {
    log_likelihood: f64,
    slope: f64,
    information: Vec<f64>,
    ties: [f64; 3],
}

/// The same agent by agent, side by side.
fn evaluate_many(counts: &PairCounts, at: &[f64]) -> Point {
    let agents = counts.agents();
    let with_ties = at.len() > agents;
    let nu = if with_ties { at[agents].exp() } else { 0.0 };
    let strength = roots(&at[..agents]);
    let row = |i: usize| {
        let mut row =
            Row { log_likelihood: 0.0, slope: 0.0, information: vec![0.0; at.len()], ties: [0.0; 3] };
        let mut diagonal = 0.0;
        for j in (0..agents).filter(|&j| j != i) {
            let (won, lost, tied) = (counts.wins(i, j), counts.wins(j, i), counts.ties(i, j));
            let games = won + lost + tied;
            if games == 0.0 {
                continue;
            }
            let (a, b) = (strength[i], strength[j]);
            let share = 1.0 / (a * a + b * b + nu * a * b);
            let (win, tie) = (a * a * share, nu * a * b * share);
            let mean = win + 0.5 * tie;
            row.slope += won + 0.5 * tied - games * mean;
            let spread = games * (win + 0.25 * tie - mean * mean);
            row.information[j] = -spread;
            diagonal += spread;
            row.log_likelihood += times_ln(won, win) + 0.5 * times_ln(tied, tie);
            row.ties[0] += 0.5 * (tied - games * tie);
            row.ties[1] += 0.5 * games * tie * (1.0 - tie);
            row.ties[2] += games * tie * (0.5 - mean);
        }
        row.information[i] = diagonal;
        row
    };
    let rows: Vec<Row> = (0..agents).into_par_iter().map(row).collect();
    let mut point = Point {
        log_likelihood: rows.iter().map(|row| row.log_likelihood).sum(),
        gradient: rows.iter().map(|row| row.slope).collect(),
        information: Vec::with_capacity(at.len()),
    };
    let (mut slope, mut spread) = (0.0, 0.0);
    let mut last = Vec::with_capacity(at.len());
    for mut row in rows {
        if with_ties {
            slope += row.ties[0];
            spread += row.ties[1];
            row.information[agents] = row.ties[2];
            last.push(row.ties[2]);
        }
        point.information.push(row.information);
    }
    if with_ties {
        last.push(spread);
        point.gradient.push(slope);
        point.information.push(last);
    }
    point
}

fn add_tie_terms(
    point: &mut Point,
    (i, j): (usize, usize),
    (mean_i, mean_j): (f64, f64),
    tie: f64,
    (tied, games): (f64, f64),
) {
    let last = point.gradient.len() - 1;
    point.gradient[last] += tied - games * tie;
    point.information[last][last] += games * tie * (1.0 - tie);
    for (agent, mean) in [(i, mean_i), (j, mean_j)] {
        let shared = games * tie * (0.5 - mean);
        point.information[agent][last] += shared;
        point.information[last][agent] += shared;
    }
}

/// `count * ln(probability)`, 0 where nothing was counted.
fn times_ln(count: f64, probability: f64) -> f64 {
    if count > 0.0 { count * probability.ln() } else { 0.0 }
}

#[cfg(test)]
mod tests;
