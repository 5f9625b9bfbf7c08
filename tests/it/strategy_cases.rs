//! Built-in strategies and rules on small constructed markets, from file to fills; each test is a fixed bug.

use crate::support::loaded::Loaded;
use crate::support::stage::Stage;
use tempfile::TempDir;
use tiltyard::internals::domain::{IndicatorSpec, Interval, OrderStatus, Timestamp};
use tiltyard::internals::engine::{OrderRow, Replay};
use tiltyard::internals::indicator::compute;
use tiltyard::internals::market::{Bars, write_bars};

const FIRST: &str = "2023-03-06T00:00:00Z";

/// Hourly bars from a Monday on: open, high, low, close and volume.
fn hourly(rows: impl IntoIterator<Item = [f64; 5]>) -> Bars {
    let interval: Interval = "1h".parse().unwrap();
    let first: Timestamp = FIRST.parse().unwrap();
    let mut bars = Bars::with_capacity(interval, 0);
    for (hour, row) in (0..).zip(rows) {
        bars.push(first + interval.span().times(hour), row);
    }
    bars
}

fn flat(price: f64, volume: f64, hours: usize) -> Bars {
    hourly(vec![[price, price, price, price, volume]; hours])
}

fn folder(series: &[(&str, Bars)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (symbol, bars) in series {
        write_bars(&folder.path().join(format!("bars/{symbol}_1h.parquet")), bars).unwrap();
    }
    folder
}

/// A scenario over these symbols; `more` adds lines to its market table and further tables.
fn scenario(symbols: &str, start: &str, more: &str, agents: &str) -> String {
    format!(
        "[scenario]\nname = \"case\"\nseed = 1\n\n[market]\npath = \"bars\"\nsymbols = [{symbols}]\ninterval = \"1h\"\n\
         start = \"{start}\"\n{more}\n{agents}"
    )
}

fn agent(risk: &str, strategy: &str) -> String {
    format!("[[agents]]\nname = \"{}\"\nrisk = \"{risk}\"\nstrategy = {{ {strategy} }}\n\n", &strategy[8..11])
}

fn replay(series: &[(&str, Bars)], text: &str) -> Replay {
    Loaded::parse(folder(series).path(), text).replay()
}

/// Hour of the window's week, side and price of each fill.
fn fills(replay: &Replay) -> Vec<String> {
    let hour = |at: Timestamp| (at - FIRST.parse::<Timestamp>().unwrap()).micros() / 3_600_000_000;
    let fill = |f: &tiltyard::internals::engine::FillRow| {
        format!("{} {} {}", hour(f.at), f.side.as_str(), f.price.to_decimal().normalize())
    };
    replay.fills.iter().map(fill).collect()
}

fn waited(order: &OrderRow) -> bool {
    order.status != OrderStatus::Rejected
}

/// 24 hours at 50 with a volume of 200 are 240,000: 0.1 * 9990.01 / 240,000 of 50 is 0.2081.
#[test]
fn the_slippage_look_back_does_not_depend_on_other_agents() {
    let series = [("AAA", flat(50.0, 200.0, 96))];
    let hold = agent("unlimited", r#"kind = "buy_and_hold""#);
    let other = agent("unlimited", r#"kind = "ema_cross", fast = 5, slow = 10"#);
    let venue = "[venue]\nslippage = { model = \"volume_share\", factor = 0.1 }\n";
    for agents in [hold.clone(), format!("{hold}{other}")] {
        let found = replay(&series, &scenario("\"AAA\"", "2023-03-08T00:00:00Z", venue, &agents));
        assert_eq!(fills(&found), ["49 buy 50.20812521"]);
    }
}

/// A window from 05:00: the first 4h bar that closes in it closes at 08:00.
#[test]
fn bars_of_a_timeframe_are_counted_from_the_first_that_closes_in_the_window() {
    let series = [("AAA", flat(50.0, 200.0, 72))];
    let dca = agent("unlimited", r#"kind = "dca", every = 2, size_pct = 5, timeframe = "4h""#);
    let other = agent("unlimited", r#"kind = "momentum", lookback = 3, timeframe = "4h""#);
    for agents in [dca.clone(), format!("{dca}{other}")] {
        for (start, expected) in [("05", [32, 40, 48]), ("08", [36, 44, 52])] {
            let start = format!("2023-03-07T{start}:00:00Z");
            let found = replay(&series, &scenario("\"AAA\"", &start, "", &agents));
            let hours: Vec<String> = expected.map(|hour| format!("{hour} buy 50")).into();
            assert_eq!(fills(&found)[..3], hours, "{start}");
        }
    }
}

/// The position limit of 25 % allows one level of each symbol; the refused ones spend nothing.
#[test]
fn refused_levels_leave_their_cash_to_other_symbols() {
    let series = ["AAA", "BBB", "CCC"].map(|symbol| (symbol, flat(100.0, 9.0, 12)));
    let grid = agent("default", r#"kind = "grid", levels = 4, spacing_pct = 0.5, size_pct = 100"#);
    let symbols = "\"AAA\", \"BBB\", \"CCC\"";
    let found = replay(&series, &scenario(symbols, FIRST, "", &grid));
    let resting: Vec<(u16, String)> = found
        .orders
        .iter()
        .filter(|order| waited(order))
        .map(|order| (order.symbol.0, order.amount.unwrap().to_string()))
        .collect();
    assert_eq!(resting, [0, 1, 2].map(|symbol| (symbol, "2500.00000000".to_owned())));
    assert_eq!(found.orders.len(), 12);
}

/// AAA's half buys less than a step and is refused; BBB starts later and gets its own half.
#[test]
fn the_part_of_a_refused_symbol_stays_cash() {
    let late = Bars { ts: flat(10.0, 9.0, 12).ts[3..].to_vec(), ..flat(10.0, 9.0, 9) };
    let series = [("AAA", flat(10.0, 9.0, 12)), ("BBB", late)];
    let step = "[market.instruments.AAA]\nquantity_step = \"1000\"\n";
    let hold = agent("unlimited", r#"kind = "buy_and_hold""#);
    let found = replay(&series, &scenario("\"AAA\", \"BBB\"", FIRST, step, &hold));
    let orders: Vec<(bool, String)> =
        found.orders.iter().map(|order| (waited(order), order.amount.unwrap().to_string())).collect();
    assert_eq!(orders, [(false, "5000.00000000".to_owned()), (true, "5000.00000000".to_owned())]);
}

/// Each bar opens below the level of 99 and reaches the target of 100: one round trip per bar, with the same
/// quantity at each close.
#[test]
fn a_level_rests_again_after_a_round_trip_within_one_bar() {
    let trips = std::iter::repeat_n([98.5, 101.0, 98.0, 100.5, 9.0], 8);
    let series = [("AAA", hourly(std::iter::once([100.0, 100.0, 100.0, 100.0, 9.0]).chain(trips)))];
    let grid = agent("unlimited", r#"kind = "grid", levels = 1, spacing_pct = 1, size_pct = 50"#);
    let found = replay(&series, &scenario("\"AAA\"", FIRST, "", &grid));
    let expected: Vec<String> =
        (1..=8).flat_map(|hour| [format!("{hour} buy 98.5"), format!("{hour} sell 100")]).collect();
    assert_eq!(fills(&found), expected);
}

/// 20.696 and 20.592 on a tick of 0.2 are 20.6, half up; the targets 20.8 and 20.696 are rounded up.
#[test]
fn grid_targets_are_rounded_away_from_the_entry() {
    let series = [("AAA", hourly([[20.8; 5], [20.7, 20.9, 20.5, 20.8, 1.0], [20.7, 20.9, 20.5, 20.8, 1.0]]))];
    let grid = agent("unlimited", r#"kind = "grid", levels = 2, spacing_pct = 0.5, size_pct = 50"#);
    let tick = "[market.instruments.AAA]\nprice_tick = \"0.2\"\n";
    let found = replay(&series, &scenario("\"AAA\"", FIRST, tick, &grid));
    let placed: Vec<(&str, String)> = found
        .orders
        .iter()
        .filter(|order| waited(order))
        .map(|order| (order.kind, format!("{:.1}", order.limit_price.unwrap())))
        .collect();
    let (entry, target) = (("limit", "20.6".to_owned()), ("take_profit", "20.8".to_owned()));
    let count = |wanted: &(&str, String)| placed.iter().filter(|order| *order == wanted).count();
    assert!(count(&entry) >= 2 && count(&target) >= 2, "{placed:?}");
    assert_eq!(count(&entry) + count(&target), placed.len(), "{placed:?}");
}

/// Levels of one per cent below 0.00000071 are 0.703, 0.696, 0.689 millionths, which eight places cannot
/// distinguish.
#[test]
fn a_grid_with_indistinguishable_levels_is_refused_before_the_run() {
    let stage = Stage::new();
    write_bars(&stage.path("bars/AAA_1h.parquet"), &flat(0.000_000_71, 1e9, 30)).unwrap();
    let grid = agent("unlimited", r#"kind = "grid", levels = 5, spacing_pct = 1, size_pct = 100"#);
    stage.write("narrow.toml", &scenario("\"AAA\"", FIRST, "", &grid));
    for words in ["run narrow.toml --out out", "check narrow.toml"] {
        let said = stage.run(words);
        assert_eq!(said.code, Some(2), "{}", said.stderr);
        assert!(said.stderr.contains("`spacing_pct` of 1 is too narrow for AAA"), "{}", said.stderr);
        assert!(said.stderr.contains("strategy = "), "{}", said.stderr);
    }
    stage.write(
        "wide.toml",
        &scenario("\"AAA\"", FIRST, "", &grid.replace("spacing_pct = 1", "spacing_pct = 9")),
    );
    stage.result("run wide.toml --out out --quiet");
}

/// The crosses of both lines over the 49 warm-up bars and the window, computed here.
#[test]
fn macd_line_and_signal_start_at_the_same_bar() {
    let mut state = 3_u64;
    let mut price = 100.0;
    // Every sixtieth close is an outlier: lines that start eight bars apart differ after it.
    let series = hourly((0..200).map(|row| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let open = price;
        price += ((state >> 33) % 9) as f64 * 0.25 - 1.0;
        let close = if row % 60 == 59 { price + 400.0 } else { price };
        [open, f64::max(open, close), f64::min(open, close), close, 5.0]
    }));
    let macd = agent("unlimited", r#"kind = "macd", fast = 8, slow = 10, signal = 2"#);
    let mut apart = 0;
    for first in (60..190).step_by(3) {
        let start = series.ts[first];
        let text = scenario("\"AAA\"", &start.to_string(), "", &macd);
        let found = replay(&[("AAA", series.clone())], &text);
        let (line, signal) = (
            IndicatorSpec::MacdLine { fast: 8, slow: 10 },
            IndicatorSpec::MacdSignal { fast: 8, slow: 10, signal: 2 },
        );
        let crosses = |line_from: usize| -> Vec<Timestamp> {
            let (slow, fast) =
                (compute(&signal, &series, first - 49..200), compute(&line, &series, line_from..200));
            let at = |row: usize| (fast[row - line_from], slow[row - (first - 49)]);
            let (mut held, mut out) = (false, Vec::new());
            for row in first..199 {
                let ((f, s), (f_before, s_before)) = (at(row), at(row - 1));
                let turned = if held { f < s && f_before >= s_before } else { f > s && f_before <= s_before };
                if turned {
                    held = !held;
                    out.push(series.ts[row + 1]);
                }
            }
            out
        };
        let filled: Vec<Timestamp> = found.fills.iter().map(|fill| fill.at).collect();
        assert_eq!(filled, crosses(first - 49), "window from {start}");
        apart += usize::from(crosses(first - 49) != crosses(first - 41));
    }
    // Otherwise the test could not detect where the line starts.
    assert!(apart > 0);
}

/// Two entries at once with one free position: the first is refused because it buys less than a step, and
/// must not occupy the position.
#[test]
fn a_refused_rules_entry_does_not_count_as_a_position() {
    let series = [("AAA", flat(10.0, 9.0, 12)), ("BBB", flat(10.0, 9.0, 12))];
    let step = "[market.instruments.AAA]\nquantity_step = \"1000\"\n";
    let rules = agent("unlimited", r#"kind = "rules", enter_all = ["close > 0"], max_positions = 1"#);
    let found = replay(&series, &scenario("\"AAA\", \"BBB\"", FIRST, step, &rules));
    assert_eq!(
        found.orders.iter().filter(|order| waited(order)).map(|order| order.symbol.0).collect::<Vec<_>>(),
        [1]
    );
    assert_eq!(fills(&found), ["1 buy 10"]);
}
