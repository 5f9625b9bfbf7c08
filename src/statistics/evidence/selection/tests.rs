//! Tests of the assessment of a search's winner.

use super::super::testing::{close, noisy};
use super::super::{deflated_sharpe_ratio, stepm};
use super::*;

fn spec() -> SelectionSpec {
    SelectionSpec { resamples: 200, blocks: 8, ..SelectionSpec::default() }
}

#[test]
fn skill_is_defensible() {
    let found = assess_selection(&noisy(1, 400, &[0.0, 0.5, 0.0, -0.1]), &spec()).unwrap();
    assert_eq!((found.winner, found.trials, found.blocks), (1, 4, 8));
    assert!(found.defensible(), "{:?}", found.doubts());
    assert_eq!(found.superior, Ok(vec![1]));
    assert_eq!(found.confidence_set.as_ref().unwrap().members, [1]);
    let sentence = found.sentence("fast=3");
    assert!(
        sentence.starts_with("defensible: fast=3, the best of 4 trials: DSR 1.000, PBO 0.000, SPA p 0.005")
    );
}

#[test]
fn luck_is_not() {
    let found = assess_selection(&noisy(2, 200, &[0.0; 20]), &spec()).unwrap();
    assert!(!found.defensible());
    let sentence = found.sentence("t7");
    assert!(
        sentence.starts_with("not distinguishable from selection luck: t7, the best of 20 trials: DSR 0.")
    );
    assert!(sentence.contains(" is under 0.95") && sentence.contains("SPA p "), "{sentence}");
}

#[test]
fn the_parts_are_those_of_the_methods() {
    let panel = noisy(3, 120, &[0.1, 0.2, 0.0]);
    let benchmark = noisy(4, 120, &[0.0]).column(0).to_vec();
    let spec = SelectionSpec { benchmark: Some(benchmark.clone()), trials: Some(50), ..spec() };
    let found = assess_selection(&panel, &spec).unwrap();
    let best = SharpeEstimate::of(panel.column(found.winner)).unwrap();
    let (_, variance) = trial_sharpe_ratios(&panel).unwrap();
    let deflated = found.deflated.clone().unwrap();
    close(deflated.probability, deflated_sharpe_ratio(&best, variance, 50).unwrap());
    assert_eq!((found.trials, deflated.trials, found.columns), (50, 50, 3));
    assert_eq!(
        found.deflated_independent.clone().unwrap().trials,
        implied_independent_trials(&panel).unwrap()
    );
    assert_eq!(found.overfitting, cscv(&panel, 8));
    let resamples =
        Resamples::stationary(120, found.block_length, 200, spec.seed.key(&["selection"])).unwrap();
    let excess = panel.less(&benchmark).unwrap();
    let named = stepm(&excess, &resamples, found.block_length, 0.05, Convention::Standard);
    assert_eq!(found.superior, named);
}

#[test]
fn a_winner_may_be_named_and_failed_trials_count() {
    let panel = noisy(5, 200, &[0.4, 0.0]);
    let named = SelectionSpec { winner: Some(1), ..spec() };
    assert_eq!(assess_selection(&panel, &named).unwrap().winner, 1);
    let few = assess_selection(&panel, &spec()).unwrap().deflated.unwrap();
    let many = SelectionSpec { trials: Some(1000), ..spec() };
    let many = assess_selection(&panel, &many).unwrap().deflated.unwrap();
    assert!(many.probability < few.probability && many.threshold > few.threshold);
    // A count under the number of columns is not believed.
    let fewer = SelectionSpec { trials: Some(1), ..spec() };
    assert_eq!(assess_selection(&panel, &fewer).unwrap().trials, 2);
}

#[test]
fn one_trial_is_no_search_and_few_rows_take_fewer_blocks() {
    let one = assess_selection(&noisy(6, 100, &[1.0]), &spec()).unwrap();
    assert!(one.deflated.is_err() && one.overfitting.is_err() && one.confidence_set.is_err());
    assert!(one.psr.is_ok() && one.spa.is_ok() && !one.defensible());
    assert!(one.doubts()[0].starts_with("DSR is unknown ("), "{:?}", one.doubts());
    let short = assess_selection(&noisy(7, 11, &[0.0, 0.1]), &spec()).unwrap();
    assert_eq!((short.blocks, short.overfitting.unwrap().splits.len()), (4, 6));
}

#[test]
fn the_work_of_cross_validation_is_bounded() {
    let wide = Panel::new(vec![vec![0.0, 1.0]; 40_000]).unwrap();
    let tall = |rows: usize| Panel::new(vec![vec![0.0; rows]; 3]).unwrap();
    assert_eq!(fitting_blocks(&wide, 16), 2);
    assert_eq!((fitting_blocks(&tall(40), 16), fitting_blocks(&tall(40), 20)), (16, 20));
    assert_eq!(fitting_blocks(&tall(31), 16), 14);
    // 10,000 trials times 12,870 splits are few enough, times 184,756 too many.
    let many = Panel::new(vec![vec![0.0; 40]; 10_000]).unwrap();
    assert_eq!((fitting_blocks(&many, 16), fitting_blocks(&many, 20)), (16, 16));
}

#[test]
fn only_the_best_are_compared_and_the_winner_always() {
    // The winner by Sharpe ratio is quiet: its mean is the smallest.
    let mut columns: Vec<Vec<f64>> = noisy(8, 100, &[0.3; 6]).columns().to_vec();
    columns[0] = columns[0].iter().map(|draw| 0.01 + 0.001 * draw).collect();
    let spec = SelectionSpec { set_size: 3, ..spec() };
    let found = assess_selection(&Panel::new(columns).unwrap(), &spec).unwrap();
    let set = found.confidence_set.unwrap();
    assert_eq!((found.winner, set.compared.len(), set.compared[0]), (0, 4, 0));
    assert_eq!(set.p_values.len(), 4);
}

#[test]
fn inputs_that_cannot_be_assessed() {
    let flat = Panel::new(vec![vec![0.0; 30]; 2]).unwrap();
    assert!(matches!(assess_selection(&flat, &spec()), Err(EvidenceError::NoStatistic(_))));
    let panel = noisy(9, 30, &[0.0, 0.0]);
    for bad in [
        SelectionSpec { winner: Some(2), ..spec() },
        SelectionSpec { alpha: 0.0, ..spec() },
        SelectionSpec { blocks: 5, ..spec() },
        SelectionSpec { blocks: 22, ..spec() },
        SelectionSpec { benchmark: Some(vec![0.0]), ..spec() },
    ] {
        assert!(assess_selection(&panel, &bad).is_err(), "{bad:?}");
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let panel = noisy(10, 100, &[0.0; 12]);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| assess_selection(&panel, &spec())).unwrap()
    };
    assert_eq!(with(1), with(3));
}
