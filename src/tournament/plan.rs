//! What a tournament runs.

use super::outcome::WindowSpan;
use crate::market::Market;
use crate::scenario::Scenario;

/// A validated tournament: all settings are checked, and the windows lie within the market data.
#[derive(Debug, Clone, Copy)]
pub struct TournamentPlan<'a> {
    /// Agents, rules, conventions.
    pub scenario: &'a Scenario,
    /// Market data of the run.
    pub market: &'a Market,
    /// In order of their number.
    pub windows: &'a [WindowSpan],
}

impl TournamentPlan<'_> {
    /// How many (agent, window) jobs there are.
    pub fn jobs(&self) -> usize {
        self.scenario.agents.len() * self.windows.len()
    }
}
