//! Whether an agent's decisions depend on bars that come after them: replays of which the later bars are cut off.

use std::sync::{Arc, Mutex, PoisonError};

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use super::described::described;
use super::proof::{ProofDifference, ProofReport};
use super::{Prepared, RunError, RunObserver, lag};
use crate::domain::{Action, AgentName, Timestamp};
use crate::engine::ReplayStatus;
use crate::indicator::IndicatorCache;
use crate::market::Market;
use crate::scenario::{Scenario, StrategyKind};
use crate::strategy::OwnStrategies;
use crate::tournament::{RunOptions, TournamentPlan, WindowSpan, replay_entrant};

/// A decision: when, and what.
type Decision = (Timestamp, Vec<Action>);

/// All decisions of a replay that did something, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decisions {
    all: Vec<Decision>,
    /// When the strategy failed.
    forfeit: Option<Timestamp>,
}

/// A place to cut: a window, and the first tick that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cut {
    window: usize,
    last: usize,
}

/// Replays an agent of the scenario in all windows, then again with the data cut off after random bars, and compares
/// every decision before. The places are drawn with the scenario's seed.
///
/// ```
/// use tiltyard::prelude::*;
/// use tiltyard::run::prove;
///
/// let source = ScenarioSource::read("scenarios/daily_rotation.toml".as_ref(), &NoRegistry)?;
/// let prepared = prepare(&source.scenario, &[])?;
/// let name = source.scenario.agents[0].name.as_str();
/// let found = prove(&prepared, name, 5, RunOptions::default(), &NoProgress)?;
/// assert_eq!(found.verdict(), "causal");
/// # Ok::<(), RunError>(())
/// ```
///
/// # Errors
/// [`RunError::NoSuchAgent`], and [`RunError::Interrupted`] where the observer cancels.
pub fn prove(
    prepared: &Prepared,
    agent: &str,
    cuts: usize,
    options: RunOptions,
    observer: &dyn RunObserver,
) -> Result<ProofReport, RunError> {
    let scenario = lag::alone(&prepared.scenario, agent)?;
    let replays = Replays { prepared, scenario: &scenario, options, observer };
    let windows: Vec<usize> = (0..prepared.windows.len()).collect();
    let whole = |&window: &usize| replays.decisions(&prepared.market, &prepared.windows[window]);
    let whole = windows.par_iter().with_max_len(1).map(whole).collect::<Result<Vec<_>, _>>()?;
    let places = places(prepared, agent, cuts);
    let compared = |&cut: &Cut| replays.compare(cut, &whole[cut.window]);
    let compared = places.par_iter().with_max_len(1).map(compared).collect::<Result<Vec<_>, _>>()?;
    let closes = places.iter().map(|cut| cut.last - prepared.windows[cut.window].window.ticks.first);
    let mut found: Vec<ProofDifference> = compared.iter().filter_map(|(_, found)| found.clone()).collect();
    found.sort_by_key(|found| (found.at, found.cut));
    let kind = &scenario.agents[0].strategy.kind;
    let outside =
        matches!(kind, StrategyKind::Process(_) | StrategyKind::Recorded(_) | StrategyKind::Signals(_));
    Ok(ProofReport {
        agent: agent.to_owned(),
        in_process: !outside,
        private_data: outside || matches!(kind, StrategyKind::Wasm(_)),
        cuts: places.len(),
        closes: closes.sum(),
        decisions: compared.iter().map(|(decisions, _)| decisions).sum(),
        differences: found.len(),
        first: found.into_iter().next(),
    })
}

/// Random places to cut, in the order of windows and time; all there are where they are fewer. A window's last bar is
/// none: nothing would be cut off.
fn places(prepared: &Prepared, agent: &str, wanted: usize) -> Vec<Cut> {
    let mut all: Vec<Cut> = Vec::new();
    for (window, span) in prepared.windows.iter().enumerate() {
        let ticks = span.window.ticks;
        all.extend((ticks.first + 1..ticks.last).map(|last| Cut { window, last }));
    }
    let mut random = ChaCha12Rng::from_seed(prepared.scenario.seed.key(&["prove", agent]));
    let count = wanted.min(all.len());
    for index in 0..count {
        let left = (all.len() - index) as u64;
        let chosen = index + usize::try_from(random.next_u64() % left).unwrap_or(0);
        all.swap(index, chosen);
    }
    all.truncate(count);
    all.sort_unstable();
    all
}

/// Replays of one agent.
struct Replays<'a> {
    prepared: &'a Prepared,
    scenario: &'a Scenario,
    options: RunOptions,
    observer: &'a dyn RunObserver,
}

impl Replays<'_> {
    /// What it decides in a window of a market.
    fn decisions(&self, market: &Market, span: &WindowSpan) -> Result<Decisions, RunError> {
        if self.observer.cancelled() {
            return Err(crate::tournament::Interrupted { done: 0, total: 0 }.into());
        }
        let agent = &self.scenario.agents[0];
        let kept: Arc<Mutex<Vec<Decision>>> = Arc::default();
        let own = watched(&self.prepared.own, &agent.name, &kept);
        let windows = std::slice::from_ref(span);
        let plan = TournamentPlan { scenario: self.scenario, market, windows };
        let cache = IndicatorCache::default();
        let replay = replay_entrant(&plan, &own, agent, span, &cache, self.options.engine);
        let forfeit = match replay.status {
            ReplayStatus::Forfeit { at, .. } => Some(at),
            _ => None,
        };
        let all = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Decisions { all, forfeit })
    }

    /// How many decisions there were before a cut, and the first that differs.
    fn compare(&self, cut: Cut, whole: &Decisions) -> Result<(usize, Option<ProofDifference>), RunError> {
        let mut span = self.prepared.windows[cut.window];
        span.window.ticks.last = cut.last;
        let until = self.prepared.market.close_time(cut.last - 1);
        span.end = until;
        let without = self.decisions(&self.prepared.market.until(cut.last), &span)?;
        let before = whole.all.partition_point(|(at, _)| *at <= until);
        let forfeit = whole.forfeit.filter(|&at| at <= until);
        let all = Decisions { all: whole.all[..before].to_vec(), forfeit };
        let words = |actions: Option<&[Action]>| {
            actions.map_or_else(|| NOTHING.to_owned(), |actions| described(actions, &self.scenario.market))
        };
        let difference = first_difference(&all, &without).map(|(at, [whole, without])| ProofDifference {
            window: span.window.index,
            cut: until,
            at,
            whole: words(whole),
            without: words(without),
        });
        Ok((before, difference))
    }
}

const NOTHING: &str = "nothing";

/// When two replays first decide differently, and what each does then.
type Differing<'d> = (Timestamp, [Option<&'d [Action]>; 2]);

/// The first difference of two replays. A strategy that fails does nothing more.
fn first_difference<'d>(whole: &'d Decisions, without: &'d Decisions) -> Option<Differing<'d>> {
    let same = whole.all.iter().zip(&without.all).take_while(|(one, two)| one == two).count();
    let both = [whole.all.get(same), without.all.get(same)];
    let at = both.into_iter().flatten().map(|(at, _)| *at).min();
    match at {
        Some(at) => {
            let of = |one: Option<&'d Decision>| {
                one.filter(|(time, _)| *time == at).map(|(_, actions)| actions.as_slice())
            };
            Some((at, both.map(of)))
        }
        None if whole.forfeit != without.forfeit => {
            whole.forfeit.into_iter().chain(without.forfeit).min().map(|at| (at, [None, None]))
        }
        None => None,
    }
}

/// The strategies, with what an agent decides kept.
fn watched(own: &OwnStrategies, agent: &AgentName, kept: &Arc<Mutex<Vec<Decision>>>) -> OwnStrategies {
    let kept = Arc::clone(kept);
    let mut own = own.clone();
    own.watch(
        agent.clone(),
        Arc::new(move |ctx, actions| {
            if !actions.is_empty() {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push((ctx.time(), actions.to_vec()));
            }
        }),
    );
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{ScenarioSource, prepare};
    use crate::scenario::NoRegistry;
    use crate::strategy::{
        BarContext, Orders, PreparedStrategy, Setup, Strategy, StrategyError, prepare_own,
    };
    use crate::tournament::NoProgress;

    /// Looks into the market for the next close, which the public contract does not let anybody do.
    struct Peeking<'m>(&'m Market);

    impl Strategy for Peeking<'_> {
        fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
            let first = ctx.symbols().next().ok_or("no symbol")?;
            let bars = &self.0.series(first).bars;
            let next = bars.first_row_from(ctx.time());
            let Some(close) = ctx.bar(first).map(|bar| bar.close) else { return Ok(()) };
            let rises = bars.close.get(next).is_some_and(|&later| later > close);
            match ctx.position(first).is_flat() {
                true if rises => drop(orders.buy(first, crate::domain::Size::percent_of_equity(10.0))),
                false if !rises => orders.close(first),
                _ => {}
            }
            Ok(())
        }
    }

    fn peeking<'m>(setup: &Setup<'m>) -> PreparedStrategy<'m> {
        prepare_own(Box::new(Peeking(setup.history.market)), setup)
    }

    fn prepared() -> Prepared {
        let text = r#"
[scenario]
name = "prove"

[market]
path     = "data/sample"
symbols  = ["ALPHA", "BRAVO"]
interval = "1h"
start    = 2023-05-01
end      = 2023-05-21

[[agents]]
name     = "trend"
strategy = { kind = "sma_cross", fast = 5, slow = 20 }

[battle]
ranking_metric = "roi_pct"
windows        = { kind = "sequential", length = "5d" }
"#;
        let base = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let source = ScenarioSource::parse("prove".as_ref(), text.to_owned(), base, &NoRegistry).unwrap();
        prepare(&source.scenario, &[]).unwrap()
    }

    fn proof(prepared: &Prepared, cuts: usize) -> ProofReport {
        prove(prepared, "trend", cuts, RunOptions::default(), &NoProgress).unwrap()
    }

    #[test]
    fn a_strategy_that_looks_at_the_next_bar_is_found_at_the_cut() {
        let mut prepared = prepared();
        assert_eq!(proof(&prepared, 20).verdict(), "causal");
        prepared.own.insert_prepared(prepared.scenario.agents[0].name.clone(), peeking);
        let found = proof(&prepared, 20);
        assert_eq!(found.verdict(), "differs", "{found:?}");
        let first = found.first.unwrap();
        // Only the last bar that was left had its future cut off.
        assert_eq!(first.at, first.cut);
        assert_ne!(first.whole, first.without);
    }

    #[test]
    fn places_are_drawn_once_each_from_the_seed() {
        let prepared = prepared();
        let drawn = places(&prepared, "trend", 30);
        assert_eq!(drawn, places(&prepared, "trend", 30));
        assert_ne!(drawn, places(&prepared, "other", 30));
        assert!(drawn.is_sorted() && drawn.windows(2).all(|pair| pair[0] != pair[1]));
        let windows: std::collections::BTreeSet<usize> = drawn.iter().map(|cut| cut.window).collect();
        assert_eq!(windows.len(), 4, "all windows");
        // Four windows of 120 bars, none cut after its last.
        assert_eq!(places(&prepared, "trend", usize::MAX).len(), 4 * 119);
    }
}
