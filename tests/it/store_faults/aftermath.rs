//! What must hold after a fault.

use std::fs;
use std::path::Path;

use super::operations::{Operation, results};
use crate::support::stage::{Said, Stage};

/// What a run leaves when nothing disturbs it.
pub type Expected = Vec<(String, Vec<u8>)>;

/// A problem of `store check` as its page has it: the sentence and the advice.
fn problems(page: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in page.lines().skip(1) {
        if let Some(sentence) = line.strip_prefix("- ") {
            found.push((sentence.to_owned(), String::new()));
        } else if let Some((_, advice)) = found.last_mut() {
            advice.push_str(line.trim());
        }
    }
    found
}

/// The command that an advice names.
fn command(sentence: &str, advice: &str, why: &str) -> String {
    if advice.contains("`tiltyard store repair") {
        "store repair --out s".to_owned()
    } else if advice.contains("run its scenario again") {
        let scenario = ["plain", "swept", "registered"]
            .into_iter()
            .find(|name| sentence.contains(&format!("s/{name}/")));
        format!("run {}.toml --out s --quiet", scenario.unwrap_or_else(|| panic!("{sentence}")))
    } else if advice.contains("`tiltyard store prune`") {
        "store prune --out s".to_owned()
    } else {
        panic!("{why}\nan advice without a command: {sentence}: {advice}")
    }
}

/// Follows the advice of `store check` until it is clean; returns whether there was any.
pub fn follow_advice(stage: &Stage, why: &str) -> bool {
    for turn in 0..4 {
        let said = stage.run("store check --out s");
        if said.code == Some(0) {
            return turn > 0;
        }
        if said.stdout.is_empty() {
            // Nothing was stored at all, which is not a problem.
            assert!(said.stderr.contains("there are no runs under"), "{why}\n{said:?}");
            assert!(stage.names("s").iter().all(|name| name.starts_with('.')), "{why}\n{said:?}");
            return turn > 0;
        }
        let found = problems(&said.stdout);
        assert!(!found.is_empty(), "{why}\n{said:?}");
        assert!(turn < 3, "{why}\nstill wrong after its own advice: {found:?}");
        for (sentence, advice) in found {
            let command = command(&sentence, &advice, why);
            let said = stage.run(&command);
            assert!(said.code.is_some_and(|code| code <= 1), "{why}\n{sentence}\n{command}: {said:?}");
        }
    }
    true
}

fn shows(stage: &Stage, (command, words): (&str, &str)) -> (bool, Said) {
    let said = stage.run(command);
    let packed = |text: &str| text.replace(": ", ":");
    (said.code == Some(0) && packed(&said.stdout).contains(&packed(words)), said)
}

fn must_show(stage: &Stage, proof: (&str, &str), why: &str) {
    let (shown, said) = shows(stage, proof);
    assert!(shown, "{why}\n`{}` does not show `{}`: {said:?}", proof.0, proof.1);
}

/// Checks that everything acknowledged before and during the operation exists, and that a refusal which says
/// that nothing was changed is true.
pub fn nothing_is_lost(stage: &Stage, operation: &Operation, said: &Said, why: &str) {
    if operation.template != "nothing" {
        must_show(stage, ("agent list --archived --out s --json", "\"keeper\""), why);
    }
    if ["runs", "leftovers", "damaged"].contains(&operation.template) {
        must_show(stage, ("trades plain trend --out s", ""), why);
        must_show(stage, ("show swept --out s", ""), why);
    }
    if operation.name == "import, merge" {
        let info = stage.result("data info bars/BTCUSDT_1m.parquet --json");
        let packed = info.replace(": ", ":");
        assert!(packed.contains("\"rows\":1440") || packed.contains("\"rows\":2880"), "{why}\n{info}");
    }
    if said.code == Some(0) {
        must_show(stage, operation.proof, why);
    } else if said.stderr.contains("nothing was changed") && !operation.repeatable {
        assert!(!shows(stage, operation.proof).0, "{why}\nsomething was changed");
    }
}

/// Checks that the same command then succeeds, and leaves what it leaves undisturbed, and nothing hidden.
pub fn it_can_be_repeated(stage: &Stage, operation: &Operation, expected: &Expected, why: &str) {
    if !operation.repeatable {
        return;
    }
    let said = stage.run(operation.command);
    // A command that has nothing left to do, or finds the file of a former import, says so.
    let replace = operation.name == "import" && said.code != Some(0);
    let said = if replace { stage.run(&format!("{} --replace", operation.command)) } else { said };
    assert_eq!(said.code, Some(0), "{why}\nrepeated: {said:?}");
    must_show(stage, operation.proof, why);
    let left = results(stage, operation);
    let names = |files: &Expected| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&left), names(expected), "{why}");
    assert!(left == *expected, "{why}\nrepeated, it leaves other bytes");
    for folder in ["bars", "new"] {
        if stage.path(folder).exists() {
            assert_eq!(stage.names(folder), ["BTCUSDT_1m.parquet"], "{why}");
        }
    }
}

/// A refusal names the cause, unless the message itself could not be written.
pub fn names_the_cause(said: &Said, injections: &[String], log: &Path, why: &str) {
    let injected = injections.join(" ");
    let causes: &[&str] = if injected.contains("ENOSPC") {
        &["No space left", "disk is full", "full", "disk I/O error"]
    } else {
        &["Input/output error", "disk I/O error", "disk reports an error"]
    };
    let log = fs::read_to_string(log).unwrap();
    let unwritten = log.lines().any(|line| line.contains("write(2,") && line.contains("(INJECTED)"));
    // Pages are folded.
    let said_all = format!("{} {}", said.stderr, said.stdout);
    let flat = said_all.split_whitespace().filter(|word| *word != "|").collect::<Vec<_>>().join(" ");
    assert!(unwritten || causes.iter().any(|cause| flat.contains(cause)), "{why}\nthe cause is not named");
}
