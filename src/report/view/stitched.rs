//! What a sweep's choices earned out of sample, as one curve, beside that of the winner of the whole search.

use std::collections::BTreeSet;

use serde::Serialize;

use super::series::Series;
use crate::domain::{DayStart, Span, Timestamp};
use crate::report::numbers::{count, signed};
use crate::store::{self, Downsampler, Point, StoreError, StoredRun};

/// Points of each curve.
const POINTS: usize = 900;
/// Where curves start.
const START: f64 = 100.0;

/// Curves over the test windows, as indexes.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Stitched {
    /// Of what each split chose by its training windows alone.
    pub choices: Series,
    /// Of the combination that won over all windows, test windows included.
    pub winner: Series,
    /// Number of test windows.
    pub windows: usize,
    /// Where each window begins, in seconds since 1970.
    pub starts: Vec<i64>,
    /// Last value of either curve.
    ends: (f64, f64),
}

/// The curves of a sweep of this agent; `None` where there is none.
pub(super) fn read(stored: &StoredRun, agent: &str) -> Result<Option<Stitched>, StoreError> {
    let points = store::sweep::stitched(&stored.folder)?;
    let Some(last) = points.last() else { return Ok(None) };
    let windows: BTreeSet<u32> = points.iter().map(|(window, _)| *window).collect();
    let mut starts: Vec<i64> = Vec::new();
    for (index, (window, point)) in points.iter().enumerate() {
        if index == 0 || points[index - 1].0 != *window {
            starts.push(point.0.div_euclid(1_000_000));
        }
    }
    let mut winner = winner(stored, agent, &windows)?;
    if is_daily(&points) {
        winner = day_ends(&winner, stored.run.market.day.parse().unwrap_or_default());
    }
    let end = last.1.1;
    let ends = (end, winner.last().map_or(START, |point| point.1));
    let choices = points.into_iter().map(|(_, point)| point).collect();
    Ok(Some(Stitched {
        choices: thinned(choices),
        winner: thinned(winner),
        windows: windows.len(),
        starts,
        ends,
    }))
}

/// The curve of the agent, which has the winner's values, in these windows alone.
fn winner(stored: &StoredRun, agent: &str, windows: &BTreeSet<u32>) -> Result<Vec<Point>, StoreError> {
    let entrant = stored.run.agents.iter().find(|one| one.name == agent);
    let balance = entrant.and_then(|one| one.starting_balance.parse::<f64>().ok()).unwrap_or(START);
    let (mut points, mut base, mut last) = (Vec::new(), START, (None, START));
    store::curve(&stored.folder, agent, |row| {
        if !windows.contains(&row.window) {
            return;
        }
        if last.0 != Some(row.window) {
            base = last.1;
        }
        last = (Some(row.window), base * row.equity / balance);
        points.push((row.at, last.1));
    })?;
    Ok(points)
}

/// Whether its points are days rather than bars.
fn is_daily(points: &[(u32, Point)]) -> bool {
    let day = Span::DAY.micros();
    let steps = points.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1].1.0 - pair[0].1.0);
    steps.filter(|step| *step >= day / 2).count() * 2 > points.len()
}

/// The last point of each trading day.
fn day_ends(points: &[Point], day: DayStart) -> Vec<Point> {
    let day = |point: &Point| day.day_of(Timestamp::from_micros(point.0));
    let is_last =
        |(index, point): &(usize, &Point)| points.get(index + 1).is_none_or(|next| day(next) != day(point));
    points.iter().enumerate().filter(is_last).map(|(_, point)| *point).collect()
}

fn thinned(points: Vec<Point>) -> Series {
    let mut thin = Downsampler::new(points.len(), POINTS);
    points.iter().for_each(|&(at, value)| thin.push(at, value));
    Series::new(thin.finish())
}

impl Stitched {
    /// In words.
    pub fn told(&self) -> String {
        let percent = |value: f64| signed(value / START * 100.0 - 100.0);
        let windows = count(self.windows);
        let noun = if self.windows == 1 { "test window" } else { "test windows" };
        format!(
            "What each split chose earned {} % over the {windows} {noun} one after the other; the winner of the whole \
             search, which was chosen with these windows in sight, {} %",
            percent(self.ends.0),
            percent(self.ends.1)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_of_days_are_compared_by_day() {
        let hour = 3_600_000_000;
        let hours: Vec<Point> = (0..48).map(|at| (at * hour, at as f64)).collect();
        assert_eq!(day_ends(&hours, DayStart::UTC), [(23 * hour, 23.0), (47 * hour, 47.0)]);
        let noon = "12:00".parse().unwrap();
        assert_eq!(day_ends(&hours, noon), [(11 * hour, 11.0), (35 * hour, 35.0), (47 * hour, 47.0)]);
        let in_window = |step: i64| (0..5).map(|at| (1, (at * step * hour, 1.0))).collect::<Vec<_>>();
        assert!(is_daily(&in_window(24)) && !is_daily(&in_window(1)));
    }

    #[test]
    fn the_curve_is_told_as_growth() {
        let none = Series::default;
        let found =
            Stitched { choices: none(), winner: none(), windows: 2, starts: vec![], ends: (120.0, 95.5) };
        let told = found.told();
        assert!(
            told.contains("earned +20.00 % over the 2 test windows") && told.ends_with("-4.50 %"),
            "{told}"
        );
    }
}
