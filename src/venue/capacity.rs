//! Participation cap: the share of a bar's volume that one agent may trade.

use crate::domain::{Bps, Price, Qty};

/// A bar's volume as a quantity, half up at eight decimal places.
pub fn volume_qty(volume: f64) -> Qty {
    Qty::from_units(Price::from_f64(volume).units())
}

/// The largest quantity that one agent may trade in a bar of this volume: `volume * cap` rounded down to the
/// step; zero without volume.
pub fn capacity(cap: Bps, volume: f64, step: Qty) -> Qty {
    volume_qty(volume).share(cap).floor_to(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cap_is_floored_to_the_step() {
        // 10 % of 123.45 is 12.345; on a step of 0.1 that is 12.3.
        let step = "0.1".parse().unwrap();
        assert_eq!(capacity(Bps::from_percent(10.0), 123.45, step), "12.3".parse().unwrap());
        assert_eq!(capacity(Bps::from_percent(10.0), 0.0, step), Qty::ZERO);
        assert_eq!(capacity(Bps::from_percent(10.0), 0.5, step), Qty::ZERO);
    }
}
