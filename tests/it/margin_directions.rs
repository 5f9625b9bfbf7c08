//! Short positions of every kind of agent: directions of built-in strategies, signals, programs and modules.

use std::fs;

use crate::support::loaded::Loaded;
use crate::support::modules::{answer, head, module, number, word};
use crate::support::programs::{Arena, forfeit, has, trace};
use crate::support::stage::Stage;
use crate::testkit::{bars, cash, ohlc};
use tiltyard::internals::domain::{OrderOrigin, Side};
use tiltyard::internals::engine::{Loop, Replay};
use tiltyard::internals::market::write_bars;

/// A folder with daily bars of `A`, `B` and so on, each of which opens at the close before.
fn folder(symbols: &[&[f64]]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (closes, name) in symbols.iter().zip(["A", "B", "C"]) {
        let opens = std::iter::once(&closes[0]).chain(closes.iter());
        let rows: Vec<[f64; 4]> = opens
            .zip(closes.iter())
            .map(|(&open, &close)| [open, open.max(close), open.min(close), close])
            .collect();
        write_bars(&folder.path().join(format!("bars/{name}_1d.parquet")), &bars("1d", &ohlc(&rows)))
            .unwrap();
    }
    folder
}

/// One agent of this strategy, without fees, on perpetual futures without funding.
fn text(symbols: &str, strategy: &str) -> String {
    format!(
        "[scenario]\nname = \"directions\"\n\
         [market]\npath = \"bars\"\nsymbols = [{symbols}]\ninterval = \"1d\"\nwarm_up = \"inside\"\n\
         accept = [\"gap\", \"split\", \"invented\", \"identity\"]\n\
         [instruments.default]\nkind = \"perpetual\"\nmax_leverage = 2\nmaintenance = [{{ rate_pct = 0.5 }}]\n\
         funding = {{ rate_bps = 0, every = \"8h\" }}\n\
         [venue]\ntaker_fee_bps = 0\nmaker_fee_bps = 0\n\
         [risk.free]\nmax_order_size_pct = false\nmax_position_size_pct = false\nmax_open_orders = false\n\
         daily_loss_limit_pct = false\norders_per_minute = false\nallow_short = true\nmax_leverage = 2\n\
         [[agents]]\nname = \"one\"\nstarting_balance = 1000\nrisk = \"free\"\nstrategy = {strategy}\n\
         [battle]\nwindows = {{ kind = \"whole\" }}\n"
    )
}

/// Tick, symbol, side and quantity of each fill.
fn fills(replay: &Replay) -> Vec<String> {
    let row = |fill: &tiltyard::internals::engine::FillRow| {
        let symbol = ["A", "B", "C"][fill.symbol.index()];
        format!("{} {} {symbol} {}", fill.tick, fill.side.as_str(), fill.quantity.to_f64())
    };
    replay.fills.iter().map(row).collect()
}

/// The replay of a strategy on these closes, the same by both loops.
fn of(symbols: &[&[f64]], strategy: &str) -> Replay {
    let folder = folder(symbols);
    let names = ["\"A\"", "\"B\"", "\"C\""][..symbols.len()].join(", ");
    Loaded::parse(folder.path(), &text(&names, strategy)).replay()
}

/// Up at the close of 12 over highs of 10, down at 9 under lows of 12, up again at 13: fills a day later.
#[test]
fn a_breakout_turns_in_both_directions() {
    let closes = [10.0, 10.0, 10.0, 12.0, 12.0, 12.0, 9.0, 9.0, 9.0, 13.0, 13.0, 13.0];
    let of = |direction: &str| {
        let keys = format!("entry = 2, exit = 2, quantity = 1, direction = \"{direction}\"");
        of(&[&closes], &format!("{{ kind = \"donchian_breakout\", {keys} }}"))
    };
    assert_eq!(fills(&of("long")), ["4 buy A 1", "7 sell A 1", "10 buy A 1"]);
    let short = of("short");
    assert_eq!(fills(&short), ["7 sell A 1", "10 buy A 1"]);
    assert_eq!(short.final_equity, cash("996"), "sold at 9, bought back at 13");
    let both = of("both");
    let wanted = ["4 buy A 1", "7 sell A 1", "7 sell A 1", "10 buy A 1", "10 buy A 1"];
    assert_eq!(fills(&both), wanted);
    let sides: Vec<Side> = both.round_trips.iter().map(|trip| trip.side).collect();
    assert_eq!(sides, [Side::Buy, Side::Sell, Side::Buy]);
    assert_eq!(both.final_equity, cash("993"), "12 to 9, and 9 to 13 the other way");
}

/// An RSI of 0 after three falls points up, one of 86 after three rises points down.
#[test]
fn a_reversion_turns_in_both_directions() {
    let closes = [10.0, 9.0, 8.0, 7.0, 9.0, 11.0, 13.0, 13.0, 12.0, 10.0, 8.0, 8.0];
    let of = |direction: &str| {
        let keys = format!(
            "period = 2, entry_below = 30, exit_above = 80, quantity = 1, direction = \"{direction}\""
        );
        of(&[&closes], &format!("{{ kind = \"rsi_reversion\", {keys} }}"))
    };
    let (long, short, both) = (of("long"), of("short"), of("both"));
    assert_eq!(fills(&long)[..2], ["3 buy A 1", "6 sell A 1"]);
    assert_eq!(fills(&short)[0], "6 sell A 1");
    assert_eq!(fills(&both)[..3], ["3 buy A 1", "6 sell A 1", "6 sell A 1"]);
    assert_eq!(short.fills.len(), 2, "{:?}", fills(&short));
    // What closes the one side opens the other, at the same open.
    assert_eq!(both.fills.last().unwrap().tick, short.fills.last().unwrap().tick);
    assert!(short.final_equity > cash("1000"), "sold at 11 and bought back lower");
    // Below the band it buys, above its middle it sells: mirrored for a short.
    let closes = [10.0, 10.0, 10.0, 10.0, 6.0, 6.0, 12.0, 12.0, 12.0, 6.0, 6.0, 6.0];
    let bands = |direction: &str| {
        let keys = format!("period = 4, width = 1, quantity = 1, direction = \"{direction}\"");
        self::of(&[&closes], &format!("{{ kind = \"bollinger_reversion\", {keys} }}"))
    };
    assert_eq!(fills(&bands("long"))[..2], ["5 buy A 1", "7 sell A 1"]);
    assert_eq!(fills(&bands("short"))[..2], ["7 sell A 1", "10 buy A 1"]);
    assert_eq!(fills(&bands("both"))[..3], ["5 buy A 1", "7 sell A 1", "7 sell A 1"]);
}

/// At tick 3 A rises and B falls, at tick 6 the other way round: what is held on the wrong side is closed first.
#[test]
fn momentum_holds_the_strongest_long_and_the_weakest_short() {
    let a = [10.0, 10.0, 10.0, 11.0, 11.0, 11.0, 9.0, 9.0, 9.0, 9.0];
    let b = [10.0, 10.0, 10.0, 9.0, 9.0, 9.0, 11.0, 11.0, 11.0, 11.0];
    let c = [10.0; 10];
    let of = |direction: &str| {
        let keys =
            format!("lookback = 1, top = 1, rebalance = 3, size_pct = 50, direction = \"{direction}\"");
        let replay = of(&[&a, &b, &c], &format!("{{ kind = \"momentum\", {keys} }}"));
        let mut sides: Vec<(usize, usize, &str)> = Vec::new();
        for fill in &replay.fills {
            sides.push((fill.tick, fill.symbol.index(), fill.side.as_str()));
        }
        sides.sort_unstable();
        sides
    };
    assert_eq!(of("long"), [(4, 0, "buy"), (7, 0, "sell"), (8, 1, "buy")]);
    assert_eq!(of("short"), [(4, 1, "sell"), (7, 1, "buy"), (8, 0, "sell")]);
    let both = [(4, 0, "buy"), (4, 1, "sell"), (7, 0, "sell"), (7, 1, "buy"), (8, 0, "sell"), (8, 1, "buy")];
    assert_eq!(of("both"), both);
}

#[test]
fn negative_weights_and_sides_of_signals_are_short_positions() {
    let closes = [10.0; 8];
    let folder = folder(&[&closes]);
    let of = |rows: &str, keys: &str| {
        fs::write(folder.path().join("signals.csv"), format!("ts,A\n{rows}")).unwrap();
        let strategy =
            format!("{{ kind = \"signals\", path = \"signals.csv\", stamped = \"bar_close\"{keys} }}");
        fills(&crate::signals::replayed(folder.path(), &text("\"A\"", &strategy)))
    };
    // Known at the close of the second day: half the equity short, then half of it long, through zero.
    let weights = of("1970-01-03,-0.5\n1970-01-05,0.5\n", "");
    assert_eq!(weights, ["2 sell A 50", "4 buy A 50", "4 buy A 50"]);
    // More than the whole, as far as the leverage goes.
    assert_eq!(of("1970-01-03,-1.5\n", ""), ["2 sell A 150"]);
    let sides = of("1970-01-03,-1\n1970-01-05,0\n1970-01-06,1\n", ", mode = \"side\", size_pct = 30");
    assert_eq!(sides, ["2 sell A 30", "4 buy A 30", "5 buy A 30"]);
}

/// Sells short with a target just below the entry and a far stop, later by a weight.
const SHORT: &str = r#"
def decide(message):
    if message["decision"] == 3:
        return {"orders": [{"symbol": "ALPHA", "side": "sell", "quantity": "2", "stop_loss_pct": 30, "take_profit_pct": 0.05}]}
    if message["decision"] == 18:
        return {"weights": {"BRAVO": "-0.5"}}
    return {}

run(decide)
"#;

#[test]
fn a_program_sells_short_with_a_bracket_and_by_a_negative_weight() {
    if !has("python3") {
        return;
    }
    let arena = Arena::new().on_margin().python("short", "", SHORT);
    let found = arena.run();
    assert_eq!(forfeit(&found, "short", 0), None);
    for window in &found.agents[0].windows {
        let replay = &window.replay;
        let (first, kinds): (_, Vec<&str>) =
            (&replay.fills[0], replay.orders.iter().map(|one| one.kind).collect());
        assert_eq!((first.side, first.quantity, first.symbol.index()), (Side::Sell, "2".parse().unwrap(), 0));
        assert_eq!(kinds[..3], ["market", "stop", "take_profit"], "{kinds:?}");
        let bracket = |order: &tiltyard::internals::engine::OrderRow| {
            assert_eq!(order.side, Side::Buy, "it buys back what was sold");
            matches!(order.origin, OrderOrigin::Bracket(_))
        };
        assert!(replay.orders[1..3].iter().all(bracket));
        let (stop, target) = (replay.orders[1].trigger_price.unwrap(), replay.orders[2].limit_price.unwrap());
        assert!(stop > first.price && target < first.price, "mirrored: {stop} {target}");
        let weighed = replay.fills.iter().find(|fill| fill.symbol.index() == 1).unwrap();
        assert_eq!(weighed.side, Side::Sell);
        let share = weighed.notional.to_f64() / replay.starting_balance.to_f64();
        assert!((share - 0.5).abs() < 0.05, "{share}");
    }
    assert_eq!(trace(&found, "short"), trace(&arena.try_run(Loop::BarByBar).unwrap(), "short"));
}

#[test]
fn a_program_s_spot_sell_with_a_bracket_is_a_fault() {
    if !has("python3") {
        return;
    }
    let found = Arena::new().python("short", "", SHORT).run();
    let reason = forfeit(&found, "short", 0).unwrap();
    assert!(
        reason.contains("order 1 of its `act`: a sell that opens no short position on margin"),
        "{reason}"
    );
}

/// Sells a tenth of the equity short with a stop at 50 % and a target at 0.05 %; later half the equity by a weight.
#[test]
fn a_module_sells_short_with_a_bracket_and_by_a_negative_weight() {
    let order = head([1, 0, 0, 0])
        + &word(36, 1)
        + &word(44, 2)
        + &number(48, 10.0)
        + &number(96, 50.0)
        + &number(104, 0.05)
        + &answer();
    // The weight of symbol 1.
    let weight = head([0, 0, 0, 1]) + &word(32, 1) + &number(40, -0.5) + &answer();
    let body = format!(
        "(if (result i32) (i32.eq (global.get $count) (i32.const 3)) (then {order})
           (else (if (result i32) (i32.eq (global.get $count) (i32.const 18)) (then {weight}) (else (i32.const 0)))))"
    );
    let arena = Arena::new().on_margin().module("short", "", &module("", &body));
    let found = arena.run();
    assert_eq!(forfeit(&found, "short", 0), None);
    let replay = &found.agents[0].windows[0].replay;
    let kinds: Vec<&str> = replay.orders.iter().map(|one| one.kind).collect();
    assert_eq!(kinds[..3], ["market", "stop", "take_profit"], "{kinds:?}");
    assert_eq!(replay.fills[0].side, Side::Sell);
    assert!(replay.orders[1].trigger_price.unwrap() > replay.fills[0].price);
    assert!(replay.fills.iter().any(|fill| fill.symbol.index() == 1 && fill.side == Side::Sell));
    assert_eq!(trace(&found, "short"), trace(&arena.try_run(Loop::BarByBar).unwrap(), "short"));
}

/// Rules that are only short, from a registered agent, whose wallet cannot carry a position on margin.
#[test]
fn registered_short_rules_run_on_margin_and_no_wallet_carries_their_positions() {
    let stage = Stage::new();
    stage.write(
        "short.toml",
        "[risk.short]\nallow_short = true\nmax_leverage = 2\nmax_order_size_pct = false\nmax_position_size_pct = false\n",
    );
    let rules = "{ kind = \"rules\", enter_short_all = [\"close < sma(48)\"], exit_short_any = [\"close > sma(48)\"], \
                 stop_loss_pct = 5, size_pct = 60 }";
    let mut create = stage.command("agent create bear --risk short.toml --out store");
    let output = create.args(["--strategy", rules]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let scenario = |wallet: &str| {
        format!(
            "[scenario]\nname = \"bear-{wallet}\"\n\
             [market]\npath = \"data/sample\"\nsymbols = [\"ALPHA\"]\ninterval = \"1h\"\n\
             start = 2023-03-01\nend = 2023-05-01\nquote = \"USD\"\n\
             [instruments.default]\nkind = \"perpetual\"\nmax_leverage = 10\nmaintenance = [{{ rate_pct = 0.5 }}]\n\
             funding = \"data/funding\"\n\
             [[agents]]\nregistered = \"bear\"\nwallet = \"{wallet}\"\n"
        )
    };
    stage.write("fresh.toml", &scenario("fresh"));
    stage.write("existing.toml", &scenario("existing"));
    stage.result("run fresh.toml --out store --quiet");
    let history: serde_json::Value =
        serde_json::from_str(&stage.result("agent history bear --out store --json")).unwrap();
    let fills = history["fills"].as_array().unwrap();
    assert!(fills.len() > 10, "{fills:?}");
    assert!(fills.iter().any(|fill| fill["row"]["side"] == "sell"), "{fills:?}");
    let said = stage.run("run existing.toml --out store --quiet");
    assert!(
        said.stderr.contains("an existing wallet cannot hold `ALPHA`, an instrument on margin"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("help: write `wallet = \"fresh\"`"), "{}", said.stderr);
}
