//! A round trip that has not come to its end, and what becomes of it.

use super::{ExitState, RoundTrip};
use crate::domain::{CarriedPosition, CarriedTrip, Cash, Price, PriceSum, Qty, Side, SymbolId, Timestamp};
use crate::market::{Row, SymbolSeries};

/// When in its bar a fill happens, as far as the bar's extremes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// The whole bar follows it.
    Open,
    /// Unknown which extreme follows it.
    Inside,
    /// The whole bar is before it.
    Close,
}

/// What a round trip learns from a fill.
#[derive(Debug, Clone, Copy)]
pub(super) struct TripFill {
    pub side: Side,
    pub at: Timestamp,
    pub row: Row,
    pub when: When,
    pub quantity: Qty,
    pub price: Price,
    pub notional: Cash,
    pub fee: Cash,
    pub realised: Option<Cash>,
    pub reason: &'static str,
}

/// A round trip that has not come to its end.
#[derive(Debug, Clone)]
pub(super) struct OpenTrip {
    pub entry_at: Timestamp,
    pub entry_tick: usize,
    entry_reason: &'static str,
    /// Side of the entry.
    side: Side,
    bought: PriceSum,
    bought_for: Cash,
    sold: PriceSum,
    entry_fees: Cash,
    fees: Cash,
    realised: Cash,
    fills: u32,
    steps: Vec<Step>,
    /// Open time of the bar of the first fill.
    opened_bar: Timestamp,
    /// Worst and best excursion of the runs before this one.
    excursions: (f64, f64),
}

/// A change of the quantity held.
#[derive(Debug, Clone, Copy)]
struct Step {
    row: Row,
    when: When,
    before: Stake,
    after: Stake,
    price: f64,
}

/// A quantity and its average price, for statistics.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stake {
    pub qty: f64,
    pub average: f64,
}

/// How a round trip ends.
pub(super) struct Exit {
    pub state: ExitState,
    pub at: Timestamp,
    pub tick: usize,
    pub row: Row,
    /// What is still held, and its price.
    pub held: Qty,
    pub mark: Price,
    pub unrealised: Cash,
    pub reason: &'static str,
}

impl OpenTrip {
    /// Begun by this fill, which is still to be added.
    pub fn begun(fill: &TripFill, tick: usize, opened_bar: Timestamp) -> Self {
        Self {
            entry_at: fill.at,
            entry_tick: tick,
            entry_reason: fill.reason,
            side: fill.side,
            bought: PriceSum::default(),
            bought_for: Cash::ZERO,
            sold: PriceSum::default(),
            entry_fees: Cash::ZERO,
            fees: Cash::ZERO,
            realised: Cash::ZERO,
            fills: 0,
            steps: Vec::with_capacity(2),
            opened_bar,
            excursions: (0.0, 0.0),
        }
    }

    /// A round trip of earlier runs, whose stake is `stake` at the window's first row.
    pub fn carried(position: &CarriedPosition, entry_tick: usize, row: Row, stake: Stake) -> Self {
        let trip = &position.trip;
        let price = position.mark.to_f64();
        Self {
            entry_at: trip.opened_at,
            entry_tick,
            entry_reason: "carried",
            side: Side::Buy,
            bought: trip.bought,
            bought_for: trip.bought_for,
            sold: trip.sold,
            entry_fees: trip.entry_fees,
            fees: trip.fees,
            realised: trip.realised,
            fills: trip.fills,
            steps: vec![Step { row, when: When::Open, before: stake, after: stake, price }],
            opened_bar: trip.opened_bar,
            excursions: (trip.worst.to_f64(), trip.best.to_f64()),
        }
    }

    /// The same round trip for the next run; `last` is its symbol's last row in this one.
    pub fn so_far(&self, series: &SymbolSeries, last: Row) -> CarriedTrip {
        let (worst, best) = self.excursions(series, last);
        CarriedTrip {
            opened_at: self.entry_at,
            opened_bar: self.opened_bar,
            bought: self.bought,
            bought_for: self.bought_for,
            entry_fees: self.entry_fees,
            sold: self.sold,
            fees: self.fees,
            realised: self.realised,
            fills: self.fills,
            worst: statistic(worst),
            best: statistic(best),
        }
    }

    /// Worst and best excursion, those of earlier runs included.
    fn excursions(&self, series: &SymbolSeries, last: Row) -> (f64, f64) {
        let (worst, best) = excursions(&self.steps, series, last);
        (worst.min(self.excursions.0), best.max(self.excursions.1))
    }

    /// Adds a fill, after which this is held.
    pub fn add(&mut self, fill: &TripFill, after: Stake) {
        self.fills += 1;
        self.fees += fill.fee;
        match fill.side == self.side {
            true => {
                self.bought.add(fill.price, fill.quantity);
                self.bought_for += fill.notional;
                self.entry_fees += fill.fee;
            }
            false => self.sold.add(fill.price, fill.quantity),
        }
        self.realised += fill.realised.unwrap_or(Cash::ZERO);
        let before = self.steps.last().map_or(Stake::default(), |step| step.after);
        let step = Step { row: fill.row, when: fill.when, before, after, price: fill.price.to_f64() };
        self.steps.push(step);
    }

    /// The round trip as results show it.
    pub fn finish(self, symbol: SymbolId, series: &SymbolSeries, exit: &Exit) -> RoundTrip {
        let (worst, best) = self.excursions(series, exit.row);
        let pnl = self.realised + exit.unrealised;
        let mut sold = self.sold;
        sold.add(exit.mark, exit.held.abs());
        RoundTrip {
            symbol,
            side: self.side,
            state: exit.state,
            entry_at: self.entry_at,
            entry_tick: self.entry_tick,
            exit_at: exit.at,
            exit_tick: exit.tick,
            quantity: self.bought.qty(),
            entry_price: self.bought.average(),
            exit_price: sold.average(),
            fees: self.fees,
            pnl,
            return_fraction: fraction(pnl, self.bought_for + self.entry_fees),
            mae: statistic(worst),
            mfe: statistic(best),
            fills: self.fills,
            entry_reason: self.entry_reason,
            exit_reason: exit.reason,
        }
    }
}

fn fraction(part: Cash, whole: Cash) -> f64 {
    if whole.is_positive() { part.to_f64() / whole.to_f64() } else { 0.0 }
}

/// An excursion is a statistic shown as an amount: it never comes back into a wallet.
#[expect(clippy::cast_possible_truncation, reason = "a statistic; `as` saturates")]
fn statistic(value: f64) -> Cash {
    Cash::from_units((value * 1e8).round() as i128)
}

/// Worst (at most 0) and best (at least 0) value of the stake against its average price, from bar extremes.
///
/// The entry's bar counts only where the entry was at its open; the exit's bar counts with the exit price
/// only, unless the exit was at its close. Bars in between count with the quantity held at their close.
fn excursions(steps: &[Step], series: &SymbolSeries, last: Row) -> (f64, f64) {
    let bars = &series.bars;
    let (mut worst, mut best) = (0.0_f64, 0.0_f64);
    let mut see = |stake: Stake, price: f64| {
        let value = stake.qty * (price - stake.average);
        worst = worst.min(value);
        best = best.max(value);
    };
    let Some(entry) = steps.first() else { return (0.0, 0.0) };
    let closing = steps.last().filter(|step| step.after.qty == 0.0);
    for (index, step) in steps.iter().enumerate() {
        let exit_bar = closing.is_some_and(|exit| exit.row == step.row && exit.when != When::Close);
        let entry_bar = entry.row == step.row && entry.when != When::Open;
        let stake = if step.when == When::Close { step.before } else { step.after };
        if !exit_bar && !entry_bar {
            see(stake, bars.low[step.row]);
            see(stake, bars.high[step.row]);
        }
        if step.after.qty == 0.0 {
            see(step.before, step.price);
        }
        let until = steps.get(index + 1).map_or(last + 1, |next| next.row);
        // The value rises with the price: of the bars in between only the extremes matter.
        let between = step.row + 1..until;
        if !between.is_empty() {
            see(step.after, series.lowest_low(between.clone()));
            see(step.after, series.highest_high(between));
        }
    }
    (worst, best)
}
