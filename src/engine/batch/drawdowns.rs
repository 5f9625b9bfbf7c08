//! The deepest fall and the extremes of an equity curve given as segments: `cash + qty * close` between two ticks.
//!
//! Rounding keeps order, so a segment is lowest at its lowest close and highest at its highest; one of a short, with a
//! negative quantity, the other way round. Most segments need only the extremes of blocks of closes; the bars of the
//! result are searched once, at the end.
//! Invariant: the result is that of `metrics::walk` on the curve written out.

use super::replay_summary::{Extremes, IndexedDrawdown};
use super::segment::{BLOCK, Closes, CurvePoint, Segment, higher};

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
