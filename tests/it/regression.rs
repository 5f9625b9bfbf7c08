//! One named case for each fixed bug, and for those known defects of the reference platform that only show
//! end to end: file in, result folder out. The other defects are covered in `reference_defects_engine.rs` (1
//! to 6 and 11), `reference_defects_metrics.rs` (7, 8 and 10), `src/strategy/rules/tests/conditions.rs` (4
//! and 9) and `src/scenario/tests/` (8, 11 and 12).

use std::fs;
use std::path::PathBuf;

use crate::support::stage::{Stage, files};
use serde_json::Value;
use tiltyard::internals::data::synth;
use tiltyard::internals::domain::{Interval, Timestamp};
use tiltyard::internals::market::{Bars, write_bars};

/// A scenario of these agents over a folder, with defaults.
fn scenario(name: &str, market: &str, agents: &str) -> String {
    format!("[scenario]\nname = \"{name}\"\n\n[market]\n{market}\n\n{agents}\n")
}

fn agent(name: &str, strategy: &str) -> String {
    format!("[[agents]]\nname = \"{name}\"\nrisk = \"unlimited\"\nstrategy = {{ {strategy} }}\n\n")
}

fn board(stage: &Stage, words: &str) -> Value {
    serde_json::from_str(&stage.result(&format!("{words} --json --quiet"))).unwrap()
}

fn row<'b>(board: &'b Value, agent: &str) -> &'b Value {
    board["rankings"].as_array().unwrap().iter().find(|row| row["agent"] == agent).unwrap()
}

/// A file in an agent's result folder.
fn agent_file(stage: &Stage, out: &str, board: &Value, agent: &str, file: &str) -> String {
    let (scenario, run) = (board["scenario"].as_str().unwrap(), board["run_id"].as_str().unwrap());
    let path: PathBuf = [out, scenario, run, "agents", agent, file].iter().collect();
    fs::read_to_string(stage.path(path.to_str().unwrap())).unwrap()
}

/// Hourly bars of the sample's first symbol.
fn sample_bars(count: u32) -> Bars {
    let interval: Interval = "1h".parse().unwrap();
    let spec = synth::SynthSpec { interval, bars: count, ..synth::sample() };
    synth::generate(&spec).remove(0).1
}

/// Bars that open at one price and close at the next.
fn bars(closes: &[f64]) -> Bars {
    let interval: Interval = "1d".parse().unwrap();
    let mut bars = Bars::with_capacity(interval, closes.len());
    let mut open = closes[0];
    for (day, &close) in closes.iter().enumerate() {
        let at = Timestamp::from_micros(1_704_067_200_000_000) + interval.span().times(day as i64);
        bars.push(at, [open, open.max(close), open.min(close), close, 1000.0]);
        open = close;
    }
    bars
}

/// The first rows of bars.
fn cut(bars: &Bars, rows: usize) -> Bars {
    let mut short = Bars::with_capacity(bars.interval, rows);
    for row in 0..rows {
        let values = [bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]];
        short.push(bars.ts[row], values);
    }
    short
}

/// Defect 4 of the reference platform: coarse candles are visible at their open time (look-ahead). Here
/// truncating the data (in the middle of a day and of a 4h bar) changes nothing before the cut.
#[test]
fn defect_4_later_data_never_changes_earlier_results() {
    let stage = Stage::new();
    let whole = sample_bars(2000);
    let agents = [
        agent("macd", r#"kind = "macd", timeframe = "4h""#),
        agent("channel", r#"kind = "donchian_breakout", entry = 5, exit = 3, timeframe = "1d""#),
        agent("rules", r#"kind = "rules", enter_all = ["close@1d > sma(3)@1d", "rsi(7)@4h < 60"], exit_any = ["close@1d < sma(3)@1d"], stop_loss_pct = 3"#),
        agent("dice", r#"kind = "random", turnover = 3"#),
    ]
    .concat();
    let mut fills = Vec::new();
    for (name, rows) in [("whole", 2000), ("cut", 1531)] {
        fs::create_dir(stage.path(name)).unwrap();
        write_bars(&stage.path(name).join("A_1h.parquet"), &cut(&whole, rows)).unwrap();
        let market = format!("path = \"{name}\"\nsymbols = [\"A\"]\ninterval = \"1h\"");
        stage.write("s.toml", &scenario("s", &market, &agents));
        let board = board(&stage, &format!("run s.toml --csv --out out-{name}"));
        fills.push(
            ["macd", "channel", "rules", "dice"]
                .map(|agent| agent_file(&stage, &format!("out-{name}"), &board, agent, "fills.csv")),
        );
    }
    for (whole, cut) in fills[0].iter().zip(&fills[1]) {
        assert!(cut.lines().count() > 5, "{cut}");
        assert!(whole.len() > cut.len() && whole.starts_with(cut.as_str()), "{whole}\n---\n{cut}");
    }
}

/// Defect 8 of the reference platform: an agent without losses ranks last by profit factor, and an idle one
/// above a losing one.
#[test]
fn defect_8_an_undefined_metric_is_null_and_idle_agents_rank_before_losing_ones() {
    let stage = Stage::new();
    fs::create_dir(stage.path("fall")).unwrap();
    let closes: Vec<f64> =
        (0..40).map(|day| 200.0 - f64::from(day) * 2.0 - f64::from(day * day % 7)).collect();
    write_bars(&stage.path("fall/A_1d.parquet"), &bars(&closes)).unwrap();
    let agents = [agent("idle", r#"kind = "cash""#), agent("loser", r#"kind = "buy_and_hold""#)].concat();
    let market = "path = \"fall\"\nsymbols = [\"A\"]\ninterval = \"1d\"";
    for metric in ["sharpe_ratio", "roi_pct"] {
        let text = scenario("fall", market, &agents) + &format!("[battle]\nranking_metric = \"{metric}\"\n");
        stage.write("s.toml", &text);
        let board = board(&stage, "run s.toml --out out");
        assert_eq!(board["rankings"][0]["agent"], "idle", "{metric}");
        assert!(row(&board, "idle")["sharpe_ratio"].is_null());
        assert!(row(&board, "loser")["sharpe_ratio"].as_f64().unwrap() < 0.0);
    }
}

/// Defect 9 of the reference platform: "cross" means "is above", and conditions on volume are never true.
#[test]
fn defect_9_a_cross_is_an_event_and_volume_conditions_pass() {
    let stage = Stage::new();
    fs::create_dir(stage.path("rise")).unwrap();
    // Above its average from the third close on, without crossing it after the average exists.
    let closes: Vec<f64> = (0..30).map(|day| 100.0 + f64::from(day)).collect();
    write_bars(&stage.path("rise/A_1d.parquet"), &bars(&closes)).unwrap();
    let agents = [
        agent("above", r#"kind = "rules", enter_all = ["close > sma(3)"]"#),
        agent("cross", r#"kind = "rules", enter_all = ["close crosses_above sma(3)"]"#),
        agent("volume", r#"kind = "rules", enter_all = ["volume >= volume_average(3)"]"#),
    ]
    .concat();
    let market = "path = \"rise\"\nsymbols = [\"A\"]\ninterval = \"1d\"";
    stage.write("s.toml", &scenario("rise", market, &agents));
    let board = board(&stage, "run s.toml --out out --csv");
    let fills = |agent| agent_file(&stage, "out", &board, agent, "fills.csv").lines().count() - 1;
    assert_eq!((fills("above"), fills("cross"), fills("volume")), (1, 0, 1));
}

/// Defect 11 of the reference platform: a restart loses running jobs, and an account runs one test at a time.
/// Here concurrent runs in one output folder, of one scenario and of two, are independent and complete.
#[test]
fn defect_11_concurrent_runs_are_independent() {
    let stage = Stage::new();
    let names = ["first_tournament", "daily_rotation", "first_tournament", "single_window"];
    let children: Vec<_> = names
        .iter()
        .map(|name| {
            stage.command(&format!("run scenarios/{name}.toml --out together --quiet")).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    for name in &names[1..] {
        stage.result(&format!("run scenarios/{name}.toml --out alone --quiet"));
    }
    assert!(files(&stage.path("together")) == files(&stage.path("alone")));
    let runs: Value = serde_json::from_str(&stage.result("runs --out together --json")).unwrap();
    assert_eq!(runs.as_array().unwrap().len(), 3);
}

/// Defect 11 of the reference platform: an end before the start, unknown pairs and unknown intervals are
/// accepted.
#[test]
fn defect_11_invalid_scenarios_are_refused_before_the_first_bar() {
    let stage = Stage::with_mistakes();
    for (mistake, code, said) in [
        ("end_before_start", 2, "`end` is not after `start`"),
        ("bad_interval", 2, "`7m` does not divide a day"),
        ("agent_symbol", 2, "unknown symbol `BRAVA`"),
        ("data_unknown_symbol", 3, "no file for symbol `BRAOV`"),
    ] {
        let run = stage.run(&format!("run {mistake}.toml --out out"));
        assert_eq!(run.code, Some(code));
        assert!(run.stderr.contains(said), "{}", run.stderr);
        assert!(!stage.path("out").exists());
    }
}

/// Defect 12 of the reference platform: the base asset is found by removing "USDT" from the symbol, so `A`
/// and `AUSDT` would share a wallet. Here symbols are opaque names.
#[test]
fn defect_12_symbols_are_names_and_each_has_its_own_position() {
    let stage = Stage::new();
    fs::create_dir(stage.path("names")).unwrap();
    let (rise, fall) = (bars(&[100.0, 100.0, 150.0, 200.0]), bars(&[100.0, 100.0, 50.0, 25.0]));
    for (symbol, bars) in [("A", &rise), ("AUSDT", &fall), ("USDTA", &rise), ("USDTAUSDT", &fall)] {
        write_bars(&stage.path("names").join(format!("{symbol}_1d.parquet")), bars).unwrap();
    }
    let hold =
        |name: &str, symbol: &str| agent(name, &format!("kind = \"buy_and_hold\", symbols = [\"{symbol}\"]"));
    let agents = [
        hold("a", "A"),
        hold("b", "AUSDT"),
        hold("c", "USDTA"),
        hold("d", "USDTAUSDT"),
        agent("all", "kind = \"buy_and_hold\""),
    ]
    .concat();
    let market = "path = \"names\"\nsymbols = [\"A\", \"AUSDT\", \"USDTA\", \"USDTAUSDT\"]\ninterval = \"1d\"\nquote = \"USDT\"";
    let text = scenario("names", market, &agents) + "[venue]\ntaker_fee_bps = 0\n";
    stage.write("s.toml", &text);
    let board = board(&stage, "run s.toml --out out --csv");
    let equity = |agent: &str| row(&board, agent)["final_equity"].as_str().unwrap().parse::<f64>().unwrap();
    // Bought at the second open (100), marked at the last close.
    for (agent, expected) in
        [("a", 20_000.0), ("b", 2_500.0), ("c", 20_000.0), ("d", 2_500.0), ("all", 11_250.0)]
    {
        assert!((equity(agent) - expected).abs() < 1e-3, "{agent}: {}", equity(agent));
    }
    let trades = agent_file(&stage, "out", &board, "all", "trades.csv");
    for symbol in ["A", "AUSDT", "USDTA", "USDTAUSDT"] {
        assert_eq!(trades.matches(&format!(",{symbol},")).count(), 1, "{trades}");
    }
}

/// Regression: a scenario in the working directory had an empty folder path, so the folders above were not
/// tried, and the bundled scenarios did not find the sample when started from `scenarios/`.
#[test]
fn a_scenario_in_the_working_directory_searches_parent_folders() {
    let stage = Stage::new();
    let output =
        stage.command("check first_tournament.toml").current_dir(stage.path("scenarios")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Regression: `close_at_end` ignored the participation cap. The cap applies, and the unsold rest is
/// reported.
#[test]
fn quantity_unsold_because_of_the_cap_is_reported() {
    let stage = Stage::new();
    fs::create_dir(stage.path("flat")).unwrap();
    write_bars(&stage.path("flat").join("AAA_1d.parquet"), &bars(&[100.0; 5])).unwrap();
    let market = "path = \"flat\"\nsymbols = [\"AAA\"]\ninterval = \"1d\"";
    // 10 a bar: the last bar's 10 are bought, so none of its volume is left for a sale.
    let venue = "[venue]\nparticipation_cap_pct = 1\nclose_at_end = true\n";
    stage.write("s.toml", &(scenario("flat", market, &agent("hold", "kind = \"buy_and_hold\"")) + venue));
    let board = board(&stage, "run s.toml --out out --csv");
    let file = |name: &str| agent_file(&stage, "out", &board, "hold", name);
    assert!(!file("fills.csv").contains("sell"), "{}", file("fills.csv"));
    assert!(file("trades.csv").contains("unsold_at_end"), "{}", file("trades.csv"));
    assert!(file("orders.csv").contains("unsold_at_end"), "{}", file("orders.csv"));
    let said = stage.run("run s.toml --out out2");
    let said = said.stdout + &said.stderr;
    assert!(said.contains("unsold_at_end: AAA"), "{said}");
}
