//! The range that is cut into windows, as time.
//!
//! Windows lie on the calendar (`start + k * step`); the ticks that open within one are its ticks. In a
//! round-the-clock market the calendar runs from the first tick's open to the last one's close. In a market
//! with sessions it runs over whole UTC days, and on to Monday where it would end with a Friday, so that
//! four weeks of bars are four windows of a week.
//!
//! A window without ticks is an error, because it is a hole in the data; only in a market with sessions a
//! short one (up to four days: a night, a weekend, holidays beside it) is no battle and is left out.

use crate::domain::{Span, Timestamp};
use crate::market::{Market, TickRange};

/// The longest stretch for which a market with sessions is taken to be closed.
const LONGEST_CLOSURE: Span = Span::DAY.times(4);

/// Why a range cannot be cut into the windows asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// A length or a step that leads nowhere.
    #[error("a window's length and step must be positive, not `{span}`")]
    NotPositive {
        /// What was given.
        span: Span,
    },
    /// Not even one fits.
    #[error("no window of `{length}` fits between `{start}` and `{end}`")]
    NothingFits {
        /// Of a window.
        length: Span,
        /// Where the range starts.
        start: Timestamp,
        /// Where it ends.
        end: Timestamp,
    },
    /// Fewer fit than were asked for.
    #[error("only {fits} of {asked} windows of `{length}` fit between `{start}` and `{end}`")]
    TooFew {
        /// How many were asked for.
        asked: u32,
        /// How many fit.
        fits: u32,
        /// Of a window.
        length: Span,
        /// Where the range starts.
        start: Timestamp,
        /// Where it ends.
        end: Timestamp,
    },
    /// No window has enough bars before it to tell its regime.
    #[error("no window of `{length}` between `{start}` and `{end}` has bars for the `{lookback}` before it")]
    NoHistory {
        /// Of a window.
        length: Span,
        /// Of the stretch before it.
        lookback: Span,
        /// Where the range starts.
        start: Timestamp,
        /// Where it ends.
        end: Timestamp,
    },
    /// The data has a hole as long as a window.
    #[error("the window from `{start}` to `{end}` has no bars: the data has a gap there")]
    Hole {
        /// The window's start.
        start: Timestamp,
        /// The window's end.
        end: Timestamp,
    },
}

/// What is cut up: ticks, and the times that the scenario names, which hold also where the bars beside them
/// are missing; and how far apart the pieces must be.
#[derive(Debug, Clone, Copy)]
pub struct DateRange {
    /// Ticks inside the range.
    pub ticks: TickRange,
    /// The first window starts here; at the first tick where not given.
    pub start: Option<Timestamp>,
    /// The last window ends here at the latest; at the last close where not given.
    pub end: Option<Timestamp>,
    /// The least time between the end of one window and the start of the next. Rolling windows have it in
    /// their step.
    pub embargo: Span,
}

impl From<TickRange> for DateRange {
    fn from(ticks: TickRange) -> Self {
        Self { ticks, start: None, end: None, embargo: Span::default() }
    }
}

/// The range that is cut up, as time.
#[derive(Debug)]
pub(super) struct Calendar<'m> {
    pub market: &'m Market,
    pub ticks: TickRange,
    /// The first window starts here at the earliest.
    pub start: Timestamp,
    /// The last window ends here at the latest.
    pub end: Timestamp,
    /// The least time between two windows.
    pub embargo: Span,
}

impl<'m> Calendar<'m> {
    /// The times that the scenario names widen what the bars say.
    pub fn between(market: &'m Market, range: DateRange) -> Self {
        let bars = Self::of(market, range.ticks);
        let start = range.start.map_or(bars.start, |start| start.min(bars.start));
        let end = range.end.map_or(bars.end, |end| end.max(bars.end));
        Self { start, end, embargo: range.embargo, ..bars }
    }

    fn of(market: &'m Market, ticks: TickRange) -> Self {
        let (first, close) = (market.clock[ticks.first], market.close_time(ticks.last - 1));
        if market.trading_year.never_closes() {
            return Self { market, ticks, start: first, end: close, embargo: Span::default() };
        }
        // A day that the range cuts in two does not become a window's day.
        let cut = ticks.first > 0 && market.clock[ticks.first - 1].utc_day() == first.utc_day();
        let start = if cut { first } else { midnight(first.utc_day()) };
        let end = close.max(midnight(market.clock[ticks.last - 1].utc_day() + 1));
        Self { market, ticks, start, end: past_weekend(end), embargo: Span::default() }
    }

    /// The ticks of the range that open in `[start, start + length)`; none where there are none.
    pub fn ticks_from(&self, start: Timestamp, length: Span) -> Option<TickRange> {
        let first = self.market.first_tick_from(start).max(self.ticks.first);
        let last = self.market.first_tick_from(start + length).min(self.ticks.last);
        (first < last).then_some(TickRange { first, last })
    }

    /// Windows at `start + k * step`, as many as fit or `count`.
    pub fn stepped(
        &self,
        length: Span,
        step: Span,
        count: Option<u32>,
    ) -> Result<Vec<TickRange>, WindowError> {
        check_positive(length)?;
        check_positive(step)?;
        let wanted = count.map_or(usize::MAX, |count| count as usize);
        let mut windows = Vec::new();
        let mut start = self.start;
        while start + length <= self.end && windows.len() < wanted {
            match self.ticks_from(start, length) {
                Some(ticks) => windows.push(ticks),
                None if self.may_be_closed(length) => {}
                None => return Err(WindowError::Hole { start, end: start + length }),
            }
            start = start + step;
        }
        self.check_count(windows.len(), count.unwrap_or(1), length)?;
        Ok(windows)
    }

    fn may_be_closed(&self, length: Span) -> bool {
        !self.market.trading_year.never_closes() && length <= LONGEST_CLOSURE
    }

    /// That `fits` windows are as many as were asked for.
    pub fn check_count(&self, fits: usize, asked: u32, length: Span) -> Result<(), WindowError> {
        let (start, end) = (self.start, self.end);
        match u32::try_from(fits).unwrap_or(u32::MAX) {
            0 => Err(WindowError::NothingFits { length, start, end }),
            fits if fits < asked => Err(WindowError::TooFew { asked, fits, length, start, end }),
            _ => Ok(()),
        }
    }
}

/// That a length of time is one.
pub(super) fn check_positive(span: Span) -> Result<(), WindowError> {
    if span > Span::default() { Ok(()) } else { Err(WindowError::NotPositive { span }) }
}

/// The start of a day counted from 1970-01-01.
pub(super) fn midnight(day: i64) -> Timestamp {
    Timestamp::default() + Span::DAY.times(day)
}

/// Monday's midnight for an instant on a weekend, else the instant itself.
fn past_weekend(at: Timestamp) -> Timestamp {
    // 1970-01-01 was a Thursday: days 2 and 3 of each week from there are Saturday and Sunday.
    match at.utc_day().rem_euclid(7) {
        2 => midnight(at.utc_day() + 2),
        3 => midnight(at.utc_day() + 1),
        _ => at,
    }
}
