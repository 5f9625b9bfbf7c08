//! Windows spread over the regimes of the market.
//!
//! Starts are drawn as for random windows, shuffled with the same seed, but the regimes take turns: each takes
//! the first of its starts that still fits, and one that has none left is passed over from then on. So all
//! regimes get equally many windows as far as the range has them, and no window overlaps another. The regime
//! of a window is that before the UTC day of its start, see [`super::regime`].

use std::collections::VecDeque;

use super::calendar::{Calendar, WindowError, check_positive};
use super::random::{Room, possible_starts, shuffled};
use super::regime::{Regime, by_day};
use crate::domain::{Seed, Span, Timestamp};
use crate::market::TickRange;

/// `count` windows of `length` with their regimes, in order of time.
///
/// # Errors
/// [`WindowError::NoHistory`] where no start has the lookback before it, [`WindowError::TooFew`] where the
/// range does not hold the windows side by side.
pub(super) fn windows(
    calendar: &Calendar<'_>,
    length: Span,
    count: u32,
    lookback: Span,
    seed: Seed,
) -> Result<Vec<(TickRange, Option<Regime>)>, WindowError> {
    check_positive(length)?;
    check_positive(lookback)?;
    let all = possible_starts(calendar, length);
    if all.is_empty() {
        let (start, end) = (calendar.start, calendar.end);
        return Err(WindowError::NothingFits { length, start, end });
    }
    let regimes = by_day(calendar, lookback);
    let regime = |start: Timestamp| regimes.get(&start.utc_day()).copied();
    let starts: Vec<Timestamp> = all.into_iter().filter(|&start| regime(start).is_some()).collect();
    if starts.is_empty() {
        let (start, end) = (calendar.start, calendar.end);
        return Err(WindowError::NoHistory { length, lookback, start, end });
    }
    let mut room = Room::new(&starts, length, calendar);
    calendar.check_count(room.total, count, length)?;
    let order = shuffled(&starts, seed);
    let mut strata: Vec<VecDeque<Timestamp>> = Regime::ALL
        .iter()
        .map(|&stratum| order.iter().copied().filter(|&start| regime(start) == Some(stratum)).collect())
        .collect();
    let mut taken = draw(&mut room, &mut strata, count as usize);
    taken.sort_unstable();
    let window = |start: Timestamp| calendar.ticks_from(start, length).map(|ticks| (ticks, regime(start)));
    Ok(taken.into_iter().filter_map(window).collect())
}

/// The strata take turns until there are enough. A start passed over could never be taken later.
fn draw(room: &mut Room<'_>, strata: &mut [VecDeque<Timestamp>], count: usize) -> Vec<Timestamp> {
    let mut taken = Vec::with_capacity(count);
    while strata.iter().any(|stratum| !stratum.is_empty()) {
        for stratum in &mut *strata {
            if taken.len() == count {
                return taken;
            }
            while let Some(start) = stratum.pop_front() {
                if room.take(start, count - taken.len() - 1) {
                    taken.push(start);
                    break;
                }
            }
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::market::Market;
    use crate::scenario::WindowSpec;
    use crate::tournament::testing::{all, priced};
    use crate::tournament::{DateRange, WindowSpan, plan_windows};

    /// Sixty days up, sixty down, sixty about flat, each with a quiet and a wild half; twice over.
    fn seasons() -> Market {
        let step = |day: i32| {
            let drift = [1.0, -1.0, 0.0][(day / 60 % 3) as usize];
            let swing = if day % 60 < 30 { 0.5 } else { 4.0 };
            drift + if day % 2 == 0 { swing } else { -swing }
        };
        priced(&[&(0..360).map(step).collect::<Vec<f64>>()])
    }

    fn draw(market: &Market, count: u32, embargo: i64, seed: u64) -> Result<Vec<WindowSpan>, WindowError> {
        let spec =
            WindowSpec::Stratified { length: Span::DAY.times(5), count, lookback: Span::DAY.times(10) };
        let range = DateRange { embargo: Span::DAY.times(embargo), ..DateRange::from(all(market)) };
        plan_windows(&spec, market, range, Seed(seed))
    }

    fn counts(windows: &[WindowSpan]) -> BTreeMap<Regime, usize> {
        let mut counts = BTreeMap::new();
        for window in windows {
            *counts.entry(window.regime.unwrap()).or_default() += 1;
        }
        counts
    }

    #[test]
    fn regimes_get_equally_many_windows() {
        let market = seasons();
        for seed in 0..20 {
            let windows = draw(&market, 12, 0, seed).unwrap();
            let counts = counts(&windows);
            assert_eq!(counts.values().sum::<usize>(), 12);
            assert!(counts.len() >= 5, "{counts:?}");
            let (least, most) = (counts.values().min().unwrap(), counts.values().max().unwrap());
            assert!(most - least <= 1, "{counts:?}");
        }
    }

    #[test]
    fn windows_do_not_overlap_and_have_history() {
        let market = seasons();
        for seed in 0..50 {
            let windows = draw(&market, 20, 2, seed).unwrap();
            assert_eq!(windows.len(), 20);
            assert!(windows[0].start.utc_day() >= 10);
            for (number, pair) in windows.windows(2).enumerate() {
                assert_eq!(pair[0].window.index as usize, number);
                assert!(pair[1].start - pair[0].end >= Span::DAY.times(2));
            }
        }
        assert_eq!(draw(&market, 9, 0, 4).unwrap(), draw(&market, 9, 0, 4).unwrap());
        assert_ne!(draw(&market, 9, 0, 4).unwrap(), draw(&market, 9, 0, 5).unwrap());
    }

    #[test]
    fn overflow_is_an_error() {
        // 350 days after the first lookback hold 70 windows of five days.
        assert!(matches!(draw(&seasons(), 71, 0, 1), Err(WindowError::TooFew { fits: 70, .. })));
        assert_eq!(draw(&seasons(), 70, 0, 1).unwrap().len(), 70);
        let short = priced(&[&[0.0; 9]]);
        let error = draw(&short, 1, 0, 1).unwrap_err();
        assert!(matches!(error, WindowError::NoHistory { .. }), "{error}");
        assert!(error.to_string().ends_with("has bars for the `10d` before it"), "{error}");
    }
}
