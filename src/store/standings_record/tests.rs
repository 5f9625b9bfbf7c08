//! Tests of the record.

use super::rows_csv::COLUMNS;
use super::*;
use crate::metrics::Score;
use crate::tournament::standings::{Fold, RatingSystem, ScoreMatrix, StandingsSpec, standings};

/// Three agents over 24 windows: `b` is better than `a` by 1 or 3 in turn, `c` is a copy of `a`.
fn record(ratings: Vec<RatingSystem>) -> StandingsRecord {
    let a: Vec<Score> = (0..24).map(|i| Score::of(f64::from(i * 7 % 5) - 2.0)).collect();
    let b = a
        .iter()
        .enumerate()
        .map(|(i, x)| Score::of(x.number().unwrap() + if i % 4 == 0 { -1.0 } else { 3.0 }))
        .collect();
    let names = ["a", "b, the best", "c"].map(str::to_owned).to_vec();
    let windows = (0..24).map(|i| i.to_string()).collect();
    let matrix = ScoreMatrix::new(names, windows, vec![a.clone(), b, a], Fold::Mean).unwrap();
    let spec = StandingsSpec { ratings, benchmark: Some(0), resamples: 50, ..StandingsSpec::default() };
    StandingsRecord::new(&standings(&matrix, &spec).unwrap())
}

#[test]
fn the_record_reads_back_and_has_a_version() {
    let record = record(RatingSystem::ALL.to_vec());
    let json = record.to_json().unwrap();
    assert!(json.starts_with("{\n  \"format_version\": 2,\n  \"metric\": \"score\",\n"));
    assert_eq!(serde_json::from_str::<StandingsRecord>(&json).unwrap(), record);
    assert_eq!((record.windows, record.standings.len(), record.pairs.len()), (24, 3, 3));
    assert_eq!(record.verdict.outcome, "called");
    assert_eq!(record.verdict.rival.as_deref(), Some("a"));
    assert!(record.missing.is_empty(), "{:?}", record.missing);
}

#[test]
fn pairs_count_from_the_better_one() {
    let record = record(vec![]);
    let names: Vec<(&str, &str)> = record.pairs.iter().map(|p| (p.a.as_str(), p.b.as_str())).collect();
    assert_eq!(names, [("b, the best", "a"), ("b, the best", "c"), ("a", "c")]);
    let first = &record.pairs[0];
    // 18 of 24 windows by 3, 6 by -1: mean 2.
    assert_eq!((first.win_rate, first.difference), (Some(0.75), Some(2.0)));
    assert!(first.t.unwrap() > 0.0 && first.beats_probability > 0.5);
    let twins = &record.pairs[2];
    assert_eq!((twins.win_rate, twins.difference, twins.t), (Some(0.5), Some(0.0), None));
    assert_eq!((twins.p_holm, twins.p_nemenyi), (Some(1.0), Some(1.0)));
}

#[test]
fn the_csv_has_a_line_an_agent_and_three_columns_a_system() {
    let record = record(vec![RatingSystem::Elo, RatingSystem::BradleyTerry]);
    let text = record.to_csv();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].ends_with(
        ",confidence_set_p,elo,elo_low,elo_high,bradley_terry,bradley_terry_low,bradley_terry_high"
    ));
    assert!(lines[1].starts_with("1,\"b, the best\",") && lines.len() == 4);
    let columns = lines[0].split(',').count();
    assert!(lines[2..].iter().all(|line| line.split(',').count() == columns));
}

/// The columns of the CSV are the keys of a row, in the same order.
#[test]
fn columns_are_the_keys() {
    let json = serde_json::to_string(&record(vec![]).standings[0]).unwrap();
    let mut rest = json.as_str();
    for name in COLUMNS {
        let at = rest.find(&format!("\"{name}\":")).unwrap();
        rest = &rest[at..];
    }
}

#[test]
fn undefined_metrics_are_null_with_a_reason() {
    let matrix = ScoreMatrix::new(
        vec!["x".to_owned(), "y".to_owned()],
        vec!["w".to_owned()],
        vec![vec![Score::of(1.0)], vec![Score::of(2.0)]],
        Fold::Mean,
    );
    let record = StandingsRecord::new(&standings(&matrix.unwrap(), &StandingsSpec::default()).unwrap());
    assert_eq!(record.verdict.outcome, "insufficient_windows");
    assert_eq!((record.verdict.lead, record.verdict.windows_least), (None, Some(20)));
    let reasons: Vec<&str> = record.missing.keys().map(String::as_str).collect();
    assert_eq!(reasons, ["confidence_set_p", "friedman", "nemenyi"]);
    assert!(record.standings[0].ratings.is_empty());
    assert!(record.unconnected.unwrap().contains("y | x"));
}
