//! Exact money: prices, quantities and cash as integers of one hundred-millionth.
//!
//! Every amount is a whole number of units of `1e-8`, held in an `i128`. Addition and subtraction are
//! exact. Only four operations round, each by the rule its name or doc states: [`Cash::notional`],
//! [`Cash::fee`], [`Price::slipped`] (half up) and [`Qty::affordable`] (down to the step).
//! [`rust_decimal::Decimal`] is the form at the edges (files, messages), and the oracle in the tests.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use rust_decimal::Decimal;

/// How many units make one: amounts have eight decimal places.
pub const UNITS_PER_ONE: i128 = 100_000_000;

/// Largest magnitude a price, quantity or amount may have: 10^20 (10^28 units), so that the product of a
/// price and a quantity of real markets always fits 128 bits.
const MAX_UNITS: i128 = 10_i128.pow(28);

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

/// `numerator / denominator` rounded; `denominator` is positive.
fn divide(numerator: i128, denominator: i128, rounding: Rounding) -> i128 {
    // 64-bit division is several times faster than 128-bit, and nearly every amount fits.
    if let (Ok(n), Ok(d)) = (i64::try_from(numerator), i64::try_from(denominator)) {
        return i128::from(round_quotient(n / d, n % d, d, rounding));
    }
    let (q, r) = (numerator / denominator, numerator % denominator);
    let away = match rounding {
        Rounding::Down => false,
        Rounding::Up => r != 0,
        Rounding::HalfUp => r.abs() >= denominator - r.abs(),
    };
    if away && r != 0 { q + numerator.signum() } else { q }
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
        pub struct $name(i128);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

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
                self.0 as f64 / UNITS_PER_ONE as f64
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

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }

        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }

        impl SubAssign for $name {
            fn sub_assign(&mut self, other: Self) {
                self.0 -= other.0;
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

impl Price {
    /// The price nearest to a market data value, half up at eight places. Data holds the `f64` nearest to
    /// the decimal that the vendor printed; up to 40 million this recovers that decimal exactly by one
    /// multiplication, above it by way of the shortest decimal that reads back as the same `f64`.
    ///
    /// The value must be finite and not negative, which `market` guarantees for its bars.
    #[expect(clippy::cast_possible_truncation, reason = "below 2^53 after the range test")]
    pub fn from_f64(value: f64) -> Self {
        if value.abs() < 4e7 {
            return Self((value * 1e8).round() as i128);
        }
        let exact = Decimal::from_str(&format!("{value}"))
            .unwrap_or(Decimal::ZERO)
            .round_dp_with_strategy(8, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        Self::from_decimal(exact).unwrap_or(Self::ZERO)
    }

    /// This price moved by a fraction of itself against the trader: up for a buy, down for a sell;
    /// half up at eight places. `fraction` is not negative.
    pub fn slipped(self, fraction: Bps, up: bool) -> Self {
        let by = divide(self.0 * i128::from(fraction.0), Bps::UNITS_PER_WHOLE, Rounding::HalfUp);
        if up { Self(self.0 + by) } else { Self((self.0 - by).max(0)) }
    }

    /// This price on the grid of `tick`.
    pub fn on_tick(self, tick: Price, rounding: Rounding) -> Self {
        if tick.0 <= 1 { self } else { Self(divide(self.0, tick.0, rounding) * tick.0) }
    }
}

impl Qty {
    /// Down to the grid of `step`.
    pub fn floor_to(self, step: Qty) -> Self {
        if step.0 <= 1 { self } else { Self(self.0 / step.0 * step.0) }
    }

    /// Whether this lies on the grid of `step`.
    pub fn is_on(self, step: Qty) -> bool {
        step.0 <= 1 || self.0 % step.0 == 0
    }

    /// The largest quantity on the step whose notional and fee together cost at most `amount`:
    /// `amount / (price * (1 + fee))` down to the step, and one step less where rounding the notional and
    /// the fee to eight places would cost more than `amount`.
    pub fn affordable(amount: Cash, price: Price, fee: Bps, step: Qty) -> Self {
        if !amount.is_positive() || !price.is_positive() {
            return Self::ZERO;
        }
        let whole = Bps::UNITS_PER_WHOLE;
        // amount / price first: amount * 1e8 / price is the quantity without a fee, at one unit more
        // than exact precision; the fee then divides it. Both floors are corrected by the loop below.
        let gross = wide_ratio(amount.0, UNITS_PER_ONE * whole, price.0, whole + i128::from(fee.0));
        let mut qty = Self(gross).floor_to(step);
        let step = Self(step.0.max(1));
        while qty.is_positive() && Cash::notional(price, qty).with_fee(fee) > amount {
            qty -= step;
        }
        qty
    }

    /// This share of the quantity, down to eight places.
    pub fn share(self, share: Bps) -> Self {
        Self(divide(self.0 * i128::from(share.0), Bps::UNITS_PER_WHOLE, Rounding::Down))
    }
}

/// `a * b / (c * d)` rounded down, for `a, b, c, d > 0`, without overflow for any real amounts: where the
/// products do not fit 128 bits the division is carried out in two exact steps.
fn wide_ratio(a: i128, b: i128, c: i128, d: i128) -> i128 {
    match (a.checked_mul(b), c.checked_mul(d)) {
        (Some(n), Some(m)) => n / m,
        _ => {
            // floor(floor(a*x/c) * y / d) can be one unit below the exact floor; the caller's contract
            // (at most `amount`) holds, and the loss is 1e-8 of the base on amounts above 10^10.
            let x = UNITS_PER_ONE;
            let y = b / x;
            let first = a.saturating_mul(x) / c;
            first.saturating_mul(y) / d
        }
    }
}

impl Cash {
    /// What `qty` costs at `price`, half up at eight places.
    pub fn notional(price: Price, qty: Qty) -> Self {
        Self(divide(price.0 * qty.0, UNITS_PER_ONE, Rounding::HalfUp))
    }

    /// The fee on this notional, half up at eight places.
    pub fn fee(self, rate: Bps) -> Self {
        Self(divide(self.0 * i128::from(rate.0), Bps::UNITS_PER_WHOLE, Rounding::HalfUp))
    }

    /// This notional and its fee.
    pub fn with_fee(self, rate: Bps) -> Self {
        self + self.fee(rate)
    }

    /// This share of the amount, down to eight places.
    pub fn share(self, share: Bps) -> Self {
        Self(divide(self.0 * i128::from(share.0), Bps::UNITS_PER_WHOLE, Rounding::Down))
    }

    /// `self * part / whole`, half up at eight places: the part of a cost that goes with a part of a
    /// position. `whole` is positive.
    pub fn pro_rata(self, part: Qty, whole: Qty) -> Self {
        if part == whole {
            return self;
        }
        Self(divide(self.0 * part.0, whole.0, Rounding::HalfUp))
    }

    /// The price per unit that this amount is for `qty`, half up at eight places; `None` for no quantity.
    pub fn per_unit(self, qty: Qty) -> Option<Price> {
        qty.is_positive().then(|| Price(divide(self.0 * UNITS_PER_ONE, qty.0, Rounding::HalfUp)))
    }
}

impl Neg for Cash {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

/// A rate in basis points (a hundredth of a percent), exact to `1e-8` of one. One percent is 100.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bps(i64);

impl Bps {
    /// No rate.
    pub const ZERO: Self = Self(0);
    /// The whole: 100 %.
    pub const WHOLE: Self = Self(1_000_000_000_000);
    /// Units in the whole (100 %).
    const UNITS_PER_WHOLE: i128 = 10_000 * UNITS_PER_ONE;
    /// Largest rate: a thousand times the whole.
    const MAX: f64 = 1e7;

    /// From basis points, to the nearest `1e-8`; clamped to `0 ..= 1e7`. A value that is no number is 0.
    #[expect(clippy::cast_possible_truncation, reason = "clamped to the range first")]
    pub fn from_f64(bps: f64) -> Self {
        Self((bps.clamp(0.0, Self::MAX) * 1e8).round() as i64)
    }

    /// From a percentage: 1 % is 100 basis points.
    pub fn from_percent(percent: f64) -> Self {
        Self::from_f64(percent * 100.0)
    }

    /// In basis points.
    #[expect(clippy::cast_precision_loss, reason = "shown and used in statistics")]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1e8
    }

    /// As a fraction of one: 10 basis points are 0.001.
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
