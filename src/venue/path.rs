//! The path inside a bar for `intrabar = "ohlc_path"`: open, the nearer extreme, the other, close.

use super::PriceBar;
use super::resting::{Match, Reach, Resting, Touch, within};
use crate::domain::{Liquidity, Price, Side};

/// The four prices of the path. Where both extremes are equally far from the open, the low comes first.
pub fn points(bar: &PriceBar) -> [Price; 4] {
    if bar.open - bar.low <= bar.high - bar.open {
        [bar.open, bar.low, bar.high, bar.close]
    } else {
        [bar.open, bar.high, bar.low, bar.close]
    }
}

/// The price at which a move from `here` to `to` reaches `order`: its level, or `here` where the level is
/// already passed. A limit with `through` needs a move beyond its price.
pub fn reached(order: Resting, side: Side, here: Price, to: Price, through: bool) -> Option<Price> {
    let level = order.level();
    let strict = through && !order.is_stop();
    match order.reach(side) {
        Reach::Down if strict => (here.min(to) < level).then(|| here.min(level)),
        Reach::Down => (here.min(to) <= level).then(|| here.min(level)),
        Reach::Up if strict => (here.max(to) > level).then(|| here.max(level)),
        Reach::Up => (here.max(to) >= level).then(|| here.max(level)),
    }
}

/// Effect on `order` of the path reaching the price `at`.
pub fn meet(order: Resting, side: Side, at: Price, at_open: bool) -> Touch {
    let taker = |bound| Match { raw: at, liquidity: Liquidity::Taker, bound, at_open };
    match order {
        Resting::Limit(_) => {
            Touch::Filled(Match { raw: at, liquidity: Liquidity::Maker, bound: None, at_open })
        }
        Resting::Stop(_) => Touch::Filled(taker(None)),
        Resting::StopLimit { limit, .. } if within(at, limit, side) => Touch::Filled(taker(Some(limit))),
        Resting::StopLimit { .. } => Touch::Triggered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(value: f64) -> Price {
        Price::from_f64(value)
    }

    #[test]
    fn the_nearer_extreme_comes_first_and_a_tie_goes_low() {
        let bar = |o, h, l, c| PriceBar { open: p(o), high: p(h), low: p(l), close: p(c) };
        assert_eq!(points(&bar(100.0, 103.0, 98.0, 101.0)), [p(100.0), p(98.0), p(103.0), p(101.0)]);
        assert_eq!(points(&bar(100.0, 101.0, 98.0, 99.0)), [p(100.0), p(101.0), p(98.0), p(99.0)]);
        assert_eq!(points(&bar(100.0, 102.0, 98.0, 99.0)), [p(100.0), p(98.0), p(102.0), p(99.0)]);
    }

    #[test]
    fn a_leg_reaches_the_levels_it_crosses() {
        let stop = Resting::Stop(p(99.0));
        assert_eq!(reached(stop, Side::Sell, p(100.0), p(98.0), false), Some(p(99.0)));
        assert_eq!(reached(stop, Side::Sell, p(98.5), p(103.0), false), Some(p(98.5)));
        assert_eq!(reached(stop, Side::Sell, p(100.0), p(103.0), false), None);
        let limit = Resting::Limit(p(103.0));
        assert_eq!(reached(limit, Side::Sell, p(100.0), p(103.0), false), Some(p(103.0)));
        assert_eq!(reached(limit, Side::Sell, p(100.0), p(103.0), true), None);
    }
}
