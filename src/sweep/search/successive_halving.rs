//! Successive halving (Jamieson and Talwalkar 2016) over windows: all candidates are replayed in few windows,
//! the best of them in more, the best of those in all.
//!
//! With W windows and a reduction of r the last round has all W, the one before W / r, and so on, rounded up;
//! of n candidates n / r go on each time, rounded down, at least one. There are as many rounds as windows and
//! candidates allow.

use super::contract::{Ask, Search, Told};
use crate::metrics::Score;
use crate::sweep::Point;

/// Draws its candidates from another search, then thins them out.
pub(super) struct SuccessiveHalving {
    candidates: Box<dyn Search>,
    windows: usize,
    reduction: usize,
    batch: usize,
    /// Whether candidates are still drawn.
    drawing: bool,
    /// Rounds done.
    round: usize,
    /// Rounds in all; known once the candidates are.
    rounds: usize,
    /// Still to be asked for in this round.
    waiting: Vec<Point>,
    /// Told of in this round.
    told: Vec<Told>,
}

impl SuccessiveHalving {
    /// Of candidates over this many windows.
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
            told: Vec::new(),
        }
    }

    /// Windows of this round.
    fn asked_windows(&self) -> usize {
        let left = self.rounds.saturating_sub(self.round + 1);
        let share = self.reduction.saturating_pow(u32::try_from(left).unwrap_or(u32::MAX));
        self.windows.div_ceil(share).max(1)
    }

    /// Ends a round: the best go on.
    fn thin_out(&mut self) {
        let told: Vec<Told> = std::mem::take(&mut self.told)
            .into_iter()
            .filter(|told| told.score.is_some() && !told.repeated)
            .collect();
        let mut order: Vec<usize> = (0..told.len()).collect();
        let score = |index: usize| told[index].score.unwrap_or(Score::Absent);
        // Stable: of equals the first goes on.
        order.sort_by(|&a, &b| score(a).better_first(&score(b)));
        let survivors = if told.is_empty() { 0 } else { (told.len() / self.reduction).max(1) };
        order.truncate(survivors);
        order.sort_unstable();
        self.waiting = order.into_iter().rev().map(|place| told[place].point.clone()).collect();
        self.round += 1;
    }
}

/// How often a number can be divided before it is 1.
fn steps(mut number: usize, by: usize) -> usize {
    let mut steps = 0;
    while number >= by {
        number /= by;
        steps += 1;
    }
    steps
}

impl Search for SuccessiveHalving {
    fn ask(&mut self, most: usize) -> Ask {
        if self.drawing {
            let ask = self.candidates.ask(most);
            if !ask.points.is_empty() {
                return Ask { windows: Some(self.asked_windows()), ..ask };
            }
            self.drawing = false;
            self.thin_out();
        }
        while self.waiting.is_empty() && !self.told.is_empty() && self.round < self.rounds {
            self.thin_out();
        }
        if self.round >= self.rounds {
            return Ask::default();
        }
        let rest = self.waiting.len().saturating_sub(self.batch);
        let mut points = self.waiting.split_off(rest);
        points.reverse();
        Ask { points, windows: Some(self.asked_windows()) }
    }

    fn tell(&mut self, told: Vec<Told>) {
        self.told.extend(told);
    }
}
