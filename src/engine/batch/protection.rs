//! The protective orders of one position against the bars: the first that fills, and at what price.
//!
//! Owns no rule: levels, what a bar does to an order and which comes first are those of the engine's bracket and of
//! `venue`, with a bar read adversely.

use std::ops::Range;

use crate::domain::{Bracket, Distance, Liquidity, Price, Side};
use crate::engine::bracket::{level, sane};
use crate::engine::working::{at_distance, wake_room};
use crate::market::{Row, SymbolSeries};
use crate::venue::{PriceBar, Resting, Touch, at_open, inside};

/// What protects a long position.
#[derive(Debug, Clone, Copy)]
pub(super) struct Protection<'m> {
    series: &'m SymbolSeries,
    stop: Option<Price>,
    trailing: Option<Trailing>,
    target: Option<Price>,
    /// Whether the target needs a price beyond its own.
    through: bool,
}

#[derive(Debug, Clone, Copy)]
struct Trailing {
    distance: Distance,
    best: f64,
    level: Price,
}

/// A protective order's fill, before slippage.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProtectiveFill {
    pub row: Row,
    pub raw: Price,
    pub liquidity: Liquidity,
}

impl<'m> Protection<'m> {
    /// Of a position bought at one price.
    pub fn new(bracket: &Bracket, entry: Price, series: &'m SymbolSeries, through: bool) -> Self {
        let tick = series.instrument.price_tick;
        let trailing = bracket.trailing_stop.map(sane).map(|distance| Trailing {
            distance,
            best: entry.to_f64(),
            level: at_distance(entry, distance, false, tick),
        });
        Self {
            series,
            stop: bracket.stop_loss.map(|stop| level(stop, entry, false, tick)),
            trailing,
            target: bracket.take_profit.map(|target| level(target, entry, true, tick)),
            through,
        }
    }

    /// The first fill in `rows`, which are gone through once and in order.
    pub fn first_fill(&mut self, mut rows: Range<Row>) -> Option<ProtectiveFill> {
        if self.stop.is_none() && self.trailing.is_none() && self.target.is_none() {
            return None;
        }
        loop {
            // What is found too early is looked at exactly.
            let (stop, target) = (self.nearest_stop().map(Price::to_f64), self.target.map(Price::to_f64));
            let down = stop.map_or(f64::NEG_INFINITY, |level| level + wake_room(level));
            let target = target.map_or(f64::INFINITY, |level| level - wake_room(level));
            let up = self.trailing.map_or(target, |trailing| target.min(trailing.best));
            let row = self.series.first_reach(rows.clone(), down, up)?;
            if let Some(fill) = self.fill(row) {
                return Some(fill);
            }
            self.raise(row);
            rows.start = row + 1;
        }
    }

    /// A falling price passes the higher stop first.
    fn nearest_stop(&self) -> Option<Price> {
        self.stop.into_iter().chain(self.trailing.map(|trailing| trailing.level)).max()
    }

    fn fill(&self, row: Row) -> Option<ProtectiveFill> {
        let bar = PriceBar::of(&self.series.bars, row);
        let stop = self.nearest_stop().map(Resting::Stop);
        let target = self.target.map(Resting::Limit);
        let opened = |order: Resting| at_open(order, Side::Sell, bar.open, self.through);
        let reached = |order: Resting| inside(order, Side::Sell, &bar, self.through);
        let touches =
            [stop.map(opened), target.map(opened), stop.map(reached), target.map(reached)].into_iter();
        touches.flatten().find_map(|touch| match touch {
            Touch::Filled(matched) => {
                Some(ProtectiveFill { row, raw: matched.raw, liquidity: matched.liquidity })
            }
            Touch::Untouched | Touch::Triggered => None,
        })
    }

    /// The bar has passed: the trailing stop follows its high.
    fn raise(&mut self, row: Row) {
        let high = self.series.bars.high[row];
        if let Some(trailing) = self.trailing.as_mut().filter(|trailing| high > trailing.best) {
            let best = Price::from_f64(high);
            trailing.best = best.to_f64();
            trailing.level = at_distance(best, trailing.distance, false, self.series.instrument.price_tick);
        }
    }
}
