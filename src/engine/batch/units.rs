//! Money as whole units of 1e-8 in 64 bits, multiplied and rounded without a division.
//!
//! A quotient is estimated in `f64` and then put right: the estimate is within one unit of the truth, so the
//! remainder `product - estimate * divisor` is small, and a small number is exact even where its two terms
//! have wrapped around 64 bits. Invariant: every result is the one that `domain::money` gives, to the unit;
//! what does not fit this arithmetic is `None`, never an approximation.

use crate::domain::{Bps, Cash, Instrument, Price, Qty};

/// Amounts below this (in units; 11 million of the quote currency) are estimated to less than half a unit.
pub(super) const LIMIT: i64 = 1 << 50;
const LIMIT_F64: f64 = (1_i64 << 50) as f64;
/// Quantities below this are estimated to less than a 500th of a unit.
const FINE: f64 = (1_i64 << 40) as f64;
/// An estimate nearer than this to a whole number does not tell which side of it the truth lies.
const UNSURE: f64 = 1.0 / 512.0;

const ONE: i64 = 100_000_000;
const WHOLE: i64 = 1_000_000_000_000;
/// Added to a number below 2^51, it leaves the nearest whole number in the last bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// The whole number nearest to `value`, a half to even; `|value|` is below 2^51.
#[inline(always)]
pub(super) fn nearest(value: f64) -> i64 {
    ((value + ROUNDER).to_bits() as i64).wrapping_sub(ROUNDER.to_bits() as i64)
}

/// As `to_f64` of an amount.
#[inline(always)]
pub(super) fn to_f64(units: i64) -> f64 {
    units as f64 / ONE as f64
}

/// A price of market data as units, half up: as [`Price::from_f64`] below 20 million.
#[inline(always)]
pub(super) fn price_units(value: f64) -> i64 {
    let scaled = value * ONE as f64;
    let whole = scaled.trunc();
    nearest(whole) + i64::from(scaled - whole >= 0.5)
}

/// The quotient whose remainder lies in `low .. low + divisor`: half up for `-divisor / 2`, down for 0.
/// `estimate` is within 1.5 of it, `product` is the dividend modulo 2^64.
#[inline(always)]
fn settle(estimate: f64, product: i64, divisor: i64, low: i64) -> i64 {
    let near = nearest(estimate);
    let rest = product.wrapping_sub(near.wrapping_mul(divisor));
    debug_assert!(rest.abs() <= 2 * divisor, "the estimate is off by more than a unit");
    near + i64::from(rest >= low + divisor) - i64::from(rest < low)
}

/// `price * qty`, half up; `None` from [`LIMIT`] on.
#[inline(always)]
pub(super) fn notional(price: i64, qty: i64) -> Option<i64> {
    let estimate = price as f64 * qty as f64 * 1e-8;
    (estimate < LIMIT_F64).then(|| settle(estimate, price.wrapping_mul(qty), ONE, -ONE / 2))
}

/// What a fill costs or brings.
#[derive(Debug, Clone, Copy)]
pub(super) struct FillCost {
    pub notional: i64,
    pub fee: i64,
}

/// Fee, order size and trading rules of a grid, in the form the arithmetic needs.
#[derive(Debug, Clone)]
pub(super) struct FeeSchedule {
    fee_rate: Bps,
    fee: i64,
    fee_fraction: f64,
    step: i64,
    min_notional: i64,
    /// The minimum notional with its fee.
    least: i64,
    /// From this amount on an order surely reaches the minimum notional, whatever rounding takes.
    ample: i64,
}

impl FeeSchedule {
    /// `highest_close` is the highest close in units. `None` where a rule does not fit 64 bits, or the fee
    /// is above the whole.
    pub fn new(fee_rate: Bps, instrument: &Instrument, highest_close: i64) -> Option<Self> {
        let fee = fee_rate.units();
        let step = i64::try_from(instrument.quantity_step.units()).ok()?.max(1);
        let min_notional = i64::try_from(instrument.min_notional.units()).ok()?;
        if fee > WHOLE || step >= LIMIT || min_notional >= LIMIT {
            return None;
        }
        let fee_fraction = fee as f64 / WHOLE as f64;
        // What flooring to the step can cost at the highest close, and a few units for the roundings.
        let lost = (step as f64 + 2.0) * highest_close as f64 / ONE as f64 + 16.0;
        let ample = ((min_notional as f64 + lost) * (1.0 + fee_fraction) * 1.000_001).ceil();
        (ample < LIMIT_F64).then_some(Self {
            fee_rate,
            fee,
            fee_fraction,
            step,
            min_notional,
            least: i64::try_from(instrument.min_notional.with_fee(fee_rate).units()).ok()?,
            ample: nearest(ample),
        })
    }

    /// `qty * price` and its fee, both half up; `None` from [`LIMIT`] on.
    #[inline(always)]
    pub fn cost(&self, price: i64, qty: i64) -> Option<FillCost> {
        let notional = notional(price, qty)?;
        let fee =
            settle(notional as f64 * self.fee_fraction, notional.wrapping_mul(self.fee), WHOLE, -WHOLE / 2);
        Some(FillCost { notional, fee })
    }

    /// What `amount` buys at `price`, fee included. The quantity is 0 where it buys nothing. `amount` is
    /// positive and below [`LIMIT`].
    #[inline(always)]
    pub fn buy(&self, amount: i64, price: i64) -> Option<(i64, FillCost)> {
        let estimate = amount as f64 * (ONE as f64 / (price as f64 * (1.0 + self.fee_fraction)));
        let near = estimate + ROUNDER;
        let off = estimate - (near - ROUNDER);
        if estimate >= FINE || off.abs() < UNSURE {
            return self.buy_exactly(amount, price);
        }
        let mut qty = nearest(estimate) - i64::from(off < 0.0);
        if self.step > 1 {
            qty -= qty % self.step;
        }
        let mut cost = self.cost(price, qty)?;
        while cost.notional + cost.fee > amount {
            qty -= self.step;
            cost = self.cost(price, qty)?;
        }
        Some((qty, cost))
    }

    #[cold]
    #[inline(never)]
    fn buy_exactly(&self, amount: i64, price: i64) -> Option<(i64, FillCost)> {
        let qty = self.affordable(amount, price);
        let qty = i64::try_from(qty.units()).ok().filter(|&qty| qty < LIMIT)?;
        Some((qty, self.cost(price, qty)?))
    }

    fn affordable(&self, amount: i64, price: i64) -> Qty {
        let (amount, price) = (Cash::from_units(amount.into()), Price::from_units(price.into()));
        Qty::affordable(amount, price, self.fee_rate, Qty::from_units(self.step.into()))
    }

    /// Whether an order for this amount is surely large enough.
    #[inline(always)]
    pub fn is_ample(&self, amount: i64) -> bool {
        amount >= self.ample
    }

    /// Whether no order for this amount can ever be large enough: what it buys, fee included, costs at most
    /// the amount.
    pub fn is_hopeless(&self, amount: i64) -> bool {
        amount <= 0 || amount < self.least
    }

    /// The check itself: at least one step, worth the minimum notional at the deciding close.
    pub fn is_large_enough(&self, amount: i64, close: i64) -> bool {
        let qty = self.affordable(amount, close);
        let notional = Cash::notional(Price::from_units(close.into()), qty);
        qty.is_positive() && notional.units() >= i128::from(self.min_notional)
    }
}

/// An order's share of the equity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    units: i64,
    fraction: f64,
}

impl Share {
    /// `size` is at most the whole.
    pub fn new(size: Bps) -> Self {
        Self { units: size.units(), fraction: size.units() as f64 / WHOLE as f64 }
    }

    /// This share of `amount`, down; `amount` is from 0 to [`LIMIT`].
    #[inline(always)]
    pub fn of(self, amount: i64) -> i64 {
        settle(amount as f64 * self.fraction, amount.wrapping_mul(self.units), WHOLE, 0)
    }
}
