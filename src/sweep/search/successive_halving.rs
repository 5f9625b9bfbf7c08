//! Successive halving (Jamieson and Talwalkar 2016) over windows: all candidates are replayed in few windows,
//! the best of them in more, the best of those in all.
//!
//! With W windows and a reduction of r, the last round has all W windows, the previous one W / r, and so on,
//! rounded up. Of n candidates n / r continue to the next round, rounded down, at least one. There are as
//! many rounds as the numbers of windows and candidates allow.

use super::contract::{PointBatch, PointResult, Search};
use crate::metrics::Score;
use crate::sweep::Point;

/// Takes candidates from another search, then eliminates them round by round.
pub(super) struct SuccessiveHalving {
    candidates: Box<dyn Search>,
    windows: usize,
    reduction: usize,
    batch: usize,
    /// Whether candidates are still being drawn.
    drawing: bool,
    /// Number of finished rounds.
    round: usize,
    /// Total number of rounds; known once the candidates are drawn.
    rounds: usize,
    /// Points still to be proposed in this round.
    waiting: Vec<Point>,
    /// Results of this round.
    results: Vec<PointResult>,
}

impl SuccessiveHalving {
    /// Candidates over this many windows.
    pub fn new(candidates: Box<dyn Search>, windows: usize, reduction: usize, batch: usize) -> Self {
        Self {
            candidates,
            windows,
            reduction,
            batch,
            drawing: true,
            round: 0,
            rounds: steps(windows, reduction) + 1,
            waiting: Vec::new(),
            results: Vec::new(),
        }
    }

    /// Number of windows in this round.
    fn asked_windows(&self) -> usize {
        let left = self.rounds.saturating_sub(self.round + 1);
        let share = self.reduction.saturating_pow(u32::try_from(left).unwrap_or(u32::MAX));
        self.windows.div_ceil(share).max(1)
    }

    /// Ends a round: only the best continue.
    fn eliminate(&mut self) {
        let results: Vec<PointResult> = std::mem::take(&mut self.results)
            .into_iter()
            .filter(|results| results.score.is_some() && !results.repeated)
            .collect();
        let mut order: Vec<usize> = (0..results.len()).collect();
        let score = |index: usize| results[index].score.unwrap_or(Score::Absent);
        // Stable sort: ties go to the earlier candidate.
        order.sort_by(|&a, &b| score(a).better_first(&score(b)));
        let survivors = if results.is_empty() { 0 } else { (results.len() / self.reduction).max(1) };
        order.truncate(survivors);
        order.sort_unstable();
        self.waiting = order.into_iter().rev().map(|index| results[index].point.clone()).collect();
        self.round += 1;
    }
}

/// How many times a number can be divided until it is 1.
fn steps(mut number: usize, by: usize) -> usize {
    let mut steps = 0;
    while number >= by {
        number /= by;
        steps += 1;
    }
    steps
}

impl Search for SuccessiveHalving {
    fn ask(&mut self, most: usize) -> PointBatch {
        if self.drawing {
            let ask = self.candidates.ask(most);
            if !ask.points.is_empty() {
                return PointBatch { windows: Some(self.asked_windows()), ..ask };
            }
            self.drawing = false;
            self.eliminate();
        }
        while self.waiting.is_empty() && !self.results.is_empty() && self.round < self.rounds {
            self.eliminate();
        }
        if self.round >= self.rounds {
            return PointBatch::default();
        }
        let rest = self.waiting.len().saturating_sub(self.batch);
        let mut points = self.waiting.split_off(rest);
        points.reverse();
        PointBatch { points, windows: Some(self.asked_windows()) }
    }

    fn tell(&mut self, results: Vec<PointResult>) {
        self.results.extend(results);
    }
}
