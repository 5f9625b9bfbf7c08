//! Windows at random starts that never overlap.
//!
//! Possible starts are the midnights of UTC days that have ticks (every tick for windows under a day). They
//! are shuffled with the scenario's seed and taken in turn; one is passed over if it overlaps a window
//! already taken, or if too little room would be left for those still to come. A start passed over once
//! could never have been taken later, so one pass finds all windows wherever the range holds them. The set
//! is random, though not uniform among all sets that would fit.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::calendar::{Calendar, WindowError, check_positive, midnight};
use crate::domain::{Seed, Span, Timestamp};
use crate::market::TickRange;

/// `count` windows of `length`, in order of time.
///
/// # Errors
/// [`WindowError::NothingFits`] or [`WindowError::TooFew`] where the range does not hold them side by side.
pub(super) fn windows(
    calendar: &Calendar<'_>,
    length: Span,
    count: u32,
    seed: Seed,
) -> Result<Vec<TickRange>, WindowError> {
    check_positive(length)?;
    let starts = possible_starts(calendar, length);
    let mut room = Room::new(&starts, length, calendar);
    calendar.check_count(room.total, count, length)?;
    let shuffled = shuffled(&starts, seed);
    let mut taken: Vec<Timestamp> = Vec::new();
    for start in shuffled {
        if taken.len() == count as usize {
            break;
        }
        if room.take(start, count as usize - taken.len() - 1) {
            taken.push(start);
        }
    }
    taken.sort_unstable();
    Ok(taken.into_iter().filter_map(|start| calendar.ticks_from(start, length)).collect())
}

/// The starts in the order in which they are tried.
pub(super) fn shuffled(starts: &[Timestamp], seed: Seed) -> Vec<Timestamp> {
    let mut shuffled = starts.to_vec();
    shuffled.shuffle(&mut ChaCha8Rng::from_seed(seed.key(&["windows"])));
    shuffled
}

/// Every start at which a window of the length fits and has ticks, in order.
pub(super) fn possible_starts(calendar: &Calendar<'_>, length: Span) -> Vec<Timestamp> {
    let clock = &calendar.market.clock[calendar.ticks.first..calendar.ticks.last];
    let fits = |&start: &Timestamp| start >= calendar.start && start + length <= calendar.end;
    if length < Span::DAY {
        return clock.iter().copied().filter(fits).collect();
    }
    let mut days: Vec<i64> = clock.iter().map(|tick| tick.utc_day()).collect();
    days.dedup();
    days.into_iter().map(midnight).filter(fits).collect()
}

/// The stretches that are still free, and how many windows each can hold.
pub(super) struct Room<'a> {
    starts: &'a [Timestamp],
    length: Span,
    /// Between two windows.
    embargo: Span,
    /// From the stretch's start to its end and capacity.
    free: BTreeMap<Timestamp, (Timestamp, usize)>,
    /// How many all of them can hold.
    pub total: usize,
}

impl<'a> Room<'a> {
    /// All of the calendar, for windows at some of these starts.
    pub fn new(starts: &'a [Timestamp], length: Span, calendar: &Calendar<'_>) -> Self {
        let (from, to) = (calendar.start, calendar.end);
        let mut room = Self { starts, length, embargo: calendar.embargo, free: BTreeMap::new(), total: 0 };
        room.total = room.capacity(from, to);
        room.free.insert(from, (to, room.total));
        room
    }

    /// The most windows that fit side by side into `[from, to)`: always the earliest possible next.
    fn capacity(&self, from: Timestamp, to: Timestamp) -> usize {
        let (mut from, mut count) = (from, 0);
        loop {
            match self.starts.get(self.starts.partition_point(|&start| start < from)) {
                Some(&start) if start + self.length <= to => {
                    from = start + self.length + self.embargo;
                    count += 1;
                }
                _ => return count,
            }
        }
    }

    /// Takes the window at `start`, if it is free and leaves room for `more`.
    pub fn take(&mut self, start: Timestamp, more: usize) -> bool {
        let Some((&from, &(to, held))) = self.free.range(..=start).next_back() else {
            return false;
        };
        if start + self.length > to {
            return false;
        }
        let (until, next) = (start - self.embargo, start + self.length + self.embargo);
        let (before, after) = (self.capacity(from, until), self.capacity(next, to));
        let total = self.total - held + before + after;
        if total < more {
            return false;
        }
        self.total = total;
        self.free.insert(from, (until, before));
        self.free.insert(next, (to, after));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::windows::plan_windows;
    use super::*;
    use crate::scenario::WindowSpec;
    use crate::tournament::testing::{all, hours, market, weekdays};
    use crate::tournament::{DateRange, WindowSpan};

    fn draw(market: &crate::market::Market, length: Span, count: u32, seed: u64) -> Vec<WindowSpan> {
        plan_windows(&WindowSpec::Random { length, count }, market, all(market), Seed(seed)).unwrap()
    }

    #[test]
    fn windows_are_aligned_numbered_and_do_not_overlap() {
        let market = market("1h", true, hours(5..24 * 100));
        for seed in 0..50 {
            let windows = draw(&market, Span::DAY.times(7), 10, seed);
            assert_eq!(windows.len(), 10);
            for (number, window) in windows.iter().enumerate() {
                assert_eq!(window.window.index as usize, number);
                assert_eq!(window.start.micros() % Span::DAY.micros(), 0);
                assert_eq!(window.end - window.start, Span::DAY.times(7));
            }
            assert!(windows.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }
    }

    #[test]
    fn the_seed_alone_decides() {
        let market = market("1h", true, hours(0..24 * 100));
        let draw = |seed| draw(&market, Span::DAY.times(3), 5, seed);
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn a_range_that_just_fits_is_filled() {
        // Ten windows of a week in seventy days: only one set of starts will do.
        let market = market("1h", true, hours(0..24 * 70));
        for seed in 0..20 {
            let windows = draw(&market, Span::DAY.times(7), 10, seed);
            let days: Vec<i64> = windows.iter().map(|w| w.start.utc_day()).collect();
            assert_eq!(days, [0, 7, 14, 21, 28, 35, 42, 49, 56, 63]);
        }
    }

    #[test]
    fn an_embargo_parts_windows() {
        // Seven windows of a week with three days between them in 67 days: only one set of starts will do.
        let market = market("1h", true, hours(0..24 * 67));
        let spec = WindowSpec::Random { length: Span::DAY.times(7), count: 7 };
        let range = DateRange { embargo: Span::DAY.times(3), ..DateRange::from(all(&market)) };
        for seed in 0..20 {
            let windows = plan_windows(&spec, &market, range, Seed(seed)).unwrap();
            let days: Vec<i64> = windows.iter().map(|w| w.start.utc_day()).collect();
            assert_eq!(days, [0, 10, 20, 30, 40, 50, 60]);
        }
        let few = WindowSpec::Random { length: Span::DAY.times(7), count: 4 };
        for seed in 0..200 {
            let windows = plan_windows(&few, &market, range, Seed(seed)).unwrap();
            assert!(windows.windows(2).all(|pair| pair[1].start - pair[0].end >= Span::DAY.times(3)));
        }
    }

    #[test]
    fn one_more_than_fits_is_an_error() {
        let market = market("1h", true, hours(0..24 * 70));
        let spec = WindowSpec::Random { length: Span::DAY.times(7), count: 11 };
        let error = plan_windows(&spec, &market, all(&market), Seed(1)).unwrap_err();
        assert!(error.to_string().starts_with("only 10 of 11 windows of `1w` fit"), "{error}");
    }

    #[test]
    fn windows_under_a_day_start_with_a_bar() {
        let market = market("1h", true, hours(0..48));
        let windows = draw(&market, Span::from_seconds(4 * 3600), 12, 3);
        assert_eq!(windows.len(), 12);
        assert!(windows.windows(2).all(|pair| pair[0].window.ticks.last <= pair[1].window.ticks.first));
    }

    #[test]
    fn windows_avoid_closed_days_and_gaps() {
        let sessions = market("1d", false, weekdays(4..68));
        assert!(
            draw(&sessions, Span::DAY, 40, 9).iter().all(|w| w.start == sessions.clock[w.window.ticks.first])
        );
        let holed = market("1h", true, hours((0..24 * 10).chain(24 * 40..24 * 50)));
        assert_eq!(draw(&holed, Span::DAY.times(2), 9, 4).len(), 9);
    }

    #[test]
    fn all_days_are_drawn_about_equally_often() {
        // One window of a day in ten days, 2000 times: 200 each, give or take 5 standard deviations (67).
        let market = market("1h", true, hours(0..240));
        let mut drawn = [0_i32; 10];
        for seed in 0..2000 {
            drawn[draw(&market, Span::DAY, 1, seed)[0].start.utc_day() as usize] += 1;
        }
        assert!(drawn.iter().all(|&times| (times - 200).abs() < 67), "{drawn:?}");
    }
}
