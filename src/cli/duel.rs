//! `tiltyard duel`: two agents, window after window in an order fixed beforehand, until it is decided.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::EXIT_CODES;
use super::interrupt::Interrupt;
use super::load::{self, PreparedRun};
use super::{Exit, Failure, output};
use crate::metrics::Score;
use crate::report::terminal;
use crate::scenario::Scenario;
use crate::statistics::evidence::{Decision, EloModel, SprtError};
use crate::store::registry::StoredAgents;
use crate::store::{self, DuelRecord, PlaceRecord, Registration, RunId, StoredRun, find_run};
use crate::tournament::{self, Duel, DuelSpec, Observer, Plan, registered_order};

/// Arguments of `duel`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES, group = clap::ArgGroup::new("source").required(true))]
pub struct DuelArgs {
    /// The first agent; the test asks whether it is stronger.
    pub a: String,
    /// The second agent.
    pub b: String,
    /// Replay windows of this scenario until the test decides.
    #[arg(long, value_name = "FILE", group = "source")]
    pub scenario: Option<PathBuf>,
    /// Use the scores of this stored run, without a replay.
    #[arg(long, value_name = "RUN", group = "source")]
    pub run: Option<String>,
    /// H0: A is this many Elo stronger.
    #[arg(long, value_name = "ELO", default_value_t = 0.0, allow_hyphen_values = true)]
    pub elo0: f64,
    /// H1: A is this many Elo stronger.
    #[arg(long, value_name = "ELO", default_value_t = 100.0, allow_hyphen_values = true)]
    pub elo1: f64,
    /// Probability of accepting H1 if H0 is true.
    #[arg(long, value_name = "P", default_value_t = 0.05)]
    pub alpha: f64,
    /// Probability of accepting H0 if H1 is true.
    #[arg(long, value_name = "P", default_value_t = 0.05)]
    pub beta: f64,
    /// Interpret --elo0 and --elo1 on the normalised Elo scale, which does not depend on the share of draws.
    #[arg(long)]
    pub normalized: bool,
    /// The store; the duel is registered in `DIR/duels/`.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Number of threads; does not affect results [default: all cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Print the duel's record as JSON.
    #[arg(long)]
    pub json: bool,
    /// Print only errors: no progress, no result.
    #[arg(long, short)]
    pub quiet: bool,
}

impl DuelArgs {
    /// The test that was asked for.
    pub fn spec(&self) -> DuelSpec {
        let model = if self.normalized { EloModel::Normalized } else { EloModel::Logistic };
        DuelSpec { elo0: self.elo0, elo1: self.elo1, alpha: self.alpha, beta: self.beta, model }
    }
}

/// Registers the order, plays as many windows as it takes, prints the decision.
///
/// # Errors
/// What is wrong with the scenario, the data, the run or the test; [`Exit::Interrupted`] on Ctrl-C.
pub fn duel(args: &DuelArgs) -> Result<Exit, Failure> {
    if args.a == args.b {
        let help = "name two agents of the scenario";
        return Err(Failure::plain(
            Exit::Usage,
            format!("`{}` cannot be compared with itself", args.a),
            help,
        ));
    }
    let spec = args.spec();
    let duel = Duel::new(&spec).map_err(|error| bad_test(&error))?;
    match (&args.scenario, &args.run) {
        (Some(file), _) => replayed(args, file, &spec, duel),
        (None, Some(run)) => from_store(args, run, &spec, duel),
        // The command line asks for one of the two.
        (None, None) => Ok(Exit::Done),
    }
}

/// Plays windows of a scenario.
fn replayed(args: &DuelArgs, file: &Path, spec: &DuelSpec, duel: Duel) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen();
    let read = load::read(file, &StoredAgents::of(&args.out))?;
    let names: Vec<&str> = read.scenario.agents.iter().map(|agent| agent.name.as_str()).collect();
    check_names(args, &names)?;
    let pool = load::pool(args.threads)?;
    let arena = pool.install(|| load::arena(&read))?;
    let metric = read.scenario.battle.ranking_metric;
    let min_trades = u64::from(read.scenario.battle.min_trades);
    let known = Known {
        scenario: &read.scenario.name,
        run_id: &store::identify(&read.scenario, &arena.market),
        metric: metric.as_str(),
        seed: read.scenario.seed,
        windows: arena.windows.iter().map(|span| span.window.index).collect(),
    };
    let record = DuelRecord::registered(known.registration(args), spec, &duel);
    let pair = pair(&read.scenario, args);
    let play = |place: usize| {
        let (scores, trades) = pool.install(|| play_window(&pair, &arena, place, &interrupt))?;
        let span = &arena.windows[place];
        Ok(Played { scores, trades, start: span.start.to_string(), end: span.end.to_string() })
    };
    let order = Order { windows: &known.windows, replays_a_window: 2, min_trades };
    settle(args, record, duel, &order, play)
}

/// Takes the scores of a stored run.
fn from_store(args: &DuelArgs, run: &str, spec: &DuelSpec, duel: Duel) -> Result<Exit, Failure> {
    let stored = StoredRun::load(&find_run(&args.out, run)?)?;
    let names: Vec<&str> = stored.agents.iter().map(|agent| agent.agent.as_str()).collect();
    check_names(args, &names)?;
    let windows: Vec<u32> = stored.battles.iter().map(|battle| battle.window).collect();
    let order = registered_order(crate::domain::Seed(stored.run.seed), &args.a, &args.b, windows.len());
    let registration = Registration {
        scenario: stored.run.scenario.clone(),
        run_id: stored.run.run_id.clone(),
        a: args.a.clone(),
        b: args.b.clone(),
        ranking_metric: stored.run.ranking_metric.clone(),
        seed: stored.run.seed,
        order: order.iter().map(|&place| windows[place]).collect(),
    };
    let record = DuelRecord::registered(registration, spec, &duel);
    let play = |place: usize| {
        let battle = &stored.battles[place];
        let score = |name: &str| {
            let found = battle.rankings.iter().find(|row| row.agent == name);
            found.map_or(Score::Absent, PlaceRecord::known_score)
        };
        let trades = |name: &str| {
            let jobs = stored.agent(name).map_or(&[][..], |agent| &agent.windows);
            jobs.iter().find(|job| job.window == battle.window).map_or(0, |job| job.trades as u64)
        };
        Ok(Played {
            scores: (score(&args.a), score(&args.b)),
            trades: [trades(&args.a), trades(&args.b)],
            start: battle.start.clone(),
            end: battle.end.clone(),
        })
    };
    let min_trades = u64::from(stored.leaderboard.min_trades);
    let order = Order { windows: &windows, replays_a_window: 0, min_trades };
    settle(args, record, duel, &order, play)
}

/// What a scenario and its data say before the first window.
struct Known<'a> {
    scenario: &'a str,
    run_id: &'a RunId,
    metric: &'a str,
    seed: crate::domain::Seed,
    windows: Vec<u32>,
}

impl Known<'_> {
    fn registration(&self, args: &DuelArgs) -> Registration {
        let order = registered_order(self.seed, &args.a, &args.b, self.windows.len());
        Registration {
            scenario: self.scenario.to_owned(),
            run_id: self.run_id.to_string(),
            a: args.a.clone(),
            b: args.b.clone(),
            ranking_metric: self.metric.to_owned(),
            seed: self.seed.0,
            order: order.iter().map(|&place| self.windows[place]).collect(),
        }
    }
}

type Scores = (Score, Score);

/// What both agents did in a window.
struct Played {
    scores: Scores,
    /// Closed round trips.
    trades: [u64; 2],
    start: String,
    end: String,
}

/// Which windows there are, and when they are enough.
struct Order<'a> {
    windows: &'a [u32],
    replays_a_window: usize,
    /// Without so many closed round trips of either agent nothing is decided.
    min_trades: u64,
}

/// Plays windows in the registered order until the test decides and both agents have traded enough, or none is left.
/// Looking later than at the first crossing of a bound costs nothing: the error rates hold at every stop.
fn settle(
    args: &DuelArgs,
    mut record: DuelRecord,
    mut duel: Duel,
    order: &Order<'_>,
    play: impl Fn(usize) -> Result<Played, Failure>,
) -> Result<Exit, Failure> {
    let path = record.write(&args.out)?;
    if !args.quiet {
        output::say(&format!("registered: {} windows in {}", record.order.len(), path.display()));
    }
    for window in record.order.clone() {
        if duel.decision() != Decision::Continue && record.trades.iter().all(|&n| n >= order.min_trades) {
            break;
        }
        let place = order.windows.iter().position(|&index| index == window).unwrap_or_default();
        let Played { scores, trades, start, end } = play(place)?;
        let result = duel.play(scores.0, scores.1).map_err(|error| bad_test(&error))?;
        record.replays += order.replays_a_window;
        record.trades.iter_mut().zip(trades).for_each(|(all, window)| *all += window);
        record.note(window, (start, end), scores, result, &duel);
        if let (false, Some(game)) = (args.quiet, record.games.last()) {
            output::say(&terminal::duel_game(&record, game, terminal::Style::PLAIN));
        }
    }
    record.conclude(duel.decision(), order.min_trades);
    record.write(&args.out)?;
    if args.json {
        output::result(&record.to_json()?)?;
    } else if !args.quiet {
        output::result(&terminal::duel(&record, output::style()))?;
    }
    Ok(Exit::Done)
}

/// The scenario with the two agents alone, in the order in which they were named.
fn pair(scenario: &Scenario, args: &DuelArgs) -> Scenario {
    let named = |name: &String| scenario.agents.iter().find(|agent| agent.name.as_str() == name).cloned();
    Scenario { agents: [&args.a, &args.b].into_iter().filter_map(named).collect(), ..scenario.clone() }
}

/// Two replays: both agents in one window.
fn play_window(
    pair: &Scenario,
    arena: &PreparedRun,
    place: usize,
    interrupt: &Interrupt,
) -> Result<(Scores, [u64; 2]), Failure> {
    let windows = &arena.windows[place..=place];
    let plan = Plan { scenario: pair, market: &arena.market, windows };
    let played = tournament::run(&plan, &Watch(interrupt)).map_err(|error| {
        let help = "the registered order is kept; run the same command again to restart";
        Failure::plain(Exit::Interrupted, error, help)
    })?;
    let scores = played.scores(pair.battle.ranking_metric, &pair.metrics);
    let trades = [0, 1].map(|agent: usize| played.agents[agent].record.trades as u64);
    Ok(((scores[0][0], scores[1][0]), trades))
}

/// Watches for Ctrl-C alone.
struct Watch<'a>(&'a Interrupt);

impl Observer for Watch<'_> {
    fn cancelled(&self) -> bool {
        self.0.raised()
    }
}

fn check_names(args: &DuelArgs, names: &[&str]) -> Result<(), Failure> {
    match [&args.a, &args.b].into_iter().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(Failure::plain(
            Exit::Usage,
            format!("there is no agent `{name}`"),
            format!("the agents are {}", names.join(", ")),
        )),
        None => Ok(()),
    }
}

fn bad_test(error: &SprtError) -> Failure {
    let help = "give --elo0 below --elo1, and --alpha and --beta above 0 with a sum below 1";
    Failure::plain(Exit::Usage, error, help)
}
