//! The factor of a symbol's prices: prices are multiplied by it, quantities divided by it, so that money stays what it is.
//!
//! Invariant: every price and every quantity comes back exactly. Factor and inverse are both finite decimals, and what is
//! shown has as many decimal places as it needs.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::process::message::Exact;

/// All factors with their inverses, as mantissa and decimal places. No power of ten: it would show the digits.
const FACTORS: [[(i64, u32); 2]; 17] = [
    [(16, 2), (625, 2)],
    [(2, 1), (5, 0)],
    [(25, 2), (4, 0)],
    [(32, 2), (3_125, 3)],
    [(4, 1), (25, 1)],
    [(5, 1), (2, 0)],
    [(625, 3), (16, 1)],
    [(64, 2), (15_625, 4)],
    [(8, 1), (125, 2)],
    [(125, 2), (8, 1)],
    [(16, 1), (625, 3)],
    [(2, 0), (5, 1)],
    [(25, 1), (4, 1)],
    [(3_125, 3), (32, 2)],
    [(4, 0), (25, 2)],
    [(5, 0), (2, 1)],
    [(625, 2), (16, 2)],
];

/// Decimal places of amounts.
const PLACES: u32 = 8;

/// A factor and its inverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    factor: Decimal,
    inverse: Decimal,
}

impl Scale {
    /// The factor that follows from `key`.
    pub fn drawn(key: u64) -> Self {
        let index = usize::try_from(key % FACTORS.len() as u64).unwrap_or(0);
        let [factor, inverse] = FACTORS[index].map(|(mantissa, places)| Decimal::new(mantissa, places));
        Self { factor, inverse }
    }

    /// A price as it is shown.
    pub fn price(self, price: Exact) -> Exact {
        times(price, self.factor)
    }

    /// The price that is meant by one that is shown, to the nearest 1e-8.
    pub fn price_back(self, shown: Exact) -> Exact {
        let Exact(meant) = times(shown, self.inverse);
        Exact(meant.round_dp_with_strategy(PLACES, RoundingStrategy::MidpointAwayFromZero))
    }

    /// A quantity as it is shown.
    pub fn quantity(self, quantity: Exact) -> Exact {
        times(quantity, self.inverse)
    }

    /// The quantity that is meant by one that is shown, down to 1e-8.
    pub fn quantity_back(self, shown: Exact) -> Exact {
        let Exact(meant) = times(shown, self.factor);
        Exact(meant.round_dp_with_strategy(PLACES, RoundingStrategy::ToZero))
    }

    /// A price of the data, without the noise of binary fractions.
    pub fn number(self, price: f64) -> f64 {
        twelve_digits(price * float(self.factor))
    }

    /// A quantity of the data.
    pub fn volume(self, quantity: f64) -> f64 {
        twelve_digits(quantity * float(self.inverse))
    }
}

/// The product with at least the places of an amount, and as many more as it needs. Beyond all numbers it is the largest,
/// which no order may have.
fn times(value: Exact, by: Decimal) -> Exact {
    let mut product = value.0.checked_mul(by).unwrap_or(Decimal::MAX).normalize();
    if product.scale() < PLACES {
        product.rescale(PLACES);
    }
    Exact(product)
}

/// Rounded to twelve significant digits.
fn twelve_digits(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

/// A factor has few digits, so that this is the nearest float.
fn float(factor: Decimal) -> f64 {
    factor.to_string().parse().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Price, Qty};

    fn all() -> impl Iterator<Item = Scale> {
        (0..FACTORS.len() as u64).map(Scale::drawn)
    }

    #[test]
    fn every_price_and_every_quantity_comes_back_exactly() {
        for scale in all() {
            assert_eq!((scale.factor * scale.inverse).normalize(), Decimal::ONE);
            let powers: Vec<Decimal> = (0..6).map(|places| Decimal::new(1, places)).collect();
            assert!(!powers.contains(&scale.factor) && scale.factor != Decimal::TEN);
            for units in [1_i128, 2, 3, 7, 99, 1_234_567, 6_412_345_678_901, 10_i128.pow(20) + 1] {
                let (price, quantity) = (Price::from_units(units), Qty::from_units(units));
                let (shown, held) = (scale.price(price.into()), scale.quantity(quantity.into()));
                assert_ne!(shown, price.into(), "{scale:?}");
                assert_eq!(scale.price_back(shown).price(), Ok(price), "{scale:?}");
                assert_eq!(scale.quantity_back(held).quantity(), Ok(quantity), "{scale:?}");
            }
        }
    }

    #[test]
    fn money_stays_what_it_is_and_the_data_has_no_noise() {
        for scale in all() {
            let (price, quantity) = (Exact(Decimal::new(10_120, 2)), Exact(Decimal::new(3, 0)));
            let (shown, held) = (scale.price(price).0, scale.quantity(quantity).0);
            assert_eq!((shown * held).normalize(), (price.0 * quantity.0).normalize());
            assert_eq!(scale.number(101.2).to_string(), shown.normalize().to_string(), "{scale:?}");
        }
        // Between two multiples of 1e-8: a price to the nearest, a quantity down.
        let half = all().find(|scale| scale.factor == Decimal::new(2, 0)).unwrap();
        let odd = Exact("0.00000003".parse().unwrap());
        assert_eq!(half.price_back(odd).0.to_string(), "0.00000002");
        assert_eq!(half.quantity_back(Exact("0.0000000049".parse().unwrap())).0, Decimal::ZERO);
        assert!(half.price(Exact(Decimal::MAX)).price().is_err());
    }
}
