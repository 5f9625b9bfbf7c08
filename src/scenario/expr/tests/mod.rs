//! Tests of the expression language: accepted and refused texts, and the round trip through printing.

mod accepted;
mod reference;
mod refused;
mod refused_places;
mod round_trip;

use super::{ExprError, parse};
use crate::domain::{BarField, IndicatorSpec, Interval};
use crate::scenario::{BinaryOp, Expr, Series};

/// The scenario's interval in these tests.
pub(super) fn base() -> Interval {
    interval("1h")
}

pub(super) fn interval(text: &str) -> Interval {
    text.parse().unwrap()
}

/// Parsed with the scenario's interval as the default timeframe.
pub(super) fn read(text: &str) -> Result<Expr, Vec<ExprError>> {
    parse(text, base(), base())
}

pub(super) fn number(value: f64) -> Expr {
    Expr::Number(value)
}

pub(super) fn series_at(indicator: IndicatorSpec, timeframe: &str) -> Expr {
    Expr::Series(Series::own(indicator, interval(timeframe)))
}

pub(super) fn series(indicator: IndicatorSpec) -> Expr {
    series_at(indicator, "1h")
}

pub(super) fn close() -> Expr {
    series(IndicatorSpec::Field(BarField::Close))
}

pub(super) fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr::Binary { op, left: Box::new(left), right: Box::new(right) }
}
