//! TrueSkill, one free-for-all a window.
//!
//! Model (Herbrich, Minka and Graepel 2006): performance is skill plus noise `beta`; neighbours in the ranking
//! differ by more than a margin, tied ones by less; beliefs follow by expectation propagation along the chain
//! of neighbours. Owns the message passing. Never sends more than `max_sweeps` sweeps. Invariant: exchanging
//! agents exchanges their ratings, to the bit.
//!
//! Own code: with ties the chain depends on the order of the tied, and both `trueskill` 0.4.5 (Python) and
//! `skillratings` 0.29.2 take the order of agents, so that identical agents are rated differently. Here tied
//! agents stand in ascending order of belief, and those with equal beliefs get the mean of their results.

use statrs::distribution::{ContinuousCDF, Normal};

use super::error::RatingError;
use super::gaussian::Gaussian;
use super::normal::{tie_moments, win_moments};
use super::ranks::{agent_count, among_present};
use super::symmetry::equalise;

/// Settings of TrueSkill.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrueSkillConfig {
    /// Belief about an agent before its first window.
    pub initial: Gaussian,
    /// Standard deviation of one performance.
    pub beta: f64,
    /// Standard deviation of the skill drift between windows.
    pub tau: f64,
    /// Probability that two equal agents tie, in 0..1.
    pub draw_probability: f64,
    /// Sweeps over the chain at most (the reference implementations stop at 10).
    pub max_sweeps: usize,
}

impl Default for TrueSkillConfig {
    fn default() -> Self {
        Self {
            initial: Gaussian::PRIOR,
            beta: 25.0 / 6.0,
            tau: 25.0 / 300.0,
            draw_probability: 0.1,
            max_sweeps: 10,
        }
    }
}

/// Beliefs after the last window; `ranks` is windows x agents, 0 = best, windows in order of time. A window
/// with one agent changes nothing.
///
/// # Errors
/// A bad shape.
pub fn rate_trueskill(ranks: &[Vec<u32>], config: &TrueSkillConfig) -> Result<Vec<Gaussian>, RatingError> {
    let start = vec![config.initial; agent_count(ranks)?];
    if start.len() == 1 {
        return Ok(start);
    }
    let margin = draw_margin(config);
    let after = |beliefs: Vec<Gaussian>, row: &Vec<u32>| {
        among_present(&beliefs, row, |beliefs, row| match row {
            [_] => beliefs.to_vec(),
            _ => after_window(beliefs, row, config, margin),
        })
    };
    Ok(ranks.iter().fold(start, after))
}

/// Two players with noise `beta` each stay within it with the draw probability.
fn draw_margin(config: &TrueSkillConfig) -> f64 {
    let quantile = 0.5 * (config.draw_probability + 1.0);
    Normal::standard().inverse_cdf(quantile) * std::f64::consts::SQRT_2 * config.beta
}

fn after_window(beliefs: &[Gaussian], row: &[u32], config: &TrueSkillConfig, margin: f64) -> Vec<Gaussian> {
    let mut order: Vec<usize> = (0..row.len()).collect();
    let belief = |a: usize, b: usize| {
        let (a, b) = (&beliefs[a], &beliefs[b]);
        a.mu.total_cmp(&b.mu).then(a.sigma.total_cmp(&b.sigma))
    };
    order.sort_by(|&a, &b| row[a].cmp(&row[b]).then(belief(a, b)));

    let priors: Vec<Gaussian> = order.iter().map(|&agent| beliefs[agent].widened(config.tau)).collect();
    let noise = config.beta * config.beta;
    let mut chain = Chain {
        performances: priors.iter().map(|prior| Message::of(prior.mu, prior.variance() + noise)).collect(),
        from_better: vec![Message::NONE; order.len()],
        from_worse: vec![Message::NONE; order.len()],
        tied: order.windows(2).map(|pair| row[pair[0]] == row[pair[1]]).collect(),
        margin,
    };
    chain.run(config.max_sweeps);

    let (mut mu, mut sigma) = (vec![0.0; row.len()], vec![0.0; row.len()]);
    for (index, &agent) in order.iter().enumerate() {
        let learnt = chain.from_better[index].times(chain.from_worse[index]).through_noise(noise);
        let posterior = Message::of(priors[index].mu, priors[index].variance()).times(learnt);
        (mu[agent], sigma[agent]) = (posterior.mean(), posterior.precision.sqrt().recip());
    }
    let same = |a: usize, b: usize| row[a] == row[b] && belief(a, b).is_eq();
    equalise(&mut mu, same);
    equalise(&mut sigma, same);
    mu.into_iter().zip(sigma).map(|(mu, sigma)| Gaussian { mu, sigma }).collect()
}

/// A Gaussian factor by precision and precision times mean; all zero says nothing.
#[derive(Debug, Clone, Copy)]
struct Message {
    precision: f64,
    shift: f64,
}

impl Message {
    const NONE: Self = Self { precision: 0.0, shift: 0.0 };

    fn of(mean: f64, variance: f64) -> Self {
        Self { precision: variance.recip(), shift: mean / variance }
    }

    fn times(self, other: Self) -> Self {
        Self { precision: self.precision + other.precision, shift: self.shift + other.shift }
    }

    fn mean(self) -> f64 {
        self.shift / self.precision
    }

    /// What a message about a performance says about the skill behind it.
    fn through_noise(self, noise: f64) -> Self {
        let share = 1.0 / noise.mul_add(self.precision, 1.0);
        Self { precision: share * self.precision, shift: share * self.shift }
    }
}

/// Performances from best to worst, with the messages of the comparisons between neighbours.
struct Chain {
    performances: Vec<Message>,
    /// Message to each rank from its comparison with the rank above.
    from_better: Vec<Message>,
    /// Message to each rank from its comparison with the rank below.
    from_worse: Vec<Message>,
    /// Whether ranks k and k + 1 tied.
    tied: Vec<bool>,
    margin: f64,
}

impl Chain {
    fn run(&mut self, sweeps: usize) {
        let last = self.tied.len() - 1;
        for _ in 0..sweeps {
            let before = self.state();
            (0..last).for_each(|k| self.tell_worse(k));
            (1..=last).rev().for_each(|k| self.tell_better(k));
            // A fixed point: further sweeps change nothing.
            if self.state() == before {
                break;
            }
        }
        self.tell_better(0);
        self.tell_worse(last);
    }

    fn state(&self) -> Vec<(u64, u64)> {
        let bits = |message: &Message| (message.precision.to_bits(), message.shift.to_bits());
        self.from_better.iter().chain(&self.from_worse).map(bits).collect()
    }

    /// Comparison `k` as each side knows it without that comparison: better, worse.
    fn sides(&self, k: usize) -> (Message, Message) {
        (
            self.performances[k].times(self.from_better[k]),
            self.performances[k + 1].times(self.from_worse[k + 1]),
        )
    }

    fn tell_worse(&mut self, k: usize) {
        let (better, worse) = self.sides(k);
        self.from_better[k + 1] = message(better, self.observed(k, better, worse), -1.0);
    }

    fn tell_better(&mut self, k: usize) {
        let (better, worse) = self.sides(k);
        self.from_worse[k] = message(worse, self.observed(k, better, worse), 1.0);
    }

    /// What the result says about the difference better - worse.
    fn observed(&self, k: usize, better: Message, worse: Message) -> Message {
        let variance = better.precision.recip() + worse.precision.recip();
        let (mean, deviation) = (better.mean() - worse.mean(), variance.sqrt());
        let (gap, margin) = (mean / deviation, self.margin / deviation);
        let (v, w) = if self.tied[k] { tie_moments(gap, margin) } else { win_moments(gap, margin) };
        // Precision of the cut difference 1 / (variance (1 - w)), less the prior's 1 / variance.
        let precision = w / (variance * (1.0 - w));
        let shift = w.mul_add(mean, deviation * v) / (variance * (1.0 - w));
        Message { precision, shift }
    }
}

/// The message to one side, given the other side and the difference: other + sign * difference.
fn message(other: Message, difference: Message, sign: f64) -> Message {
    if difference.precision <= 0.0 {
        return Message::NONE;
    }
    let variance = other.precision.recip() + difference.precision.recip();
    Message::of(sign.mul_add(difference.mean(), other.mean()), variance)
}

#[cfg(test)]
mod tests;
