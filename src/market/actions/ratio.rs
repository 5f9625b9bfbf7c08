//! The exact ratio of a split.

use std::fmt;
use std::str::FromStr;

use crate::domain::Price;

/// Largest number of a ratio.
const LARGEST: u128 = 1_000_000_000_000;

/// New units for old ones, in lowest terms: 4 for 1, 3 for 2, 1 for 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    new: u128,
    old: u128,
}

impl Ratio {
    /// One for one.
    pub const ONE: Self = Self { new: 1, old: 1 };

    fn of(new: u128, old: u128) -> Option<Self> {
        let divisor = gcd(new, old);
        let reduced = Self { new: new.checked_div(divisor)?, old: old.checked_div(divisor)? };
        (new > 0 && old > 0 && reduced.new <= LARGEST && reduced.old <= LARGEST).then_some(reduced)
    }

    /// Both, one after the other; `None` beyond the largest numbers.
    pub fn then(self, next: Self) -> Option<Self> {
        Self::of(self.new.checked_mul(next.new)?, self.old.checked_mul(next.old)?)
    }

    /// The split that takes this one back.
    pub const fn inverse(self) -> Self {
        Self { new: self.old, old: self.new }
    }

    /// What so many units after the split are worth in units of before, by their price: half up at eight places.
    pub fn of_price(self, price: Price) -> Option<Price> {
        let (new, old) = (i128::try_from(self.new).ok()?, i128::try_from(self.old).ok()?);
        let twice = price.units().checked_mul(new)?.checked_mul(2)?.checked_add(old)?;
        Some(Price::from_units(twice.div_euclid(2 * old)))
    }

    /// As a float, for volumes.
    #[expect(clippy::cast_precision_loss, reason = "numbers below 2^53")]
    pub fn to_f64(self) -> f64 {
        self.new as f64 / self.old as f64
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// `4:1`.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.new, self.old)
    }
}

/// `4:1`, `3/2`, `4`, `1.5`.
impl FromStr for Ratio {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (new, old) = text.split_once([':', '/']).unwrap_or((text, "1"));
        let parts = decimal(new.trim()).zip(decimal(old.trim()));
        let ratio = parts.and_then(|((new, a), (old, b))| Self::of(new.checked_mul(b)?, old.checked_mul(a)?));
        ratio.ok_or_else(|| format!("the split `{text}`, which is no ratio such as 4:1"))
    }
}

/// A decimal as digits and the power of ten that they are divided by.
fn decimal(text: &str) -> Option<(u128, u128)> {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    let places = places.trim_end_matches('0');
    let digits = format!("{whole}{places}");
    let plain = !whole.is_empty() && digits.len() <= 18 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let scale = 10_u128.checked_pow(u32::try_from(places.len()).ok()?)?;
    plain.then(|| digits.parse().ok()).flatten().map(|digits| (digits, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_exact() {
        let ratio = |text: &str| text.parse::<Ratio>().unwrap();
        assert_eq!((ratio("4:1"), ratio("4.0"), ratio("8/2")), (ratio("4"), ratio("4"), ratio("4")));
        assert_eq!(
            (ratio("1.5").to_string(), ratio("0.1").to_string()),
            ("3:2".to_owned(), "1:10".to_owned())
        );
        assert_eq!(ratio("4").then(ratio("1:10")).unwrap().to_string(), "2:5");
        assert_eq!(ratio("3:2").then(ratio("3:2").inverse()), Some(Ratio::ONE));
        let price = |text: &str| text.parse::<Price>().unwrap();
        assert_eq!(ratio("3:2").of_price(price("10")), Some(price("15")));
        assert_eq!(ratio("1:3").of_price(price("0.00000002")), Some(price("0.00000001")));
        for wrong in ["", "0", "4:0", "-2", "a", "1e3", "4:1:2", "0.0"] {
            assert!(wrong.parse::<Ratio>().is_err(), "{wrong}");
        }
    }
}
