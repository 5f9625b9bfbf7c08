//! What a window leaves for the record it is part of: as little as the ranking metrics need, so that millions of
//! records can be folded.
//!
//! Owns the operation that joins the summaries of adjacent windows. It is associative with [`Summary::EMPTY`] as its
//! neutral element: exact parts to the bit, floats to rounding. A record is a fold of windows, in order of time: a
//! fresh wallet a window, stakes reinvested. The parts that no ranking needs are in [`Record`](super::Record).

use serde::{Deserialize, Serialize};

use super::inputs::MetricInputs;
use super::profile::Basis;
use super::sampling::LEAST_ANNUALISED;
use super::sums::{OtherSums, ReturnSums};
use crate::domain::{Cash, Span};
use crate::scenario::MetricSpec;

/// The summary of one window or of several in a row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// How many windows.
    pub windows: u32,
    /// In how many of them the agent traded or held a position. A record without one is idle.
    pub acted: u32,
    /// Lengths of the windows, added up: gaps between them are no part of the record. In microseconds in files.
    #[serde(with = "micros")]
    pub length: Span,
    /// Whether a window began with nothing, so that it has no return.
    pub unfunded: bool,
    /// Whether a window's equity reached zero before its last return, so that the returns after it do not exist.
    pub ruined: bool,
    /// Equity at the end over equity at the start, minus one.
    pub gain: f64,
    /// The curve at every bar, as a multiple of its start.
    pub curve: CurveParts,
    /// The sampled returns.
    pub returns: ReturnSums,
    /// Closed round trips.
    pub trades: TradeSums,
    /// Gains and losses by another library's definition; zero where ours holds.
    pub other: OtherSums,
    /// Equity at the end minus equity at the start, added up over the windows.
    pub pnl: Cash,
}

/// The parts of a curve by which drawdowns compose. Multiples of the curve's start.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurveParts {
    /// The highest point.
    pub high: f64,
    /// The lowest point.
    pub low: f64,
    /// The deepest drawdown inside: at most 0.
    pub worst: f64,
}

/// Closed round trips, by net PnL.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeSums {
    /// Number of round trips.
    pub count: u64,
    /// With a gain.
    pub wins: u64,
    /// With a loss.
    pub losses: u64,
    /// Sum of the gains.
    pub gains: Cash,
    /// Sum of the losses, as a positive amount.
    pub lost: Cash,
}

impl Summary {
    /// Of no window: the neutral element.
    pub const EMPTY: Self = Self {
        windows: 0,
        acted: 0,
        length: Span::from_micros(0),
        unfunded: false,
        ruined: false,
        gain: 0.0,
        curve: CurveParts { high: 1.0, low: 1.0, worst: 0.0 },
        returns: ReturnSums::EMPTY,
        trades: TradeSums { count: 0, wins: 0, losses: 0, gains: Cash::ZERO, lost: Cash::ZERO },
        other: OtherSums { wins: 0, losses: 0, gains: 0.0, lost: 0.0 },
        pnl: Cash::ZERO,
    };

    /// Of one window and the sums over its round trips.
    pub(super) fn of(observed: &MetricInputs, spec: &MetricSpec, trades: TradeSums) -> Self {
        let returns = observed.sample.returns();
        let (start, end) = (observed.starting_balance, observed.final_equity);
        let unfunded = !start.is_positive();
        let a = observed.sample.periods_per_year;
        let basis = Basis::of(spec, a);
        let known: &[f64] = returns.as_deref().unwrap_or_default();
        Self {
            windows: 1,
            acted: u32::from(observed.acted),
            length: observed.sample.length,
            unfunded,
            ruined: returns.is_err(),
            gain: if unfunded { 0.0 } else { (end - start).to_f64() / start.to_f64() },
            curve: if unfunded { Self::EMPTY.curve } else { CurveParts::of(observed, &basis) },
            returns: ReturnSums::of(known, a, basis.threshold),
            trades,
            other: basis.other(observed, known),
            pnl: end - start,
        }
    }

    /// Of both, `later` after this one: the later window's curve starts where this one ends.
    #[must_use]
    #[inline]
    pub fn combine(self, later: Self) -> Self {
        if self.windows == 0 {
            return later;
        }
        if later.windows == 0 {
            return self;
        }
        Self {
            windows: self.windows + later.windows,
            acted: self.acted + later.acted,
            length: Span::from_micros(self.length.micros() + later.length.micros()),
            unfunded: self.unfunded | later.unfunded,
            ruined: self.ruined | later.ruined,
            gain: self.gain + later.gain + self.gain * later.gain,
            curve: self.curve.combine(1.0 + self.gain, later.curve),
            returns: self.returns.combine(later.returns),
            trades: self.trades.combine(later.trades),
            other: self.other.combine(later.other),
            pnl: self.pnl + later.pnl,
        }
    }

    /// The record of these windows, in order of time.
    pub fn record(windows: impl IntoIterator<Item = Self>) -> Self {
        windows.into_iter().fold(Self::EMPTY, Self::combine)
    }

    /// Whether the agent held cash all along.
    pub const fn is_idle(&self) -> bool {
        self.acted == 0
    }

    /// Whether the record is too short for its growth to be put to a year.
    pub fn is_short(&self) -> bool {
        self.length < LEAST_ANNUALISED
    }

    /// Length of the record in whole days.
    pub const fn days(&self) -> i64 {
        self.length.micros() / Span::DAY.micros()
    }
}

impl CurveParts {
    fn of(observed: &MetricInputs, basis: &Basis) -> Self {
        let start = observed.starting_balance.to_f64();
        let (drawdown, extremes) = basis.walk(observed);
        Self { high: extremes.high / start, low: extremes.low / start, worst: drawdown.depth }
    }

    /// The drawdown from this curve's highest point to the lowest of a `later` one that starts at `end`.
    pub(super) fn across(&self, end: f64, later: &Self) -> f64 {
        if self.high > 0.0 { (end * later.low / self.high - 1.0).min(0.0) } else { 0.0 }
    }

    /// Of this curve, which ends at the multiple `end`, followed by a `later` one.
    #[inline]
    #[must_use]
    pub fn combine(self, end: f64, later: Self) -> Self {
        Self {
            high: self.high.max(end * later.high),
            low: self.low.min(end * later.low),
            worst: self.worst.min(later.worst).min(self.across(end, &later)),
        }
    }
}

impl TradeSums {
    /// Of these PnLs.
    pub fn of(pnl: impl Iterator<Item = Cash>) -> Self {
        let mut sums = Self::default();
        pnl.for_each(|pnl| sums.add(pnl));
        sums
    }

    /// Adds a round trip.
    #[inline]
    pub(super) fn add(&mut self, pnl: Cash) {
        // Without a branch, which would be guessed wrong as often as not.
        self.count += 1;
        self.wins += u64::from(pnl.is_positive());
        self.losses += u64::from(pnl.is_negative());
        self.gains += pnl.max(Cash::ZERO);
        self.lost -= pnl.min(Cash::ZERO);
    }

    /// Net PnL of all.
    pub fn pnl(&self) -> Cash {
        self.gains - self.lost
    }

    #[inline]
    fn combine(self, later: Self) -> Self {
        Self {
            count: self.count + later.count,
            wins: self.wins + later.wins,
            losses: self.losses + later.losses,
            gains: self.gains + later.gains,
            lost: self.lost + later.lost,
        }
    }
}

/// A length as microseconds.
mod micros {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::domain::Span;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub(super) fn serialize<S: Serializer>(length: &Span, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(length.micros())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        i64::deserialize(deserializer).map(Span::from_micros)
    }
}
