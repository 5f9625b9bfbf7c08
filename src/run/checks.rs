//! What a scenario can ask that its bars do not allow.

use super::{RunError, StrategyProblem};
use crate::domain::{Bps, Cash, Price, Qty};
use crate::market::Market;
use crate::scenario::Scenario;
use crate::strategy;
use crate::tournament::WindowSpan;

/// Refuses a balance that could buy more of a symbol than a position may hold.
pub(super) fn quantities(scenario: &Scenario, market: &Market) -> Result<(), RunError> {
    let balances = scenario.agents.iter().map(|agent| agent.starting_balance);
    let balance = balances.max().unwrap_or(Cash::ZERO);
    for series in &market.symbols {
        let lowest = series.bars.low.iter().copied().fold(f64::INFINITY, f64::min);
        let quantity = Qty::affordable(balance, Price::from_f64(lowest), Bps::ZERO, Qty::from_units(1));
        if quantity > Qty::MAX_POSITION {
            let instrument = Box::new(series.instrument.clone());
            return Err(RunError::BalanceTooLarge { balance, quantity, instrument, lowest });
        }
    }
    Ok(())
}

/// Refuses strategies that cannot do what they say with the prices of a window.
pub(super) fn strategies(
    scenario: &Scenario,
    market: &Market,
    windows: &[WindowSpan],
) -> Result<(), RunError> {
    let problems: Vec<StrategyProblem> = scenario
        .agents
        .iter()
        .filter_map(|agent| {
            let check = |span: &WindowSpan| strategy::check(&agent.strategy, market, span.window.ticks);
            let reason = windows.iter().find_map(|span| check(span).err())?;
            Some(StrategyProblem { index: agent.table, agent: agent.name.clone(), reason })
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(RunError::Strategies(problems)) }
}

/// Refuses agents that read files, where the reading of files is left out.
#[cfg(not(feature = "import"))]
pub(super) fn no_signals(scenario: &Scenario) -> Result<(), RunError> {
    let reads = |agent: &crate::scenario::AgentSpec| {
        matches!(agent.strategy.kind, crate::scenario::StrategyKind::Signals(_))
    };
    let problem = |agent: &crate::scenario::AgentSpec| super::SignalsProblem {
        index: agent.table,
        agent: agent.name.clone(),
        message: "this program is built without the feature `import`".to_owned(),
        help: "build it with the feature `import`".to_owned(),
    };
    let problems: Vec<_> = scenario.agents.iter().filter(|agent| reads(agent)).map(problem).collect();
    if problems.is_empty() { Ok(()) } else { Err(RunError::Signals(problems)) }
}

/// Refuses files of texts, where the reading of files is left out.
#[cfg(not(feature = "import"))]
pub(super) fn no_context(scenario: &Scenario) -> Result<(), RunError> {
    match scenario.context.as_slice() {
        [] => Ok(()),
        _ => Err(RunError::Context {
            index: 0,
            message: "this program is built without the feature `import`".to_owned(),
            help: "build it with the feature `import`".to_owned(),
        }),
    }
}
