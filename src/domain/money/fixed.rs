//! The fixed-point amounts `Price`, `Qty` and `Cash`: representation, parsing and formatting.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use ethnum::U256;
use rust_decimal::Decimal;

/// Units per whole: amounts have eight decimal places.
pub const UNITS_PER_ONE: i128 = 100_000_000;

/// Largest magnitude of an amount: 10^20 (10^28 units).
const MAX_UNITS: i128 = 10_i128.pow(28);

/// Integers up to this magnitude (2^53) are exact in `f64`.
const EXACT_AS_F64: i64 = 1 << 53;

/// Why a number cannot be represented as an amount.
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
    /// Larger than the largest amount.
    #[error("`{text}` is too large")]
    TooLarge {
        /// What was given.
        text: String,
    },
}

/// How digits beyond the last decimal place are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Toward zero (only used on non-negative numbers).
    Down,
    /// Away from zero.
    Up,
    /// To the nearest; a half goes away from zero ("half up" for amounts of money).
    HalfUp,
}

/// `a * b / c` rounded, with a 256-bit product; `c` is positive. A result beyond 128 bits saturates (no
/// amount that a wallet can hold gives one).
pub(super) fn multiply_divide(a: i128, b: i128, c: i128, rounding: Rounding) -> i128 {
    match a.checked_mul(b) {
        Some(product) => divide(product, c, rounding),
        None => wide_quotient(U256::from(a.unsigned_abs()) * U256::from(b.unsigned_abs()), c, rounding)
            .saturating_mul(a.signum() * b.signum()),
    }
}

/// `numerator / denominator` rounded; `denominator` is positive. Saturates at the largest `i128`.
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
    // One unsigned division; the remainder follows from the quotient.
    let (n, d) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    let quotient = n / d;
    let rest = n - quotient * d;
    let away = match rounding {
        Rounding::Down => false,
        Rounding::Up => rest != 0,
        Rounding::HalfUp => rest != 0 && rest >= d - rest,
    };
    // Fits: the quotient of two `i128` with a denominator of at least 1 is an `i128`.
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
            /// The value zero.
            pub const ZERO: Self = Self(0);

            /// The largest amount: 10^20.
            pub const MAX: Self = Self(MAX_UNITS);

            /// From units of `1e-8`.
            pub const fn from_units(units: i128) -> Self {
                Self(units)
            }

            /// In units of `1e-8`.
            pub const fn units(self) -> i128 {
                self.0
            }

            /// Whether the amount is greater than zero.
            pub const fn is_positive(self) -> bool {
                self.0 > 0
            }

            /// Whether the amount is zero.
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// Whether the amount is less than zero.
            pub const fn is_negative(self) -> bool {
                self.0 < 0
            }

            /// The nearest `f64`. For statistics only: no amount is computed from it.
            #[expect(clippy::cast_precision_loss, reason = "statistics are f64")]
            pub fn to_f64(self) -> f64 {
                // Most amounts have a unit count that `f64` holds exactly, so that only the division rounds.
                if let Ok(units) = i64::try_from(self.0)
                    && units.abs() <= EXACT_AS_F64
                {
                    return units as f64 / UNITS_PER_ONE as f64;
                }
                let (whole, rest) = (self.0 / UNITS_PER_ONE, self.0 % UNITS_PER_ONE);
                whole as f64 + rest as f64 / UNITS_PER_ONE as f64
            }

            /// The exact decimal, with eight places.
            pub fn to_decimal(self) -> Decimal {
                Decimal::from_i128_with_scale(self.0, 8)
            }

            /// From a decimal, exactly.
            ///
            /// # Errors
            /// [`MoneyError::TooPrecise`] beyond eight decimal places, [`MoneyError::TooLarge`] beyond 10^20.
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

        /// A plain decimal with eight places; with a precision (`{:.2}`) rounded half away from zero.
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

        /// Text in files that people read, units in others.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                if s.is_human_readable() { s.collect_str(self) } else { self.0.serialize(s) }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                if !d.is_human_readable() {
                    return i128::deserialize(d).map(Self);
                }
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
    /// Quote currency per unit of the base asset, eight decimal places. Prices are compared, added and subtracted
    /// with prices only; [`Cash::notional`] turns them into money.
    Price
}

fixed_point! {
    /// An amount of the base asset, eight decimal places. Addition and subtraction are exact; rounding only goes down
    /// to a lot size.
    Qty
}

fixed_point! {
    /// An amount of the quote currency, eight decimal places; negative for a loss. Addition and subtraction are
    /// exact.
    Cash
}

impl Neg for Qty {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Neg for Cash {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}
