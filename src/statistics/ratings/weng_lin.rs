//! Weng-Lin ratings (the "openskill" family), one free-for-all a window.
//!
//! Models (Weng and Lin 2011, algorithms 1, 3 and 4): each window moves every belief by one closed-form step,
//! from the comparison with every other agent (Bradley-Terry full, Thurstone-Mosteller full) or from the whole
//! ranking (Plackett-Luce). Owns those steps. Never iterates. Invariant: exchanging agents exchanges their
//! ratings, to the bit.
//!
//! Own code: `skillratings` 0.29.2 has only the Bradley-Terry variant, without the drift `tau`, so openskill's
//! numbers cannot come from it. Conventions here are those of openskill 6.2.0.

use std::cmp::Ordering;

use super::error::RatingError;
use super::gaussian::Gaussian;
use super::normal::{tie_moments, win_moments};
use super::ranks::{agent_count, among_present};
use super::symmetry::ordered_sum;

/// Which likelihood a window has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WengLinModel {
    /// The whole ranking.
    PlackettLuce,
    /// All pairs, logistic.
    BradleyTerryFull,
    /// All pairs, normal, with a draw margin.
    ThurstoneMostellerFull,
}

/// Settings of Weng-Lin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WengLinConfig {
    /// Everybody before the first window.
    pub initial: Gaussian,
    /// Noise of one performance.
    pub beta: f64,
    /// How far skill wanders before each window.
    pub tau: f64,
    /// The least share of its variance a belief keeps in one window.
    pub kappa: f64,
    /// Draw margin of Thurstone-Mosteller.
    pub epsilon: f64,
}

impl Default for WengLinConfig {
    fn default() -> Self {
        Self { initial: Gaussian::PRIOR, beta: 25.0 / 6.0, tau: 25.0 / 300.0, kappa: 0.0001, epsilon: 0.1 }
    }
}

/// Beliefs after the last window; `ranks` is windows x agents, 0 = best, windows in order of time.
///
/// # Errors
/// A bad shape.
pub fn rate_weng_lin(
    ranks: &[Vec<u32>],
    model: WengLinModel,
    config: &WengLinConfig,
) -> Result<Vec<Gaussian>, RatingError> {
    let start = vec![config.initial; agent_count(ranks)?];
    let after = |beliefs: Vec<Gaussian>, row: &Vec<u32>| {
        among_present(&beliefs, row, |beliefs, row| after_window(beliefs, row, model, config))
    };
    Ok(ranks.iter().fold(start, after))
}

fn after_window(
    beliefs: &[Gaussian],
    row: &[u32],
    model: WengLinModel,
    config: &WengLinConfig,
) -> Vec<Gaussian> {
    let wide: Vec<Gaussian> = beliefs.iter().map(|belief| belief.widened(config.tau)).collect();
    let steps = match model {
        WengLinModel::PlackettLuce => whole_ranking(&wide, row, config),
        WengLinModel::BradleyTerryFull => all_pairs(&wide, row, config, logistic),
        WengLinModel::ThurstoneMostellerFull => all_pairs(&wide, row, config, normal),
    };
    wide.iter().zip(steps).map(|(belief, step)| moved(*belief, step, config.kappa)).collect()
}

/// By how much the mean moves (`omega`) and which share of the variance goes (`delta`).
struct Step {
    omega: f64,
    delta: f64,
}

fn moved(belief: Gaussian, step: Step, kappa: f64) -> Gaussian {
    let kept = (1.0 - step.delta).max(kappa);
    Gaussian { mu: belief.mu + step.omega, sigma: belief.sigma * kept.sqrt() }
}

/// Slope and curvature of one comparison: (gap / c, margin / c, own rank against the other's).
type Comparison = fn(f64, f64, Ordering) -> (f64, f64);

fn all_pairs(beliefs: &[Gaussian], row: &[u32], config: &WengLinConfig, compare: Comparison) -> Vec<Step> {
    let against = |i: usize, q: usize| {
        let (own, other) = (beliefs[i], beliefs[q]);
        let noise = 2.0 * config.beta * config.beta;
        let c = (own.variance() + other.variance() + noise).sqrt();
        let (slope, curve) = compare((own.mu - other.mu) / c, config.epsilon / c, row[i].cmp(&row[q]));
        let share = own.sigma / c;
        // gamma = sigma / c damps the loss of variance.
        Step { omega: own.variance() / c * slope, delta: share * share * share * curve }
    };
    (0..row.len()).map(|i| sum((0..row.len()).filter(|&q| q != i).map(|q| against(i, q)))).collect()
}

fn sum(steps: impl Iterator<Item = Step>) -> Step {
    let (omega, delta): (Vec<f64>, Vec<f64>) = steps.map(|step| (step.omega, step.delta)).unzip();
    Step { omega: ordered_sum(omega), delta: ordered_sum(delta) }
}

/// Bradley-Terry: score less its expectation, and p (1 - p).
fn logistic(gap: f64, _margin: f64, order: Ordering) -> (f64, f64) {
    let expected = 1.0 / (1.0 + (-gap).exp());
    let score = match order {
        Ordering::Less => 1.0,
        Ordering::Equal => 0.5,
        Ordering::Greater => 0.0,
    };
    (score - expected, expected * (1.0 - expected))
}

/// Thurstone-Mosteller: the moments of the cut normal.
fn normal(gap: f64, margin: f64, order: Ordering) -> (f64, f64) {
    match order {
        Ordering::Less => win_moments(gap, margin),
        Ordering::Equal => tie_moments(gap, margin),
        Ordering::Greater => {
            let (v, w) = win_moments(-gap, margin);
            (-v, w)
        }
    }
}

/// Plackett-Luce: every rank is a draw from those at it and below; tied ranks share one draw.
///
/// The draws of a level differ in nothing but whose they are, so an agent needs only sums over the levels above it:
/// with q agents at a level and the pool W of those at it and below, `1 / W` and `1 / W^2`, each once (q draws, each
/// shared by q).
#[expect(clippy::cast_precision_loss, reason = "a count of agents")]
fn whole_ranking(beliefs: &[Gaussian], row: &[u32], config: &WengLinConfig) -> Vec<Step> {
    let noise = config.beta * config.beta;
    let c = ordered_sum(beliefs.iter().map(|belief| belief.variance() + noise)).sqrt();
    // Shifted by the strongest, so that nothing overflows.
    let top = beliefs.iter().map(|belief| belief.mu).fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = beliefs.iter().map(|belief| ((belief.mu - top) / c).exp()).collect();
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|&a, &b| row[a].cmp(&row[b]));
    let levels: Vec<&[usize]> = order.chunk_by(|&a, &b| row[a] == row[b]).collect();
    let mut pools = vec![0.0; levels.len() + 1];
    for (level, agents) in levels.iter().enumerate().rev() {
        pools[level] = pools[level + 1] + ordered_sum(agents.iter().map(|&agent| weights[agent]));
    }
    let (mut inverse, mut square) = (0.0, 0.0);
    let mut steps: Vec<Step> = row.iter().map(|_| Step { omega: 0.0, delta: 0.0 }).collect();
    for (agents, pool) in levels.iter().zip(&pools) {
        inverse += pool.recip();
        square += (pool * pool).recip();
        for &agent in *agents {
            let (variance, share) = (beliefs[agent].variance(), beliefs[agent].sigma / c);
            let weight = weights[agent];
            let omega = 1.0 / agents.len() as f64 - weight * inverse;
            let delta = weight * inverse - weight * weight * square;
            steps[agent] = Step { omega: variance / c * omega, delta: share * share * share * delta };
        }
    }
    steps
}

#[cfg(test)]
mod tests;
