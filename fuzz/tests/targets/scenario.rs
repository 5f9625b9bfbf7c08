//! Scenarios: TOML in, a checked scenario or problems with their places out.

use std::path::Path;

use crate::rooms::scenario::{STARTER, Scenario, identity_json};
use proptest::prelude::any;
use tiltyard_fuzz::{edited_text, edits, fuzz, pick};

const SEEDS: [&str; 5] = [
    STARTER,
    include_str!("../../../scenarios/first_tournament.toml"),
    include_str!("../../../scenarios/daily_rotation.toml"),
    include_str!("../../../scenarios/league_of_twelve.toml"),
    include_str!("../../../scenarios/sweep_sma_cross.toml"),
];

fn holds(text: &str) {
    let problems = match Scenario::parse(text, Path::new(".")) {
        Ok((scenario, warnings)) => {
            let again = Scenario::parse(text, Path::new(".")).map(|(scenario, _)| identity_json(&scenario));
            assert_eq!(again.ok(), Some(identity_json(&scenario)));
            warnings
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            problems
        }
    };
    for problem in problems {
        assert!(text.get(problem.span.clone()).is_some(), "{problem:?} lies outside the text");
        assert!(!problem.message.is_empty(), "{problem:?}");
    }
}

#[test]
fn an_edited_scenario() {
    fuzz(&edits(8), |(which, edits)| holds(&edited_text(pick(&SEEDS, which), &edits)));
}

#[test]
fn any_text() {
    fuzz(&any::<String>(), |text| holds(&text));
}
