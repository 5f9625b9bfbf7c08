//! Strategies of the program that runs a scenario, by the name of the agent that they decide for.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{PreparedStrategy, Setup, Strategy, prepare, prepare_own};
use crate::domain::AgentName;
use crate::scenario::StrategySpec;

/// Makes a strategy, a new one for each window.
pub type StrategyFactory = Arc<dyn Fn() -> Box<dyn Strategy> + Send + Sync>;

/// The strategies that are not the scenario's, and by how many bars strategies decide late.
#[derive(Clone, Default)]
pub struct OwnStrategies {
    factories: BTreeMap<AgentName, StrategyFactory>,
    /// Bars by which agents decide late.
    delays: BTreeMap<AgentName, usize>,
}

impl OwnStrategies {
    /// Lets strategies of `factory` decide for an agent.
    pub fn insert(&mut self, agent: AgentName, factory: StrategyFactory) {
        self.factories.insert(agent, factory);
    }

    /// Lets an agent decide so many bars late.
    pub fn delay(&mut self, agent: AgentName, bars: usize) {
        self.delays.insert(agent, bars);
    }

    /// The agent's own strategy, else the one of the scenario, ready for a window.
    pub fn prepare<'m>(
        &self,
        agent: &AgentName,
        spec: &StrategySpec,
        setup: &Setup<'m>,
    ) -> PreparedStrategy<'m> {
        let strategy = match self.factories.get(agent) {
            Some(factory) => prepare_own(factory(), setup),
            None => prepare(spec, setup),
        };
        strategy.delayed(self.delays.get(agent).copied().unwrap_or(0))
    }
}

impl fmt::Debug for OwnStrategies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.factories.keys()).finish()
    }
}
