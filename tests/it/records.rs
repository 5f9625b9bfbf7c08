//! Leaderboards over whole records, as the program writes and prints them. Tests on recorded bars are skipped
//! where those are absent (`TILTYARD_SHARED`, else `../shared`).

use serde_json::Value;

use crate::support::shared::shared;
use crate::support::stage::Stage;

/// The leaderboard of the only run in `out/<name>`.
fn leaderboard(stage: &Stage, name: &str) -> Value {
    let below = format!("out/{name}");
    let run = stage.names(&below).into_iter().find(|name| !name.starts_with('.')).unwrap();
    let text = std::fs::read_to_string(stage.path(&format!("{below}/{run}/leaderboard.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn rows(board: &Value) -> &Vec<Value> {
    board["rankings"].as_array().unwrap()
}

fn row<'b>(board: &'b Value, agent: &str) -> &'b Value {
    rows(board).iter().find(|row| row["agent"] == agent).unwrap()
}

/// A row's ranking score as a number: infinities beyond all numbers, missing scores before all.
fn score(row: &Value) -> f64 {
    let reason = row["missing"]["score"].as_str().unwrap_or_default();
    match row["score"].as_f64() {
        Some(score) => score,
        None if reason.starts_with("+infinity") => f64::MAX,
        None if reason.starts_with("-infinity") => f64::MIN / 2.0,
        None => f64::MIN,
    }
}

fn run_changed(stage: &Stage, scenario: &str, changes: &[(&str, &str)]) -> (String, Value) {
    let path = format!("scenarios/{scenario}.toml");
    let mut text = std::fs::read_to_string(stage.path(&path)).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    stage.write("changed.toml", &text);
    let table = stage.result("run changed.toml --out out");
    (table, leaderboard(stage, &scenario.replace('_', "-")))
}

/// An agent without a losing trade, or a losing bar, ranks above every finite score.
#[test]
fn an_agent_without_losses_ranks_above_every_finite_score() {
    for metric in ["profit_factor", "sortino_ratio", "calmar_ratio"] {
        let stage = Stage::new();
        let by = format!("ranking_metric = \"{metric}\"");
        let (table, board) =
            run_changed(&stage, "first_tournament", &[("ranking_metric = \"sharpe_ratio\"", &by)]);
        let scores: Vec<f64> = rows(&board).iter().map(score).collect();
        assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]), "{metric} {scores:?}\n{table}");
        for row in rows(&board) {
            let lossless = row["missing"]["profit_factor"].as_str() == Some("+infinity: no losing trades");
            if metric == "profit_factor" && lossless {
                assert!(row["profit_factor"].is_null());
                assert_eq!(row["rank"], 1, "{table}");
                assert!(table.contains("inf"), "{table}");
            }
            assert!(row["record_days"] == 180, "{row}");
        }
        assert!(!table.contains("final equity"), "{table}");
    }
}

/// The same growth in the leaderboard, in each window, and at the end of the curve.
#[test]
fn growth_is_the_same_in_every_output() {
    let stage = Stage::new();
    let (_, board) = run_changed(&stage, "first_tournament", &[]);
    let breakout = row(&board, "breakout");
    let roi = breakout["roi_pct"].as_f64().unwrap();
    let windows = breakout["windows"].as_array().unwrap();
    assert_eq!(windows.len(), 6);
    let grown = windows.iter().map(|window| 1.0 + window["roi_pct"].as_f64().unwrap() / 100.0);
    assert!((grown.product::<f64>() - 1.0 - roi / 100.0).abs() < 1e-12);
    let pnl: f64 = windows.iter().map(|one| one["total_pnl"].as_str().unwrap().parse::<f64>().unwrap()).sum();
    assert!((pnl - breakout["total_pnl"].as_str().unwrap().parse::<f64>().unwrap()).abs() < 1e-6);
    let equity = breakout["final_equity"].as_str().unwrap().parse::<f64>().unwrap();
    assert!((equity / 10_000.0 - 1.0 - roi / 100.0).abs() < 1e-9, "{equity} {roi}");
    let text = stage.result("show first-tournament --out out");
    let line = text.lines().find(|line| line.contains(" breakout ")).unwrap();
    assert!(line.contains(&format!("{roi:+.2}")), "{line}");
}

/// Windows of two weeks have no annualised growth; the record of 24 of them has.
#[test]
fn growth_is_annualised_for_the_record_not_for_short_windows() {
    let stage = Stage::new();
    let (table, board) = run_changed(&stage, "league_of_twelve", &[]);
    assert!(table.contains("annualised from 336 days"), "{table}");
    for row in rows(&board) {
        assert_eq!(
            (row["record_days"].as_i64(), row["annualised_from_days"].as_i64()),
            (Some(336), Some(336))
        );
        if let Some(calmar) = row["calmar_ratio"].as_f64() {
            assert!(calmar.abs() < 100.0, "{row}");
        }
        assert!(row["cagr_pct"].as_f64().unwrap().abs() < 1000.0, "{row}");
    }
    let short = stage.result("show league-of-twelve --out out --agent trend");
    assert!(short.contains("too short: under 30 days of record"), "{short}");
}

#[test]
fn agents_below_min_trades_are_listed_unranked() {
    let stage = Stage::new();
    let by = "ranking_metric = \"roi_pct\"\nmin_trades = 10\naggregate = \"median\"";
    let (table, board) =
        run_changed(&stage, "first_tournament", &[("ranking_metric = \"sharpe_ratio\"", by)]);
    let (ranked, below): (Vec<&Value>, Vec<&Value>) =
        rows(&board).iter().partition(|row| row["trades"].as_u64().unwrap() >= 10);
    assert!(!ranked.is_empty() && !below.is_empty());
    assert!(ranked.iter().all(|row| row["rank"].is_u64()) && below.iter().all(|row| row["rank"].is_null()));
    assert!(rows(&board)[ranked.len()..].iter().all(|row| row["rank"].is_null()), "{table}");
    assert!(table.contains("not ranked: fewer than 10 trades: "), "{table}");
    assert!(
        table.contains(" scored ")
            && table.contains("`median ROI %` is the median of the scores of 6 windows"),
        "{table}"
    );
}

#[test]
fn overlapping_windows_are_reported() {
    let stage = Stage::new();
    let rolling = "windows        = { kind = \"rolling\", length = \"30d\", step = \"15d\", count = 6 }";
    let sequential = "windows        = { kind = \"sequential\", length = \"30d\", count = 6 }";
    let (table, board) = run_changed(&stage, "first_tournament", &[(sequential, rolling)]);
    assert_eq!(board["windows_overlap"], true);
    assert_eq!(table.matches("windows overlap: ").count(), 1, "{table}");
}

/// A registered agent's history agrees with the leaderboard of its only run.
#[test]
fn an_agents_history_agrees_with_the_leaderboard() {
    let stage = Stage::new();
    let create =
        ["agent", "create", "cross", "--strategy", "{ kind = \"sma_cross\", fast = 20, slow = 100 }"];
    let mut command = stage.command("");
    assert!(command.args(create).args(["--out", "out"]).output().unwrap().status.success());
    stage.write(
        "own.toml",
        "[scenario]\nname = \"own\"\n\n[market]\npath = \"data/sample\"\nsymbols = [\"ALPHA\", \"BRAVO\"]\n\
         interval = \"1h\"\nstart = 2023-05-01\nend = 2023-11-01\nquote = \"USD\"\n\n\
         [[agents]]\nregistered = \"cross\"\n\n[[agents]]\nname = \"hold\"\nstrategy = { kind = \"buy_and_hold\" }\n\n\
         [battle]\nwindows = { kind = \"sequential\", length = \"30d\" }\n\n[metrics]\nrisk_free_rate = 0.03\n",
    );
    stage.result("run own.toml --out out --quiet");
    let board = leaderboard(&stage, "own");
    let board = row(&board, "cross");
    let json = |words: &str| -> Value { serde_json::from_str(&stage.result(words)).unwrap() };
    let metrics = json("agent metrics cross --out out --json");
    let compared = json("agent compare cross cross@1 --out out --json");
    for tally in [&metrics["tally"], &compared[0]["tally"], &compared[1]["tally"]] {
        for metric in ["roi_pct", "sharpe_ratio", "max_drawdown_pct", "win_rate", "profit_factor", "trades"] {
            assert_eq!(tally[metric], board[metric], "{metric} of {tally}");
        }
        assert_eq!(tally["total_pnl"], board["total_pnl"]);
        assert_eq!(tally["fees"], board["fees"]);
    }
    let roi = format!("{:+.2}", board["roi_pct"].as_f64().unwrap());
    let overview = stage.result("agent overview --out out");
    assert!(overview.contains(&roi), "{roi} in {overview}");
}

/// Holding BTC over 24 windows returns what the market returned (-5 %, with a drawdown of two thirds), not
/// the mean of its windows, which is a gain.
#[test]
fn holding_btc_over_24_windows_returns_the_market_return() {
    let Some(folder) = shared("binance") else {
        eprintln!("skipped: no recorded bars");
        return;
    };
    let stage = Stage::new();
    stage.write(
        "hold.toml",
        &format!(
            "[scenario]\nname = \"hold\"\n\n[market]\npath = \"{}\"\nsymbols = [\"BTCUSDT\"]\ninterval = \"1h\"\n\
             start = 2022-01-01\nend = 2023-12-22\nquote = \"USDT\"\n\n[venue]\ntaker_fee_bps = 0\nmaker_fee_bps = 0\n\n\
             [[agents]]\nname = \"hold\"\nrisk = \"unlimited\"\nstrategy = {{ kind = \"buy_and_hold\" }}\n\n\
             [[agents]]\nname = \"cash\"\nstrategy = {{ kind = \"cash\" }}\n\n[battle]\n\
             windows = {{ kind = \"sequential\", length = \"30d\", count = 24 }}\n",
            folder.display()
        ),
    );
    let table = stage.result("run hold.toml --out out");
    let board = leaderboard(&stage, "hold");
    let hold = row(&board, "hold");
    let number = |key: &str| hold[key].as_f64().unwrap();
    // Each window is entered at its second bar: 24 hours of two years are missed.
    assert!((-7.0..-4.0).contains(&number("roi_pct")), "{table}");
    assert!((-68.5..-66.5).contains(&number("max_drawdown_pct")), "{table}");
    assert!((-0.2..0.0).contains(&number("calmar_ratio")), "{table}");
    let mean =
        hold["windows"].as_array().unwrap().iter().map(|one| one["roi_pct"].as_f64().unwrap()).sum::<f64>();
    assert!(mean / 24.0 > 1.0, "{table}");
    assert_eq!(row(&board, "cash")["rank"], 1, "{table}");
}

/// 48 windows of 30 days of BTCUSDT. One agent trades in 6 of them and loses a little, the other holds. With the scores of
/// the other put in the place of those that it did not have, the rare one was once called the winner.
#[test]
fn a_rare_trader_of_bitcoin_is_not_called_better_than_holding() {
    let Some(bars) = shared("binance-ccxt/BTCUSDT_1d.parquet") else {
        eprintln!("skipped: no recorded bars of BTCUSDT");
        return;
    };
    let (folder, stage) = (bars.parent().unwrap().display().to_string(), Stage::new());
    for (metric, aggregate) in [
        ("sharpe_ratio", "record"),
        ("roi_pct", "record"),
        ("sortino_ratio", "record"),
        ("sharpe_ratio", "mean"),
        ("roi_pct", "mean"),
        ("roi_pct", "median"),
    ] {
        stage.write(
            "rare.toml",
            &format!(
                r#"
[scenario]
name = "rare-{metric}-{aggregate}"
[market]
path = "{folder}"
symbols = ["BTCUSDT"]
interval = "1d"
start = 2020-12-01
end = 2024-11-10
[[agents]]
name = "rare"
strategy = {{ kind = "rsi_reversion", period = 14, entry_below = 25, exit_above = 55 }}
[[agents]]
name = "hold"
risk = "unlimited"
strategy = {{ kind = "buy_and_hold" }}
[battle]
ranking_metric = "{metric}"
aggregate = "{aggregate}"
windows = {{ kind = "sequential", length = "30d", count = 48 }}
[tournament]
resamples = 200
"#
            ),
        );
        stage.result("run rare.toml --out out");
        let text = stage.result(&format!("standings rare-{metric}-{aggregate} --out out --json"));
        let found: Value = serde_json::from_str(&text).unwrap();
        let rows = found["standings"].as_array().unwrap();
        let ranked = |name: &str| rows.iter().find(|row| row["agent"] == name).unwrap();
        assert_eq!(
            (ranked("rare")["acted_windows"].as_u64(), ranked("hold")["acted_windows"].as_u64()),
            (Some(6), Some(48))
        );
        let verdict = &found["verdict"];
        let called = verdict["outcome"] == "called";
        assert!(!(called && verdict["leader"] == "rare"), "{metric}, {aggregate}: {verdict}");
        if aggregate != "median" {
            // Cash in 42 windows is not better than what holding earned in them.
            assert_eq!(verdict["leader"], "hold", "{metric}, {aggregate}: {verdict}");
        }
        let board = leaderboard(&stage, &format!("rare-{metric}-{aggregate}"));
        assert!(row(&board, "rare")["roi_pct"].as_f64().unwrap() < 0.0);
        assert!(row(&board, "hold")["roi_pct"].as_f64().unwrap() > 100.0);
    }
}

/// A record's drawdown may reach over several windows; the list of those within windows says so and names it.
#[test]
fn worst_drawdowns_name_that_of_the_record() {
    let stage = Stage::new();
    let (_, board) = run_changed(&stage, "first_tournament", &[]);
    let depth = row(&board, "hold")["max_drawdown_pct"].as_f64().unwrap();
    let page = stage.result("show first-tournament --out out --agent hold");
    assert!(page.contains("Largest drawdowns within windows"), "{page}");
    assert!(page.contains(&format!("the record's: {depth:.2} % from 20")), "{page}");
    stage.result("report first-tournament --out out");
    let run = stage.names("out/first-tournament").into_iter().find(|name| !name.starts_with('.')).unwrap();
    let html =
        std::fs::read_to_string(stage.path(&format!("out/first-tournament/{run}/report.html"))).unwrap();
    assert!(html.contains(&format!("the record&#x27;s: {depth:.2} % from 20")), "{depth}");
}

/// Of one window too: no growth a year under 30 days, and a mark under a year.
#[test]
fn growth_a_year_of_a_single_window_is_refused_or_marked() {
    let stage = Stage::new();
    let run = |end: &str, name: &str| {
        stage.write(
            "one.toml",
            &format!(
                r#"
[scenario]
name = "{name}"
[market]
path = "data/sample"
symbols = ["ALPHA"]
interval = "1h"
start = 2023-01-02
end = {end}
[[agents]]
name = "hold"
risk = "unlimited"
strategy = {{ kind = "buy_and_hold" }}
"#
            ),
        );
        let table = stage.result("run one.toml --out out");
        (table, leaderboard(&stage, name), stage.result(&format!("show {name} --out out --agent hold")))
    };
    let (table, board, page) = run("2023-01-30", "short");
    let cagr = |page: &str| page.lines().find(|line| line.starts_with("CAGR")).unwrap().to_owned();
    assert!(row(&board, "hold")["cagr_pct"].is_null() && row(&board, "hold")["calmar_ratio"].is_null());
    assert!(table.contains("too short: under 30 days of record: Calmar of hold"), "{table}");
    assert!(cagr(&page).ends_with("too short: under 30 days of record"), "{page}");
    let (table, board, page) = run("2023-03-03", "middling");
    assert_eq!(row(&board, "hold")["annualised_from_days"], 60);
    assert!(table.contains("CAGR and Calmar are annualised from 60 days"), "{table}");
    assert!(
        cagr(&page).ends_with("%  annualised from 60 days")
            || cagr(&page).ends_with("% annualised from 60 days"),
        "{page}"
    );
}
