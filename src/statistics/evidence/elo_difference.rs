//! The strength of a duel so far, as logistic and as normalised Elo with error bars.
//!
//! Owns the estimate printed beside the sequential test. Never decides. Invariant: a number that does not
//! exist (all won, no spread) is `None`. Formulas as in chess engine testing (fastchess, Fishtest): the bar is
//! half the distance of the transformed ends of the normal 95 % interval of the score.

use std::f64::consts::{LN_10, SQRT_2};

use super::sprt::GameCounts;

/// 97.5 % quantile of the normal distribution.
const Z95: f64 = 1.959_963_984_540_054;

/// Elo difference with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EloEstimate {
    /// Mean points as a share of the most possible, 0..1.
    pub score: f64,
    /// Logistic Elo; `None` if everything was won or lost.
    pub elo: Option<f64>,
    /// Half width of its 95 % interval; `None` if an end of it leaves 0..1.
    pub elo_error95: Option<f64>,
    /// Normalised Elo; `None` if all results are equal.
    pub nelo: Option<f64>,
    /// Half width of its 95 % interval.
    pub nelo_error95: Option<f64>,
    /// Likelihood of superiority: P(score > 1/2), 0..1; `None` if all results are equal.
    pub los: Option<f64>,
}

/// Estimates from the results; `None` without results.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of games")]
pub fn estimate_elo(counts: &GameCounts) -> Option<EloEstimate> {
    let results = counts.results();
    let total = results.iter().map(|&(_, count)| count).sum::<u64>() as f64;
    if total <= 0.0 {
        return None;
    }
    let mean = |value: &dyn Fn(f64) -> f64| -> f64 {
        results.iter().map(|&(points, count)| value(points) * count as f64).sum::<f64>() / total
    };
    let score = mean(&|points| points);
    let spread = mean(&|points| (points - score) * (points - score)).sqrt();
    let varied = results.iter().filter(|&&(_, count)| count > 0).count() > 1;
    let error = spread / total.sqrt();
    let ends = logistic(score + Z95 * error).zip(logistic(score - Z95 * error));
    let unit = 800.0 / LN_10 / counts.games_a_result().sqrt() / spread;
    Some(EloEstimate {
        score,
        elo: logistic(score),
        elo_error95: ends.map(|(upper, lower)| 0.5 * (upper - lower)),
        nelo: varied.then_some((score - 0.5) * unit),
        nelo_error95: varied.then_some(Z95 * error * unit),
        los: varied.then(|| 0.5 * libm::erfc((0.5 - score) / (error * SQRT_2))),
    })
}

/// The Elo distance at which this score is expected.
fn logistic(score: f64) -> Option<f64> {
    (score > 0.0 && score < 1.0).then(|| -400.0 * (1.0 / score - 1.0).log10())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_estimate(counts: GameCounts, expected: [f64; 5]) {
        let found = estimate_elo(&counts).unwrap();
        let found = [
            found.nelo.unwrap(),
            found.nelo_error95.unwrap(),
            found.elo.unwrap(),
            found.elo_error95.unwrap(),
            found.score,
        ];
        for (x, y) in found.iter().zip(expected) {
            assert!((x - y).abs() <= 0.01 * y.abs(), "{x} is not {y}: {found:?}");
        }
    }

    /// Disservin/fastchess @74deac23, published unit-test values, 1 %; LL, LD, WL + DD, WD, WW.
    #[test]
    fn fastchess_pentanomial() {
        let counts = GameCounts::Pentanomial([34, 54, 31 + 32, 64, 75]);
        assert_estimate(counts, [57.94, 28.28, 55.58, 27.65, 0.579]);
        let counts = GameCounts::Pentanomial([332, 433, 457 + 41, 333, 334]);
        assert_estimate(counts, [-9.17, 10.96, -8.64, 10.33, 0.488]);
    }

    /// The same source.
    #[test]
    fn fastchess_trinomial() {
        let counts = GameCounts::Trinomial([96, 111, 136]);
        assert_estimate(counts, [49.77, 36.77, 40.7, 30.43, 0.558]);
        let los = estimate_elo(&counts).unwrap().los.unwrap();
        assert!((los - 0.996).abs() < 0.0005, "{los}");
    }

    #[test]
    fn three_to_one_worked_by_hand() {
        // Score 3/4: 400 log10(3) = 190.85 Elo; deviation sqrt(3)/4, so (1/4) / (sqrt(3)/4) = 0.57735
        // deviations, times 347.4356 = 200.592 normalised Elo.
        let found = estimate_elo(&GameCounts::Trinomial([25, 0, 75])).unwrap();
        assert!((found.elo.unwrap() - 400.0 * 3.0_f64.log10()).abs() < 1e-9);
        assert!((found.nelo.unwrap() - 347.435_585_522_601_5 / 3.0_f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn missing_values_are_none() {
        assert_eq!(estimate_elo(&GameCounts::Trinomial([0; 3])), None);
        let won = estimate_elo(&GameCounts::Trinomial([0, 0, 5])).unwrap();
        assert_eq!((won.elo, won.elo_error95, won.nelo, won.los), (None, None, None, None));
        let drawn = estimate_elo(&GameCounts::Trinomial([0, 5, 0])).unwrap();
        assert_eq!((drawn.elo, drawn.elo_error95, drawn.nelo), (Some(0.0), Some(0.0), None));
        let one_each = estimate_elo(&GameCounts::Trinomial([1, 0, 1])).unwrap();
        assert_eq!((one_each.elo, one_each.elo_error95, one_each.los), (Some(0.0), None, Some(0.5)));
    }
}
