//! Guarantees about market data: one price for orders, indicators and statistics; prices that cannot be
//! represented are refused or quoted in a unit; filled bars are never traded; errors stop a run; dates are
//! the days that bars cover.
#![allow(clippy::print_stderr, reason = "a test says where it skips")]

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::{Array, BooleanArray, Decimal128Array};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use tiltyard::internals::domain::{Span, Timestamp};
use tiltyard::internals::market::{Bars, write_bars};

use crate::support::stage::Stage;

const FREE: &str = "[venue]\ntaker_fee_bps = 0\nmaker_fee_bps = 0\nslippage = { model = \"none\" }\n";

/// A stage with one file of bars.
fn stage(file: &str, bars: &Bars) -> Stage {
    let stage = Stage::new();
    write_bars(&stage.path("bars").join(file), bars).unwrap();
    stage
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Consecutive bars from a start: open, high, low, close, volume.
fn bars(interval: &str, start: &str, rows: impl IntoIterator<Item = [f64; 5]>) -> Bars {
    let mut bars = Bars::with_capacity(interval.parse().unwrap(), 0);
    for (index, row) in (0..).zip(rows) {
        bars.push(at(start) + bars.interval.span().times(index), row);
    }
    bars
}

fn flat(price: f64) -> [f64; 5] {
    [price, price, price, price, 1000.0]
}

/// A random walk of closes as 32-bit floats, on the days that `open` selects.
fn walk(days: i64, start: &str, level: f64, open: impl Fn(i64) -> bool) -> Bars {
    let mut state = 5_u64;
    let mut draw = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    let mut bars = Bars::with_capacity("1d".parse().unwrap(), 0);
    let mut close = level;
    for day in (0..days).filter(|&day| open(day)) {
        let before = close;
        close = f64::from((close * (1.0 + 0.06 * draw())) as f32);
        let row = [before, before.max(close), before.min(close), close, 1000.0];
        bars.push(at(start) + Span::DAY.times(day), row.map(|value| f64::from(value as f32)));
    }
    bars
}

fn scenario(market: &str, rest: &str, agents: &[(&str, &str)]) -> String {
    let agents: String = agents
        .iter()
        .map(|(name, more)| format!("[[agents]]\nname = \"{name}\"\nrisk = \"unlimited\"\n{more}\n"))
        .collect();
    format!("[scenario]\nname = \"promise\"\nseed = 1\n[market]\npath = \"bars\"\n{market}\n{rest}\n{agents}")
}

const HOLD: &str = "strategy = { kind = \"buy_and_hold\" }";

/// The folder of the only run.
fn folder(stage: &Stage, out: &str) -> PathBuf {
    let runs = stage.names(&format!("{out}/promise")).into_iter().filter(|name| !name.starts_with('.'));
    stage.path(out).join("promise").join(runs.collect::<Vec<_>>().remove(0))
}

fn json(file: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// The leaderboard's row of an agent.
fn row(stage: &Stage, out: &str, agent: &str) -> Value {
    let board = json(&folder(stage, out).join("leaderboard.json"));
    board["rankings"].as_array().unwrap().iter().find(|row| row["agent"] == agent).unwrap().clone()
}

/// Equity in units and whether a position was held, per bar, from an agent's equity file.
fn equity(run: &Path, agent: &str) -> Vec<(i128, bool)> {
    let file = File::open(run.join("agents").join(agent).join("equity.parquet")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let mut all = Vec::new();
    for batch in reader {
        let batch = batch.unwrap();
        let column = |name: &str| batch.column_by_name(name).unwrap().clone();
        let (equity, held) = (column("equity"), column("in_market"));
        let equity = equity.as_any().downcast_ref::<Decimal128Array>().unwrap().clone();
        let held = held.as_any().downcast_ref::<BooleanArray>().unwrap().clone();
        all.extend((0..equity.len()).map(|row| (equity.value(row), held.value(row))));
    }
    all
}

/// The values of a column of amounts in units, without nulls.
fn decimals(file: &Path, name: &str) -> Vec<i128> {
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(File::open(file).unwrap()).unwrap().build().unwrap();
    let column = |batch: arrow_array::RecordBatch| -> Vec<i128> {
        let column = batch.column_by_name(name).unwrap().clone();
        column.as_any().downcast_ref::<Decimal128Array>().unwrap().iter().flatten().collect()
    };
    reader.flat_map(|batch| column(batch.unwrap())).collect()
}

fn close(found: &Value, wanted: f64, what: &str) {
    let found = found.as_f64().unwrap();
    assert!((found - wanted).abs() <= 1e-9 * wanted.abs() + 1e-12, "{what}: {found}, not {wanted}");
}

/// Compares the statistics of daily bars with ones computed from an agent's equity file.
fn agree(run: &Path, agent: &str, start: f64) {
    let job = json(&run.join("agents").join(agent).join("metrics.json"))["windows"][0].clone();
    let rows = equity(run, agent);
    let curve: Vec<f64> =
        std::iter::once(start).chain(rows.iter().map(|&(units, _)| units as f64 / 1e8)).collect();
    let returns: Vec<f64> = curve.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect();
    let n = returns.len() as f64;
    let mean = returns.iter().sum::<f64>() / n;
    let deviation = (returns.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let year = job["periods_per_year"].as_f64().unwrap();
    let (mut peak, mut depth) = (start, 0.0_f64);
    for &value in &curve {
        peak = peak.max(value);
        depth = depth.min(value / peak - 1.0);
    }
    let metrics = &job["metrics"];
    close(&metrics["volatility_pct"], deviation * year.sqrt() * 100.0, agent);
    close(&metrics["sharpe_ratio"], mean / deviation * year.sqrt(), agent);
    close(&metrics["max_drawdown_pct"], depth * 100.0, agent);
    let growth: f64 = returns.iter().map(|r| 1.0 + r).product();
    close(&metrics["cagr_pct"], (growth.powf(year / n) - 1.0) * 100.0, agent);
    let held = rows.iter().filter(|&&(_, held)| held).count();
    close(&metrics["exposure_pct"], held as f64 / rows.len() as f64 * 100.0, agent);
}

const AGENTS: [(&str, &str); 4] = [
    ("hold", HOLD),
    ("cross", "strategy = { kind = \"sma_cross\", fast = 7, slow = 8, size_pct = 100 }"),
    (
        "poor",
        "starting_balance = \"25\"\nstrategy = { kind = \"sma_cross\", fast = 3, slow = 9, size_pct = 100 }",
    ),
    ("ema", "strategy = { kind = \"ema_cross\", fast = 5, slow = 14, size_pct = 50 }"),
];

#[test]
fn statistics_are_those_of_the_equity_file() {
    let stage = stage("ABC_1d.parquet", &walk(500, "2022-01-03", 3.1, |_| true));
    for end in ["close_at_end = true", "close_at_end = false"] {
        let venue = format!("[venue]\n{end}\n");
        stage.write("s.toml", &scenario("symbols = [\"ABC\"]\ninterval = \"1d\"", &venue, &AGENTS));
        let out = if end.ends_with("true") { "sold" } else { "kept" };
        stage.result(&format!("run s.toml --quiet --out {out}"));
        let run = folder(&stage, out);
        for (agent, _) in AGENTS {
            agree(&run, agent, if agent == "poor" { 25.0 } else { 10_000.0 });
        }
    }
}

#[test]
fn statistics_on_recorded_32_bit_prices_are_those_of_the_equity_file() {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared"));
    let shared = std::env::var_os("TILTYARD_SHARED").map_or_else(beside, PathBuf::from);
    let file = shared.join("data/us-equities-yahoo/NVDA_1d.parquet");
    if !file.exists() {
        eprintln!("skipped: no recorded data at {}", file.display());
        return;
    }
    let stage = Stage::new();
    std::fs::create_dir(stage.path("bars")).unwrap();
    std::fs::copy(&file, stage.path("bars/NVDA_1d.parquet")).unwrap();
    let market =
        "symbols = [\"NVDA\"]\ninterval = \"1d\"\naccept = [\"gap\", \"invented\", \"split\", \"identity\"]";
    stage.write("s.toml", &scenario(market, "", &AGENTS));
    stage.result("run s.toml --quiet --out o");
    let run = folder(&stage, "o");
    for (agent, _) in AGENTS {
        agree(&run, agent, if agent == "poor" { 25.0 } else { 10_000.0 });
    }
}

#[test]
fn a_price_that_never_moves_is_not_above_its_average() {
    // 0.07 as a 32-bit float is 0.0700000003: the raw number is above the average at eight places.
    for price in [f64::from(0.07_f32), f64::from(123.456_f32), 160_000_000.1] {
        let stage = stage("AAA_1h.parquet", &bars("1h", "2023-01-02", (0..200).map(|_| flat(price))));
        let rules = "strategy = { kind = \"rules\", enter_all = [\"close > sma(5)\"], size_pct = 50 }";
        let market = "symbols = [\"AAA\"]\ninterval = \"1h\"";
        stage.write("s.toml", &scenario(market, FREE, &[("a", rules)]));
        stage.result("run s.toml --quiet --out o");
        assert_eq!(row(&stage, "o", "a")["exposure_pct"].as_f64().unwrap_or(0.0), 0.0);
        assert_eq!(row(&stage, "o", "a")["final_equity"], "10000.00000000", "{price}");
    }
}

#[test]
fn a_fill_at_a_daily_close_has_the_day_that_its_bar_covers() {
    let stage = stage("AAA_1d.parquet", &walk(12, "2024-03-04T00:00:00Z", 100.0, |_| true));
    let rules =
        "strategy = { kind = \"rules\", enter_all = [\"close > 1\"], max_hold_bars = 2, size_pct = 50 }";
    let market = "symbols = [\"AAA\"]\ninterval = \"1d\"";
    let shown = |fill_at: &str| {
        let venue = format!("{FREE}fill_at = \"{fill_at}\"\n");
        stage.write("s.toml", &scenario(market, &venue, &[("a", rules)]));
        stage.result(&format!("run s.toml --quiet --out {fill_at}"));
        let page = stage.result(&format!("trades promise a --out {fill_at}"));
        let first =
            page.lines().find(|line| line.trim_start().starts_with("1 ")).unwrap_or_else(|| panic!("{page}"));
        let days = first.split_whitespace().filter(|word| word.starts_with("2024-"));
        days.map(str::to_owned).collect::<Vec<_>>()
    };
    // Decided at the close of the first day: filled there, or at the open of the second; two bars on likewise.
    assert_eq!(shown("close"), ["2024-03-04", "2024-03-06"]);
    assert_eq!(shown("next_open"), ["2024-03-05", "2024-03-07"]);
}

/// Three days at 0.000000021, three at 0.000000024: + 14.2857 %.
fn tiny() -> Bars {
    bars("1d", "2024-01-01", [2.1e-8, 2.1e-8, 2.1e-8, 2.4e-8, 2.4e-8, 2.4e-8].map(flat))
}

#[test]
fn a_price_beyond_eight_places_is_refused_unless_a_unit_represents_it() {
    let stage = stage("BABY_1d.parquet", &tiny());
    let market = "symbols = [\"BABY\"]\ninterval = \"1d\"";
    stage.write("s.toml", &scenario(market, FREE, &[("a", HOLD)]));
    let said = stage.run("run s.toml --out refused");
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    let text = said.stderr.split_whitespace().collect::<Vec<_>>().join(" ").replace(" │ ", " ");
    for words in ["`BABY`", "2024-01-01T00:00:00Z", "0.000000021", "`unit = 1000`", "--unit auto"] {
        let bare = text.replace(['│', ' '], "");
        assert!(bare.contains(&words.replace(' ', "")), "{words}: {text}");
    }
    assert_eq!(stage.run("data check bars").code, Some(3));
    assert!(stage.run("data check bars").stdout.contains("too_fine"));

    let unit = format!("{market}\n[market.instruments.BABY]\nunit = 1000");
    stage.write("u.toml", &scenario(&unit, FREE, &[("a", HOLD)]));
    let page = stage.result("run u.toml --out o");
    assert!(page.contains("1000BABY"), "{page}");
    let roi = row(&stage, "o", "a")["roi_pct"].as_f64().unwrap();
    assert!((roi - 100.0 / 7.0).abs() < 1e-6, "{roi}");
    let run = json(&folder(&stage, "o").join("run.json"));
    assert_eq!(run["market"]["symbols"][0], "1000BABY");
    assert_eq!(run["market"]["units"]["1000BABY"], 1000);
}

#[test]
fn an_import_can_choose_the_unit() {
    let stage = stage("BABY_1d.parquet", &tiny());
    let refused = stage.run("data import bars/BABY_1d.parquet --out mine");
    assert_eq!(refused.code, Some(3));
    assert!(refused.stderr.contains("--unit auto"), "{}", refused.stderr);
    stage.result("data import bars/BABY_1d.parquet --out mine --unit auto");
    assert_eq!(stage.names("mine"), ["1000BABY_1d.parquet"]);
    assert_eq!(stage.run("data check mine").code, Some(0));
    let market = "symbols = [\"1000BABY\"]\ninterval = \"1d\"";
    let text = scenario(market, FREE, &[("a", HOLD)]).replace("path = \"bars\"", "path = \"mine\"");
    stage.write("s.toml", &text);
    stage.result("run s.toml --quiet --out o");
    let roi = row(&stage, "o", "a")["roi_pct"].as_f64().unwrap();
    assert!((roi - 100.0 / 7.0).abs() < 1e-6, "{roi}");
    // Prices that eight places represent are unchanged.
    stage.result("data import data/sample/ALPHA_1h.parquet --out same --unit auto");
    assert_eq!(stage.names("same"), ["ALPHA_1h.parquet"]);
}

#[test]
fn partial_sales_of_huge_quantities_realise_their_own_part() {
    // 90e9 buys 3e12 at 0.03; sold at 0.05 in two bars, limited by their volumes to 1e12 and the rest.
    let volumes = [1e14, 1e14, 1e14, 1e14, 1e13, 1e14, 1e14];
    let rows = (0..7).map(|index| {
        let price = if index < 3 { 0.03 } else { 0.05 };
        [price, price, price, price, volumes[index]]
    });
    let stage = stage("TOK_1h.parquet", &bars("1h", "2024-01-01", rows));
    let venue = "[venue]\ntaker_fee_bps = 0\nmaker_fee_bps = 0\nslippage = { model = \"none\" }\nparticipation_cap_pct = 10\n";
    let rules = "starting_balance = \"90000000000\"\nstrategy = { kind = \"rules\", enter_all = [\"close == 0.03\"], \
                 exit_any = [\"close == 0.05\"], size_pct = 100 }";
    stage.write("s.toml", &scenario("symbols = [\"TOK\"]\ninterval = \"1h\"", venue, &[("a", rules)]));
    stage.result("run s.toml --quiet --out o");
    // 1e12 of 3e12 are sold first, then 2e12: 0.02 each.
    let realised = decimals(&folder(&stage, "o").join("agents/a/fills.parquet"), "realised_pnl");
    let whole = |billions: i128| billions * 1_000_000_000 * 100_000_000;
    assert_eq!(realised, [whole(20), whole(40)]);
    assert_eq!(row(&stage, "o", "a")["final_equity"], "150000000000.00000000");
}

#[test]
fn the_largest_balance_can_be_spent_and_larger_ones_are_refused() {
    let market = "symbols = [\"BIG\"]\ninterval = \"1d\"";
    let check = |price: f64, volume: f64, balance: &str| {
        let row = [price, price, price, price, volume];
        let stage = stage("BIG_1d.parquet", &bars("1d", "2024-01-01", (0..5).map(|_| row)));
        let agent = format!("starting_balance = \"{balance}\"\n{HOLD}");
        stage.write("s.toml", &scenario(market, FREE, &[("a", &agent)]));
        let checked = stage.run("check s.toml");
        if checked.code == Some(0) {
            stage.result("run s.toml --quiet --out o");
            let run = folder(&stage, "o");
            let rows = equity(&run, "a");
            assert_eq!(rows.last().unwrap().0.to_string(), format!("{balance}00000000"));
            assert!(rows.last().unwrap().1, "all is spent");
        }
        checked
    };
    assert_eq!(check(100.0, 1e18, "1000000000000000").code, Some(0));
    assert_eq!(check(1e10, 1.0, "1000000000000000").code, Some(0));
    let balance = check(100.0, 1.0, "1000000000000001");
    assert!(
        balance.code == Some(2) && balance.stderr.contains("at most 1000000000000000"),
        "{}",
        balance.stderr
    );
    let quantity = check(1e-7, 1.0, "1000000000000");
    assert!(quantity.code == Some(2) && quantity.stderr.contains("largest"), "{}", quantity.stderr);
    let volume = check(100.0, 1e20, "10000");
    assert!(volume.code == Some(3) && volume.stderr.contains("1e18"), "{}", volume.stderr);
    let price = check(1.1e10, 1.0, "10000");
    assert!(price.code == Some(3) && price.stderr.contains("1e10"), "{}", price.stderr);
}

/// Hourly bars at 90 from 00:00, none from 04:00 to 08:00, then at 60.
fn halted() -> Bars {
    let mut bars = bars("1h", "2024-01-01", (0..4).map(|_| flat(90.0)));
    for hour in 9..16 {
        bars.push(at("2024-01-01") + Span::from_seconds(3600 * hour), flat(60.0));
    }
    bars
}

#[test]
fn filled_bars_are_never_traded() {
    let stage = stage("H_1h.parquet", &halted());
    let agents = [
        (
            "rules",
            "strategy = { kind = \"rules\", enter_all = [\"close == 90\"], max_hold_bars = 3, size_pct = 100 }",
        ),
        ("grid", "strategy = { kind = \"dca\", every_bars = 1, amount = \"100\" }"),
    ];
    let market = "symbols = [\"H\"]\ninterval = \"1h\"\ngaps = \"forward_fill\"";
    stage.write("s.toml", &scenario(market, FREE, &agents[..1]));
    for engine in ["skip", "bar-by-bar"] {
        stage.result(&format!("run s.toml --quiet --engine {engine} --out {engine}"));
        // Bought at 90 at 01:00, it can only be sold at 60.
        let end = row(&stage, engine, "rules")["final_equity"].as_str().unwrap().parse::<f64>().unwrap();
        assert!((end - 10_000.0 * 60.0 / 90.0).abs() < 0.01, "{engine}: {end}");
        let run = folder(&stage, engine);
        assert_eq!(equity(&run, "rules").len(), 16, "made bars value positions");
        let findings = json(&run.join("run.json"))["market"]["findings"].clone();
        let filled = findings.as_array().unwrap().iter().find(|one| one["kind"] == "filled").unwrap().clone();
        assert_eq!(filled["count"], 5);
    }
}

#[test]
fn an_error_in_the_bars_stops_the_run_unless_it_is_accepted() {
    // Another asset under the same symbol after two days without bars.
    let mut other = bars("1h", "2024-01-01", (0..60).map(|n| flat(100.0 + f64::from(n % 7))));
    for n in 0..60 {
        other.push(at("2024-01-05T12:00") + Span::from_seconds(3600 * n), flat(0.5 + 0.01 * (n % 5) as f64));
    }
    let stage = stage("LUN_1h.parquet", &other);
    let market = "symbols = [\"LUN\"]\ninterval = \"1h\"";
    stage.write("s.toml", &scenario(market, FREE, &[("a", HOLD)]));
    let said = stage.run("run s.toml --out refused");
    assert_eq!(said.code, Some(3));
    assert!(said.stderr.contains("identity") && said.stderr.contains("accept"), "{}", said.stderr);
    stage.write("s.toml", &scenario(&format!("{market}\naccept = [\"identity\"]"), FREE, &[("a", HOLD)]));
    let page = stage.result("run s.toml --out o");
    assert!(page.contains("errors that the scenario accepts (identity)"), "{page}");
    assert_eq!(json(&folder(&stage, "o").join("run.json"))["market"]["accepted"][0], "identity");
    assert_eq!(json(&folder(&stage, "o").join("leaderboard.json"))["accepted"][0], "identity");
}

#[test]
fn one_saturday_session_barely_changes_the_statistics() {
    let weekday = |day: i64| day.rem_euclid(7) < 5;
    // 2023-01-02 was a Monday; day 215 is a Saturday.
    let (without, with) = (
        walk(362, "2023-01-02", 50.0, weekday),
        walk(362, "2023-01-02", 50.0, |day| weekday(day) || day == 215),
    );
    let mut found = Vec::new();
    for bars in [without, with] {
        let stage = stage("S_1d.parquet", &bars);
        stage.write("s.toml", &scenario("symbols = [\"S\"]\ninterval = \"1d\"", FREE, &[("a", HOLD)]));
        stage.result("run s.toml --quiet --out o");
        let job = json(&folder(&stage, "o").join("agents/a/metrics.json"))["windows"][0].clone();
        found.push(job["periods_per_year"].as_f64().unwrap());
    }
    assert_eq!(found, [260.0, 260.0]);
    let stage = stage("S_1d.parquet", &walk(362, "2023-01-02", 50.0, weekday));
    let stated = "symbols = [\"S\"]\ninterval = \"1d\"\ncalendar = \"24/7\"";
    stage.write("s.toml", &scenario(stated, FREE, &[("a", HOLD)]));
    stage.result("run s.toml --quiet --out o");
    let job = json(&folder(&stage, "o").join("agents/a/metrics.json"))["windows"][0].clone();
    assert_eq!(job["periods_per_year"], 365.0);
}

#[test]
fn a_drawdown_of_daily_bars_is_dated_by_its_days() {
    // The peak is at Tuesday's close, 2024-01-09; the trough at Friday's, 2024-01-12, before a weekend.
    let closes = [10.0, 11.0, 12.0, 9.0, 8.0, 7.0, 8.0, 9.0];
    let mut made = Bars::with_capacity("1d".parse().unwrap(), 0);
    for (day, close) in [5, 8, 9, 10, 11, 12, 15, 16].into_iter().zip(closes) {
        made.push(at(&format!("2024-01-{day:02}")), flat(close));
    }
    let stage = stage("D_1d.parquet", &made);
    stage.write("s.toml", &scenario("symbols = [\"D\"]\ninterval = \"1d\"", FREE, &[("a", HOLD)]));
    stage.result("run s.toml --quiet --out o");
    let page = stage.result("show promise --agent a --out o");
    assert!(page.contains("2024-01-09") && page.contains("2024-01-12"), "{page}");
    assert!(!page.contains("2024-01-13") && !page.contains("2024-01-17"), "{page}");
}

#[test]
fn bars_outside_every_window_are_reported() {
    let stage =
        stage("W_1h.parquet", &bars("1h", "2024-01-01", (0..240).map(|n| flat(50.0 + f64::from(n % 9)))));
    let windows = "[battle]\nwindows = { kind = \"sequential\", length = \"3d\", count = 2 }\n";
    let text = scenario("symbols = [\"W\"]\ninterval = \"1h\"", windows, &[("a", HOLD)]);
    stage.write("s.toml", &text);
    let said = "96 of 240 bars of the range (40 %) are in no window";
    assert!(stage.result("check s.toml").contains(said));
    assert!(stage.result("run s.toml --out o").contains(said));
}
