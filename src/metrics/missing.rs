//! A metric's value, or why it has none.

use serde::{Deserialize, Serialize};

/// A metric's value, or why there is none.
pub type Measure = Result<f64, Missing>;

/// Why a metric has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Missing {
    /// Fewer return periods than the metric needs.
    #[error("too few return periods")]
    TooFewReturns,
    /// All returns are equal.
    #[error("no dispersion in the returns")]
    NoDispersion,
    /// No return lies below the threshold.
    #[error("no return below the threshold")]
    NoDownside,
    /// No return lies above zero.
    #[error("no return above zero")]
    NoUpside,
    /// The curve never fell.
    #[error("no drawdown")]
    NoDrawdown,
    /// No round trip was closed.
    #[error("no closed trades")]
    NoTrades,
    /// No losing round trip.
    #[error("no losing trades")]
    NoLosses,
    /// Fewer closed round trips than the metric needs.
    #[error("too few closed trades")]
    TooFewTrades,
    /// No winning round trip.
    #[error("no winning trades")]
    NoWins,
    /// All the equity is gone.
    #[error("the equity reached zero")]
    Ruined,
    /// The divisor is zero.
    #[error("the divisor is zero")]
    ZeroDivisor,
    /// Nothing was named to be measured against.
    #[error("no benchmark")]
    NoBenchmark,
    /// The record is too short for its growth to be put to a year.
    #[error("too short: under 30 days of record")]
    TooShort,
    /// The agent neither traded nor held anything.
    #[error("idle: nothing was traded")]
    Idle,
    /// Usage is no part of a replay: the leaderboard's rows have it.
    #[error("no usage was reported")]
    NoUsage,
    /// Only what is held on margin has it.
    #[error("no instrument is on margin")]
    NoMargin,
    /// A gain of a short window compounds beyond what a number can hold.
    #[error("the value is too large for a number")]
    OutOfRange,
}
