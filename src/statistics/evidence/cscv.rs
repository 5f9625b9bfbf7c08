//! The probability of backtest overfitting, by combinatorially symmetric cross-validation.
//!
//! Bailey, Borwein, Lopez de Prado and Zhu (2017), "The Probability of Backtest Overfitting", Journal of
//! Computational Finance 20(4). Rows are cut into S blocks in order; every choice of S/2 of them is once the
//! sample in which the best trial is picked, and the other half is where it must prove itself. Trailing rows
//! that do not fill a block are dropped.

use rayon::prelude::*;

use super::error::{EvidenceError, at_least};
use super::numeric::{argmax, mean, real};
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
    /// Intercept of the degradation regression.
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
    let sums = BlockSums::new(trials, blocks, length);
    let chosen = combinations(blocks);
    // The complement of the i-th choice is the i-th from the end: each pair of halves is computed once.
    let halves: Vec<(Split, Split)> = chosen[..chosen.len() / 2]
        .par_iter()
        .map_init(Halves::default, |halves, &sample| halves.split(&sums, sample))
        .collect::<Result<_, _>>()?;
    let (mut splits, mirrored): (Vec<Split>, Vec<Split>) = halves.into_iter().unzip();
    splits.extend(mirrored.into_iter().rev());
    summary(splits)
}

/// How many ways there are to choose half of the blocks.
pub(super) fn split_count(blocks: usize) -> usize {
    let half = blocks / 2;
    (0..half).fold(1, |ways, taken| ways * (blocks - taken) / (taken + 1))
}

/// What the rows of each block add up to, trial beside trial: enough for a Sharpe ratio of any blocks together.
/// Deviations are taken from the trial's own mean, so that little is lost in the difference of squares.
struct BlockSums {
    /// Rows in a block.
    length: usize,
    /// Each trial's mean over all blocks.
    centres: Vec<f64>,
    /// For each block, each trial's sum of deviations.
    first: Vec<Vec<f64>>,
    /// For each block, each trial's sum of squared deviations.
    second: Vec<Vec<f64>>,
    /// The trials that stand still in some block, with the lowest and the highest row of each block.
    still: Vec<(usize, Vec<(f64, f64)>)>,
}

impl BlockSums {
    fn new(trials: &Panel, blocks: usize, length: usize) -> Self {
        let rows = |column: &Vec<f64>| mean(&column[..blocks * length]);
        let centres: Vec<f64> = trials.columns().iter().map(rows).collect();
        let sums = |block: usize, power: i32| -> Vec<f64> {
            let of_block = |(column, centre): (&Vec<f64>, &f64)| {
                let rows = &column[block * length..(block + 1) * length];
                rows.iter().map(|row| (row - centre).powi(power)).sum()
            };
            trials.columns().iter().zip(&centres).map(of_block).collect()
        };
        let first = (0..blocks).into_par_iter().map(|block| sums(block, 1)).collect();
        let second = (0..blocks).into_par_iter().map(|block| sums(block, 2)).collect();
        let ranges = trials.columns().iter().map(|column| {
            column.chunks_exact(length).take(blocks).map(range_of_rows).collect::<Vec<(f64, f64)>>()
        });
        let still =
            ranges.enumerate().filter(|(_, ranges)| ranges.iter().any(|(low, high)| low == high)).collect();
        Self { length, centres, first, second, still }
    }

    /// Sharpe ratio of every trial in the blocks of the bit set; negative infinity where it stood still, so that it
    /// ranks last.
    fn sharpe(&self, set: u32, sums: &mut Sums, ratios: &mut Vec<f64>) {
        let chosen: Vec<usize> = (0..self.first.len()).filter(|block| (set >> block) & 1 == 1).collect();
        add_up(&self.first, &chosen, &mut sums.first);
        add_up(&self.second, &chosen, &mut sums.second);
        let n = real(chosen.len() * self.length);
        let sums = sums.first.iter().zip(&sums.second);
        ratios.clear();
        ratios.extend(self.centres.iter().zip(sums).map(|(centre, (first, second))| {
            let squares = second - first * first / n;
            let ratio = (centre + first / n) / (squares / (n - 1.0)).sqrt();
            if squares > 0.0 { ratio } else { f64::NEG_INFINITY }
        }));
        for (trial, ranges) in &self.still {
            let low = chosen.iter().map(|&block| ranges[block].0).fold(f64::INFINITY, f64::min);
            let high = chosen.iter().map(|&block| ranges[block].1).fold(f64::NEG_INFINITY, f64::max);
            if low == high {
                ratios[*trial] = f64::NEG_INFINITY;
            }
        }
    }
}

/// Lowest and highest row.
fn range_of_rows(rows: &[f64]) -> (f64, f64) {
    rows.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), row| (low.min(*row), high.max(*row)))
}

/// Adds the chosen vectors up.
fn add_up(vectors: &[Vec<f64>], chosen: &[usize], total: &mut Vec<f64>) {
    total.clear();
    total.resize(vectors[0].len(), 0.0);
    for &block in chosen {
        total.iter_mut().zip(&vectors[block]).for_each(|(total, value)| *total += value);
    }
}

/// Room for the sums of one half.
#[derive(Default)]
struct Sums {
    first: Vec<f64>,
    second: Vec<f64>,
}

/// Room for the Sharpe ratios of both halves, kept from split to split.
#[derive(Default)]
struct Halves {
    sums: Sums,
    one: Vec<f64>,
    other: Vec<f64>,
}

impl Halves {
    /// The split with the blocks of the bit set in sample, and the one with the other blocks in sample.
    fn split(&mut self, blocks: &BlockSums, sample: u32) -> Result<(Split, Split), EvidenceError> {
        let rest = !sample & ((1 << blocks.first.len()) - 1);
        blocks.sharpe(sample, &mut self.sums, &mut self.one);
        blocks.sharpe(rest, &mut self.sums, &mut self.other);
        Ok((picked(&self.one, &self.other)?, picked(&self.other, &self.one)?))
    }
}

/// The winner in sample and how it did out of sample.
fn picked(inside: &[f64], outside: &[f64]) -> Result<Split, EvidenceError> {
    let winner = argmax(inside);
    let (in_sample, own) = (inside[winner], outside[winner]);
    if in_sample == f64::NEG_INFINITY {
        return Err(Missing::NoDispersion.into());
    }
    let below = outside.iter().filter(|ratio| **ratio < own).count();
    let level = outside.iter().filter(|ratio| **ratio == own).count();
    // Places below + 1 ..= below + level share their mean.
    let rank = real(below) + (real(level) + 1.0) / 2.0;
    let w = rank / (real(inside.len()) + 1.0);
    let out_of_sample = (own > f64::NEG_INFINITY).then_some(own);
    Ok(Split { winner, in_sample, out_of_sample, rank, logit: libm::log(w / (1.0 - w)) })
}

/// All ways to choose half of the blocks, as bit sets, in lexicographic order of the chosen blocks.
fn combinations(blocks: usize) -> Vec<u32> {
    let mut found: Vec<Vec<usize>> = vec![vec![]];
    for index in 0..blocks / 2 {
        let last = blocks - (blocks / 2 - index);
        let longer = |chosen: &Vec<usize>| {
            let first = chosen.last().map_or(0, |block| block + 1);
            let chosen = chosen.clone();
            (first..=last).map(move |block| [chosen.as_slice(), &[block]].concat())
        };
        found = found.iter().flat_map(longer).collect();
    }
    found.iter().map(|chosen| chosen.iter().fold(0, |set, block| set | 1 << block)).collect()
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
    fn adding_blocks_up_is_taking_their_rows_together() {
        let trials = noisy(9, 60, &[3.0, 0.0]);
        let sums = BlockSums::new(&trials, 6, 10);
        let (mut room, mut ratios) = (Sums::default(), Vec::new());
        sums.sharpe(0b10_0101, &mut room, &mut ratios);
        for (ratio, column) in ratios.iter().zip(trials.columns()) {
            let rows = [&column[..10], &column[20..30], &column[50..]].concat();
            close(*ratio, crate::metrics::sharpe_ratio_per_period(&rows, 0.0).unwrap());
        }
    }

    #[test]
    fn a_complement_is_as_far_from_the_end() {
        for blocks in [2, 6, 10] {
            let chosen = combinations(blocks);
            assert_eq!(chosen.len(), split_count(blocks));
            let all = (1 << blocks) - 1;
            assert!(chosen.iter().zip(chosen.iter().rev()).all(|(a, b)| a ^ b == all));
        }
        assert_eq!((split_count(16), split_count(20)), (12_870, 184_756));
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
    fn invalid_inputs_are_errors() {
        let trials = noisy(1, 40, &[0.0, 0.0]);
        assert!(cscv(&trials, 5).is_err() && cscv(&trials, 0).is_err() && cscv(&trials, 22).is_err());
        assert!(matches!(cscv(&noisy(1, 7, &[0.0, 0.0]), 4), Err(EvidenceError::TooFew { .. })));
        assert!(cscv(&noisy(1, 40, &[0.0]), 4).is_err());
        let flat = Panel::new(vec![vec![0.0; 40], vec![0.0; 40]]).unwrap();
        assert_eq!(cscv(&flat, 4), Err(Missing::NoDispersion.into()));
    }
}
