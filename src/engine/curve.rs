//! The exact equity, rebuilt from holdings.

use super::job::Job;
use super::{Holding, Replay};
use crate::domain::{Cash, Price, Qty};
use crate::market::{Market, Row, TickRow};

/// Exact equity at each tick's close of the window, one value a tick.
pub fn exact_curve(job: &Job<'_>, replay: &Replay) -> Vec<Cash> {
    let ticks = replay.window.ticks;
    equity_at(replay, job.market, ticks.first..ticks.last).collect()
}

/// Exact equity at the closes of `ticks`, which ascend. What all statistics are taken from.
pub fn equity_at<'r>(
    replay: &'r Replay,
    market: &'r Market,
    ticks: impl IntoIterator<Item = usize> + 'r,
) -> impl Iterator<Item = Cash> + 'r {
    valued_at(replay, market, ticks).map(|valued| valued.equity)
}

/// What an account is worth at one tick's close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Valued {
    /// Cash and positions.
    pub equity: Cash,
    /// Of it, in cash.
    pub cash: Cash,
    /// Value of all positions, shorts negative.
    pub net: Cash,
    /// The same without signs.
    pub gross: Cash,
    /// Whether anything is held.
    pub in_market: bool,
}

/// What a replay's account is worth at the closes of `ticks`, which ascend: cash, and each quantity at its symbol's
/// last close half up at eight places, nothing once it is written off. The starting balance before the first holding.
pub fn valued_at<'r>(
    replay: &'r Replay,
    market: &'r Market,
    ticks: impl IntoIterator<Item = usize> + 'r,
) -> impl Iterator<Item = Valued> + 'r {
    let mut next = 0;
    let mut positions = Vec::new();
    ticks.into_iter().map(move |tick| {
        let before = next;
        while replay.holdings.get(next).is_some_and(|holding| holding.tick <= tick) {
            next += 1;
        }
        let Some(now) = replay.holdings[..next].last() else {
            let start = replay.starting_balance;
            let (net, gross) = (Cash::ZERO, Cash::ZERO);
            return Valued { equity: start, cash: start, net, gross, in_market: false };
        };
        if next != before {
            positions = held(now, replay, market);
        }
        let (mut net, mut gross) = (Cash::ZERO, Cash::ZERO);
        for position in &mut positions {
            let worth = position.value_at(tick);
            net += worth;
            gross += worth.abs();
        }
        let equity = now.cash - now.owed + net;
        Valued { equity, cash: now.cash, net, gross, in_market: !positions.is_empty() }
    })
}

/// What is held of one symbol, valued tick by tick.
struct Position<'r> {
    rows: &'r [TickRow],
    closes: &'r [f64],
    quantity: Qty,
    /// From this tick on it is worth nothing.
    off_from: usize,
    /// The row that `value` belongs to: a carried close is not multiplied again.
    row: Option<Row>,
    value: Cash,
}

impl Position<'_> {
    fn value_at(&mut self, tick: usize) -> Cash {
        if tick >= self.off_from {
            return Cash::ZERO;
        }
        let row = self.rows[tick].row();
        if row != self.row {
            self.row = row;
            self.value =
                row.map_or(Cash::ZERO, |r| Cash::notional(Price::from_f64(self.closes[r]), self.quantity));
        }
        self.value
    }
}

fn held<'r>(holding: &Holding, replay: &Replay, market: &'r Market) -> Vec<Position<'r>> {
    let quantities = holding.quantities.iter().zip(&market.symbols).enumerate();
    let off = |index: usize| replay.written_off.iter().find(|(symbol, _)| symbol.index() == index);
    quantities
        .filter(|(_, (quantity, _))| !quantity.is_zero())
        .map(|(index, (&quantity, series))| Position {
            rows: &series.rows,
            closes: &series.bars.close,
            quantity,
            off_from: off(index).map_or(usize::MAX, |&(_, from)| from),
            row: None,
            value: Cash::ZERO,
        })
        .collect()
}
