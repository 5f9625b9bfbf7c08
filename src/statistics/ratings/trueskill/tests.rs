//! Golden values, a hand-worked game, extremes, symmetry.

use proptest::prelude::*;

use super::super::testing::{permuted, ranks_no_ties, ranks_with_ties};
use super::*;

fn rate(ranks: &[Vec<u32>]) -> Vec<Gaussian> {
    rate_trueskill(ranks, &TrueSkillConfig::default()).unwrap()
}

#[track_caller]
fn assert_beliefs(found: &[Gaussian], expected: &[[f64; 2]], relative: f64, absolute: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        for (x, y) in [found.mu, found.sigma].iter().zip(expected) {
            assert!((x - y).abs() <= relative * y.abs() + absolute, "{x} is not {y}");
        }
    }
}

#[test]
fn trueskill_golden_values_without_ties() {
    // trueskill 0.4.5, relative 1e-6: its pure Python erfc is good to 1e-7.
    let first = [
        [24.999999999999993, 5.42008054745218],
        [34.36313570587936, 6.136152879834738],
        [15.636864294120633, 6.136152879834741],
        [20.941551194376647, 5.535835240286503],
        [29.058448805623357, 5.535835240286497],
    ];
    assert_beliefs(&rate(&ranks_no_ties()[..1]), &first, 1e-6, 0.0);
    let last = [
        [26.643129896759643, 0.9344977982030198],
        [27.264577292718027, 0.9560801979341622],
        [23.9253245187494, 0.9342727710991549],
        [23.1307167584593, 0.9527235050441273],
        [21.65436908170703, 0.9735214119986403],
    ];
    assert_beliefs(&rate(&ranks_no_ties()), &last, 1e-6, 0.0);
}

#[test]
fn trueskill_golden_values_with_ties() {
    // trueskill 0.4.5, absolute 0.05: there the order of tied agents shows.
    let first = [
        [25.81496340417068, 5.32503118279724],
        [32.06308367320981, 6.249873931688616],
        [20.640614434499707, 5.500988492418339],
        [20.649777863060446, 5.505351350455962],
        [25.831560625059343, 5.32352386403382],
    ];
    assert_beliefs(&rate(&ranks_with_ties()[..1]), &first, 0.0, 0.05);
    let last = [
        [26.82107597996687, 0.9128130859515827],
        [27.05263142617331, 0.925828799419388],
        [24.722610846762297, 0.9190363754558956],
        [23.92352166572552, 0.9371921810111863],
        [22.527523367354732, 0.953854818037754],
    ];
    assert_beliefs(&rate(&ranks_with_ties()), &last, 0.0, 0.05);
}

#[test]
fn two_players_worked_by_hand() {
    // No draws, no drift: c^2 = 2 (sigma^2 + beta^2), V = sqrt(2/pi), W = 2/pi at a gap of 0;
    // mu = 25 +- sigma^2 / c V, sigma'^2 = sigma^2 (1 - sigma^2 / c^2 W).
    let config = TrueSkillConfig { draw_probability: 0.0, tau: 0.0, ..TrueSkillConfig::default() };
    let found = rate_trueskill(&[vec![0, 1]], &config).unwrap();
    let (variance, noise) = (Gaussian::PRIOR.variance(), config.beta * config.beta);
    let c2 = 2.0 * (variance + noise);
    let shift = variance / c2.sqrt() * (2.0 / std::f64::consts::PI).sqrt();
    let sigma = (variance * (1.0 - variance / c2 * 2.0 / std::f64::consts::PI)).sqrt();
    assert_beliefs(&found, &[[25.0 + shift, sigma], [25.0 - shift, sigma]], 1e-12, 0.0);
}

#[test]
fn a_tie_of_equals_changes_no_rating() {
    let found = rate(&[vec![0, 0, 0]]);
    assert!(found.iter().all(|belief| *belief == found[0] && (belief.mu - 25.0).abs() < 1e-12));
    assert!(found[0].sigma < Gaussian::PRIOR.sigma);
}

#[test]
fn a_single_agent_is_not_rated_and_no_windows_is_an_error() {
    assert_eq!(rate(&[vec![0], vec![0]]), [Gaussian::PRIOR]);
    assert_eq!(rate_trueskill(&[], &TrueSkillConfig::default()), Err(RatingError::NoWindows));
}

#[test]
fn a_surprise_after_a_thousand_wins_stays_finite() {
    let mut rows = vec![vec![0, 1]; 1000];
    rows.push(vec![1, 0]);
    rows.push(vec![0, 0]);
    let sharp = TrueSkillConfig { beta: 1e-3, ..TrueSkillConfig::default() };
    for belief in rate_trueskill(&rows, &sharp).unwrap() {
        assert!(belief.mu.is_finite() && belief.sigma > 0.0, "{belief:?}");
    }
}

proptest! {
    #[test]
    fn order_and_copies_to_the_bit(
        rows in prop::collection::vec(prop::collection::vec(0_u32..5, 4), 1..12),
        order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        // Agents 4 and 5 are copies of agent 3.
        let rows: Vec<Vec<u32>> = rows.into_iter().map(|mut r| { r.extend([r[3], r[3]]); r }).collect();
        let (plain, moved) = (rate(&rows), rate(&permuted(&rows, &order)));
        prop_assert_eq!(plain[3], plain[4]);
        prop_assert_eq!(plain[3], plain[5]);
        for (index, &agent) in order.iter().enumerate() {
            prop_assert_eq!(moved[index], plain[agent]);
        }
    }
}
