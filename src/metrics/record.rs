//! The record of a window: its [`Summary`], and the parts that no ranking needs.
//!
//! Combines as summaries do, with the same neutral element and order. Never holds a return: quantiles are taken of the
//! concatenated returns (see [`record_metrics`](super::record_metrics())).

use serde::{Deserialize, Serialize};

use super::inputs::MetricInputs;
use super::moments::sum_by;
use super::profile::Basis;
use super::summary::{Summary, TradeSums};
use crate::domain::{Cash, Timestamp};
use crate::engine::batch::ClosedTrade;
use crate::scenario::MetricSpec;

/// One window or several in a row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What the ranking metrics are functions of.
    pub summary: Summary,
    /// Metrics beyond the summary.
    pub details: Details,
}

/// The parts of a record that no ranking metric needs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// Start of the first window.
    pub first_at: Timestamp,
    /// End of the last one.
    pub last_at: Timestamp,
    /// Times of the curve's parts.
    pub curve: CurveTimes,
    /// Net PnL of the closed round trips.
    pub trades: TradeDetails,
    /// Fees paid in all.
    pub fees: Cash,
    /// Notional of all fills over the mean equity of its window, added up.
    pub turned_over: f64,
    /// Ticks of the windows.
    pub ticks: u64,
    /// Ticks at whose close a position was held.
    pub ticks_in_market: u64,
    /// Ticks in which a position was held at any time.
    pub ticks_touched: u64,
}

/// Times of the extremes and of the maximum drawdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurveTimes {
    /// When the highest point was.
    pub high_at: Timestamp,
    /// When the lowest was.
    pub low_at: Timestamp,
    /// When the deepest drawdown began.
    pub peak_at: Timestamp,
    /// When it was deepest.
    pub trough_at: Timestamp,
}

/// Sums over closed round trips.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct TradeDetails {
    /// Sum of squared distances of their PnL from its mean.
    pub squares: f64,
    /// The smallest PnL.
    pub least: Cash,
    /// The largest PnL.
    pub most: Cash,
    /// Sum of their returns.
    pub returns: f64,
    /// Sum of their lengths.
    pub seconds: f64,
}

impl Record {
    /// The record of no window: the neutral element.
    pub const EMPTY: Self = Self {
        summary: Summary::EMPTY,
        details: Details {
            first_at: Timestamp::from_micros(0),
            last_at: Timestamp::from_micros(0),
            curve: CurveTimes {
                high_at: Timestamp::from_micros(0),
                low_at: Timestamp::from_micros(0),
                peak_at: Timestamp::from_micros(0),
                trough_at: Timestamp::from_micros(0),
            },
            trades: TradeDetails {
                squares: 0.0,
                least: Cash::ZERO,
                most: Cash::ZERO,
                returns: 0.0,
                seconds: 0.0,
            },
            fees: Cash::ZERO,
            turned_over: 0.0,
            ticks: 0,
            ticks_in_market: 0,
            ticks_touched: 0,
        },
    };

    /// The record of one window.
    pub fn of(observed: &MetricInputs, spec: &MetricSpec) -> Self {
        Self::with_pnl(observed, spec).0
    }

    /// The record of one window, and the PnL of its round trips.
    pub(super) fn with_pnl(observed: &MetricInputs, spec: &MetricSpec) -> (Self, Vec<f64>) {
        let (trades, details, pnl) = sums_of(&observed.trades);
        let summary = Summary::of(observed, spec, trades);
        let times = &observed.sample.times;
        let (drawdown, extremes) = Basis::of(spec, observed.sample.periods_per_year).walk(observed);
        let details = Details {
            first_at: times.first().copied().unwrap_or_default(),
            last_at: times.last().copied().unwrap_or_default(),
            curve: CurveTimes {
                high_at: extremes.high_at,
                low_at: extremes.low_at,
                peak_at: drawdown.peak_at,
                trough_at: drawdown.trough_at,
            },
            trades: details,
            fees: observed.fees,
            turned_over: turned_over(observed),
            ticks: observed.ticks as u64,
            ticks_in_market: observed.ticks_in_market as u64,
            ticks_touched: observed.ticks_touched as u64,
        };
        (Self { summary, details }, pnl)
    }

    /// The record of both, `later` after this one.
    #[must_use]
    pub fn combine(self, later: Self) -> Self {
        if self.summary.windows == 0 {
            return later;
        }
        if later.summary.windows == 0 {
            return self;
        }
        let (a, b) = (self.details, later.details);
        Self {
            summary: self.summary.combine(later.summary),
            details: Details {
                first_at: a.first_at.min(b.first_at),
                last_at: a.last_at.max(b.last_at),
                curve: curve_times(&self, &later),
                trades: TradeDetails::combine(&self, &later),
                fees: a.fees + b.fees,
                turned_over: a.turned_over + b.turned_over,
                ticks: a.ticks + b.ticks,
                ticks_in_market: a.ticks_in_market + b.ticks_in_market,
                ticks_touched: a.ticks_touched + b.ticks_touched,
            },
        }
    }

    /// The record of these windows, in order of time.
    pub fn of_windows(windows: impl IntoIterator<Item = Self>) -> Self {
        windows.into_iter().fold(Self::EMPTY, Self::combine)
    }
}

/// Notional over mean equity; 0 where that is not positive.
fn turned_over(observed: &MetricInputs) -> f64 {
    match super::moments::mean(&observed.sample.curve) {
        Ok(equity) if equity > 0.0 => observed.notional / equity,
        _ => 0.0,
    }
}

/// Of equally deep drawdowns the earlier one counts, of equal lows the first, of equal highs the last.
fn curve_times(a: &Record, b: &Record) -> CurveTimes {
    let end = 1.0 + a.summary.gain;
    let (left, right) = (&a.summary.curve, &b.summary.curve);
    let (early, late) = (a.details.curve, b.details.curve);
    let across = left.across(end, right);
    let (peak_at, trough_at) = if left.worst <= across && left.worst <= right.worst {
        (early.peak_at, early.trough_at)
    } else if across <= right.worst {
        (early.high_at, late.low_at)
    } else {
        (late.peak_at, late.trough_at)
    };
    CurveTimes {
        high_at: if end * right.high >= left.high { late.high_at } else { early.high_at },
        low_at: if end * right.low < left.low { late.low_at } else { early.low_at },
        peak_at,
        trough_at,
    }
}

/// Everything that is added up over round trips, in one pass, and their PnL as floats.
fn sums_of(trades: &[ClosedTrade]) -> (TradeSums, TradeDetails, Vec<f64>) {
    // The sum of no floats, as a sum begins.
    let nothing: f64 = std::iter::empty::<f64>().sum();
    let first = trades.first().map_or(Cash::ZERO, |trade| trade.pnl);
    let mut sums = TradeSums::default();
    let mut details =
        TradeDetails { squares: 0.0, least: first, most: first, returns: nothing, seconds: nothing };
    let mut pnl = Vec::with_capacity(trades.len());
    for trade in trades {
        sums.add(trade.pnl);
        details.least = details.least.min(trade.pnl);
        details.most = details.most.max(trade.pnl);
        details.returns += trade.return_fraction;
        details.seconds += trade.seconds;
        pnl.push(trade.pnl.to_f64());
    }
    let mean = super::moments::mean(&pnl).unwrap_or(0.0);
    details.squares = sum_by(&pnl, |value| (value - mean) * (value - mean));
    (sums, details, pnl)
}

impl TradeDetails {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn combine(a: &Record, b: &Record) -> Self {
        let (left, right) = (a.summary.trades, b.summary.trades);
        let (one, two) = (a.details.trades, b.details.trades);
        if left.count == 0 {
            return two;
        }
        if right.count == 0 {
            return one;
        }
        let (n, m) = (left.count as f64, right.count as f64);
        let apart = right.pnl().to_f64() / m - left.pnl().to_f64() / n;
        Self {
            squares: one.squares + two.squares + apart * apart * (n * m / (n + m)),
            least: one.least.min(two.least),
            most: one.most.max(two.most),
            returns: one.returns + two.returns,
            seconds: one.seconds + two.seconds,
        }
    }
}
