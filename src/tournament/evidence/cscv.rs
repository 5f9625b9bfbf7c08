//! The probability of backtest overfitting, by combinatorially symmetric cross-validation.
//!
//! Bailey, Borwein, Lopez de Prado and Zhu (2017), "The Probability of Backtest Overfitting", Journal of
//! Computational Finance 20(4). Rows are cut into S blocks in order; every choice of S/2 of them is once the
//! sample in which the best trial is picked, and the other half is where it must prove itself. Trailing rows
//! that do not fill a block are dropped.

use rayon::prelude::*;

use super::error::{EvidenceError, at_least};
use super::numeric::{argmax, average_ranks, mean, real};
use super::panel::Panel;
use crate::metrics::{Missing, is_constant};

/// More blocks than this have millions of splits.
const MOST_BLOCKS: usize = 20;

/// One split: what was picked in sample, and how it did out of sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// The in-sample winner: index of its column.
    pub winner: usize,
    /// Its Sharpe ratio per period in sample.
    pub in_sample: f64,
    /// Its Sharpe ratio per period out of sample; `None` where it never moved there.
    pub out_of_sample: Option<f64>,
    /// Its rank out of sample, from 1 (worst) to N (best), ties sharing.
    pub rank: f64,
    /// `ln(w / (1 - w))` with `w = rank / (N + 1)`: 0 or less is no better than the median.
    pub logit: f64,
}

/// What all splits say together.
#[derive(Debug, Clone, PartialEq)]
pub struct Overfitting {
    /// PBO: the share of splits whose logit is 0 or less.
    pub probability: f64,
    /// The share of splits in which the winner lost money out of sample.
    pub loss_probability: f64,
    /// Slope of the regression of out-of-sample on in-sample Sharpe ratios of the winners; `None` where the
    /// in-sample ones do not vary.
    pub degradation_slope: Option<f64>,
    /// Its intercept.
    pub degradation_intercept: Option<f64>,
    /// All splits, in the lexicographic order of the blocks in sample.
    pub splits: Vec<Split>,
}

/// CSCV of trials' returns (rows = periods) in `blocks` blocks, even, from 2 to 20.
///
/// # Errors
/// [`EvidenceError::OutOfRange`] for an odd or an impossible number of blocks, [`EvidenceError::TooFew`]
/// under two trials or two rows a block, [`EvidenceError::NoStatistic`] where some half has no trial that
/// moved.
pub fn cscv(trials: &Panel, blocks: usize) -> Result<Overfitting, EvidenceError> {
    if !blocks.is_multiple_of(2) || !(2..=MOST_BLOCKS).contains(&blocks) {
        return Err(EvidenceError::OutOfRange {
            what: "even number of blocks from 2 to 20",
            value: real(blocks),
        });
    }
    at_least("trials", trials.width(), 2)?;
    let length = trials.rows() / blocks;
    at_least("rows in a block", length, 2)?;
    let moments: Vec<Vec<Moments>> = trials
        .columns()
        .iter()
        .map(|column| column.chunks_exact(length).take(blocks).map(Moments::of).collect())
        .collect();
    let chosen = combinations(blocks);
    let splits = chosen.par_iter().map(|&sample| split(&moments, sample, blocks));
    summary(splits.collect::<Result<_, _>>()?)
}

/// Count, sum of deviations and range of some rows: enough for a Sharpe ratio, and it adds up over blocks.
#[derive(Debug, Clone, Copy)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
    low: f64,
    high: f64,
}

impl Moments {
    const NONE: Self =
        Self { count: 0.0, mean: 0.0, squares: 0.0, low: f64::INFINITY, high: f64::NEG_INFINITY };

    fn of(rows: &[f64]) -> Self {
        let mean = mean(rows);
        Self {
            count: real(rows.len()),
            mean,
            squares: rows.iter().map(|row| (row - mean) * (row - mean)).sum(),
            low: rows.iter().copied().fold(f64::INFINITY, f64::min),
            high: rows.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }

    /// Both together (Chan, Golub and LeVeque 1983).
    fn and(self, other: &Self) -> Self {
        let count = self.count + other.count;
        let gap = other.mean - self.mean;
        Self {
            count,
            mean: self.mean + gap * other.count / count,
            squares: self.squares + other.squares + gap * gap * self.count * other.count / count,
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }

    /// Mean over standard deviation (`ddof = 1`); `None` where all rows are equal.
    fn sharpe(&self) -> Option<f64> {
        let deviation = (self.squares / (self.count - 1.0)).sqrt();
        (self.low < self.high && deviation > 0.0).then(|| self.mean / deviation)
    }
}

/// All ways to choose half of the blocks, as bit sets, in lexicographic order of the chosen blocks.
fn combinations(blocks: usize) -> Vec<u32> {
    let mut found: Vec<Vec<usize>> = vec![vec![]];
    for place in 0..blocks / 2 {
        let last = blocks - (blocks / 2 - place);
        let longer = |chosen: &Vec<usize>| {
            let first = chosen.last().map_or(0, |block| block + 1);
            let chosen = chosen.clone();
            (first..=last).map(move |block| [chosen.as_slice(), &[block]].concat())
        };
        found = found.iter().flat_map(longer).collect();
    }
    found.iter().map(|chosen| chosen.iter().fold(0, |set, block| set | 1 << block)).collect()
}

/// One split: the blocks of the bit set in sample, the others out of sample.
fn split(moments: &[Vec<Moments>], sample: u32, blocks: usize) -> Result<Split, EvidenceError> {
    let sharpe = |wanted: u32| -> Vec<Option<f64>> {
        let half = |trial: &Vec<Moments>| {
            let of_half =
                (0..blocks).filter(|block| (sample >> block) & 1 == wanted).map(|block| &trial[block]);
            of_half.fold(Moments::NONE, Moments::and).sharpe()
        };
        moments.iter().map(half).collect()
    };
    // A trial without a ratio ranks last.
    let ranked = |ratios: &[Option<f64>]| -> Vec<f64> {
        ratios.iter().map(|ratio| ratio.unwrap_or(f64::NEG_INFINITY)).collect()
    };
    let (inside, outside) = (sharpe(1), sharpe(0));
    let winner = argmax(&ranked(&inside));
    let in_sample = inside[winner].ok_or(Missing::NoDispersion)?;
    let rank = average_ranks(&ranked(&outside))[winner];
    let w = rank / (real(moments.len()) + 1.0);
    Ok(Split { winner, in_sample, out_of_sample: outside[winner], rank, logit: libm::log(w / (1.0 - w)) })
}

fn summary(splits: Vec<Split>) -> Result<Overfitting, EvidenceError> {
    let share = |holds: &dyn Fn(&Split) -> bool| {
        real(splits.iter().filter(|s| holds(s)).count()) / real(splits.len())
    };
    let line = regression(&splits);
    Ok(Overfitting {
        probability: share(&|split| split.logit <= 0.0),
        loss_probability: share(&|split| split.out_of_sample.is_some_and(|sharpe| sharpe < 0.0)),
        degradation_slope: line.map(|(slope, _)| slope),
        degradation_intercept: line.map(|(_, intercept)| intercept),
        splits,
    })
}

/// Least squares of out-of-sample on in-sample ratios: slope and intercept.
fn regression(splits: &[Split]) -> Option<(f64, f64)> {
    let known = splits.iter().filter_map(|split| Some((split.in_sample, split.out_of_sample?)));
    let (x, y): (Vec<f64>, Vec<f64>) = known.unzip();
    if x.len() < 2 || is_constant(&x) {
        return None;
    }
    let (mean_x, mean_y) = (mean(&x), mean(&y));
    let product: f64 = x.iter().zip(&y).map(|(a, b)| (a - mean_x) * (b - mean_y)).sum();
    let square: f64 = x.iter().map(|a| (a - mean_x) * (a - mean_x)).sum();
    let slope = product / square;
    Some((slope, mean_y - slope * mean_x))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, noisy};
    use super::*;

    #[test]
    fn combinations_come_in_order() {
        // 01, 02, 03, 12, 13, 23.
        assert_eq!(combinations(4), [0b0011, 0b0101, 0b1001, 0b0110, 0b1010, 0b1100]);
        assert_eq!(combinations(16).len(), 12_870);
    }

    #[test]
    fn worked_by_hand() {
        // Blocks of two rows. Trial 0: means 2 and 1; trial 1: means 1 and 2; all deviations sqrt(2): the
        // winner of one half is the loser of the other. w = 1/3, logit ln(1/2); PBO 1. Sharpe 2/sqrt(2) in,
        // 1/sqrt(2) out.
        let trials = Panel::new(vec![vec![1.0, 3.0, 0.0, 2.0], vec![0.0, 2.0, 1.0, 3.0]]).unwrap();
        let found = cscv(&trials, 2).unwrap();
        assert_eq!((found.probability, found.loss_probability), (1.0, 0.0));
        assert_eq!(found.splits.iter().map(|s| s.winner).collect::<Vec<_>>(), [0, 1]);
        close(found.splits[0].in_sample, 2.0_f64.sqrt());
        close(found.splits[0].out_of_sample.unwrap(), 0.5_f64.sqrt());
        close(found.splits[0].logit, 0.5_f64.ln());
        assert_eq!(found.degradation_slope, None);
    }

    #[test]
    fn the_median_counts_as_overfitted() {
        // Means 3, 2, 1 in the first block and 2, 3, 1 in the second: each winner is second of three. w =
        // 1/2.
        let trial = |first: f64, second: f64| vec![first - 1.0, first + 1.0, second - 1.0, second + 1.0];
        let trials = Panel::new(vec![trial(3.0, 2.0), trial(2.0, 3.0), trial(1.0, 1.0)]).unwrap();
        let found = cscv(&trials, 2).unwrap();
        assert_eq!((found.probability, found.splits[0].logit), (1.0, 0.0));
    }

    #[test]
    fn adding_moments_up_is_taking_them_together() {
        let column = noisy(9, 60, &[3.0]).column(0).to_vec();
        let parts = column.chunks(20).map(Moments::of).fold(Moments::NONE, |sum, part| sum.and(&part));
        close(parts.sharpe().unwrap(), crate::metrics::sharpe_ratio_per_period(&column, 0.0).unwrap());
    }

    #[test]
    fn skill_is_not_overfitting_and_luck_is() {
        let skilled = cscv(&noisy(3, 400, &[0.0, 0.0, 0.0, 0.0, 0.6]), 8).unwrap();
        assert_eq!(skilled.probability, 0.0);
        // Without skill the winner is as likely below as above the median; many seeds, or one draw decides.
        let luck: Vec<f64> =
            (0..20).map(|seed| cscv(&noisy(seed, 160, &[0.0; 9]), 8).unwrap().probability).collect();
        assert!((mean(&luck) - 0.5).abs() < 0.2, "{luck:?}");
    }

    #[test]
    fn a_trailing_rest_is_dropped() {
        let whole = noisy(4, 80, &[0.1, 0.2, 0.0]);
        let longer = |column: &Vec<f64>| [column.as_slice(), &[9.0, -9.0, 5.0]].concat();
        let with_rest = Panel::new(whole.columns().iter().map(longer).collect()).unwrap();
        assert_eq!(cscv(&whole, 8).unwrap(), cscv(&with_rest, 8).unwrap());
    }

    #[test]
    fn a_trial_that_never_moved_ranks_last() {
        let mut columns = noisy(6, 40, &[0.5, -0.5]).columns().to_vec();
        // The sum of ten times 0.1 is not 1: its computed deviation is no more than rounding.
        columns.push(vec![0.1; 40]);
        let found = cscv(&Panel::new(columns).unwrap(), 4).unwrap();
        assert!(found.splits.iter().all(|split| split.winner != 2 && split.rank >= 2.0));
    }

    #[test]
    fn what_has_no_answer() {
        let trials = noisy(1, 40, &[0.0, 0.0]);
        assert!(cscv(&trials, 5).is_err() && cscv(&trials, 0).is_err() && cscv(&trials, 22).is_err());
        assert!(matches!(cscv(&noisy(1, 7, &[0.0, 0.0]), 4), Err(EvidenceError::TooFew { .. })));
        assert!(cscv(&noisy(1, 40, &[0.0]), 4).is_err());
        let flat = Panel::new(vec![vec![0.0; 40], vec![0.0; 40]]).unwrap();
        assert_eq!(cscv(&flat, 4), Err(Missing::NoDispersion.into()));
    }
}
