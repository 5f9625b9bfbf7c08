//! Parts of an equity curve between two changes, `cash + qty * close`, and closes with the extremes of their blocks.

use super::units::price_units;
use crate::domain::{Cash, Price, Qty};

/// Closes whose extremes are kept together.
pub(super) const BLOCK: usize = 64;

/// Closes and the extremes of their blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Closes<'a> {
    pub close: &'a [f64],
    pub lows: &'a [f64],
    pub highs: &'a [f64],
}

/// The curve from bar `from` to `to` (exclusive).
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub from: usize,
    pub to: usize,
    pub cash: f64,
    pub qty: f64,
}

impl Segment {
    /// No position from a bar on.
    #[inline(always)]
    pub fn flat(from: usize, cash: f64) -> Self {
        Self { from, to: from + 1, cash, qty: 0.0 }
    }

    #[inline(always)]
    pub fn at_its_start(self) -> CurvePoint {
        CurvePoint::At(self, self.from)
    }

    /// The equity at a close in exact money. Cash and quantity are floats of whole units below 2^53, which they
    /// give back.
    fn exact(&self, close: f64) -> f64 {
        let units = |value: f64| if value < 0.0 { -price_units(-value) } else { price_units(value) };
        let [cash, qty] = [self.cash, self.qty].map(units);
        let price = Price::from_units(price_units(close).into());
        (Cash::from_units(cash.into()) + Cash::notional(price, Qty::from_units(qty.into()))).to_f64()
    }

    #[inline(always)]
    pub fn at(&self, close: f64) -> f64 {
        self.cash + self.qty * close
    }

    /// At least its lowest and at most its highest value in a block of closes.
    #[inline(always)]
    pub fn bounds(&self, block: usize, closes: &Closes<'_>) -> (f64, f64) {
        let (low, high) = (self.at(closes.lows[block]), self.at(closes.highs[block]));
        if self.qty < 0.0 { (high, low) } else { (low, high) }
    }

    /// Its lowest value.
    #[inline(always)]
    pub fn lowest(&self, closes: &Closes<'_>) -> f64 {
        let close = match self.qty < 0.0 {
            true => closes.highest(self.from, self.to),
            false => closes.lowest(self.from, self.to),
        };
        self.at(close)
    }

    /// The first bar with this value.
    fn first(&self, closes: &Closes<'_>, value: f64) -> Option<usize> {
        let mut bars = self.from..self.to;
        if self.qty == 0.0 { bars.next() } else { bars.find(|&i| self.at(closes.close[i]) == value) }
    }
}

impl Closes<'_> {
    /// The lowest close of a range.
    #[inline(always)]
    pub fn lowest(&self, from: usize, to: usize) -> f64 {
        extreme(self.close, self.lows, from, to, f64::INFINITY, lower)
    }

    /// The highest close of a range.
    fn highest(&self, from: usize, to: usize) -> f64 {
        extreme(self.close, self.highs, from, to, f64::NEG_INFINITY, higher)
    }

    /// At least the highest close of a range: whole blocks are looked at.
    #[inline(always)]
    pub fn at_most(&self, from: usize, to: usize) -> f64 {
        around(self.highs, from, to, higher)
    }

    /// At most the lowest close of a range.
    #[inline(always)]
    pub fn at_least(&self, from: usize, to: usize) -> f64 {
        around(self.lows, from, to, lower)
    }
}

#[inline(always)]
pub(super) fn lower(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

#[inline(always)]
pub(super) fn higher(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// The extreme of the blocks that a range touches: mostly one or two.
#[inline(always)]
fn around(blocks: &[f64], from: usize, to: usize, pick: impl Fn(f64, f64) -> f64 + Copy) -> f64 {
    let (first, last) = (from / BLOCK, (to - 1) / BLOCK);
    let ends = pick(blocks[first], blocks[last]);
    if last - first < 2 { ends } else { blocks[first + 1..last].iter().fold(ends, |a, &b| pick(a, b)) }
}

/// The extreme of a range by its two ends and the whole blocks between them.
#[inline(always)]
pub(super) fn extreme(
    close: &[f64],
    blocks: &[f64],
    from: usize,
    to: usize,
    none: f64,
    pick: impl Fn(f64, f64) -> f64 + Copy,
) -> f64 {
    let (first, last) = (from.div_ceil(BLOCK), to / BLOCK);
    if first >= last {
        return scan(&close[from..to], none, pick);
    }
    let ends =
        pick(scan(&close[from..first * BLOCK], none, pick), scan(&close[last * BLOCK..to], none, pick));
    blocks[first..last].iter().fold(ends, |a, &b| pick(a, b))
}

/// The extreme of a slice, eight values side by side; the last eight overlap.
#[inline(always)]
pub(super) fn scan(values: &[f64], none: f64, pick: impl Fn(f64, f64) -> f64 + Copy) -> f64 {
    const LANES: usize = 8;
    let (chunks, rest) = values.as_chunks::<LANES>();
    let Some(tail) = values.last_chunk::<LANES>() else {
        return rest.iter().fold(none, |a, &b| pick(a, b));
    };
    let mut lanes = *tail;
    for chunk in chunks {
        for lane in 0..LANES {
            lanes[lane] = pick(lanes[lane], chunk[lane]);
        }
    }
    let four: [f64; 4] = std::array::from_fn(|i| pick(lanes[i], lanes[i + 4]));
    pick(pick(four[0], four[2]), pick(four[1], four[3]))
}

/// Where a value was first reached.
#[derive(Debug, Clone, Copy)]
pub(super) enum CurvePoint {
    /// The starting value, before the curve's first point.
    Start,
    /// This bar of a segment.
    At(Segment, usize),
    /// The first bar of the segment with this value.
    In(Segment, f64),
}

impl CurvePoint {
    pub fn bar(self, closes: &Closes<'_>) -> Option<usize> {
        match self {
            Self::Start => None,
            Self::At(_, at) => Some(at),
            Self::In(segment, value) => segment.first(closes, value),
        }
    }

    /// The equity there, exact; `None` at the start.
    pub fn exact(self, closes: &Closes<'_>) -> Option<f64> {
        let (Self::At(segment, _) | Self::In(segment, _)) = self else { return None };
        self.bar(closes).map(|bar| segment.exact(closes.close[bar]))
    }
}
