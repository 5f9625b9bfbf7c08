//! The Elo scale.
//!
//! Owns the change from natural log-odds to the scale on which 400 points are odds of ten to one. Never moves
//! agents against one another. Invariant: the mean of the scaled ratings is the centre asked for.

use super::symmetry::ordered_sum;

/// Elo points of one unit of natural log-odds: `400 / ln 10`. Standard errors scale by it too.
pub const ELO_PER_NAT: f64 = 400.0 / std::f64::consts::LN_10;

/// Natural log-odds as Elo ratings with mean `centre`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a count of agents")]
pub fn elo_scale(theta: &[f64], centre: f64) -> Vec<f64> {
    let mean = ordered_sum(theta.iter().copied()) / theta.len() as f64;
    theta.iter().map(|x| centre + ELO_PER_NAT * (x - mean)).collect()
}

/// Expected score of a player `elo_difference` points above the opponent (Elo 1978), in 0..1.
#[must_use]
pub fn expected_score(elo_difference: f64) -> f64 {
    1.0 / (1.0 + 10.0_f64.powf(-elo_difference / 400.0))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, assert_near};
    use super::*;

    #[test]
    fn four_hundred_points_are_ten_to_one() {
        // ln 10 apart.
        let half = 0.5 * 10.0_f64.ln();
        assert_close(&elo_scale(&[half, -half], 1500.0), &[1700.0, 1300.0], 1e-14);
        assert_near(expected_score(400.0), 10.0 / 11.0, 1e-14);
        assert_near(expected_score(0.0), 0.5, 1e-15);
    }

    #[test]
    fn the_mean_is_the_centre() {
        assert_close(&elo_scale(&[5.0, 5.0, 5.0], 0.0), &[0.0; 3], 1e-15);
        assert!(elo_scale(&[], 1500.0).is_empty());
        let mean = elo_scale(&[0.3, -2.0, 7.0], 1000.0).iter().sum::<f64>() / 3.0;
        assert_near(mean, 1000.0, 1e-12);
    }
}
