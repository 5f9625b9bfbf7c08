//! `battle replay --at` of perpetual futures: equity, cash, positions and postings are those of the replay at any time.

use serde_json::Value;
use tiltyard::internals::domain::{Cash, Timestamp};
use tiltyard::internals::engine::{Job, Loop, Replay, exact_curve};

use crate::support::loaded::Loaded;
use crate::support::stage::Stage;

/// Two months of perpetual futures, short and long, with a leverage at which positions are liquidated.
fn scenario(metric: &str) -> String {
    format!(
        "[scenario]\nname = \"{metric}\"\n\
         [market]\npath = \"data/sample\"\nsymbols = [\"ALPHA\", \"BRAVO\"]\ninterval = \"1h\"\n\
         start = 2023-03-01\nend = 2023-05-01\nquote = \"USD\"\n\
         [instruments.default]\nkind = \"perpetual\"\nmax_leverage = 20\nmaintenance = [{{ rate_pct = 0.5 }}]\n\
         liquidation_fee_bps = 50\nfunding = \"data/funding\"\n\
         [risk.free]\nmax_order_size_pct = false\nmax_position_size_pct = false\ndaily_loss_limit_pct = false\n\
         allow_short = true\nmax_leverage = 20\nmargin_mode = \"isolated\"\n\
         [[agents]]\nname = \"both\"\nrisk = \"free\"\n\
         strategy = {{ kind = \"sma_cross\", fast = 12, slow = 48, size_pct = 60, direction = \"both\" }}\n\
         [[agents]]\nname = \"short\"\nrisk = \"free\"\n\
         strategy = {{ kind = \"donchian_breakout\", entry = 24, exit = 12, size_pct = 50, direction = \"short\" }}\n\
         [[agents]]\nname = \"twenty\"\nrisk = \"free\"\n\
         strategy = {{ kind = \"ema_cross\", fast = 12, slow = 26, size_pct = 400, direction = \"both\" }}\n\
         [battle]\nwindows = {{ kind = \"whole\" }}\nranking_metric = \"{metric}\"\n"
    )
}

fn snapshot(stage: &Stage, run: &str, at: Timestamp) -> Value {
    serde_json::from_str(&stage.result(&format!("battle replay {run} --at {at} --out store --json"))).unwrap()
}

fn shown<'a>(snapshot: &'a Value, agent: &str) -> &'a Value {
    snapshot["agents"].as_array().unwrap().iter().find(|row| row["agent"] == agent).unwrap()
}

fn money(value: &Value) -> Cash {
    value.as_str().unwrap().parse().unwrap()
}

/// What an agent holds, owes and is worth after so many bars.
fn agrees(row: &Value, replay: &Replay, curve: &[Cash], bars: usize, names: &[String]) {
    let tick = replay.window.ticks.first + bars;
    assert_eq!(money(&row["equity"]), curve[bars - 1]);
    let holding = replay.holdings.iter().rfind(|one| one.tick < tick).unwrap();
    assert_eq!(money(&row["cash"]), holding.cash);
    let posted: Cash = replay.postings.iter().filter(|one| one.tick < tick).map(|one| one.amount).sum();
    assert_eq!(money(&row["posted"]), posted);
    let held = names.iter().zip(&holding.quantities).filter(|(_, qty)| !qty.is_zero());
    let held: std::collections::BTreeMap<String, String> =
        held.map(|(name, qty)| (name.clone(), qty.to_string())).collect();
    assert_eq!(row["positions"], serde_json::to_value(held).unwrap());
}

#[test]
fn a_battle_of_perpetuals_agrees_with_its_replays_at_any_time() {
    let stage = Stage::new();
    let text = scenario("roi_pct");
    stage.write("roi_pct.toml", &text);
    stage.result("run roi_pct.toml --out store --quiet");
    let loaded = Loaded::parse(&stage.path(""), &text);
    let found = loaded.run(Loop::Skip);
    let names: Vec<String> =
        loaded.market.symbols.iter().map(|one| one.instrument.symbol.to_string()).collect();
    let (mut shorts, mut liquidations) = (0, 0);
    for agent in &found.agents {
        let replay = &agent.windows[0].replay;
        let spec = loaded.scenario.agents.iter().find(|one| one.name == agent.name).unwrap();
        let job = Job {
            market: &loaded.market,
            window: replay.window,
            venue: &loaded.scenario.venue,
            delisted: loaded.scenario.market.delisted,
            starting_balance: spec.starting_balance,
            carried: &[],
            risk: &spec.risk,
        };
        let curve = exact_curve(&job, replay);
        liquidations += replay.flags.liquidations;
        for bars in [1, 100, 333, 700, 1_001, 1_463, curve.len()] {
            // At the open of the next bar nothing of it has happened.
            let at = loaded.market.close_time(replay.window.ticks.first + bars - 1);
            let row = shown(&snapshot(&stage, "roi_pct", at), agent.name.as_str()).clone();
            shorts += usize::from(row["positions"].to_string().contains(":\"-"));
            agrees(&row, replay, &curve, bars, &names);
        }
    }
    assert!(shorts > 0 && liquidations > 0, "{shorts} {liquidations}");
    let text = stage.result("battle replay roi_pct --at 2023-04-01 --out store");
    assert!(text.contains("postings"), "{text}");
}

/// The stored end of a battle is what was ranked, by every metric that can rank.
#[test]
fn the_end_of_a_battle_of_perpetuals_is_its_ranking() {
    let stage = Stage::new();
    let metrics =
        ["roi_pct", "total_pnl", "sharpe_ratio", "sortino_ratio", "calmar_ratio", "max_drawdown_pct"];
    for metric in metrics.into_iter().chain(["win_rate", "profit_factor"]) {
        stage.write(&format!("{metric}.toml"), &scenario(metric));
        stage.result(&format!("run {metric}.toml --out store --quiet"));
        let board: Value =
            serde_json::from_str(&stage.result(&format!("show {metric} --out store --json"))).unwrap();
        let end = snapshot(&stage, metric, "2023-05-01".parse().unwrap());
        for (index, row) in board["rankings"].as_array().unwrap().iter().enumerate() {
            let shown = &end["agents"][index];
            assert_eq!((&shown["rank"], &shown["agent"]), (&row["rank"], &row["agent"]), "{metric}");
            assert_eq!(shown["equity"], row["final_equity"], "{metric}");
            let margin = &row["margin"]["metrics"];
            let sum: f64 = ["carry", "liquidation_fees", "insurance"]
                .iter()
                .filter_map(|key| margin[key].as_f64())
                .sum();
            let posted = money(&shown["posted"]).to_f64();
            assert!((posted - sum).abs() < 1e-6, "{metric}: {posted} {sum} {row}");
        }
    }
}
