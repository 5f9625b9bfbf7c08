//! Maximum of a concave log-likelihood by damped Newton steps.
//!
//! Owns the iteration, the solvers (dense Cholesky; conjugate gradients for many parameters, whose steps cost the
//! square of their number instead of its cube) and the covariance at the maximum. Never checks that a
//! maximum exists: `connectivity` has done so. Invariant: the first `centred` parameters of the answer sum
//! to zero (their level does not change the likelihood).

use rayon::prelude::*;

use super::error::RatingError;

/// From more parameters on equations are solved by conjugate gradients.
pub(super) const DENSE: usize = 150;
/// Conjugate gradients end where the residual is this share of what it was.
const RESIDUAL: f64 = 1e-11;
/// Conjugate gradients converge in a few dozen steps where everybody meets everybody.
const MAX_GRADIENTS: usize = 500;
/// Rows of a matrix that are worth a thread.
const MIN_ROWS: usize = 500;
const MAX_STEPS: usize = 200;
/// A step this small is the last one: convergence is quadratic, the next would be rounding.
const LAST_STEP: f64 = 1e-9;
/// A fall of the likelihood below this share of it is rounding.
const ROUNDING: f64 = 1e-13;

/// Log-likelihood with its slope and curvature at one point.
pub(super) struct Point {
    pub(super) log_likelihood: f64,
    pub(super) gradient: Vec<f64>,
    /// Negative Hessian at the maximum (observed information).
    pub(super) information: Vec<Vec<f64>>,
}

impl Point {
    /// Log likelihood, gradient and information of zero.
    pub(super) fn zero(parameters: usize) -> Self {
        Self {
            log_likelihood: 0.0,
            gradient: vec![0.0; parameters],
            information: vec![vec![0.0; parameters]; parameters],
        }
    }
}

/// Result of a maximisation.
#[derive(Debug)]
pub(super) struct Maximum {
    pub(super) parameters: Vec<f64>,
    pub(super) log_likelihood: f64,
    /// Of the centred parameters and those after them; empty where there are more than [`DENSE`].
    pub(super) covariance: Vec<Vec<f64>>,
    /// Negative Hessian at the maximum (observed information).
    pub(super) information: Vec<Vec<f64>>,
}

/// Climbs from `start` to the maximum.
///
/// # Errors
/// [`RatingError::NotConverged`].
pub(super) fn maximise(
    start: Vec<f64>,
    centred: usize,
    evaluate: impl Fn(&[f64]) -> Point,
) -> Result<Maximum, RatingError> {
    let mut at = start;
    let mut point = evaluate(&at);
    for _ in 0..MAX_STEPS {
        let step = if at.len() > DENSE {
            conjugate_gradients(&point.information, &point.gradient, centred)
        } else {
            let factor = cholesky(ridged(&point.information, centred)).ok_or(RatingError::NotConverged)?;
            solve(&factor, &point.gradient)
        };
        let size = step.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
        let (next, value) = damped(&at, &step, &point, &evaluate).ok_or(RatingError::NotConverged)?;
        at = next;
        point = value;
        if size < LAST_STEP {
            centre(&mut at[..centred]);
            let covariance = if at.len() > DENSE {
                Vec::new()
            } else {
                covariance(&point.information, centred).ok_or(RatingError::NotConverged)?
            };
            let Point { log_likelihood, information, .. } = point;
            return Ok(Maximum { parameters: at, log_likelihood, covariance, information });
        }
    }
    Err(RatingError::NotConverged)
}

/// Halves the step until the likelihood does not fall.
fn damped(
    at: &[f64],
    step: &[f64],
    from: &Point,
    evaluate: &impl Fn(&[f64]) -> Point,
) -> Option<(Vec<f64>, Point)> {
    let floor = from.log_likelihood - ROUNDING * (1.0 + from.log_likelihood.abs());
    (0..40).find_map(|halvings| {
        let share = 0.5_f64.powi(halvings);
        let next: Vec<f64> = at.iter().zip(step).map(|(x, d)| x + share * d).collect();
        let value = evaluate(&next);
        (value.log_likelihood >= floor).then_some((next, value))
    })
}

/// The information is singular along "all centred parameters alike"; adding `1/n` there makes it regular
/// and keeps every step centred.
#[expect(clippy::cast_precision_loss, reason = "a count of agents")]
fn ridged(information: &[Vec<f64>], centred: usize) -> Vec<Vec<f64>> {
    let ridge = 1.0 / centred as f64;
    let mut matrix = information.to_vec();
    matrix[..centred].iter_mut().for_each(|row| row[..centred].iter_mut().for_each(|x| *x += ridge));
    matrix
}

#[expect(clippy::cast_precision_loss, reason = "a count of agents")]
fn centre(values: &mut [f64]) {
    let mean = super::symmetry::ordered_sum(values.iter().copied()) / values.len() as f64;
    values.iter_mut().for_each(|value| *value -= mean);
}

/// Inverse of the ridged information without the ridge: the pseudo-inverse on the centred space.
#[expect(clippy::cast_precision_loss, reason = "a count of agents")]
fn covariance(information: &[Vec<f64>], centred: usize) -> Option<Vec<Vec<f64>>> {
    let factor = cholesky(ridged(information, centred))?;
    let size = information.len();
    let column = |i: usize| {
        let unit: Vec<f64> = (0..size).map(|j| f64::from(u8::from(i == j))).collect();
        solve(&factor, &unit)
    };
    let mut inverse: Vec<Vec<f64>> = (0..size).map(column).collect();
    let ridge = 1.0 / centred as f64;
    inverse[..centred].iter_mut().for_each(|row| row[..centred].iter_mut().for_each(|x| *x -= ridge));
    Some(inverse)
}

/// Lower triangular factor of a positive definite matrix, in its place; `None` if it is not.
fn cholesky(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    for i in 0..matrix.len() {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| matrix[i][k] * matrix[j][k]).sum();
            let rest = matrix[i][j] - dot;
            matrix[i][j] = if i == j { rest.sqrt() } else { rest / matrix[j][j] };
        }
        // Catches zero, a negative root and NaN.
        let positive = matrix[i][i] > 0.0;
        if !positive {
            return None;
        }
    }
    Some(matrix)
}

/// Solves `matrix x = right` by conjugate gradients with the diagonal as preconditioner. The matrix is singular along
/// "all of the first `centred` alike": what rounding has left of `right` in that direction is taken out, for no number
/// of steps would.
pub(super) fn conjugate_gradients(matrix: &[Vec<f64>], right: &[f64], centred: usize) -> Vec<f64> {
    let size = right.len();
    let mut right = right.to_vec();
    centre(&mut right[..centred]);
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scaled = |residual: &[f64]| -> Vec<f64> {
        let share = |i: usize| if matrix[i][i] > 0.0 { residual[i] / matrix[i][i] } else { 0.0 };
        (0..size).map(share).collect()
    };
    let mut x = vec![0.0; size];
    let mut residual = right;
    let mut direction = scaled(&residual);
    let mut weight = dot(&residual, &direction);
    let least = RESIDUAL * RESIDUAL * weight;
    for _ in 0..MAX_GRADIENTS.min(10 * size) {
        // Also where rounding has left a negative or no number.
        let unfinished = weight > least && weight > 0.0;
        if !unfinished {
            break;
        }
        let image: Vec<f64> =
            matrix.par_iter().with_min_len(MIN_ROWS).map(|row| dot(row, &direction)).collect();
        let step = weight / dot(&direction, &image);
        x.iter_mut().zip(&direction).for_each(|(x, d)| *x += step * d);
        residual.iter_mut().zip(&image).for_each(|(r, image)| *r -= step * image);
        let next = scaled(&residual);
        let new_weight = dot(&residual, &next);
        let keep = new_weight / weight;
        direction.iter_mut().zip(&next).for_each(|(d, next)| *d = next + keep * *d);
        weight = new_weight;
    }
    x
}

/// Solves `L L' x = right`.
fn solve(factor: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let size = right.len();
    let mut x = right.to_vec();
    for i in 0..size {
        let dot: f64 = (0..i).map(|k| factor[i][k] * x[k]).sum();
        x[i] = (x[i] - dot) / factor[i][i];
    }
    for i in (0..size).rev() {
        let dot: f64 = (i + 1..size).map(|k| factor[k][i] * x[k]).sum();
        x[i] = (x[i] - dot) / factor[i][i];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_worked_by_hand() {
        // [4 2; 2 3] x = [10; 8] has x = [7/4; 3/2].
        let factor = cholesky(vec![vec![4.0, 2.0], vec![2.0, 3.0]]).unwrap();
        let x = solve(&factor, &[10.0, 8.0]);
        assert!((x[0] - 1.75).abs() < 1e-14 && (x[1] - 1.5).abs() < 1e-14, "{x:?}");
        assert!(cholesky(vec![vec![1.0, 2.0], vec![2.0, 1.0]]).is_none());
        assert!(cholesky(vec![vec![f64::NAN]]).is_none());
    }

    #[test]
    fn conjugate_gradients_agree_with_cholesky() {
        // A Laplacian with a parameter of its own: singular along (1, 1, 1, 0).
        let matrix = vec![
            vec![3.0, -2.0, -1.0, 0.5],
            vec![-2.0, 2.5, -0.5, -0.2],
            vec![-1.0, -0.5, 1.5, -0.3],
            vec![0.5, -0.2, -0.3, 4.0],
        ];
        let right = [10.0, -8.0, -2.0, 1.0];
        let exact = solve(&cholesky(ridged(&matrix, 3)).unwrap(), &right);
        let found = conjugate_gradients(&matrix, &right, 3);
        let level = (found[0] + found[1] + found[2]) / 3.0;
        for (i, (x, exact)) in found.iter().zip(&exact).enumerate() {
            let x = if i < 3 { x - level } else { *x };
            assert!((x - exact).abs() < 1e-9, "{found:?} is not {exact:?}");
        }
        // Singular along "all alike": the step between the two is 2 / (1 + 1), half each way.
        let laplace = vec![vec![1.0, -1.0], vec![-1.0, 1.0]];
        let x = conjugate_gradients(&laplace, &[1.0, -1.0], 2);
        assert!((x[0] - 0.5).abs() < 1e-12 && (x[1] + 0.5).abs() < 1e-12);
        assert_eq!(conjugate_gradients(&laplace, &[0.0, 0.0], 2), [0.0, 0.0]);
        // Nothing but the direction that no step can follow.
        assert_eq!(conjugate_gradients(&laplace, &[1e-13, 1e-13], 2), [0.0, 0.0]);
    }

    #[test]
    fn a_coin_with_three_heads_of_four() {
        // ll = 3 ln p + ln(1 - p), p = logistic(a - b): a - b = ln 3, centred +-ln(3)/2, information n p q = 3/4,
        // so var(a - b) = 4/3.
        let found = maximise(vec![0.0, 0.0], 2, |x| {
            let p = 1.0 / (1.0 + (x[1] - x[0]).exp());
            let (slope, curve) = (3.0 - 4.0 * p, 4.0 * p * (1.0 - p));
            Point {
                log_likelihood: 3.0 * p.ln() + (1.0 - p).ln(),
                gradient: vec![slope, -slope],
                information: vec![vec![curve, -curve], vec![-curve, curve]],
            }
        })
        .unwrap();
        assert!((found.parameters[0] - 0.5 * 3.0_f64.ln()).abs() < 1e-13);
        let c = &found.covariance;
        assert!((c[0][0] + c[1][1] - 2.0 * c[0][1] - 4.0 / 3.0).abs() < 1e-12);
        assert!((found.log_likelihood - (3.0 * 0.75_f64.ln() + 0.25_f64.ln())).abs() < 1e-14);
    }

    #[test]
    fn a_likelihood_without_maximum_is_told() {
        let endless = maximise(vec![0.0, 0.0], 2, |x| Point {
            log_likelihood: x[0] - x[1],
            gradient: vec![1.0, -1.0],
            information: vec![vec![0.0; 2]; 2],
        });
        assert_eq!(endless.unwrap_err(), RatingError::NotConverged);
    }
}
