//! The space of combinations: maps points of the unit cube to values, and finds neighbours.
//!
//! Every search works in the unit cube, with one axis per parameter. A list of n values divides its axis into
//! n equal parts; a continuous range is mapped to it, linearly or logarithmically, and rounded to six
//! significant digits.

use std::cmp::Ordering;

use crate::scenario::{SweepSpec, SweptParameter, SweptValue, SweptValues, TrialSetup};

/// A point of the unit cube: one coordinate in `[0, 1)` per parameter.
pub type Point = Vec<f64>;

/// Maximum number of combinations of extreme values.
const MAX_EXTREMES: usize = 4_096;

/// Significant digits of a value of a continuous range.
const DIGITS: usize = 6;

/// All combinations of a sweep, including those that its conditions exclude.
#[derive(Debug, Clone, Copy)]
pub struct Space<'a> {
    parameters: &'a [SweptParameter],
}

impl<'a> Space<'a> {
    /// The space of a sweep.
    pub fn of(spec: &'a SweepSpec) -> Self {
        Self { parameters: &spec.parameters }
    }

    /// Number of parameters.
    pub fn dimensions(&self) -> usize {
        self.parameters.len()
    }

    /// Number of combinations; `None` with a continuous parameter.
    pub fn combinations(&self) -> Option<usize> {
        let sizes = self.parameters.iter().map(|parameter| listed(parameter).map(<[_]>::len));
        sizes.into_iter().try_fold(1_usize, |product, size| Some(product.saturating_mul(size?)))
    }

    /// The point of a combination by its number, with the last parameter varying fastest. Listed values only.
    pub fn point(&self, number: usize) -> Point {
        let mut rest = number;
        let mut point: Point = self
            .parameters
            .iter()
            .rev()
            .map(|parameter| {
                let size = listed(parameter).map_or(1, <[_]>::len);
                let index = rest % size;
                rest /= size;
                middle(index, size)
            })
            .collect();
        point.reverse();
        point
    }

    /// The combination at a point.
    pub fn values(&self, point: &[f64]) -> Vec<SweptValue> {
        self.parameters.iter().zip(point).map(|(parameter, &at)| value(parameter, at)).collect()
    }

    /// Number of categories of an axis of words or booleans; `None` for an axis of numbers.
    pub fn categories(&self, axis: usize) -> Option<usize> {
        let values = listed(&self.parameters[axis])?;
        values.iter().any(|value| !is_number(value)).then_some(values.len())
    }

    /// A combination's coordinates in steps: combinations that differ by one step are neighbours. `None` for
    /// a continuous axis. Words have no order, so different words are never neighbours.
    pub fn steps(&self, values: &[SweptValue]) -> Vec<Option<usize>> {
        self.parameters
            .iter()
            .zip(values)
            .map(|(parameter, value)| listed(parameter)?.iter().position(|one| one == value))
            .collect()
    }

    /// The point of a combination in the unit cube.
    pub fn point_of(&self, values: &[SweptValue]) -> Point {
        self.parameters
            .iter()
            .zip(values)
            .map(|(parameter, value)| match &parameter.values {
                SweptValues::Listed(all) => {
                    all.iter().position(|one| one == value).map_or(0.5, |index| middle(index, all.len()))
                }
                SweptValues::Continuous { from, to, log } => {
                    let value = value.number().unwrap_or(*from);
                    if *log {
                        libm::log(value / from) / libm::log(to / from)
                    } else {
                        (value - from) / (to - from)
                    }
                }
            })
            .collect()
    }
}

/// The configurations of the sweep's extreme combinations: for each numeric parameter the largest and the
/// smallest value, for others all values. Requirements (such as warm-up) are monotonic in every number, so
/// one of these has the requirements of any trial. Where there are too many such combinations: all words with
/// all numbers at their largest value, or all but one.
pub fn extremes(spec: &SweepSpec) -> Vec<TrialSetup> {
    let ends: Vec<Vec<SweptValue>> = spec.parameters.iter().map(ends).collect();
    let all = ends.iter().map(Vec::len).fold(1_usize, usize::saturating_mul);
    let combinations = if all <= MAX_EXTREMES {
        product(&ends)
    } else {
        let greatest = |kept: usize| -> Vec<Vec<SweptValue>> {
            let cut = ends.iter().enumerate().map(|(axis, ends)| {
                let one = axis != kept && ends.iter().all(is_number);
                if one { ends[..1].to_vec() } else { ends.clone() }
            });
            product(&cut.collect::<Vec<_>>())
        };
        (0..ends.len()).flat_map(greatest).collect()
    };
    spec.setups(&combinations).into_iter().filter_map(Result::ok).collect()
}

/// All combinations of these values.
fn product(values: &[Vec<SweptValue>]) -> Vec<Vec<SweptValue>> {
    values.iter().fold(vec![Vec::new()], |combinations, values| {
        let longer = |before: &Vec<SweptValue>| {
            let before = before.clone();
            values.iter().map(move |value| [before.as_slice(), std::slice::from_ref(value)].concat())
        };
        combinations.iter().flat_map(longer).collect()
    })
}

/// The largest and the smallest number, or all words.
fn ends(parameter: &SweptParameter) -> Vec<SweptValue> {
    match &parameter.values {
        SweptValues::Continuous { from, to, .. } => vec![SweptValue::Number(*to), SweptValue::Number(*from)],
        SweptValues::Listed(values) if values.iter().all(is_number) => {
            let by_size = |a: &&SweptValue, b: &&SweptValue| {
                a.number().partial_cmp(&b.number()).unwrap_or(Ordering::Equal)
            };
            let (least, most) = (values.iter().min_by(by_size), values.iter().max_by(by_size));
            most.into_iter().chain(least.filter(|least| Some(*least) != most)).cloned().collect()
        }
        SweptValues::Listed(values) => values.clone(),
    }
}

fn listed(parameter: &SweptParameter) -> Option<&[SweptValue]> {
    match &parameter.values {
        SweptValues::Listed(values) => Some(values),
        SweptValues::Continuous { .. } => None,
    }
}

/// Whether a value is ordered.
const fn is_number(value: &SweptValue) -> bool {
    matches!(value, SweptValue::Integer(_) | SweptValue::Number(_))
}

#[expect(clippy::cast_precision_loss, reason = "lists are far below 2^53")]
fn middle(index: usize, size: usize) -> f64 {
    (index as f64 + 0.5) / size as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an index of a list"
)]
fn value(parameter: &SweptParameter, at: f64) -> SweptValue {
    let at = at.clamp(0.0, 1.0);
    match &parameter.values {
        SweptValues::Listed(values) => {
            let index = (at * values.len() as f64).floor() as usize;
            values[index.min(values.len() - 1)].clone()
        }
        SweptValues::Continuous { from, to, log } => {
            let exact =
                if *log { from * libm::exp(at * libm::log(to / from)) } else { from + (to - from) * at };
            SweptValue::Number(rounded(exact).clamp(*from, *to))
        }
    }
}

/// Rounded to the significant digits that are kept.
fn rounded(exact: f64) -> f64 {
    format!("{exact:.*e}", DIGITS - 1).parse().unwrap_or(exact)
}
