//! Points and splits of a sweep against those of other libraries, from the copy in `golden/sweep.json`.

use serde_json::Value;
use tiltyard::internals::scenario::ValidationSpec;
use tiltyard::internals::sweep::search::sobol_points;
use tiltyard::internals::sweep::validation::{Split, splits};

fn golden() -> Value {
    serde_json::from_str(include_str!("../golden/sweep.json")).unwrap()
}

fn points(value: &Value) -> Vec<Vec<f64>> {
    serde_json::from_value(value.clone()).unwrap()
}

/// The centred L2 discrepancy (Hickernell 1998), as scipy's `qmc.discrepancy` with its default method.
fn centred_discrepancy(points: &[Vec<f64>]) -> f64 {
    let (n, d) = (points.len() as f64, points[0].len() as i32);
    let off = |x: f64| (x - 0.5).abs();
    let single = |x: &f64| 1.0 + 0.5 * off(*x) - 0.5 * off(*x) * off(*x);
    let pair = |x: &f64, y: &f64| 1.0 + 0.5 * off(*x) + 0.5 * off(*y) - 0.5 * (x - y).abs();
    let singles: f64 = points.iter().map(|p| p.iter().map(single).product::<f64>()).sum();
    let pairs: f64 = points
        .iter()
        .flat_map(|p| points.iter().map(move |q| (p, q)))
        .map(|(p, q)| p.iter().zip(q).map(|(x, y)| pair(x, y)).product::<f64>())
        .sum();
    (13.0_f64 / 12.0).powi(d) - 2.0 / n * singles + pairs / (n * n)
}

#[test]
fn sobol_points_are_those_of_scipy() {
    let golden = golden();
    let golden = &golden["points"];
    assert_eq!(golden["library"], "scipy 1.17.1");
    let stored = points(&golden["sobol_unscrambled_d4_first_32"]);
    let found: Vec<Vec<f64>> = sobol_points(4).take(32).collect();
    assert_eq!(found, stored);
    let discrepancy = golden["centered_discrepancy_of_those_sobol_points"].as_f64().unwrap();
    assert!((centred_discrepancy(&found) / discrepancy - 1.0).abs() < 1e-9);
}

/// The stored Halton points have a known discrepancy; that of Sobol points is lower.
#[test]
fn sobol_points_are_more_even_than_halton_points() {
    let halton = points(&golden()["points"]["halton_unscrambled_d3_first_16"]);
    let sobol: Vec<Vec<f64>> = sobol_points(3).take(16).collect();
    assert!(centred_discrepancy(&sobol) < centred_discrepancy(&halton));
}

fn indices(value: &Value) -> Vec<usize> {
    serde_json::from_value(value.clone()).unwrap()
}

#[test]
fn splits_are_those_of_skfolio() {
    let golden = golden();
    let golden = &golden["splits"];
    assert_eq!(golden["library"], "skfolio 1.12.2");

    let stored = &golden["cpcv_n60_folds6_test2_purge2_embargo1"];
    let found = splits(60, ValidationSpec::Cpcv { folds: 6, test_folds: 2, purge: 2, embargo: 1 });
    let expected: Vec<Split> = stored["splits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|split| Split {
            train: indices(&split["train"]),
            test: split["test"].as_array().unwrap().iter().map(indices).collect(),
        })
        .collect();
    assert_eq!(expected.len() as u64, stored["n_splits"].as_u64().unwrap());
    assert_eq!(found, expected);

    let rolling = ValidationSpec::WalkForward { train: 20, test: 10, purge: 2, anchored: false };
    let expected: Vec<Split> = golden["walk_forward_n60_train20_test10_purge2"]
        .as_array()
        .unwrap()
        .iter()
        .map(|split| Split { train: indices(&split["train"]), test: vec![indices(&split["test"])] })
        .collect();
    assert_eq!(splits(60, rolling), expected);

    let anchored = ValidationSpec::WalkForward { train: 20, test: 10, purge: 0, anchored: true };
    let found = splits(60, anchored);
    let stored = golden["walk_forward_expanding_n60_train20_test10"].as_array().unwrap();
    assert_eq!(found.len(), stored.len());
    for (found, stored) in found.iter().zip(stored) {
        assert_eq!(found.train.len() as u64, stored["train_len"].as_u64().unwrap());
        assert_eq!(*found.train.first().unwrap() as u64, stored["train_first"].as_u64().unwrap());
        assert_eq!(*found.train.last().unwrap() as u64, stored["train_last"].as_u64().unwrap());
        assert_eq!(found.test, [indices(&stored["test"])]);
    }
}
