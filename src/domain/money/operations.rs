//! What is done with amounts: the only place where money is multiplied, divided and rounded.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::fixed::divide;
use super::{Bps, Cash, Price, Qty, Rounding, UNITS_PER_ONE};

impl Price {
    /// The price nearest to a market data value, half up at eight places. Data holds the `f64` nearest to
    /// the decimal that the vendor printed; up to 40 million this recovers that decimal exactly by one
    /// multiplication, above it by way of the shortest decimal that reads back as the same `f64`.
    ///
    /// The value must be finite and not negative, which `market` guarantees for its bars.
    #[expect(clippy::cast_possible_truncation, reason = "below 2^53 after the range test")]
    pub fn from_f64(value: f64) -> Self {
        if value.abs() < 4e7 {
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

    /// This price moved by a fraction of itself against the trader: up for a buy, down for a sell;
    /// half up at eight places. `fraction` is not negative.
    pub fn slipped(self, fraction: Bps, up: bool) -> Self {
        let whole = Bps::UNITS_PER_WHOLE;
        let factor =
            if up { whole + i128::from(fraction.0) } else { (whole - i128::from(fraction.0)).max(0) };
        Self(divide(self.0 * factor, whole, Rounding::HalfUp))
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

    /// `self * end / start`, half up at eight places: the amount grown as another grew from `start` to `end`. Exact
    /// whatever the amounts are; `start` is positive, the others not negative.
    pub fn grown(self, start: Self, end: Self) -> Self {
        let (from, times) = (start.0.unsigned_abs(), end.0.unsigned_abs());
        let (whole, part) = (self.0 / start.0, self.0.unsigned_abs() % from);
        // `part * times / from` bit by bit: the product may not fit 128 bits.
        let (mut quotient, mut rest) = (0_i128, 0_u128);
        for bit in (0..u128::BITS - times.leading_zeros()).rev() {
            for term in [rest, if times >> bit & 1 == 1 { part } else { 0 }] {
                rest += term;
                quotient += i128::from(rest >= from);
                rest -= if rest >= from { from } else { 0 };
            }
            if bit > 0 {
                quotient *= 2;
            }
        }
        Self(whole * end.0 + quotient + i128::from(rest >= from - rest))
    }

    /// The price per unit that this amount is for `qty`, half up at eight places; `None` for no quantity.
    pub fn per_unit(self, qty: Qty) -> Option<Price> {
        qty.is_positive().then(|| Price(divide(self.0 * UNITS_PER_ONE, qty.0, Rounding::HalfUp)))
    }
}
