//! Exact rational numbers for conditions over parameters: decimals as written are compared exactly.

use std::cmp::Ordering;

use num_bigint::BigInt;

/// Maximum number of decimal places and of leading zeros of a literal; far beyond any parameter.
const MAX_DIGITS: i32 = 400;

/// An exact rational number `top / bottom`; `bottom` is positive.
#[derive(Debug, Clone)]
pub struct Fraction {
    top: BigInt,
    bottom: BigInt,
}

impl Fraction {
    /// The value zero.
    pub fn zero() -> Self {
        Self::from(0)
    }

    /// Parses a decimal exactly: `0.1`, `-3`, `1e-3`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, places) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let exponent = exponent.checked_sub(i32::try_from(places.len()).ok()?)?;
        if exponent.abs() > MAX_DIGITS {
            return None;
        }
        let digits: BigInt = format!("{whole}{places}").parse().ok()?;
        let power = BigInt::from(10).pow(exponent.unsigned_abs());
        Some(if exponent < 0 {
            Self { top: digits, bottom: power }
        } else {
            Self { top: digits * power, bottom: BigInt::from(1) }
        })
    }

    /// The shortest decimal that parses to this float, which is what a user wrote.
    pub fn of_float(value: f64) -> Option<Self> {
        Self::parse(&format!("{value:e}"))
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.top == BigInt::ZERO
    }

    /// The number with the opposite sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { top: -self.top, bottom: self.bottom }
    }

    /// Exact sum of two fractions.
    pub fn plus(&self, other: &Self) -> Self {
        let top = &self.top * &other.bottom + &other.top * &self.bottom;
        Self { top, bottom: &self.bottom * &other.bottom }
    }

    /// Exact product of two fractions.
    pub fn times(&self, other: &Self) -> Self {
        Self { top: &self.top * &other.top, bottom: &self.bottom * &other.bottom }
    }

    /// The quotient; `None` for division by zero.
    pub fn over(&self, other: &Self) -> Option<Self> {
        let (top, bottom) = (&self.top * &other.bottom, &self.bottom * &other.top);
        match bottom.cmp(&BigInt::ZERO) {
            Ordering::Equal => None,
            Ordering::Less => Some(Self { top: -top, bottom: -bottom }),
            Ordering::Greater => Some(Self { top, bottom }),
        }
    }
}

impl Fraction {
    /// What is left of a division whose quotient is cut to a whole number; `None` for division by zero.
    pub fn remainder(&self, other: &Self) -> Option<Self> {
        let quotient = self.over(other)?;
        let whole = Self { top: quotient.top / quotient.bottom, bottom: BigInt::from(1) };
        Some(self.plus(&whole.times(other).negated()))
    }
}

impl From<i64> for Fraction {
    fn from(value: i64) -> Self {
        Self { top: BigInt::from(value), bottom: BigInt::from(1) }
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.top * &other.bottom).cmp(&(&other.top * &self.bottom))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Fraction {
        Fraction::parse(text).unwrap()
    }

    #[test]
    fn decimals_parse_exactly() {
        assert_eq!(of("0.1").plus(&of("0.2")), of("0.3"));
        assert_eq!(of("0.1").times(&of("3")), of("3e-1"));
        assert_eq!(of("1").over(&of("3")).unwrap().times(&of("3")), of("1"));
        assert!(of("-0.5").over(&of("-2")).unwrap() > Fraction::zero());
        assert!(of("0.30000000000000004") > of("0.3"));
        assert_eq!(of("1").over(&Fraction::zero()), None);
        assert_eq!((Fraction::of_float(0.1), Fraction::of_float(25.0)), (Some(of("0.1")), Some(of("25"))));
        for bad in ["", ".", "x", "1e", "1e999999999", "1e-9999", "nan", "1.2.3"] {
            assert_eq!(Fraction::parse(bad), None, "{bad}");
        }
    }
}
