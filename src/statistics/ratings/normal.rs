//! The normal distribution, and its moments when cut off at a margin.
//!
//! Owns the functions V and W of the Gaussian rating systems (Herbrich, Minka and Graepel 2006; Weng and Lin
//! 2011): by how much a result moves the mean of a difference and shrinks its variance. Never fails: far in
//! the tails, where the densities vanish, it gives the limits. Invariant: W lies in 0..1, below 1.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Below this the lower tail is taken from its asymptotic series.
const FAR: f64 = -30.0;
/// The most a result may shrink a variance: keeps it above zero.
const MOST: f64 = 1.0 - 1e-10;

/// Density at `x`.
pub(super) fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

/// P(X <= x).
pub(super) fn cumulative(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// V and W of a win by more than `margin`, the difference standing at `gap` standard deviations.
pub(super) fn win_moments(gap: f64, margin: f64) -> (f64, f64) {
    let x = gap - margin;
    let v = if x > FAR { density(x) / cumulative(x) } else { far_hazard(-x) };
    (v, (v * (v + x)).clamp(0.0, MOST))
}

/// density / upper tail at `t`: t / (1 - 1/t^2 + 3/t^4 - 15/t^6).
fn far_hazard(t: f64) -> f64 {
    let u = 1.0 / (t * t);
    t / (1.0 - u * (1.0 - u * (3.0 - 15.0 * u)))
}

/// V and W of a tie: the difference within `margin` of zero.
pub(super) fn tie_moments(gap: f64, margin: f64) -> (f64, f64) {
    let distance = gap.abs();
    let (near, far) = (margin - distance, -margin - distance);
    let inside = cumulative(near) - cumulative(far);
    let (v, w) = if inside > 0.0 {
        let v = (density(far) - density(near)) / inside;
        (v, v * v + (near * density(near) - far * density(far)) / inside)
    } else {
        (near, MOST)
    };
    (if gap < 0.0 { -v } else { v }, w.clamp(0.0, MOST))
}

#[cfg(test)]
mod tests {
    use super::super::testing::assert_near;
    use super::*;

    #[test]
    fn known_values() {
        assert_near(density(0.0), 0.398_942_280_401_432_7, 1e-15);
        assert_near(cumulative(1.959_963_984_540_054), 0.975, 1e-14);
        // At 0: V = sqrt(2/pi), W = 2/pi.
        let (v, w) = win_moments(0.0, 0.0);
        assert_near(v, (2.0 / PI).sqrt(), 1e-14);
        assert_near(w, 2.0 / PI, 1e-14);
    }

    #[test]
    fn a_tie_of_equals_changes_nothing() {
        // Cut to -1..1: variance 1 - 2 d(1) / (P(1) - P(-1)) = 0.2911251.
        let (v, w) = tie_moments(0.0, 1.0);
        assert_near(v, 0.0, 1e-15);
        assert!((1.0 - w - 0.291_125_1).abs() < 1e-6, "{w}");
        let (up, down) = (tie_moments(0.7, 0.3), tie_moments(-0.7, 0.3));
        assert!((up.0 + down.0).abs() < 1e-15 && up.0 < 0.0);
        assert!((up.1 - down.1).abs() < 1e-15);
    }

    #[test]
    fn the_series_meets_the_exact_function() {
        let exact = density(-30.0) / cumulative(-30.0);
        assert_near(far_hazard(30.0), exact, 1e-9);
        for gap in [-1e3, -100.0, -30.1, 50.0, 1e3] {
            for (v, w) in [win_moments(gap, 0.1), tie_moments(gap, 0.1)] {
                assert!(v.is_finite() && (0.0..1.0).contains(&w), "{gap}: {v} {w}");
            }
        }
        // A win against all odds moves the mean to the margin.
        assert!((win_moments(-100.0, 0.0).0 - 100.01).abs() < 1e-4);
    }
}
