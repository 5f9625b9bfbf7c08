//! What a scenario would replay, without replaying it.

use super::{Entrant, Prepared, Programs, RunError, prepare_with};
use crate::domain::{Interval, Timestamp};
use crate::scenario::Scenario;
use crate::tournament::unused_ticks;

/// A scenario that can be run, in figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// Agents that take part.
    pub agents: usize,
    /// Number of windows.
    pub windows: usize,
    /// Number of symbols.
    pub symbols: usize,
    /// Length of a bar.
    pub interval: Interval,
    /// Bars that are replayed, window by window.
    pub bars: usize,
    /// Start of the earliest window.
    pub start: Timestamp,
    /// End of the latest window (exclusive).
    pub end: Timestamp,
    /// Bars of the range that lie in no window.
    pub unused_bars: usize,
    /// Bars of the range.
    pub range_bars: usize,
    /// Agents that are left out, and what the signals of agents say that will not be traded; one sentence each.
    pub notes: Vec<String>,
}

/// Loads the market, plans the windows and checks the agents, as a run does before its first bar.
///
/// ```
/// use tiltyard::prelude::*;
/// use tiltyard::run::check;
///
/// let source = ScenarioSource::read("scenarios/daily_rotation.toml".as_ref(), &NoRegistry)?;
/// let found = check(&source.scenario, &[])?;
/// assert_eq!(found.agents, source.scenario.agents.len());
/// # Ok::<(), RunError>(())
/// ```
///
/// # Errors
/// As [`prepare()`](super::prepare()).
pub fn check(scenario: &Scenario, entrants: &[Entrant]) -> Result<CheckReport, RunError> {
    check_with(scenario, entrants, &Programs::default())
}

/// [`check()`] for scenarios with agents that are programs.
///
/// # Errors
/// As [`prepare_with()`].
pub fn check_with(
    scenario: &Scenario,
    entrants: &[Entrant],
    programs: &Programs,
) -> Result<CheckReport, RunError> {
    let Prepared { scenario, market, windows, notes, .. } = prepare_with(scenario, entrants, programs)?;
    let range = market.in_range;
    let ticks = windows.iter().map(|span| span.window.ticks.last - span.window.ticks.first);
    let first = Timestamp::from_micros(0);
    Ok(CheckReport {
        agents: scenario.agents.len(),
        windows: windows.len(),
        symbols: scenario.market.instruments.len(),
        interval: scenario.market.interval,
        bars: ticks.sum(),
        // A plan has windows.
        start: windows.iter().map(|span| span.start).min().unwrap_or(first),
        end: windows.iter().map(|span| span.end).max().unwrap_or(first),
        unused_bars: unused_ticks(&windows, range),
        range_bars: range.last - range.first,
        notes,
    })
}
