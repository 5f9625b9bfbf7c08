//! A tournament from a scenario and agents of one's own, in one expression.

use std::path::{Path, PathBuf};

use super::{
    Entrant, Programs, RunError, RunObserver, RunResult, ScenarioSource, on_threads, prepare_on, prepare_with,
};
use crate::market::HeldBars;
use crate::scenario::{NoRegistry, Registry};
use crate::tournament::{NoProgress, RunOptions, Tournament};

/// What is to be run, put together step by step; see [`Tournament::builder`].
#[derive(Default)]
pub struct TournamentBuilder<'a> {
    scenario: Option<ScenarioInput>,
    entrants: Vec<Entrant>,
    programs: Programs,
    bars: Option<HeldBars>,
    options: RunOptions,
    threads: Option<usize>,
    observer: Option<&'a dyn RunObserver>,
    #[cfg(feature = "store")]
    out: Option<PathBuf>,
}

/// Where the scenario comes from.
enum ScenarioInput {
    File(PathBuf),
    Text(String),
}

impl Tournament {
    /// Puts a tournament together: a scenario, and agents of one's own beside those of the scenario.
    ///
    /// ```
    /// use tiltyard::prelude::*;
    ///
    /// let result = Tournament::builder().scenario("scenarios/daily_rotation.toml").run()?;
    /// let best = &result.tournament.leaderboard.rankings[0];
    /// assert_eq!(best.rank, Some(1));
    /// # Ok::<(), RunError>(())
    /// ```
    pub fn builder<'a>() -> TournamentBuilder<'a> {
        TournamentBuilder::default()
    }
}

impl<'a> TournamentBuilder<'a> {
    /// The scenario of a file.
    #[must_use]
    pub fn scenario(self, file: impl Into<PathBuf>) -> Self {
        Self { scenario: Some(ScenarioInput::File(file.into())), ..self }
    }

    /// A scenario as text; its relative paths start at the working directory.
    #[must_use]
    pub fn scenario_text(self, text: impl Into<String>) -> Self {
        Self { scenario: Some(ScenarioInput::Text(text.into())), ..self }
    }

    /// An agent of one's own; any number of them.
    #[must_use]
    pub fn entrant(mut self, entrant: Entrant) -> Self {
        self.entrants.push(entrant);
        self
    }

    /// Bars in memory, in place of the files that the scenario names: `path` is then only a word.
    ///
    /// ```
    /// use tiltyard::prelude::*;
    /// use tiltyard::run::{Bars, HeldBars};
    ///
    /// let mut bars = Bars::with_capacity("1d".parse().unwrap(), 60);
    /// for day in 0..60_i64 {
    ///     let close = 100.0 + (day % 7) as f64;
    ///     bars.push(Timestamp::from_micros(day * 86_400_000_000), [close, close + 1.0, close - 1.0, close, 10.0]);
    /// }
    /// let mut held = HeldBars::default();
    /// held.insert("MINE", bars);
    /// let text = r#"
    /// scenario = { name = "in-memory" }
    /// market = { path = "memory", symbols = ["MINE"], interval = "1d" }
    /// agents = [{ name = "hold", strategy = { kind = "buy_and_hold" } }]
    /// battle = { windows = { kind = "whole" } }
    /// "#;
    /// let result = Tournament::builder().scenario_text(text).bars(held).run()?;
    /// assert_eq!(result.tournament.windows.len(), 1);
    /// # Ok::<(), RunError>(())
    /// ```
    #[must_use]
    pub fn bars(self, bars: HeldBars) -> Self {
        Self { bars: Some(bars), ..self }
    }

    /// How agents that are programs are run.
    #[must_use]
    pub fn programs(self, programs: Programs) -> Self {
        Self { programs, ..self }
    }

    /// Which replay loop, how much memory for shared indicators: no result depends on them.
    #[must_use]
    pub fn options(self, options: RunOptions) -> Self {
        Self { options, ..self }
    }

    /// Threads to use, all cores by default: no result depends on them.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Watches progress, and can cancel.
    #[must_use]
    pub fn observer(self, observer: &'a dyn RunObserver) -> Self {
        Self { observer: Some(observer), ..self }
    }

    /// Stores the run in this folder, where `tiltyard show`, `report` and the other commands find it.
    #[cfg(feature = "store")]
    #[must_use]
    pub fn out(self, out: impl Into<PathBuf>) -> Self {
        Self { out: Some(out.into()), ..self }
    }

    /// Replays every agent over every window and ranks them.
    ///
    /// # Errors
    /// [`RunError`]; [`RunError::diagnostics`] has the help.
    pub fn run(self) -> Result<RunResult, RunError> {
        let source = self.source()?;
        on_threads(self.threads, || {
            let scenario = &source.scenario;
            let prepared = match &self.bars {
                Some(bars) => prepare_on(scenario, bars, &self.entrants, &self.programs)?,
                None => prepare_with(scenario, &self.entrants, &self.programs)?,
            };
            let observer = self.observer.unwrap_or(&NoProgress);
            #[cfg(feature = "store")]
            if let Some(out) = &self.out {
                let destination = super::Destination { out, text: &source.text, csv: false };
                let kept = super::stored::run_and_keep(&prepared, &destination, self.options, observer)?;
                return Ok(RunResult { stored: Some(kept.1), ..kept.0 });
            }
            super::run(&prepared, self.options, observer)
        })
    }

    fn source(&self) -> Result<ScenarioSource, RunError> {
        #[cfg(feature = "store")]
        if let Some(out) = &self.out {
            return self.read(&crate::store::registry::StoredAgents::of(out));
        }
        self.read(&NoRegistry)
    }

    fn read(&self, registry: &dyn Registry) -> Result<ScenarioSource, RunError> {
        match &self.scenario {
            Some(ScenarioInput::File(file)) => ScenarioSource::read(file, registry),
            Some(ScenarioInput::Text(text)) => {
                ScenarioSource::parse(Path::new("scenario"), text.clone(), Path::new(""), registry)
            }
            None => Err(RunError::NoScenario),
        }
    }
}
