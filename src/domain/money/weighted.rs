//! The volume-weighted average price of several fills.

use ethnum::U256;

use super::fixed::wide_quotient;
use super::{Price, Qty, Rounding};

/// An exact sum of price times quantity. Because nothing is rounded, the average of fills at one price is
/// that price for all quantities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PriceSum {
    /// Sum of price times quantity, in units of 1e-16.
    products: U256,
    qty: Qty,
}

impl PriceSum {
    /// Adds a fill.
    pub fn add(&mut self, price: Price, qty: Qty) {
        // Both are non-negative; the product has at most 254 bits.
        let product = U256::from(price.units().unsigned_abs()) * U256::from(qty.units().unsigned_abs());
        self.products = self.products.saturating_add(product);
        self.qty += qty;
    }

    /// Sum of the quantities.
    pub const fn qty(&self) -> Qty {
        self.qty
    }

    /// The volume-weighted average price, half up at eight decimal places; zero before the first fill.
    pub fn average(&self) -> Price {
        if !self.qty.is_positive() {
            return Price::ZERO;
        }
        Price::from_units(wide_quotient(self.products, self.qty.units(), Rounding::HalfUp))
    }
}

/// Serialised as two strings: the sum in units of 1e-16, and the quantity.
impl serde::Serialize for PriceSum {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        (self.products.to_string(), self.qty).serialize(s)
    }
}

impl<'de> serde::Deserialize<'de> for PriceSum {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let (products, qty) = <(String, Qty)>::deserialize(d)?;
        Ok(Self { products: products.parse().map_err(serde::de::Error::custom)?, qty })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(fills: &[(&str, &str)]) -> PriceSum {
        fills.iter().fold(PriceSum::default(), |mut sum, (price, qty)| {
            sum.add(price.parse().unwrap(), qty.parse().unwrap());
            sum
        })
    }

    #[test]
    fn fills_at_one_price_average_to_that_price() {
        let tiny = sum(&[("42834.19", "0.00000003"), ("42834.19", "0.23422481")]);
        assert_eq!(tiny.average(), "42834.19".parse().unwrap());
    }

    #[test]
    fn prices_are_weighted_by_their_quantities() {
        // (10 * 1 + 13 * 2) / 3 = 12; (1 * 1 + 2 * 2) / 3 = 1.666..., up.
        assert_eq!(sum(&[("10", "1"), ("13", "2")]).average(), "12".parse().unwrap());
        assert_eq!(sum(&[("1", "1"), ("2", "2")]).average(), "1.66666667".parse().unwrap());
        assert_eq!(PriceSum::default().average(), Price::ZERO);
    }
}
