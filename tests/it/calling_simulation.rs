//! Checks the error rate and the power of the winner rule: seeded tournaments of records of known strength, a
//! few of those that `cargo run --release --example calling_simulation` runs in full (its counts are in
//! `docs/standings.md`).
//!
//! `TILTYARD_TOURNAMENTS` sets the number of tournaments per kind (default 40).

use rayon::prelude::*;
use tiltyard::internals::metrics::Score;
use tiltyard::internals::scenario::RankingMetric;
use tiltyard::internals::tournament::standings::{Fold, Outcome, ScoreMatrix, StandingsSpec, standings};

#[path = "../../benches/calling/world.rs"]
mod world;

use world::{Kind, Odd, alone, called, judge, tournament, truth};

const ALPHA: f64 = 0.05;
const METRICS: [RankingMetric; 4] = [
    RankingMetric::RoiPct,
    RankingMetric::SharpeRatio,
    RankingMetric::ProfitFactor,
    RankingMetric::MaxDrawdownPct,
];

fn tournaments() -> u64 {
    std::env::var("TILTYARD_TOURNAMENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(40)
}

/// Alpha plus three standard deviations of the share among `count` tournaments.
fn bound(count: u64) -> f64 {
    ALPHA + 3.0 * (ALPHA * (1.0 - ALPHA) / count as f64).sqrt()
}

#[test]
fn a_winner_among_equals_is_called_in_at_most_alpha_of_tournaments() {
    let (count, mut all) = (tournaments(), Vec::new());
    for kind in Kind::EQUALS {
        for metric in METRICS {
            for windows in [24, 48] {
                let wrong = |seed: &u64| {
                    // With two agents the rule is a single two-sided test.
                    let leader = called(&judge(&tournament(kind, *seed, 2, windows, metric), *seed));
                    leader.is_some_and(|leader| !(kind.differs(metric) && kind.is_best(leader, 2)))
                };
                let claims = (0..count).into_par_iter().filter(wrong).count() as u64;
                let share = claims as f64 / count as f64;
                assert!(share <= bound(count), "{kind:?}, {windows} windows, {}: {share}", metric.as_str());
                all.push(claims);
            }
        }
    }
    let played = count * all.len() as u64;
    let share = all.iter().sum::<u64>() as f64 / played as f64;
    assert!(share <= bound(played) && share > 0.01, "{share}");
}

#[test]
fn equals_with_infinite_scores_or_medians_among_ties_have_a_winner_in_at_most_alpha() {
    let count = tournaments();
    for kind in Odd::ALL {
        for windows in [24, 48] {
            let claims = |seed: &u64| called(&judge(&kind.tournament(*seed, windows, 0.0), *seed)).is_some();
            let share = (0..count).into_par_iter().filter(claims).count() as f64 / count as f64;
            assert!(share <= bound(count), "{kind:?}, {windows} windows: {share}");
        }
    }
}

#[test]
fn a_better_agent_by_the_median_is_called() {
    let count = tournaments();
    let called = |seed: &u64| called(&judge(&Odd::Numbers.tournament(*seed, 48, 1.0), *seed)) == Some(1);
    let found = (0..count).into_par_iter().filter(called).count();
    assert!(found as f64 > 0.5 * count as f64, "{found} of {count}");
}

#[test]
fn the_better_by_its_drawdown_is_called_where_the_record_is_long() {
    // A test by leaving windows out finds it in about 60 % of these.
    let (count, metric) = (tournaments(), RankingMetric::MaxDrawdownPct);
    let called =
        |seed: &u64| called(&judge(&tournament(Kind::Better, *seed, 4, 120, metric), *seed)) == Some(3);
    let found = (0..count).into_par_iter().filter(called).count();
    assert!(found as f64 > 0.75 * count as f64, "{found} of {count}");
}

#[test]
fn the_truly_better_agent_is_called() {
    let count = tournaments();
    for metric in [RankingMetric::RoiPct, RankingMetric::SharpeRatio, RankingMetric::ProfitFactor] {
        let found = (0..count)
            .into_par_iter()
            .filter(|&seed| called(&judge(&tournament(Kind::Better, seed, 4, 48, metric), seed)) == Some(3))
            .count();
        assert!(found as f64 > 0.9 * count as f64, "{}: {found} of {count}", metric.as_str());
    }
}

#[test]
fn intervals_have_their_stated_coverage() {
    let count = 10 * tournaments();
    for metric in [RankingMetric::RoiPct, RankingMetric::SharpeRatio, RankingMetric::WinRate] {
        let truth = truth(48, 0.3, metric);
        let holds = |seed: &u64| {
            let interval = judge(&alone(*seed, 48, 0.3, metric), *seed).rows[0].interval.unwrap();
            interval.low <= truth && truth <= interval.high
        };
        let share = (0..count).into_par_iter().filter(holds).count() as f64 / count as f64;
        let error = 2.0 * (0.05 * 0.95 / count as f64).sqrt();
        assert!(share > 0.93 - error && share < 0.97 + error, "{}: {share}", metric.as_str());
    }
}

#[test]
fn a_rare_trader_is_not_called_better_than_a_profitable_agent() {
    // The rare agent earns a little in a few windows; the other earns much with high variance.
    let scores =
        |of: &dyn Fn(usize) -> f64| (0..48).map(|window| Score::of(of(window))).collect::<Vec<Score>>();
    let earns = scores(&|window| if window % 2 == 0 { 9.0 } else { -1.2 });
    let mut rare = vec![Score::Absent; 48];
    (0..6).for_each(|index| rare[index * 8] = Score::of(20.0));
    let names = ["rare", "earns"].map(str::to_owned).to_vec();
    let windows = (0..48).map(|window| window.to_string()).collect();
    let matrix = ScoreMatrix::new(names, windows, vec![rare, earns], Fold::Mean).unwrap();
    let found = standings(&matrix, &StandingsSpec { resamples: 99, ..StandingsSpec::default() }).unwrap();
    assert_eq!(found.verdict.leader, 0);
    let Outcome::InsufficientWindows { rare, .. } = found.verdict.outcome else {
        panic!("{:?}", found.verdict)
    };
    assert_eq!((rare[0].agent, rare[0].windows), (1, 6));
}
