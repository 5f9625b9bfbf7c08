//! Registered agents that go on with their existing wallets: whether this run can follow the one before.

use super::load::Read;
use super::{Exit, Failure};
use crate::market::Market;
use crate::scenario::{ExistingWallet, Registered, Scenario};
use crate::tournament::WindowSpan;

fn existing(scenario: &Scenario) -> impl Iterator<Item = (&Registered, &ExistingWallet)> {
    let registered = scenario.agents.iter().filter_map(|agent| agent.registered.as_ref());
    registered.filter_map(|agent| Some((agent, agent.existing()?)))
}

/// Refuses a run that an existing wallet cannot go on in.
///
/// # Errors
/// [`Exit::Usage`], one page an agent.
pub fn check(read: &Read, market: &Market, windows: &[WindowSpan]) -> Result<(), Failure> {
    let pages: Vec<_> = existing(&read.scenario)
        .filter_map(|(agent, wallet)| {
            let (message, help) = problem(agent, wallet, market, windows)?;
            Some(read.quoted.page_at(agent.span.clone(), message, help))
        })
        .collect();
    if pages.is_empty() { Ok(()) } else { Err(Failure::new(Exit::Usage, pages)) }
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
    let first = window.window.ticks.first;
    let priceless =
        wallet.positions.iter().find(|(symbol, _)| market.series(*symbol).rows[first].row().is_none());
    let (symbol, _) = priceless?;
    let symbol = &market.series(*symbol).instrument.symbol;
    let message =
        format!("`{name}` holds {symbol}, which has no bar at or before the run's start {}", window.start);
    Some((message, "start later, or add earlier bars to the data".to_owned()))
}
