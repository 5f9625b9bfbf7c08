//! Axes of figures: from what is drawn to a range with marks.

use super::ticks::{self, Tick};

/// A range of an axis with its marks.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<Tick>,
    pub name: String,
    /// Whether lines run from the marks across the plot.
    pub grid: bool,
}

/// Lowest and highest; 0 and 1 of nothing.
pub(super) fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = values.fold(start, |(low, high), value| (low.min(value), high.max(value)));
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

/// From one number to another, with about so many marks.
pub(super) fn span((low, high): (f64, f64), marks: f64, name: impl Into<String>) -> Axis {
    Axis { low, high, ticks: ticks::numbers(low, high, marks), name: name.into(), grid: true }
}

/// Around these values, with a little room.
pub(super) fn around(values: impl Iterator<Item = f64>, marks: f64, name: impl Into<String>) -> Axis {
    let (low, high) = ends(values);
    let room = if high > low { (high - low) * 0.03 } else { high.abs().max(1.0) * 0.05 };
    span((low - room, high + room), marks, name)
}

/// The same with zero, which is the axis's end where all values lie on one side of it.
pub(super) fn with_zero(values: impl Iterator<Item = f64>, marks: f64, name: impl Into<String>) -> Axis {
    let (low, high) = ends(values.chain([0.0]));
    let room = if high > low { (high - low) * 0.06 } else { 1.0 };
    span((if low < 0.0 { low - room } else { 0.0 }, if high > 0.0 { high + room } else { 0.0 }), marks, name)
}

/// Times, in seconds since 1970.
pub(super) fn times(values: impl Iterator<Item = f64>) -> Axis {
    let (low, high) = ends(values);
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
    let ticks = ticks::times(low as i64, high as i64);
    Axis { low, high, ticks, name: String::new(), grid: false }
}

/// Rows from top to bottom, one a name.
pub(super) fn rows(names: impl Iterator<Item = String>) -> Axis {
    let ticks: Vec<_> = names.enumerate().map(|(index, name)| (row(index), name)).collect();
    Axis { low: row(ticks.len()) + 0.5, high: 0.5, ticks, name: String::new(), grid: false }
}

/// Where a row lies.
pub(super) const fn row(index: usize) -> f64 {
    -count(index)
}

/// Columns from left to right, one a name.
pub(super) fn columns(names: impl Iterator<Item = String>) -> Axis {
    let ticks: Vec<_> = names.enumerate().map(|(index, name)| (count(index), name)).collect();
    Axis { low: -0.5, high: count(ticks.len()) - 0.5, ticks, name: String::new(), grid: false }
}

/// A small number of letters, rows, days or windows.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
pub(super) const fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_lie_in_the_middle_of_their_axis() {
        let axis = around([5.0, 5.0].into_iter(), 4.0, "");
        assert_eq!((axis.low, axis.high), (4.75, 5.25));
        assert_eq!(ends(std::iter::empty()), (0.0, 1.0));
    }

    #[test]
    fn an_axis_with_zero_ends_there() {
        let axis = |values: [f64; 2]| {
            let axis = with_zero(values.into_iter(), 4.0, "");
            (axis.low, axis.high)
        };
        assert_eq!(axis([5.0, 100.0]), (0.0, 106.0));
        assert_eq!(axis([-100.0, -5.0]), (-106.0, 0.0));
        assert_eq!(axis([0.0, 0.0]), (0.0, 0.0));
    }

    #[test]
    fn rows_go_down_and_columns_right() {
        let names = || ["a", "b"].map(str::to_owned).into_iter();
        let (rows, columns) = (rows(names()), columns(names()));
        assert_eq!((rows.low, rows.ticks[1].0, rows.high), (-1.5, -1.0, 0.5));
        assert_eq!((columns.low, columns.ticks[1].0, columns.high), (-0.5, 1.0, 1.5));
    }
}
