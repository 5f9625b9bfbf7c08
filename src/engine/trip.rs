//! Round trips: from leaving zero to returning to it.

use super::outcome::UNSOLD_AT_END;
use super::state::State;
use super::{ExitState, RoundTrip};
use crate::domain::{
    CarriedPosition, CarriedTrip, Cash, Price, PriceSum, Qty, Side, SymbolId, Timestamp, Wallet,
};
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
struct Stake {
    qty: f64,
    average: f64,
}

impl State<'_> {
    /// Adds a fill to its symbol's round trip; opens and closes it as the position leaves and reaches zero.
    pub(super) fn note_trip_fill(&mut self, symbol: SymbolId, fill: &TripFill) {
        let position = *self.ledger.position(symbol);
        let after = Stake { qty: position.qty().to_f64(), average: position.average_price().to_f64() };
        let (tick, opened_bar) = (self.tick, self.open_time());
        let trip = self.open_trips[symbol.index()].get_or_insert_with(|| OpenTrip {
            entry_at: fill.at,
            entry_tick: tick,
            entry_reason: fill.reason,
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
        });
        trip.add(fill, after);
        if position.qty().is_zero() {
            self.close_trip(symbol, fill);
        }
    }

    fn close_trip(&mut self, symbol: SymbolId, last: &TripFill) {
        let Some(trip) = self.open_trips[symbol.index()].take() else { return };
        let series = self.job.market.series(symbol);
        let exit = Exit {
            state: ExitState::Closed,
            at: last.at,
            tick: self.tick,
            row: last.row,
            held: Qty::ZERO,
            mark: Price::ZERO,
            unrealised: Cash::ZERO,
            reason: last.reason,
        };
        let round_trip = trip.finish(symbol, series, &exit);
        self.streak.closed(round_trip.pnl, self.job.risk.max_consecutive_losses);
        self.trips.push(round_trip);
    }

    /// Takes up the round trips of the positions that the agent starts with. One that began before the
    /// market's first bar counts as begun there.
    pub(super) fn carry_trips(&mut self) {
        let job = self.job;
        for (symbol, position) in job.carried {
            let first = job.window.ticks.first;
            let row = self.rows[symbol.index()][first].row().unwrap_or(0);
            let entry_tick = job.market.first_tick_from(position.trip.opened_bar).min(first);
            let average = self.ledger.position(*symbol).average_price();
            let stake = Stake { qty: position.quantity.to_f64(), average: average.to_f64() };
            self.open_trips[symbol.index()] = Some(OpenTrip::carried(position, entry_tick, row, stake));
        }
    }

    /// What the agent holds at the window's end.
    pub(super) fn left_behind(&self) -> Wallet<SymbolId> {
        let mut wallet = Wallet::of_cash(self.ledger.cash());
        for (index, trip) in self.open_trips.iter().enumerate() {
            let Some(trip) = trip else { continue };
            let symbol = super::state::symbol_id(index);
            let position = self.ledger.position(symbol);
            let last = self.rows[index][self.tick].row().unwrap_or(0);
            let carried = CarriedPosition {
                quantity: position.qty(),
                cost: position.cost(),
                entry_fees: position.entry_fees(),
                mark: self.mark_price(symbol, self.tick),
                trip: trip.so_far(&self.job.market.symbols[index], last),
            };
            wallet.positions.push((symbol, carried));
        }
        wallet
    }

    /// The round trips that the window's end leaves open, marked at the last close, by symbol.
    pub(super) fn finish_open_trips(&mut self) {
        for index in 0..self.open_trips.len() {
            let Some(trip) = self.open_trips[index].take() else { continue };
            let symbol = super::state::symbol_id(index);
            let mark = self.mark_price(symbol, self.tick);
            let position = *self.ledger.position(symbol);
            let unsold = self.flags.unsold_at_end.contains(&symbol);
            let exit = Exit {
                state: ExitState::Open,
                at: self.close_time(),
                tick: self.tick,
                row: self.rows[index][self.tick].row().unwrap_or(0),
                held: position.qty(),
                mark,
                unrealised: position.unrealised(mark),
                reason: if unsold { UNSOLD_AT_END } else { "open" },
            };
            self.trips.push(trip.finish(symbol, &self.job.market.symbols[index], &exit));
        }
    }
}

/// How a round trip ends.
struct Exit {
    state: ExitState,
    at: Timestamp,
    tick: usize,
    row: Row,
    /// What is still held, and its price.
    held: Qty,
    mark: Price,
    unrealised: Cash,
    reason: &'static str,
}

impl OpenTrip {
    /// A round trip of earlier runs, whose stake is `stake` at the window's first row.
    fn carried(position: &CarriedPosition, entry_tick: usize, row: Row, stake: Stake) -> Self {
        let trip = &position.trip;
        let price = position.mark.to_f64();
        Self {
            entry_at: trip.opened_at,
            entry_tick,
            entry_reason: "carried",
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
    fn so_far(&self, series: &SymbolSeries, last: Row) -> CarriedTrip {
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

    fn add(&mut self, fill: &TripFill, after: Stake) {
        self.fills += 1;
        self.fees += fill.fee;
        match fill.side {
            Side::Buy => {
                self.bought.add(fill.price, fill.quantity);
                self.bought_for += fill.notional;
                self.entry_fees += fill.fee;
            }
            Side::Sell => self.sold.add(fill.price, fill.quantity),
        }
        self.realised += fill.realised.unwrap_or(Cash::ZERO);
        let before = self.steps.last().map_or(Stake::default(), |step| step.after);
        let step = Step { row: fill.row, when: fill.when, before, after, price: fill.price.to_f64() };
        self.steps.push(step);
    }

    fn finish(self, symbol: SymbolId, series: &SymbolSeries, exit: &Exit) -> RoundTrip {
        let (worst, best) = self.excursions(series, exit.row);
        let pnl = self.realised + exit.unrealised;
        let mut sold = self.sold;
        sold.add(exit.mark, exit.held);
        RoundTrip {
            symbol,
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
