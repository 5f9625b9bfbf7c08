//! Registered agents that go on with their existing wallets: whether this run can follow the one before.

use super::{RunError, WalletProblem};
use crate::market::Market;
use crate::scenario::{ExistingWallet, Registered, Scenario};
use crate::tournament::WindowSpan;

/// Refuses a run that an existing wallet cannot go on in.
pub(super) fn check(scenario: &Scenario, market: &Market, windows: &[WindowSpan]) -> Result<(), RunError> {
    let registered = scenario.agents.iter().filter_map(|agent| agent.registered.as_ref());
    let problems: Vec<WalletProblem> = registered
        .filter_map(|agent| {
            let (message, help) = problem(agent, agent.existing()?, market, windows)?;
            Some(WalletProblem { agent: agent.name.clone(), span: agent.span.clone(), message, help })
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(RunError::Wallets(problems)) }
}

fn problem(
    agent: &Registered,
    wallet: &ExistingWallet,
    market: &Market,
    windows: &[WindowSpan],
) -> Option<(String, String)> {
    let name = &agent.name;
    let [window] = windows else {
        let message = format!(
            "`{name}` cannot use its existing wallet in {} windows, because every window starts with a fresh one",
            windows.len()
        );
        return Some((message, "use a single window, or `wallet = \"fresh\"`".to_owned()));
    };
    if let Some(as_of) = wallet.as_of.filter(|as_of| window.start < *as_of) {
        let message = format!(
            "the run starts {}, before the last run of `{name}`'s wallet ended: {as_of}",
            window.start
        );
        let help = format!("start at {as_of} or later, reset the agent, or use `wallet = \"fresh\"`");
        return Some((message, help));
    }
    if let Some(series) = market.symbols.iter().find(|series| series.actions.is_some()) {
        let symbol = &series.instrument.symbol;
        let message = format!(
            "`{name}` cannot use its existing wallet with the corporate actions of {symbol}: they change units and pay cash"
        );
        return Some((message, "use adjusted bars, or `wallet = \"fresh\"`".to_owned()));
    }
    let first = window.window.ticks.first;
    let priceless =
        wallet.positions.iter().find(|(symbol, _)| market.series(*symbol).rows[first].row().is_none());
    let (symbol, _) = priceless?;
    let symbol = &market.series(*symbol).instrument.symbol;
    let message =
        format!("`{name}` holds {symbol}, which has no bar at or before the run's start {}", window.start);
    Some((message, "start later, or add earlier bars to the data".to_owned()))
}
