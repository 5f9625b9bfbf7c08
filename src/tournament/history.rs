//! How many bars before the range a scenario's runs look at.
//!
//! What is loaded never decides a result: the judgement of the calendar, slippage, the choice of windows and
//! carried positions ask for amounts that follow from the scenario's market, venue and windows alone, and are
//! always loaded; each agent's columns begin at its own warm-up, however much more there is.

use std::collections::BTreeMap;

use crate::domain::{Interval, Span};
use crate::market::CALENDAR_CONTEXT;
use crate::scenario::{AgentSpec, Registered, Scenario, TrialSetup, WindowSpec};
use crate::{strategy, venue};

/// Bars before the range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryNeeds {
    /// Of the scenario's interval.
    pub bars: u32,
    /// Of coarser timeframes; each that any agent reads is named.
    pub frames: BTreeMap<Interval, u32>,
}

impl HistoryNeeds {
    /// And what another agent reads before a window, in a scenario of this interval.
    pub fn raise(&mut self, warm_up: &strategy::Warmup, interval: Interval) {
        for (&timeframe, &bars) in warm_up {
            let most = if timeframe == interval {
                &mut self.bars
            } else {
                self.frames.entry(timeframe).or_insert(0)
            };
            *most = bars.max(*most);
        }
    }
}

/// What the scenario's agents and these trials of its sweep need.
pub fn history_needs(scenario: &Scenario, trials: &[TrialSetup]) -> HistoryNeeds {
    let interval = scenario.market.interval;
    let agents = scenario.agents.iter().chain(trials.iter().map(|setup| &setup.agent));
    let mut frames = warm_ups(agents, interval);
    let own = frames.remove(&interval).unwrap_or(0);
    let venues = trials.iter().map(|setup| &setup.venue).chain([&scenario.venue]);
    let slippage = venues.map(|venue| venue::bars_looked_back(&venue.slippage, interval)).max();
    let bars = [
        own,
        bars_in(CALENDAR_CONTEXT, interval),
        slippage.unwrap_or(0),
        before_windows(&scenario.battle.windows, interval),
        before_carried(scenario),
    ];
    HistoryNeeds { bars: bars.into_iter().max().unwrap_or(0), frames }
}

/// The most bars of each timeframe that any agent wants before a window.
fn warm_ups<'a>(agents: impl Iterator<Item = &'a AgentSpec>, interval: Interval) -> BTreeMap<Interval, u32> {
    let mut most = BTreeMap::new();
    for (timeframe, bars) in agents.flat_map(|agent| strategy::warm_up(&agent.strategy, interval)) {
        let entry = most.entry(timeframe).or_insert(0);
        *entry = bars.max(*entry);
    }
    most
}

/// As many bars as reach over `span`, and one more: the one that tells what the first of them changed.
fn bars_in(span: Span, interval: Interval) -> u32 {
    u32::try_from(span.micros().max(0) / interval.micros() + 1).unwrap_or(u32::MAX)
}

/// What the choice of windows looks at. A regime is that of the time before a UTC day, which may begin up to a
/// day before the range.
fn before_windows(windows: &WindowSpec, interval: Interval) -> u32 {
    match *windows {
        WindowSpec::Stratified { lookback, .. } => {
            bars_in(Span::from_micros(lookback.micros().saturating_add(Span::DAY.micros())), interval)
        }
        _ => 0,
    }
}

/// What carried positions ask for: back to where the oldest was opened, so that it has a price and an age at the
/// run's first bar.
fn before_carried(scenario: &Scenario) -> u32 {
    let Some(start) = scenario.market.start else { return 0 };
    let registered = scenario.agents.iter().filter_map(|agent| agent.registered.as_ref());
    let opened = registered.filter_map(Registered::existing).flat_map(|wallet| &wallet.positions);
    let oldest = opened.map(|(_, position)| position.trip.opened_bar).min();
    oldest.map_or(
        0,
        |oldest| if oldest <= start { bars_in(start - oldest, scenario.market.interval) } else { 0 },
    )
}
