//! Market buys that are paid with what the market sells of the same open bring.
//!
//! They fill together, after the sells: their locks and what is available make one sum of money. Where it does not pay
//! for all of them, each is cut in the same proportion, which its order says.

use super::fill::{Execution, Ration};
use super::state::State;
use super::working::{Stage, Working};
use crate::domain::{Cash, Liquidity, OrderId, Price, SymbolId};
use crate::market::Row;
use crate::venue::Match;

impl State<'_> {
    /// Fills them at this tick's opens.
    pub(super) fn fill_purchases_at_open(&mut self) {
        let at = self.open_time();
        self.fill_purchases(|state, symbol, row| {
            let raw = Price::from_f64(state.job.market.series(symbol).bars.open[row]);
            let matched = Match { raw, liquidity: Liquidity::Taker, bound: None, at_open: true };
            Execution::in_bar(matched, at, row)
        });
    }

    /// Fills those of this tick's decision at its closes.
    pub(super) fn fill_purchases_at_close(&mut self) {
        let at = self.close_time();
        self.fill_purchases(|state, symbol, row| {
            let raw = Price::from_f64(state.closes[symbol.index()][row]);
            Execution::at_close(raw, at, row)
        });
    }

    fn fill_purchases(&mut self, execution: impl Fn(&Self, SymbolId, Row) -> Execution) {
        let concerned = self.waiting.iter().filter(|order| waits_for_proceeds(order));
        let fills: Vec<(OrderId, Execution)> = concerned
            .filter_map(|order| {
                let row = self.fresh(order.symbol)?;
                Some((order.id, execution(self, order.symbol, row)))
            })
            .collect();
        if fills.is_empty() {
            return;
        }
        for &(id, _) in &fills {
            self.relock(id, |_, _| Cash::ZERO);
        }
        let cost: Cash = fills.iter().map(|(id, execution)| self.cost_of(*id, execution)).sum();
        let money = self.spendable();
        let ration = (cost > money).then_some(Ration { money, cost });
        for (id, execution) in &fills {
            self.execute(*id, &Execution { ration, ..*execution });
        }
        for &(id, _) in &fills {
            self.relock(id, |order, available| order.left.cost(order.price, order.fee).min(available));
        }
    }

    /// Locks another amount of money for a waiting order.
    fn relock(&mut self, id: OrderId, amount: impl Fn(&Working, Cash) -> Cash) {
        let Some(index) = self.find(id) else { return };
        let order = &mut self.waiting[index];
        self.ledger.unlock_cash(order.lock_cash);
        let wanted = amount(order, self.ledger.available());
        order.lock_cash = if self.ledger.lock_cash(wanted).is_ok() { wanted } else { Cash::ZERO };
    }
}

fn waits_for_proceeds(order: &Working) -> bool {
    order.from_proceeds && order.stage == Stage::Market
}
