//! Matches a resting order against a bar: first its open, then the rest.

use super::PriceBar;
use super::path::{meet, reached};
use super::resting::{Reach, Resting, Touch};
use crate::domain::{Price, Side};

/// Effect of the bar's open on `order`: an open beyond its price fills it at the open, before any other event
/// of the bar. With `through`, an open exactly at a limit does not fill it.
pub fn at_open(order: Resting, side: Side, open: Price, through: bool) -> Touch {
    match reached(order, side, open, open, through) {
        Some(at) => meet(order, side, at, true),
        None => Touch::Untouched,
    }
}

/// Effect of the bar after its open on an order that the open left unfilled: it fills at its own price. With
/// `through`, a limit needs a price beyond its own.
///
/// A stop-limit that is triggered beyond its limit fills in a later bar at the earliest, because the prices
/// after the trigger are unknown.
pub fn inside(order: Resting, side: Side, bar: &PriceBar, through: bool) -> Touch {
    let extreme = match order.reach(side) {
        Reach::Down => bar.low,
        Reach::Up => bar.high,
    };
    match reached(order, side, bar.open, extreme, through) {
        Some(at) => meet(order, side, at, false),
        None => Touch::Untouched,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Liquidity;

    fn p(value: f64) -> Price {
        Price::from_f64(value)
    }

    fn bar(open: f64, high: f64, low: f64, close: f64) -> PriceBar {
        PriceBar { open: p(open), high: p(high), low: p(low), close: p(close) }
    }

    /// Matches the open first, then the rest of the bar.
    fn touch(order: Resting, side: Side, bar: &PriceBar, through: bool) -> Touch {
        match at_open(order, side, bar.open, through) {
            Touch::Untouched => inside(order, side, bar, through),
            touched => touched,
        }
    }

    fn raw(touch: Touch) -> Option<(f64, Liquidity, bool)> {
        match touch {
            Touch::Filled(m) => Some((m.raw.to_f64(), m.liquidity, m.at_open)),
            _ => None,
        }
    }

    #[test]
    fn buy_limit_fills_at_the_better_of_open_and_price() {
        let order = Resting::Limit(p(100.0));
        let at = |b| raw(touch(order, Side::Buy, &b, false));
        assert_eq!(at(bar(105.0, 106.0, 100.0, 104.0)), Some((100.0, Liquidity::Maker, false)));
        assert_eq!(at(bar(97.0, 106.0, 95.0, 104.0)), Some((97.0, Liquidity::Maker, true)));
        assert_eq!(at(bar(105.0, 106.0, 100.01, 104.0)), None);
    }

    #[test]
    fn sell_limit_mirrors_it() {
        let order = Resting::Limit(p(100.0));
        let at = |b| raw(touch(order, Side::Sell, &b, false));
        assert_eq!(at(bar(95.0, 100.0, 94.0, 96.0)), Some((100.0, Liquidity::Maker, false)));
        assert_eq!(at(bar(103.0, 104.0, 94.0, 96.0)), Some((103.0, Liquidity::Maker, true)));
        assert_eq!(at(bar(95.0, 99.99, 94.0, 96.0)), None);
    }

    #[test]
    fn through_requires_a_price_beyond_the_limit() {
        let order = Resting::Limit(p(100.0));
        assert_eq!(raw(touch(order, Side::Buy, &bar(105.0, 106.0, 100.0, 104.0), true)), None);
        let deeper = touch(order, Side::Buy, &bar(105.0, 106.0, 99.99, 104.0), true);
        assert_eq!(raw(deeper), Some((100.0, Liquidity::Maker, false)));
        let gap = touch(order, Side::Sell, &bar(101.0, 101.0, 99.0, 100.0), true);
        assert_eq!(raw(gap), Some((101.0, Liquidity::Maker, true)));
        assert_eq!(raw(touch(order, Side::Sell, &bar(99.0, 100.0, 99.0, 99.0), true)), None);
    }

    #[test]
    fn stops_fill_at_the_stop_or_at_a_gap_open() {
        let order = Resting::Stop(p(100.0));
        let sell = |b| raw(touch(order, Side::Sell, &b, false));
        assert_eq!(sell(bar(105.0, 106.0, 99.0, 104.0)), Some((100.0, Liquidity::Taker, false)));
        assert_eq!(sell(bar(90.0, 106.0, 89.0, 104.0)), Some((90.0, Liquidity::Taker, true)));
        assert_eq!(sell(bar(105.0, 106.0, 100.5, 104.0)), None);
        let buy = |b| raw(touch(order, Side::Buy, &b, false));
        assert_eq!(buy(bar(95.0, 101.0, 94.0, 96.0)), Some((100.0, Liquidity::Taker, false)));
        assert_eq!(buy(bar(110.0, 111.0, 94.0, 96.0)), Some((110.0, Liquidity::Taker, true)));
    }

    #[test]
    fn stop_limit_takes_within_its_limit_and_rests_beyond() {
        let order = Resting::StopLimit { trigger: p(100.0), limit: p(98.0) };
        let sell = |b| touch(order, Side::Sell, &b, false);
        // Trigger inside the bar: at the trigger, bounded by the limit.
        assert_eq!(raw(sell(bar(105.0, 106.0, 90.0, 104.0))), Some((100.0, Liquidity::Taker, false)));
        // Opens below the limit: triggered, and the rest of the bar is matched against the limit.
        assert_eq!(sell(bar(95.0, 99.0, 90.0, 96.0)), Touch::Triggered);
        let rests = inside(Resting::Limit(p(98.0)), Side::Sell, &bar(95.0, 99.0, 90.0, 96.0), false);
        assert_eq!(raw(rests), Some((98.0, Liquidity::Maker, false)));
        let buy = Resting::StopLimit { trigger: p(100.0), limit: p(102.0) };
        let at = |b| touch(buy, Side::Buy, &b, false);
        assert_eq!(raw(at(bar(95.0, 101.0, 94.0, 96.0))), Some((100.0, Liquidity::Taker, false)));
        assert_eq!(raw(at(bar(101.0, 103.0, 94.0, 96.0))), Some((101.0, Liquidity::Taker, true)));
        assert_eq!(at(bar(105.0, 106.0, 103.0, 104.0)), Touch::Triggered);
    }

    #[test]
    fn a_limit_above_the_trigger_waits_for_a_later_bar() {
        let order = Resting::StopLimit { trigger: p(95.0), limit: p(97.0) };
        // Triggered inside the bar with the limit above the trigger: the high may have come before the
        // trigger.
        assert_eq!(touch(order, Side::Sell, &bar(99.0, 99.5, 94.0, 98.0), false), Touch::Triggered);
    }
}
