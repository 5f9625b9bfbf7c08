//! A scenario with its bars and windows, loaded as the program loads it.

use std::path::Path;

use tiltyard::internals::engine::{Loop, Replay};
use tiltyard::internals::market::{LoadRequest, Market, load};
use tiltyard::internals::scenario::{Intrabar, Scenario};
use tiltyard::internals::sweep::extremes;
use tiltyard::internals::tournament::{
    DateRange, NoProgress, RunOptions, Tournament, TournamentPlan, WindowSpan, history_needs, plan_windows,
    run_by,
};

/// A checked scenario, its market and its windows.
pub struct Loaded {
    pub scenario: Scenario,
    pub market: Market,
    pub windows: Vec<WindowSpan>,
}

impl Loaded {
    pub fn of(scenario: Scenario) -> Self {
        let trials = scenario.sweep.as_ref().map(extremes).unwrap_or_default();
        let needs = history_needs(&scenario, &trials);
        let detail = scenario.venue.intrabar == Intrabar::Detail;
        let (frames, history_bars) = (&needs.frames, needs.bars);
        let market =
            load(&LoadRequest { spec: &scenario.market, frames, history_bars, detail, benchmark: None })
                .unwrap();
        let (spec, embargo) = (&scenario.market, scenario.battle.embargo);
        let stretch = DateRange { ticks: market.in_range, start: spec.start, end: spec.end, embargo };
        let windows = plan_windows(&scenario.battle.windows, &market, stretch, scenario.seed).unwrap();
        Self { scenario, market, windows }
    }

    pub fn parse(folder: &Path, text: &str) -> Self {
        Self::of(Scenario::parse(text, folder).unwrap().0)
    }

    pub fn plan(&self) -> TournamentPlan<'_> {
        TournamentPlan { scenario: &self.scenario, market: &self.market, windows: &self.windows }
    }

    pub fn run(&self, engine: Loop) -> Tournament {
        // Hardly any memory for shared columns, so they are recomputed repeatedly.
        let options = RunOptions { engine, memory: 1 << 12, ..RunOptions::default() };
        run_by(&self.plan(), &NoProgress, options).unwrap()
    }

    /// The first agent's replay of the first window, identical by both loops.
    pub fn replay(&self) -> Replay {
        let [skipped, visited] = [Loop::Skip, Loop::BarByBar]
            .map(|engine| self.run(engine).agents.remove(0).windows.remove(0).replay);
        assert_eq!(format!("{skipped:?}"), format!("{visited:?}"));
        skipped
    }
}
