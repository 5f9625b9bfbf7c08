//! Converts a file's prices and volumes to the instrument's unit, prices at eight decimal places.
//!
//! Owns the only rounding of market data. Every price that leaves the loader is the `f64` nearest to a
//! multiple of `1e-8`, so that the float that indicators read and the exact price at which orders fill agree.
//! Invariant: no price changes by more than [`TOLERANCE`] of itself; a file with such prices is refused, with
//! the unit that represents them.

use super::bars::Bars;
use crate::domain::Price;

/// Maximum price: above it, products of amounts could overflow.
pub const PRICE_CEILING: f64 = 1e10;
/// Maximum volume, for the same reason.
pub const VOLUME_CEILING: f64 = 1e18;
/// Maximum relative change of a price by rounding to eight decimal places.
pub const TOLERANCE: f64 = 1e-6;
/// From this price on, rounding to eight decimal places is always within the tolerance.
const ALWAYS_HELD: f64 = 0.005;
/// The units in which an instrument can be quoted, ascending.
pub const UNITS: [u32; 4] = [1, 1_000, 1_000_000, 1_000_000_000];

/// Whether eight decimal places represent the price of `unit` of the asset within the tolerance. Comparisons
/// with NaN are false.
pub(crate) fn represents(price: f64, unit: u32) -> bool {
    let price = price * f64::from(unit);
    price >= ALWAYS_HELD || (Price::round_f64(price) - price).abs() <= TOLERANCE * price
}

/// Whether the highest price and the volume are below their ceilings in this unit.
pub(crate) fn fits(high: f64, volume: f64, unit: u32) -> bool {
    let unit = f64::from(unit);
    (high * unit <= PRICE_CEILING) & (volume / unit <= VOLUME_CEILING)
}

/// The smallest unit that represents all prices and volumes; `None` where there is none. Invalid rows are
/// included; they are reported separately.
pub fn smallest(bars: &Bars) -> Option<u32> {
    let held = |row: usize, unit: u32| {
        let prices = [bars.open[row], bars.high[row], bars.low[row], bars.close[row]];
        prices.iter().all(|&price| price <= 0.0 || represents(price, unit))
            && fits(bars.high[row], bars.volume[row], unit)
    };
    UNITS.into_iter().find(|&unit| (0..bars.len()).all(|row| held(row, unit)))
}

impl Bars {
    /// Converts the bars to a unit of the asset: prices times `unit`, volumes divided by it.
    pub(crate) fn quote_in(&mut self, unit: u32) {
        if unit == 1 {
            return;
        }
        let unit = f64::from(unit);
        for column in [&mut self.open, &mut self.high, &mut self.low, &mut self.close] {
            column.iter_mut().for_each(|price| *price *= unit);
        }
        self.volume.iter_mut().for_each(|volume| *volume /= unit);
    }

    /// Rounds every price half up to eight places: to the `f64` nearest to that decimal.
    pub(crate) fn round_prices(&mut self) {
        for column in [&mut self.open, &mut self.high, &mut self.low, &mut self.close] {
            column.iter_mut().for_each(|price| *price = Price::round_f64(*price));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Interval, Timestamp};

    fn bars(price: f64, volume: f64) -> Bars {
        let mut bars = Bars::with_capacity(Interval::DAY, 1);
        bars.push(Timestamp::default(), [price, price, price, price, volume]);
        bars
    }

    #[test]
    fn prices_are_accepted_up_to_the_rounding_tolerance() {
        // 0.00321234 as a 32-bit float has a relative error of 6e-8; 0.000000014 would become 0.00000001.
        assert!(
            represents(f64::from(0.003_212_34_f32), 1)
                && represents(0.000_000_01, 1)
                && represents(0.000_008_51, 1)
        );
        assert!(!represents(0.000_000_014, 1) && !represents(1.5e-9, 1) && !represents(f64::NAN, 1));
        assert!(
            represents(0.000_000_014, 1_000)
                && !represents(1.234_5e-9, 1_000)
                && represents(1.234_5e-9, 1_000_000)
        );
    }

    #[test]
    fn the_smallest_unit_holds_all_rows() {
        assert_eq!(smallest(&bars(1.0, 5.0)), Some(1));
        assert_eq!(smallest(&bars(1.4e-8, 5.0)), Some(1_000));
        assert_eq!(smallest(&bars(1.234_5e-10, 5.0)), Some(1_000_000));
        assert_eq!(smallest(&bars(1.234_567_89e-17, 5.0)), None);
        assert_eq!(smallest(&bars(1.0, 1e20)), Some(1_000));
        // A price and a volume so large that no unit fits both.
        assert_eq!(smallest(&bars(1e9, 1e20)), None);
    }

    #[test]
    fn a_unit_multiplies_prices_and_divides_volumes() {
        let mut one = bars(1.4e-8, 5_000.0);
        one.quote_in(1_000);
        one.round_prices();
        assert_eq!((one.open[0], one.close[0], one.volume[0]), (0.000_014, 0.000_014, 5.0));
    }

    #[test]
    fn a_rounded_price_is_the_float_nearest_to_its_decimal() {
        let mut state = 11_u64;
        let mut draw = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        for exponent in -8..10 {
            for _ in 0..2_000 {
                let raw = (1.0 + 9.0 * draw()) * libm::pow(10.0, f64::from(exponent));
                for value in [raw, f64::from(raw as f32)] {
                    let (price, rounded) = (Price::from_f64(value), Price::round_f64(value));
                    let nearest: f64 = price.to_string().parse().unwrap();
                    assert_eq!(rounded, nearest, "{value}");
                    assert_eq!(Price::from_f64(rounded), price, "{value}: the same price again");
                    assert_eq!(price.to_f64(), nearest, "{value}");
                }
            }
        }
    }
}
