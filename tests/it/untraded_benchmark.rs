//! A benchmark that is none of the scenario's symbols.

use tiltyard::prelude::*;

const TEXT: &str = r#"
[scenario]
name = "compared"
[market]
path = "data/sample"
symbols = ["ALPHA"]
interval = "4h"
start = 2023-04-01
end = 2023-06-01
[[agents]]
name = "trend"
strategy = { kind = "sma_cross", fast = 5, slow = 20, symbols = ["ALPHA"] }
[battle]
windows = { kind = "sequential", length = "20d" }
[report]
benchmark = "BRAVO"
"#;

fn battle(text: &str) -> (Vec<String>, String, Option<f64>) {
    let folder = env!("CARGO_MANIFEST_DIR").as_ref();
    let source = ScenarioSource::parse("compared".as_ref(), text.to_owned(), folder, &NoRegistry).unwrap();
    let prepared = prepare(&source.scenario, &[]).unwrap();
    let found = run(&prepared, RunOptions::default(), &NoProgress).unwrap().tournament;
    let relative = found.agents[0].windows.iter().map(|window| format!("{:?}", window.metrics.relative));
    let held = found.benchmark.as_ref().unwrap();
    (relative.collect(), held.symbol.name().to_owned(), held.total_return.ok())
}

#[test]
fn the_agents_are_measured_against_it_as_if_it_were_traded() {
    let untraded = battle(TEXT);
    let traded = battle(
        &TEXT.replace("symbols = [\"ALPHA\"]\ninterval", "symbols = [\"ALPHA\", \"BRAVO\"]\ninterval"),
    );
    assert_eq!(untraded, traded);
    assert!(untraded.0.len() == 3 && untraded.2.is_some(), "{untraded:?}");
}

#[test]
fn a_name_that_the_folder_lacks_is_refused_before_loading() {
    let text = TEXT.replace("\"BRAVO\"", "\"BRAVVO\"");
    let folder = env!("CARGO_MANIFEST_DIR").as_ref();
    let error = ScenarioSource::parse("compared".as_ref(), text, folder, &NoRegistry).unwrap_err();
    assert!(
        error.to_string().contains("BRAVVO") || format!("{error:?}").contains("did you mean `BRAVO`?"),
        "{error:?}"
    );
}
