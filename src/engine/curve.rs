//! The exact equity curve, rebuilt from holdings.

use super::Replay;
use super::replay::Job;
use super::state::{delisted_from, symbol_id};
use crate::domain::{Cash, Price, Qty};
use crate::scenario::Delisted;

/// Exact equity at each tick's close of the window, one value a tick, as `replay.holdings` and the job's
/// rules give it. What the tests hold the marks to; the store walks holdings in parts, statistics read
/// `replay.equity`.
pub fn exact_curve(job: &Job<'_>, replay: &Replay) -> Vec<Cash> {
    let market = job.market;
    let symbols = market.symbols.len();
    let worthless: Vec<_> = (0..symbols)
        .map(|index| match job.delisted {
            Delisted::WriteOff => delisted_from(job, symbol_id(index)).unwrap_or(usize::MAX),
            Delisted::Carry => usize::MAX,
        })
        .collect();
    let worth = |index: usize, qty: Qty, tick: usize| {
        let series = &market.symbols[index];
        match series.rows[tick].row() {
            Some(row) if tick < worthless[index] => {
                Cash::notional(Price::from_f64(series.bars.close[row]), qty)
            }
            _ => Cash::ZERO,
        }
    };
    let mut next = 0;
    let ticks = replay.window.ticks;
    (ticks.first..ticks.last)
        .map(|tick| {
            while replay.holdings.get(next).is_some_and(|holding| holding.tick <= tick) {
                next += 1;
            }
            let Some(now) = replay.holdings[..next].last() else { return replay.starting_balance };
            let held = now.quantities.iter().enumerate().filter(|(_, qty)| qty.is_positive());
            now.cash + held.map(|(index, &qty)| worth(index, qty, tick)).sum()
        })
        .collect()
}
