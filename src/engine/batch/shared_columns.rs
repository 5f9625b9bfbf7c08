//! What all parameterisations of a grid share: one symbol's prices as integers, sums of closes, extremes of
//! blocks. Computed once, never changed.

use std::borrow::Cow;

use super::compare::{Compare, Work, dispatch};
use super::segment::{BLOCK, Closes, higher, lower, scan};
use super::units::{FeeSchedule, price_units};
use crate::domain::{Bps, DayStart, Price, Timestamp};

/// Largest price: below it prices become units by one multiplication.
const HIGHEST_PRICE: f64 = 2e7;

/// One symbol up to the window's last row. Bars are indexed from a base: the row before the window's first, or that.
#[derive(Debug)]
pub(super) struct SharedColumns<'m> {
    /// Open time of each bar.
    pub clock: &'m [Timestamp],
    /// `sums[r]` is the sum of the closes of the rows before `r`, in units modulo 2^64; over the symbol's rows.
    pub sums: Vec<i64>,
    /// The row of bar 0.
    pub base: usize,
    /// The bar of the window's first tick: 0 or 1.
    pub origin: usize,
    /// All closes of the symbol up to the window's end, by row.
    pub all_closes: Cow<'m, [f64]>,
    /// The highest close in units.
    pub highest: i64,
    /// What a buy at the open of a bar pays, slippage included, in units.
    pub buy: Vec<i64>,
    /// What a sale brings there, where it is not the same.
    sell: Vec<i64>,
    lows: Vec<f64>,
    highs: Vec<f64>,
}

/// The columns of a symbol that a ground is made from.
#[derive(Debug, Clone)]
pub(super) struct Columns<'m> {
    pub clock: &'m [Timestamp],
    pub open: Cow<'m, [f64]>,
    pub close: Cow<'m, [f64]>,
}

impl<'m> SharedColumns<'m> {
    /// Rows `first .. last` are the window, bars are counted from `base`. `None` where a price is too high or too low for
    /// 64 bits.
    pub fn new(
        columns: Columns<'m>,
        (base, first, last): (usize, usize, usize),
        slippage: Bps,
        tariff: impl FnOnce(i64) -> Option<FeeSchedule>,
    ) -> Option<(Self, FeeSchedule)> {
        let all_closes = match columns.close {
            Cow::Borrowed(all) => Cow::Borrowed(&all[..last]),
            Cow::Owned(mut all) => {
                all.truncate(last);
                Cow::Owned(all)
            }
        };
        let highest = highest_of(&all_closes);
        let opens = &columns.open[base..last];
        let lowest =
            lower(scan(opens, f64::INFINITY, lower), scan(&all_closes[base..], f64::INFINITY, lower));
        if highest.max(highest_of(opens)) >= HIGHEST_PRICE || price_units(lowest) < 1 {
            return None;
        }
        let highest = price_units(highest);
        let tariff = tariff(highest)?;
        let mut ground = Self {
            clock: &columns.clock[base..last],
            sums: vec![0; last + 1],
            base,
            origin: first - base,
            all_closes,
            highest,
            buy: vec![0; last - base],
            sell: Vec::new(),
            lows: vec![f64::INFINITY; (last - base).div_ceil(BLOCK)],
            highs: vec![f64::NEG_INFINITY; (last - base).div_ceil(BLOCK)],
        };
        dispatch(Fill { ground: &mut ground, opens, slippage });
        Some((ground, tariff))
    }

    /// Number of bars.
    pub fn len(&self) -> usize {
        self.clock.len()
    }

    /// What a sale at the open of a bar brings, slippage included, in units.
    #[inline(always)]
    pub fn sell(&self, bar: usize) -> i64 {
        let column = if self.sell.is_empty() { &self.buy } else { &self.sell };
        column[bar]
    }

    /// Whether the sum of any `n` closes fits 64 bits with one to spare.
    pub fn fits(&self, n: u32) -> bool {
        self.highest.checked_mul(n.into()).is_some_and(|most| most <= i64::MAX / 2)
    }

    /// The sum of the `n` closes up to row `row`, which there are and which fit.
    #[inline(always)]
    pub fn sum(&self, row: usize, n: usize) -> i64 {
        self.sums[row + 1].wrapping_sub(self.sums[row + 1 - n])
    }

    /// The bars of the window after which a new trading day begins.
    pub fn day_ends(&self, day: DayStart) -> Vec<usize> {
        day_ends(&self.clock[self.origin..], day).into_iter().map(|bar| self.origin + bar).collect()
    }

    pub fn closes(&self) -> Closes<'_> {
        Closes { close: &self.all_closes[self.base..], lows: &self.lows, highs: &self.highs }
    }
}

/// The bars of a clock after which a new trading day begins.
pub(super) fn day_ends(clock: &[Timestamp], day: DayStart) -> Vec<usize> {
    let Some(&first) = clock.first() else { return Vec::new() };
    let mut next = day.end_after(first);
    let ends = |(bar, pair): (usize, &[Timestamp])| {
        let ends = pair[1] >= next;
        if ends {
            next = day.end_after(pair[1]);
        }
        ends.then_some(bar)
    };
    clock.windows(2).enumerate().filter_map(ends).collect()
}

fn highest_of(values: &[f64]) -> f64 {
    scan(values, 0.0, higher)
}

struct Fill<'g, 'm> {
    ground: &'g mut SharedColumns<'m>,
    opens: &'g [f64],
    slippage: Bps,
}

impl Work for Fill<'_, '_> {
    #[inline(always)]
    fn run<C: Compare>(self, _: C) {
        let Self { ground, opens, slippage } = self;
        for (slot, &close) in ground.sums[1..].iter_mut().zip(&*ground.all_closes) {
            *slot = price_units(close);
        }
        let mut sum = 0_i64;
        for slot in &mut ground.sums {
            sum = sum.wrapping_add(*slot);
            *slot = sum;
        }
        for (slot, &open) in ground.buy.iter_mut().zip(opens) {
            *slot = price_units(open);
        }
        if slippage != Bps::ZERO {
            let slipped =
                |units: i64, up| Price::from_units(units.into()).slipped(slippage, up).units() as i64;
            ground.sell = ground.buy.iter().map(|&units| slipped(units, false)).collect();
            ground.buy.iter_mut().for_each(|units| *units = slipped(*units, true));
        }
        let blocks = ground.all_closes[ground.base..].chunks(BLOCK);
        for ((low, high), block) in ground.lows.iter_mut().zip(&mut ground.highs).zip(blocks) {
            (*low, *high) = (scan(block, f64::INFINITY, lower), scan(block, f64::NEG_INFINITY, higher));
        }
    }
}
