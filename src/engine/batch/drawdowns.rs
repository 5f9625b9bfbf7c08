//! The deepest fall and the extremes of an equity curve given as segments: `cash + qty * close` between two ticks.
//!
//! Rounding keeps order, so a segment is lowest at its lowest close and highest at its highest; one of a short, with a
//! negative quantity, the other way round. Most
//! segments need only the extremes of blocks of closes; the bars of the result are searched once, at the end.
//! Invariant: the result is that of `metrics::walk` on the curve written out.

use super::replay_summary::{Extremes, IndexedDrawdown};
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
    fn flat(from: usize, cash: f64) -> Self {
        Self { from, to: from + 1, cash, qty: 0.0 }
    }

    #[inline(always)]
    fn at_its_start(self) -> CurvePoint {
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
    fn at(&self, close: f64) -> f64 {
        self.cash + self.qty * close
    }

    /// At least its lowest and at most its highest value in a block of closes.
    fn bounds(&self, block: usize, closes: &Closes<'_>) -> (f64, f64) {
        let (low, high) = (self.at(closes.lows[block]), self.at(closes.highs[block]));
        if self.qty < 0.0 { (high, low) } else { (low, high) }
    }

    /// Its lowest value.
    fn lowest(&self, closes: &Closes<'_>) -> f64 {
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
    fn lowest(&self, from: usize, to: usize) -> f64 {
        extreme(self.close, self.lows, from, to, f64::INFINITY, lower)
    }

    /// The highest close of a range.
    fn highest(&self, from: usize, to: usize) -> f64 {
        extreme(self.close, self.highs, from, to, f64::NEG_INFINITY, higher)
    }

    /// At least the highest close of a range: whole blocks are looked at.
    #[inline(always)]
    fn at_most(&self, from: usize, to: usize) -> f64 {
        around(self.highs, from, to, higher)
    }

    /// At most the lowest close of a range.
    #[inline(always)]
    fn at_least(&self, from: usize, to: usize) -> f64 {
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
enum CurvePoint {
    /// The starting value, before the curve's first point.
    Start,
    /// This bar of a segment.
    At(Segment, usize),
    /// The first bar of the segment with this value.
    In(Segment, f64),
}

impl CurvePoint {
    fn bar(self, closes: &Closes<'_>) -> Option<usize> {
        match self {
            Self::Start => None,
            Self::At(_, at) => Some(at),
            Self::In(segment, value) => segment.first(closes, value),
        }
    }

    /// The equity there, exact; `None` at the start.
    fn exact(self, closes: &Closes<'_>) -> Option<f64> {
        let (Self::At(segment, _) | Self::In(segment, _)) = self else { return None };
        self.bar(closes).map(|bar| segment.exact(closes.close[bar]))
    }
}

#[derive(Debug, Clone, Copy)]
struct Deepest {
    depth: f64,
    peak: CurvePoint,
    trough: CurvePoint,
    recovered: Option<usize>,
}

/// A position held between two bars, then none for a while: a part of the curve that stays below the
/// peak, so that only its lowest value matters.
#[derive(Debug, Clone, Copy)]
struct Trip {
    held: Segment,
    /// The value from the segment's end on.
    after: f64,
}

/// Trips that wait to be looked at.
const WAITING: usize = 64;

/// The state between two points: the highest value so far, and the lowest since, but for the trips that wait.
#[derive(Debug, Clone)]
pub(super) struct Falls {
    start: f64,
    peak: f64,
    low: f64,
    peak_at: CurvePoint,
    low_at: CurvePoint,
    /// The lowest value before the last peak.
    lowest: f64,
    lowest_at: CurvePoint,
    worst: Deepest,
    waiting: Vec<Trip>,
}

impl Falls {
    pub fn new(start: f64) -> Self {
        let worst =
            Deepest { depth: 0.0, peak: CurvePoint::Start, trough: CurvePoint::Start, recovered: None };
        Self {
            start,
            peak: start,
            low: start,
            peak_at: CurvePoint::Start,
            low_at: CurvePoint::Start,
            lowest: start,
            lowest_at: CurvePoint::Start,
            worst,
            waiting: Vec::with_capacity(WAITING),
        }
    }

    /// The curve continues with a position, then flat at `after`.
    #[inline(always)]
    pub fn trip(&mut self, held: Segment, after: f64, closes: &Closes<'_>) {
        if held.from == held.to {
            self.look(closes);
            return self.flat(held.to, after);
        }
        let highest = higher(held.at(closes.at_most(held.from, held.to)), after);
        if highest >= self.peak || self.waiting.len() == WAITING {
            self.look(closes);
            if highest >= self.peak {
                self.climb(held, closes);
                return self.flat(held.to, after);
            }
        }
        self.waiting.push(Trip { held, after });
    }

    /// The curve continues with something held, long or short, up to its end or the next change.
    pub fn hold(&mut self, held: Segment, closes: &Closes<'_>) {
        self.look(closes);
        self.climb(held, closes);
    }

    /// Looks at the trips that wait. The last first: in a curve that sinks it is the lowest, and bounds spare
    /// the others. Of equal values the first counts, so an earlier trip takes over at the same value, within
    /// these trips.
    fn look(&mut self, closes: &Closes<'_>) {
        let before = self.low;
        for index in (0..self.waiting.len()).rev() {
            let Trip { held, after } = self.waiting[index];
            if after <= self.low && after < before {
                (self.low, self.low_at) = (after, Segment::flat(held.to, after).at_its_start());
            }
            if held.at(closes.at_least(held.from, held.to)) <= self.low {
                let value = held.at(closes.lowest(held.from, held.to));
                if value <= self.low && value < before {
                    (self.low, self.low_at) = (value, CurvePoint::In(held, value));
                }
            }
        }
        self.waiting.clear();
    }

    /// The curve continues flat.
    #[inline(always)]
    pub fn flat(&mut self, from: usize, value: f64) {
        let spot = Segment::flat(from, value).at_its_start();
        if value >= self.peak {
            self.rise(value, from, spot);
        } else if value < self.low {
            (self.low, self.low_at) = (value, spot);
        }
    }

    #[inline(always)]
    fn sink(&mut self, segment: Segment, value: f64) {
        if value < self.low {
            self.low = value;
            self.low_at = CurvePoint::In(segment, value);
        }
    }

    /// A segment that may reach the peak: block by block, and point by point where a block does reach it.
    fn climb(&mut self, whole: Segment, closes: &Closes<'_>) {
        let mut from = whole.from;
        while from < whole.to {
            let to = ((from / BLOCK + 1) * BLOCK).min(whole.to);
            let part = Segment { from, to, ..whole };
            let (least, most) = part.bounds(from / BLOCK, closes);
            if most < self.peak {
                if least < self.low {
                    self.sink(part, part.lowest(closes));
                }
            } else {
                self.walk(part, closes);
            }
            from = to;
        }
    }

    fn walk(&mut self, part: Segment, closes: &Closes<'_>) {
        for (index, &close) in closes.close[part.from..part.to].iter().enumerate() {
            let value = part.at(close);
            let bar = part.from + index;
            if value >= self.peak {
                self.rise(value, bar, CurvePoint::At(part, bar));
            } else if value < self.low {
                (self.low, self.low_at) = (value, CurvePoint::At(part, bar));
            }
        }
    }

    /// The peak is reached again or passed.
    #[inline(always)]
    fn rise(&mut self, value: f64, at: usize, spot: CurvePoint) {
        let fell = self.low < self.peak;
        if fell {
            self.settle(Some(at));
        }
        if fell || value > self.peak {
            (self.peak, self.low) = (value, value);
            (self.peak_at, self.low_at) = (spot, spot);
        }
    }

    /// Keeps the fall that ends here if it is the deepest.
    fn settle(&mut self, recovered: Option<usize>) {
        if self.low < self.lowest {
            (self.lowest, self.lowest_at) = (self.low, self.low_at);
        }
        if self.low < self.peak {
            let depth = self.low / self.peak - 1.0;
            if depth < self.worst.depth {
                self.worst = Deepest { depth, peak: self.peak_at, trough: self.low_at, recovered };
            }
        }
    }

    /// The deepest fall and the extremes, with their indexes counted from `origin` and their exact levels.
    pub fn finish(mut self, closes: &Closes<'_>, origin: usize) -> (IndexedDrawdown, Extremes) {
        let start = self.start;
        self.look(closes);
        self.settle(None);
        let level = |spot: CurvePoint| spot.exact(closes).unwrap_or(start);
        let count = |spot: CurvePoint| spot.bar(closes).map(|at| at - origin);
        let (peak, trough) = (self.worst.peak, self.worst.trough);
        let fall = IndexedDrawdown {
            depth: self.worst.depth,
            peak: count(peak),
            trough: count(trough),
            recovered: self.worst.recovered.map(|at| at - origin),
        };
        let trough_bar = fall.trough;
        let fall = fall.between(|bar| level(if bar == trough_bar { trough } else { peak }));
        let extremes = Extremes {
            high: level(self.peak_at),
            high_at: count(self.peak_at),
            low: level(self.lowest_at),
            low_at: count(self.lowest_at),
        };
        (fall, extremes)
    }
}
