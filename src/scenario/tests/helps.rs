//! Every refusal says what to write instead.

use super::*;
use crate::scenario::STARTER;

/// Values of every type, right and wrong.
const VALUES: [&str; 16] = [
    "1",
    "-1",
    "0",
    "1e400",
    "0.00000000001",
    "true",
    "\"\"",
    "\"x\"",
    "\"1h\"",
    "[]",
    "[1]",
    "[\"x\", \"x\"]",
    "{}",
    "{ kind = \"x\" }",
    "{ from = 5, to = 1 }",
    "2024-01-01",
];

/// Scenarios with a mistake in each line: the line missing, twice, cut, misspelt, and with other values.
fn mutated(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let with = |at: usize, line: &[&str]| {
        let all = lines[..at].iter().chain(line).chain(&lines[at + 1..]);
        all.copied().collect::<Vec<_>>().join("\n")
    };
    let mut all = Vec::new();
    for (at, line) in
        lines.iter().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
    {
        all.push(with(at, &[]));
        all.push(with(at, &[line, line]));
        all.push(with(at, &[&line.chars().take(line.chars().count() / 2).collect::<String>()]));
        if let Some((key, value)) = line.split_once('=') {
            all.push(with(at, &[&format!("{}x ={value}", key.trim_end())]));
            all.extend(VALUES.iter().map(|value| with(at, &[&format!("{key}= {value}")])));
        }
    }
    all
}

#[test]
fn every_refusal_of_a_mutated_scenario_has_a_help() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let named = ["sweep_sma_cross.toml", "perpetuals.toml", "rules.toml"];
    let mut texts = vec![STARTER.to_owned(), GOOD.to_owned(), GRID.to_owned()];
    texts.extend(named.iter().filter_map(|name| std::fs::read_to_string(folder.join(name)).ok()));
    let (mut refused, mut without) = (0, Vec::new());
    for text in texts.iter().flat_map(|text| mutated(text)) {
        let Err(problems) = Scenario::parse(&text, &folder) else { continue };
        refused += 1;
        for problem in problems.iter().filter(|problem| problem.severity == ProblemSeverity::Error) {
            if problem.help.as_ref().is_none_or(|help| help.trim().is_empty()) {
                without.push(problem.message.clone());
            }
        }
    }
    assert!(refused > 1_000, "{refused} scenarios were refused");
    without.sort();
    without.dedup();
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn a_grid_that_cannot_be_enumerated_is_refused_at_once() {
    let sides = "fast = { from = 1, to = 1000, step = 1 }\nslow = { from = 1001, to = 2000, step = 1 }\n\
                 size_pct = { from = 0.01, to = 100, step = 0.01 }\n";
    let text = GRID.replace("fast = [5, 10, 20]\n", sides);
    let problems = Scenario::parse(&text, "".as_ref()).unwrap_err();
    assert_eq!(
        problems[0].message,
        "the grid has 10,000,000,000 combinations; at most 10,000,000 can be enumerated"
    );
    assert!(problems[0].help.as_ref().is_some_and(|help| help.contains("search = \"random\"")));
}

/// A sweep of a grid.
const GRID: &str = "[scenario]
name = \"g\"
[market]
path = \"data/sample\"
symbols = [\"ALPHA\"]
interval = \"1h\"
[battle]
windows = { kind = \"sequential\", length = \"30d\", count = 3 }
[[agents]]
name = \"a\"
strategy = { kind = \"sma_cross\", fast = 5, slow = 30 }
[sweep]
agent = \"a\"
search = \"grid\"
[sweep.parameters]
fast = [5, 10, 20]
";
