//! Strategies of the program that runs a scenario, by the name of the agent that they decide for.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{
    BarContext, PreparedStrategy, Scheduled, Setup, Strategy, prepare, prepare_own, prepare_scheduled,
};
use crate::domain::{Action, AgentName};
use crate::scenario::StrategySpec;

/// Makes a strategy, a new one for each window.
pub type StrategyFactory = Arc<dyn Fn() -> Box<dyn Strategy> + Send + Sync>;

/// Makes a strategy for a window, by the window's number, that is called only when it is to decide.
pub(crate) type ScheduledFactory = Arc<dyn Fn(u32) -> Box<dyn Scheduled> + Send + Sync>;

/// Is told of each call of a strategy: what was seen, and what was ordered.
pub(super) type Watch = Arc<dyn Fn(&BarContext<'_>, &[Action]) + Send + Sync>;

/// The strategies that are not the scenario's, and by how many bars strategies decide late.
#[derive(Clone, Default)]
pub struct OwnStrategies {
    factories: BTreeMap<AgentName, Factory>,
    /// Bars by which agents decide late.
    delays: BTreeMap<AgentName, usize>,
    /// Who is told of the calls of agents.
    watches: BTreeMap<AgentName, Watch>,
}

#[derive(Clone)]
enum Factory {
    Own(StrategyFactory),
    Scheduled(ScheduledFactory),
    /// Any strategy, for tests: one that has the market itself in its reach.
    #[cfg(test)]
    Prepared(for<'m> fn(&Setup<'m>) -> PreparedStrategy<'m>),
}

impl OwnStrategies {
    /// Lets strategies of `factory` decide for an agent.
    pub fn insert(&mut self, agent: AgentName, factory: StrategyFactory) {
        self.factories.insert(agent, Factory::Own(factory));
    }

    /// The same with strategies that are called only when they are to decide.
    pub(crate) fn insert_scheduled(&mut self, agent: AgentName, factory: ScheduledFactory) {
        self.factories.insert(agent, Factory::Scheduled(factory));
    }

    /// Lets an agent decide so many bars late.
    pub fn delay(&mut self, agent: AgentName, bars: usize) {
        self.delays.insert(agent, bars);
    }

    /// Tells `watch` of each call of an agent's strategy. Changes nothing.
    pub(crate) fn watch(&mut self, agent: AgentName, watch: Watch) {
        self.watches.insert(agent, watch);
    }

    /// Lets what `prepare` makes decide for an agent.
    #[cfg(test)]
    pub(crate) fn insert_prepared(
        &mut self,
        agent: AgentName,
        prepare: for<'m> fn(&Setup<'m>) -> PreparedStrategy<'m>,
    ) {
        self.factories.insert(agent, Factory::Prepared(prepare));
    }

    /// The agent's own strategy, else the one of the scenario, ready for a window.
    pub fn prepare<'m>(
        &self,
        agent: &AgentName,
        spec: &StrategySpec,
        setup: &Setup<'m>,
    ) -> PreparedStrategy<'m> {
        let strategy = match self.factories.get(agent) {
            Some(Factory::Own(factory)) => prepare_own(factory(), setup),
            Some(Factory::Scheduled(factory)) => {
                prepare_scheduled(factory(setup.window), &spec.symbols, setup)
            }
            #[cfg(test)]
            Some(Factory::Prepared(prepare)) => prepare(setup),
            None => prepare(spec, setup),
        };
        let strategy = strategy.delayed(self.delays.get(agent).copied().unwrap_or(0));
        match self.watches.get(agent).cloned() {
            Some(watch) => strategy.watched(move |ctx, actions| watch(ctx, actions)),
            None => strategy,
        }
    }
}

impl fmt::Debug for OwnStrategies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.factories.keys()).finish()
    }
}
