//! Signed rates of payments over time: funding.

use std::fmt;

use super::fixed::multiply_divide;
use super::{Bps, Cash, Qty, Rounding};

/// A signed rate, exact to `1e-12` of the whole (`1e-8` of a basis point). A positive funding rate is paid by longs
/// to shorts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(i64);

impl Rate {
    /// A rate of zero.
    pub const ZERO: Self = Self(0);
    /// Units of a whole: one is `1e-12` of it.
    const UNITS: f64 = 1e12;

    /// The rate nearest to a fraction: 0.0001 is one basis point. `None` where it is not finite, is 100 % or more of
    /// either sign, or differs from the nearest rate by more than `1e-6` of itself.
    #[expect(clippy::cast_possible_truncation, reason = "under 1e12 after the range test")]
    pub fn from_fraction(fraction: f64) -> Option<Self> {
        if !fraction.is_finite() || fraction.abs() >= 1.0 {
            return None;
        }
        let units = (fraction * Self::UNITS).round();
        let close = (units - fraction * Self::UNITS).abs() <= (fraction * Self::UNITS).abs() * 1e-6;
        close.then_some(Self(units as i64))
    }

    /// From basis points, which may be negative; `None` as for [`Self::from_fraction`].
    pub fn from_basis_points(bps: f64) -> Option<Self> {
        Self::from_fraction(bps / 1e4)
    }

    /// In units of `1e-12` of the whole.
    pub const fn units(self) -> i64 {
        self.0
    }

    /// As a fraction: one basis point is 0.0001.
    #[expect(clippy::cast_precision_loss, reason = "shown and used in statistics")]
    pub fn to_fraction(self) -> f64 {
        self.0 as f64 / Self::UNITS
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_fraction())
    }
}

impl serde::Serialize for Rate {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl Bps {
    /// A share that may be negative, as target weights of short positions are; otherwise as [`Self::from_f64`].
    pub fn signed(bps: f64) -> Self {
        let size = Self::from_f64(bps.abs());
        if bps < 0.0 { Self(-size.0) } else { size }
    }

    /// The share that a leverage stands for, half up: 5 % for one of 20.
    #[expect(clippy::cast_possible_truncation, reason = "a leverage is at least 0.01")]
    pub fn over(self, leverage: Self) -> Self {
        let share =
            multiply_divide(self.0.into(), Self::UNITS_PER_WHOLE, leverage.0.max(1).into(), Rounding::HalfUp);
        Self(share.min(i64::MAX.into()) as i64)
    }

    /// A leverage as a share of the whole, multiplied: 300 % for one of 3 and the whole.
    #[expect(clippy::cast_possible_truncation, reason = "held at the largest")]
    pub fn times(self, leverage: Self) -> Self {
        let product =
            multiply_divide(self.0.into(), leverage.0.into(), Self::UNITS_PER_WHOLE, Rounding::HalfUp);
        Self(product.min(i64::MAX.into()) as i64)
    }
}

impl Cash {
    /// `self * rate`, half up at eight decimal places (a half goes away from zero); signed.
    pub fn at_rate(self, rate: Rate) -> Self {
        Self(multiply_divide(self.0, rate.0.into(), Bps::UNITS_PER_WHOLE, Rounding::HalfUp))
    }

    /// `self / leverage`, up at eight decimal places, where 100 % is a leverage of 1: the margin of a notional. The
    /// notional is not negative, the leverage positive.
    pub fn over(self, leverage: Bps) -> Self {
        Self(multiply_divide(self.0, Bps::UNITS_PER_WHOLE, leverage.0.into(), Rounding::Up))
    }

    /// `self * rate * days / 365`, half up at eight decimal places: a yearly rate by ACT/365.
    pub fn accrued(self, rate: Bps, days: i64) -> Self {
        let year = Bps::UNITS_PER_WHOLE * 365;
        Self(multiply_divide(self.0, i128::from(rate.0) * i128::from(days), year, Rounding::HalfUp))
    }

    /// The amount without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }
}

impl Qty {
    /// The quantity without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cash(text: &str) -> Cash {
        text.parse().unwrap()
    }

    #[test]
    fn payments_are_signed_and_rounded_half_away_from_zero() {
        let rate = Rate::from_fraction(0.000_1).unwrap();
        assert_eq!(cash("25000").at_rate(rate), cash("2.5"));
        assert_eq!(cash("-25000").at_rate(rate), cash("-2.5"));
        assert_eq!(cash("0.00005").at_rate(rate), cash("0.00000001"), "half a unit goes up");
        assert_eq!(cash("25000").at_rate(Rate::from_fraction(-0.000_1).unwrap()), cash("-2.5"));
    }

    #[test]
    fn a_rate_that_is_none_is_refused() {
        for bad in [f64::NAN, f64::INFINITY, 1.0, -1.0, 1.4e-12] {
            assert_eq!(Rate::from_fraction(bad), None, "{bad}");
        }
        assert_eq!(Rate::from_basis_points(-1.5).unwrap().to_fraction(), -0.000_15);
    }

    #[test]
    fn margin_rounds_up_and_interest_is_by_actual_days() {
        assert_eq!(cash("100").over(Bps::from_f64(30_000.0)), cash("33.33333334"));
        // 36500 at 5 % for three days of 365.
        assert_eq!(cash("36500").accrued(Bps::from_percent(5.0), 3), cash("15"));
    }
}
