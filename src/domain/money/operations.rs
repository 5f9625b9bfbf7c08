//! Arithmetic on amounts: the only place where money is multiplied, divided and rounded.

use std::str::FromStr;

use ethnum::U256;
use rust_decimal::Decimal;

use super::fixed::{divide, multiply_divide};
use super::{Bps, Cash, Price, Qty, Rounding, UNITS_PER_ONE};

/// Below this value (2^25) one multiplication converts a market data value to units exactly.
const ONE_MULTIPLICATION: f64 = 33_554_432.0;
/// From this value on (2^52) every `f64` is an integer.
const WHOLE_NUMBERS: f64 = 4_503_599_627_370_496.0;

impl Price {
    /// The price nearest to a market data value, half up at eight decimal places. Data holds the `f64` nearest to the
    /// decimal that the vendor printed. Below 2^25 one multiplication recovers that decimal exactly (the
    /// error is under half a unit); above, the shortest decimal that parses to the same `f64` is used.
    ///
    /// The value must be finite and not negative, which `market` guarantees for its bars.
    #[expect(clippy::cast_possible_truncation, reason = "below 2^53 after the range test")]
    pub fn from_f64(value: f64) -> Self {
        if value.abs() < ONE_MULTIPLICATION {
            // `round` inlined: the fractional part is exact below 2^53.
            let units = value * 1e8;
            let whole = units as i64;
            let rest = units - whole as f64;
            return Self(i128::from(whole + i64::from(rest >= 0.5) - i64::from(rest <= -0.5)));
        }
        let exact = Decimal::from_str(&format!("{value}"))
            .unwrap_or(Decimal::ZERO)
            .round_dp_with_strategy(8, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        Self::from_decimal(exact).unwrap_or(Self::ZERO)
    }

    /// The `f64` nearest to [`Self::from_f64`] of a value. Columns of market data hold prices in this form,
    /// so that the float and the exact price agree: `Self::from_f64` of the result is the same price.
    ///
    /// From 2^26 on floats are further apart than eight decimal places, and the value is returned unchanged.
    pub fn round_f64(value: f64) -> f64 {
        if value < ONE_MULTIPLICATION {
            // `round_ties_even` inlined, then ties are corrected to half up.
            let units = value * 1e8;
            let near = (units + WHOLE_NUMBERS) - WHOLE_NUMBERS;
            let up = if units - near >= 0.5 { 1.0 } else { 0.0 };
            return (near + up) / 1e8;
        }
        if value < 2.0 * ONE_MULTIPLICATION { Self::from_f64(value).to_f64() } else { value }
    }

    /// This price moved by a fraction of itself against the trader: up for a buy, down for a sell; half up at
    /// eight decimal places. `fraction` is not negative.
    pub fn slipped(self, fraction: Bps, up: bool) -> Self {
        self.moved(fraction, up, Rounding::HalfUp)
    }

    /// This price moved by a fraction of itself, rounded away from it at eight decimal places, so that the distance
    /// is at least `fraction`. `fraction` is not negative.
    pub fn away(self, fraction: Bps, up: bool) -> Self {
        self.moved(fraction, up, if up { Rounding::Up } else { Rounding::Down })
    }

    fn moved(self, fraction: Bps, up: bool, rounding: Rounding) -> Self {
        let whole = Bps::UNITS_PER_WHOLE;
        let factor =
            if up { whole + i128::from(fraction.0) } else { (whole - i128::from(fraction.0)).max(0) };
        Self(multiply_divide(self.0, factor, whole, rounding))
    }

    /// `self * (1 - share * times)`, at least zero, rounded once to a multiple of `tick`.
    pub fn lowered(self, share: Bps, times: u32, tick: Price, rounding: Rounding) -> Self {
        let whole = Bps::UNITS_PER_WHOLE;
        let factor = (whole - i128::from(share.0) * i128::from(times)).max(0);
        let tick = tick.0.max(1);
        Self(divide(self.0 * factor, whole * tick, rounding) * tick)
    }

    /// This price rounded to a multiple of `tick`.
    pub fn on_tick(self, tick: Price, rounding: Rounding) -> Self {
        if tick.0 <= 1 { self } else { Self(divide(self.0, tick.0, rounding) * tick.0) }
    }
}

impl Qty {
    /// Largest position: 10^18.
    pub const MAX_POSITION: Self = Self(10_i128.pow(18) * UNITS_PER_ONE);

    /// The quantity that a strategy has computed as a float, down to eight decimal places. Nothing where it is no
    /// number;
    /// held at [`Self::MAX`], which no order can be filled for.
    pub fn from_f64(quantity: f64) -> Self {
        Self(units_below(quantity)).clamp(Self(-Self::MAX.0), Self::MAX)
    }

    /// Rounded down to a multiple of `step`.
    pub fn floor_to(self, step: Qty) -> Self {
        if step.0 <= 1 { self } else { Self(self.0 / step.0 * step.0) }
    }

    /// The largest multiple of `step` from zero to this one for which `fits` holds; zero where none does. Whatever is
    /// smaller than one that fits must fit too.
    pub fn largest_that(self, step: Qty, fits: impl Fn(Self) -> bool) -> Self {
        let step = step.0.max(1);
        let (mut fit, mut too_many) = (0, self.0.max(0) / step + 1);
        while too_many - fit > 1 {
            let middle = fit + (too_many - fit) / 2;
            *(if fits(Self(middle * step)) { &mut fit } else { &mut too_many }) = middle;
        }
        Self(fit * step)
    }

    /// Whether this is a multiple of `step`.
    pub fn is_on(self, step: Qty) -> bool {
        step.0 <= 1 || self.0 % step.0 == 0
    }

    /// The largest multiple of `step` whose notional and fee together cost at most `amount`: `amount / (price
    /// * (1 + fee))` rounded down to the step, or fewer steps where rounding the notional and the fee to
    /// eight decimal places would exceed `amount`.
    pub fn affordable(amount: Cash, price: Price, fee: Bps, step: Qty) -> Self {
        if !amount.is_positive() || !price.is_positive() {
            return Self::ZERO;
        }
        let whole = Bps::UNITS_PER_WHOLE;
        let most = ratio(amount.0, UNITS_PER_ONE * whole, price.0, whole + i128::from(fee.0));
        let (qty, step) = (Self(most).floor_to(step), Self(step.0.max(1)));
        let pays = |qty| Cash::notional(price, qty).with_fee(fee) <= amount;
        if pays(qty) {
            return qty;
        }
        // Rounding adds less than two units of money, so this many steps less always fit. The cost grows with
        // the quantity: bisect for the fewest steps to remove.
        let (mut too_few, mut fits) = (0, (2 * UNITS_PER_ONE / price.0 + 1) / step.0 + 1);
        while fits - too_few > 1 {
            let middle = too_few + (fits - too_few) / 2;
            *(if pays(Self(qty.0 - middle * step.0)) { &mut fits } else { &mut too_few }) = middle;
        }
        Self((qty.0 - fits * step.0).max(0))
    }

    /// `self * share`, rounded down to eight decimal places.
    pub fn share(self, share: Bps) -> Self {
        Self(multiply_divide(self.0, share.0.into(), Bps::UNITS_PER_WHOLE, Rounding::Down))
    }

    /// `self * money / cost`, rounded down to eight decimal places: what `money` leaves of a quantity that is part
    /// of what
    /// costs `cost`. `cost` is positive, `money` not negative.
    pub fn rationed(self, money: Cash, cost: Cash) -> Self {
        Self(multiply_divide(self.0, money.0, cost.0, Rounding::Down))
    }
}

/// Units of `1e-8` in a value, toward zero; 0 for no number.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
fn units_below(value: f64) -> i128 {
    // The nearest whole number where the value is one but for the float's own error.
    let units = value * 1e8;
    let near = units.round();
    if (units - near).abs() <= near.abs() * f64::EPSILON { near as i128 } else { units as i128 }
}

/// `a * b / (c * d)` rounded down, for `a, b, c, d > 0`; saturates at the largest `i128`.
fn ratio(a: i128, b: i128, c: i128, d: i128) -> i128 {
    if let (Some(numerator), Some(denominator)) = (a.checked_mul(b), c.checked_mul(d)) {
        return numerator / denominator;
    }
    let product = |x: i128, y: i128| U256::from(x.unsigned_abs()) * U256::from(y.unsigned_abs());
    i128::try_from(product(a, b) / product(c, d)).unwrap_or(i128::MAX)
}

/// Products below this many units have a floating-point estimate with an error of less than 1.5 units.
const ESTIMATED: f64 = (1_i64 << 50) as f64;

/// `price * qty` in units, half up, without an integer division. A float estimate is within 1.5 units of the
/// exact value; the wrapping 64-bit remainder gives the correction. `None` where the operands are too large.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "an estimate, corrected below"
)]
fn fast_notional(price: i128, qty: i128) -> Option<i64> {
    let (price, qty) = (i64::try_from(price).ok()?, i64::try_from(qty).ok()?);
    let estimate = price as f64 * qty as f64 * 1e-8;
    if price < 0 || qty < 0 || estimate >= ESTIMATED {
        return None;
    }
    const ONE: i64 = UNITS_PER_ONE as i64;
    let near = estimate as i64;
    let rest = price.wrapping_mul(qty).wrapping_sub(near.wrapping_mul(ONE));
    Some(near + (rest + ONE / 2).div_euclid(ONE))
}

impl Cash {
    /// The value of `qty` at `price`, half up at eight decimal places.
    pub fn notional(price: Price, qty: Qty) -> Self {
        match fast_notional(price.0, qty.0) {
            Some(units) => Self(units.into()),
            None => Self(multiply_divide(price.0, qty.0, UNITS_PER_ONE, Rounding::HalfUp)),
        }
    }

    /// The fee on this notional, half up at eight decimal places.
    pub fn fee(self, rate: Bps) -> Self {
        Self(multiply_divide(self.0, rate.0.into(), Bps::UNITS_PER_WHOLE, Rounding::HalfUp))
    }

    /// This notional plus its fee.
    pub fn with_fee(self, rate: Bps) -> Self {
        self + self.fee(rate)
    }

    /// `self * share`, rounded down to eight decimal places.
    pub fn share(self, share: Bps) -> Self {
        Self(multiply_divide(self.0, share.0.into(), Bps::UNITS_PER_WHOLE, Rounding::Down))
    }

    /// The amount that a strategy has computed as a float, down to eight decimal places. Nothing where it is no
    /// number; held
    /// at [`Self::MAX`], which no wallet can pay. For what is asked for only: balances never come from a float.
    pub fn from_f64(amount: f64) -> Self {
        Self(units_below(amount)).clamp(Self(-Self::MAX.0), Self::MAX)
    }

    /// An even part of the amount, of `parts` parts, down to eight decimal places; 0 parts count as 1.
    pub fn even_part(self, parts: u32) -> Self {
        Self(self.0 / i128::from(parts.max(1)))
    }

    /// What is left of the amount for the last of `parts` parts, once each of the others is [`Self::even_part`].
    pub fn last_part(self, parts: u32) -> Self {
        Self(self.0 - self.even_part(parts).0 * i128::from(parts.max(1) - 1))
    }

    /// `self * part / whole`, half up at eight decimal places: the share of a cost that belongs to a part of a
    /// position. `whole` is positive.
    pub fn pro_rata(self, part: Qty, whole: Qty) -> Self {
        if part == whole {
            return self;
        }
        Self(multiply_divide(self.0, part.0, whole.0, Rounding::HalfUp))
    }

    /// `self * end / start`, half up at eight decimal places: this amount with the return of another that went from
    /// `start` to `end`. Exact before the rounding; `start` is positive, the others are not negative.
    pub fn grown(self, start: Self, end: Self) -> Self {
        Self(multiply_divide(self.0, end.0, start.0, Rounding::HalfUp))
    }

    /// `self / qty`, half up at eight decimal places; `None` where `qty` is zero.
    pub fn per_unit(self, qty: Qty) -> Option<Price> {
        qty.is_positive().then(|| Price(multiply_divide(self.0, UNITS_PER_ONE, qty.0, Rounding::HalfUp)))
    }
}
