//! One job: one agent in one window.

use super::outcome::WindowSpan;
use super::plan::Plan;
use crate::engine::{Job, Loop, Replay};
use crate::indicator::{History, IndicatorCache};
use crate::scenario::{AgentSpec, Registered, VenueSpec};
use crate::strategy::{Setup, prepare};

/// Prepares the agent's strategy for the window, and replays it from its wallet.
pub(super) fn play(
    plan: &Plan<'_>,
    agent: &AgentSpec,
    span: &WindowSpan,
    cache: &IndicatorCache,
    way: Loop,
) -> Replay {
    replay_agent(plan, &plan.scenario.venue, agent, span, cache, way)
}

/// An agent that need not be the scenario's own, on a venue that need not be, in a window of the plan.
pub fn replay_agent(
    plan: &Plan<'_>,
    venue: &VenueSpec,
    agent: &AgentSpec,
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
    way.replay(&job, prepare(&agent.strategy, &setup))
}
