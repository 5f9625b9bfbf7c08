//! Rates in basis points: fees, slippage, shares and limits.

use std::fmt;

use super::UNITS_PER_ONE;

/// A rate in basis points (a hundredth of a percent), exact to `1e-8` of one. One percent is 100.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bps(pub(super) i64);

impl Bps {
    /// A rate of zero.
    pub const ZERO: Self = Self(0);
    /// 100 %.
    pub const WHOLE: Self = Self(1_000_000_000_000);
    /// Units in 100 %.
    pub(super) const UNITS_PER_WHOLE: i128 = 10_000 * UNITS_PER_ONE;
    /// Largest rate, in basis points: 100,000 %.
    const MAX: f64 = 1e7;

    /// From basis points, rounded to the nearest `1e-8` and clamped to `0 ..= 1e7`; NaN becomes 0.
    #[expect(clippy::cast_possible_truncation, reason = "clamped to the range first")]
    pub fn from_f64(bps: f64) -> Self {
        Self((bps.clamp(0.0, Self::MAX) * 1e8).round() as i64)
    }

    /// From a percentage: 1 % is 100 basis points.
    pub fn from_percent(percent: f64) -> Self {
        Self::from_f64(percent * 100.0)
    }

    /// In units of `1e-8` basis points: 100 % is 10^12.
    pub const fn units(self) -> i64 {
        self.0
    }

    /// In basis points.
    #[expect(clippy::cast_precision_loss, reason = "shown and used in statistics")]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1e8
    }

    /// As a fraction: 10 basis points are 0.001.
    pub fn to_fraction(self) -> f64 {
        self.to_f64() / 1e4
    }
}

impl fmt::Display for Bps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_f64())
    }
}

impl serde::Serialize for Bps {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
