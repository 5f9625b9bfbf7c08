//! Training and test windows, as indexes.
//!
//! Folds are runs of indexes of nearly equal length; the first ones are longer by one where the division is
//! not exact. Around every run of test indexes, `purge` indexes on both sides are left out of training, and
//! `embargo` more after it (Lopez de Prado 2018, chapters 7 and 12). Adjacent test folds count as one run.

use std::ops::Range;

use crate::scenario::ValidationSpec;

/// Training indexes and test folds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Training indexes, ascending.
    pub train: Vec<usize>,
    /// Test folds: runs of indexes, each ascending.
    pub test: Vec<Vec<usize>>,
}

/// All splits of `n` indexes, in order.
pub fn splits(n: usize, spec: ValidationSpec) -> Vec<Split> {
    match spec {
        ValidationSpec::WalkForward { train, test, purge, anchored } => {
            walk_forward(n, train as usize, test as usize, purge as usize, anchored)
        }
        ValidationSpec::PurgedKFold { folds, purge, embargo } => {
            combinatorial(n, folds as usize, 1, purge as usize, embargo as usize)
        }
        ValidationSpec::Cpcv { folds, test_folds, purge, embargo } => {
            combinatorial(n, folds as usize, test_folds as usize, purge as usize, embargo as usize)
        }
    }
}

/// Steps of `test` from `train + purge` on, as many as fit completely.
fn walk_forward(n: usize, train: usize, test: usize, purge: usize, anchored: bool) -> Vec<Split> {
    let step = |start: usize| {
        let end = start + train;
        let tested = end + purge..end + purge + test;
        (tested.end <= n).then(|| Split {
            train: (if anchored { 0 } else { start }..end).collect(),
            test: vec![tested.collect()],
        })
    };
    (0..).map(|k| step(k * test)).map_while(|split| split).collect()
}

fn combinatorial(n: usize, folds: usize, chosen: usize, purge: usize, embargo: usize) -> Vec<Split> {
    let folds = cut(n, folds);
    let split = |tested: Vec<usize>| {
        let mut out = vec![false; n];
        for &fold in &tested {
            let fold = &folds[fold];
            out[fold.start.saturating_sub(purge)..n.min(fold.end + purge + embargo)].fill(true);
        }
        Split {
            train: (0..n).filter(|&i| !out[i]).collect(),
            test: tested.into_iter().map(|fold| folds[fold].clone().collect()).collect(),
        }
    };
    combinations(folds.len(), chosen).into_iter().map(split).filter(|split| !split.train.is_empty()).collect()
}

/// `n` indexes as runs of nearly equal length.
fn cut(n: usize, folds: usize) -> Vec<Range<usize>> {
    let mut start = 0;
    (0..folds.min(n))
        .map(|fold| {
            let length = n / folds + usize::from(fold < n % folds);
            let run = start..start + length;
            start = run.end;
            run
        })
        .collect()
}

/// All subsets of `k` of `n`, in lexicographic order.
fn combinations(n: usize, k: usize) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = vec![vec![]];
    for _ in 0..k {
        let longer = |chosen: &Vec<usize>| {
            let first = chosen.last().map_or(0, |last| last + 1);
            let chosen = chosen.clone();
            (first..n).map(move |next| [chosen.as_slice(), &[next]].concat())
        };
        found = found.iter().flat_map(longer).collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(of: Range<usize>) -> Vec<usize> {
        of.collect()
    }

    /// `golden/metrics.json`: splits of skfolio 1.12.2.
    #[test]
    fn combinatorial_splits_are_those_of_skfolio() {
        let spec = ValidationSpec::Cpcv { folds: 6, test_folds: 2, purge: 2, embargo: 1 };
        let found = splits(60, spec);
        assert_eq!(found.len(), 15);
        // The first, second, sixth and last of the stored ones.
        let stored = [
            (0, range(23..60), [range(0..10), range(10..20)]),
            (1, [range(13..18), range(33..60)].concat(), [range(0..10), range(20..30)]),
            (5, [range(0..8), range(33..60)].concat(), [range(10..20), range(20..30)]),
            (14, range(0..38), [range(40..50), range(50..60)]),
        ];
        for (index, train, test) in stored {
            assert_eq!(found[index], Split { train, test: test.to_vec() }, "{index}");
        }
    }

    /// `golden/metrics.json`: splits of skfolio 1.12.2.
    #[test]
    fn walks_are_those_of_skfolio() {
        let spec = ValidationSpec::WalkForward { train: 20, test: 10, purge: 2, anchored: false };
        let rolling = splits(60, spec);
        let expected = [(0..20, 22..32), (10..30, 32..42), (20..40, 42..52)];
        let expected: Vec<Split> = expected
            .into_iter()
            .map(|(train, test)| Split { train: range(train), test: vec![range(test)] })
            .collect();
        assert_eq!(rolling, expected);
        let spec = ValidationSpec::WalkForward { train: 20, test: 10, purge: 0, anchored: true };
        let anchored = splits(60, spec);
        let expected: Vec<Split> = [20, 30, 40, 50]
            .into_iter()
            .map(|end| Split { train: range(0..end), test: vec![range(end..end + 10)] })
            .collect();
        assert_eq!(anchored, expected);
    }

    #[test]
    fn each_fold_is_tested_once() {
        let found = splits(11, ValidationSpec::PurgedKFold { folds: 3, purge: 1, embargo: 1 });
        let tested: Vec<Vec<usize>> = found.iter().flat_map(|split| split.test.clone()).collect();
        assert_eq!(tested, [range(0..4), range(4..8), range(8..11)]);
        assert_eq!(found[1].train, [0, 1, 2, 10]);
    }

    #[test]
    fn splits_without_training_windows_are_skipped() {
        assert!(splits(4, ValidationSpec::PurgedKFold { folds: 2, purge: 4, embargo: 0 }).is_empty());
        let spec = ValidationSpec::WalkForward { train: 5, test: 5, purge: 0, anchored: false };
        assert!(splits(9, spec).is_empty());
    }
}
