//! A series of points in the short form in which a page carries it.

use serde::Serialize;

use crate::store::Point;

/// Times as seconds since the point before (the first: since 1970), and values.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(in crate::report) struct Series {
    t: Vec<i64>,
    v: Vec<f64>,
}

impl Series {
    /// Values to six significant digits: more than a screen has pixels.
    pub fn new(points: Vec<Point>) -> Self {
        Self::of(points, significant)
    }

    /// Values to whole parts of `scale`: 100 for two decimal places.
    pub fn rounded(points: Vec<Point>, scale: f64) -> Self {
        // Adding nothing turns -0 into 0.
        Self::of(points, |value| (value * scale).round() / scale + 0.0)
    }

    /// Whether it has no point.
    pub const fn is_empty(&self) -> bool {
        self.t.is_empty()
    }

    /// The points again: seconds since 1970, values.
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
    pub fn seconds(&self) -> Vec<(f64, f64)> {
        let mut at = 0;
        let point = |(step, value): (&i64, &f64)| {
            at += step;
            (at as f64, *value)
        };
        self.t.iter().zip(&self.v).map(point).collect()
    }

    fn of(points: Vec<Point>, round: impl Fn(f64) -> f64) -> Self {
        let mut before = 0;
        let mut series = Self::default();
        for (at, value) in points {
            let seconds = at.div_euclid(1_000_000);
            series.t.push(seconds - before);
            series.v.push(round(value));
            before = seconds;
        }
        series
    }
}

/// Six significant digits.
pub(super) fn significant(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_differences_and_values_short() {
        let points = vec![(1_700_000_000_000_000, 12_345.678_9), (1_700_003_600_000_000, -0.000_01)];
        let series = Series::new(points.clone());
        assert_eq!(
            serde_json::to_string(&series).unwrap(),
            r#"{"t":[1700000000,3600],"v":[12345.7,-0.00001]}"#
        );
        assert_eq!(Series::rounded(points, 100.0).v, [12_345.68, 0.0]);
    }
}
