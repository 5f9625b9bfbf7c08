//! What a sweep's choices earned out of sample, as one curve, beside that of the winner of the whole search.

use std::collections::BTreeSet;

use serde::Serialize;

use super::series::Series;
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
    let winner = winner(stored, agent, &windows)?;
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
