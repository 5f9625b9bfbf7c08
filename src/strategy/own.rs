//! Strategies of the program that runs a scenario, by the name of the agent that they decide for.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{PreparedStrategy, Scheduled, Setup, Strategy, prepare, prepare_own, prepare_scheduled};
use crate::domain::AgentName;
use crate::scenario::StrategySpec;

/// Makes a strategy, a new one for each window.
pub type StrategyFactory = Arc<dyn Fn() -> Box<dyn Strategy> + Send + Sync>;

/// Makes a strategy for a window, by the window's number, that is called only when it is to decide.
pub(crate) type ScheduledFactory = Arc<dyn Fn(u32) -> Box<dyn Scheduled> + Send + Sync>;

/// The strategies that are not the scenario's.
#[derive(Clone, Default)]
pub struct OwnStrategies(BTreeMap<AgentName, Factory>);

#[derive(Clone)]
enum Factory {
    Own(StrategyFactory),
    Scheduled(ScheduledFactory),
}

impl OwnStrategies {
    /// Lets strategies of `factory` decide for an agent.
    pub fn insert(&mut self, agent: AgentName, factory: StrategyFactory) {
        self.0.insert(agent, Factory::Own(factory));
    }

    /// The same with strategies that are called only when they are to decide.
    pub(crate) fn insert_scheduled(&mut self, agent: AgentName, factory: ScheduledFactory) {
        self.0.insert(agent, Factory::Scheduled(factory));
    }

    /// The agent's own strategy, else the one of the scenario, ready for a window.
    pub fn prepare<'m>(
        &self,
        agent: &AgentName,
        spec: &StrategySpec,
        setup: &Setup<'m>,
    ) -> PreparedStrategy<'m> {
        match self.0.get(agent) {
            Some(Factory::Own(factory)) => prepare_own(factory(), setup),
            Some(Factory::Scheduled(factory)) => {
                prepare_scheduled(factory(setup.window), &spec.symbols, setup)
            }
            None => prepare(spec, setup),
        }
    }
}

impl fmt::Debug for OwnStrategies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
