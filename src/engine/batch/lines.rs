//! Averages, one block of bars after the other: what crossing strategies compare.
//!
//! Owns no formula: every value is, to the last bit, the one that `indicator::compute` gives for the same
//! rows. A column is never held whole.

use super::compare::Coarse;
use super::falls::BLOCK;
use super::ground::Ground;
use super::units::nearest;
use crate::domain::IndicatorSpec;

/// Up to here whole numbers are exact as `f64`.
const EXACT: i64 = 1 << 53;
const UNITS: f64 = 1e8;

/// A block of a line: its values, the same rounded, and their extremes.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    pub exact: [f64; BLOCK],
    pub coarse: Coarse,
    pub low: f32,
    pub high: f32,
}

impl Lane {
    pub const EMPTY: Self = Self { exact: [0.0; BLOCK], coarse: [0.0; BLOCK], low: 0.0, high: 0.0 };

    #[inline(always)]
    fn round(&mut self) {
        for (slot, &value) in self.coarse.iter_mut().zip(&self.exact) {
            *slot = value as f32;
        }
        let (mut lows, mut highs) = ([f32::INFINITY; 16], [f32::NEG_INFINITY; 16]);
        let (chunks, _) = self.coarse.as_chunks::<16>();
        for chunk in chunks {
            for lane in 0..16 {
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
        (self.low, self.high) = (lows[0], highs[0]);
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
    Sma { n: usize, wide: bool },
    Ema(Ema),
    Macd(Macd),
    Signal(Signal),
}

impl Line {
    /// The line of `spec` over the rows from `first` on, ready for the ground's first place. `None` for an
    /// indicator that is no average.
    pub fn new(spec: IndicatorSpec, first: usize, ground: &Ground<'_>) -> Option<Self> {
        let period = |n: u32| n.max(1) as usize;
        let (mut kind, reach) = match spec {
            IndicatorSpec::Sma { n } => {
                let n = period(n);
                let most = i64::try_from(n).unwrap_or(i64::MAX).checked_mul(ground.highest);
                (Kind::Sma { n, wide: most.is_none_or(|most| most > EXACT) }, n)
            }
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
        for row in first..ground.base {
            match &mut kind {
                Kind::Sma { .. } => break,
                Kind::Ema(line) => _ = line.step(row, ground),
                Kind::Macd(line) => _ = line.step(row, ground),
                Kind::Signal(line) => _ = line.step(row, ground),
            }
        }
        Some(Self { kind, valid: first + reach - 1 })
    }

    /// The next block: of the places from `from` on, which are gone through in order. Values before the
    /// line's first, and places past the end, are 0.
    #[inline(always)]
    pub fn fill(&mut self, ground: &Ground<'_>, from: usize, lane: &mut Lane) {
        let len = BLOCK.min(ground.len() - from);
        let start = ground.base + from;
        match &mut self.kind {
            Kind::Sma { n, wide } => {
                let skip = self.valid.saturating_sub(start).min(len);
                lane.exact[..skip].fill(0.0);
                lane.exact[len..].fill(0.0);
                let (first, last) = (start + skip + 1, start + len + 1);
                if skip < len {
                    let (new, old) = (&ground.sums[first..last], &ground.sums[first - *n..last - *n]);
                    let out = &mut lane.exact[skip..len];
                    if *wide { wide_means(new, old, *n, out) } else { means(new, old, *n, out) }
                }
            }
            Kind::Ema(line) => recurse(lane, start, len, |row| line.step(row, ground)),
            Kind::Macd(line) => recurse(lane, start, len, |row| line.step(row, ground)),
            Kind::Signal(line) => recurse(lane, start, len, |row| line.step(row, ground)),
        }
        lane.round();
    }
}

#[inline(always)]
fn recurse(lane: &mut Lane, start: usize, len: usize, mut step: impl FnMut(usize) -> Option<f64>) {
    for (index, slot) in lane.exact[..len].iter_mut().enumerate() {
        *slot = step(start + index).unwrap_or(0.0);
    }
    lane.exact[len..].fill(0.0);
}

/// Means whose sums are exact as `f64`.
#[inline(always)]
fn means(new: &[i64], old: &[i64], n: usize, out: &mut [f64]) {
    let divisor = n as f64 * UNITS;
    for ((slot, &new), &old) in out.iter_mut().zip(new).zip(old) {
        *slot = new.wrapping_sub(old) as f64 / divisor;
    }
}

/// Means of any sums.
#[inline(always)]
fn wide_means(new: &[i64], old: &[i64], n: usize, out: &mut [f64]) {
    for ((slot, &new), &old) in out.iter_mut().zip(new).zip(old) {
        *slot = mean(new.wrapping_sub(old), n);
    }
}

/// As `indicator::exact`: up to 2^53 units the rounded quotient, beyond it quotient and remainder apart. The
/// whole quotient is estimated and put right, for a 64-bit division is slow.
#[inline(always)]
fn mean(sum: i64, n: usize) -> f64 {
    let (count, divisor) = (n as i64, n as f64);
    let exact = sum as f64 / (divisor * UNITS);
    let near = nearest(sum as f64 / divisor);
    let rest = sum - near * count;
    let (near, rest) = if rest < 0 { (near - 1, rest + count) } else { (near, rest) };
    let (near, rest) = if rest >= count { (near + 1, rest - count) } else { (near, rest) };
    let apart = (near as f64 + rest as f64 / divisor) / UNITS;
    if sum <= EXACT { exact } else { apart }
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
    fn step(&mut self, row: usize, ground: &Ground<'_>) -> Option<f64> {
        if row > self.seed {
            self.average += self.factor * (ground.all_closes[row] - self.average);
        } else if row == self.seed {
            self.average = mean(ground.sum(row, self.n), self.n);
        } else {
            return None;
        }
        Some(self.average)
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
    fn step(&mut self, row: usize, ground: &Ground<'_>) -> Option<f64> {
        let (fast, slow) = (self.fast.step(row, ground), self.slow.step(row, ground));
        Some(fast? - slow?)
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
    fn step(&mut self, row: usize, ground: &Ground<'_>) -> Option<f64> {
        let value = self.line.step(row, ground)?;
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
}
