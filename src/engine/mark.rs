//! Step 2 of a tick: what the account is worth.

use super::Holding;
use super::state::{HeldSymbol, State, symbol_id};
use crate::domain::{Cash, Qty};

impl State<'_> {
    /// Marks cash and held symbols at this tick's closes, in `f64`: no decimal arithmetic here.
    pub(super) fn mark(&mut self) {
        if self.changed {
            self.note_holding();
        }
        let mut equity = self.cash;
        for held in &self.held {
            let index = held.symbol.index();
            if let (Some(row), true) = (
                self.job.market.symbols[index].row_at(self.tick).row(),
                self.tick < self.worthless_from[index],
            ) {
                equity += held.qty * self.closes[index][row];
            }
        }
        self.equity_now = equity;
    }

    /// Ends the tick: appends its mark to the curve, recomputed if the close itself brought fills.
    pub(super) fn close_tick(&mut self) {
        debug_assert!(self.locks_agree(), "locks and waiting orders disagree");
        if self.changed {
            self.mark();
            if self.margin.is_some() {
                self.watch_bankruptcy();
            }
        }
        if self.equity_now > self.peak {
            self.peak = self.equity_now;
            self.peak_tick = Some(self.tick);
        }
        self.equity.push(self.equity_now);
        self.ticks_in_market += usize::from(!self.held.is_empty());
    }

    /// Notes cash and positions from this tick on, and the marking loop's copies of them.
    pub(super) fn note_holding(&mut self) {
        self.changed = false;
        self.cash = self.ledger.net_cash().to_f64();
        self.held.clear();
        for (index, position) in self.ledger.positions().iter().enumerate() {
            if !position.qty().is_zero() {
                self.held.push(HeldSymbol { symbol: symbol_id(index), qty: position.qty().to_f64() });
            }
        }
        let quantities = self.ledger.positions().iter().map(|p| p.qty()).collect();
        let holding =
            Holding { tick: self.tick, cash: self.ledger.cash(), owed: self.ledger.owed(), quantities };
        match self.holdings.last_mut() {
            Some(last) if last.tick == self.tick => *last = holding,
            _ => self.holdings.push(holding),
        }
    }

    /// Cash and positions at this tick's closes, exact.
    pub(super) fn exact_equity(&self) -> Cash {
        self.exact_equity_at(self.tick)
    }

    /// What is held now at the closes of `tick`, exact.
    pub(super) fn exact_equity_at(&self, tick: usize) -> Cash {
        let positions = self.ledger.positions().iter().enumerate();
        let values = positions
            .filter(|(_, position)| !position.qty().is_zero())
            .map(|(index, position)| Cash::notional(self.mark_price(symbol_id(index), tick), position.qty()));
        self.ledger.net_cash() + values.sum()
    }

    /// The highest equity so far, exact: what was held at the peak's tick at that tick's closes.
    pub(super) fn exact_peak(&self) -> Cash {
        let Some(tick) = self.peak_tick else { return self.job.starting_equity() };
        let next = self.holdings.partition_point(|holding| holding.tick <= tick);
        let Some(holding) = self.holdings[..next].last() else { return self.job.starting_equity() };
        let values = holding.quantities.iter().enumerate().filter(|(_, qty)| !qty.is_zero());
        let worth = values.map(|(index, &qty)| Cash::notional(self.mark_price(symbol_id(index), tick), qty));
        holding.cash - holding.owed + worth.sum()
    }

    /// Whether exactly what waiting orders and brackets hold is locked. Looked at in debug builds only.
    fn locks_agree(&self) -> bool {
        let cash: Cash = self.waiting.iter().map(|order| order.lock_cash).sum();
        let spot = |index: &usize| !self.on_margin(symbol_id(*index));
        let positions = self.ledger.positions().iter().enumerate();
        let qty = positions.filter(|(index, _)| spot(index)).all(|(index, position)| {
            let orders = self.waiting.iter().filter(|order| order.symbol == symbol_id(index));
            let groups = self.groups.iter().filter(|g| g.symbol == symbol_id(index) && g.alive > 0);
            let held: Qty = orders.map(|order| order.lock_qty).chain(groups.map(|group| group.left)).sum();
            position.qty() - position.free() == held
        });
        qty && self.ledger.locked() == cash
    }
}
