//! Covariance matrix adaptation (Hansen 2016, "The CMA evolution strategy: a tutorial", arXiv 1604.00772).
//! Each batch is one generation, drawn from a normal distribution whose mean and covariance adapt to the
//! better half.
//!
//! Implemented here because a sweep needs an ask-and-tell interface with whole generations and its own seed;
//! available crates call a function point by point. Points outside the cube are redrawn, then clamped. An
//! excluded point, or one without a score, counts as the worst of its generation.

use rand_chacha::ChaCha8Rng;

use super::contract::{PointBatch, PointResult, Search, stream};
use super::normal::normal;
use crate::domain::Seed;
use crate::metrics::Score;
use crate::sweep::Point;

/// Initial step size, in widths of the cube.
const FIRST_STEP: f64 = 0.3;
/// Lower bound on the step size, below which points no longer move.
const SMALLEST_STEP: f64 = 1e-12;
/// Maximum number of redraws of a point outside the cube.
const REDRAWS: usize = 20;
/// The largest coordinate: just below 1.
const BORDER: f64 = 1.0 - f64::EPSILON;

type Matrix = Vec<Vec<f64>>;

/// The algorithm's constants for a number of dimensions and a population size.
#[derive(Debug)]
struct Rates {
    weights: Vec<f64>,
    effective: f64,
    path_c: f64,
    path_s: f64,
    one: f64,
    many: f64,
    damping: f64,
    expected: f64,
}

/// The distribution and its evolution paths.
#[derive(Debug)]
pub(super) struct CmaEs {
    population: usize,
    random: ChaCha8Rng,
    rates: Rates,
    mean: Point,
    step: f64,
    covariance: Matrix,
    /// Eigenvectors as columns, and the square roots of the eigenvalues.
    axes: Matrix,
    lengths: Vec<f64>,
    path_c: Vec<f64>,
    path_s: Vec<f64>,
    generation: i32,
}

impl CmaEs {
    /// Starts at the centre of the cube, with generations of `population` points.
    pub fn new(dimensions: usize, population: usize, seed: Seed) -> Self {
        let identity = |value: f64| -> Matrix {
            (0..dimensions)
                .map(|i| (0..dimensions).map(|j| if i == j { value } else { 0.0 }).collect())
                .collect()
        };
        Self {
            population: population.max(2),
            random: stream(seed, "cma_es"),
            rates: Rates::new(real(dimensions), population.max(2)),
            mean: vec![0.5; dimensions],
            step: FIRST_STEP,
            covariance: identity(1.0),
            axes: identity(1.0),
            lengths: vec![1.0; dimensions],
            path_c: vec![0.0; dimensions],
            path_s: vec![0.0; dimensions],
            generation: 0,
        }
    }

    fn draw(&mut self) -> Point {
        let mut point = Point::new();
        for _ in 0..REDRAWS {
            let along: Vec<f64> =
                self.lengths.iter().map(|length| length * normal(&mut self.random)).collect();
            point =
                times(&self.axes, &along).iter().zip(&self.mean).map(|(y, m)| m + self.step * y).collect();
            if point.iter().all(|at| (0.0..1.0).contains(at)) {
                break;
            }
        }
        point.iter().map(|at| at.clamp(0.0, BORDER)).collect()
    }

    /// Updates mean and covariance from the better half, best first.
    fn learn(&mut self, best: &[Point]) {
        let n = real(self.mean.len());
        let Rates { weights, effective, path_c, path_s, one, many, damping, expected } = &self.rates;
        let steps: Vec<Vec<f64>> = best
            .iter()
            .map(|point| point.iter().zip(&self.mean).map(|(x, m)| (x - m) / self.step).collect())
            .collect();
        let moved = weighted(weights, &steps);
        for (mean, y) in self.mean.iter_mut().zip(&moved) {
            *mean += self.step * y;
        }
        // The step in the coordinates of the unit normal: C^(-1/2) y.
        let whitened: Vec<f64> =
            transposed_times(&self.axes, &moved).iter().zip(&self.lengths).map(|(a, d)| a / d).collect();
        let whitened = times(&self.axes, &whitened);
        let gain = (path_s * (2.0 - path_s) * effective).sqrt();
        for (path, move_) in self.path_s.iter_mut().zip(&whitened) {
            *path = (1.0 - path_s) * *path + gain * move_;
        }
        self.generation += 1;
        let length = self.path_s.iter().map(|p| p * p).sum::<f64>().sqrt();
        let grown = 1.0 - libm::pow(1.0 - path_s, 2.0 * f64::from(self.generation));
        let steady = length / grown.sqrt() / expected < 1.4 + 2.0 / (n + 1.0);
        let gain = if steady { (path_c * (2.0 - path_c) * effective).sqrt() } else { 0.0 };
        for (path, move_) in self.path_c.iter_mut().zip(&moved) {
            *path = (1.0 - path_c) * *path + gain * move_;
        }
        let kept = 1.0 - one - many + if steady { 0.0 } else { one * path_c * (2.0 - path_c) };
        for i in 0..self.mean.len() {
            for j in 0..self.mean.len() {
                let rank_many: f64 = weights.iter().zip(&steps).map(|(w, y)| w * y[i] * y[j]).sum();
                self.covariance[i][j] =
                    kept * self.covariance[i][j] + one * self.path_c[i] * self.path_c[j] + many * rank_many;
            }
        }
        self.step *= libm::exp((path_s / damping) * (length / expected - 1.0));
        self.step = self.step.min(1.0);
        let (values, axes) = eigen(&self.covariance);
        self.lengths = values.iter().map(|value| value.max(1e-20).sqrt()).collect();
        self.axes = axes;
    }
}

impl Rates {
    fn new(n: f64, population: usize) -> Self {
        let parents = population / 2;
        let raw: Vec<f64> =
            (1..=parents).map(|i| libm::log((real(population) + 1.0) / 2.0) - libm::log(real(i))).collect();
        let sum: f64 = raw.iter().sum();
        let weights: Vec<f64> = raw.iter().map(|w| w / sum).collect();
        let effective = 1.0 / weights.iter().map(|w| w * w).sum::<f64>();
        let one = 2.0 / ((n + 1.3) * (n + 1.3) + effective);
        let path_s = (effective + 2.0) / (n + effective + 5.0);
        Self {
            path_c: (4.0 + effective / n) / (n + 4.0 + 2.0 * effective / n),
            path_s,
            one,
            many: (1.0 - one)
                .min(2.0 * (effective - 2.0 + 1.0 / effective) / ((n + 2.0) * (n + 2.0) + effective)),
            damping: 1.0 + 2.0 * (((effective - 1.0) / (n + 1.0)).sqrt() - 1.0).max(0.0) + path_s,
            expected: n.sqrt() * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n)),
            weights,
            effective,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn real(count: usize) -> f64 {
    count as f64
}

fn weighted(weights: &[f64], rows: &[Vec<f64>]) -> Vec<f64> {
    let width = rows.first().map_or(0, Vec::len);
    (0..width).map(|i| weights.iter().zip(rows).map(|(w, row)| w * row[i]).sum()).collect()
}

fn times(matrix: &Matrix, vector: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum()).collect()
}

fn transposed_times(matrix: &Matrix, vector: &[f64]) -> Vec<f64> {
    (0..vector.len()).map(|j| matrix.iter().zip(vector).map(|(row, b)| row[j] * b).sum()).collect()
}

/// Eigenvalues and (as columns) eigenvectors of a symmetric matrix, by Jacobi rotations.
fn eigen(symmetric: &Matrix) -> (Vec<f64>, Matrix) {
    let n = symmetric.len();
    let mut a = symmetric.clone();
    let mut v: Matrix = (0..n).map(|i| (0..n).map(|j| if i == j { 1.0 } else { 0.0 }).collect()).collect();
    for _ in 0..100 {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i][j] * a[i][j]).sum();
        let scale: f64 = (0..n).map(|i| a[i][i] * a[i][i]).sum();
        if off <= 1e-30 * scale {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut v, p, q);
            }
        }
    }
    ((0..n).map(|i| a[i][i]).collect(), v)
}

/// Rotates the element at (p, q) to zero.
fn rotate(a: &mut Matrix, v: &mut Matrix, p: usize, q: usize) {
    if a[p][q] == 0.0 {
        return;
    }
    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let t = if theta == 0.0 { 1.0 } else { t };
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    for row in a.iter_mut() {
        let (kp, kq) = (row[p], row[q]);
        (row[p], row[q]) = (c * kp - s * kq, s * kp + c * kq);
    }
    let (upper, lower) = (a[p].clone(), a[q].clone());
    a[p] = upper.iter().zip(&lower).map(|(pk, qk)| c * pk - s * qk).collect();
    a[q] = upper.iter().zip(&lower).map(|(pk, qk)| s * pk + c * qk).collect();
    for row in v.iter_mut() {
        let (kp, kq) = (row[p], row[q]);
        (row[p], row[q]) = (c * kp - s * kq, s * kp + c * kq);
    }
}

impl Search for CmaEs {
    fn ask(&mut self, most: usize) -> PointBatch {
        if self.step < SMALLEST_STEP {
            return PointBatch::default();
        }
        let points = (0..self.population.min(most)).map(|_| self.draw()).collect();
        PointBatch { points, windows: None }
    }

    fn tell(&mut self, results: Vec<PointResult>) {
        // An incomplete last generation is ignored.
        if results.len() < self.population {
            return;
        }
        let mut ranked: Vec<(Score, Point)> =
            results.into_iter().map(|one| (one.score.unwrap_or(Score::Absent), one.point)).collect();
        // Stable sort: ties go to the earlier draw.
        ranked.sort_by(|a, b| a.0.better_first(&b.0));
        let best: Vec<Point> =
            ranked.into_iter().take(self.rates.weights.len()).map(|(_, point)| point).collect();
        self.learn(&best);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvectors_rebuild_their_matrix() {
        let matrix = vec![vec![4.0, 1.0, 0.5], vec![1.0, 3.0, -0.25], vec![0.5, -0.25, 2.0]];
        let (values, axes) = eigen(&matrix);
        for i in 0..3 {
            for j in 0..3 {
                let rebuilt: f64 = (0..3).map(|k| axes[i][k] * values[k] * axes[j][k]).sum();
                assert!((rebuilt - matrix[i][j]).abs() < 1e-12, "{i} {j}");
            }
        }
        let trace: f64 = values.iter().sum();
        assert!((trace - 9.0).abs() < 1e-12);
    }

    #[test]
    fn weights_sum_to_one_and_decrease() {
        let rates = Rates::new(5.0, 8);
        assert!((rates.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(rates.weights.windows(2).all(|pair| pair[0] > pair[1]));
        // Hansen's tutorial, table 1: half the population are parents, and 1 <= mu_eff <= mu.
        assert_eq!(rates.weights.len(), 4);
        assert!((1.0..4.0).contains(&rates.effective));
    }
}
