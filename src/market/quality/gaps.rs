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
pub struct Gap {
    /// Index of the bar after it.
    pub before: usize,
    /// Close time of the bar before it.
    pub from: Timestamp,
    /// Open time of the bar after it.
    pub until: Timestamp,
    /// Number of missing bars; 0 for a closure of a venue with sessions, where it is unknown.
    pub missing: u64,
}

impl Gap {
    /// Duration of the gap.
    pub fn span(&self) -> Span {
        self.until - self.from
    }

    /// Open times of the missing bars.
    pub fn opens<'h>(&self, interval: Interval, hours: &'h Hours) -> impl Iterator<Item = Timestamp> + 'h {
        let (from, until, step) = (self.from.micros(), self.until.micros(), interval.micros());
        let steps = if self.missing == 0 { 0 } else { (until - from - 1).max(0) / step + 1 };
        (0..steps).map(move |index| Timestamp::from_micros(from + index * step)).filter(|&at| hours.open(at))
    }
}

/// All gaps in sorted times.
pub fn find_gaps(times: &[Timestamp], interval: Interval, calendar: Calendar) -> Vec<Gap> {
    find_gaps_in(times, interval, calendar, &Hours::of(times, interval, calendar))
}

/// As [`find_gaps`], for a venue with these hours.
pub fn find_gaps_in(times: &[Timestamp], interval: Interval, calendar: Calendar, hours: &Hours) -> Vec<Gap> {
    let step = interval.micros();
    let gap = |(index, pair): (usize, &[Timestamp])| {
        let apart = (pair[1] - pair[0]).micros();
        if apart <= step {
            return None;
        }
        let known = match calendar {
            Calendar::RoundTheClock => true,
            Calendar::Weekdays => apart < DAY,
            Calendar::Sessions => pair[0].utc_day() == pair[1].utc_day(),
        };
        let mut gap = Gap {
            before: index + 1,
            from: pair[0] + interval.span(),
            until: pair[1],
            missing: if known { ((apart - 1) / step).unsigned_abs() } else { 0 },
        };
        if known && calendar != Calendar::RoundTheClock {
            gap.missing = gap.opens(interval, hours).count() as u64;
        }
        let closed = calendar != Calendar::RoundTheClock && apart > LONGEST_CLOSURE.max(step);
        (gap.missing > 0 || closed).then_some(gap)
    };
    times.windows(2).enumerate().filter_map(gap).collect()
}

/// One finding for all gaps.
pub fn check(series: &Series<'_>) -> Option<Finding> {
    let times = &series.times;
    let interval = series.bars.interval;
    let calendar = series.calendar;
    let found = find_gaps(times, interval, calendar);
    let longest = found.iter().max_by_key(|gap| gap.span())?;
    let missing: u64 = found.iter().map(|gap| gap.missing).sum();
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
fn severity(calendar: Calendar, interval: Interval, longest: &Gap, missing: u64, rows: u64) -> Severity {
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
        let detected = |times: &[Timestamp]| calendar_of(times, Interval::DAY, None);
        assert_eq!(detected(&days(0..14)), Calendar::RoundTheClock);
        let weekdays = days((0..28).filter(|day| (day + 3) % 7 < 5));
        assert_eq!(detected(&weekdays), Calendar::Sessions);
        let stated = calendar_of(&weekdays, Interval::DAY, Some(Calendar::RoundTheClock));
        assert_eq!(stated, Calendar::RoundTheClock);
        assert_eq!(find_gaps(&weekdays, Interval::DAY, Calendar::Sessions), []);
        assert_eq!(find_gaps(&weekdays, Interval::DAY, Calendar::RoundTheClock).len(), 4);
    }

    #[test]
    fn gaps_are_measured() {
        let times = days([0, 1, 2, 5, 6, 20]);
        let found = find_gaps(&times, Interval::DAY, Calendar::RoundTheClock);
        assert_eq!(found.iter().map(|gap| gap.missing).collect::<Vec<_>>(), [2, 13]);
        assert_eq!((found[0].before, found[0].from, found[0].until), (3, times[2] + Span::DAY, times[3]));
        let closed = find_gaps(&times, Interval::DAY, Calendar::Sessions);
        assert_eq!((closed.len(), closed[0].missing), (1, 0));
    }

    #[test]
    fn a_short_halt_is_informational_and_a_season_is_an_error() {
        let gap = |hours: i64| Gap {
            before: 1,
            from: Timestamp::from_micros(0),
            until: Timestamp::from_micros(hours * HOUR),
            missing: 1,
        };
        let severe = |hours| severity(Calendar::RoundTheClock, Interval::MINUTE, &gap(hours), 1, 1_000_000);
        assert_eq!(
            (severe(2), severe(34), severe(1_464)),
            (Severity::Info, Severity::Warning, Severity::Error)
        );
        let sparse = severity(Calendar::RoundTheClock, Interval::MINUTE, &gap(1), 300, 1_000);
        assert_eq!(sparse, Severity::Warning);
        // One missing daily bar is a halt.
        let daily = severity(Calendar::RoundTheClock, Interval::DAY, &gap(24), 1, 1_000);
        assert_eq!(daily, Severity::Info);
    }
}
