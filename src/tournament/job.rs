//! One job: one agent in one window.

use super::outcome::WindowSpan;
use super::plan::TournamentPlan;
use crate::engine::{Job, Loop, Replay};
use crate::indicator::{History, IndicatorCache};
use crate::scenario::{AgentSpec, Registered, VenueSpec};
use crate::strategy::{OwnStrategies, Setup};

/// An agent of the scenario in a window of the plan, with the strategy that the program has for it, where it has one.
pub fn replay_entrant(
    plan: &TournamentPlan<'_>,
    own: &OwnStrategies,
    agent: &AgentSpec,
    span: &WindowSpan,
    cache: &IndicatorCache,
    way: Loop,
) -> Replay {
    replay(plan, &plan.scenario.venue, (agent, own), span, cache, way)
}

/// An agent that need not be the scenario's own, on a venue that need not be, in a window of the plan.
pub fn replay_agent(
    plan: &TournamentPlan<'_>,
    venue: &VenueSpec,
    agent: &AgentSpec,
    span: &WindowSpan,
    cache: &IndicatorCache,
    way: Loop,
) -> Replay {
    replay(plan, venue, (agent, &OwnStrategies::default()), span, cache, way)
}

/// Prepares the agent's strategy for the window, and replays it from its wallet.
fn replay(
    plan: &TournamentPlan<'_>,
    venue: &VenueSpec,
    (agent, own): (&AgentSpec, &OwnStrategies),
    span: &WindowSpan,
    cache: &IndicatorCache,
    way: Loop,
) -> Replay {
    let scenario = plan.scenario;
    let history =
        History { market: plan.market, cache, ticks: span.window.ticks, warm_up: scenario.market.warm_up };
    let setup = Setup { history, seed: scenario.seed, agent: agent.name.as_str(), window: span.window.index };
    let job = Job {
        market: plan.market,
        window: span.window,
        venue,
        delisted: scenario.market.delisted,
        starting_balance: agent.starting_balance,
        carried: agent
            .registered
            .as_ref()
            .and_then(Registered::existing)
            .map_or(&[], |wallet| &wallet.positions),
        risk: &agent.risk,
    };
    way.replay(&job, own.prepare(&agent.name, &agent.strategy, &setup))
}
