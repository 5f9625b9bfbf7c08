//! Round trips: from leaving zero to returning to it.

use super::ExitState;
use super::open_trip::{Exit, OpenTrip, Stake, TripFill};
use super::outcome::UNSOLD_AT_END;
use super::state::{State, symbol_id};
use crate::domain::{CarriedPosition, Cash, Price, Qty, SymbolId, Wallet};

impl State<'_> {
    /// Adds a fill to its symbol's round trip; opens and closes it as the position leaves and reaches zero.
    pub(super) fn note_trip_fill(&mut self, symbol: SymbolId, fill: &TripFill) {
        let position = *self.ledger.position(symbol);
        let after = Stake { qty: position.qty().to_f64(), average: position.average_price().to_f64() };
        let (tick, opened_bar) = (self.tick, self.open_time());
        let open = &mut self.open_trips[symbol.index()];
        let trip = open.get_or_insert_with(|| OpenTrip::begun(fill, tick, opened_bar));
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
            let symbol = symbol_id(index);
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
            let symbol = symbol_id(index);
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
