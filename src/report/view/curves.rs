//! Equity and drawdown of every agent, thinned to what a screen can show.
//!
//! Owns how windows are put one after the other: where they do not overlap, the curve of a window starts where
//! the one before it ended, as an index with 100 at the start ("chained"), because every window starts anew
//! with the starting balance. Invariant: the number of points is bounded whatever the run's size; extremes stay.

use std::collections::HashSet;

use rayon::prelude::*;
use serde::Serialize;

use super::daily::{Daily, DailyReader};
use super::series::Series;
use crate::domain::{DayStart, Timestamp};
use crate::store::{
    self, CurveRow, Downsampler, EntrantRecord, JobRecord, Point, StoreError, StoredRun, WindowRecord,
};

/// Points of all agents' chained curves together.
const CHAINED: usize = 16_000;
/// Points of all curves of single windows together.
const SINGLE: usize = 84_000;
/// Of more agents than this, charts draw the first of the leaderboard until others are chosen. Half of all points
/// are theirs.
pub(super) const DRAWN: usize = 30;
/// Most points of one curve.
const MOST: usize = 1_400;
/// Fewer than this make no curve worth drawing.
const FEWEST: usize = 60;
/// The same where there are so many agents that there is room for no more.
const FEWEST_OF_MANY: usize = 12;
/// Points of a sparkline.
const SPARK: usize = 60;
/// Points of all sparklines together.
const SPARKS: usize = 30_000;

/// Curves of all agents, in the scenario's order.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Curves {
    /// Whole-run curves as an index; absent with one window, and where windows overlap.
    pub chained: Option<Vec<Curve>>,
    /// The same of a run of one window.
    #[serde(skip)]
    pub single: Option<Vec<Curve>>,
    /// Curves of the first windows: by window, then by agent.
    pub windows: Vec<Vec<Curve>>,
    /// Curves in the order of windows, whether they overlap or not, as an index: for sparklines.
    #[serde(skip)]
    pub sparks: Vec<Vec<f64>>,
    /// Returns by day of every agent.
    #[serde(skip)]
    pub daily: Vec<Daily>,
}

/// One agent's curve.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(in crate::report) struct Curve {
    pub equity: Series,
    /// Percent, at most 0.
    pub drawdown: Series,
}

impl Curves {
    /// Reads and thins the curves of all agents.
    pub fn read(stored: &StoredRun) -> Result<Self, StoreError> {
        let plan = CurvePlan::of(stored);
        let mut all = Self {
            chained: (plan.chains && plan.several).then(Vec::new),
            single: (plan.chains && !plan.several).then(Vec::new),
            windows: (0..plan.shown).map(|_| Vec::new()).collect(),
            sparks: Vec::new(),
            daily: Vec::new(),
        };
        let first: HashSet<&str> =
            stored.leaderboard.rankings.iter().take(DRAWN).map(|row| row.agent.as_str()).collect();
        let read = |agent: &EntrantRecord| {
            let jobs = stored.agent(&agent.name).map_or(&[][..], |record| &record.windows);
            let is_drawn = first.contains(agent.name.as_str());
            let mut reading = CurveReader::start(&plan, is_drawn, &stored.run.windows, jobs);
            store::curve(&stored.folder, &agent.name, |row| reading.take(row))?;
            Ok(reading.end())
        };
        let curves: Vec<AgentCurves> =
            stored.run.agents.par_iter().with_max_len(1).map(read).collect::<Result<_, StoreError>>()?;
        for read in curves {
            if let Some(whole) = all.chained.as_mut().or(all.single.as_mut()) {
                whole.push(read.chained);
            }
            for (into, curve) in all.windows.iter_mut().zip(read.windows) {
                into.push(curve);
            }
            all.sparks.push(read.spark);
            all.daily.push(read.daily);
        }
        Ok(all)
    }

    /// The curves that a picture shows: over all windows, or of the first where windows overlap.
    pub fn shown(&self) -> Option<&[Curve]> {
        self.chained.as_ref().or_else(|| self.windows.first()).map(Vec::as_slice)
    }

    /// Every agent's curve over all windows as an index; nothing where windows overlap.
    pub fn indexed(self) -> Vec<Curve> {
        self.chained.or(self.single).unwrap_or_default()
    }
}

/// How much is kept of what.
struct CurvePlan {
    /// Whether windows can be put one after the other.
    chains: bool,
    /// Whether there are several.
    several: bool,
    /// How many windows have curves of their own.
    shown: usize,
    /// Points of a chained curve.
    chained: Share,
    /// Points of a window's curve.
    single: Share,
    /// Points of a sparkline.
    spark: usize,
    /// Where trading days begin.
    day: DayStart,
    /// Ticks of all windows.
    ticks: usize,
}

/// How many points each curve has.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Share {
    /// Of an agent that is drawn from the start.
    drawn: usize,
    /// Of any other.
    other: usize,
}

impl Share {
    /// All points shared among so many agents.
    fn of(points: usize, agents: usize) -> Self {
        let each = |points: usize, agents: usize| (points / agents.max(1)).clamp(FEWEST_OF_MANY, MOST);
        if agents <= DRAWN {
            return Self { drawn: each(points, agents), other: 0 };
        }
        Self { drawn: each(points / 2, DRAWN), other: each(points / 2, agents - DRAWN) }
    }

    fn points(self, is_drawn: bool) -> usize {
        if is_drawn { self.drawn } else { self.other }
    }
}

impl CurvePlan {
    fn of(stored: &StoredRun) -> Self {
        let (agents, windows) = (stored.run.agents.len().max(1), stored.run.windows.len().max(1));
        let shown = windows.min((SINGLE / (FEWEST * agents)).max(1));
        Self {
            chains: are_apart(&stored.run.windows),
            several: windows > 1,
            shown,
            chained: Share::of(CHAINED, agents),
            // Curves of many agents are drawn beside chained ones, and the page has tables of all agents too.
            single: Share::of(if agents > DRAWN { SINGLE / 2 } else { SINGLE } / shown, agents),
            spark: (SPARKS / agents).clamp(FEWEST_OF_MANY, SPARK),
            day: stored.run.market.day.parse().unwrap_or_default(),
            ticks: stored.run.windows.iter().map(|window| window.ticks).sum(),
        }
    }
}

/// Whether each window starts when the one before it has ended.
pub(super) fn are_apart(windows: &[WindowRecord]) -> bool {
    let at = |text: &str| text.parse::<Timestamp>().ok();
    windows.windows(2).all(|pair| match (at(&pair[0].end), at(&pair[1].start)) {
        (Some(end), Some(start)) => end <= start,
        _ => false,
    })
}

/// One agent's curve being read.
struct CurveReader<'a> {
    plan: &'a CurvePlan,
    /// Whether the agent is drawn from the start.
    is_drawn: bool,
    windows: &'a [WindowRecord],
    jobs: &'a [JobRecord],
    /// The window being read.
    now: Option<(u32, WindowCurve)>,
    done: Vec<Curve>,
    chained: Pair,
    spark: Downsampler,
    daily: DailyReader,
    row: i64,
    /// Product of the windows' growth so far, as an index.
    index: f64,
    peak: f64,
}

/// Equity and drawdown being thinned.
struct Pair {
    equity: Downsampler,
    drawdown: Downsampler,
}

struct WindowCurve {
    pair: Option<Pair>,
    start: f64,
    last: f64,
}

/// One agent's curves.
struct AgentCurves {
    chained: Curve,
    windows: Vec<Curve>,
    spark: Vec<f64>,
    daily: Daily,
}

impl Pair {
    fn new(rows: usize, points: usize) -> Self {
        // A drawdown's shape needs fewer points than the curve that it comes from.
        Self {
            equity: Downsampler::new(rows, points * 3 / 5),
            drawdown: Downsampler::new(rows, points * 2 / 5),
        }
    }

    fn end(self) -> Curve {
        let percent = |points: Vec<Point>| points.into_iter().map(|(at, v)| (at, v * 100.0)).collect();
        Curve {
            equity: Series::new(self.equity.finish()),
            drawdown: Series::rounded(percent(self.drawdown.finish()), 1e3),
        }
    }
}

impl<'a> CurveReader<'a> {
    fn start(
        plan: &'a CurvePlan,
        is_drawn: bool,
        windows: &'a [WindowRecord],
        jobs: &'a [JobRecord],
    ) -> Self {
        Self {
            plan,
            is_drawn,
            windows,
            jobs,
            now: None,
            done: Vec::new(),
            chained: Pair::new(plan.ticks, plan.chained.points(is_drawn)),
            spark: Downsampler::new(plan.ticks, plan.spark),
            daily: DailyReader::of(plan.day),
            row: 0,
            index: 100.0,
            peak: 100.0,
        }
    }

    fn take(&mut self, row: CurveRow) {
        if self.now.as_ref().is_none_or(|(window, _)| *window != row.window) {
            self.end_window();
            self.start_window(row);
        }
        let Some((_, window)) = &mut self.now else { return };
        if let Some(pair) = &mut window.pair {
            pair.equity.push(row.at, row.equity);
            pair.drawdown.push(row.at, row.drawdown);
        }
        window.last = row.equity;
        self.daily.take(&row);
        let index = if window.start > 0.0 { self.index * row.equity / window.start } else { 0.0 };
        self.peak = self.peak.max(index);
        if self.plan.chains {
            self.chained.equity.push(row.at, index);
            self.chained.drawdown.push(row.at, if self.peak > 0.0 { index / self.peak - 1.0 } else { 0.0 });
        }
        self.spark.push(self.row, index);
        self.row += 1;
    }

    fn start_window(&mut self, row: CurveRow) {
        let record = self.windows.iter().find(|window| window.index == row.window);
        let rows = record.map_or(0, |window| window.ticks);
        let points = self.plan.single.points(self.is_drawn);
        let pair = (self.done.len() < self.plan.shown).then(|| Pair::new(rows, points));
        let job = self.jobs.iter().find(|job| job.window == row.window);
        let start = job.map_or(row.equity, |job| job.starting_balance.to_f64());
        self.daily.start_window(start);
        self.now = Some((row.window, WindowCurve { pair, start, last: row.equity }));
    }

    fn end_window(&mut self) {
        let Some((_, window)) = self.now.take() else { return };
        if window.start > 0.0 {
            self.index *= window.last / window.start;
        }
        if let Some(pair) = window.pair {
            self.done.push(pair.end());
        }
    }

    fn end(mut self) -> AgentCurves {
        self.end_window();
        let spark = self.spark.finish().into_iter().map(|point| point.1).collect();
        AgentCurves { chained: self.chained.end(), windows: self.done, spark, daily: self.daily.finish() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RunWriter, fixture};

    fn stored(out: &std::path::Path) -> StoredRun {
        RunWriter::open(out, fixture::run()).unwrap().finish(&fixture::tournament()).unwrap()
    }

    #[test]
    fn one_window_is_drawn_in_money_and_compared_as_an_index() {
        let out = tempfile::tempdir().unwrap();
        let found = Curves::read(&stored(out.path())).unwrap();
        assert!(found.chained.is_none());
        let equity = found.windows[0][0].equity.seconds();
        assert_eq!(equity.last().unwrap().1, 101.5);
        let index = &found.indexed()[0];
        assert_eq!(index.equity.seconds().last().unwrap().1, 101.5, "of a start with 100");
        let lowest = index.drawdown.seconds().iter().map(|point| point.1).fold(0.0, f64::min);
        assert!(lowest < -2.0, "{lowest}");
    }

    #[test]
    fn of_many_agents_those_that_are_drawn_have_half_of_all_points() {
        assert_eq!(Share::of(16_000, 8), Share { drawn: MOST, other: 0 });
        assert_eq!(Share::of(16_000, DRAWN), Share { drawn: 533, other: 0 });
        assert_eq!(Share::of(16_000, 530), Share { drawn: 266, other: 16 });
        assert_eq!(Share::of(16_000, 2_000), Share { drawn: 266, other: FEWEST_OF_MANY });
    }

    #[test]
    fn overlapping_windows_are_not_put_one_after_the_other() {
        let window = |index, start: &str, end: &str| WindowRecord {
            index,
            start: start.to_owned(),
            end: end.to_owned(),
            ..fixture::stored().run.windows[0].clone()
        };
        let first = window(0, "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z");
        let next = window(1, "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z");
        let inside = window(1, "2024-01-15T00:00:00Z", "2024-02-15T00:00:00Z");
        assert!(are_apart(&[first.clone(), next]));
        assert!(!are_apart(&[first, inside]));
    }
}
