//! Agents of the program's own, beside those of the scenario.

use std::fmt;
use std::sync::Arc;

use super::RunError;
use crate::domain::{AgentName, Cash, Interval, SymbolId, UNITS_PER_ONE};
use crate::scenario::{AgentSpec, RiskProfile, Scenario, StrategyKind, StrategySpec};
use crate::strategy::{OwnStrategies, Strategy, StrategyError, StrategyFactory, Warmup, needs_of};

/// An agent whose strategy is a type of the program's own. It is replayed, ranked, stored and reported as the
/// scenario's agents are.
///
/// ```
/// use tiltyard::prelude::*;
///
/// # fn entrant<S: Strategy + Default + 'static>() -> Entrant {
/// Entrant::new("mine", || Box::new(S::default()))
///     .version("2")
///     .risk(RiskProfile::unlimited())
///     .starting_balance("25000".parse().unwrap())
/// # }
/// ```
#[derive(Clone)]
pub struct Entrant {
    name: String,
    version: String,
    description: String,
    risk: RiskProfile,
    starting_balance: Cash,
    factory: StrategyFactory,
}

impl Entrant {
    /// An agent of this name; `factory` makes a strategy for each window. Its risk profile is `default`, its balance
    /// 10,000, its version `1`.
    pub fn new(
        name: impl Into<String>,
        factory: impl Fn() -> Box<dyn Strategy> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            version: "1".to_owned(),
            description: String::new(),
            risk: RiskProfile::standard(),
            starting_balance: Cash::from_units(10_000 * UNITS_PER_ONE),
            factory: Arc::new(factory),
        }
    }

    /// Name shown in reports.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which version of the strategy it is. Name and version stand for the strategy in a run's identity, so give a
    /// new one whenever it decides differently: results of the same identity replace each other.
    #[must_use]
    pub fn version(self, version: impl Into<String>) -> Self {
        Self { version: version.into(), ..self }
    }

    /// What it is, for reports.
    #[must_use]
    pub fn description(self, description: impl Into<String>) -> Self {
        Self { description: description.into(), ..self }
    }

    /// The limits on its orders.
    #[must_use]
    pub fn risk(self, risk: RiskProfile) -> Self {
        Self { risk, ..self }
    }

    /// Quote currency in its wallet at each window's start.
    #[must_use]
    pub fn starting_balance(self, starting_balance: Cash) -> Self {
        Self { starting_balance, ..self }
    }

    /// How many bars before a window it reads, by timeframe.
    pub(super) fn warm_up(&self, interval: Interval) -> Result<Warmup, RunError> {
        let needs = needs_of((self.factory)().as_mut(), interval);
        let refused =
            |error: StrategyError| RunError::Entrant { name: self.name.clone(), problem: error.to_string() };
        needs.map(|needs| needs.warm_up()).map_err(refused)
    }

    /// The agent as a scenario has it; it may trade every symbol.
    fn spec(&self, scenario: &Scenario) -> Result<AgentSpec, RunError> {
        let refused = |problem: String| RunError::Entrant { name: self.name.clone(), problem };
        let name = AgentName::new(&self.name).map_err(|error| refused(error.to_string()))?;
        let same = |agent: &AgentSpec| agent.name.as_str().to_lowercase() == self.name.to_lowercase();
        if scenario.agents.iter().any(same) {
            return Err(refused("an agent of this name takes part already".to_owned()));
        }
        if !self.starting_balance.is_positive() {
            return Err(refused(format!("a starting balance of {} is none", self.starting_balance)));
        }
        let symbols = (0_u16..).take(scenario.market.instruments.len()).map(SymbolId).collect();
        Ok(AgentSpec {
            name,
            description: self.description.clone(),
            tags: Vec::new(),
            starting_balance: self.starting_balance,
            risk: self.risk.clone(),
            strategy: StrategySpec::of(
                StrategyKind::Own { version: self.version.clone() },
                symbols,
                scenario.market.interval,
            ),
            registered: None,
            repeat_of: None,
            table: scenario.agents.len(),
        })
    }
}

impl fmt::Debug for Entrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, version, .. } = self;
        f.debug_struct("Entrant").field("name", name).field("version", version).finish_non_exhaustive()
    }
}

/// Adds the entrants to the scenario's agents, in their order; gives their strategies.
pub(super) fn enter(scenario: &mut Scenario, entrants: &[Entrant]) -> Result<OwnStrategies, RunError> {
    let mut own = OwnStrategies::default();
    for entrant in entrants {
        let spec = entrant.spec(scenario)?;
        own.insert(spec.name.clone(), Arc::clone(&entrant.factory));
        scenario.agents.push(spec);
    }
    Ok(own)
}
