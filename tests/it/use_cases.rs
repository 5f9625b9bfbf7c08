//! The use cases of the room `run`, called as a library: typed results, typed errors with their place in the scenario,
//! and cancelling.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;
use tiltyard::internals::metrics::Score;
use tiltyard::internals::scenario::NoRegistry;
use tiltyard::internals::store::{Index, StoredRun};
use tiltyard::internals::sweep::NoCache;
use tiltyard::internals::tournament::{DuelSpec, NoProgress, RunOptions};
use tiltyard::run::{
    Destination, DuelRequest, Kept, Prepared, RematchRequest, RunDiagnostic, RunError, RunErrorKind,
    RunEvent, RunObserver, ScenarioSource, check, duel, duel_stored, estimate, on_threads, prepare, rematch,
    run, run_and_store, sweep, sweep_and_store,
};

/// Ten days of hourly bars of the sample in five windows.
const TEXT: &str = r#"
[scenario]
name = "use-cases"
seed = 3

[market]
path     = "data/sample"
symbols  = ["ALPHA"]
interval = "1h"
start    = 2023-05-01
end      = 2023-05-11

[[agents]]
name     = "trend"
strategy = { kind = "sma_cross", fast = 3, slow = 8, size_pct = 20 }

[[agents]]
name     = "hold"
risk     = "unlimited"
strategy = { kind = "buy_and_hold" }

[battle]
ranking_metric = "roi_pct"
windows        = { kind = "sequential", length = "2d" }
"#;

const SWEEP: &str = r#"
[sweep]
agent = "trend"
search = "grid"
objective = "roi_pct"

[sweep.parameters]
fast = [2, 3, 4]
slow = [8, 10]
"#;

fn source(text: &str) -> ScenarioSource {
    let base = Path::new(env!("CARGO_MANIFEST_DIR"));
    ScenarioSource::parse(Path::new("test.toml"), text.to_owned(), base, &NoRegistry)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn changed(from: &str, to: &str) -> String {
    assert!(TEXT.contains(from));
    TEXT.replace(from, to)
}

fn ready(text: &str) -> Prepared {
    prepare(&source(text).scenario, &[]).unwrap()
}

/// What an error underlines in the scenario.
fn underlined(error: &RunError, text: &str) -> Vec<String> {
    let spans = error.diagnostics(text).into_iter().filter_map(|RunDiagnostic { span, .. }| span);
    spans.map(|span| text[span].to_owned()).collect()
}

/// Counts events, and cancels after so many jobs or batches.
#[derive(Default)]
struct Watch {
    after: Option<usize>,
    steps: AtomicUsize,
    names: Mutex<Vec<String>>,
}

impl Watch {
    fn stopping_after(steps: usize) -> Self {
        Self { after: Some(steps), ..Self::default() }
    }

    fn names(self) -> Vec<String> {
        self.names.into_inner().unwrap()
    }
}

impl RunObserver for Watch {
    fn event(&self, event: &RunEvent<'_>) {
        if let RunEvent::JobDone { .. } | RunEvent::BatchDone { .. } = event {
            self.steps.fetch_add(1, Ordering::SeqCst);
            return;
        }
        let text = format!("{event:?}");
        let name = text.split([' ', '{', '(']).next().unwrap_or_default().to_owned();
        self.names.lock().unwrap().push(name);
    }

    fn cancelled(&self) -> bool {
        self.after.is_some_and(|after| self.steps.load(Ordering::SeqCst) >= after)
    }
}

#[test]
fn a_run_in_memory_and_a_stored_one_give_the_same_ranking() {
    let (out, source) = (TempDir::new().unwrap(), source(TEXT));
    let prepared = prepare(&source.scenario, &[]).unwrap();
    let watch = Watch::default();
    let found = run(&prepared, RunOptions::default(), &watch).unwrap();
    assert_eq!(watch.steps.load(Ordering::SeqCst), 10);
    assert_eq!(watch.names(), ["ReplayStarted", "ReplayDone"]);
    assert!(found.assessment.is_none());

    let destination = Destination { out: out.path(), text: &source.text, csv: false };
    let stored = run_and_store(&prepared, &destination, RunOptions::default(), &NoProgress).unwrap();
    let ranking = |row: &tiltyard::internals::tournament::Ranking| (row.rank, row.name.to_string());
    let expected: Vec<_> = found.tournament.leaderboard.rankings.iter().map(ranking).collect();
    let rows: Vec<_> = stored.leaderboard.rankings.iter().map(|row| (row.rank, row.agent.clone())).collect();
    assert_eq!(rows, expected);
    assert_eq!(Index::open_existing(out.path()).unwrap().runs().unwrap().len(), 1);
    assert_eq!(StoredRun::load(&stored.folder).unwrap(), stored);
}

#[test]
fn a_tournament_is_assessed_and_reports_it() {
    let text = format!("{TEXT}\n[tournament]\nresamples = 400\n");
    let watch = Watch::default();
    let found = run(&ready(&text), RunOptions::default(), &watch).unwrap();
    assert_eq!(found.assessment.unwrap().work.replays, 10);
    let expected = ["ReplayStarted", "ReplayDone", "StandingsStarted", "StandingsDone"];
    assert_eq!(watch.names(), expected);
}

#[test]
fn errors_are_typed_and_lead_to_the_words_of_the_scenario() {
    let broken = changed("\"sma_cross\"", "\"sma_crossing\"");
    let error = ScenarioSource::parse(Path::new("my.toml"), broken.clone(), Path::new("."), &NoRegistry);
    let error = error.unwrap_err();
    assert_eq!(error.kind(), RunErrorKind::Usage);
    assert!(matches!(&error, RunError::InvalidScenario { problems, .. } if problems.len() == 1));
    assert_eq!(underlined(&error, &broken), ["\"sma_crossing\""]);

    let text = changed("data/sample", "data/nowhere");
    let error = prepare(&source(&text).scenario, &[]).unwrap_err();
    assert_eq!(error.kind(), RunErrorKind::Data);
    assert_eq!(underlined(&error, &text), ["\"data/nowhere\""]);

    let text = changed("length = \"2d\"", "length = \"20d\"");
    let error = ScenarioSource::parse(Path::new("my.toml"), text.clone(), Path::new("."), &NoRegistry);
    let error = error.unwrap_err();
    assert!(matches!(&error, RunError::InvalidScenario { problems, .. } if problems.len() == 1), "{error:?}");
    assert_eq!(underlined(&error, &text), ["\"20d\""]);

    // Without a range of the scenario's own, only the data tell that they do not fit.
    let text = changed("start    = 2023-05-01\nend      = 2023-05-11\n", "").replace("\"2d\"", "\"2000d\"");
    let error = check(&source(&text).scenario, &[]).unwrap_err();
    assert!(matches!(error, RunError::Windows(_)));
    assert_eq!(underlined(&error, &text), ["{ kind = \"sequential\", length = \"2000d\" }"]);

    // Three levels that the price's tick makes one.
    let grid = "{ kind = \"grid\", levels = 3, spacing_pct = 0.1 }";
    let text = changed("{ kind = \"buy_and_hold\" }", grid).replacen(
        "[[agents]]",
        "[market.instruments.ALPHA]\nprice_tick = \"10\"\n\n[[agents]]",
        1,
    );
    let error = prepare(&source(&text).scenario, &[]).unwrap_err();
    let RunError::Strategies(problems) = &error else { panic!("{error:?}") };
    assert_eq!((problems[0].index, problems[0].agent.as_str()), (1, "hold"));
    assert_eq!(underlined(&error, &text), [grid]);
    assert!(error.diagnostics(&text)[0].help.as_ref().unwrap().contains("a wider spacing"));

    let text = format!("{TEXT}\n[tournament]\nformat = \"league\"\nseasons = 90\ndivisions = 1\n");
    let error = prepare(&source(&text).scenario, &[]).unwrap_err();
    assert!(matches!(error, RunError::Format(_)), "{error:?}");
    assert_eq!(underlined(&error, &text), ["\"league\""]);

    let error = ScenarioSource::read(Path::new("no/such/file.toml"), &NoRegistry).unwrap_err();
    assert_eq!(error.to_string(), "there is no file `no/such/file.toml`");
    assert_eq!(error.diagnostics("")[0].span, None);
}

#[test]
fn a_file_in_the_place_of_the_output_folder_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let out = file.join("below");
    let destination = Destination { out: &out, text: TEXT, csv: false };
    let error = run_and_store(&ready(TEXT), &destination, RunOptions::default(), &NoProgress).unwrap_err();
    assert!(matches!(&error, RunError::OutputIsFile { file: found, .. } if *found == file));
}

#[test]
fn cancelling_stops_a_run_and_leaves_nothing() {
    let out = TempDir::new().unwrap();
    let destination = Destination { out: out.path(), text: TEXT, csv: false };
    let (prepared, watch) = (ready(TEXT), Watch::stopping_after(3));
    let stopped =
        on_threads(Some(1), || run_and_store(&prepared, &destination, RunOptions::default(), &watch));
    let error = stopped.unwrap_err();
    assert_eq!(error.to_string(), "interrupted after 3 of 10 jobs");
    assert_eq!(error.kind(), RunErrorKind::Interrupted);
    assert!(matches!(error, RunError::Interrupted { kept: Kept::Nothing, .. }));
    assert!(Index::open_existing(out.path()).unwrap().runs().unwrap().is_empty());
    let left = std::fs::read_dir(out.path().join("use-cases")).unwrap();
    assert_eq!(
        left.filter(|entry| !entry.as_ref().unwrap().file_name().as_encoded_bytes().starts_with(b"."))
            .count(),
        0
    );
}

#[test]
fn a_sweep_gives_its_trials_and_the_winner_among_the_others() {
    let error = sweep(&ready(TEXT), &mut NoCache, RunOptions::default(), &NoProgress).unwrap_err();
    assert!(matches!(error, RunError::NoSweep));
    let prepared = ready(&format!("{TEXT}{SWEEP}"));
    let watch = Watch::default();
    let found = sweep(&prepared, &mut NoCache, RunOptions::default(), &watch).unwrap();
    assert_eq!(found.searched.trials.len(), 6);
    assert!(found.has_winner);
    assert_eq!(found.tournament.agents.len(), 2);
    assert_eq!(watch.names(), ["SweepStarted", "SweepDone"]);
}

#[test]
fn a_cancelled_sweep_keeps_its_batches_and_goes_on() {
    let out = TempDir::new().unwrap();
    let text = format!("{TEXT}{}", SWEEP.replace("[sweep]", "[sweep]\nbatch = 2"));
    let destination = Destination { out: out.path(), text: &text, csv: false };
    let (prepared, watch) = (ready(&text), Watch::stopping_after(2));
    let stopped = sweep_and_store(&prepared, &destination, RunOptions::default(), &watch);
    let error = stopped.unwrap_err();
    assert!(matches!(error, RunError::Interrupted { kept: Kept::Batches, .. }), "{error:?}");
    assert_eq!(error.to_string(), "interrupted after 4 trials");

    /// Jobs that were known.
    #[derive(Default)]
    struct Known(AtomicUsize);
    impl RunObserver for Known {
        fn event(&self, event: &RunEvent<'_>) {
            if let RunEvent::BatchDone { known, .. } = event {
                self.0.fetch_add(*known, Ordering::SeqCst);
            }
        }
    }
    let known = Known::default();
    let swept = sweep_and_store(&prepared, &destination, RunOptions::default(), &known).unwrap();
    assert_eq!(known.0.load(Ordering::SeqCst), 4 * 5);
    assert!(swept.stored.folder.join("sweep.json").is_file());
}

#[test]
fn a_duel_is_a_record_and_its_mistakes_are_found_before_any_bar_is_read() {
    let out = TempDir::new().unwrap();
    let request = DuelRequest { a: "hold", b: "trend", spec: DuelSpec::default(), out: out.path() };
    let prepared = ready(TEXT);
    let watch = Watch::default();
    let record = duel(&prepared, &request, &watch).unwrap();
    assert_eq!(record.games.len() * 2, record.replays);
    assert_eq!(watch.names().len(), 1 + record.games.len());

    let destination = Destination { out: out.path(), text: TEXT, csv: false };
    let stored = run_and_store(&prepared, &destination, RunOptions::default(), &NoProgress).unwrap();
    let again = duel_stored(&stored, &request, &NoProgress).unwrap();
    assert_eq!((again.wins, again.draws, again.losses), (record.wins, record.draws, record.losses));
    assert_eq!((again.order, again.replays), (record.order, 0));

    let scenario = &prepared.scenario;
    let error = DuelRequest { b: "hold", ..request }.check(scenario).unwrap_err();
    assert!(matches!(error, RunError::SameAgent { .. }));
    let error = DuelRequest { b: "nobody", ..request }.check(scenario).unwrap_err();
    assert!(matches!(&error, RunError::NoSuchAgent { known, .. } if *known == ["trend", "hold"]));
    let spec = DuelSpec { alpha: 0.0, ..DuelSpec::default() };
    let error = DuelRequest { spec, ..request }.check(scenario).unwrap_err();
    assert!(matches!(error, RunError::Test(_)));
}

#[test]
fn a_rematch_is_a_scenario_that_names_its_parent() {
    let out = TempDir::new().unwrap();
    let destination = Destination { out: out.path(), text: TEXT, csv: false };
    let stored = run_and_store(&ready(TEXT), &destination, RunOptions::default(), &NoProgress).unwrap();
    let settings = [("agents.trend.strategy.fast".to_owned(), "2".to_owned())];
    let request = RematchRequest {
        out: out.path(),
        run: "use-cases",
        agents: None,
        entrants: &[],
        settings: &settings,
    };
    let source = rematch(&request).unwrap();
    assert_eq!(source.scenario.rematch_of.as_ref(), Some(&stored.run.run_id));
    let found = run(&prepare(&source.scenario, &[]).unwrap(), RunOptions::default(), &NoProgress).unwrap();
    assert_ne!(found.tournament.leaderboard.rankings[0].score, Score::Absent);

    let settings = [("agents.nobody.strategy.fast".to_owned(), "2".to_owned())];
    let error = rematch(&RematchRequest { settings: &settings, ..request }).unwrap_err();
    assert!(matches!(error, RunError::Edit(_)));
    let settings = [("no.such.path".to_owned(), "2".to_owned())];
    let error = rematch(&RematchRequest { settings: &settings, ..request }).unwrap_err();
    assert_eq!(error.kind(), RunErrorKind::Usage);
    assert!(matches!(error, RunError::InvalidScenario { .. }), "{error:?}");
    let error = rematch(&RematchRequest { run: "another", ..request }).unwrap_err();
    assert_eq!(error.kind(), RunErrorKind::Usage);
    assert!(matches!(error, RunError::Store(_)));
}

#[test]
fn check_and_estimate_are_figures() {
    let found = check(&source(TEXT).scenario, &[]).unwrap();
    assert_eq!((found.agents, found.windows, found.symbols, found.bars), (2, 5, 1, 240));
    assert_eq!((found.unused_bars, found.range_bars), (0, 240));
    assert_eq!((found.start.to_string(), found.end.to_string()).0, "2023-05-01T00:00:00Z");
    let found = estimate(&ready(TEXT), RunOptions::default());
    assert_eq!((found.entries, found.windows, found.jobs, found.is_sweep), (2, 5, 10, false));
    let found = estimate(&ready(&format!("{TEXT}{SWEEP}")), RunOptions::default());
    assert_eq!((found.entries, found.jobs, found.is_sweep), (6, 30, true));
}
