//! Carries out a fill: price, size, ledger, logs.

use super::open_trip::{TripFill, When};
use super::state::State;
use super::working::{Birth, Working};
use super::{EndReason, FillRow};
use crate::domain::{Bps, Cash, Liquidity, OrderId, OrderStatus, Price, Qty, Side, SymbolId, Timestamp};
use crate::ledger::LedgerError;
use crate::market::Row;
use crate::risk::{OrderQty, net_of_fee};
use crate::scenario::Slippage;
use crate::venue::{Match, Taking, TradingDay, capacity, slippage};

/// A fill that matching has found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Execution {
    pub matched: Match,
    pub at: Timestamp,
    /// The bar that slippage and the participation cap go by.
    pub row: Row,
    pub when: When,
    /// Set where buys that fill together cost more than there is.
    pub ration: Option<Ration>,
}

/// What buys that fill together cost, and the smaller sum that they have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ration {
    pub money: Cash,
    pub cost: Cash,
}

/// Price and size of a fill.
pub(super) struct FillPlan {
    pub price: Price,
    pub qty: Qty,
    pub fee: Bps,
    /// Cut to what the wallet has.
    pub cut: bool,
    /// Held back by the participation cap.
    pub held_back: bool,
}

impl Execution {
    /// During a bar.
    pub(super) const fn in_bar(matched: Match, at: Timestamp, row: Row) -> Self {
        let when = if matched.at_open { When::Open } else { When::Inside };
        Self { matched, at, row, when, ration: None }
    }

    /// The same in a finer bar that opens inside the bar.
    pub(super) const fn inside(self) -> Self {
        Self { when: When::Inside, ..self }
    }

    /// At a bar's close, as a taker.
    pub(super) const fn at_close(raw: Price, at: Timestamp, row: Row) -> Self {
        let matched = Match { raw, liquidity: Liquidity::Taker, bound: None, at_open: false };
        Self { matched, at, row, when: When::Close, ration: None }
    }

    /// By the venue, at a price that it decides: no slippage.
    pub(super) const fn by_venue(raw: Price, at: Timestamp, row: Row) -> Self {
        let matched = Match { raw, liquidity: Liquidity::Taker, bound: Some(raw), at_open: false };
        Self { matched, at, row, when: When::Inside, ration: None }
    }

    /// How a bracket's children that this fill brings or moves meet the bar being matched. A finer bar's open has
    /// the whole of that bar after it.
    pub(super) const fn birth(&self) -> Birth {
        match self.when {
            When::Open | When::Close => Birth::Settled,
            When::Inside if self.matched.at_open => Birth::Settled,
            When::Inside => Birth::Inside(self.matched.raw),
        }
    }
}

impl State<'_> {
    /// Fills an order as far as bar and wallet allow. What is left waits; an order that cannot pay for the
    /// smallest quantity ends. Whatever happens, money and order end in agreement.
    pub(super) fn execute(&mut self, id: OrderId, execution: &Execution) {
        let Some(index) = self.find(id) else { return };
        if self.on_margin(self.waiting[index].symbol) {
            return self.execute_on_margin(id, execution);
        }
        let Some(plan) = self.plan(index, execution) else { return };
        if !plan.qty.is_positive() {
            return self.end_unfilled(id, execution.at, None);
        }
        let (side, symbol) = (self.waiting[index].side, self.waiting[index].symbol);
        let posted = match side {
            Side::Buy => self.post_buy(index, &plan),
            Side::Sell => self.post_sell(index, &plan),
        };
        let (notional, fee, realised) = match posted {
            Ok(posted) => posted,
            Err(error) => return self.end_unfilled(id, execution.at, Some(error)),
        };
        self.log_fill(id, execution, &plan, notional, fee, realised);
        self.note_taken(symbol, execution.row, plan.qty);
        if side == Side::Buy {
            self.follow_entry(id, plan.qty, execution);
        }
        self.settle(id, &plan, execution.at);
    }

    /// Price and size; `None` where the participation cap leaves nothing in this bar.
    fn plan(&self, index: usize, execution: &Execution) -> Option<FillPlan> {
        let plan = self.plan_unpaid(index, execution)?;
        let order = &self.waiting[index];
        let most = match order.side {
            Side::Buy => {
                let step = self.job.market.series(order.symbol).instrument.quantity_step;
                let payable = self.payable(index, plan.qty, plan.price, plan.fee, step);
                let rationed = |ration: Ration| plan.qty.rationed(ration.money, ration.cost).floor_to(step);
                execution.ration.map_or(payable, |ration| payable.min(rationed(ration)))
            }
            Side::Sell => self.sellable(index),
        };
        let cut = plan.qty > most;
        Some(FillPlan { qty: plan.qty.min(most), cut, held_back: plan.held_back && !cut, ..plan })
    }

    /// The same, whatever the wallet has.
    fn plan_unpaid(&self, index: usize, execution: &Execution) -> Option<FillPlan> {
        let order = &self.waiting[index];
        let matched = execution.matched;
        let room = self.room(order, execution);
        if room.is_some_and(|room| !room.is_positive()) {
            return None;
        }
        let venue = self.job.venue;
        let fee = match matched.liquidity {
            Liquidity::Taker => venue.taker_fee,
            Liquidity::Maker => venue.maker_fee,
        };
        let left = self.left_of(order);
        let price = self.slipped(order.symbol, order.side, left, room, fee, execution);
        let step = self.job.market.series(order.symbol).instrument.quantity_step;
        let wanted = match left {
            OrderQty::Qty(qty) => qty,
            OrderQty::Amount(amount) => Qty::affordable(amount, price, fee, step),
        };
        let qty = room.map_or(wanted, |room| wanted.min(room));
        Some(FillPlan { price, qty, fee, cut: false, held_back: qty < wanted })
    }

    /// What a buy would cost at this price and size, if the wallet had no end.
    pub(super) fn cost_of(&self, id: OrderId, execution: &Execution) -> Cash {
        let plan = self.find(id).and_then(|index| self.plan_unpaid(index, execution));
        plan.map_or(Cash::ZERO, |plan| crate::risk::notional(plan.price, plan.qty).with_fee(plan.fee))
    }

    /// `qty`, or the largest quantity that the order's lock and what is available pay for. An order for an
    /// amount pays from that amount only.
    fn payable(&self, index: usize, qty: Qty, price: Price, fee: Bps, step: Qty) -> Qty {
        let order = &self.waiting[index];
        let budget = match order.left {
            OrderQty::Amount(amount) if order.from_proceeds => amount.min(order.lock_cash + self.spendable()),
            OrderQty::Amount(amount) => amount,
            OrderQty::Qty(_) => order.lock_cash + self.spendable(),
        };
        let cost = crate::risk::notional(price, qty).with_fee(fee);
        if cost <= budget { qty } else { Qty::affordable(budget, price, fee, step) }
    }

    /// What a sell may take: its own lock and what is free, a bracket's child what its group has.
    fn sellable(&self, index: usize) -> Qty {
        let order = &self.waiting[index];
        match (order.is_child(), order.group) {
            (true, Some(group)) => self.groups[group].left,
            _ => order.lock_qty + self.ledger.position(order.symbol).free(),
        }
    }

    /// The most that an order may take from the bar; `None` where nothing limits it. A participation cap leaves what
    /// the agent has not taken yet, and a target sells nothing that was bought inside the bar.
    pub(super) fn room(&self, order: &Working, execution: &Execution) -> Option<Qty> {
        let symbol = order.symbol;
        let capped = self.job.venue.participation_cap.map(|cap| {
            let series = self.job.market.series(symbol);
            let whole = capacity(cap, series.bars.volume[execution.row], series.instrument.quantity_step);
            let taken = self.taken[symbol.index()];
            if taken.row == execution.row + 1 { whole - taken.qty } else { whole }
        });
        let target = order.group.filter(|_| order.is_child() && order.rests_as_limit());
        let settled = target
            .map(|group| self.groups[group])
            .filter(|group| group.fresh.is_positive())
            .map(|group| group.left - group.fresh);
        capped.into_iter().chain(settled).min()
    }

    pub(super) fn note_taken(&mut self, symbol: SymbolId, row: Row, qty: Qty) {
        let taken = &mut self.taken[symbol.index()];
        if taken.row != row + 1 {
            (taken.row, taken.qty) = (row + 1, Qty::ZERO);
        }
        taken.qty += qty;
    }

    /// The raw price, with slippage where the fill takes liquidity, never beyond the match's bound.
    pub(super) fn slipped(
        &self,
        symbol: SymbolId,
        side: Side,
        left: OrderQty,
        room: Option<Qty>,
        fee: Bps,
        execution: &Execution,
    ) -> Price {
        let Match { raw, liquidity, bound, .. } = execution.matched;
        let model = &self.job.venue.slippage;
        if liquidity == Liquidity::Maker || *model == Slippage::None {
            return raw;
        }
        let bars = &self.job.market.series(symbol).bars;
        let day = *self.trading_days[symbol.index()].get_or_init(|| TradingDay::of(self.job.market, symbol));
        let fraction = slippage(model, bars, day, execution.row, taking(left, room, raw, fee));
        let price = raw.slipped(fraction, side == Side::Buy);
        match (bound, side) {
            (Some(bound), Side::Buy) => price.min(bound),
            (Some(bound), Side::Sell) => price.max(bound),
            (None, _) => price,
        }
    }

    /// Pays, keeping locked what the rest of the order needs.
    fn post_buy(&mut self, index: usize, plan: &FillPlan) -> Posted {
        let order = &self.waiting[index];
        let notional = Cash::notional(plan.price, plan.qty);
        let cost = notional.with_fee(plan.fee);
        let (left, keep) = match order.left {
            OrderQty::Amount(amount) => (OrderQty::Amount(amount - cost), amount - cost),
            OrderQty::Qty(qty) => {
                let rest = qty - plan.qty;
                let need = crate::risk::notional(order.price, rest).with_fee(order.fee);
                (OrderQty::Qty(rest), need.min((order.lock_cash - cost).max(Cash::ZERO)))
            }
        };
        let keep = keep.min(order.lock_cash);
        let (symbol, release) = (order.symbol, order.lock_cash - keep);
        let bought = self.ledger.buy(symbol, plan.qty, plan.price, plan.fee, release)?;
        let order = &mut self.waiting[index];
        (order.left, order.lock_cash) = (left, keep);
        order.filled += plan.qty;
        order.paid.add(plan.price, plan.qty);
        Ok((bought.notional, bought.fee, None))
    }

    /// Delivers, from the order's own lock or its group's.
    fn post_sell(&mut self, index: usize, plan: &FillPlan) -> Posted {
        let order = &self.waiting[index];
        let (symbol, group) = (order.symbol, order.group.filter(|_| order.is_child()));
        let release = if group.is_some() { plan.qty } else { plan.qty.min(order.lock_qty) };
        let sold = self.ledger.sell(symbol, plan.qty, plan.price, plan.fee, release)?;
        let order = &mut self.waiting[index];
        order.filled += plan.qty;
        order.left = match order.left {
            OrderQty::Qty(qty) => OrderQty::Qty(qty - plan.qty),
            OrderQty::Amount(amount) => OrderQty::Amount((amount - sold.notional - sold.fee).max(Cash::ZERO)),
        };
        match group {
            Some(group) => self.groups[group].left -= plan.qty,
            None => order.lock_qty -= release,
        }
        Ok((sold.notional, sold.fee, Some(sold.realised)))
    }

    pub(super) fn log_fill(
        &mut self,
        id: OrderId,
        execution: &Execution,
        plan: &FillPlan,
        notional: Cash,
        fee: Cash,
        realised: Option<Cash>,
    ) {
        let Some(index) = self.find(id) else { return };
        let order = &self.waiting[index];
        let (symbol, side, reason) = (order.symbol, order.side, order.reason);
        let Execution { matched, at, row, when, .. } = *execution;
        let (quantity, price) = (plan.qty, plan.price);
        self.fills.push(FillRow {
            order: id,
            tick: self.tick,
            at,
            symbol,
            side,
            quantity,
            price,
            raw_price: matched.raw,
            notional,
            fee,
            liquidity: matched.liquidity,
            realised_pnl: realised,
        });
        self.changed = true;
        if plan.cut {
            self.waiting[index].cut = true;
            self.flags.cut_fills += u64::from(side == Side::Buy || self.on_margin(symbol));
            let what = match (execution.ration, side) {
                _ if self.on_margin(symbol) => "what the free margin carries".to_owned(),
                (Some(Ration { money, cost }), _) => {
                    format!("as all buys of this open: they cost {cost}, and there was {money}")
                }
                (None, Side::Buy) => "what the wallet could pay".to_owned(),
                (None, Side::Sell) => "what was held".to_owned(),
            };
            self.note(id, &format!("cut to {quantity}, {what}"));
        }
        self.note_trip_fill(
            symbol,
            &TripFill { side, at, row, when, quantity, price, notional, fee, realised, reason },
        );
    }

    /// After a fill: the order ends where nothing is left or it was cut to the wallet; else the rest waits.
    fn settle(&mut self, id: OrderId, plan: &FillPlan, at: Timestamp) {
        let Some(index) = self.find(id) else { return };
        let order = &self.waiting[index];
        let filled = order.filled;
        let (child, group, cut) = (order.is_child(), order.group, order.cut);
        let done = plan.cut
            || match self.left_of(order) {
                OrderQty::Qty(qty) => !qty.is_positive(),
                OrderQty::Amount(_) => !plan.held_back,
            };
        if done {
            let why = if cut { EndReason::FilledCut } else { EndReason::Filled };
            self.end(id, at, OrderStatus::Filled, why);
        } else {
            self.row_mut(id).filled = filled;
        }
        if let (true, true, Some(group)) = (child, done, group) {
            self.close_group(group, at);
        }
    }

    /// An order whose fill came to nothing: rejected, or done where it had filled before.
    fn end_unfilled(&mut self, id: OrderId, at: Timestamp, error: Option<LedgerError>) {
        let Some(index) = self.find(id) else { return };
        if self.waiting[index].filled.is_positive() {
            let why = if self.waiting[index].cut { EndReason::FilledCut } else { EndReason::Filled };
            return self.end(id, at, OrderStatus::Filled, why);
        }
        match error {
            Some(error @ LedgerError::TooLarge { .. }) => self.note(id, &error.to_string()),
            _ => self.note(id, "the wallet cannot pay for the smallest quantity"),
        }
        self.end(id, at, OrderStatus::Rejected, EndReason::CannotPay);
    }
}

/// Notional, fee, and the realised PnL of a sale.
type Posted = Result<(Cash, Cash, Option<Cash>), LedgerError>;

/// What a fill takes from the market, before its price is known: at the raw price.
fn taking(left: OrderQty, room: Option<Qty>, raw: Price, fee: Bps) -> Taking {
    let (quantity, notional) = match left {
        OrderQty::Qty(qty) => (qty.to_f64(), crate::risk::notional(raw, qty).to_f64()),
        OrderQty::Amount(amount) => {
            let notional = net_of_fee(amount, fee).to_f64();
            (notional / raw.to_f64(), notional)
        }
    };
    match room.map(Qty::to_f64) {
        Some(room) if room < quantity => Taking { quantity: room, notional: room * raw.to_f64() },
        _ => Taking { quantity, notional },
    }
}
