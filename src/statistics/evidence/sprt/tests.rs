//! Golden values of fastchess, a ratio worked by hand, what cannot be tested.

use super::*;

#[track_caller]
fn assert_llr(counts: GameCounts, elo0: f64, elo1: f64, model: EloModel, expected: f64) {
    let llr = Sprt::new(elo0, elo1, 0.05, 0.05, model).unwrap().llr(&counts).unwrap();
    assert!((llr - expected).abs() <= 0.01 * expected.abs(), "{llr} is not {expected}");
}

/// Disservin/fastchess @74deac23, published unit-test values, 1 %.
#[test]
fn fastchess_trinomial() {
    let counts = |wins, losses, draws| GameCounts::Trinomial([losses, draws, wins]);
    assert_llr(counts(36433, 36027, 68692), 0.0, 2.0, EloModel::Normalized, 0.92);
    assert_llr(counts(10871, 10650, 20431), -1.75, 0.25, EloModel::Normalized, 2.3);
    assert_llr(counts(21404, 21184, 40708), 0.5, 2.5, EloModel::Logistic, -1.57);
    assert_llr(counts(57433, 57030, 106_593), 0.0, 2.0, EloModel::Logistic, -2.59);
}

/// The same source; LL, LD, WL + DD, WD, WW.
#[test]
fn fastchess_pentanomial() {
    let normalized = GameCounts::Pentanomial([365, 16618, 36029 + 200, 16974, 390]);
    assert_llr(normalized, 0.0, 2.0, EloModel::Normalized, 2.25);
    let logistic = GameCounts::Pentanomial([223, 9863, 20279 + 1000, 10037, 246]);
    assert_llr(logistic, 0.5, 2.5, EloModel::Logistic, -3.07);
}

#[test]
fn without_draws_it_is_the_binomial_ratio() {
    // 60 wins, 40 losses: 60 ln(p1 / p0) + 40 ln(q1 / q0) with p0 = 1/2 and p1 = 0.75016 at 191 Elo.
    // The never-seen draws weigh a thousandth of a game.
    let p1 = 1.0 / (1.0 + 10.0_f64.powf(-191.0 / 400.0));
    let expected = 60.0 * (2.0 * p1).ln() + 40.0 * (2.0 * (1.0 - p1)).ln();
    let sprt = Sprt::new(0.0, 191.0, 0.05, 0.05, EloModel::Logistic).unwrap();
    let llr = sprt.llr(&GameCounts::Trinomial([40, 0, 60])).unwrap();
    assert!((llr - expected).abs() < 2e-3, "{llr} is not {expected}");
}

#[test]
fn walds_bounds_decide() {
    let sprt = Sprt::new(0.0, 10.0, 0.05, 0.05, EloModel::Normalized).unwrap();
    // ln(0.95 / 0.05) = 2.944439.
    assert!((sprt.bounds().1 - 2.944_438_979_166_440_3).abs() < 1e-14);
    assert!((sprt.bounds().0 + sprt.bounds().1).abs() < 1e-14);
    assert_eq!(sprt.decide(&GameCounts::Trinomial([0; 3])), Ok(Decision::Continue));
    assert_eq!(sprt.decide(&GameCounts::Trinomial([10, 30, 12])), Ok(Decision::Continue));
    assert_eq!(sprt.decide(&GameCounts::Trinomial([2000, 6000, 2400])), Ok(Decision::AcceptH1));
    assert_eq!(sprt.decide(&GameCounts::Trinomial([2400, 6000, 2000])), Ok(Decision::AcceptH0));
}

#[test]
fn exchanging_the_players_turns_the_ratio() {
    let sprt = Sprt::new(-20.0, 20.0, 0.05, 0.05, EloModel::Normalized).unwrap();
    let there = sprt.llr(&GameCounts::Trinomial([31, 50, 44])).unwrap();
    let back = sprt.llr(&GameCounts::Trinomial([44, 50, 31])).unwrap();
    assert!(there > 0.0 && (there + back).abs() < 1e-7, "{there} {back}");
}

#[test]
fn results_of_one_kind_give_a_finite_ratio() {
    for model in [EloModel::Logistic, EloModel::Normalized] {
        let sprt = Sprt::new(0.0, 100.0, 0.05, 0.05, model).unwrap();
        let llr = |counts| sprt.llr(&GameCounts::Trinomial(counts)).unwrap();
        let (all_won, all_lost, all_drawn) = (llr([0, 0, 30]), llr([30, 0, 0]), llr([0, 30, 0]));
        assert!(all_won > 0.0 && all_lost < 0.0 && all_drawn < 0.0, "{all_won} {all_lost} {all_drawn}");
        assert!(all_won.is_finite() && all_lost.is_finite() && all_drawn.is_finite());
    }
}

#[test]
fn impossible_tests_are_errors() {
    let new = |elo0, elo1, alpha, beta| Sprt::new(elo0, elo1, alpha, beta, EloModel::Logistic);
    assert!(matches!(new(2.0, 2.0, 0.05, 0.05), Err(SprtError::Hypotheses { .. })));
    assert!(matches!(new(f64::NAN, 2.0, 0.05, 0.05), Err(SprtError::Hypotheses { .. })));
    assert!(matches!(new(0.0, 2.0, 0.0, 0.05), Err(SprtError::ErrorRates { .. })));
    assert!(matches!(new(0.0, 2.0, 0.5, 0.5), Err(SprtError::ErrorRates { .. })));
    let text = new(3.0, 2.0, 0.05, 0.05).unwrap_err().to_string();
    assert_eq!(text, "`elo0` = `3` must be less than `elo1` = `2`");
}
