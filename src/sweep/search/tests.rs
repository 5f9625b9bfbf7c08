//! Properties that every search has, and the purpose of each.

use std::collections::BTreeSet;

use super::*;
use crate::domain::Seed;
use crate::scenario::SweepSpec;
use crate::sweep::testing::spec;
use crate::sweep::{Point, Space};

/// A sweep of two continuous numbers with this search.
fn continuous(search: &str) -> SweepSpec {
    spec(&format!(
        "[sweep]\nagent = \"trend\"\nsearch = \"{search}\"\ntrials = 400\n[sweep.parameters]\n\
         risk.max_order_size_pct = {{ from = 10, to = 90 }}\nvenue.taker_fee_bps = {{ from = 0, to = 50 }}\n"
    ))
}

/// Lets a search maximise a function; returns the proposed points, in order.
fn climb(spec: &SweepSpec, trials: usize, hill: impl Fn(&Point) -> Option<f64>) -> Vec<Point> {
    let mut search = search(spec, Seed(11), 1);
    let mut asked: Vec<Point> = Vec::new();
    while asked.len() < trials {
        let ask = search.ask((trials - asked.len()).min(spec.batch as usize));
        if ask.points.is_empty() {
            break;
        }
        asked.extend(ask.points.iter().cloned());
        let results = |point: Point| PointResult { score: Some(hill(&point).into()), point, repeated: false };
        search.tell(ask.points.into_iter().map(results).collect());
    }
    asked
}

fn sphere(point: &Point) -> Option<f64> {
    Some(-point.iter().map(|x| (x - 0.3) * (x - 0.3)).sum::<f64>())
}

fn best_of(points: &[Point], hill: fn(&Point) -> Option<f64>) -> f64 {
    points.iter().filter_map(hill).fold(f64::NEG_INFINITY, f64::max)
}

const ALL: [&str; 6] = ["random", "sobol", "latin_hypercube", "tpe", "cma_es", "successive_halving"];

#[test]
fn points_lie_in_the_cube_and_depend_on_the_seed_alone() {
    for name in ALL {
        let spec = continuous(name);
        let once = climb(&spec, 100, sphere);
        assert_eq!(once.len(), 100, "{name}");
        assert!(once.iter().flatten().all(|x| (0.0..1.0).contains(x)), "{name}");
        assert_eq!(once, climb(&spec, 100, sphere), "{name}");
        let other = search(&spec, Seed(12), 1).ask(4);
        assert_ne!(once[..other.points.len()], other.points[..], "{name}");
    }
}

#[test]
fn adaptive_searches_find_the_maximum_and_random_ones_do_not() {
    let best = |name: &str| best_of(&climb(&continuous(name), 200, sphere), sphere);
    assert!(best("cma_es") > -1e-6, "{}", best("cma_es"));
    assert!(best("tpe") > -1e-3, "{}", best("tpe"));
    assert!(best("random") < -1e-5);
}

#[test]
fn adaptive_searches_accept_points_without_a_score() {
    let half = |point: &Point| if point[0] > 0.6 { None } else { sphere(point) };
    for name in ["tpe", "cma_es"] {
        let late = climb(&continuous(name), 200, half).split_off(150);
        let inside = late.iter().filter(|point| point[0] <= 0.6).count();
        assert!(inside > 40, "{name}: {inside} of 50");
    }
}

#[test]
fn a_latin_hypercube_uses_every_part_of_every_axis_once() {
    let points = climb(&continuous("latin_hypercube"), 400, sphere);
    for axis in 0..2 {
        let parts: BTreeSet<usize> = points.iter().map(|point| (point[axis] * 400.0) as usize).collect();
        assert_eq!(parts.len(), 400);
    }
}

#[test]
fn a_shifted_sobol_sequence_is_as_even_as_the_plain_one() {
    let mut shifted = sobol::Shifted::new(2, Seed(5));
    let points = shifted.ask(64).points;
    assert_ne!(points, sobol_points(2).take(64).collect::<Vec<_>>());
    // A (0, 6, 2)-net: each of the 64 boxes of 8 by 8, 16 by 4 and 64 by 1 holds one point.
    for (across, down) in [(8, 8), (16, 4), (4, 16), (64, 1), (1, 64)] {
        let index =
            |point: &Point| ((point[0] * f64::from(across)) as i32, (point[1] * f64::from(down)) as i32);
        let boxes: BTreeSet<(i32, i32)> = points.iter().map(index).collect();
        assert_eq!(boxes.len(), 64, "{across} by {down}");
    }
}

#[test]
fn a_grid_varies_its_last_parameter_fastest() {
    let spec = spec("[sweep]\nagent = \"trend\"\n[sweep.parameters]\nfast = [1, 2]\nslow = [5, 6, 7]\n");
    let mut grid = search(&spec, Seed(0), 1);
    let space = Space::of(&spec);
    let text = |points: Vec<Point>| -> Vec<String> {
        let names = points.iter().map(|point| space.values(point));
        names.map(|values| format!("{}/{}", values[0], values[1])).collect()
    };
    assert_eq!(text(grid.ask(4).points), ["1/5", "1/6", "1/7", "2/5"]);
    assert_eq!(text(grid.ask(4).points), ["2/6", "2/7"]);
    assert!(grid.ask(4).points.is_empty());
}

#[test]
fn halving_keeps_the_better_part_for_more_windows() {
    let mut spec = spec(
        "[sweep]\nagent = \"trend\"\nsearch = \"successive_halving\"\nreduction = 2\n[sweep.parameters]\n\
         fast = [1, 2, 3, 4]\nslow = [11, 12]\n",
    );
    spec.batch = 3;
    let mut halving = search(&spec, Seed(0), 7);
    let mut rounds: Vec<(usize, usize)> = Vec::new();
    let mut last = Vec::new();
    loop {
        let ask = halving.ask(100);
        let Some(windows) = ask.windows else { break };
        match rounds.last_mut() {
            Some((known, count)) if *known == windows => *count += ask.points.len(),
            _ => rounds.push((windows, ask.points.len())),
        }
        last = ask.points.clone();
        // The larger `fast`, the better the score.
        let results =
            |point: Point| PointResult { score: Some(Some(point[0]).into()), point, repeated: false };
        halving.tell(ask.points.into_iter().map(results).collect());
    }
    // 7 windows by 2: 2 (7/4 rounded up), 4, 7; 8 candidates: 8, 4, 2.
    assert_eq!(rounds, [(2, 8), (4, 4), (7, 2)]);
    assert!(last.iter().all(|point| point[0] == 0.875));
}

#[test]
fn halving_counts_a_combination_once() {
    let spec = spec(
        "[sweep]\nagent = \"trend\"\nsearch = \"successive_halving\"\ntrials = 4\n[sweep.parameters]\n\
         fast = [1, 2, 3, 4]\n",
    );
    let mut halving = search(&spec, Seed(0), 3);
    let points = halving.ask(4).points;
    let results = points.into_iter().enumerate().map(|(index, point)| PointResult {
        score: Some(Some(1.0).into()),
        point,
        repeated: index > 0,
    });
    halving.tell(results.collect());
    assert_eq!(halving.ask(0).points.len(), 1);
}
