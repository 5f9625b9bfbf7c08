//! Whole sweeps on the bundled sample.

use proptest::prelude::*;

use super::testing::{Counting, SweepFixture, on_threads};
use super::validation::validate;
use super::*;
use crate::engine::Loop;
use crate::metrics::Score;
use crate::scenario::{Benchmark, SweptValue};
use crate::tournament::RunOptions;

const SMALL: &str = "[sweep]\nagent = \"trend\"\nbatch = 3\nwhere = [\"fast < slow\"]\n[sweep.parameters]\n\
                     fast = [2, 4, 6]\nslow = [4, 8, 12]\n";
const LARGER: &str = "[sweep]\nagent = \"trend\"\nbatch = 5\nwhere = [\"fast < slow\"]\n[sweep.parameters]\n\
                      slow = [4, 8, 12, 400]\nfast = [2, 3, 4, 6]\n";

fn sweep(fixture: &SweepFixture, trial_cache: &mut dyn TrialCache) -> Searched {
    run(&fixture.sweep(), &fixture.all(), trial_cache, &NoObserver).unwrap()
}

/// The outcomes of a sweep without a cache.
fn in_memory(trial: &Trial) -> Outcomes {
    load(std::slice::from_ref(trial), &mut NoCache).unwrap().remove(0)
}

fn numbers(trial: &Trial) -> Vec<i64> {
    let number = |value: &SweptValue| match value {
        SweptValue::Integer(value) => *value,
        other => panic!("{other:?}"),
    };
    trial.values.iter().map(number).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// A grid is the product of its lists, in order, without excluded combinations.
    #[test]
    fn a_grid_is_exactly_the_product_filtered(
        fast in prop::collection::btree_set(1_i64..12, 1..4),
        slow in prop::collection::btree_set(1_i64..20, 1..5),
        gap in 1_i64..4,
        batch in 1_u32..7,
    ) {
        let (fast, slow): (Vec<i64>, Vec<i64>) = (fast.into_iter().collect(), slow.into_iter().collect());
        let expected: Vec<Vec<i64>> = fast
            .iter()
            .flat_map(|&f| slow.iter().map(move |&s| vec![f, s]))
            .filter(|pair| pair[0] + gap <= pair[1])
            .collect();
        prop_assume!(!expected.is_empty());
        let table = format!(
            "[sweep]\nagent = \"trend\"\nbatch = {batch}\nwhere = [\"fast + {gap} <= slow\"]\n\
             [sweep.parameters]\nfast = {fast:?}\nslow = {slow:?}\n"
        );
        let fixture = SweepFixture::new(&table);
        let found = sweep(&fixture, &mut NoCache);
        prop_assert_eq!(found.trials.iter().map(numbers).collect::<Vec<_>>(), expected.clone());
        prop_assert_eq!(found.excluded, fast.len() * slow.len() - expected.len());
        prop_assert_eq!(found.refused, 0);
    }
}

/// The same trials and outcomes on any number of threads and with any cache content.
#[test]
fn results_do_not_depend_on_threads_or_cache() {
    for search in ["grid", "random", "sobol", "latin_hypercube", "tpe", "cma_es", "successive_halving"] {
        let trials = if search == "grid" { "" } else { "trials = 14\n" };
        let fixture = SweepFixture::new(&format!(
            "[sweep]\nagent = \"trend\"\nsearch = \"{search}\"\n{trials}batch = 5\nwhere = [\"fast < slow\"]\n\
             [sweep.parameters]\nfast = {{ from = 2, to = 9 }}\nslow = {{ from = 4, to = 12, step = 4 }}\n"
        ));
        let once = on_threads(1, || format!("{:?}", sweep(&fixture, &mut NoCache)));
        assert_eq!(once, on_threads(4, || format!("{:?}", sweep(&fixture, &mut NoCache))), "{search}");
        let mut trial_cache = Counting::default();
        assert_eq!(once, format!("{:?}", sweep(&fixture, &mut trial_cache)), "{search}");
        let appended = trial_cache.appended;
        assert_eq!(once, format!("{:?}", sweep(&fixture, &mut trial_cache)), "{search}");
        assert_eq!(trial_cache.appended, appended, "{search} computed what it knew");
    }
}

/// A cache that keeps outcomes leaves none in memory, and changes nothing else.
#[test]
fn outcomes_that_the_cache_keeps_are_not_in_memory() {
    for search in ["grid", "random", "tpe", "cma_es", "successive_halving"] {
        let trials = if search == "grid" { "" } else { "trials = 14\n" };
        let fixture = SweepFixture::new(&format!(
            "[sweep]\nagent = \"trend\"\nsearch = \"{search}\"\n{trials}batch = 5\n{VALIDATED}"
        ));
        let mut keeping = Counting { keeps: true, ..Counting::default() };
        let (kept, held) = (sweep(&fixture, &mut keeping), sweep(&fixture, &mut NoCache));
        assert_eq!(format!("{:?}", kept.columns), format!("{:?}", held.columns), "{search}");
        let outcomes = || kept.trials.iter().flat_map(|trial| trial.outcomes.iter().flatten());
        assert!(outcomes().all(|outcome| matches!(outcome, TrialOutcome::Cached(_))), "{search}");
        assert!(outcomes().count() > 10);
        let read = load(&kept.trials, &mut keeping).unwrap();
        let expected: Vec<Outcomes> = held.trials.iter().map(in_memory).collect();
        assert_eq!(format!("{read:?}"), format!("{expected:?}"), "{search}");
        let validation = fixture.scenario.validation.unwrap();
        let by = |whole: &Searched, cache: &mut dyn TrialCache| {
            validate(&fixture.sweep(), validation, whole, cache, &NoObserver).unwrap()
        };
        assert_eq!(by(&kept, &mut keeping), by(&held, &mut NoCache), "{search}");
        // What another program removes meanwhile is an error, not an empty outcome.
        keeping.kept.clear();
        assert!(load(&kept.trials, &mut keeping).unwrap_err().is::<OutcomeGone>());
    }
}

/// Crossing strategies on one symbol without loss limits use the batch engine, which agrees with the
/// bar-by-bar oracle.
#[test]
fn the_batch_engine_and_the_oracle_agree() {
    let table = "[sweep]\nagent = \"trend\"\nwhere = [\"fast < slow\"]\n[sweep.parameters]\n\
                 fast = { from = 1, to = 6 }\nslow = { from = 4, to = 30, step = 2 }\n\
                 venue.taker_fee_bps = [0, 12.5]\n";
    for length in ["2d", "10d"] {
        let fixture = SweepFixture::changed(
            "risk     = \"own\"\nstrategy = { kind = \"sma",
            "risk     = \"unlimited\"\nstrategy = { kind = \"sma",
            table,
        );
        let fixture = if length == "2d" { fixture } else { fixture.with_windows(length) };
        let skipping = sweep(&fixture, &mut NoCache);
        let oracle = SweepPlan {
            options: RunOptions { engine: Loop::BarByBar, ..RunOptions::default() },
            ..fixture.sweep()
        };
        let oracle = run(&oracle, &fixture.all(), &mut NoCache, &NoObserver).unwrap();
        assert_eq!(format!("{skipping:?}"), format!("{oracle:?}"));
        let setups: Vec<_> = skipping.trials.iter().map(|trial| trial.values.clone()).collect();
        let setups: Vec<_> = fixture.spec().setups(&setups).into_iter().map(Result::unwrap).collect();
        let jobs: Vec<_> = setups.iter().map(|setup| (setup, 0)).collect();
        let taken = Evaluator::new(fixture.plan(), RunOptions::default()).together(&jobs);
        assert!(taken.iter().flatten().count() * 10 > jobs.len() * 9, "the batch engine took few");
    }
}

/// With more values, other batches and reordered parameters, cached outcomes remain valid, although the
/// slower average makes the market load more history.
#[test]
fn enlarging_a_grid_recomputes_nothing() {
    let (small, larger) = (SweepFixture::new(SMALL), SweepFixture::new(LARGER));
    assert!(larger.market.in_range.first > small.market.in_range.first);
    let mut trial_cache = Counting::default();
    let few = sweep(&small, &mut trial_cache);
    assert_eq!((few.trials.len(), trial_cache.appended), (7, 7 * 5));
    let more = sweep(&larger, &mut trial_cache);
    assert_eq!(trial_cache.appended, more.trials.len() * 5);
    assert_eq!(format!("{more:?}"), format!("{:?}", sweep(&larger, &mut NoCache)));
}

#[test]
fn a_job_key_covers_exactly_the_inputs_of_its_outcome() {
    let mut trial_cache = Counting::default();
    let jobs = sweep(&SweepFixture::new(SMALL), &mut trial_cache).trials.len() * 5;
    // Another buy-and-hold agent and another ranking metric: nothing that affects a trial.
    sweep(&SweepFixture::changed("kind = \"buy_and_hold\"", "kind = \"cash\"", SMALL), &mut trial_cache);
    sweep(&SweepFixture::changed("\"roi_pct\"", "\"sharpe_ratio\"", SMALL), &mut trial_cache);
    assert_eq!(trial_cache.appended, jobs);
    for (nth, (from, to)) in (2..).zip([
        ("seed = 3", "seed = 4"),
        ("max_order_size_pct = 40", "max_order_size_pct = 41"),
        ("size_pct = 20", "size_pct = 21"),
        ("[risk.own]", "[venue]\ntaker_fee_bps = 7\n[risk.own]"),
        ("[battle]", "[metrics]\nrisk_free_rate = 0.01\n[battle]"),
        ("\"ALPHA\"", "\"BRAVO\""),
    ]) {
        sweep(&SweepFixture::changed(from, to, SMALL), &mut trial_cache);
        assert_eq!(trial_cache.appended, nth * jobs, "{to}");
    }
    // One day less: the remaining windows are cached.
    sweep(&SweepFixture::changed("end      = 2023-05-11", "end      = 2023-05-09", SMALL), &mut trial_cache);
    assert_eq!(trial_cache.appended, 7 * jobs);
}

#[test]
fn risk_and_venue_are_swept_too() {
    let fixture = SweepFixture::new(
        "[sweep]\nagent = \"trend\"\n[sweep.parameters]\nrisk.max_order_size_pct = [10, 40]\n\
         venue.taker_fee_bps = [0, 50]\nvenue.close_at_end = [true, false]\n",
    );
    let found = sweep(&fixture, &mut NoCache);
    assert_eq!(found.trials.len(), 8);
    let fees = |trial: usize| {
        let outcomes = in_memory(&found.trials[trial]);
        outcomes.iter().flatten().map(|outcome| outcome.metrics.fees).sum::<crate::domain::Cash>()
    };
    // Orders of 20 % are refused under a limit of 10 %; without fills no fee is paid.
    assert!((0..4).all(|trial| fees(trial) == crate::domain::Cash::ZERO));
    assert!((4..6).all(|trial| fees(trial) == crate::domain::Cash::ZERO));
    assert!(fees(6) > fees(7) && fees(7) > crate::domain::Cash::ZERO);
}

#[test]
fn invalid_combinations_are_skipped_and_counted() {
    let fixture =
        SweepFixture::new("[sweep]\nagent = \"trend\"\n[sweep.parameters]\nfast = [2, 9]\nslow = [4, 12]\n");
    let found = sweep(&fixture, &mut NoCache);
    assert_eq!(found.trials.iter().map(numbers).collect::<Vec<_>>(), [[2, 4], [2, 12], [9, 12]]);
    assert_eq!((found.excluded, found.refused), (0, 1));
    let reason = found.refused_because.unwrap();
    assert!(reason.starts_with("fast = 9, slow = 4: "), "{reason}");
}

/// A grid whose levels the prices do not allow is no trial that forfeits, but a combination that is refused.
#[test]
fn infeasible_combinations_are_skipped_and_reported() {
    let grid = |spacings: &str| {
        let sweep = format!("[sweep]\nagent = \"trend\"\n[sweep.parameters]\nspacing_pct = [{spacings}]\n");
        let strategy = "{ kind = \"sma_cross\", fast = 3, slow = 8, size_pct = 20 }";
        let grid = "{ kind = \"grid\", levels = 3, spacing_pct = 5 }\n\n[market.instruments.ALPHA]\nprice_tick = \"1\"";
        let fixture = SweepFixture::changed(strategy, grid, &sweep);
        run(&fixture.sweep(), &fixture.all(), &mut NoCache, &NoObserver)
    };
    let found = grid("0.01, 2, 5").unwrap();
    assert_eq!((found.trials.len(), found.refused), (2, 1));
    assert!(found.columns.failed.iter().all(|failed| !failed));
    let reason = found.refused_because.unwrap();
    assert!(
        reason.starts_with("spacing_pct = 0.01: `spacing_pct` of 0.01 is too narrow for ALPHA"),
        "{reason}"
    );
    let Err(SweepError::NothingToTry { reason: Some(reason) }) = grid("0.01, 0.02") else { panic!("tried") };
    assert!(reason.contains("too narrow"), "{reason}");
}

#[test]
fn an_exhausted_space_ends_a_search() {
    let fixture = SweepFixture::new(
        "[sweep]\nagent = \"trend\"\nsearch = \"random\"\ntrials = 500\n[sweep.parameters]\nfast = [2, 3, 4]\n",
    );
    assert_eq!(sweep(&fixture, &mut NoCache).trials.len(), 3);
}

#[test]
fn halving_prunes() {
    let fixture = SweepFixture::new(
        "[sweep]\nagent = \"trend\"\nsearch = \"successive_halving\"\nreduction = 2\n[sweep.parameters]\n\
         fast = [2, 3, 4, 5, 6, 7]\n",
    );
    let mut trial_cache = Counting::default();
    let found = sweep(&fixture, &mut trial_cache);
    let windows = |trial: &Trial| trial.outcomes.iter().flatten().count();
    let mut replayed: Vec<usize> = found.trials.iter().map(windows).collect();
    replayed.sort_unstable();
    // Five windows by 2: 2, 3, 5; six candidates: 6, 3, 1.
    assert_eq!(replayed, [2, 2, 2, 3, 3, 5]);
    assert_eq!(trial_cache.appended, 17);
    assert_eq!(found.columns.scores.iter().filter(|score| !score.is_absent()).count(), 1);
}

/// Cancels after this many batches.
struct Impatient(std::cell::Cell<usize>);

impl SweepObserver for Impatient {
    fn batch_done(&self, _: usize, _: usize, _: usize) {
        self.0.set(self.0.get() - 1);
    }

    fn cancelled(&self) -> bool {
        self.0.get() == 0
    }
}

#[test]
fn a_cancelled_sweep_keeps_its_batches() {
    let fixture = SweepFixture::new(SMALL);
    let mut trial_cache = Counting::default();
    let observer = Impatient(std::cell::Cell::new(2));
    let error = run(&fixture.sweep(), &fixture.all(), &mut trial_cache, &observer).unwrap_err();
    assert!(matches!(error, SweepError::Interrupted { .. }));
    let kept = trial_cache.appended;
    assert!(kept > 0 && trial_cache.batches <= 2);
    let whole = sweep(&fixture, &mut trial_cache);
    assert_eq!(trial_cache.appended, whole.trials.len() * 5);
    assert_eq!(format!("{whole:?}"), format!("{:?}", sweep(&fixture, &mut NoCache)));
}

#[test]
fn neighbours_differ_by_a_step() {
    let fixture = SweepFixture::new(
        "[sweep]\nagent = \"trend\"\n[sweep.parameters]\nfast = [2, 3, 4]\nvenue.close_at_end = [true, false]\n",
    );
    let found = sweep(&fixture, &mut NoCache);
    // By hand: scores 4, 2, 1 with `close_at_end` and 9, 9, 9 without; trials are 2t 2f 3t 3f 4t 4f.
    let scores = [4.0, 9.0, 2.0, 9.0, 1.0, 9.0].map(Score::Number);
    let around = |at| plateau(fixture.spec(), &found.trials, &scores, at).unwrap();
    assert_eq!(around(0), Plateau { neighbours: 1, mean: 2.0, worst: 2.0, ratio: Some(0.5) });
    assert_eq!(around(2), Plateau { neighbours: 2, mean: 2.5, worst: 1.0, ratio: Some(1.25) });
    assert_eq!(plateau(fixture.spec(), &found.trials, &[Score::Absent; 6], 0), None);
    // Without a neighbour the nearest trials are used: two per parameter.
    let lone = [Some(4.0), None, None, None, Some(1.0), Some(3.0)].map(Score::from);
    let around = plateau(fixture.spec(), &found.trials, &lone, 0).unwrap();
    assert_eq!((around.neighbours, around.worst), (2, 1.0));
}

const VALIDATED: &str = "where = [\"fast < slow\"]\n[sweep.parameters]\nfast = [2, 4, 6]\nslow = [4, 8, 12]\n\
                         [validation]\nkind = \"walk_forward\"\ntrain = 2\ntest = 1\n";

#[test]
fn the_choice_is_tested_out_of_sample() {
    let fixture = SweepFixture::new(&format!("[sweep]\nagent = \"trend\"\n{VALIDATED}"));
    let whole = sweep(&fixture, &mut NoCache);
    let validation = fixture.scenario.validation.unwrap();
    let found = validate(&fixture.sweep(), validation, &whole, &mut NoCache, &NoObserver).unwrap();
    assert_eq!(found.splits.len(), 3);
    for (step, split) in found.splits.iter().enumerate() {
        assert_eq!((split.train.clone(), split.test.clone()), (vec![step, step + 1], vec![vec![step + 2]]));
        // By hand: the best growth over the two training windows, and its return in the third.
        let gain = |trial: &Trial, window: usize| {
            in_memory(trial)[window].as_ref().unwrap().metrics.total_return.unwrap()
        };
        let roi = |trial: &Trial, window: usize| gain(trial, window) * 100.0;
        let both = |trial: &Trial| {
            let (a, b) = (gain(trial, step), gain(trial, step + 1));
            (a + b + a * b) * 100.0
        };
        let best = whole.trials.iter().map(both).fold(f64::NEG_INFINITY, f64::max);
        let winner = whole.trials.iter().find(|trial| both(trial) == best).unwrap();
        assert_eq!(split.winner.as_ref(), Some(&winner.values));
        assert_eq!(
            (split.in_sample, split.out_of_sample),
            (Score::Number(best), Score::Number(roi(winner, step + 2)))
        );
    }
    // The curve of the choices goes from test window to test window, and ends with their growth together.
    let growth: f64 = found
        .splits
        .iter()
        .filter_map(|split| split.out_of_sample.number())
        .map(|pct| 1.0 + pct / 100.0)
        .product();
    let (first, last) = (found.stitched[0], found.stitched[found.stitched.len() - 1]);
    assert_eq!((first.split, first.window, first.value), (0, 2, 100.0));
    assert_eq!((first.at, last.at), (fixture.windows[2].start, fixture.windows[4].end));
    assert!((last.value / 100.0 - growth).abs() < 1e-9, "{} is not {growth}", last.value);
    assert!(found.stitched.windows(2).all(|pair| pair[0].at <= pair[1].at));
}

/// An adaptive search sees only the training windows, so it finds what a sweep of those windows finds.
#[test]
fn an_adaptive_search_is_run_anew_for_each_split() {
    let fixture =
        SweepFixture::new(&format!("[sweep]\nagent = \"trend\"\nsearch = \"tpe\"\ntrials = 12\n{VALIDATED}"));
    let mut trial_cache = Counting::default();
    let whole = sweep(&fixture, &mut trial_cache);
    let validation = fixture.scenario.validation.unwrap();
    let found = validate(&fixture.sweep(), validation, &whole, &mut trial_cache, &NoObserver).unwrap();
    let alone = run(&fixture.sweep(), &[0, 1], &mut NoCache, &NoObserver).unwrap();
    let scores = &alone.columns.scores;
    let winner = best(scores).unwrap();
    assert_eq!(found.splits[0].in_sample, scores[winner]);
    assert_eq!(found.splits[0].winner.as_ref(), Some(&alone.trials[winner].values));
    assert!(found.splits.iter().all(|split| !split.out_of_sample.is_absent()));
}

#[test]
fn combinatorial_splits_make_paths() {
    let fixture = SweepFixture::new(&format!(
        "[sweep]\nagent = \"trend\"\n{}",
        VALIDATED.replace(
            "kind = \"walk_forward\"\ntrain = 2\ntest = 1",
            "kind = \"cpcv\"\nfolds = 5\ntest_folds = 2",
        )
    ));
    let whole = sweep(&fixture, &mut NoCache);
    let validation = fixture.scenario.validation.unwrap();
    let found = validate(&fixture.sweep(), validation, &whole, &mut NoCache, &NoObserver).unwrap();
    // C(5, 2) splits, C(5, 2) * 2 / 5 paths.
    assert_eq!((found.splits.len(), found.paths.len()), (10, 4));
    assert!(found.paths.iter().all(|path| !path.score.is_absent()) && found.slope.is_some());
    assert!(found.stitched.is_empty(), "each window is tested several times");
}

#[test]
fn the_choice_is_assessed_with_all_trials_counted() {
    let fixture = SweepFixture::new(&format!("{SMALL}[report]\nbenchmark = \"hold\"\n"));
    let mut whole = sweep(&fixture, &mut NoCache);
    let tournament = crate::tournament::run(&fixture.plan(), &crate::tournament::NoProgress).unwrap();
    let named = fixture.scenario.report.benchmark.clone().unwrap();
    let benchmark = benchmark_returns(&fixture.plan(), &tournament, &named);
    assert_eq!(benchmark.as_ref().unwrap().1.len(), 240);
    // The symbol itself, held from each window's first open without costs.
    let symbol = Benchmark::Symbol { id: crate::domain::SymbolId(0), name: "ALPHA".to_owned() };
    let (name, held) = benchmark_returns(&fixture.plan(), &tournament, &symbol).unwrap();
    assert_eq!((name.as_str(), held.len()), ("ALPHA", 240));
    let bars = &fixture.market.symbols[0].bars;
    let first = bars.first_row_from(fixture.windows[0].start);
    assert!((held[0] - (bars.close[first] / bars.open[first] - 1.0)).abs() < 1e-12);
    let found = assess(&fixture.plan(), fixture.spec(), &mut whole, benchmark).unwrap();
    assert_eq!((found.evidence.trials, found.evidence.columns, found.evidence.periods), (7, 7, 240));
    assert_eq!(found.evidence.winner, best(&whole.columns.scores).unwrap());
    assert!(found.names[0] == "fast=2 slow=4", "{}", found.names[0]);
}

#[test]
fn the_estimate_counts_combinations_within_the_conditions() {
    let fixture = SweepFixture::new(SMALL);
    let found = estimate(&fixture.sweep());
    assert_eq!((found.trials, found.jobs), (7, 35));
    assert!(found.memory > 0);
}
