//! Long and short against other programs: vectorbt's target orders on real bars.

use std::path::Path;

use serde_json::Value;

use crate::support::loaded::Loaded;
use crate::support::shared::shared;
use tiltyard::internals::engine::Loop;

/// A long/short cross of simple averages with a fixed quantity, no limits, averages from the first bar of the range.
fn scenario(kind: &str, file: &Path, case: &Value) -> String {
    let text = |key: &str| case[key].as_str().unwrap().to_owned();
    let name = file.file_stem().unwrap().to_str().unwrap();
    let (symbol, own) = name.rsplit_once('_').unwrap();
    let interval = case["resample"].as_str().unwrap_or(own);
    let terms = match kind {
        "margin" => "kind = \"margin\"".to_owned(),
        kind => format!(
            "kind = \"{kind}\"\nmax_leverage = 20\nmaintenance = [{{ rate_pct = 0.5 }}]\n\
             funding = {{ rate_bps = 0, every = \"8h\" }}"
        ),
    };
    format!(
        "[scenario]\nname = \"golden\"\n\
         [market]\npath = '{}'\nsymbols = [\"{symbol}\"]\ninterval = \"{interval}\"\nstart = \"{}\"\nend = \"{}\"\n\
         warm_up = \"inside\"\naccept = [\"gap\", \"split\", \"invented\", \"identity\"]\n\
         [instruments.{symbol}]\n{terms}\n\
         [venue]\ntaker_fee_bps = {fee}\nmaker_fee_bps = {fee}\n\
         [risk.free]\nmax_order_size_pct = false\nmax_position_size_pct = false\nmax_open_orders = false\n\
         daily_loss_limit_pct = false\norders_per_minute = false\nallow_short = true\n\
         [[agents]]\nname = \"cross\"\nstarting_balance = {}\nrisk = \"free\"\n\
         strategy = {{ kind = \"sma_cross\", fast = {}, slow = {}, quantity = {}, direction = \"both\" }}\n\
         [battle]\nwindows = {{ kind = \"whole\" }}\n",
        file.display(),
        text("start"),
        text("end"),
        case["cash"],
        case["fast"],
        case["slow"],
        case["quantity"],
        fee = case["fee_bps"],
    )
}

/// vectorbt counts one order for a turn through zero; here it is one order of two fills.
#[test]
fn long_and_short_crosses_are_those_of_vectorbt() {
    let Some(bars) = shared("binance") else { return };
    let root = bars.parent().and_then(Path::parent).unwrap();
    let text = std::fs::read_to_string(root.join("golden/shorts.json")).unwrap();
    let golden: Value = serde_json::from_str(&text).unwrap();
    for case in golden["cases"].as_array().unwrap() {
        for kind in ["perpetual", "margin"] {
            let file = root.join(case["file"].as_str().unwrap());
            let loaded = Loaded::parse(Path::new(""), &scenario(kind, &file, case));
            let tournament = loaded.run(Loop::Skip);
            let window = &tournament.agents[0].windows[0];
            let (replay, metrics) = (&window.replay, &window.metrics);
            let expected = &case["expected"];
            let cash = case["cash"].as_f64().unwrap();
            let near = |name: &str, ours: f64, scale: f64| {
                let theirs = expected[name].as_f64().unwrap();
                assert!((ours - theirs).abs() <= 1e-9 * scale, "{kind} {case}: {name} {ours} {theirs}");
            };
            let filled = replay.orders.iter().filter(|order| order.filled.is_positive()).count();
            assert_eq!(filled as u64, expected["fills"].as_u64().unwrap(), "{kind} {case}");
            assert_eq!(replay.fills.len(), 2 * filled - 1);
            near("final_equity", replay.final_equity.to_f64(), cash);
            near("fees", replay.fees.to_f64(), cash);
            near("max_drawdown_pct", metrics.max_drawdown.depth * 100.0, 100.0);
            let lowest = replay.equity.iter().copied().fold(f64::INFINITY, f64::min);
            near("min_equity", lowest, cash);
        }
    }
}
