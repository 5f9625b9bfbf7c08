//! Averages, one block of bars after the other: what crossing strategies compare.
//!
//! Owns no formula: every exact value is, to the last bit, the one that `indicator::compute` gives for the same
//! rows. Most comparisons need no exact value: a coarse `f32` one, without a division, decides
//! wherever two lines are more than a ten-millionth apart. A column is never held whole.

use super::compare::Coarse;
use super::segment::BLOCK;
use super::shared_columns::SharedColumns;
use crate::domain::IndicatorSpec;

/// Up to here whole numbers are exact as `f64`.
const EXACT: i64 = 1 << 53;
const UNITS: f64 = 1e8;

/// More than the error of a coarse value and of its exact counterpart together, relatively: one place of an `f32`
/// and a little.
const MARGIN: f32 = 1.0 / (1 << 22) as f32;

/// A block of a line, coarsely: values, and between which bounds two exact values are indistinguishable.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    /// The exact values, where they do not follow from the sums of closes.
    exact: [f64; BLOCK],
    pub values: Coarse,
    pub ceiling: Coarse,
    pub floor: Coarse,
    /// Extremes of `values`, of `ceiling` and of `floor`.
    pub lowest: f32,
    pub highest: f32,
    pub top: f32,
    pub bottom: f32,
}

#[inline(always)]
fn up(value: f32) -> f32 {
    value + value.abs() * MARGIN
}

#[inline(always)]
fn down(value: f32) -> f32 {
    value - value.abs() * MARGIN
}

impl Lane {
    pub const EMPTY: Self = Self {
        exact: [0.0; BLOCK],
        values: [0.0; BLOCK],
        ceiling: [0.0; BLOCK],
        floor: [0.0; BLOCK],
        lowest: 0.0,
        highest: 0.0,
        top: 0.0,
        bottom: 0.0,
    };

    #[inline(always)]
    fn bound(&mut self) {
        const WIDE: usize = 16;
        for (index, &value) in self.values.iter().enumerate() {
            self.ceiling[index] = up(value);
            self.floor[index] = down(value);
        }
        let (mut lows, mut highs) = ([f32::INFINITY; WIDE], [f32::NEG_INFINITY; WIDE]);
        for chunk in self.values.as_chunks::<WIDE>().0 {
            for lane in 0..WIDE {
                lows[lane] = if chunk[lane] < lows[lane] { chunk[lane] } else { lows[lane] };
                highs[lane] = if chunk[lane] > highs[lane] { chunk[lane] } else { highs[lane] };
            }
        }
        for half in [8, 4, 2, 1] {
            for lane in 0..half {
                let (a, b) = (lows[lane], lows[lane + half]);
                lows[lane] = if b < a { b } else { a };
                let (a, b) = (highs[lane], highs[lane + half]);
                highs[lane] = if b > a { b } else { a };
            }
        }
        (self.lowest, self.highest) = (lows[0], highs[0]);
        (self.bottom, self.top) = (down(self.lowest), up(self.highest));
    }
}

/// A line and where it begins.
#[derive(Debug, Clone)]
pub(super) struct Line {
    kind: Kind,
    /// The first row with a value.
    pub valid: usize,
}

#[derive(Debug, Clone)]
enum Kind {
    Sma(usize),
    Ema(Ema),
    Macd(Macd),
    Signal(Signal),
}

impl Line {
    /// The line of `spec` over the rows from `first` on, ready for the ground's first bar. `None` for an
    /// indicator that is no average.
    pub fn new(spec: &IndicatorSpec, first: usize, columns: &SharedColumns<'_>) -> Option<Self> {
        let period = |n: u32| n.max(1) as usize;
        let (mut kind, reach) = match *spec {
            IndicatorSpec::Sma { n } => (Kind::Sma(period(n)), period(n)),
            IndicatorSpec::Ema { n } => (Kind::Ema(Ema::new(period(n), first)), period(n)),
            IndicatorSpec::MacdLine { fast, slow } => {
                let (fast, slow) = (period(fast), period(slow));
                (Kind::Macd(Macd::new(fast, slow, first)), fast.max(slow))
            }
            IndicatorSpec::MacdSignal { fast, slow, signal } => {
                let (fast, slow, signal) = (period(fast), period(slow), period(signal));
                (Kind::Signal(Signal::new(fast, slow, signal, first)), fast.max(slow) + signal - 1)
            }
            _ => return None,
        };
        for row in first..columns.base {
            match &mut kind {
                Kind::Sma(_) => break,
                Kind::Ema(line) => _ = line.step(row, columns),
                Kind::Macd(line) => _ = line.step(row, columns),
                Kind::Signal(line) => _ = line.step(row, columns),
            }
        }
        Some(Self { kind, valid: first + reach - 1 })
    }

    /// The next block: of the bars from `from` on, which are gone through in order. Values before the
    /// line's first, and bars past the end, are 0.
    #[inline(always)]
    pub fn fill(&mut self, columns: &SharedColumns<'_>, from: usize, lane: &mut Lane) {
        let len = BLOCK.min(columns.len() - from);
        let start = columns.base + from;
        match &mut self.kind {
            Kind::Sma(n) => {
                let skip = self.valid.saturating_sub(start).min(len);
                lane.values[..skip].fill(0.0);
                lane.values[len..].fill(0.0);
                if skip < len {
                    let (first, last) = (start + skip + 1, start + len + 1);
                    let (new, old) = (&columns.sums[first..last], &columns.sums[first - *n..last - *n]);
                    let factor = 1.0 / (*n as f64 * UNITS);
                    for ((slot, &new), &old) in lane.values[skip..len].iter_mut().zip(new).zip(old) {
                        *slot = (new.wrapping_sub(old) as f64 * factor) as f32;
                    }
                }
            }
            Kind::Ema(line) => recurse(lane, start, len, |row| line.step(row, columns)),
            Kind::Macd(line) => recurse(lane, start, len, |row| line.step(row, columns)),
            Kind::Signal(line) => recurse(lane, start, len, |row| line.step(row, columns)),
        }
        lane.bound();
    }

    /// Whether this line, gone through up to row `row`, has from there on the values of another of the same indicator
    /// that began elsewhere: what it remembers of its start has been rounded away.
    pub fn goes_on_as(&self, other: &Self, row: usize) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Ema(a), Kind::Ema(b)) => a.goes_on_as(b, row),
            (Kind::Macd(a), Kind::Macd(b)) => a.goes_on_as(b, row),
            (Kind::Signal(a), Kind::Signal(b)) => a.goes_on_as(b, row),
            _ => false,
        }
    }

    /// The exact value at a bar of the block that `lane` holds; 0 before the line's first and past the end.
    pub fn value(&self, columns: &SharedColumns<'_>, lane: &Lane, bar: usize) -> f64 {
        let row = columns.base + bar;
        match self.kind {
            Kind::Sma(_) if row < self.valid || bar >= columns.len() => 0.0,
            Kind::Sma(n) => mean(columns.sum(row, n), n),
            _ => lane.exact[bar % BLOCK],
        }
    }
}

#[inline(always)]
fn recurse(lane: &mut Lane, start: usize, len: usize, mut step: impl FnMut(usize) -> Option<f64>) {
    for (index, slot) in lane.exact[..len].iter_mut().enumerate() {
        *slot = step(start + index).unwrap_or(0.0);
    }
    lane.exact[len..].fill(0.0);
    for (slot, &value) in lane.values.iter_mut().zip(&lane.exact) {
        *slot = value as f32;
    }
}

/// As `indicator::exact`: up to 2^53 units the rounded quotient, beyond it quotient and remainder apart.
fn mean(sum: i64, n: usize) -> f64 {
    if sum <= EXACT {
        return sum as f64 / (n as f64 * UNITS);
    }
    let (whole, rest) = (sum / n as i64, sum % n as i64);
    (whole as f64 + rest as f64 / n as f64) / UNITS
}

/// An exponential average, row by row.
#[derive(Debug, Clone)]
struct Ema {
    n: usize,
    /// The row of its seed.
    seed: usize,
    factor: f64,
    average: f64,
}

impl Ema {
    fn new(n: usize, first: usize) -> Self {
        Self { n, seed: first + n - 1, factor: 2.0 / (n as f64 + 1.0), average: 0.0 }
    }

    #[inline(always)]
    fn step(&mut self, row: usize, columns: &SharedColumns<'_>) -> Option<f64> {
        if row > self.seed {
            self.average += self.factor * (columns.all_closes[row] - self.average);
        } else if row == self.seed {
            self.average = mean(columns.sum(row, self.n), self.n);
        } else {
            return None;
        }
        Some(self.average)
    }

    fn goes_on_as(&self, other: &Self, row: usize) -> bool {
        self.n == other.n
            && row >= self.seed.max(other.seed)
            && self.average.to_bits() == other.average.to_bits()
    }
}

/// The distance of two exponential averages.
#[derive(Debug, Clone)]
struct Macd {
    fast: Ema,
    slow: Ema,
}

impl Macd {
    fn new(fast: usize, slow: usize, first: usize) -> Self {
        Self { fast: Ema::new(fast, first), slow: Ema::new(slow, first) }
    }

    #[inline(always)]
    fn step(&mut self, row: usize, columns: &SharedColumns<'_>) -> Option<f64> {
        let (fast, slow) = (self.fast.step(row, columns), self.slow.step(row, columns));
        Some(fast? - slow?)
    }

    fn goes_on_as(&self, other: &Self, row: usize) -> bool {
        self.fast.goes_on_as(&other.fast, row) && self.slow.goes_on_as(&other.slow, row)
    }
}

/// The exponential average of that distance.
#[derive(Debug, Clone)]
struct Signal {
    line: Macd,
    n: usize,
    factor: f64,
    /// The line's first values, until there are enough for the seed.
    seed: Vec<f64>,
    average: f64,
}

impl Signal {
    fn new(fast: usize, slow: usize, n: usize, first: usize) -> Self {
        let factor = 2.0 / (n as f64 + 1.0);
        Self { line: Macd::new(fast, slow, first), n, factor, seed: Vec::new(), average: 0.0 }
    }

    #[inline(always)]
    fn step(&mut self, row: usize, columns: &SharedColumns<'_>) -> Option<f64> {
        let value = self.line.step(row, columns)?;
        if self.seed.len() == self.n {
            self.average += self.factor * (value - self.average);
            return Some(self.average);
        }
        self.seed.push(value);
        if self.seed.len() < self.n {
            return None;
        }
        self.average = self.seed.iter().sum::<f64>() / self.n as f64;
        Some(self.average)
    }

    fn goes_on_as(&self, other: &Self, row: usize) -> bool {
        let seeded = |signal: &Self| signal.seed.len() == signal.n;
        self.n == other.n
            && seeded(self)
            && seeded(other)
            && self.average.to_bits() == other.average.to_bits()
            && self.line.goes_on_as(&other.line, row)
    }
}
