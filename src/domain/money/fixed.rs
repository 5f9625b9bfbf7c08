//! The three amounts, `Price`, `Qty` and `Cash`: what they are made of, read from and written as.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use ethnum::U256;
use rust_decimal::Decimal;

/// How many units make one: amounts have eight decimal places.
pub const UNITS_PER_ONE: i128 = 100_000_000;

/// Largest magnitude a price, quantity or amount may have: 10^20 (10^28 units).
const MAX_UNITS: i128 = 10_i128.pow(28);

/// Up to here whole numbers are exact as `f64`.
const EXACT_AS_F64: i64 = 1 << 53;

/// Why a number is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is not a decimal number.
    #[error("`{text}` is not a decimal number")]
    NotANumber {
        /// What was given.
        text: String,
    },
    /// More than eight decimal places.
    #[error("`{text}` has more than 8 decimal places")]
    TooPrecise {
        /// What was given.
        text: String,
    },
    /// Beyond the largest amount that can be held.
    #[error("`{text}` is too large")]
    TooLarge {
        /// What was given.
        text: String,
    },
}

/// What happens to the part of a number below its last place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Toward zero for the non-negative numbers this is used on.
    Down,
    /// Away from zero.
    Up,
    /// To the nearest; a half goes away from zero ("half up" for amounts of money).
    HalfUp,
}

/// `a * b / c` rounded; `c` is positive. The product has all the bits it needs; a result beyond 128 bits, which no
/// amounts that a wallet can hold give, is the largest of its sign.
pub(super) fn multiply_divide(a: i128, b: i128, c: i128, rounding: Rounding) -> i128 {
    match a.checked_mul(b) {
        Some(product) => divide(product, c, rounding),
        None => wide_quotient(U256::from(a.unsigned_abs()) * U256::from(b.unsigned_abs()), c, rounding)
            .saturating_mul(a.signum() * b.signum()),
    }
}

/// `numerator / denominator` rounded; `denominator` is positive. Held at the largest amount beyond 128 bits.
#[cold]
pub(super) fn wide_quotient(numerator: U256, denominator: i128, rounding: Rounding) -> i128 {
    let denominator = U256::from(denominator.unsigned_abs());
    let (quotient, rest) = (numerator / denominator, numerator % denominator);
    let away = match rounding {
        Rounding::Down => false,
        Rounding::Up => rest != U256::ZERO,
        Rounding::HalfUp => rest != U256::ZERO && rest >= denominator - rest,
    };
    i128::try_from(quotient + U256::from(u8::from(away))).unwrap_or(i128::MAX)
}

/// `numerator / denominator` rounded; `denominator` is positive.
pub(super) fn divide(numerator: i128, denominator: i128, rounding: Rounding) -> i128 {
    // 64-bit division is several times faster than 128-bit, and nearly every amount fits.
    if let (Ok(n), Ok(d)) = (i64::try_from(numerator), i64::try_from(denominator)) {
        return i128::from(round_quotient(n / d, n % d, d, rounding));
    }
    // One division, without a sign; the remainder follows from it.
    let (n, d) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    let quotient = n / d;
    let rest = n - quotient * d;
    let away = match rounding {
        Rounding::Down => false,
        Rounding::Up => rest != 0,
        Rounding::HalfUp => rest != 0 && rest >= d - rest,
    };
    // The quotient of two i128 of which the denominator is at least 1 fits an i128.
    (quotient + u128::from(away)) as i128 * numerator.signum()
}

fn round_quotient(q: i64, r: i64, d: i64, rounding: Rounding) -> i64 {
    let away = match rounding {
        Rounding::Down => false,
        Rounding::Up => r != 0,
        Rounding::HalfUp => r != 0 && r.abs() >= d - r.abs(),
    };
    if away { q + r.signum() } else { q }
}

macro_rules! fixed_point {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(super) i128);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// The largest that can be written: 10^20.
            pub const LARGEST: Self = Self(MAX_UNITS);

            /// From a count of units of `1e-8`.
            pub const fn from_units(units: i128) -> Self {
                Self(units)
            }

            /// As a count of units of `1e-8`.
            pub const fn units(self) -> i128 {
                self.0
            }

            /// Whether this is more than nothing.
            pub const fn is_positive(self) -> bool {
                self.0 > 0
            }

            /// Whether this is nothing.
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// Whether this is less than nothing.
            pub const fn is_negative(self) -> bool {
                self.0 < 0
            }

            /// The nearest `f64`, for statistics only: money never comes back from it.
            #[expect(clippy::cast_precision_loss, reason = "statistics are f64")]
            pub fn to_f64(self) -> f64 {
                // Most amounts are whole numbers of units that a float holds: one rounding, the division's.
                if let Ok(units) = i64::try_from(self.0)
                    && units.abs() <= EXACT_AS_F64
                {
                    return units as f64 / UNITS_PER_ONE as f64;
                }
                let (whole, rest) = (self.0 / UNITS_PER_ONE, self.0 % UNITS_PER_ONE);
                whole as f64 + rest as f64 / UNITS_PER_ONE as f64
            }

            /// Exactly, as a decimal with eight places.
            pub fn to_decimal(self) -> Decimal {
                Decimal::from_i128_with_scale(self.0, 8)
            }

            /// From a decimal, exactly.
            ///
            /// # Errors
            /// [`MoneyError::TooPrecise`] beyond eight places, [`MoneyError::TooLarge`] beyond 10^20.
            pub fn from_decimal(value: Decimal) -> Result<Self, MoneyError> {
                let text = || value.to_string();
                let normal = value.normalize();
                if normal.scale() > 8 {
                    return Err(MoneyError::TooPrecise { text: text() });
                }
                let units = normal.mantissa() * 10_i128.pow(8 - normal.scale());
                if units.abs() > MAX_UNITS {
                    return Err(MoneyError::TooLarge { text: text() });
                }
                Ok(Self(units))
            }
        }

        impl FromStr for $name {
            type Err = MoneyError;

            fn from_str(text: &str) -> Result<Self, MoneyError> {
                let value = Decimal::from_str(text)
                    .or_else(|_| Decimal::from_scientific(text))
                    .map_err(|_| MoneyError::NotANumber { text: text.to_owned() })?;
                Self::from_decimal(value)
            }
        }

        /// Plain decimal with eight places; a precision (`{:.2}`) rounds half away from zero for display.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let places = f.precision().unwrap_or(8).min(8);
                let shown = divide(self.0, 10_i128.pow(8 - places as u32), Rounding::HalfUp);
                let (whole, part) = {
                    let base = 10_i128.pow(places as u32);
                    (shown.abs() / base, shown.abs() % base)
                };
                let sign = if shown < 0 { "-" } else { "" };
                let text = if places == 0 {
                    whole.to_string()
                } else {
                    format!("{whole}.{part:0places$}")
                };
                f.pad_integral(true, "", &format!("{sign}{text}"))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }
        }

        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                self.0 = self.0.saturating_add(other.0);
            }
        }

        impl SubAssign for $name {
            fn sub_assign(&mut self, other: Self) {
                self.0 = self.0.saturating_sub(other.0);
            }
        }

        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
                iter.fold(Self::ZERO, Add::add)
            }
        }
    };
}

fixed_point! {
    /// Quote currency per one base unit, eight places. Compared, never added to anything but itself;
    /// becomes money only through [`Cash::notional`].
    Price
}

fixed_point! {
    /// An amount of a base asset, eight places. Adds and subtracts exactly; rounds only down to a step.
    Qty
}

fixed_point! {
    /// An amount of the quote currency, eight places; negative for a loss. Adds and subtracts exactly.
    Cash
}

impl Neg for Cash {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}
