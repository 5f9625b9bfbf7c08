//! Bars in memory, in place of files.

use tiltyard::internals::market::{LoadRequest, load};
use tiltyard::internals::store::identify;
use tiltyard::prelude::*;
use tiltyard::run::{Bars, HeldBars, Programs, prepare_on, prepare_with};

const TEXT: &str = r#"
[scenario]
name = "held"
[market]
path = "data/sample"
symbols = ["ALPHA", "BRAVO"]
interval = "4h"
start = 2023-04-01
end = 2023-05-01
[[agents]]
name = "trend"
strategy = { kind = "sma_cross", fast = 5, slow = 20 }
[battle]
windows = { kind = "sequential", length = "10d" }
"#;

fn source() -> ScenarioSource {
    ScenarioSource::parse("held".as_ref(), TEXT.to_owned(), env!("CARGO_MANIFEST_DIR").as_ref(), &NoRegistry)
        .unwrap()
}

/// The sample's hourly bars.
fn hourly() -> Held {
    let text = TEXT.replace("4h", "1h").replace("start = 2023-04-01\nend = 2023-05-01\n", "");
    let source =
        ScenarioSource::parse("held".as_ref(), text, env!("CARGO_MANIFEST_DIR").as_ref(), &NoRegistry);
    let spec = &source.unwrap().scenario.market;
    let frames = Default::default();
    let market =
        load(&LoadRequest { spec, frames: &frames, history_bars: 0, detail: false, benchmark: None })
            .unwrap();
    ["ALPHA", "BRAVO"].into_iter().zip(market.symbols.iter().map(|series| series.bars.clone())).collect()
}

fn held(bars: Held) -> HeldBars {
    let mut held = HeldBars::default();
    bars.into_iter().for_each(|(symbol, bars)| held.insert(symbol, bars));
    held
}

/// Bars by symbol, as a program holds them.
type Held = Vec<(&'static str, Bars)>;

#[test]
fn bars_in_memory_give_the_run_that_the_same_bars_in_files_give() {
    let source = source();
    let from_files = prepare_with(&source.scenario, &[], &Programs::default()).unwrap();
    let bars = held(hourly());
    let in_memory = prepare_on(&source.scenario, &bars, &[], &Programs::default()).unwrap();
    let id = |prepared: &Prepared| identify(&prepared.scenario, &prepared.market);
    assert_eq!(id(&in_memory).to_string(), id(&from_files).to_string());
    let result = |prepared: &Prepared| {
        let found = run(prepared, RunOptions::default(), &NoProgress).unwrap().tournament;
        format!("{:?}", found.agents)
    };
    assert_eq!(result(&in_memory), result(&from_files));
}

#[test]
fn bars_in_memory_pass_the_same_checks() {
    let source = source();
    let refused = |change: &dyn Fn(&mut Held)| {
        let mut bars = hourly();
        change(&mut bars);
        prepare_on(&source.scenario, &held(bars), &[], &Programs::default()).unwrap_err().to_string()
    };
    let missing = refused(&|bars| drop(bars.pop()));
    assert!(missing.contains("BRAVO"), "{missing}");
    let unsorted = refused(&|bars| bars[0].1.ts.swap(100, 101));
    assert!(unsorted.contains("ALPHA") && unsorted.contains("row"), "{unsorted}");
    let not_a_number = refused(&|bars| bars[1].1.close[2_500] = f64::NAN);
    assert!(not_a_number.contains("close"), "{not_a_number}");
    let coarse = refused(&|bars| bars[0].1.interval = "3h".parse().unwrap());
    assert!(coarse.contains("3h"), "{coarse}");
}
