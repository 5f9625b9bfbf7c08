//! Carries out a fill: price, size, ledger, logs.

use super::order::Birth;
use super::state::State;
use super::trip::{TripFill, When};
use super::{EndReason, FillRow};
use crate::domain::{Bps, Cash, Liquidity, OrderId, OrderStatus, Price, Qty, Side, SymbolId, Timestamp};
use crate::ledger::LedgerError;
use crate::market::Row;
use crate::risk::{Ask, net_of_fee};
use crate::scenario::Slippage;
use crate::venue::{Match, Taking, capacity, slippage};

/// A fill that matching has found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Execution {
    pub matched: Match,
    pub at: Timestamp,
    /// The bar that slippage and the participation cap go by.
    pub row: Row,
    pub when: When,
    /// Whether the participation cap holds.
    pub capped: bool,
}

/// Price and size of a fill.
struct Plan {
    price: Price,
    qty: Qty,
    fee: Bps,
    /// Cut to what the wallet has.
    cut: bool,
    /// Held back by the participation cap.
    held_back: bool,
}

impl Execution {
    /// During a bar.
    pub(super) const fn in_bar(matched: Match, at: Timestamp, row: Row) -> Self {
        let when = if matched.at_open { When::Open } else { When::Inside };
        Self { matched, at, row, when, capped: true }
    }

    /// At a bar's close, as a taker.
    pub(super) const fn at_close(raw: Price, at: Timestamp, row: Row, capped: bool) -> Self {
        let matched = Match { raw, liquidity: Liquidity::Taker, bound: None, at_open: false };
        Self { matched, at, row, when: When::Close, capped }
    }
}

impl State<'_> {
    /// Fills an order as far as bar and wallet allow. What is left waits; an order that cannot pay for the
    /// smallest quantity ends. Whatever happens, money and order end in agreement.
    pub(super) fn execute(&mut self, id: OrderId, execution: &Execution) {
        let Some(place) = self.find(id) else { return };
        let Some(plan) = self.plan(place, execution) else { return };
        if !plan.qty.is_positive() {
            return self.end_unfilled(id, execution.at, None);
        }
        let (side, symbol) = (self.waiting[place].side, self.waiting[place].symbol);
        let posted = match side {
            Side::Buy => self.post_buy(place, &plan),
            Side::Sell => self.post_sell(place, &plan),
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
    fn plan(&self, place: usize, execution: &Execution) -> Option<Plan> {
        let order = &self.waiting[place];
        let matched = execution.matched;
        let room = self.room(order.symbol, execution);
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
            Ask::Qty(qty) => qty,
            Ask::Amount(amount) => Qty::affordable(amount, price, fee, step),
        };
        let qty = room.map_or(wanted, |room| wanted.min(room));
        let most = match order.side {
            Side::Buy => self.payable(place, qty, price, fee, step),
            Side::Sell => self.sellable(place),
        };
        let held_back = qty < wanted && qty <= most;
        Some(Plan { price, qty: qty.min(most), fee, cut: qty > most, held_back })
    }

    /// `qty`, or the largest quantity that the order's lock and what is available pay for. An order for an
    /// amount pays from that amount only.
    fn payable(&self, place: usize, qty: Qty, price: Price, fee: Bps, step: Qty) -> Qty {
        let order = &self.waiting[place];
        let budget = match order.left {
            Ask::Amount(amount) => amount,
            Ask::Qty(_) => order.lock_cash + self.ledger.available(),
        };
        let cost = crate::risk::notional(price, qty).with_fee(fee);
        if cost <= budget { qty } else { Qty::affordable(budget, price, fee, step) }
    }

    /// What a sell may take: its own lock and what is free, a bracket's child what its group has.
    fn sellable(&self, place: usize) -> Qty {
        let order = &self.waiting[place];
        match (order.is_child(), order.group) {
            (true, Some(group)) => self.groups[group].left,
            _ => order.lock_qty + self.ledger.position(order.symbol).free(),
        }
    }

    /// What the participation cap leaves in the bar; `None` without a cap.
    fn room(&self, symbol: SymbolId, execution: &Execution) -> Option<Qty> {
        let cap = self.job.venue.participation_cap.filter(|_| execution.capped)?;
        let series = self.job.market.series(symbol);
        let whole = capacity(cap, series.bars.volume[execution.row], series.instrument.quantity_step);
        let taken = self.taken[symbol.index()];
        Some(if taken.row == execution.row + 1 { whole - taken.qty } else { whole })
    }

    fn note_taken(&mut self, symbol: SymbolId, row: Row, qty: Qty) {
        let taken = &mut self.taken[symbol.index()];
        if taken.row != row + 1 {
            (taken.row, taken.qty) = (row + 1, Qty::ZERO);
        }
        taken.qty += qty;
    }

    /// The raw price, with slippage where the fill takes liquidity, never beyond the match's bound.
    fn slipped(
        &self,
        symbol: SymbolId,
        side: Side,
        left: Ask,
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
        let fraction = slippage(model, bars, execution.row, taking(left, room, raw, fee));
        let price = raw.slipped(fraction, side == Side::Buy);
        match (bound, side) {
            (Some(bound), Side::Buy) => price.min(bound),
            (Some(bound), Side::Sell) => price.max(bound),
            (None, _) => price,
        }
    }

    /// Pays, keeping locked what the rest of the order needs.
    fn post_buy(&mut self, place: usize, plan: &Plan) -> Posted {
        let order = &self.waiting[place];
        let notional = Cash::notional(plan.price, plan.qty);
        let cost = notional.with_fee(plan.fee);
        let (left, keep) = match order.left {
            Ask::Amount(amount) => (Ask::Amount(amount - cost), amount - cost),
            Ask::Qty(qty) => {
                let rest = qty - plan.qty;
                let need = crate::risk::notional(order.price, rest).with_fee(order.fee);
                (Ask::Qty(rest), need.min((order.lock_cash - cost).max(Cash::ZERO)))
            }
        };
        let keep = keep.min(order.lock_cash);
        let (symbol, release) = (order.symbol, order.lock_cash - keep);
        let bought = self.ledger.buy(symbol, plan.qty, plan.price, plan.fee, release)?;
        let order = &mut self.waiting[place];
        (order.left, order.lock_cash) = (left, keep);
        order.filled += plan.qty;
        order.paid.add(plan.price, plan.qty);
        Ok((bought.notional, bought.fee, None))
    }

    /// Delivers, from the order's own lock or its group's.
    fn post_sell(&mut self, place: usize, plan: &Plan) -> Posted {
        let order = &self.waiting[place];
        let (symbol, group) = (order.symbol, order.group.filter(|_| order.is_child()));
        let release = if group.is_some() { plan.qty } else { plan.qty.min(order.lock_qty) };
        let sold = self.ledger.sell(symbol, plan.qty, plan.price, plan.fee, release)?;
        let order = &mut self.waiting[place];
        order.filled += plan.qty;
        order.left = match order.left {
            Ask::Qty(qty) => Ask::Qty(qty - plan.qty),
            Ask::Amount(amount) => Ask::Amount((amount - sold.notional - sold.fee).max(Cash::ZERO)),
        };
        match group {
            Some(group) => self.groups[group].left -= plan.qty,
            None => order.lock_qty -= release,
        }
        Ok((sold.notional, sold.fee, Some(sold.realised)))
    }

    fn log_fill(
        &mut self,
        id: OrderId,
        execution: &Execution,
        plan: &Plan,
        notional: Cash,
        fee: Cash,
        realised: Option<Cash>,
    ) {
        let Some(place) = self.find(id) else { return };
        let order = &self.waiting[place];
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
            self.waiting[place].cut = true;
            self.flags.cut_fills += u64::from(side == Side::Buy);
            let what = if side == Side::Buy { "what the wallet could pay" } else { "what was held" };
            self.note(id, &format!("cut to {quantity}, {what}"));
        }
        self.note_trip_fill(
            symbol,
            &TripFill { side, at, row, when, quantity, price, notional, fee, realised, reason },
        );
    }

    /// After a fill: the order ends where nothing is left or it was cut to the wallet; else the rest waits.
    fn settle(&mut self, id: OrderId, plan: &Plan, at: Timestamp) {
        let Some(place) = self.find(id) else { return };
        let order = &self.waiting[place];
        let filled = order.filled;
        let (child, group, cut) = (order.is_child(), order.group, order.cut);
        let done = plan.cut
            || match self.left_of(order) {
                Ask::Qty(qty) => !qty.is_positive(),
                Ask::Amount(_) => !plan.held_back,
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
        let Some(place) = self.find(id) else { return };
        if self.waiting[place].filled.is_positive() {
            let why = if self.waiting[place].cut { EndReason::FilledCut } else { EndReason::Filled };
            return self.end(id, at, OrderStatus::Filled, why);
        }
        match error {
            Some(error @ LedgerError::TooLarge { .. }) => self.note(id, &error.to_string()),
            _ => self.note(id, "the wallet cannot pay for the smallest quantity"),
        }
        self.end(id, at, OrderStatus::Rejected, EndReason::CannotPay);
    }

    /// When a bracket's children come alive, for the matching of the bar of their entry.
    pub(super) const fn birth(&self, execution: &Execution) -> Birth {
        match (self.matching, execution.when) {
            (false, _) | (_, When::Close) => Birth::Settled,
            (true, When::Open) => Birth::AtOpen,
            (true, When::Inside) => Birth::Inside(execution.matched.raw),
        }
    }
}

/// Notional, fee, and the realised PnL of a sale.
type Posted = Result<(Cash, Cash, Option<Cash>), LedgerError>;

/// What a fill takes from the market, before its price is known: at the raw price.
fn taking(left: Ask, room: Option<Qty>, raw: Price, fee: Bps) -> Taking {
    let (quantity, notional) = match left {
        Ask::Qty(qty) => (qty.to_f64(), crate::risk::notional(raw, qty).to_f64()),
        Ask::Amount(amount) => {
            let notional = net_of_fee(amount, fee).to_f64();
            (notional / raw.to_f64(), notional)
        }
    };
    match room.map(Qty::to_f64) {
        Some(room) if room < quantity => Taking { quantity: room, notional: room * raw.to_f64() },
        _ => Taking { quantity, notional },
    }
}
