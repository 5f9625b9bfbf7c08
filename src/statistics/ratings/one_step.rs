//! Bars of batch ratings of many agents, without fitting every resample again.
//!
//! At the maximum of a likelihood a window moves the ratings by the inverse of the information times its own slope.
//! A resample moves them by the sum over its windows: one Newton step from the fit (the infinitesimal jackknife;
//! Efron 1982, Davison and Hinkley 1997, section 2.7). Refitting costs the cube of the agents for every resample;
//! this costs agents times windows. Owns the step and the solver. Never rates: the fit is given.

use rayon::prelude::*;

use super::bradley_terry::{BradleyTerry, expected, information};
use super::newton::conjugate_gradients;
use super::pairs::PairCounts;
use super::plackett_luce::{PlackettLuce, window_slope};
use super::ranks::{ABSENT, present};

/// From more agents on bars come from one step. Up to so many every resample is fitted again.
pub const MANY: usize = 64;

/// Ratings, and how each window moves them.
#[derive(Debug, Clone, PartialEq)]
pub struct OneStep {
    theta: Vec<f64>,
    /// Windows x agents.
    moves: Vec<Vec<f64>>,
}

impl OneStep {
    /// Of a fit to these ranks (windows x agents).
    pub fn bradley_terry(ranks: &[Vec<u32>], counts: &PairCounts, fit: &BradleyTerry) -> Self {
        let information = information(counts, fit);
        let slope = |row: &Vec<u32>| {
            let mut slope = expected(row, fit);
            slope.iter_mut().for_each(|value| *value = -*value);
            let present = present(row);
            for &i in &present {
                for &j in present.iter().filter(|&&j| j != i) {
                    slope[i] += match row[i].cmp(&row[j]) {
                        std::cmp::Ordering::Less => 1.0,
                        std::cmp::Ordering::Equal => 0.5,
                        std::cmp::Ordering::Greater => 0.0,
                    };
                    if fit.nu > 0.0 && i < j && row[i] == row[j] {
                        slope[row.len()] += 1.0;
                    }
                }
            }
            slope
        };
        Self::new(&fit.theta, ranks, &information, slope)
    }

    /// The same for whole rankings.
    pub fn plackett_luce(ranks: &[Vec<u32>], fit: &PlackettLuce) -> Self {
        Self::new(&fit.theta, ranks, &fit.information, |row| window_slope(row, &fit.theta))
    }

    fn new(
        theta: &[f64],
        ranks: &[Vec<u32>],
        information: &[Vec<f64>],
        slope: impl Fn(&Vec<u32>) -> Vec<f64> + Sync,
    ) -> Self {
        let moves = ranks.par_iter().map(|row| {
            let mut moved = conjugate_gradients(information, &slope(row), theta.len());
            moved.truncate(theta.len());
            moved
        });
        Self { theta: theta.to_vec(), moves: moves.collect() }
    }

    /// The ratings with each window counted so often.
    pub fn weighted(&self, weights: &[f64]) -> Vec<f64> {
        let mut theta = self.theta.clone();
        for (weight, moved) in weights.iter().zip(&self.moves) {
            // The slopes of all windows add up to nothing: once each is the fit itself.
            let more = weight - 1.0;
            if more != 0.0 {
                theta.iter_mut().zip(moved).for_each(|(theta, moved)| *theta += more * moved);
            }
        }
        theta
    }
}

/// Windows with their agents in order, for the question whether a resample can be rated at all.
#[derive(Debug, Clone)]
pub struct Orders {
    agents: usize,
    windows: Vec<Order>,
}

/// Ranks of one window.
#[derive(Debug, Clone)]
struct Order {
    /// Agents, the best first.
    agents: Vec<u32>,
    /// Of each agent where its level begins and ends in that list; nothing of an absent one.
    level: Vec<Option<(u32, u32)>>,
}

impl Orders {
    /// Of these ranks (windows x agents).
    pub fn new(ranks: &[Vec<u32>]) -> Self {
        let order = |row: &Vec<u32>| {
            let mut agents: Vec<u32> = (0..row.len() as u32).filter(|&a| row[a as usize] != ABSENT).collect();
            agents.sort_by_key(|&agent| row[agent as usize]);
            let mut level = vec![None; row.len()];
            let mut start = 0;
            for group in agents.chunk_by(|&a, &b| row[a as usize] == row[b as usize]) {
                let end = start + group.len() as u32;
                group.iter().for_each(|&agent| level[agent as usize] = Some((start, end)));
                start = end;
            }
            Order { agents, level }
        };
        Self { agents: ranks.first().map_or(0, Vec::len), windows: ranks.iter().map(order).collect() }
    }

    /// Whether in these windows (a weight over 0) every agent leads to every other by wins and ties.
    pub fn are_connected(&self, weights: &[f64]) -> bool {
        let windows: Vec<&Order> = self
            .windows
            .iter()
            .zip(weights)
            .filter(|(_, weight)| **weight > 0.0)
            .map(|(order, _)| order)
            .collect();
        self.agents == 0 || (reached(&windows, self.agents, true) && reached(&windows, self.agents, false))
    }
}

/// Whether all can be reached from the first agent, to those it is not behind (`down`) or not ahead of.
fn reached(windows: &[&Order], agents: usize, down: bool) -> bool {
    // What of each window's list has been reached: from here to its end, or from its beginning to here.
    let mut edge: Vec<usize> =
        windows.iter().map(|order| if down { order.agents.len() } else { 0 }).collect();
    let mut seen = vec![false; agents];
    let (mut open, mut count) = (vec![0_usize], 1);
    seen[0] = true;
    while let Some(agent) = open.pop() {
        for (order, edge) in windows.iter().zip(&mut edge) {
            let Some((start, end)) = order.level[agent] else { continue };
            let new = if down { start as usize..*edge } else { *edge..end as usize };
            if new.is_empty() {
                continue;
            }
            for &next in &order.agents[new.clone()] {
                if !seen[next as usize] {
                    seen[next as usize] = true;
                    count += 1;
                    open.push(next as usize);
                }
            }
            *edge = if down { new.start } else { new.end };
        }
    }
    count == agents
}

#[cfg(test)]
mod tests {
    use super::super::bootstrap_bars::multiplicities;
    use super::super::testing::{ranks_no_ties, ranks_with_ties};
    use super::super::{fit_bradley_terry, fit_plackett_luce, refit_bradley_terry, refit_plackett_luce};
    use super::*;

    /// Of two batch ratings of every resample, by one step and by fitting again: the largest gap of their deviations,
    /// as a share.
    fn gap(steps: &[Vec<f64>], refits: &[Vec<f64>]) -> f64 {
        let deviation = |all: &[Vec<f64>], agent: usize| {
            crate::metrics::standard_deviation(&all.iter().map(|theta| theta[agent]).collect::<Vec<f64>>())
                .unwrap()
        };
        (0..steps[0].len())
            .map(|agent| (deviation(steps, agent) / deviation(refits, agent) - 1.0).abs())
            .fold(0.0, f64::max)
    }

    fn samples() -> Vec<Vec<f64>> {
        (0..200_u32)
            .map(|b| {
                multiplicities(
                    36,
                    &(0..36).map(|i| (b * 7919 + i * (b % 31 + 1) * 104_729) / 7 % 36).collect::<Vec<u32>>(),
                )
            })
            .collect()
    }

    #[test]
    fn one_step_spreads_as_refits_do() {
        for ranks in [ranks_with_ties(), ranks_no_ties()] {
            let counts = PairCounts::from_ranks(&ranks).unwrap();
            let fit = fit_bradley_terry(&counts).unwrap();
            let step = OneStep::bradley_terry(&ranks, &counts, &fit);
            assert_eq!(step.weighted(&[1.0; 36]), fit.theta);
            let (mut steps, mut refits) = (Vec::new(), Vec::new());
            for weights in samples() {
                let counts = PairCounts::weighted(&ranks, &weights).unwrap();
                if let Ok(refit) = refit_bradley_terry(&counts, &fit) {
                    refits.push(refit.theta);
                    steps.push(step.weighted(&weights));
                }
            }
            assert!(gap(&steps, &refits) < 0.15, "{}", gap(&steps, &refits));
        }
    }

    #[test]
    fn the_same_for_whole_rankings() {
        let ranks = ranks_with_ties();
        let fit = fit_plackett_luce(&ranks).unwrap();
        let step = OneStep::plackett_luce(&ranks, &fit);
        let (mut steps, mut refits) = (Vec::new(), Vec::new());
        for weights in samples() {
            if let Ok(refit) = refit_plackett_luce(&ranks, &weights, &fit) {
                refits.push(refit.theta);
                steps.push(step.weighted(&weights));
            }
        }
        assert!(gap(&steps, &refits) < 0.15, "{}", gap(&steps, &refits));
    }

    #[test]
    fn rateable_means_connected() {
        for ranks in [
            vec![vec![0, 1, 2], vec![2, 1, 0]],
            vec![vec![0, 1, 2], vec![0, 2, 1]],
            vec![vec![0, 1, 1], vec![0, 0, 2]],
            vec![vec![0, 1, ABSENT], vec![1, 0, 2]],
            vec![vec![0, 1, ABSENT], vec![ABSENT, 0, 1], vec![1, ABSENT, 0]],
        ] {
            let counts = PairCounts::from_ranks(&ranks).unwrap();
            let connected = Orders::new(&ranks).are_connected(&vec![1.0; ranks.len()]);
            assert_eq!(connected, super::super::win_groups(&counts).len() == 1, "{ranks:?}");
        }
        let ranks = vec![vec![0, 1], vec![1, 0]];
        assert!(!Orders::new(&ranks).are_connected(&[1.0, 0.0]));
    }
}
