//! What is done with amounts: the only place where money is multiplied, divided and rounded.

use std::str::FromStr;

use ethnum::U256;
use rust_decimal::Decimal;

use super::fixed::{divide, multiply_divide};
use super::{Bps, Cash, Price, Qty, Rounding, UNITS_PER_ONE};

/// Below this (2^25) a market data value becomes units by one multiplication.
const ONE_MULTIPLICATION: f64 = 33_554_432.0;
/// From here on (2^52) every `f64` is a whole number.
const WHOLE_NUMBERS: f64 = 4_503_599_627_370_496.0;

impl Price {
    /// The price nearest to a market data value, half up at eight places. Data holds the `f64` nearest to
    /// the decimal that the vendor printed; below 2^25 this recovers that decimal exactly by one
    /// multiplication (the error is under half a unit), above it by way of the shortest decimal that reads back
    /// as the same `f64`.
    ///
    /// The value must be finite and not negative, which `market` guarantees for its bars.
    #[expect(clippy::cast_possible_truncation, reason = "below 2^53 after the range test")]
    pub fn from_f64(value: f64) -> Self {
        if value.abs() < ONE_MULTIPLICATION {
            // `round`, without a call: the part after the point is exact below 2^53.
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

    /// The `f64` nearest to [`Self::from_f64`] of a value: how columns of market data hold their prices, so that
    /// the float and the exact price are one. `Self::from_f64` of it is the same price again.
    ///
    /// From 2^26 on floats lie further apart than eight decimal places: each is the nearest one already.
    pub fn round_f64(value: f64) -> f64 {
        if value < ONE_MULTIPLICATION {
            // To the nearest whole number without a call, a half to even; then a half up.
            let units = value * 1e8;
            let near = (units + WHOLE_NUMBERS) - WHOLE_NUMBERS;
            let up = if units - near >= 0.5 { 1.0 } else { 0.0 };
            return (near + up) / 1e8;
        }
        if value < 2.0 * ONE_MULTIPLICATION { Self::from_f64(value).to_f64() } else { value }
    }

    /// This price moved by a fraction of itself against the trader: up for a buy, down for a sell;
    /// half up at eight places. `fraction` is not negative.
    pub fn slipped(self, fraction: Bps, up: bool) -> Self {
        self.moved(fraction, up, Rounding::HalfUp)
    }

    /// This price moved by a fraction of itself, rounded away from it at eight places: a level that is at least so
    /// far off. `fraction` is not negative.
    pub fn away(self, fraction: Bps, up: bool) -> Self {
        self.moved(fraction, up, if up { Rounding::Up } else { Rounding::Down })
    }

    fn moved(self, fraction: Bps, up: bool, rounding: Rounding) -> Self {
        let whole = Bps::UNITS_PER_WHOLE;
        let factor =
            if up { whole + i128::from(fraction.0) } else { (whole - i128::from(fraction.0)).max(0) };
        Self(multiply_divide(self.0, factor, whole, rounding))
    }

    /// This price less `times` a share of itself, at least nothing, on the grid of `tick`: the exact value, rounded
    /// once.
    pub fn lowered(self, share: Bps, times: u32, tick: Price, rounding: Rounding) -> Self {
        let whole = Bps::UNITS_PER_WHOLE;
        let factor = (whole - i128::from(share.0) * i128::from(times)).max(0);
        let tick = tick.0.max(1);
        Self(divide(self.0 * factor, whole * tick, rounding) * tick)
    }

    /// This price on the grid of `tick`.
    pub fn on_tick(self, tick: Price, rounding: Rounding) -> Self {
        if tick.0 <= 1 { self } else { Self(divide(self.0, tick.0, rounding) * tick.0) }
    }
}

impl Qty {
    /// The largest position: 10^18.
    pub const MOST_HELD: Self = Self(10_i128.pow(18) * UNITS_PER_ONE);

    /// The quantity that a strategy has computed as a float, down to eight places. Nothing where it is no number;
    /// held at [`Self::LARGEST`], which no order can be filled for.
    pub fn from_f64(quantity: f64) -> Self {
        Self(units_below(quantity)).clamp(Self(-Self::LARGEST.0), Self::LARGEST)
    }

    /// Down to the grid of `step`.
    pub fn floor_to(self, step: Qty) -> Self {
        if step.0 <= 1 { self } else { Self(self.0 / step.0 * step.0) }
    }

    /// Whether this lies on the grid of `step`.
    pub fn is_on(self, step: Qty) -> bool {
        step.0 <= 1 || self.0 % step.0 == 0
    }

    /// The largest quantity on the step whose notional and fee together cost at most `amount`:
    /// `amount / (price * (1 + fee))` down to the step, and less where rounding the notional and the fee to eight
    /// places would cost more than `amount`.
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
        // Rounding adds less than two units of money: so much less in steps is surely enough. The cost rises with
        // the quantity, so the fewest steps are found by halving.
        let (mut few, mut enough) = (0, (2 * UNITS_PER_ONE / price.0 + 1) / step.0 + 1);
        while enough - few > 1 {
            let middle = few + (enough - few) / 2;
            *(if pays(Self(qty.0 - middle * step.0)) { &mut enough } else { &mut few }) = middle;
        }
        Self((qty.0 - enough * step.0).max(0))
    }

    /// This share of the quantity, down to eight places.
    pub fn share(self, share: Bps) -> Self {
        Self(multiply_divide(self.0, share.0.into(), Bps::UNITS_PER_WHOLE, Rounding::Down))
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

/// `a * b / (c * d)` rounded down, for `a, b, c, d > 0`; the largest amount beyond 128 bits.
fn ratio(a: i128, b: i128, c: i128, d: i128) -> i128 {
    if let (Some(numerator), Some(denominator)) = (a.checked_mul(b), c.checked_mul(d)) {
        return numerator / denominator;
    }
    let product = |x: i128, y: i128| U256::from(x.unsigned_abs()) * U256::from(y.unsigned_abs());
    i128::try_from(product(a, b) / product(c, d)).unwrap_or(i128::MAX)
}

/// Products below this many units are estimated to less than one and a half of them.
const ESTIMATED: f64 = (1_i64 << 50) as f64;

/// `price * qty` in units, half up, without a division: the estimate is within one and a half of the truth, and what
/// is left of the product shows by how much, also where its terms have wrapped around 64 bits. `None` where they are
/// too large for that.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "an estimate, put right")]
fn small_notional(price: i128, qty: i128) -> Option<i64> {
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
    /// What `qty` costs at `price`, half up at eight places.
    pub fn notional(price: Price, qty: Qty) -> Self {
        match small_notional(price.0, qty.0) {
            Some(units) => Self(units.into()),
            None => Self(multiply_divide(price.0, qty.0, UNITS_PER_ONE, Rounding::HalfUp)),
        }
    }

    /// The fee on this notional, half up at eight places.
    pub fn fee(self, rate: Bps) -> Self {
        Self(multiply_divide(self.0, rate.0.into(), Bps::UNITS_PER_WHOLE, Rounding::HalfUp))
    }

    /// This notional and its fee.
    pub fn with_fee(self, rate: Bps) -> Self {
        self + self.fee(rate)
    }

    /// This share of the amount, down to eight places.
    pub fn share(self, share: Bps) -> Self {
        Self(multiply_divide(self.0, share.0.into(), Bps::UNITS_PER_WHOLE, Rounding::Down))
    }

    /// The amount that a strategy has computed as a float, down to eight places. Nothing where it is no number; held
    /// at [`Self::LARGEST`], which no wallet can pay. For what is asked for only: balances never come from a float.
    pub fn from_f64(amount: f64) -> Self {
        Self(units_below(amount)).clamp(Self(-Self::LARGEST.0), Self::LARGEST)
    }

    /// An even part of the amount, of `parts` parts, down to eight places; 0 parts count as 1.
    pub fn even_part(self, parts: u32) -> Self {
        Self(self.0 / i128::from(parts.max(1)))
    }

    /// What is left of the amount for the last of `parts` parts, once each of the others is [`Self::even_part`].
    pub fn last_part(self, parts: u32) -> Self {
        Self(self.0 - self.even_part(parts).0 * i128::from(parts.max(1) - 1))
    }

    /// `self * part / whole`, half up at eight places: the part of a cost that goes with a part of a
    /// position. `whole` is positive.
    pub fn pro_rata(self, part: Qty, whole: Qty) -> Self {
        if part == whole {
            return self;
        }
        Self(multiply_divide(self.0, part.0, whole.0, Rounding::HalfUp))
    }

    /// `self * end / start`, half up at eight places: the amount grown as another grew from `start` to `end`. Exact
    /// whatever the amounts are; `start` is positive, the others not negative.
    pub fn grown(self, start: Self, end: Self) -> Self {
        Self(multiply_divide(self.0, end.0, start.0, Rounding::HalfUp))
    }

    /// The price per unit that this amount is for `qty`, half up at eight places; `None` for no quantity.
    pub fn per_unit(self, qty: Qty) -> Option<Price> {
        qty.is_positive().then(|| Price(multiply_divide(self.0, UNITS_PER_ONE, qty.0, Rounding::HalfUp)))
    }
}
