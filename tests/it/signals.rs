//! Agents that trade a file of signals: when a row is known, what it trades, what is refused, and how a look ahead
//! in the file shows.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;
use tempfile::TempDir;
use tiltyard::internals::domain::{Bps, Interval, OrderRequest, Seed, Size, SymbolId, Timestamp};
use tiltyard::internals::engine::{Job, Replay, Window};
use tiltyard::internals::indicator::{History, IndicatorCache};
use tiltyard::internals::market::{Bars, Market, TickRange, write_bars};
use tiltyard::internals::scenario::{
    Rebalance, SignalMode, SignalOrder, SignalRows, SignalTable, SignalsSpec, Stamp, StrategyKind,
    StrategySpec, SymbolSignals, WarmUp,
};
use tiltyard::internals::store::identify;
use tiltyard::internals::strategy::{Setup, prepare as prepare_strategy};
use tiltyard::prelude::*;
use tiltyard::run::lag;

use crate::skipping::{both, fixture, window};
use crate::support::cases::Dice;
use crate::support::stage::{Stage, files};

const DAY: i64 = 86_400;
/// 2024-01-01.
const START: i64 = 1_704_067_200;

fn at(day: i64) -> Timestamp {
    Timestamp::from_micros((START + day * DAY) * 1_000_000)
}

/// A folder with daily bars of `A`, `B` and more symbols; each bar is its open and its close.
fn folder(symbols: &[(&str, &[(f64, f64)])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, rows) in symbols {
        let mut bars = Bars::with_capacity(Interval::DAY, rows.len());
        for (day, &(open, close)) in rows.iter().enumerate() {
            bars.push(at(day as i64), [open, open.max(close), open.min(close), close, 1e6]);
        }
        write_bars(&folder.path().join("bars").join(format!("{name}_1d.parquet")), &bars).unwrap();
    }
    folder
}

/// A scenario over the folder's bars with one agent of this strategy.
fn scenario(strategy: &str, rest: &str) -> String {
    format!(
        "[scenario]\nname = \"signals\"\n\n[market]\npath = \"bars\"\nsymbols = \"all\"\ninterval = \"1d\"\n\n\
         [venue]\ntaker_fee_bps = 0\n\n[[agents]]\nname = \"one\"\nrisk = \"unlimited\"\n\
         starting_balance = 1000\nstrategy = {{ kind = \"signals\", path = \"signals.csv\", {strategy} }}\n{rest}"
    )
}

fn ready(folder: &Path, text: &str) -> Result<Prepared, RunError> {
    let source = ScenarioSource::parse(Path::new("s.toml"), text.to_owned(), folder, &NoRegistry)?;
    prepare(&source.scenario, &[])
}

/// The only agent's replay of the only window, by both loops.
pub fn replayed(folder: &Path, text: &str) -> Replay {
    let prepared = ready(folder, text).unwrap_or_else(|error| panic!("{error}"));
    let one = |engine| {
        let options = RunOptions { engine, ..RunOptions::default() };
        let mut agents = run(&prepared, options, &NoProgress).unwrap().tournament.agents;
        agents.remove(0).windows.remove(0).replay
    };
    let (fast, slow) = (one(Loop::Skip), one(Loop::BarByBar));
    assert_eq!(format!("{fast:?}"), format!("{slow:?}"));
    fast
}

/// Day, side, symbol and quantity of each fill.
fn fills(replay: &Replay) -> Vec<(usize, &'static str, u16, String)> {
    let fill = |fill: &tiltyard::internals::engine::FillRow| {
        (fill.tick, fill.side.as_str(), fill.symbol.0, format!("{:.4}", fill.quantity))
    };
    replay.fills.iter().map(fill).collect()
}

fn flat(price: f64, days: usize) -> Vec<(f64, f64)> {
    vec![(price, price); days]
}

#[test]
fn a_row_acts_at_the_open_after_it_is_known_and_never_before() {
    let bars = flat(10.0, 6);
    let folder = folder(&[("A", &bars)]);
    // A row of 2024-01-03, day 2.
    fs::write(folder.path().join("signals.csv"), "ts,symbol,value\n2024-01-03,A,0.5\n").unwrap();
    for (stamped, first_fill) in [("bar_open", 3), ("bar_close", 2), ("known_at", 2)] {
        let replay = replayed(folder.path(), &scenario(&format!("stamped = \"{stamped}\""), ""));
        assert_eq!(fills(&replay), [(first_fill, "buy", 0, "50.0000".to_owned())], "{stamped}");
    }
    // One second later than a close is known at the next one.
    fs::write(folder.path().join("signals.csv"), "ts,symbol,value\n2024-01-03T00:00:01Z,A,0.5\n").unwrap();
    let replay = replayed(folder.path(), &scenario("stamped = \"known_at\"", ""));
    assert_eq!(fills(&replay), [(3, "buy", 0, "50.0000".to_owned())]);
}

#[test]
fn sells_pay_for_the_buys_of_the_same_open() {
    let (a, b) = (flat(10.0, 6), flat(20.0, 6));
    let folder = folder(&[("A", &a), ("B", &b)]);
    fs::write(folder.path().join("signals.csv"), "ts,A,B\n2024-01-01,1,0\n2024-01-03,0,1\n").unwrap();
    let replay = replayed(folder.path(), &scenario("", ""));
    let wanted = [
        (1, "buy", 0, "100.0000".to_owned()),
        (3, "sell", 0, "100.0000".to_owned()),
        (3, "buy", 1, "50.0000".to_owned()),
    ];
    assert_eq!(fills(&replay), wanted);
    assert_eq!(replay.final_equity.to_string(), "1000.00000000");
    // The same at the deciding close.
    let text = scenario("", "").replace("taker_fee_bps = 0", "taker_fee_bps = 0\nfill_at = \"close\"");
    let replay = replayed(folder.path(), &text);
    let days: Vec<usize> = replay.fills.iter().map(|fill| fill.tick).collect();
    assert_eq!(days, [0, 2, 2]);
}

#[test]
fn buys_are_cut_in_proportion_where_the_money_is_short_and_their_orders_say_so() {
    // Decided at 10 and 20 for 600 and 400; the opens are a quarter higher: 1250 are wanted, 1000 are there.
    let a = [(10.0, 10.0), (12.5, 12.5), (12.5, 12.5)];
    let b = [(20.0, 20.0), (25.0, 25.0), (25.0, 25.0)];
    let folder = folder(&[("A", &a), ("B", &b)]);
    fs::write(folder.path().join("signals.csv"), "ts,A,B\n2024-01-01,0.6,0.4\n").unwrap();
    let replay = replayed(folder.path(), &scenario("", ""));
    // 60 and 20 by 1000 / 1250.
    let wanted = [(1, "buy", 0, "48.0000".to_owned()), (1, "buy", 1, "16.0000".to_owned())];
    assert_eq!(fills(&replay), wanted);
    assert_eq!(replay.flags.cut_fills, 2);
    let detail = &replay.orders[1].detail;
    assert_eq!(
        detail,
        "cut to 16.00000000, as all buys of this open: they cost 1250.00000000, and there was 1000.00000000"
    );
}

#[test]
fn rebalancing_follows_the_scenario() {
    // A doubles on day 2: weights of a half drift to two thirds.
    let a = [(10.0, 10.0), (10.0, 10.0), (20.0, 20.0), (20.0, 20.0), (20.0, 20.0), (20.0, 20.0)];
    let b = flat(10.0, 6);
    let folder = folder(&[("A", &a), ("B", &b)]);
    let rows = "ts,A,B\n2024-01-01,0.5,0.5\n2024-01-04,0.5,0.5\n";
    fs::write(folder.path().join("signals.csv"), rows).unwrap();
    let days = |strategy: &str| {
        let replay = replayed(folder.path(), &scenario(strategy, ""));
        fills(&replay).into_iter().map(|(day, side, ..)| (day, side)).collect::<Vec<_>>()
    };
    let first = [(1, "buy"), (1, "buy")];
    assert_eq!(days("rebalance = \"on_change\""), first);
    assert_eq!(days("rebalance = \"on_row\""), [&first[..], &[(4, "sell"), (4, "buy")]].concat());
    assert_eq!(days("rebalance = \"every_bar\""), [&first[..], &[(3, "sell"), (3, "buy")]].concat());
    // A third of 1500 more than half is 16.7 points.
    assert_eq!(days("rebalance = \"every_bar\", drift_pct = 17"), first);
    assert_eq!(
        days("rebalance = \"every_bar\", drift_pct = 16"),
        [&first[..], &[(3, "sell"), (3, "buy")]].concat()
    );
}

#[test]
fn a_repeated_weight_is_reported_not_to_trade() {
    let (a, b) = (flat(10.0, 6), flat(10.0, 6));
    let folder = folder(&[("A", &a), ("B", &b)]);
    fs::write(folder.path().join("signals.csv"), "ts,A,B\n2024-01-01,0.5,0.5\n2024-01-04,0.5,0.5\n").unwrap();
    let notes = ready(folder.path(), &scenario("", "")).unwrap().notes().to_vec();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0].contains("no weight ever changes, so 2 later rows trade nothing")
            && notes[0].contains("on_row"),
        "{notes:?}"
    );
}

#[test]
fn sides_enter_and_leave() {
    let a = flat(10.0, 8);
    let folder = folder(&[("A", &a)]);
    let rows = "ts,symbol,value\n2024-01-01,A,0\n2024-01-02,A,1\n2024-01-03,A,1\n2024-01-05,A,0\n";
    fs::write(folder.path().join("signals.csv"), rows).unwrap();
    let replay = replayed(folder.path(), &scenario("mode = \"side\", size_pct = 30", ""));
    let wanted = [(2, "buy", 0, "30.0000".to_owned()), (5, "sell", 0, "30.0000".to_owned())];
    assert_eq!(fills(&replay), wanted);
}

#[test]
fn orders_are_placed_once_each_with_type_size_and_time_in_force() {
    let a = [(10.0, 10.0), (10.0, 9.0), (9.0, 8.0), (8.0, 12.0), (12.0, 12.0), (12.0, 12.0)];
    let folder = folder(&[("A", &a)]);
    let rows = "ts,symbol,side,type,price,quantity,amount,tif\n\
                2024-01-01,A,buy,limit,8.5,2,,gtc\n\
                2024-01-01,A,buy,,,,100,\n\
                2024-01-02,A,buy,limit,1,5,,day\n\
                2024-01-04,A,sell,market,,12,,\n";
    fs::write(folder.path().join("signals.csv"), rows).unwrap();
    let replay = replayed(folder.path(), &scenario("mode = \"orders\"", ""));
    let wanted = [
        (1, "buy", 0, "10.0000".to_owned()),
        (2, "buy", 0, "2.0000".to_owned()),
        (4, "sell", 0, "12.0000".to_owned()),
    ];
    assert_eq!(fills(&replay), wanted);
    let ends: Vec<&str> = replay.orders.iter().map(|order| order.end.as_str()).collect();
    assert_eq!(ends, ["filled", "filled", "time_in_force", "filled"]);
    assert_eq!(replay.fills[1].price.to_string(), "8.50000000");
}

#[test]
fn rows_before_a_window_are_in_force_and_orders_before_it_are_not_placed() {
    let a = flat(10.0, 10);
    let folder = folder(&[("A", &a)]);
    let late = "\n[battle]\nwindows = { kind = \"sequential\", length = \"5d\" }\n";
    fs::write(folder.path().join("signals.csv"), "ts,A\n2024-01-02,0.5\n").unwrap();
    let prepared = ready(folder.path(), &scenario("", late)).unwrap();
    let agents = run(&prepared, RunOptions::default(), &NoProgress).unwrap().tournament.agents;
    let ticks = |window: usize| -> Vec<usize> {
        agents[0].windows[window].replay.fills.iter().map(|fill| fill.tick).collect()
    };
    assert_eq!((ticks(0), ticks(1)), (vec![2], vec![6]));
    fs::write(folder.path().join("signals.csv"), "ts,symbol,side,quantity\n2024-01-02,A,buy,1\n").unwrap();
    let prepared = ready(folder.path(), &scenario("mode = \"orders\"", late)).unwrap();
    let agents = run(&prepared, RunOptions::default(), &NoProgress).unwrap().tournament.agents;
    assert_eq!(agents[0].windows[0].replay.orders.len(), 1);
    assert!(agents[0].windows[1].replay.orders.is_empty());
}

/// What is wrong with a file, and the help.
fn refused(folder: &Path, strategy: &str, rows: &str) -> String {
    fs::write(folder.join("signals.csv"), rows).unwrap();
    let text = scenario(strategy, "");
    let error = match ready(folder, &text) {
        Ok(_) => panic!("accepted: {strategy}\n{rows}"),
        Err(error) => error,
    };
    assert!(matches!(error, RunError::Signals(_)), "{error}");
    let found = error.diagnostics(&text).remove(0);
    assert_eq!(found.span.map(|span| &text[span]), Some("\"signals.csv\""));
    let message = found.message.replace(&format!("{}/", folder.display()), "");
    format!("{message}; {}", found.help.unwrap())
}

#[test]
fn every_wrong_row_is_refused_with_its_line_and_a_remedy() {
    let (a, b) = (flat(10.0, 6), flat(10.0, 6));
    let folder = folder(&[("A", &a), ("B", &b)]);
    let cases = [
        ("", "ts,symbol,value\n2024-01-02,X,1\n", "line 2: `X` is no symbol of the agent"),
        (
            "",
            "ts,symbol,value\n2024-01-02,A,1\n2024-01-02,A,0\n",
            "line 3: a second row of `A` at 2024-01-02",
        ),
        ("", "ts,A\n2024-01-02,1\n2024-01-02,0\n", "line 3: a second row of 2024-01-02"),
        ("", "ts,symbol,value\n2024-01-03,A,1\n2024-01-02,A,0\n", "line 3: 2024-01-02T00:00:00Z comes after"),
        ("", "ts,A\n2024-01-02,nan\n", "line 2: `nan` in column `A` is not a finite number"),
        ("", "ts,A\n2024-01-02,inf\n", "line 2: `inf` in column `A` is not a finite number"),
        ("", "ts,symbol,value\n2024-01-02,A,\n", "line 2: the value is missing"),
        ("", "ts,A\n2024-01-02,-0.5\n", "line 2: `A`: -0.5 is a short sale of a spot asset"),
        (
            "",
            "ts,A\n2024-01-02,1.5\n",
            "line 2: `A`: a weight of 1.5 is above 1, and the symbol is a spot asset",
        ),
        ("", "ts,A,B\n2024-01-02,0.7,0.4\n", "line 2: the weights in force add up to 1.100000"),
        ("", "ts,A\n2024-01-02T01:00:00Z,1\n", "line 2: no 1d bar opens at 2024-01-02T01:00:00Z"),
        ("stamped = \"bar_close\"", "ts,A\n2024-01-02T01:00:00Z,1\n", "line 2: no 1d bar closes at"),
        ("mode = \"side\"", "ts,A\n2024-01-02,0.5\n", "line 2: `A`: 0.5 is not a side"),
        ("mode = \"side\"", "ts,A\n2024-01-02,-1\n", "line 2: `A`: -1 is a short sale"),
        ("", "ts,A\nyesterday,1\n", "line 2: `yesterday` is not a time"),
        ("", "when,A\n2024-01-02,1\n", "has no column of times"),
        ("", "ts,symbol\n2024-01-02,A\n", "has a column `symbol` and none named `value`"),
        ("mode = \"orders\"", "ts,symbol,side\n2024-01-02,A,buy\n", "line 2: has no size"),
        (
            "mode = \"orders\"",
            "ts,symbol,side,quantity\n2024-01-02,A,hold,1\n",
            "line 2: `hold` is not a side",
        ),
        (
            "mode = \"orders\"",
            "ts,symbol,side,quantity,type\n2024-01-02,A,buy,1,limit\n",
            "line 2: a `limit` order has other prices",
        ),
        (
            "mode = \"orders\"",
            "ts,symbol,side,quantity\n2024-01-02,A,buy,0.123456789\n",
            "has more than 8 decimal places",
        ),
        (
            "mode = \"orders\"",
            "ts,symbol,side,quantity,colour\n2024-01-02,A,buy,1,red\n",
            "has an unknown column `colour`",
        ),
    ];
    for (strategy, rows, wanted) in cases {
        let said = refused(folder.path(), strategy, rows);
        assert!(said.contains(wanted), "{rows}\n{said}");
        assert!(said.starts_with("the signals of `one` cannot be used: `signals.csv`"), "{said}");
        assert!(!said.ends_with("; "), "no help: {said}");
    }
    // A bar that the market could have and does not.
    fs::remove_file(folder.path().join("bars/B_1d.parquet")).unwrap();
    let mut bars = Bars::with_capacity(Interval::DAY, 2);
    for day in [0, 3, 4] {
        bars.push(at(day), [10.0, 10.0, 10.0, 10.0, 1.0]);
    }
    write_bars(&folder.path().join("bars/A_1d.parquet"), &bars).unwrap();
    let said = refused(folder.path(), "", "ts,A\n2024-01-02,1\n");
    assert!(said.contains("line 2: the market has no 1d bar that opens at 2024-01-02"), "{said}");
}

#[test]
fn rows_outside_of_the_range_are_counted() {
    let a = flat(10.0, 6);
    let folder = folder(&[("A", &a)]);
    let rows = "ts,A\n2023-12-01,0.5\n2023-12-02,0.6\n2024-01-02,1\n2024-02-01,0\n";
    fs::write(folder.path().join("signals.csv"), rows).unwrap();
    let prepared = ready(folder.path(), &scenario("", "")).unwrap();
    let note = "signals of `one`: 2 of 4 are known before the range begins and 1 after it ends; 1 act in it";
    assert_eq!(prepared.notes(), [note]);
}

/// The file in the three layouts and formats.
fn write_everywhere(folder: &Path) {
    fs::write(
        folder.join("long.csv"),
        "ts;symbol;value\n2024-01-01;A;0.25\n2024-01-01;B;0.5\n2024-01-03;A;0\n",
    )
    .unwrap();
    fs::write(folder.join("wide.csv"), "Date,B,A\n2024-01-01 00:00:00,0.5,0.25\n2024-01-03 00:00:00,,0\n")
        .unwrap();
    let millis = |days: &[i64]| {
        let times: Vec<i64> = days.iter().map(|day| (START + day * DAY) * 1_000).collect();
        Arc::new(TimestampMillisecondArray::from(times)) as ArrayRef
    };
    let long: Vec<(&str, ArrayRef)> = vec![
        ("ts", millis(&[0, 0, 2])),
        ("symbol", Arc::new(StringArray::from(vec!["A", "B", "A"]))),
        ("value", Arc::new(Float64Array::from(vec![0.25, 0.5, 0.0]))),
    ];
    let wide: Vec<(&str, ArrayRef)> = vec![
        ("A", Arc::new(Float64Array::from(vec![0.25, 0.0]))),
        ("B", Arc::new(Float64Array::from(vec![Some(0.5), None]))),
        ("__index_level_0__", millis(&[0, 2])),
    ];
    for (name, columns) in [("long", long), ("wide", wide)] {
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
        let file = fs::File::create(folder.join(format!("{name}.parquet"))).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let file = fs::File::create(folder.join(format!("{name}.arrow"))).unwrap();
        let mut writer = arrow_ipc::writer::FileWriter::try_new(file, &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
    }
}

#[test]
fn the_same_rows_in_any_layout_and_format_are_the_same_run() {
    let (a, b) = (flat(10.0, 6), flat(20.0, 6));
    let folder = folder(&[("A", &a), ("B", &b)]);
    write_everywhere(folder.path());
    let id = |file: &str| {
        let text = scenario("", "").replace("signals.csv", file);
        let prepared = ready(folder.path(), &text).unwrap_or_else(|error| panic!("{file}: {error}"));
        identify(&prepared.scenario, &prepared.market).full()
    };
    let first = id("long.csv");
    for file in ["wide.csv", "long.parquet", "wide.parquet", "long.arrow", "wide.arrow"] {
        assert_eq!(id(file), first, "{file}");
    }
    fs::write(folder.path().join("other.csv"), "ts,A,B\n2024-01-01,0.25,0.5\n2024-01-03,0.1,\n").unwrap();
    assert_ne!(id("other.csv"), first);
}

#[test]
fn broken_files_are_refused_and_never_crash() {
    let a = flat(10.0, 6);
    let folder = folder(&[("A", &a)]);
    write_everywhere(folder.path());
    for name in ["wide.parquet", "wide.arrow", "wide.csv"] {
        let sound = fs::read(folder.path().join(name)).unwrap();
        for cut in [0, 3, 7, sound.len() / 2, sound.len() - 1] {
            let mut bytes = sound[..cut].to_vec();
            bytes.extend([0xff; 5]);
            fs::write(folder.path().join("signals.csv"), &bytes).unwrap();
            let error = ready(folder.path(), &scenario("", "")).unwrap_err();
            assert!(matches!(error, RunError::Signals(_)), "{name} cut at {cut}: {error}");
        }
    }
    fs::remove_file(folder.path().join("signals.csv")).unwrap();
    let error = ready(folder.path(), &scenario("", "")).unwrap_err();
    assert!(error.to_string().contains("cannot read"), "{error}");
}

/// A scenario of the sample with a file of weights beside it.
const SAMPLE: &str = r#"
[scenario]
name = "signal-sample"

[market]
path     = "data/sample"
symbols  = "all"
interval = "1h"
start    = 2023-05-01
end      = 2023-06-30

[[agents]]
name     = "weights"
risk     = "unlimited"
strategy = { kind = "signals", path = "weights.csv" }

[[agents]]
name     = "hold"
risk     = "unlimited"
strategy = { kind = "buy_and_hold" }

[battle]
ranking_metric = "roi_pct"
windows        = { kind = "sequential", length = "10d" }
"#;

/// Weights that change every 20 hours.
fn sample_weights() -> String {
    let first = 1_682_899_200_i64;
    let rows = (0..70_i64).map(|row| {
        let weight = |symbol: i64| ((row * 7 + symbol * 3) % 5) as f64 / 15.0;
        format!("{},{:.4},{:.4},{:.4}\n", first + row * 72_000, weight(0), weight(1), weight(2))
    });
    format!("ts,ALPHA,BRAVO,CHARLIE\n{}", rows.collect::<String>())
}

#[test]
fn threads_leave_no_trace_and_a_changed_file_is_another_run() {
    let stage = Stage::new();
    stage.write("s.toml", SAMPLE);
    stage.write("weights.csv", &sample_weights());
    stage.result("run s.toml --out one --threads 1 --quiet");
    stage.result("run s.toml --out two --threads 2 --quiet");
    assert_eq!(files(&stage.path("one")), files(&stage.path("two")));
    let id = stage.names("one/signal-sample").remove(0);
    // It can be had again as long as the file is what it was.
    let again = stage.run("battle rematch signal-sample --out one --quiet");
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    stage.write("weights.csv", &sample_weights().replacen("0.2000", "0.2100", 1));
    let said = stage.run(&format!("battle rematch {id} --out one --quiet"));
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert!(said.stderr.contains("the files of weights have changed since run"), "{}", said.stderr);
    stage.result("run s.toml --out two --threads 2 --quiet");
    assert_eq!(stage.names("two/signal-sample").len(), 2, "another identity");
}

#[test]
fn a_registered_agent_may_trade_signals() {
    let stage = Stage::new();
    stage.write("weights.csv", &sample_weights());
    let mut create = stage.command("agent create saved --out store --strategy");
    create.arg("{ kind = \"signals\", path = \"weights.csv\" }").args(["--risk", "unlimited"]);
    assert!(create.output().unwrap().status.success());
    let own = "name     = \"weights\"\nrisk     = \"unlimited\"\nstrategy = { kind = \"signals\", path = \"weights.csv\" }";
    assert!(SAMPLE.contains(own));
    stage.write("own.toml", SAMPLE);
    stage.write("saved.toml", &SAMPLE.replace(own, "registered = \"saved\""));
    let score = |file: &str, name: &str| {
        let text = stage.result(&format!("run {file} --out store --json"));
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let rows = json["rankings"].as_array().unwrap();
        rows.iter().find(|row| row["agent"] == name).unwrap()["score"].clone()
    };
    assert_eq!(score("own.toml", "weights"), score("saved.toml", "saved"));
}

#[test]
fn signals_are_company_in_a_sweep_and_their_own_parameters_can_be_swept() {
    let stage = Stage::new();
    stage.write("weights.csv", &sample_weights());
    let sweep = |agent: &str, parameters: &str| {
        format!("{SAMPLE}\n[sweep]\nagent = \"{agent}\"\n[sweep.parameters]\n{parameters}\n")
    };
    stage.write("company.toml", &sweep("hold", "size_pct = [50, 100]"));
    stage.result("run company.toml --out a --quiet");
    stage.write("own.toml", &sweep("weights", "stamped = [\"bar_open\", \"known_at\"]\ndrift_pct = [0, 10]"));
    stage.result("run own.toml --out a --quiet");
    for key in ["mode = [\"weight\", \"side\"]", "timeframe = [\"1h\", \"4h\"]"] {
        stage.write("refused.toml", &sweep("weights", key));
        let said = stage.run("check refused.toml");
        assert_eq!(said.code, Some(2));
        assert!(said.stderr.contains("of `signals` cannot be swept"), "{}", said.stderr);
    }
    // The trials differ, so their parameters reach them.
    let text = stage.result("sweep top signal-sample --out a");
    assert!(text.contains("known_at") && text.contains("bar_open") && text.contains("drift_pct"), "{text}");
}

/// Hourly closes of the sample's first symbol.
fn closes(prepared: &Prepared) -> (Vec<Timestamp>, Vec<f64>) {
    let bars = &prepared.market.symbols[0].bars;
    (bars.ts.clone(), bars.close.clone())
}

/// In where the close `ahead` bars from a bar is above that bar's close; stamped with that bar.
fn knowing(times: &[Timestamp], closes: &[f64], ahead: usize) -> String {
    let rows = (0..closes.len() - ahead)
        .map(|row| format!("{},{}\n", times[row], u8::from(closes[row + ahead] > closes[row])));
    format!("ts,ALPHA\n{}", rows.collect::<String>())
}

#[test]
fn a_planted_look_ahead_is_exposed_by_a_bar_of_delay() {
    let folder = tempfile::tempdir().unwrap();
    let text = SAMPLE
        .replace("\"all\"", "[\"ALPHA\"]")
        .replace("path = \"weights.csv\"", "path = \"weights.csv\", mode = \"side\", size_pct = 100");
    let text = text.replace("data/sample", concat!(env!("CARGO_MANIFEST_DIR"), "/data/sample"));
    fs::write(folder.path().join("weights.csv"), "ts,ALPHA\n2023-05-01,1\n").unwrap();
    let (times, closes) = closes(&ready(folder.path(), &text).unwrap());
    fs::write(folder.path().join("weights.csv"), knowing(&times, &closes, 1)).unwrap();
    let prepared = ready(folder.path(), &text).unwrap();
    let found = lag(&prepared, "weights", &[1, 2, 5], RunOptions::default(), &NoProgress).unwrap();
    let scores: Vec<f64> = found.rows.iter().map(|row| row.score.number().unwrap()).collect();
    assert!(scores[0] > 50.0 && scores[1] < scores[0] * 0.2, "{scores:?}");
    let sentence = found.sentence();
    assert!(sentence.contains("of the total return of `weights`: most often a look ahead"), "{sentence}");
    // Rows stamped a bar too early know the bar after the next one: they gain when they come late.
    fs::write(folder.path().join("weights.csv"), knowing(&times, &closes[1..], 1)).unwrap();
    let further = ready(folder.path(), &text).unwrap();
    let further = lag(&further, "weights", &[1, 2], RunOptions::default(), &NoProgress).unwrap();
    let sentence = further.sentence();
    assert!(sentence.starts_with("`weights` gains nothing without a delay, and "), "{sentence}");
    assert!(
        sentence.ends_with("with one bar of delay: chance, or rows that are stamped too early"),
        "{sentence}"
    );
    // Holding loses nothing by a bar.
    let honest = lag(&prepared, "hold", &[1], RunOptions::default(), &NoProgress).unwrap();
    let kept = honest.kept_return(&honest.rows[1]);
    assert!(kept.is_none_or(|kept| (kept - 1.0).abs() < 0.2), "{kept:?}");
    let error = lag(&prepared, "nobody", &[1], RunOptions::default(), &NoProgress).unwrap_err();
    assert!(matches!(error, RunError::NoSuchAgent { .. }));
}

#[test]
fn a_delay_moves_every_decision_by_as_many_bars() {
    let a = flat(10.0, 10);
    let folder = folder(&[("A", &a)]);
    fs::write(folder.path().join("signals.csv"), "ts,A\n2024-01-02,0.5\n2024-01-04,0\n").unwrap();
    let prepared = ready(folder.path(), &scenario("", "")).unwrap();
    let found = lag(&prepared, "one", &[3, 1, 3], RunOptions::default(), &NoProgress).unwrap();
    assert_eq!(found.rows.iter().map(|row| row.bars).collect::<Vec<_>>(), [0, 1, 3]);
    assert_eq!(found.sentence(), "`one` gains nothing without a delay: there is no edge to lose");
}

#[test]
fn symbols_are_those_of_the_folder_and_of_patterns() {
    let a = flat(10.0, 3);
    let folder = folder(&[("BTCUSDT", &a), ("ETHUSDT", &a), ("GOLD", &a)]);
    let symbols = |written: &str| {
        let text = format!(
            "[scenario]\nname = \"s\"\n[market]\npath = \"bars\"\nsymbols = {written}\ninterval = \"1d\"\n\
             [[agents]]\nname = \"a\"\nstrategy = {{ kind = \"buy_and_hold\" }}\n"
        );
        let source = ScenarioSource::parse(Path::new("s.toml"), text, folder.path(), &NoRegistry);
        source.map(|source| {
            let all = source.scenario.market.instruments.iter();
            all.map(|one| one.symbol.to_string()).collect::<Vec<_>>().join(" ")
        })
    };
    assert_eq!(symbols("\"all\"").unwrap(), "BTCUSDT ETHUSDT GOLD");
    assert_eq!(symbols("\"*USDT\"").unwrap(), "BTCUSDT ETHUSDT");
    assert_eq!(symbols("[\"GOLD\", \"*USDT\"]").unwrap(), "GOLD BTCUSDT ETHUSDT");
    assert_eq!(symbols("[\"ETHUSDT\", \"*\"]").unwrap(), "ETHUSDT BTCUSDT GOLD");
    let problem = |written: &str| {
        let Err(RunError::InvalidScenario { problems, .. }) = symbols(written) else { panic!("{written}") };
        format!("{}; {}", problems[0].message, problems[0].help.clone().unwrap_or_default())
    };
    assert_eq!(problem("\"*EUR\""), "no symbol matches `*EUR`; the data has BTCUSDT, ETHUSDT, GOLD");
    assert!(problem("\"GOLD\"").contains("must be a list of names, \"all\", or a pattern"));
    fs::rename(folder.path().join("bars"), folder.path().join("elsewhere")).unwrap();
    assert!(problem("\"all\"").starts_with("no market data at `bars`"), "{}", problem("\"all\""));
}

/// Random rows of a symbol on or beside the clock.
fn random_rows(dice: &mut Dice, market: &Market) -> Vec<Timestamp> {
    let often = 1 + dice.below(20);
    let shift = if dice.one_in(2) { 0 } else { dice.below(3_000) as i64 * 1_000_000 };
    let times = market.clock.iter().filter(|_| dice.one_in(often)).copied().collect::<Vec<_>>();
    times.into_iter().map(|at| Timestamp::from_micros(at.micros() + shift)).collect()
}

fn random_table(dice: &mut Dice, market: &Market, mode: SignalMode) -> SignalRows {
    let all: Vec<SymbolId> = (0..market.symbols.len() as u16).map(SymbolId).collect();
    if mode == SignalMode::Orders {
        let times = random_rows(dice, market);
        let order = |at| {
            let symbol = all[dice.below(all.len() as u64) as usize];
            let size = Size::percent_of_equity(dice.between(1.0, 60.0));
            let sell = dice.one_in(2);
            let request = if sell {
                OrderRequest::sell(symbol, Size::percent_of_position(dice.between(20.0, 100.0)), "sell")
            } else {
                OrderRequest::buy(symbol, size, "buy")
            };
            SignalOrder { at, request }
        };
        return SignalRows::Orders(times.into_iter().map(order).collect());
    }
    let most = 1.2 / all.len() as f64;
    let symbol = |symbol| {
        let times = random_rows(dice, market);
        let mut value = |_: &Timestamp| match (mode, dice.below(4)) {
            (_, 0) => Bps::ZERO,
            (SignalMode::Side, _) => Bps::WHOLE,
            _ => Bps::from_percent(100.0 * dice.between(0.0, most)),
        };
        let values = times.iter().map(|at| (*at, value(at))).collect();
        SymbolSignals { symbol, values }
    };
    SignalRows::Values(all.iter().copied().map(symbol).collect())
}

fn random_spec(dice: &mut Dice, market: &Market) -> StrategySpec {
    let pick = |dice: &mut Dice| dice.below(3) as usize;
    let mode = [SignalMode::Weight, SignalMode::Side, SignalMode::Orders][pick(dice)];
    let rows = random_table(dice, market, mode);
    let signals = SignalsSpec {
        path: "signals.csv".into(),
        stamped: [Stamp::BarOpen, Stamp::BarClose, Stamp::KnownAt][pick(dice)],
        mode,
        rebalance: [Rebalance::OnChange, Rebalance::OnRow, Rebalance::EveryBar][pick(dice)],
        drift: Bps::from_percent([0.0, 0.0, 2.0][pick(dice)]),
        table: Some(Arc::new(SignalTable { digest: String::new(), rows })),
    };
    StrategySpec {
        kind: StrategyKind::Signals(signals),
        symbols: (0..market.symbols.len() as u16).map(SymbolId).collect(),
        timeframe: market.interval,
        size: Bps::from_percent([100.0, 40.0, 7.0][pick(dice)]),
        entries: Default::default(),
    }
}

fn setup<'m>(job: &Job<'m>, cache: &'m IndicatorCache) -> Setup<'m> {
    let history = History { market: job.market, cache, ticks: job.window.ticks, warm_up: WarmUp::Before };
    Setup { history, seed: Seed(1), agent: "one", window: 0 }
}

/// The rows that are known by an instant.
fn known_by(spec: &StrategySpec, by: Timestamp) -> StrategySpec {
    let StrategyKind::Signals(signals) = &spec.kind else { unreachable!() };
    let known = |at: &Timestamp| signals.stamped.known(*at, spec.timeframe) <= by;
    let rows = match &signals.table.as_ref().unwrap().rows {
        SignalRows::Values(symbols) => SignalRows::Values(
            symbols
                .iter()
                .map(|symbol| SymbolSignals {
                    symbol: symbol.symbol,
                    values: symbol.values.iter().filter(|(at, _)| known(at)).copied().collect(),
                })
                .collect(),
        ),
        SignalRows::Orders(orders) => SignalRows::Orders(
            orders
                .iter()
                .filter(|order| known(&order.at))
                .map(|order| SignalOrder { at: order.at, request: order.request })
                .collect(),
        ),
    };
    let table = Some(Arc::new(SignalTable { digest: "cut".to_owned(), rows }));
    StrategySpec { kind: StrategyKind::Signals(SignalsSpec { table, ..signals.clone() }), ..spec.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_loops_trade_signals_alike_also_late(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let fixture = fixture(&mut dice);
        let (ticks, spec) = (window(&mut dice, &fixture.market), random_spec(&mut dice, &fixture.market));
        let job = Job { window: Window { index: 0, ticks }, ..fixture.job() };
        let cache = IndicatorCache::new();
        let delay = [0, 0, 1, 3][dice.below(4) as usize];
        both(&job, &(seed, delay), || prepare_strategy(&spec, &setup(&job, &cache)).delayed(delay));
    }

    /// A row that is known only after the window's last decision changes nothing in it.
    #[test]
    fn no_row_is_seen_before_it_is_known(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let fixture = fixture(&mut dice);
        let spec = random_spec(&mut dice, &fixture.market);
        let last = 1 + dice.below(fixture.market.clock.len() as u64) as usize;
        let ticks = TickRange { first: 0, last };
        let job = Job { window: Window { index: 0, ticks }, ..fixture.job() };
        let cache = IndicatorCache::new();
        let cut = known_by(&spec, fixture.market.close_time(last - 1));
        let (all, _) = both(&job, &seed, || prepare_strategy(&spec, &setup(&job, &cache)));
        let (known, _) = both(&job, &seed, || prepare_strategy(&cut, &setup(&job, &cache)));
        prop_assert_eq!(format!("{all:?}"), format!("{known:?}"));
    }
}

#[test]
fn the_random_files_trade_and_skip() {
    let (mut made, mut cut, mut slow, mut fast) = (0, 0, 0, 0);
    for seed in 0..500 {
        let mut dice = Dice(seed);
        let fixture = fixture(&mut dice);
        let spec = random_spec(&mut dice, &fixture.market);
        let job = fixture.job();
        let cache = IndicatorCache::new();
        let (replay, calls) = both(&job, &seed, || prepare_strategy(&spec, &setup(&job, &cache)));
        made += replay.fills.len();
        cut += replay.flags.cut_fills;
        (slow, fast) = (slow + calls[0], fast + calls[1]);
    }
    assert!(made > 3_000 && cut > 40, "{made} fills, {cut} cut");
    assert!(fast * 10 < slow * 9, "called {fast} times of {slow}");
}
