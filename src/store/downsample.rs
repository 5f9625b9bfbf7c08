//! Fewer points of a long series, for display: what the eye would see of all of them.
//!
//! Owns the rule: the rows are cut into equal buckets, and of each the lowest and the highest point stay, with
//! the first and the last of all. Never invents a point, never moves one. Invariant: the extremes of the whole
//! series, and of every bucket, are among the points that stay.

/// A series being thinned while it is read: rows go in one by one, in order of time.
#[derive(Debug, Clone)]
pub struct Downsampler {
    rows: usize,
    buckets: usize,
    seen: usize,
    /// First row of the next bucket.
    next: usize,
    low: Point,
    high: Point,
    last: Point,
    kept: Vec<Point>,
}

/// A point of a series: microseconds since 1970, value.
pub type Point = (i64, f64);

impl Downsampler {
    /// For a series of `rows` of which about `points` may stay: two per bucket.
    pub fn new(rows: usize, points: usize) -> Self {
        let none = (0, f64::NAN);
        let buckets = (points / 2).max(1);
        Self { rows, buckets, seen: 0, next: 0, low: none, high: none, last: none, kept: Vec::new() }
    }

    /// The next row.
    pub fn push(&mut self, at: i64, value: f64) {
        let point = (at, value);
        if self.seen == 0 {
            self.kept.push(point);
        }
        if self.seen >= self.next {
            self.end_bucket();
            (self.low, self.high) = (point, point);
            self.next = self.bucket_after(self.seen);
        }
        if value < self.low.1 {
            self.low = point;
        }
        if value > self.high.1 {
            self.high = point;
        }
        self.last = point;
        self.seen += 1;
    }

    /// The points that stay, in order of time.
    pub fn finish(mut self) -> Vec<Point> {
        if self.seen > 0 {
            self.end_bucket();
            self.keep(self.last);
        }
        self.kept
    }

    /// First row of the bucket after that of `row`.
    fn bucket_after(&self, row: usize) -> usize {
        let rows = self.rows.max(1);
        let bucket = row * self.buckets / rows;
        ((bucket + 1) * rows).div_ceil(self.buckets)
    }

    fn end_bucket(&mut self) {
        let (first, second) =
            if self.low.0 <= self.high.0 { (self.low, self.high) } else { (self.high, self.low) };
        self.keep(first);
        self.keep(second);
    }

    /// Each point once.
    fn keep(&mut self, point: Point) {
        if !point.1.is_nan() && self.kept.last().is_none_or(|kept| kept.0 < point.0) {
            self.kept.push(point);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn downsampled(values: &[f64], points: usize) -> Vec<Point> {
        let mut downsampler = Downsampler::new(values.len(), points);
        for (at, value) in (0_i64..).zip(values) {
            downsampler.push(at, *value);
        }
        downsampler.finish()
    }

    #[test]
    fn a_short_series_stays_whole() {
        let values = [3.0, 1.0, 2.0, 5.0];
        assert_eq!(downsampled(&values, 8), [(0, 3.0), (1, 1.0), (2, 2.0), (3, 5.0)]);
        assert_eq!(downsampled(&[7.0], 100), [(0, 7.0)]);
        assert!(downsampled(&[], 100).is_empty());
    }

    #[test]
    fn a_bucket_begins_where_its_number_changes() {
        for (rows, points) in [(1, 2), (7, 4), (8, 6), (100, 14), (100, 400), (0, 10)] {
            let one = Downsampler::new(rows, points);
            let bucket = |row: usize| row * one.buckets / rows.max(1);
            for row in 0..rows + 20 {
                let after = (row + 1..).find(|&next| bucket(next) != bucket(row)).unwrap();
                assert_eq!(one.bucket_after(row), after, "{rows} {points} {row}");
            }
        }
    }

    #[test]
    fn each_bucket_keeps_its_low_and_its_high() {
        // Two buckets of four; the spikes are rows 2, 5 and 6.
        let values = [1.0, 1.0, 9.0, 1.0, 2.0, -4.0, 8.0, 2.0];
        assert_eq!(downsampled(&values, 4), [(0, 1.0), (2, 9.0), (5, -4.0), (6, 8.0), (7, 2.0)]);
    }

    #[test]
    fn a_long_series_is_bounded_and_keeps_every_extreme() {
        let values: Vec<f64> = (0..17_520_u32).map(|i| f64::from((i * 7_919) % 10_007)).collect();
        let points = downsampled(&values, 1_200);
        assert!(points.len() <= 1_202, "{}", points.len());
        assert!(points.windows(2).all(|pair| pair[0].0 < pair[1].0), "in order, each once");
        let of = |values: &mut dyn Iterator<Item = f64>| {
            values.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)))
        };
        assert_eq!(of(&mut points.iter().map(|p| p.1)), of(&mut values.iter().copied()));
        assert!(
            points.iter().all(|&(at, value)| values[usize::try_from(at).unwrap()] == value),
            "none is invented"
        );
    }

    #[test]
    fn more_rows_than_promised_do_no_harm() {
        let mut downsampler = Downsampler::new(2, 4);
        for at in 0..6 {
            downsampler.push(at, 1.0);
        }
        assert_eq!(downsampler.finish().last(), Some(&(5, 1.0)));
    }
}
