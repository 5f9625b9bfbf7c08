//! The chain of checks on one order.

use super::{Losses, OrderQty, Refusal, loss_breach};
use crate::domain::{Bps, Cash, Instrument, Price, Qty, RefusalCode, Side, SymbolId};
use crate::market::{Market, Row};
use crate::scenario::RiskProfile;

/// An order as the checks see it.
#[derive(Debug, Clone, Copy)]
pub struct OrderIntent<'a> {
    /// Trading rules of its symbol.
    pub instrument: &'a Instrument,
    /// Buy or sell.
    pub side: Side,
    /// How much.
    pub ask: OrderQty,
    /// What it is valued at: the deciding close for a market order, its own price for others.
    pub price: Price,
    /// The fee it will pay at most.
    pub fee: Bps,
    /// Whether it will rest (market orders do not).
    pub rests: bool,
    /// Cut to what is free instead of refused.
    pub reduce_only: bool,
}

/// How the agent stands at the deciding close.
#[derive(Debug, Clone, Copy)]
pub struct AccountState {
    /// Exact.
    pub equity: Cash,
    /// Quote currency not locked.
    pub available: Cash,
    /// Held of the symbol.
    pub held: Qty,
    /// Of that, not locked.
    pub free: Qty,
    /// The symbol's last close.
    pub close: Price,
    /// Notional of the buys that wait in the symbol.
    pub waiting_buys: Cash,
    /// Resting orders of all symbols.
    pub resting: usize,
    /// Orders sent in the last minute, this one included.
    pub sent: usize,
    /// What the loss limits are measured against.
    pub losses: Losses,
}

/// An order that may be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// How much, after any cut.
    pub ask: OrderQty,
    /// A buy locks this.
    pub lock_cash: Cash,
    /// A sell locks this.
    pub lock_qty: Qty,
    /// What was cut, where something was.
    pub cut: Option<String>,
}

/// Check 1: the symbol is in the scenario and has a bar of its own at this tick; its row.
///
/// # Errors
/// `INVALID_SYMBOL`, `PRICE_NOT_AVAILABLE`.
pub fn tradable(market: &Market, symbol: SymbolId, tick: usize) -> Result<Row, Refusal> {
    let Some(series) = market.symbols.get(symbol.index()) else {
        let detail = format!("symbol {} is not in the scenario", symbol.0);
        return Err(Refusal::new(RefusalCode::InvalidSymbol, detail));
    };
    series.row_at(tick).fresh().ok_or_else(|| {
        let detail = format!("{} has no bar now", series.instrument.symbol);
        Refusal::new(RefusalCode::PriceNotAvailable, detail)
    })
}

/// Checks 2 to 8. Sells, which can only reduce a spot position, pass 4, 5, 7 and 8.
///
/// # Errors
/// The first check that fails, with its numbers.
pub fn check(
    profile: &RiskProfile,
    order: &OrderIntent<'_>,
    now: &AccountState,
) -> Result<Accepted, Refusal> {
    match order.side {
        Side::Buy => check_buy(profile, order, now),
        Side::Sell => check_sell(profile, order, now),
    }
}

fn check_buy(
    profile: &RiskProfile,
    order: &OrderIntent<'_>,
    now: &AccountState,
) -> Result<Accepted, Refusal> {
    if order.reduce_only {
        let detail = "a reduce-only buy has no short position to reduce";
        return Err(Refusal::new(RefusalCode::InsufficientBalance, detail));
    }
    well_formed(order, order.ask)?;
    large_enough(order, order.ask)?;
    let mut sized = Sized { profile, order, ask: order.ask, cut: None };
    sized.fit_balance(now)?;
    sized.fit_order_size(now)?;
    sized.fit_position(now)?;
    room_to_rest(profile, order, now)?;
    losses_allow(profile, now)?;
    let lock_cash = sized.ask.cost(order.price, order.fee);
    Ok(Accepted { ask: sized.ask, lock_cash, lock_qty: Qty::ZERO, cut: sized.cut })
}

/// A sell's quantity is what it names; one that names an amount locks what that would be at its own price.
/// The minimum notional is waived for a sell of the whole position: dust must be sellable.
fn check_sell(
    profile: &RiskProfile,
    order: &OrderIntent<'_>,
    now: &AccountState,
) -> Result<Accepted, Refusal> {
    let quantity = |ask| match ask {
        OrderQty::Qty(qty) => qty,
        OrderQty::Amount(amount) => {
            Qty::affordable(amount, order.price, order.fee, order.instrument.quantity_step)
        }
    };
    let whole = matches!(order.ask, OrderQty::Qty(qty) if qty == now.held);
    if !whole || !order.ask.is_positive() {
        well_formed(order, order.ask)?;
    }
    let (mut ask, mut lock_qty, mut cut) = (order.ask, quantity(order.ask), None);
    if order.reduce_only && lock_qty > now.free && now.free.is_positive() {
        cut = Some(format!("cut from {ask} to the {} that is held and not locked", now.free));
        lock_qty = now.free;
        if let OrderQty::Qty(_) = ask {
            ask = OrderQty::Qty(now.free);
        }
    }
    if lock_qty < now.held {
        large_enough(order, ask)?;
    }
    if lock_qty > now.free || !lock_qty.is_positive() {
        let detail = format!("needs quantity {lock_qty}, {} is held and not locked", now.free);
        let code = if lock_qty.is_positive() || now.held.is_zero() {
            RefusalCode::InsufficientBalance
        } else {
            RefusalCode::InvalidQuantity
        };
        return Err(Refusal::new(code, detail));
    }
    room_to_rest(profile, order, now)?;
    Ok(Accepted { ask, lock_cash: Cash::ZERO, lock_qty, cut })
}

/// Check 2, first half: positive and on the step.
fn well_formed(order: &OrderIntent<'_>, ask: OrderQty) -> Result<(), Refusal> {
    let step = order.instrument.quantity_step;
    let detail = match ask {
        _ if !ask.is_positive() => format!("{ask} is not positive"),
        OrderQty::Qty(qty) if !qty.is_on(step) => format!("{ask} is not on the step {step}"),
        _ => return Ok(()),
    };
    Err(Refusal::new(RefusalCode::InvalidQuantity, detail))
}

/// Check 2, second half: worth the minimum notional, and at least one step.
fn large_enough(order: &OrderIntent<'_>, ask: OrderQty) -> Result<(), Refusal> {
    let (step, least) = (order.instrument.quantity_step, order.instrument.min_notional);
    // What an amount buys is known at the fill; at the price of now it must make an order.
    let quantity = match ask {
        OrderQty::Qty(qty) => qty,
        OrderQty::Amount(amount) => Qty::affordable(amount, order.price, order.fee, step),
    };
    if quantity > Qty::MOST_HELD {
        let most = Qty::MOST_HELD;
        let detail =
            format!("quantity {quantity} is above the largest position, {most}: quote it in a larger `unit`");
        return Err(Refusal::new(RefusalCode::InvalidQuantity, detail));
    }
    let notional = crate::risk::notional(order.price, quantity);
    if notional >= least && quantity.is_positive() {
        return Ok(());
    }
    let detail = match quantity.is_positive() {
        true => format!("notional {notional} is below the minimum {least}"),
        false => format!("{ask} is less than one step of {step}"),
    };
    Err(Refusal::new(RefusalCode::InvalidQuantity, detail))
}

/// A buy on its way through checks 3 to 5, which `size_to_limit` lets cut it.
struct Sized<'a> {
    profile: &'a RiskProfile,
    order: &'a OrderIntent<'a>,
    ask: OrderQty,
    cut: Option<String>,
}

impl Sized<'_> {
    /// Check 3: enough available, fee included.
    fn fit_balance(&mut self, now: &AccountState) -> Result<(), Refusal> {
        let order = self.order;
        let cost = self.ask.cost(order.price, order.fee);
        if cost <= now.available {
            return Ok(());
        }
        let step = order.instrument.quantity_step;
        let fits = self.ask.to_cost(now.available, order.price, order.fee, step);
        let detail = format!("costs {cost}, available {}", now.available);
        self.cut_to(fits, RefusalCode::InsufficientBalance, detail)
    }

    /// Check 4: the order's share of the equity.
    fn fit_order_size(&mut self, now: &AccountState) -> Result<(), Refusal> {
        let Some(share) = self.profile.max_order_size else { return Ok(()) };
        self.fit_notional(now.equity.share(share), RefusalCode::OrderTooLarge, "the order limit")
    }

    /// Check 5: the position's share of the equity, with what waits already.
    fn fit_position(&mut self, now: &AccountState) -> Result<(), Refusal> {
        let Some(share) = self.profile.max_position_size else { return Ok(()) };
        let taken = Cash::notional(now.close, now.held) + now.waiting_buys;
        let room = now.equity.share(share) - taken;
        let what = "what the position limit leaves";
        self.fit_notional(room, RefusalCode::PositionLimitExceeded, what)
    }

    fn fit_notional(&mut self, limit: Cash, code: RefusalCode, what: &str) -> Result<(), Refusal> {
        let order = self.order;
        let notional = self.ask.notional(order.price, order.fee);
        if notional <= limit {
            return Ok(());
        }
        let fits = self.ask.to_notional(limit, order.price, order.fee, order.instrument.quantity_step);
        self.cut_to(fits, code, format!("notional {notional} is above {what} of {limit}"))
    }

    /// Takes the smaller size where the profile says so and it is still a valid order; else refuses.
    fn cut_to(&mut self, fits: OrderQty, code: RefusalCode, detail: String) -> Result<(), Refusal> {
        if !self.profile.size_to_limit || large_enough(self.order, fits).is_err() {
            return Err(Refusal::new(code, detail));
        }
        self.ask = fits;
        let note = format!("cut to {fits}: {detail}");
        self.cut = Some(self.cut.take().map_or_else(|| note.clone(), |before| format!("{before}; {note}")));
        Ok(())
    }
}

/// Check 6: fewer than `max_open_orders` rest.
fn room_to_rest(profile: &RiskProfile, order: &OrderIntent<'_>, now: &AccountState) -> Result<(), Refusal> {
    match profile.max_open_orders {
        Some(most) if order.rests && now.resting >= most as usize => Err(Refusal::new(
            RefusalCode::TooManyOpenOrders,
            format!("{} orders rest already, the limit is {most}", now.resting),
        )),
        _ => Ok(()),
    }
}

/// Checks 7 and 8: loss limits, then the rate.
fn losses_allow(profile: &RiskProfile, now: &AccountState) -> Result<(), Refusal> {
    if let Some(breach) = loss_breach(profile, now.equity, &now.losses) {
        return Err(breach);
    }
    match profile.orders_per_minute {
        Some(most) if now.sent > most as usize => Err(Refusal::new(
            RefusalCode::RateLimited,
            format!("{} orders in a minute, the limit is {most}", now.sent),
        )),
        _ => Ok(()),
    }
}
