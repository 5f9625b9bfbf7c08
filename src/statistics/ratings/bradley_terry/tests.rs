//! Golden values, hand-worked fits, what cannot be rated, symmetry.

use proptest::prelude::*;

use super::super::testing::{assert_close, assert_near, matrix, permuted, ranks_with_ties};
use super::*;

fn zeros(agents: usize) -> Vec<Vec<f64>> {
    vec![vec![0.0; agents]; agents]
}

fn golden_wins() -> PairCounts {
    let wins = matrix([
        [0, 15, 27, 21, 28],
        [21, 0, 25, 26, 30],
        [9, 11, 0, 20, 24],
        [15, 10, 16, 0, 18],
        [8, 6, 12, 18, 0],
    ]);
    PairCounts::new(wins, zeros(5)).unwrap()
}

/// choix 0.4.1 `ilsr_pairwise`.
const CHOIX: [f64; 5] = [
    0.455_307_451_534_115_1,
    0.736_694_529_856_060_8,
    -0.192_434_636_087_569_83,
    -0.312_523_073_613_419_63,
    -0.687_044_271_689_166_5,
];

#[test]
fn choix_and_statsmodels_agree() {
    let fit = fit_bradley_terry(&golden_wins()).unwrap();
    assert_close(&fit.theta, &CHOIX, 1e-9);
    // statsmodels 0.15.0 GLM Binomial logit, agent 0 as reference, then centred.
    let theta = [
        0.4553074515341179,
        0.7366945298560608,
        -0.1924346360875807,
        -0.31252307361340304,
        -0.687044271689195,
    ];
    assert_close(&fit.theta, &theta, 1e-9);
    let se: Vec<f64> = (0..5).map(|agent| fit.naive_se(agent)).collect();
    let expected = [
        0.14307570905882744,
        0.14975741074286633,
        0.13963800254420353,
        0.1407731784849449,
        0.14800525101436884,
    ];
    assert_close(&se, &expected, 1e-9);
    assert_near(fit.naive_se_of_difference(0, 1), 0.227_193_230_360_846_15, 1e-9);
    assert_near(fit.theta.iter().sum::<f64>(), 0.0, 1e-14);
    assert_eq!((fit.nu, fit.log_nu_se), (0.0, None));
}

#[test]
fn half_wins_agree_with_choix() {
    // choix 0.4.1 ilsr_pairwise, every game doubled so that a tie is one win each way.
    let expected = [
        0.4921915806471157,
        0.6567663627096916,
        -0.1426086401658534,
        -0.309865917181953,
        -0.6964833860090007,
    ];
    let counts = PairCounts::from_ranks(&ranks_with_ties()).unwrap();
    assert_close(&fit_bradley_terry_half_wins(&counts).unwrap().theta, &expected, 1e-9);
}

#[test]
fn davidson_agrees_with_statsmodels() {
    // statsmodels 0.15.0 GLM Poisson, log-linear form (Fienberg 1979).
    let expected = [
        0.5970531872868436,
        0.7973972706281064,
        -0.1729001740434979,
        -0.37571691961728204,
        -0.8458333642541704,
    ];
    let fit = fit_bradley_terry(&PairCounts::from_ranks(&ranks_with_ties()).unwrap()).unwrap();
    assert_close(&fit.theta, &expected, 1e-9);
    assert_near(fit.nu, 0.410_033_091_025_968_74, 1e-9);
    assert_near(fit.log_nu_se.unwrap(), 0.148_069_545_877_708_1, 1e-9);
    let (win, tie) = fit.win_and_tie(0, 4);
    let (loss, same) = fit.win_and_tie(4, 0);
    assert_near(win + tie + loss, 1.0, 1e-14);
    assert_near(tie, same, 1e-14);
}

#[test]
fn newton_finds_the_fixed_point_of_mm() {
    // Hunter 2004: pi_i = W_i / sum_j n_ij / (pi_i + pi_j), iterated 3,000 times.
    let counts = golden_wins();
    let mut strength = [1.0_f64; 5];
    for _ in 0..3000 {
        let old = strength;
        for i in 0..5 {
            let won: f64 = (0..5).map(|j| counts.wins(i, j)).sum();
            let met = |j: usize| (counts.wins(i, j) + counts.wins(j, i)) / (old[i] + old[j]);
            strength[i] = won / (0..5).filter(|&j| j != i).map(met).sum::<f64>();
        }
    }
    let mean = strength.iter().map(|x| x.ln()).sum::<f64>() / 5.0;
    let theta: Vec<f64> = strength.iter().map(|x| x.ln() - mean).collect();
    assert_close(&fit_bradley_terry(&counts).unwrap().theta, &theta, 1e-9);
}

#[test]
fn two_agents_worked_by_hand() {
    // 3 : 1, distance ln 3. With 4 ties: P = 3/8, 1/8, 4/8, so distance ln 3 again and nu = 4 / sqrt(3 * 1).
    let wins = vec![vec![0.0, 3.0], vec![1.0, 0.0]];
    let fit = fit_bradley_terry(&PairCounts::new(wins.clone(), zeros(2)).unwrap()).unwrap();
    assert_close(&fit.theta, &[0.5 * 3.0_f64.ln(), -0.5 * 3.0_f64.ln()], 1e-12);
    let ties = vec![vec![0.0, 4.0], vec![4.0, 0.0]];
    let fit = fit_bradley_terry(&PairCounts::new(wins, ties).unwrap()).unwrap();
    assert_close(&fit.theta, &[0.5 * 3.0_f64.ln(), -0.5 * 3.0_f64.ln()], 1e-12);
    assert_near(fit.nu, 4.0 / 3.0_f64.sqrt(), 1e-12);
    assert_near(fit.win_and_tie(0, 1).1, 0.5, 1e-12);
}

#[test]
fn agents_that_never_met_are_compared_through_others() {
    // A 3:1 B, B 3:1 C, A and C never met: A - C = 2 ln 3.
    let wins = vec![vec![0.0, 3.0, 0.0], vec![1.0, 0.0, 3.0], vec![0.0, 1.0, 0.0]];
    let fit = fit_bradley_terry(&PairCounts::new(wins, zeros(3)).unwrap()).unwrap();
    assert_close(&fit.theta, &[3.0_f64.ln(), 0.0, -(3.0_f64.ln())], 1e-12);
}

#[test]
fn one_agent_is_rated_zero() {
    let fit = fit_bradley_terry(&PairCounts::from_ranks(&[vec![0], vec![0]]).unwrap()).unwrap();
    assert_eq!((fit.theta, fit.nu), (vec![0.0], 0.0));
    assert!(fit.naive_covariance[0][0].abs() < 1e-15);
}

#[test]
fn a_disconnected_graph_is_told_with_its_groups() {
    // Agent 2 always wins; 0 and 1 split.
    let counts = PairCounts::from_ranks(&[vec![1, 2, 0], vec![2, 1, 0]]).unwrap();
    let error = fit_bradley_terry(&counts).unwrap_err();
    assert_eq!(error, RatingError::NotConnected { groups: vec![vec![2], vec![0, 1]] });
    assert_eq!(error.to_string(), "the win graph is not strongly connected: it falls into `2` groups");
    assert!(fit_bradley_terry_half_wins(&counts).is_err());
}

#[test]
fn ties_without_a_cycle_of_wins_are_reported() {
    let one_way = PairCounts::from_ranks(&[vec![0, 1], vec![0, 0]]).unwrap();
    assert_eq!(fit_bradley_terry(&one_way), Err(RatingError::TiesUnbounded));
    // As half wins it is 1.5 : 0.5.
    let fit = fit_bradley_terry_half_wins(&one_way).unwrap();
    assert_near(fit.theta[0] - fit.theta[1], 3.0_f64.ln(), 1e-12);
    let all_tied = PairCounts::from_ranks(&vec![vec![0, 0, 0]; 4]).unwrap();
    assert_eq!(fit_bradley_terry(&all_tied), Err(RatingError::TiesUnbounded));
    assert_eq!(fit_bradley_terry_half_wins(&all_tied).unwrap().theta, [0.0; 3]);
}

#[test]
fn a_circle_with_more_wins_than_ties_has_a_finite_fit() {
    // A beats B, B beats C, C ties with A: the last case `connectivity` lets through.
    let wins = matrix([[0, 1, 0], [0, 0, 1], [0, 0, 0]]);
    let ties = matrix([[0, 0, 1], [0, 0, 0], [1, 0, 0]]);
    let fit = fit_bradley_terry(&PairCounts::new(wins, ties).unwrap()).unwrap();
    assert!(fit.theta.iter().all(|x| x.abs() < 20.0) && fit.nu < 1e6, "{fit:?}");
}

#[test]
fn a_graph_held_together_by_one_window_converges() {
    // Thirty agents in the same order in 35 windows; then the last comes first, and in one case ties too.
    let straight: Vec<u32> = (0..30).collect();
    let mut upset: Vec<u32> = (1..=30).collect();
    upset[29] = 0;
    let mut rows = vec![straight.clone(); 35];
    rows.push(upset);
    let fit = fit_bradley_terry(&PairCounts::from_ranks(&rows).unwrap()).unwrap();
    assert!(fit.theta.windows(2).all(|pair| pair[0] > pair[1]), "{:?}", fit.theta);
    let mut tied = straight;
    tied[6] = 5;
    rows.push(tied);
    let fit = fit_bradley_terry(&PairCounts::from_ranks(&rows).unwrap()).unwrap();
    assert!(fit.nu > 0.0 && fit.theta.iter().all(|x| x.is_finite()));
}

proptest! {
    #[test]
    fn order_of_agents_does_not_matter(
        rows in prop::collection::vec(prop::collection::vec(0_u32..4, 5), 6..20),
        order in Just((0..5).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let plain = fit_bradley_terry(&PairCounts::from_ranks(&rows).unwrap());
        let moved = fit_bradley_terry(&PairCounts::from_ranks(&permuted(&rows, &order)).unwrap());
        prop_assert_eq!(plain.is_ok(), moved.is_ok());
        if let (Ok(plain), Ok(moved)) = (plain, moved) {
            for (index, &agent) in order.iter().enumerate() {
                prop_assert!((moved.theta[index] - plain.theta[agent]).abs() < 1e-8);
            }
        }
    }

    #[test]
    fn identical_agents_tie_to_the_bit(
        rows in prop::collection::vec(prop::collection::vec(0_u32..5, 4), 6..20),
    ) {
        // Agents 4 and 5 are copies of agent 1.
        let rows: Vec<Vec<u32>> = rows.into_iter().map(|mut r| { r.extend([r[1], r[1]]); r }).collect();
        if let Ok(fit) = fit_bradley_terry(&PairCounts::from_ranks(&rows).unwrap()) {
            prop_assert_eq!(fit.theta[1].to_bits(), fit.theta[4].to_bits());
            prop_assert_eq!(fit.theta[1].to_bits(), fit.theta[5].to_bits());
        }
    }

    #[test]
    fn valid_input_converges(
        rows in prop::collection::vec(prop::collection::vec(0_u32..3, 4), 1..8),
    ) {
        let fit = fit_bradley_terry(&PairCounts::from_ranks(&rows).unwrap());
        prop_assert_ne!(fit, Err(RatingError::NotConverged));
    }
}
