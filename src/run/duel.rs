//! Two agents, window after window in an order fixed beforehand, until a sequential test decides.

use std::path::Path;

use super::observer::CancelOnly;
use super::{Kept, Prepared, RunError, RunEvent, RunObserver};
use crate::domain::Seed;
use crate::metrics::Score;
use crate::scenario::Scenario;
use crate::statistics::evidence::Decision;
use crate::store::{self, DuelRecord, RankRecord, Registration, StoredRun};
use crate::tournament::{self, Duel, DuelSpec, RunOptions, TournamentPlan, registered_order};

/// Who meets whom, and what the test decides between.
#[derive(Debug, Clone, Copy)]
pub struct DuelRequest<'a> {
    /// The first agent; the test asks whether it is stronger.
    pub a: &'a str,
    /// Name of the second agent.
    pub b: &'a str,
    /// Test that decides the duel.
    pub spec: DuelSpec,
    /// The output folder; the duel is registered in `OUT/duels/`.
    pub out: &'a Path,
}

/// What both agents did in a window.
struct Played {
    scores: (Score, Score),
    /// Closed round trips.
    trades: [u64; 2],
    /// Its start and end.
    times: (String, String),
}

/// Which windows there are, and when they are enough.
struct Order<'a> {
    windows: &'a [u32],
    /// What a window costs.
    replays: usize,
    /// Without so many closed round trips of either agent nothing is decided.
    min_trades: u64,
}

/// Replays windows of a scenario, in the registered order, until the test decides or none is left.
///
/// ```no_run
/// use tiltyard::prelude::*;
/// use tiltyard::run::{DuelRequest, DuelSpec, duel};
///
/// let source = ScenarioSource::read("my.toml".as_ref(), &NoRegistry)?;
/// let request = DuelRequest { a: "new", b: "old", spec: DuelSpec::default(), out: "reports".as_ref() };
/// let prepared = prepare(&source.scenario, &[])?;
/// let record = duel(&prepared, &request, &NoProgress)?;
/// println!("{}", record.sentence);
/// # Ok::<(), RunError>(())
/// ```
///
/// # Errors
/// [`RunError::SameAgent`], [`RunError::NoSuchAgent`], [`RunError::Test`], [`RunError::Interrupted`], and where the
/// store cannot be written.
pub fn duel(
    prepared: &Prepared,
    request: &DuelRequest<'_>,
    observer: &dyn RunObserver,
) -> Result<DuelRecord, RunError> {
    let scenario = &prepared.scenario;
    let names = scenario.agents.iter().map(|agent| agent.name.as_str());
    let duel = request.start(names)?;
    let windows: Vec<u32> = prepared.windows.iter().map(|span| span.window.index).collect();
    let registration = Registration {
        scenario: scenario.name.clone(),
        run_id: store::identify(scenario, &prepared.market).to_string(),
        a: request.a.to_owned(),
        b: request.b.to_owned(),
        ranking_metric: scenario.battle.ranking_metric.as_str().to_owned(),
        seed: scenario.seed.0,
        order: request.order(scenario.seed, &windows),
    };
    let pair = request.pair(scenario);
    let min_trades = u64::from(scenario.battle.min_trades);
    let order = Order { windows: &windows, replays: 2, min_trades };
    settle(request, duel, registration, &order, observer, |index| play(prepared, &pair, index, observer))
}

/// Takes the scores of a stored run, window by window in the registered order; nothing is replayed.
///
/// # Errors
/// As [`duel`].
pub fn duel_stored(
    stored: &StoredRun,
    request: &DuelRequest<'_>,
    observer: &dyn RunObserver,
) -> Result<DuelRecord, RunError> {
    let duel = request.start(stored.agents.iter().map(|agent| agent.agent.as_str()))?;
    let windows: Vec<u32> = stored.battles.iter().map(|battle| battle.window).collect();
    let registration = Registration {
        scenario: stored.run.scenario.clone(),
        run_id: stored.run.run_id.clone(),
        a: request.a.to_owned(),
        b: request.b.to_owned(),
        ranking_metric: stored.run.ranking_metric.clone(),
        seed: stored.run.seed,
        order: request.order(Seed(stored.run.seed), &windows),
    };
    let min_trades = u64::from(stored.leaderboard.min_trades);
    let order = Order { windows: &windows, replays: 0, min_trades };
    settle(request, duel, registration, &order, observer, |index| {
        let battle = &stored.battles[index];
        let score = |name: &str| {
            let found = battle.rankings.iter().find(|row| row.agent == name);
            found.map_or(Score::Absent, RankRecord::known_score)
        };
        let trades = |name: &str| {
            let jobs = stored.agent(name).map_or(&[][..], |agent| &agent.windows);
            jobs.iter().find(|job| job.window == battle.window).map_or(0, |job| job.trades as u64)
        };
        Ok(Played {
            scores: (score(request.a), score(request.b)),
            trades: [trades(request.a), trades(request.b)],
            times: (battle.start.clone(), battle.end.clone()),
        })
    })
}

impl DuelRequest<'_> {
    /// Whether a scenario has both agents, and the hypotheses make a test: known before any bar is read.
    ///
    /// # Errors
    /// [`RunError::SameAgent`], [`RunError::NoSuchAgent`], [`RunError::Test`].
    pub fn check(&self, scenario: &Scenario) -> Result<(), RunError> {
        self.start(scenario.agents.iter().map(|agent| agent.name.as_str())).map(|_| ())
    }

    /// The test before its first window, where both agents take part.
    fn start<'n>(&self, names: impl Iterator<Item = &'n str>) -> Result<Duel, RunError> {
        if self.a == self.b {
            return Err(RunError::SameAgent { name: self.a.to_owned() });
        }
        let duel = Duel::new(&self.spec)?;
        let names: Vec<&str> = names.collect();
        match [self.a, self.b].into_iter().find(|name| !names.contains(name)) {
            Some(name) => Err(RunError::NoSuchAgent {
                name: name.to_owned(),
                known: names.into_iter().map(str::to_owned).collect(),
            }),
            None => Ok(duel),
        }
    }

    /// The windows' numbers in the order in which they are played.
    fn order(&self, seed: Seed, windows: &[u32]) -> Vec<u32> {
        let order = registered_order(seed, self.a, self.b, windows.len());
        order.into_iter().map(|index| windows[index]).collect()
    }

    /// The scenario with the two agents alone, in the order in which they were named.
    fn pair(&self, scenario: &Scenario) -> Scenario {
        let named = |name: &str| scenario.agents.iter().find(|agent| agent.name.as_str() == name).cloned();
        Scenario { agents: [self.a, self.b].into_iter().filter_map(named).collect(), ..scenario.clone() }
    }
}

/// Two replays: both agents in one window.
fn play(
    prepared: &Prepared,
    pair: &Scenario,
    index: usize,
    observer: &dyn RunObserver,
) -> Result<Played, RunError> {
    let plan =
        TournamentPlan { scenario: pair, windows: &prepared.windows[index..=index], ..prepared.plan() };
    let (own, watch) = (&prepared.own, CancelOnly(observer));
    let played = tournament::run_entrants(&plan, own, &watch, RunOptions::default())
        .map_err(|error| RunError::from(error).keeping(Kept::Order))?;
    let scores = played.scores(pair.battle.ranking_metric, &pair.metrics);
    let span = &prepared.windows[index];
    Ok(Played {
        scores: (scores[0][0], scores[1][0]),
        trades: [0, 1].map(|agent: usize| played.agents[agent].record.trades as u64),
        times: (span.start.to_string(), span.end.to_string()),
    })
}

/// Registers the order, then plays windows until the test decides and both agents have traded enough, or none is left.
/// Stopping later than at the first crossing of a bound keeps the error rates: they hold at every stop.
fn settle(
    request: &DuelRequest<'_>,
    mut duel: Duel,
    registration: Registration,
    order: &Order<'_>,
    observer: &dyn RunObserver,
    play: impl Fn(usize) -> Result<Played, RunError>,
) -> Result<DuelRecord, RunError> {
    let mut record = DuelRecord::registered(registration, &request.spec, &duel);
    let file = record.write(request.out)?;
    observer.event(&RunEvent::DuelRegistered { record: &record, file: &file });
    for window in record.order.clone() {
        let traded = record.trades.iter().all(|&trades| trades >= order.min_trades);
        if duel.decision() != Decision::Continue && traded {
            break;
        }
        let index = order.windows.iter().position(|&number| number == window).unwrap_or_default();
        let Played { scores, trades, times } = play(index)?;
        let result = duel.play(scores.0, scores.1)?;
        record.replays += order.replays;
        record.trades.iter_mut().zip(trades).for_each(|(all, window)| *all += window);
        record.note(window, times, scores, result, &duel);
        observer.event(&RunEvent::DuelWindow { record: &record });
    }
    record.conclude(duel.decision(), order.min_trades);
    record.write(request.out)?;
    Ok(record)
}
