//! What an operator or a function gives for its operands.
//!
//! A value is a finite number, or NaN for "no value". Conditions are 1, 0 or NaN by three-valued logic: `and` is false
//! once one side is false, `or` true once one side is true, whatever the other; else no value stays no value.

use crate::domain::{BinaryOp, Function};

/// An operation on two values.
#[inline]
pub fn binary_of(op: BinaryOp, l: f64, r: f64) -> f64 {
    match op {
        BinaryOp::And => both(l, r),
        BinaryOp::Or => 1.0 - both(1.0 - l, 1.0 - r),
        BinaryOp::Add => finite(l + r),
        BinaryOp::Subtract => finite(l - r),
        BinaryOp::Multiply => finite(l * r),
        BinaryOp::Divide => finite(l / r),
        BinaryOp::Remainder => finite(l % r),
        BinaryOp::Less => truth(l, r, l < r),
        BinaryOp::LessOrEqual => truth(l, r, l <= r),
        BinaryOp::Greater => truth(l, r, l > r),
        BinaryOp::GreaterOrEqual => truth(l, r, l >= r),
        BinaryOp::Equal => truth(l, r, l == r),
        BinaryOp::NotEqual => truth(l, r, l != r),
    }
}

/// A function of its arguments.
#[inline]
pub fn call_of(function: Function, mut values: impl Iterator<Item = f64>) -> f64 {
    let first = values.next().unwrap_or(f64::NAN);
    match function {
        Function::Abs => first.abs(),
        Function::Min => values.fold(first, |least, value| pick(least, value, value < least)),
        Function::Max => values.fold(first, |most, value| pick(most, value, value > most)),
    }
}

/// `and` of two truths.
fn both(l: f64, r: f64) -> f64 {
    // 0 is false on either side; else NaN spreads through the product.
    if l == 0.0 || r == 0.0 { 0.0 } else { l * r }
}

fn truth(l: f64, r: f64, holds: bool) -> f64 {
    if l.is_nan() || r.is_nan() { f64::NAN } else { f64::from(u8::from(holds)) }
}

/// The value where it is finite, else no value.
pub(super) fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::NAN }
}

/// `value` where it is better, else `best`; no value where either has none.
fn pick(best: f64, value: f64, better: bool) -> f64 {
    if value.is_nan() || better { value } else { best }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remainder_has_the_sign_of_its_left_side() {
        let remainder = |l, r| binary_of(BinaryOp::Remainder, l, r);
        assert_eq!([remainder(47.0, 15.0), remainder(-7.0, 3.0), remainder(7.0, -3.0)], [2.0, -1.0, 1.0]);
        assert_eq!(remainder(5.5, 2.0), 1.5);
        assert!(remainder(5.0, 0.0).is_nan());
    }
}
