//! The `[tournament]` table: formats, their settings and errors.

use super::{GOOD, assert_mistake, mistake, valid};
use crate::scenario::{RatingSystem, Scenario, TournamentFormat, TournamentSpec, identity_json};

/// The valid scenario with a tournament; its agents are `trend` and `idle`.
fn with(tournament: &str) -> String {
    format!("{GOOD}\n[tournament]\n{tournament}\n")
}

/// As [`with`], with two more agents.
fn with_four(tournament: &str) -> String {
    let more = |name: &str| format!("[[agents]]\nname = \"{name}\"\nstrategy = {{ kind = \"dca\" }}\n\n");
    let agents = more("third") + &more("fourth") + "[battle]";
    with(tournament).replace("[battle]", &agents)
}

fn read(source: &str) -> TournamentSpec {
    valid(source).tournament.unwrap()
}

#[test]
fn without_the_table_the_identity_is_unchanged() {
    let scenario: Scenario = valid(GOOD);
    assert_eq!(scenario.tournament, None);
    assert!(!identity_json(&scenario).contains("tournament"));
    assert!(
        identity_json(&valid(&with(""))).contains("\"tournament\":{\"format\":{\"kind\":\"round_robin\"}")
    );
}

#[test]
fn an_empty_table_has_the_documented_defaults() {
    let expected = TournamentSpec {
        format: TournamentFormat::RoundRobin,
        alpha: 0.05,
        level: 0.95,
        resamples: 1000,
        ratings: vec![RatingSystem::BradleyTerry],
    };
    assert_eq!(read(&with("")), expected);
    assert_eq!(TournamentSpec::default(), expected);
}

#[test]
fn every_format_has_its_settings() {
    let format = |text: &str| read(&with_four(text)).format;
    assert_eq!(format("format = \"round_robin\""), TournamentFormat::RoundRobin);
    assert_eq!(
        format("format = \"gauntlet\"\nbaselines = [\"idle\", \"third\"]"),
        TournamentFormat::Gauntlet { baselines: vec!["idle".to_owned(), "third".to_owned()] }
    );
    assert_eq!(format("format = \"league\""), TournamentFormat::League { seasons: 3, divisions: 2 });
    assert_eq!(
        format("format = \"league\"\nseasons = 5\ndivisions = 1"),
        TournamentFormat::League { seasons: 5, divisions: 1 }
    );
    assert_eq!(format("format = \"swiss\""), TournamentFormat::Swiss { rounds: None });
    assert_eq!(format("format = \"swiss\"\nrounds = 3"), TournamentFormat::Swiss { rounds: Some(3) });
    assert_eq!(format("format = \"knockout\""), TournamentFormat::Knockout { seeds: vec![] });
    assert_eq!(
        format("format = \"knockout\"\nseeds = [\"fourth\"]"),
        TournamentFormat::Knockout { seeds: vec!["fourth".to_owned()] }
    );
    assert_eq!(format("format = \"survival\""), TournamentFormat::Survival);
    let spec = read(&with("alpha = 0.01\nlevel = 0.9\nresamples = 500\nratings = [\"elo\", \"weng_lin\"]"));
    assert_eq!((spec.alpha, spec.level, spec.resamples), (0.01, 0.9, 500));
    assert_eq!(spec.ratings, [RatingSystem::Elo, RatingSystem::WengLin]);
}

#[test]
fn an_unknown_format_gets_a_suggestion() {
    assert_mistake(
        &with("format = \"swis\""),
        "unknown tournament format `swis`",
        "\"swis\"",
        Some("did you mean `swiss`?"),
    );
    assert_mistake(
        &with("ratings = [\"elo\", \"glicko\"]"),
        "unknown rating system `glicko`",
        "\"glicko\"",
        Some("did you mean `glicko2`?"),
    );
}

#[test]
fn settings_of_another_format_are_refused() {
    assert_mistake(
        &with("seasons = 4"),
        "`seasons` is not a setting of format `round_robin`",
        "4",
        Some("write `format = \"league\"`, or remove `seasons`"),
    );
    let (message, span, _) = mistake(&with("format = \"swiss\"\nseeds = [\"idle\"]"));
    assert_eq!(message, "`seeds` is not a setting of format `swiss`");
    assert_eq!(span, "[\"idle\"]");
}

#[test]
fn gauntlet_baselines_must_be_agents() {
    assert_mistake(
        &with("format = \"gauntlet\""),
        "format `gauntlet` needs `baselines`",
        "\"gauntlet\"",
        Some("add `baselines = [\"..\"]`: the names of the agents that the others must beat"),
    );
    assert_mistake(
        &with("format = \"gauntlet\"\nbaselines = [\"idel\"]"),
        "unknown agent `idel` in `baselines`",
        "\"idel\"",
        Some("did you mean `idle`?"),
    );
    let (message, span, _) = mistake(&with("format = \"gauntlet\"\nbaselines = [\"idle\", \"trend\"]"));
    assert_eq!((message.as_str(), span.as_str()), ("every agent is a baseline", "[\"idle\", \"trend\"]"));
    assert_eq!(
        mistake(&with("format = \"gauntlet\"\nbaselines = [\"idle\", \"idle\"]")).0,
        "`idle` is listed twice in `baselines`"
    );
}

#[test]
fn too_few_agents_are_reported() {
    assert_mistake(
        &with("format = \"league\"\ndivisions = 2"),
        "2 divisions need 4 agents, there are 2",
        "2",
        Some("add `[[agents]]`, or use a smaller value"),
    );
    let alone = with("format = \"swiss\"")
        .replace("[[agents]]\nname = \"idle\"\nstrategy = { kind = \"cash\" }\n", "");
    assert_eq!(mistake(&alone).0, "a tournament needs at least two agents");
}

#[test]
fn numbers_stay_in_their_ranges() {
    for (text, span) in [("alpha = 0", "0"), ("level = 1.5", "1.5"), ("resamples = 10", "10")] {
        let (message, found, help) = mistake(&with(text));
        assert!(message.ends_with("is out of range"), "{message}");
        assert_eq!(found, span);
        assert!(help.is_some_and(|help| help.starts_with("allowed: ")));
    }
}
