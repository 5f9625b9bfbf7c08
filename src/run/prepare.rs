//! From a checked scenario to all that its replays need: bars, windows, entrants.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[cfg(feature = "import")]
use super::signals;
use super::{Entrant, Programs, RunError, checks, entrant, modules, wallets};
use crate::domain::AgentName;
use crate::market::{self, HeldBars, LoadRequest, Market};
use crate::process::Collector;
use crate::scenario::{Intrabar, Scenario};
use crate::strategy::{OwnStrategies, Warmup};
use crate::sweep::{self, Elsewhere};
use crate::tournament::formats;
use crate::tournament::{
    DateRange, KnownReplays, NoReplays, TournamentPlan, WindowSpan, history_needs, plan_windows,
};

/// A scenario that is ready to be replayed, as often as one likes.
#[derive(Debug)]
pub struct Prepared {
    /// The scenario, with its entrants among the agents.
    pub scenario: Scenario,
    /// Market data of the run.
    pub market: Market,
    /// The windows in them.
    pub windows: Vec<WindowSpan>,
    /// The strategies of the entrants.
    pub(super) own: OwnStrategies,
    /// What the answers of programs depend on, as hashes.
    pub(super) programs: BTreeMap<AgentName, Vec<u8>>,
    /// Takes the answers of agents that are programs.
    pub(super) collector: Arc<Collector>,
    /// Replays that were made elsewhere.
    pub(super) known: Arc<dyn KnownReplays>,
    /// Who evaluates batches of a sweep in other processes.
    pub(super) elsewhere: Option<Arc<dyn Elsewhere>>,
    /// How long that took.
    pub(super) loading: Duration,
    /// Who is left out, and what will not be traded, though it may have been meant.
    pub(super) notes: Vec<String>,
}

impl Prepared {
    /// Agents that are left out, and what the signals of agents say that will not be traded; one sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// What the engine is given.
    pub(super) const fn plan(&self) -> TournamentPlan<'_> {
        TournamentPlan { scenario: &self.scenario, market: &self.market, windows: self.windows.as_slice() }
    }
}

/// Loads the market of a scenario, plans its windows, and checks that every agent can take part. `entrants` are agents
/// of the program's own; they come after the scenario's.
///
/// ```
/// use tiltyard::prelude::*;
///
/// let source = ScenarioSource::read("scenarios/daily_rotation.toml".as_ref(), &NoRegistry)?;
/// let prepared = prepare(&source.scenario, &[])?;
/// println!("{} windows of {} bars", prepared.windows.len(), prepared.scenario.market.interval);
/// # Ok::<(), RunError>(())
/// ```
///
/// # Errors
/// [`RunError`], of kind `Data` where the market data is wrong or missing, else `Usage`; before the first bar is
/// replayed.
pub fn prepare(scenario: &Scenario, entrants: &[Entrant]) -> Result<Prepared, RunError> {
    prepare_with(scenario, entrants, &Programs::default())
}

/// [`prepare_with()`] on bars that the program holds in memory, in place of the files that the scenario names.
///
/// # Errors
/// As [`prepare_with()`].
pub fn prepare_on(
    scenario: &Scenario,
    bars: &HeldBars,
    entrants: &[Entrant],
    programs: &Programs,
) -> Result<Prepared, RunError> {
    prepare_again(scenario, Some(bars), entrants, programs, None)
}

/// [`prepare()`] for scenarios with agents that are programs. Each is started once, and asked what it reads.
///
/// # Errors
/// As [`prepare()`], and [`RunError::Programs`].
pub fn prepare_with(
    scenario: &Scenario,
    entrants: &[Entrant],
    programs: &Programs,
) -> Result<Prepared, RunError> {
    prepare_again(scenario, None, entrants, programs, None)
}

/// [`prepare_on()`] or [`prepare_with()`] after a run of the same scenario was given up because its strategies read more than
/// they had declared: the market that was loaded for it goes on where it has all that they read now.
///
/// # Errors
/// As [`prepare_with()`].
pub fn prepare_again(
    scenario: &Scenario,
    bars: Option<&HeldBars>,
    entrants: &[Entrant],
    programs: &Programs,
    before: Option<Market>,
) -> Result<Prepared, RunError> {
    let started = Instant::now();
    let mut scenario = scenario.clone();
    super::programs::leave_out(&mut scenario, programs);
    let mut own = entrant::enter(&mut scenario, entrants)?;
    #[cfg(feature = "import")]
    let files = signals::read(&mut scenario)?;
    #[cfg(not(feature = "import"))]
    checks::no_signals(&scenario)?;
    #[cfg(feature = "import")]
    let told = super::context::read(&mut scenario)?;
    #[cfg(not(feature = "import"))]
    checks::no_context(&scenario)?;
    let collector = Arc::default();
    let mut warm_ups = modules::enter(&mut scenario, &mut own, &collector)?;
    let entered = super::programs::enter(&mut scenario, &mut own, programs, &collector)?;
    warm_ups.extend(entered.warm_ups);
    let market = load(&scenario, bars, entrants, &warm_ups, before)?;
    #[cfg_attr(not(feature = "import"), expect(unused_mut, reason = "no file of its own has a note"))]
    let mut notes = left_out(&scenario);
    #[cfg(feature = "import")]
    notes.extend(told);
    #[cfg(feature = "import")]
    notes.extend(signals::check(&scenario, &market, &files)?);
    checks::quantities(&scenario, &market)?;
    let spec = &scenario.market;
    let (ticks, embargo) = (market.in_range, scenario.battle.embargo);
    let range = DateRange { ticks, start: spec.start, end: spec.end, embargo };
    let windows = plan_windows(&scenario.battle.windows, &market, range, scenario.seed)?;
    wallets::check(&scenario, &market, &windows)?;
    checks::strategies(&scenario, &market, &windows)?;
    if let Some(tournament) = &scenario.tournament {
        formats::check(&tournament.format, scenario.agents.len(), windows.len())?;
    }
    let programs = entered.contents;
    let (known, loading) = (Arc::new(NoReplays), started.elapsed());
    let elsewhere = None;
    Ok(Prepared { scenario, market, windows, own, programs, collector, known, elsewhere, loading, notes })
}

/// Who is left out and why, one sentence each.
fn left_out(scenario: &Scenario) -> Vec<String> {
    scenario.left_out.iter().map(|one| format!("{one}: {}", one.reason)).collect()
}

/// The bars, with as much history before them as any agent or trial reads.
fn load(
    scenario: &Scenario,
    bars: Option<&HeldBars>,
    entrants: &[Entrant],
    warm_ups: &[Warmup],
    before: Option<Market>,
) -> Result<Market, RunError> {
    let trials = scenario.sweep.as_ref().map(sweep::extremes).unwrap_or_default();
    let mut needs = history_needs(scenario, &trials);
    let interval = scenario.market.interval;
    for entrant in entrants {
        needs.raise(&entrant.warm_up(interval)?, interval);
    }
    warm_ups.iter().for_each(|warm_up| needs.raise(warm_up, interval));
    let mut venues = trials.iter().map(|setup| &setup.venue).chain([&scenario.venue]);
    let detail = venues.any(|venue| venue.intrabar == Intrabar::Detail);
    let (frames, history_bars) = (&needs.frames, needs.bars);
    let benchmark = scenario.report.untraded();
    let request = LoadRequest { spec: &scenario.market, frames, history_bars, detail, benchmark };
    Ok(market::load_again(&request, bars, before)?)
}
