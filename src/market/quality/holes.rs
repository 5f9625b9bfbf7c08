//! Holes in the grid of times.
//!
//! A venue that trades round the clock has a bar for each interval: anything longer is a hole. A venue with
//! sessions (no bar on any Saturday) has holes inside a day, and between days where more than four days pass.

use chrono::{Datelike, Weekday};

use super::finding::{Finding, FindingKind, Severity, words};
use super::inspect::Series;
use crate::domain::{Interval, Span, Timestamp};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// The longest that a venue with sessions is closed in a usual year: a weekend between holidays.
const LONGEST_CLOSURE: i64 = 4 * DAY;

/// When a venue trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calendar {
    /// Always.
    RoundTheClock,
    /// In sessions, and not on Saturdays.
    Sessions,
}

impl Calendar {
    /// As the times tell: a series that spans whole weekends and has no bar on a Saturday has sessions. Bars of
    /// more than a day tell nothing.
    pub fn of(times: &[Timestamp], interval: Interval) -> Self {
        let (Some(&first), Some(&last)) = (times.first(), times.last()) else { return Self::RoundTheClock };
        let long_enough = (last - first).micros() >= 8 * DAY && interval <= Interval::DAY;
        let saturday = |at: &Timestamp| at.to_utc().weekday() == Weekday::Sat;
        if long_enough && !times.iter().any(saturday) { Self::Sessions } else { Self::RoundTheClock }
    }
}

/// A stretch of time without the bars that should be in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    /// Place of the bar after it.
    pub before: usize,
    /// When the first missing bar should open.
    pub from: Timestamp,
    /// Open of the bar after it.
    pub until: Timestamp,
    /// Bars that are missing; of a closure of a venue with sessions unknown, and 0.
    pub missing: u64,
}

impl Hole {
    /// How long it is.
    pub fn span(&self) -> Span {
        self.until - self.from
    }
}

/// All holes of sorted times.
pub fn holes(times: &[Timestamp], interval: Interval, calendar: Calendar) -> Vec<Hole> {
    let step = interval.micros();
    let hole = |(place, pair): (usize, &[Timestamp])| {
        let apart = (pair[1] - pair[0]).micros();
        let known = match calendar {
            Calendar::RoundTheClock => true,
            Calendar::Sessions => pair[0].utc_day() == pair[1].utc_day(),
        };
        let closed = calendar == Calendar::Sessions && apart > LONGEST_CLOSURE.max(step);
        let missing = if known && apart > step { (apart - 1) / step } else { 0 };
        (missing > 0 || closed).then(|| Hole {
            before: place + 1,
            from: pair[0] + interval.span(),
            until: pair[1],
            missing: missing.unsigned_abs(),
        })
    };
    times.windows(2).enumerate().filter_map(hole).collect()
}

/// One finding for all holes.
pub fn check(series: &Series<'_>) -> Option<Finding> {
    let times: Vec<Timestamp> = (0..series.len()).map(|place| series.at(place)).collect();
    let interval = series.bars.interval;
    let calendar = Calendar::of(&times, interval);
    let found = holes(&times, interval, calendar);
    let longest = found.iter().max_by_key(|hole| hole.span())?;
    let missing: u64 = found.iter().map(|hole| hole.missing).sum();
    let severity = severity(calendar, interval, longest, missing, times.len() as u64);
    let counted = match missing {
        0 => String::new(),
        1 => "1 bar missing, ".to_owned(),
        _ => format!("{missing} bars missing, "),
    };
    let until = longest.until;
    let detail =
        format!("{counted}longest {} from {} to {until}", words(longest.span().micros()), longest.from);
    let first = found.first()?;
    let mut finding = series.finding(FindingKind::Gap, severity, found.len() as u64, first.before, detail);
    finding.at = Some(first.from);
    Some(finding)
}

/// A halt of some hours happens to every venue, and many feeds leave out bars without trades; a day is worth
/// a warning, and a week (in sessions: five weeks) is no longer one history.
fn severity(calendar: Calendar, interval: Interval, longest: &Hole, missing: u64, rows: u64) -> Severity {
    let (warning, error) = match calendar {
        Calendar::RoundTheClock => (12 * HOUR, 7 * DAY),
        Calendar::Sessions => (10 * DAY, 35 * DAY),
    };
    let span = longest.span().micros();
    let bars = span / interval.micros();
    match () {
        () if span >= error && bars >= 5 => Severity::Error,
        () if span >= warning && bars >= 2 || missing > rows / 4 => Severity::Warning,
        () => Severity::Info,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(numbers: impl IntoIterator<Item = i64>) -> Vec<Timestamp> {
        numbers.into_iter().map(|day| Timestamp::from_micros(day * DAY)).collect()
    }

    #[test]
    fn a_venue_that_trades_on_saturdays_never_closes() {
        // 1970-01-03 was a Saturday.
        assert_eq!(Calendar::of(&days(0..14), Interval::DAY), Calendar::RoundTheClock);
        let weekdays = days((0..28).filter(|day| (day + 3) % 7 < 5));
        assert_eq!(Calendar::of(&weekdays, Interval::DAY), Calendar::Sessions);
        assert_eq!(holes(&weekdays, Interval::DAY, Calendar::Sessions), []);
        assert_eq!(holes(&weekdays, Interval::DAY, Calendar::RoundTheClock).len(), 4);
    }

    #[test]
    fn holes_are_measured() {
        let times = days([0, 1, 2, 5, 6, 20]);
        let found = holes(&times, Interval::DAY, Calendar::RoundTheClock);
        assert_eq!(found.iter().map(|hole| hole.missing).collect::<Vec<_>>(), [2, 13]);
        assert_eq!((found[0].before, found[0].from, found[0].until), (3, times[2] + Span::DAY, times[3]));
        let closed = holes(&times, Interval::DAY, Calendar::Sessions);
        assert_eq!((closed.len(), closed[0].missing), (1, 0));
    }

    #[test]
    fn a_halt_is_known_and_a_season_is_an_error() {
        let hole = |hours: i64| Hole {
            before: 1,
            from: Timestamp::from_micros(0),
            until: Timestamp::from_micros(hours * HOUR),
            missing: 1,
        };
        let grave = |hours| severity(Calendar::RoundTheClock, Interval::MINUTE, &hole(hours), 1, 1_000_000);
        assert_eq!((grave(2), grave(34), grave(1_464)), (Severity::Info, Severity::Warning, Severity::Error));
        let sparse = severity(Calendar::RoundTheClock, Interval::MINUTE, &hole(1), 300, 1_000);
        assert_eq!(sparse, Severity::Warning);
        // One missing day of daily bars is a halt.
        let daily = severity(Calendar::RoundTheClock, Interval::DAY, &hole(24), 1, 1_000);
        assert_eq!(daily, Severity::Info);
    }
}
