//! Resampled rows: blocks of random length, so that dependence between neighbouring rows survives.
//!
//! Politis and Romano (1994), "The Stationary Bootstrap", JASA 89. Rows are resampled whole: all columns of a
//! row stay together. Resample `b` draws from stream `b` of the key's ChaCha generator, so it is the same
//! whoever computes it and however many there are.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::error::{EvidenceError, at_least};
use super::numeric::{dot, real};

/// Resamples whose rows are counted at once: those of 10,000 rows stay in a core's cache.
const COUNTED: usize = 8;

/// Sets of row indices, each as long as the panel they resample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resamples {
    rows: usize,
    indices: Vec<u32>,
}

impl Resamples {
    /// `count` resamples of `rows` rows in blocks of mean length `block_length >= 1` (1: independent rows).
    /// `key` as [`Seed::key`](crate::domain::Seed::key) makes it.
    ///
    /// # Errors
    /// [`EvidenceError::TooFew`] without rows or resamples, [`EvidenceError::OutOfRange`] for a block length
    /// under 1.
    pub fn stationary(
        rows: usize,
        block_length: f64,
        count: usize,
        key: [u8; 32],
    ) -> Result<Self, EvidenceError> {
        at_least("rows", rows, 1)?;
        at_least("resamples", count, 1)?;
        check_block_length(block_length)?;
        let mut indices = Vec::with_capacity(rows * count);
        for stream in 0..count {
            let mut rng = ChaCha8Rng::from_seed(key);
            rng.set_stream(stream as u64);
            let draw = |_| (rng.random_range(0..rows), rng.random::<f64>());
            let (starts, uniforms): (Vec<usize>, Vec<f64>) = (0..rows).map(draw).unzip();
            indices.extend(index_steps(&starts, &uniforms, 1.0 / block_length).iter().map(|&row| row as u32));
        }
        Ok(Self { rows, indices })
    }

    /// Resamples that somebody else drew.
    ///
    /// # Errors
    /// [`EvidenceError::TooFew`] for none, [`EvidenceError::Lengths`] where one is not `rows` long,
    /// [`EvidenceError::OutOfRange`] for an index beyond the last row.
    pub fn from_indices(rows: usize, resamples: &[Vec<usize>]) -> Result<Self, EvidenceError> {
        at_least("rows", rows, 1)?;
        at_least("resamples", resamples.len(), 1)?;
        for (series, resample) in resamples.iter().enumerate() {
            if resample.len() != rows {
                return Err(EvidenceError::Lengths { series, found: resample.len(), expected: rows });
            }
            if let Some(&row) = resample.iter().find(|&&row| row >= rows) {
                return Err(EvidenceError::OutOfRange { what: "row of the panel", value: real(row) });
            }
        }
        Ok(Self { rows, indices: resamples.iter().flatten().map(|&row| row as u32).collect() })
    }

    /// Number of rows of the panel that is resampled.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of resamples.
    pub fn count(&self) -> usize {
        self.indices.len() / self.rows
    }

    /// The row indices of each resample, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.indices.chunks_exact(self.rows)
    }

    /// The column's mean in each resample.
    #[cfg(test)]
    pub(super) fn means(&self, column: &[f64]) -> Vec<f64> {
        let mut means = vec![0.0; self.count()];
        self.each_mean(&[column], |_, resample, mean| means[resample] = mean);
        means
    }

    /// Hands out the mean of each of these columns (by its index among them) in each resample. How often a resample has
    /// each row is counted once for all columns: the sums are then products of whole columns.
    pub(super) fn each_mean(&self, columns: &[&[f64]], mut take: impl FnMut(usize, usize, f64)) {
        let mut counts = vec![0.0; self.rows * COUNTED.min(self.count())];
        let parts = self.indices.chunks(self.rows * COUNTED);
        for (first, part) in (0..).step_by(COUNTED).zip(parts) {
            counts.fill(0.0);
            let counted = || part.chunks_exact(self.rows).zip(first..);
            for ((rows, _), counts) in counted().zip(counts.chunks_exact_mut(self.rows)) {
                rows.iter().for_each(|&row| counts[row as usize] += 1.0);
            }
            for (index, column) in columns.iter().enumerate() {
                for ((_, resample), counts) in counted().zip(counts.chunks_exact(self.rows)) {
                    take(index, resample, dot(counts, column) / real(self.rows));
                }
            }
        }
    }

    /// Refuses a panel of another length than the one these resamples were drawn for.
    pub(super) fn fit(&self, rows: usize) -> Result<(), EvidenceError> {
        if rows == self.rows {
            return Ok(());
        }
        Err(EvidenceError::Lengths { series: 0, found: self.rows, expected: rows })
    }
}

/// Refuses a mean block length under 1.
pub(super) fn check_block_length(block_length: f64) -> Result<(), EvidenceError> {
    if block_length >= 1.0 && block_length.is_finite() {
        return Ok(());
    }
    Err(EvidenceError::OutOfRange { what: "block length of at least 1", value: block_length })
}

/// One resample from its draws: a uniform above `p` continues the block (after the last row comes the first),
/// otherwise a new block begins at the row drawn for this position. The first position always begins one.
pub fn index_steps(starts: &[usize], uniforms: &[f64], p: f64) -> Vec<usize> {
    let mut rows = Vec::with_capacity(starts.len());
    let mut last = None;
    for (&start, &uniform) in starts.iter().zip(uniforms) {
        let row = match last {
            Some(last) if uniform > p => (last + 1) % starts.len(),
            _ => start,
        };
        last = Some(row);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arch_8_0_0_index_steps() {
        let starts = [
            11, 6, 18, 5, 1, 0, 9, 2, 12, 13, 27, 21, 24, 14, 17, 27, 9, 2, 14, 18, 4, 24, 8, 15, 8, 1, 14,
            22, 14, 22,
        ];
        let uniforms = [
            0.417938, 0.327639, 0.219136, 0.002118, 0.461576, 0.530883, 0.358762, 0.107309, 0.504901,
            0.759048, 0.089351, 0.671432, 0.797749, 0.191643, 0.015274, 0.521446, 0.179369, 0.216331,
            0.21801, 0.543672, 0.445204, 0.397028, 0.910431, 0.242824, 0.595291, 0.760697, 0.932839,
            0.290047, 0.462077, 0.921966,
        ];
        let expected = [
            11, 12, 13, 5, 6, 7, 8, 2, 3, 4, 27, 28, 29, 14, 17, 18, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
            19, 20, 21, 22,
        ];
        assert_eq!(index_steps(&starts, &uniforms, 0.2), expected);
    }

    #[test]
    fn a_block_wraps_and_a_uniform_equal_to_p_ends_it() {
        assert_eq!(index_steps(&[2, 0, 0], &[0.0, 0.9, 0.9], 0.5), [2, 0, 1]);
        assert_eq!(index_steps(&[2, 1, 1], &[0.0, 0.5, 0.51], 0.5), [2, 1, 2]);
    }

    #[test]
    fn a_resample_depends_on_its_number_alone() {
        let key = [7; 32];
        let few = Resamples::stationary(40, 4.0, 3, key).unwrap();
        let many = Resamples::stationary(40, 4.0, 30, key).unwrap();
        assert!(few.iter().zip(many.iter()).all(|(a, b)| a == b));
        assert_ne!(few, Resamples::stationary(40, 4.0, 3, [8; 32]).unwrap());
        assert_ne!(many.iter().next(), many.iter().nth(1));
    }

    #[test]
    fn blocks_have_the_asked_mean_length() {
        // 200 resamples of 500 rows: breaks are binomial with p = 1/5 * 499/500 (a jump may hit the next
        // row).
        let resamples = Resamples::stationary(500, 5.0, 200, [3; 32]).unwrap();
        let joins =
            resamples.iter().flat_map(|rows| rows.windows(2)).filter(|w| w[1] == (w[0] + 1) % 500).count();
        let breaks = 1.0 - joins as f64 / (200.0 * 499.0);
        // Standard error sqrt(0.16 / 99800) = 0.0013.
        assert!((breaks - 0.2 * 0.998).abs() < 0.006, "{breaks}");
    }

    #[test]
    fn means_are_those_of_the_resampled_rows() {
        let resamples = Resamples::stationary(37, 3.0, 21, [4; 32]).unwrap();
        let columns: Vec<Vec<f64>> =
            (1..4).map(|scale| (0..37).map(|row| f64::from(row * row % 11 * scale)).collect()).collect();
        let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let mut found = vec![vec![f64::NAN; 21]; 3];
        resamples.each_mean(&slices, |column, resample, mean| found[column][resample] = mean);
        for (column, found) in columns.iter().zip(found) {
            // Sums of small whole numbers are exact in any order.
            let sum = |rows: &[u32]| rows.iter().map(|&row| column[row as usize]).sum::<f64>() / 37.0;
            assert_eq!(found, resamples.iter().map(sum).collect::<Vec<_>>());
            assert_eq!(found, resamples.means(column));
        }
    }

    #[test]
    fn refuses_what_cannot_be_resampled() {
        assert!(Resamples::stationary(0, 1.0, 5, [0; 32]).is_err());
        assert!(Resamples::stationary(5, 0.5, 5, [0; 32]).is_err());
        assert!(Resamples::stationary(5, 1.0, 0, [0; 32]).is_err());
        assert!(Resamples::from_indices(2, &[vec![0, 2]]).is_err());
        assert!(Resamples::from_indices(2, &[vec![0]]).is_err());
        let own = Resamples::from_indices(2, &[vec![1, 1], vec![0, 1]]).unwrap();
        assert_eq!(own.means(&[1.0, 3.0]), [3.0, 2.0]);
        let long = Resamples::from_indices(6, &[vec![0, 1, 2, 3, 4, 5], vec![5; 6]]).unwrap();
        assert_eq!(long.means(&[1.0, 2.0, 3.0, 4.0, 5.0, 9.0]), [4.0, 9.0]);
        assert_eq!((own.rows(), own.count()), (2, 2));
        assert!(own.fit(3).is_err());
    }
}
