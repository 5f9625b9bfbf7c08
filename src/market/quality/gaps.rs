//! Gaps: missing bars.
//!
//! A venue that trades round the clock has a bar for each interval, so every longer step is a gap. At other
//! venues a gap is a missing bar within a day's usual hours, or more than four days between two days with
//! bars.

use super::finding::{Finding, FindingKind, Severity, words};
use super::series::Series;
use crate::domain::{Interval, Span, Timestamp};
use crate::market::calendar::Hours;
use crate::scenario::Calendar;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// The longest usual closure of a venue with sessions: a weekend between holidays.
const LONGEST_CLOSURE: i64 = 4 * DAY;
/// A period without the bars that should be in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    /// Index of the bar after it.
    pub before: usize,
    /// Close time of the bar before it.
    pub from: Timestamp,
    /// Open time of the bar after it.
    pub until: Timestamp,
    /// Number of missing bars; 0 for a closure of a venue with sessions, where it is unknown.
    pub missing: u64,
}

impl Hole {
    /// Its duration.
    pub fn span(&self) -> Span {
        self.until - self.from
    }

    /// Open times of the missing bars.
    pub fn opens<'h>(&self, interval: Interval, hours: &'h Hours) -> impl Iterator<Item = Timestamp> + 'h {
        let (from, until, step) = (self.from.micros(), self.until.micros(), interval.micros());
        let steps = if self.missing == 0 { 0 } else { (until - from - 1).max(0) / step + 1 };
        (0..steps).map(move |place| Timestamp::from_micros(from + place * step)).filter(|&at| hours.open(at))
    }
}

/// All gaps in sorted times.
pub fn holes(times: &[Timestamp], interval: Interval, calendar: Calendar) -> Vec<Hole> {
    holes_in(times, interval, calendar, &Hours::of(times, interval, calendar))
}

/// As [`holes`], for a venue with these hours.
pub fn holes_in(times: &[Timestamp], interval: Interval, calendar: Calendar, hours: &Hours) -> Vec<Hole> {
    let step = interval.micros();
    let hole = |(place, pair): (usize, &[Timestamp])| {
        let apart = (pair[1] - pair[0]).micros();
        if apart <= step {
            return None;
        }
        let known = match calendar {
            Calendar::RoundTheClock => true,
            Calendar::Weekdays => apart < DAY,
            Calendar::Sessions => pair[0].utc_day() == pair[1].utc_day(),
        };
        let mut hole = Hole {
            before: place + 1,
            from: pair[0] + interval.span(),
            until: pair[1],
            missing: if known { ((apart - 1) / step).unsigned_abs() } else { 0 },
        };
        if known && calendar != Calendar::RoundTheClock {
            hole.missing = hole.opens(interval, hours).count() as u64;
        }
        let closed = calendar != Calendar::RoundTheClock && apart > LONGEST_CLOSURE.max(step);
        (hole.missing > 0 || closed).then_some(hole)
    };
    times.windows(2).enumerate().filter_map(hole).collect()
}

/// One finding for all gaps.
pub fn check(series: &Series<'_>) -> Option<Finding> {
    let times: Vec<Timestamp> = (0..series.len()).map(|place| series.at(place)).collect();
    let interval = series.bars.interval;
    let calendar = series.calendar;
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

/// Informational by default: every venue halts for some hours at times, and many feeds omit bars without
/// trades. A warning from half a day on (with closing days: ten days); an error from a week on (five weeks),
/// because the data is then no longer one continuous history.
fn severity(calendar: Calendar, interval: Interval, longest: &Hole, missing: u64, rows: u64) -> Severity {
    let (warning, error) = match calendar {
        Calendar::RoundTheClock => (12 * HOUR, 7 * DAY),
        Calendar::Weekdays | Calendar::Sessions => (10 * DAY, 35 * DAY),
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
    use crate::market::quality::calendar_of;

    fn days(numbers: impl IntoIterator<Item = i64>) -> Vec<Timestamp> {
        numbers.into_iter().map(|day| Timestamp::from_micros(day * DAY)).collect()
    }

    #[test]
    fn a_venue_that_trades_on_saturdays_never_closes() {
        // 1970-01-03 was a Saturday.
        let told = |times: &[Timestamp]| calendar_of(times, Interval::DAY, None);
        assert_eq!(told(&days(0..14)), Calendar::RoundTheClock);
        let weekdays = days((0..28).filter(|day| (day + 3) % 7 < 5));
        assert_eq!(told(&weekdays), Calendar::Sessions);
        let stated = calendar_of(&weekdays, Interval::DAY, Some(Calendar::RoundTheClock));
        assert_eq!(stated, Calendar::RoundTheClock);
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
        // One missing daily bar is a halt.
        let daily = severity(Calendar::RoundTheClock, Interval::DAY, &hole(24), 1, 1_000);
        assert_eq!(daily, Severity::Info);
    }
}
