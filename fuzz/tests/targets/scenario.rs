//! Scenarios: TOML in, a checked scenario or problems with their places out.

use std::path::Path;

use tiltyard::internals::scenario::{STARTER, Scenario, identity_json};
use tiltyard_fuzz::{Edit, edited_text, pick};

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
    bolero::check!().with_type::<(u8, Vec<Edit>)>().for_each(|(which, edits)| {
        holds(&edited_text(pick(&SEEDS, *which), &edits[..edits.len().min(8)]));
    });
}

#[test]
fn any_text() {
    bolero::check!().with_type::<String>().for_each(|text| holds(text));
}
