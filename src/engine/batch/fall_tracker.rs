//! The deepest falls of a curve, point by point.
//!
//! Owns no time: positions are indexes into the curve.

use super::replay_summary::{Extremes, IndexedDrawdown};

/// The state between two points of a curve: the highest value so far, and the lowest since.
#[derive(Debug, Clone)]
pub struct FallTracker {
    peak: f64,
    low: f64,
    peak_at: Option<usize>,
    low_at: Option<usize>,
    /// The lowest value before the last peak.
    lowest: f64,
    lowest_at: Option<usize>,
    /// How many falls are kept.
    most: usize,
    /// The deepest first; of equally deep ones the earlier.
    worst: Vec<IndexedDrawdown>,
}

impl FallTracker {
    /// Before a curve's first point, which keeps the `most` deepest falls.
    pub fn new(start: f64, most: usize) -> Self {
        Self {
            peak: start,
            low: start,
            peak_at: None,
            low_at: None,
            lowest: start,
            lowest_at: None,
            most,
            worst: Vec::with_capacity(most + 1),
        }
    }

    /// Whether points between these bounds change nothing.
    #[inline]
    pub fn passes_over(&self, low: f64, high: f64) -> bool {
        // At the peak itself only a flat stretch changes nothing: a touch ends a fall.
        low >= self.low && (high < self.peak || (high == self.peak && self.low == self.peak))
    }

    /// The curve continues with `points`, the first of which has this index.
    #[inline]
    pub fn walk(&mut self, points: &[f64], offset: usize) {
        for (index, &value) in points.iter().enumerate() {
            if value >= self.peak {
                self.rise(value, offset + index);
            } else if value < self.low {
                (self.low, self.low_at) = (value, Some(offset + index));
            }
        }
    }

    /// The peak is reached again or passed.
    fn rise(&mut self, value: f64, at: usize) {
        let fell = self.low < self.peak;
        if fell {
            self.settle(Some(at));
        }
        if fell || value > self.peak {
            (self.peak, self.low) = (value, value);
            (self.peak_at, self.low_at) = (Some(at), Some(at));
        }
    }

    /// Keeps the fall that ends here if it is among the deepest.
    fn settle(&mut self, recovered: Option<usize>) {
        if self.low >= self.peak {
            return;
        }
        if self.low < self.lowest {
            (self.lowest, self.lowest_at) = (self.low, self.low_at);
        }
        let depth = self.low / self.peak - 1.0;
        let full = self.worst.len() == self.most;
        if depth < 0.0 && !(full && self.worst.last().is_none_or(|least| depth >= least.depth)) {
            let index = self.worst.partition_point(|fall| fall.depth <= depth);
            self.worst
                .insert(index, IndexedDrawdown { depth, peak: self.peak_at, trough: self.low_at, recovered });
            self.worst.truncate(self.most);
        }
    }

    /// The curve ends: its deepest falls, the deepest first, and its extremes.
    pub fn finish(mut self) -> (Vec<IndexedDrawdown>, Extremes) {
        self.settle(None);
        let extremes =
            Extremes { high: self.peak, high_at: self.peak_at, low: self.lowest, low_at: self.lowest_at };
        (self.worst, extremes)
    }
}
