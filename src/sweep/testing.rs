//! Test support: a small scenario to sweep, and a cache that counts calls.

use std::collections::HashMap;
use std::path::Path;

use super::{JobKey, SweepPlan, TrialCache, TrialCacheError, WindowOutcome, extremes};
use crate::market::{self, LoadRequest, Market};
use crate::scenario::{Scenario, SweepSpec};
use crate::tournament::{DateRange, RunOptions, TournamentPlan, WindowSpan, history_needs, plan_windows};

/// Ten days of hourly sample bars in five windows; a crossing strategy, a buy-and-hold agent, and the given
/// sweep.
const BASE: &str = r#"
[scenario]
name = "sweep"
seed = 3

[market]
path     = "data/sample"
symbols  = ["ALPHA"]
interval = "1h"
start    = 2023-05-01
end      = 2023-05-11

[risk.own]
max_order_size_pct = 40

[[agents]]
name     = "trend"
risk     = "own"
strategy = { kind = "sma_cross", fast = 3, slow = 8, size_pct = 20 }

[[agents]]
name     = "hold"
risk     = "unlimited"
strategy = { kind = "buy_and_hold" }

[battle]
ranking_metric = "roi_pct"
windows        = { kind = "sequential", length = "2d" }

"#;

/// The windows of the base scenario.
const WINDOWS: &str = "{ kind = \"sequential\", length = \"2d\" }";

/// A scenario with its bars and windows.
pub(super) struct SweepFixture {
    pub scenario: Scenario,
    pub market: Market,
    pub windows: Vec<WindowSpan>,
}

impl SweepFixture {
    /// With this `[sweep]` table.
    pub fn new(sweep: &str) -> Self {
        Self::of(&format!("{BASE}{sweep}"))
    }

    /// As [`Self::new`], with one text replaced before the sweep.
    pub fn changed(from: &str, to: &str, sweep: &str) -> Self {
        assert!(BASE.contains(from));
        Self::of(&format!("{}{sweep}", BASE.replace(from, to)))
    }

    fn of(text: &str) -> Self {
        let scenario = parse(text);
        let needs = history_needs(&scenario, &scenario.sweep.as_ref().map(extremes).unwrap_or_default());
        let (frames, history_bars) = (&needs.frames, needs.bars);
        let request =
            LoadRequest { spec: &scenario.market, frames, history_bars, detail: false, benchmark: None };
        let market = market::load(&request).unwrap();
        let (ticks, embargo) = (market.in_range, scenario.battle.embargo);
        let range = DateRange { ticks, start: scenario.market.start, end: scenario.market.end, embargo };
        let windows = plan_windows(&scenario.battle.windows, &market, range, scenario.seed).unwrap();
        Self { scenario, market, windows }
    }

    /// The same bars with windows of this length.
    pub fn with_windows(self, length: &str) -> Self {
        let text = WINDOWS.replace("2d", length);
        let (table, _) = Scenario::parse(&BASE.replace(WINDOWS, &text), Path::new("")).unwrap();
        let range = DateRange::from(self.market.in_range);
        let windows = plan_windows(&table.battle.windows, &self.market, range, table.seed).unwrap();
        Self { windows, ..self }
    }

    pub fn plan(&self) -> TournamentPlan<'_> {
        TournamentPlan { scenario: &self.scenario, market: &self.market, windows: &self.windows }
    }

    pub fn sweep(&self) -> SweepPlan<'_> {
        SweepPlan::here(self.plan(), self.spec(), RunOptions::default())
    }

    pub fn spec(&self) -> &SweepSpec {
        self.scenario.sweep.as_ref().unwrap()
    }

    pub fn all(&self) -> Vec<usize> {
        (0..self.windows.len()).collect()
    }
}

/// The sweep of a `[sweep]` table on the base scenario, without bars.
pub(super) fn spec(sweep: &str) -> SweepSpec {
    parse(&format!("{BASE}{sweep}")).sweep.unwrap()
}

fn parse(text: &str) -> Scenario {
    let (scenario, _) = Scenario::parse(text, Path::new(env!("CARGO_MANIFEST_DIR")))
        .unwrap_or_else(|problems| panic!("{problems:#?}"));
    scenario
}

/// Keeps outcomes in memory, and counts what it is given.
#[derive(Default)]
pub(super) struct Counting {
    pub kept: HashMap<JobKey, WindowOutcome>,
    pub appended: usize,
    pub batches: usize,
    /// Whether a sweep may rely on it.
    pub keeps: bool,
}

impl TrialCache for Counting {
    fn find(&mut self, keys: &[JobKey]) -> Result<Vec<Option<WindowOutcome>>, TrialCacheError> {
        Ok(keys.iter().map(|key| self.kept.get(key).cloned()).collect())
    }

    fn keeps(&self) -> bool {
        self.keeps
    }

    fn append(&mut self, batch: &[(JobKey, &WindowOutcome)]) -> Result<(), TrialCacheError> {
        self.appended += batch.len();
        self.batches += 1;
        for (key, outcome) in batch {
            assert!(self.kept.insert(*key, (*outcome).clone()).is_none(), "kept twice");
        }
        Ok(())
    }
}

/// Runs on a pool of `threads` threads.
pub(super) fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}
