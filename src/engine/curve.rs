//! The exact equity, rebuilt from holdings.

use super::Replay;
use super::job::Job;
use crate::domain::{Cash, Price};
use crate::market::Market;

/// Exact equity at each tick's close of the window, one value a tick.
pub fn exact_curve(job: &Job<'_>, replay: &Replay) -> Vec<Cash> {
    let ticks = replay.window.ticks;
    equity_at(replay, job.market, ticks.first..ticks.last).collect()
}

/// Exact equity at the closes of `ticks`, which ascend: cash, and each quantity at its symbol's last close half up
/// at eight places, nothing once it is written off. What all statistics are taken from, and what the store writes.
pub fn equity_at<'r>(
    replay: &'r Replay,
    market: &'r Market,
    ticks: impl IntoIterator<Item = usize> + 'r,
) -> impl Iterator<Item = Cash> + 'r {
    let mut next = 0;
    ticks.into_iter().map(move |tick| {
        while replay.holdings.get(next).is_some_and(|holding| holding.tick <= tick) {
            next += 1;
        }
        let Some(now) = replay.holdings[..next].last() else { return replay.starting_balance };
        let held = now.quantities.iter().enumerate().filter(|(_, quantity)| quantity.is_positive());
        let worth = held.map(|(index, &quantity)| {
            let series = &market.symbols[index];
            let off =
                replay.written_off.iter().any(|&(symbol, from)| symbol.index() == index && from <= tick);
            let row = series.rows[tick].row().filter(|_| !off);
            row.map_or(Cash::ZERO, |row| Cash::notional(Price::from_f64(series.bars.close[row]), quantity))
        });
        now.cash + worth.sum()
    })
}
