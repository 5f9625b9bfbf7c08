//! Error bars of ratings by refitting resampled windows.
//!
//! Agents of one window share its market, so their games are not independent: whole windows are resampled,
//! in blocks (stationary bootstrap, Politis and Romano 1994), and everything is fitted again. Owns the refits
//! and their quantiles. Never draws: the windows of each resample are given. Invariant: a resample that cannot
//! be rated is counted, not hidden.

use rayon::prelude::*;

use super::error::RatingError;
use crate::metrics::{quantile, standard_deviation};

/// The bar of one agent, in the units of the ratings fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Lower quantile of the resamples.
    pub lower: f64,
    /// Upper quantile of the resamples.
    pub upper: f64,
    /// Standard deviation over resamples (ddof 1).
    pub std_error: f64,
}

/// Bars of all agents.
#[derive(Debug, Clone, PartialEq)]
pub struct RatingBars {
    /// One an agent; `None` if fewer than two resamples could be rated.
    pub bars: Vec<Option<Bar>>,
    /// The ratings of every resample that could be rated (resamples x agents), in order: for rank intervals
    /// and distances of pairs.
    pub replicates: Vec<Vec<f64>>,
    /// Resamples that could not be rated (mostly: an agent won or lost everything). If there are many, the
    /// bars are too narrow, and the report must say so.
    pub failed: usize,
}

/// Refits every resample. `agents` is how many there are, `resamples` one list of windows a resample, `level` the
/// coverage (0.95 gives the 2.5 % and 97.5 % quantiles, type 7), `fit` gives one rating an agent for a list of
/// windows. Refits run side by side; the answer does not depend on how many at a time.
pub fn bootstrap_bars(
    agents: usize,
    resamples: &[&[u32]],
    level: f64,
    fit: impl Fn(&[u32]) -> Result<Vec<f64>, RatingError> + Sync,
) -> RatingBars {
    let refit = |sample: &&[u32]| -> Option<Vec<f64>> {
        fit(sample).ok().filter(|ratings| ratings.len() == agents && ratings.iter().all(|x| x.is_finite()))
    };
    let replicates: Vec<Vec<f64>> =
        resamples.par_iter().map(refit).collect::<Vec<_>>().into_iter().flatten().collect();
    let column = |agent: usize| replicates.iter().map(|ratings| ratings[agent]).collect::<Vec<f64>>();
    let bars = (0..agents).map(|agent| bar(&column(agent), level)).collect();
    RatingBars { bars, failed: resamples.len() - replicates.len(), replicates }
}

/// The rows of a resample, in its order: what a sequential system takes. `None` for a window that is not there.
pub fn resampled_rows(ranks: &[Vec<u32>], sample: &[u32]) -> Option<Vec<Vec<u32>>> {
    sample.iter().map(|&window| ranks.get(window as usize).cloned()).collect()
}

/// How often each window is in a resample: what a batch fit takes. Windows that are not there are left out.
pub fn multiplicities(windows: usize, sample: &[u32]) -> Vec<f64> {
    let mut counts = vec![0.0; windows];
    for &window in sample {
        if let Some(count) = counts.get_mut(window as usize) {
            *count += 1.0;
        }
    }
    counts
}

fn bar(values: &[f64], level: f64) -> Option<Bar> {
    let tail = 0.5 * (1.0 - level);
    // Under two values there is no deviation, and so no bar.
    let std_error = standard_deviation(values).ok()?;
    let (lower, upper) = (quantile(values, tail).ok()?, quantile(values, 1.0 - tail).ok()?);
    Some(Bar { lower, upper, std_error })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_near, ranks_with_ties};
    use super::super::{PairCounts, elo_scale, fit_bradley_terry};
    use super::*;

    /// Elo-scaled Bradley-Terry ratings of these windows.
    fn elo_bt(ranks: &[Vec<u32>], sample: &[u32]) -> Result<Vec<f64>, RatingError> {
        let rows = resampled_rows(ranks, sample).ok_or(RatingError::NoWindows)?;
        Ok(elo_scale(&fit_bradley_terry(&PairCounts::from_ranks(&rows)?)?.theta, 1500.0))
    }

    fn bars_of(ranks: &[Vec<u32>], samples: &[Vec<u32>], level: f64) -> RatingBars {
        let samples: Vec<&[u32]> = samples.iter().map(Vec::as_slice).collect();
        bootstrap_bars(ranks[0].len(), &samples, level, |sample| elo_bt(ranks, sample))
    }

    fn all(windows: u32) -> Vec<u32> {
        (0..windows).collect()
    }

    /// Windows by a small congruential generator: a test fixture, not the project's resampler.
    fn resamples(count: usize, windows: u64) -> Vec<Vec<u32>> {
        let mut state = 12_345_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u32::try_from((state >> 33) % windows).unwrap()
        };
        (0..count).map(|_| (0..windows).map(|_| next()).collect()).collect()
    }

    #[test]
    fn quantiles_worked_by_hand() {
        // 0, 1, 2, 3, 10: 10 % lies at position 0.4, 90 % at 3.6.
        let bar = bar(&[10.0, 3.0, 0.0, 2.0, 1.0], 0.8).unwrap();
        assert_near(bar.lower, 0.4, 1e-12);
        assert_near(bar.upper, 3.0 + 0.6 * 7.0, 1e-12);
        // mean 3.2, squares 10.24 + 4.84 + 1.44 + 0.04 + 46.24 = 62.8, over 4.
        assert_near(bar.std_error, 15.7_f64.sqrt(), 1e-12);
    }

    #[test]
    fn intervals_contain_the_rating_and_have_width() {
        let ranks = ranks_with_ties();
        let bars = bars_of(&ranks, &resamples(200, 36), 0.95);
        assert_eq!((bars.failed, bars.replicates.len()), (0, 200));
        for (rating, bar) in elo_bt(&ranks, &all(36)).unwrap().iter().zip(&bars.bars) {
            let bar = bar.unwrap();
            assert!(bar.lower < *rating && *rating < bar.upper, "{rating} {bar:?}");
            assert!((20.0..120.0).contains(&bar.std_error), "{bar:?}");
        }
    }

    #[test]
    fn the_original_order_gives_the_original_ratings() {
        let ranks = ranks_with_ties();
        let bars = bars_of(&ranks, &[all(36), (0..36).rev().collect()], 0.95);
        for (rating, bar) in elo_bt(&ranks, &all(36)).unwrap().iter().zip(&bars.bars) {
            assert_near(bar.unwrap().lower, *rating, 1e-12);
            assert!(bar.unwrap().std_error < 1e-9);
        }
    }

    #[test]
    fn resamples_that_cannot_be_rated_are_counted() {
        let ranks = vec![vec![0, 1], vec![1, 0]];
        let samples = vec![vec![0, 1], vec![0, 0], vec![1, 1], vec![1, 0], vec![7]];
        let bars = bars_of(&ranks, &samples, 0.95);
        assert_eq!((bars.failed, bars.replicates.len()), (3, 2));
        assert_near(bars.bars[0].unwrap().upper, 1500.0, 1e-12);
        let none = bars_of(&ranks, &samples[1..3], 0.95);
        assert_eq!((none.bars, none.failed), (vec![None, None], 2));
    }

    #[test]
    fn identical_agents_have_identical_bars() {
        let mut ranks = ranks_with_ties();
        ranks.iter_mut().for_each(|row| row.push(row[2]));
        let bars = bars_of(&ranks, &resamples(50, 36), 0.9);
        assert_eq!(bars.bars[2], bars.bars[5]);
    }

    #[test]
    fn weights_count_repeated_rows() {
        let ranks = ranks_with_ties();
        let sample = resamples(1, 36).remove(0);
        let weights = multiplicities(36, &sample);
        assert_eq!(weights.iter().sum::<f64>(), 36.0);
        let rows = resampled_rows(&ranks, &sample).unwrap();
        assert_eq!(PairCounts::weighted(&ranks, &weights), PairCounts::from_ranks(&rows));
        assert_eq!(multiplicities(2, &[1, 1, 9]), [0.0, 2.0]);
    }
}
