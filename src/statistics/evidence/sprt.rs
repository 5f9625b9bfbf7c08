//! Sequential test of a duel: the generalised sequential probability ratio test of chess engine testing.
//!
//! Windows are played one by one and counted as losses, draws and wins (trinomial) or, in pairs, by the pair's
//! points (pentanomial). After each the log-likelihood ratio of two hypotheses about the strength is compared
//! with Wald's bounds. The ratio is the generalised one: for either hypothesis the most likely distribution of
//! results that has the strength asked for (Van den Bergh, "Comments on normalized Elo", proposition 1.1 and
//! section 4.1, cantate.be/Fishtest/normalized_elo_practical.pdf).
//!
//! Owns the test. Never draws a window: their order is registered before the first is played. Invariant: the
//! decision depends on the counts alone.

/// How strength is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EloModel {
    /// Logistic Elo: expected score `1 / (1 + 10^(-elo / 400))`.
    Logistic,
    /// Normalised Elo: (expected score - 1/2) in standard deviations of one game, times `800 / ln 10`. The
    /// number of games to a decision then does not depend on how often games are drawn.
    Normalized,
}

/// Results so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GameCounts {
    /// Losses, draws, wins of single windows.
    Trinomial([u64; 3]),
    /// Pairs of windows by points: 0, 1/2, 1, 3/2, 2 (a win and a loss count as two draws do).
    Pentanomial([u64; 5]),
}

impl GameCounts {
    /// Points of each result as a share of the most possible, with its count.
    pub(super) fn results(&self) -> Vec<(f64, u64)> {
        match self {
            Self::Trinomial(counts) => [0.0, 0.5, 1.0].into_iter().zip(*counts).collect(),
            Self::Pentanomial(counts) => [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().zip(*counts).collect(),
        }
    }

    /// Windows in one result: the standard deviation of one game is that of a result times its root.
    pub(super) const fn games_a_result(&self) -> f64 {
        match self {
            Self::Trinomial(_) => 1.0,
            Self::Pentanomial(_) => 2.0,
        }
    }
}

/// Why there is no test or no ratio.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum SprtError {
    /// `elo0` must lie below `elo1`, both finite.
    #[error("`elo0` = `{elo0}` must be less than `elo1` = `{elo1}`")]
    Hypotheses {
        /// Strength under H0.
        elo0: f64,
        /// Strength under H1.
        elo1: f64,
    },
    /// Both error rates must be positive, with a sum below 1.
    #[error("`alpha` = `{alpha}` and `beta` = `{beta}` must be positive with a sum below 1")]
    ErrorRates {
        /// Of the first kind.
        alpha: f64,
        /// Of the second kind.
        beta: f64,
    },
    /// No distribution of results near the observed one has the strength of a hypothesis.
    #[error("no distribution of the results has a strength of `{elo}`")]
    Unreachable {
        /// Elo difference under the hypothesis.
        elo: f64,
    },
}

/// What the test says so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The strength is `elo0` or less.
    AcceptH0,
    /// The strength is `elo1` or more.
    AcceptH1,
    /// Neither bound is reached: play on.
    Continue,
}

/// A sequential test, H0: strength = `elo0` against H1: strength = `elo1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sprt {
    elo0: f64,
    elo1: f64,
    model: EloModel,
    lower: f64,
    upper: f64,
}

impl Sprt {
    /// A test with error rates `alpha` (H1 accepted though H0 holds) and `beta` (the reverse).
    ///
    /// # Errors
    /// [`SprtError::Hypotheses`], [`SprtError::ErrorRates`].
    pub fn new(elo0: f64, elo1: f64, alpha: f64, beta: f64, model: EloModel) -> Result<Self, SprtError> {
        if !(elo0.is_finite() && elo1.is_finite() && elo0 < elo1) {
            return Err(SprtError::Hypotheses { elo0, elo1 });
        }
        if !(alpha > 0.0 && beta > 0.0 && alpha + beta < 1.0) {
            return Err(SprtError::ErrorRates { alpha, beta });
        }
        // Wald 1945.
        let (lower, upper) = ((beta / (1.0 - alpha)).ln(), ((1.0 - beta) / alpha).ln());
        Ok(Self { elo0, elo1, model, lower, upper })
    }

    /// The ratio at or below which H0 is accepted, and at or above which H1 is.
    #[must_use]
    pub const fn bounds(&self) -> (f64, f64) {
        (self.lower, self.upper)
    }

    /// The log-likelihood ratio of H1 to H0; 0 before the first result.
    ///
    /// # Errors
    /// [`SprtError::Unreachable`].
    pub fn llr(&self, counts: &GameCounts) -> Result<f64, SprtError> {
        if counts.results().iter().all(|&(_, count)| count == 0) {
            return Ok(0.0);
        }
        let observed = Observed::new(counts);
        let p0 = self.most_likely(&observed, counts, self.elo0)?;
        let p1 = self.most_likely(&observed, counts, self.elo1)?;
        let terms = observed.shares.iter().zip(p0.iter().zip(&p1));
        Ok(observed.total * terms.map(|(share, (p0, p1))| share * (p1 / p0).ln()).sum::<f64>())
    }

    /// The decision after these results.
    ///
    /// # Errors
    /// As [`Sprt::llr`].
    pub fn decide(&self, counts: &GameCounts) -> Result<Decision, SprtError> {
        let llr = self.llr(counts)?;
        Ok(if llr >= self.upper {
            Decision::AcceptH1
        } else if llr <= self.lower {
            Decision::AcceptH0
        } else {
            Decision::Continue
        })
    }

    fn most_likely(&self, observed: &Observed, counts: &GameCounts, elo: f64) -> Result<Vec<f64>, SprtError> {
        match self.model {
            EloModel::Logistic => observed.with_mean(1.0 / (1.0 + 10.0_f64.powf(-elo / 400.0))),
            EloModel::Normalized => {
                let t = elo * std::f64::consts::LN_10 / 800.0;
                observed.with_normalized_mean(t * counts.games_a_result().sqrt())
            }
        }
        .ok_or(SprtError::Unreachable { elo })
    }
}

/// A result never seen counts as this many, so that its logarithm exists (as Fishtest does).
const UNSEEN: f64 = 1e-3;

struct Observed {
    points: Vec<f64>,
    shares: Vec<f64>,
    total: f64,
}

impl Observed {
    #[expect(clippy::cast_precision_loss, reason = "counts of games")]
    fn new(counts: &GameCounts) -> Self {
        let weight = |count: u64| if count == 0 { UNSEEN } else { count as f64 };
        let (points, weights): (Vec<f64>, Vec<f64>) =
            counts.results().into_iter().map(|(points, count)| (points, weight(count))).unzip();
        let total: f64 = weights.iter().sum();
        Self { points, shares: weights.iter().map(|x| x / total).collect(), total }
    }

    /// The most likely distribution with this mean: share / (1 + theta (points - mean)).
    fn with_mean(&self, mean: f64) -> Option<Vec<f64>> {
        self.tilted(&self.points.iter().map(|x| x - mean).collect::<Vec<f64>>())
    }

    /// The most likely distribution with (mean - 1/2) / deviation = t: the constraint is made linear at the
    /// last distribution, solved, and so on to a fixed point, from the uniform one.
    #[expect(clippy::cast_precision_loss, reason = "three or five")]
    fn with_normalized_mean(&self, t: f64) -> Option<Vec<f64>> {
        let mut p = vec![1.0 / self.points.len() as f64; self.points.len()];
        for _ in 0..1000 {
            let mean: f64 = self.points.iter().zip(&p).map(|(x, p)| x * p).sum();
            let variance: f64 = self.points.iter().zip(&p).map(|(x, p)| p * (x - mean) * (x - mean)).sum();
            let deviation = variance.sqrt();
            let slope = |x: &f64| {
                let z = (x - mean) / deviation;
                x - 0.5 - 0.5 * t * deviation * (1.0 + z * z)
            };
            let next = self.tilted(&self.points.iter().map(slope).collect::<Vec<f64>>())?;
            let moved = next.iter().zip(&p).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            p = next;
            if moved < 1e-10 {
                return Some(p);
            }
        }
        None
    }

    /// share / (1 + theta phi) with theta such that the mean of phi is 0; `None` if phi has one sign.
    fn tilted(&self, phi: &[f64]) -> Option<Vec<f64>> {
        let least = phi.iter().copied().fold(f64::INFINITY, f64::min);
        let most = phi.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if !(least < 0.0 && most > 0.0) {
            return None;
        }
        // The mean falls from +infinity to -infinity between these poles: halve to the last bit.
        let (mut low, mut high) = (-1.0 / most, -1.0 / least);
        for _ in 0..200 {
            let theta = 0.5 * (low + high);
            let mean: f64 = self.shares.iter().zip(phi).map(|(share, x)| share * x / (1.0 + theta * x)).sum();
            if mean > 0.0 {
                low = theta;
            } else {
                high = theta;
            }
        }
        let theta = 0.5 * (low + high);
        Some(self.shares.iter().zip(phi).map(|(share, x)| share / (1.0 + theta * x)).collect())
    }
}

#[cfg(test)]
mod tests;
