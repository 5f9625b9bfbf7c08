//! Step 5 of a tick: the strategy's actions pass the risk checks and become open orders.

use super::EndReason;
use super::blank_row::blank_row;
use super::bracket::{LARGEST_PRICE, sane};
use super::fill::Execution;
use super::state::State;
use super::working::{Birth, NEVER, Stage, Trail, Working, at_distance};
use crate::domain::{
    Action, Bps, Bracket, Cash, DayStart, OrderId, OrderKind, OrderOrigin, OrderRequest, OrderStatus, Price,
    PriceSum, Qty, RefusalCode, Rounding, Side, Size, SymbolId, TimeInForce, Timestamp,
};
use crate::market::Row;
use crate::risk::{self, Accepted, AccountState, OrderIntent, OrderQty, Refusal};
use crate::scenario::FillAt;
use crate::venue::Resting;

/// How an accepted order is staged.
struct Staging {
    stage: Stage,
    trail: Option<Trail>,
    /// Price it is valued at.
    price: Price,
    /// Maximum fee rate.
    fee: Bps,
}

impl State<'_> {
    /// Carries out the strategy's actions in their order; empties the list.
    ///
    /// Orders are numbered as they come. Where a market order may fill at once and bring a bracket's
    /// children with it, a list of nothing but orders is numbered before the first of them is looked at,
    /// so that an agent knows its numbers beforehand.
    pub(super) fn act(&mut self, actions: &mut Vec<Action>) {
        let orders_only = actions.iter().all(|action| matches!(action, Action::Place(_)));
        let mut numbered = None;
        if orders_only && actions.len() > 1 && self.job.venue.fill_at == FillAt::Close {
            numbered = Some(self.next_id());
            for action in actions.iter() {
                if let Action::Place(request) = action {
                    self.number(request);
                }
            }
        }
        for action in actions.drain(..) {
            match action {
                Action::Place(request) => {
                    let id = numbered.unwrap_or_else(|| self.number(&request));
                    numbered = numbered.map(|id| OrderId(id.0 + 1));
                    self.place(id, &request);
                }
                Action::Cancel(id) => self.cancel(|order| order.id == id),
                Action::CancelAll(symbol) => self.cancel(|order| order.symbol == symbol),
                Action::Close(symbol, reason) => self.close_position(symbol, reason),
            }
        }
        if self.job.venue.fill_at == FillAt::Close {
            self.fill_purchases_at_close();
        }
    }

    /// Gives an order its id and its row in the log, whether it is accepted or not.
    fn number(&mut self, request: &OrderRequest) -> OrderId {
        let id = self.next_id();
        self.orders.push(blank_row(id, request, self.close_time()));
        id
    }

    /// Cancels orders; those that a risk limit placed cannot be cancelled by the agent.
    fn cancel(&mut self, which: impl Fn(&Working) -> bool) {
        let now = self.close_time();
        self.end_where(now, OrderStatus::Cancelled, EndReason::Agent, |order| {
            order.origin != OrderOrigin::Risk && which(order)
        });
    }

    /// Cancels the symbol's orders and sells all of it. Where it cannot be sold now, the sell is refused
    /// and the orders stay: they may be what protects the position. A flat one only loses its orders.
    fn close_position(&mut self, symbol: SymbolId, reason: &'static str) {
        let known = symbol.index() < self.rows.len();
        if known && self.fresh(symbol).is_some() && self.halted().is_none() {
            self.cancel(|order| order.symbol == symbol);
        }
        if !known || !self.ledger.position(symbol).qty().is_zero() {
            let request = if known {
                self.closing_request(symbol, reason)
            } else {
                OrderRequest::sell(symbol, Size::ALL, reason)
            };
            let id = self.number(&request);
            self.place(id, &request);
        }
    }

    /// One order: accepted, or refused with a code.
    fn place(&mut self, id: OrderId, request: &OrderRequest) {
        let sent = self.rate.count(self.close_time());
        match self.admit(request, sent) {
            Ok((accepted, shape, row)) => self.accept(id, request, accepted, shape, row),
            Err(refusal) => {
                let asked = self.share_of_equity(request);
                let row = self.row_mut(id);
                row.amount = row.amount.or(asked);
                row.detail = refusal.detail;
                (row.status, row.end) = (OrderStatus::Rejected, EndReason::Refused(refusal.code));
            }
        }
    }

    /// What a share of the equity asks for, so that a refusal shows it.
    fn share_of_equity(&self, request: &OrderRequest) -> Option<Cash> {
        match request.size {
            Size::EquityShare(share) => Some(self.exact_equity().share(share)),
            _ => None,
        }
    }

    /// The checks, in their order.
    fn admit(&self, request: &OrderRequest, sent: usize) -> Result<(Accepted, Staging, Row), Refusal> {
        if let Some(code) = self.halted() {
            let day = self.job.market.day.noun();
            return Err(Refusal::new(
                code,
                format!("a loss limit was reached: no orders until the {day} ends"),
            ));
        }
        let symbol = request.symbol;
        let row = risk::tradable(self.job.market, symbol, self.tick)?;
        let instrument = &self.job.market.series(symbol).instrument;
        let close = Price::from_f64(self.closes[symbol.index()][row]);
        let shape = self.shape(request, close, instrument.price_tick)?;
        let equity = self.exact_equity();
        let on_margin = self.on_margin(symbol);
        let size = match on_margin {
            true => self.resolve_on_margin(request, equity, instrument.quantity_step)?,
            false => self.resolve(request, equity, instrument.quantity_step)?,
        };
        let intent = OrderIntent {
            instrument,
            side: request.side,
            size,
            price: shape.price,
            fee: shape.fee,
            rests: shape.stage != Stage::Market,
            reduce_only: request.reduce_only || matches!(request.kind, OrderKind::TakeProfit { .. }),
            from_proceeds: is_purchase(request),
        };
        if on_margin {
            return self
                .admit_on_margin(request, &intent, close, sent)
                .map(|accepted| (accepted, shape, row));
        }
        let account = self.standing(request, close, equity, sent);
        risk::check(self.job.risk, &intent, &account).map(|accepted| (accepted, shape, row))
    }

    /// The account as the risk checks see it for an order's symbol. A market sell may use what bracket children lock.
    fn standing(&self, request: &OrderRequest, close: Price, equity: Cash, sent: usize) -> AccountState {
        let symbol = request.symbol;
        let position = self.ledger.position(symbol);
        let yielded = match (request.side, request.kind) {
            (Side::Sell, OrderKind::Market) => self.held_by_children(symbol),
            _ => Qty::ZERO,
        };
        let buys = self.waiting.iter().filter(|o| o.symbol == symbol && o.side == Side::Buy);
        AccountState {
            equity,
            available: self.spendable(),
            held: position.qty(),
            free: position.free() + yielded,
            close,
            waiting_buys: buys.map(Working::waiting_notional).sum(),
            resting: self.waiting.iter().filter(|order| order.stage != Stage::Market).count(),
            sent,
            losses: self.losses(equity),
        }
    }

    /// Shares of equity and position become an amount and a quantity.
    fn resolve(&self, request: &OrderRequest, equity: Cash, step: Qty) -> Result<OrderQty, Refusal> {
        let held = self.ledger.position(request.symbol).qty();
        let ask = match request.size {
            Size::Qty(qty) => OrderQty::Qty(qty),
            Size::Quote(amount) => OrderQty::Amount(amount),
            Size::EquityShare(share) => OrderQty::Amount(equity.share(share)),
            Size::PositionShare(_) if held.is_zero() => {
                return Err(Refusal::new(RefusalCode::InsufficientBalance, "nothing is held"));
            }
            Size::PositionShare(Bps::WHOLE) => OrderQty::Qty(held),
            Size::PositionShare(share) => OrderQty::Qty(held.share(share).floor_to(step)),
        };
        Ok(ask.bounded())
    }

    /// Prices on the tick, half up; what the order is valued at; the fee it pays at most.
    fn shape(&self, request: &OrderRequest, close: Price, tick: Price) -> Result<Staging, Refusal> {
        let (taker, maker) = (self.job.venue.taker_fee, self.job.venue.maker_fee);
        let on_tick = |price: Price| {
            let price = price.clamp(Price::ZERO, LARGEST_PRICE).on_tick(tick, Rounding::HalfUp);
            let valid = price.is_positive() && price < LARGEST_PRICE;
            let bad = || Refusal::new(RefusalCode::InvalidQuantity, "an order price must be positive");
            valid.then_some(price).ok_or_else(bad)
        };
        let rest = |resting, price, fee| Staging { stage: Stage::Resting(resting), trail: None, price, fee };
        Ok(match request.kind {
            OrderKind::Market => Staging { stage: Stage::Market, trail: None, price: close, fee: taker },
            OrderKind::Limit { price } | OrderKind::TakeProfit { price } => {
                let price = on_tick(price)?;
                rest(Resting::Limit(price), price, maker)
            }
            OrderKind::Stop { trigger } => {
                let trigger = on_tick(trigger)?;
                rest(Resting::Stop(trigger), trigger, taker)
            }
            OrderKind::StopLimit { trigger, price } => {
                let (trigger, limit) = (on_tick(trigger)?, on_tick(price)?);
                rest(Resting::StopLimit { trigger, limit }, limit, taker.max(maker))
            }
            OrderKind::TrailingStop { distance } => {
                let distance = sane(distance);
                let level = at_distance(close, distance, request.side == Side::Buy, tick);
                let trail = Some(Trail { distance, best: close.to_f64() });
                Staging { trail, ..rest(Resting::Stop(level), level, taker) }
            }
        })
    }

    /// Locks, lists, and with `fill_at = "close"` fills an accepted order.
    fn accept(&mut self, id: OrderId, request: &OrderRequest, accepted: Accepted, shape: Staging, row: Row) {
        let (symbol, now) = (request.symbol, self.close_time());
        if !self.on_margin(symbol) {
            let shortage = accepted.lock_qty - self.ledger.position(symbol).free();
            self.give_way(symbol, shortage, now);
        }
        let locked = match self.on_margin(symbol) {
            true => Ok(()),
            false => self
                .ledger
                .lock_cash(accepted.lock_cash)
                .and_then(|()| self.ledger.lock_qty(symbol, accepted.lock_qty)),
        };
        self.complete_row(id, &accepted, &shape);
        if let Err(error) = locked {
            // The checks have seen to it; were they wrong, nothing may stay locked.
            self.ledger.unlock_cash(accepted.lock_cash);
            let row = self.row_mut(id);
            row.detail = error.to_string();
            (row.status, row.end) =
                (OrderStatus::Rejected, EndReason::Refused(RefusalCode::InsufficientBalance));
            return;
        }
        let on_margin = self.on_margin(symbol);
        let at_once = shape.stage == Stage::Market
            && self.job.venue.fill_at == FillAt::Close
            && (on_margin || !is_purchase(request));
        self.enlist(working(id, request, &accepted, shape, (now, self.job.market.day), on_margin));
        if at_once {
            let raw = Price::from_f64(self.closes[symbol.index()][row]);
            self.execute(id, &Execution::at_close(raw, now, row));
            if request.time_in_force == TimeInForce::Ioc {
                self.end(id, now, OrderStatus::Expired, EndReason::TimeInForce);
            }
        }
    }

    /// What was accepted, after any cut, and the prices on their tick.
    fn complete_row(&mut self, id: OrderId, accepted: &Accepted, shape: &Staging) {
        let row = self.row_mut(id);
        match accepted.size {
            OrderQty::Qty(qty) => row.quantity = Some(qty),
            OrderQty::Amount(amount) => row.amount = Some(amount),
        }
        if let Stage::Resting(resting) = shape.stage {
            (row.limit_price, row.trigger_price) = resting.prices();
        }
        if let Some(cut) = &accepted.cut {
            row.detail.clone_from(cut);
        }
    }
}

/// Whether it is a market buy that is paid with what the sells of its open bring.
fn is_purchase(request: &OrderRequest) -> bool {
    request.from_proceeds && request.side == Side::Buy && request.kind == OrderKind::Market
}

fn working(
    id: OrderId,
    request: &OrderRequest,
    accepted: &Accepted,
    shape: Staging,
    (now, day): (Timestamp, DayStart),
    on_margin: bool,
) -> Working {
    Working {
        id,
        origin: OrderOrigin::Strategy,
        symbol: request.symbol,
        side: request.side,
        stage: shape.stage,
        left: accepted.size,
        price: shape.price,
        fee: shape.fee,
        lock_cash: accepted.lock_cash,
        lock_qty: accepted.lock_qty,
        expires_at: match request.time_in_force {
            TimeInForce::Gtc | TimeInForce::Ioc => NEVER,
            TimeInForce::Day => day.end_after(now),
            TimeInForce::GoodTill(until) => until,
        },
        ioc: request.time_in_force == TimeInForce::Ioc,
        from_proceeds: is_purchase(request) && !on_margin,
        reduce_only: request.reduce_only || matches!(request.kind, OrderKind::TakeProfit { .. }),
        reverse: request.reverse,
        unreserved: on_margin && request.from_proceeds,
        bracket: request
            .bracket
            .filter(|bracket| (on_margin || request.side == Side::Buy) && *bracket != Bracket::default()),
        group: None,
        trail: shape.trail,
        wake: 0.0,
        filled: Qty::ZERO,
        paid: PriceSum::default(),
        cut: accepted.cut.is_some(),
        birth: Birth::Settled,
        tried: 0,
        reason: request.reason,
    }
}
