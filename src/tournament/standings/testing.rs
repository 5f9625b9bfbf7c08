//! Fixtures of the room's tests. Never compiled into the program.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Fold, ScoreMatrix};
use crate::metrics::Score;

/// Scores of agents of these skills: skill plus normal noise (agents x windows).
pub(super) fn lucky(seed: u64, windows: usize, skills: &[f64]) -> Vec<Vec<f64>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || {
        let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
        (-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
    };
    skills.iter().map(|skill| (0..windows).map(|_| skill + normal()).collect()).collect()
}

/// A full matrix with agents `a0`, `a1`, .. and windows `w0`, `w1`, .., by the mean.
pub(super) fn matrix(columns: Vec<Vec<f64>>) -> ScoreMatrix {
    holed(columns.into_iter().map(|column| column.into_iter().map(Some).collect()).collect())
}

/// The same with scores that may be missing or infinite.
pub(super) fn holed(columns: Vec<Vec<Option<f64>>>) -> ScoreMatrix {
    folded(columns, Fold::Mean)
}

/// The same scores by the median.
pub(super) fn by_median(matrix: ScoreMatrix) -> ScoreMatrix {
    let columns = (0..matrix.agents().len())
        .map(|agent| matrix.scores(agent).iter().map(|score| score.value()).collect())
        .collect();
    folded(columns, Fold::Median)
}

fn folded(columns: Vec<Vec<Option<f64>>>, fold: Fold) -> ScoreMatrix {
    let agents = (0..columns.len()).map(|i| format!("a{i}")).collect();
    let windows = (0..columns[0].len()).map(|i| format!("w{i}")).collect();
    let scores = columns.into_iter().map(|column| column.into_iter().map(Score::from).collect()).collect();
    ScoreMatrix::new(agents, windows, scores, fold).unwrap()
}
