//! The sequence of checks on one order.

use super::{Losses, OrderQty, Refusal, reached_loss_limit};
use crate::domain::{Bps, Cash, Instrument, Price, Qty, RefusalCode, Side, SymbolId};
use crate::market::{Market, Row};
use crate::scenario::RiskProfile;

/// An order before it is placed.
#[derive(Debug, Clone, Copy)]
pub struct OrderIntent<'a> {
    /// Trading rules of the symbol.
    pub instrument: &'a Instrument,
    /// Buy or sell.
    pub side: Side,
    /// Size as requested.
    pub size: OrderQty,
    /// Valuation price: the close of the decision bar for a market order, the order's own price otherwise.
    pub price: Price,
    /// The highest fee rate it can pay.
    pub fee: Bps,
    /// Whether the order rests (every kind but market orders).
    pub rests: bool,
    /// Whether it is cut to the free quantity instead of refused.
    pub reduce_only: bool,
    /// Whether it is a market buy whose money comes from the sells of its open: what is available then decides.
    pub from_proceeds: bool,
}

/// The agent's account at the close of the decision bar.
#[derive(Debug, Clone, Copy)]
pub struct AccountState {
    /// Exact equity, in the quote currency.
    pub equity: Cash,
    /// Unlocked quote currency.
    pub available: Cash,
    /// Quantity of the symbol held, locked part included.
    pub held: Qty,
    /// Unlocked quantity of the symbol.
    pub free: Qty,
    /// The symbol's last close.
    pub close: Price,
    /// Total notional of the open buy orders in the symbol.
    pub waiting_buys: Cash,
    /// Number of resting orders in all symbols.
    pub resting: usize,
    /// Orders sent in the last minute, including this one.
    pub sent: usize,
    /// State that the loss limits are checked against.
    pub losses: Losses,
}

/// An order that passed the checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Size after any cut.
    pub size: OrderQty,
    /// Quote currency to lock; zero for a sell.
    pub lock_cash: Cash,
    /// Quantity to lock; zero for a buy.
    pub lock_qty: Qty,
    /// What was cut and why, if anything.
    pub cut: Option<String>,
}

/// Check 1: the symbol is in the scenario and has a bar at this tick; returns the row of that bar.
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

/// Checks 2 to 8. Sells, which can only reduce a spot position, are exempt from checks 4, 5, 7 and 8.
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
    check_quantity(order, order.size)?;
    check_minimum(order, order.size)?;
    let mut sized = Sized { profile, order, size: order.size, cut: None };
    if !order.from_proceeds {
        sized.check_balance(now)?;
    }
    sized.check_order_size(now)?;
    sized.check_position(now)?;
    check_open_orders(profile, order, now)?;
    check_losses(profile, now)?;
    let cost = sized.size.cost(order.price, order.fee);
    let lock_cash = if order.from_proceeds { cost.min(now.available) } else { cost };
    Ok(Accepted { size: sized.size, lock_cash, lock_qty: Qty::ZERO, cut: sized.cut })
}

/// A sell by quantity locks that quantity; a sell by amount locks the quantity that the amount is at its own
/// price. The minimum notional does not apply to a sell of the whole position, so that a remainder can always
/// be sold.
fn check_sell(
    profile: &RiskProfile,
    order: &OrderIntent<'_>,
    now: &AccountState,
) -> Result<Accepted, Refusal> {
    let quantity = |size| match size {
        OrderQty::Qty(qty) => qty,
        OrderQty::Amount(amount) => {
            Qty::affordable(amount, order.price, order.fee, order.instrument.quantity_step)
        }
    };
    let whole = matches!(order.size, OrderQty::Qty(qty) if qty == now.held);
    if !whole || !order.size.is_positive() {
        check_quantity(order, order.size)?;
    }
    let (mut size, mut lock_qty, mut cut) = (order.size, quantity(order.size), None);
    if order.reduce_only && lock_qty > now.free && now.free.is_positive() {
        cut = Some(format!("cut from {size} to the {} that is held and not locked", now.free));
        lock_qty = now.free;
        if let OrderQty::Qty(_) = size {
            size = OrderQty::Qty(now.free);
        }
    }
    if lock_qty < now.held {
        check_minimum(order, size)?;
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
    check_open_orders(profile, order, now)?;
    Ok(Accepted { size, lock_cash: Cash::ZERO, lock_qty, cut })
}

/// Check 2, first half: positive and a multiple of the step.
pub(super) fn check_quantity(order: &OrderIntent<'_>, size: OrderQty) -> Result<(), Refusal> {
    let step = order.instrument.quantity_step;
    let detail = match size {
        _ if !size.is_positive() => format!("{size} is not positive"),
        OrderQty::Qty(qty) if !qty.is_on(step) => format!("{size} is not on the step {step}"),
        _ => return Ok(()),
    };
    Err(Refusal::new(RefusalCode::InvalidQuantity, detail))
}

/// Check 2, second half: at least the minimum notional and one step.
pub(super) fn check_minimum(order: &OrderIntent<'_>, size: OrderQty) -> Result<(), Refusal> {
    let (step, least) = (order.instrument.quantity_step, order.instrument.min_notional);
    // The quantity of a quote amount is decided at the fill; at the current price it must be a valid order.
    let quantity = match size {
        OrderQty::Qty(qty) => qty,
        OrderQty::Amount(amount) => Qty::affordable(amount, order.price, order.fee, step),
    };
    if quantity > Qty::MAX_POSITION {
        let most = Qty::MAX_POSITION;
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
        false => format!("{size} is less than one step of {step}"),
    };
    Err(Refusal::new(RefusalCode::InvalidQuantity, detail))
}

/// A buy in checks 3 to 5, which may cut its size if the profile has `size_to_limit`.
struct Sized<'a> {
    profile: &'a RiskProfile,
    order: &'a OrderIntent<'a>,
    size: OrderQty,
    cut: Option<String>,
}

impl Sized<'_> {
    /// Check 3: the available balance covers the cost including the fee.
    fn check_balance(&mut self, now: &AccountState) -> Result<(), Refusal> {
        let order = self.order;
        let cost = self.size.cost(order.price, order.fee);
        if cost <= now.available {
            return Ok(());
        }
        let step = order.instrument.quantity_step;
        let fits = self.size.to_cost(now.available, order.price, order.fee, step);
        let detail = format!("costs {cost}, available {}", now.available);
        self.cut_to(fits, RefusalCode::InsufficientBalance, detail)
    }

    /// Check 4: the order's share of the equity.
    fn check_order_size(&mut self, now: &AccountState) -> Result<(), Refusal> {
        let Some(share) = self.profile.max_order_size else { return Ok(()) };
        self.fit_notional(now.equity.share(share), RefusalCode::OrderTooLarge, "the order limit")
    }

    /// Check 5: the position's share of the equity, including open buy orders.
    fn check_position(&mut self, now: &AccountState) -> Result<(), Refusal> {
        let Some(share) = self.profile.max_position_size else { return Ok(()) };
        let taken = Cash::notional(now.close, now.held) + now.waiting_buys;
        let room = now.equity.share(share) - taken;
        let what = "what the position limit leaves";
        self.fit_notional(room, RefusalCode::PositionLimitExceeded, what)
    }

    fn fit_notional(&mut self, limit: Cash, code: RefusalCode, what: &str) -> Result<(), Refusal> {
        let order = self.order;
        let notional = self.size.notional(order.price, order.fee);
        if notional <= limit {
            return Ok(());
        }
        let fits = self.size.to_notional(limit, order.price, order.fee, order.instrument.quantity_step);
        self.cut_to(fits, code, format!("notional {notional} is above {what} of {limit}"))
    }

    /// Cuts the size to `fits` if the profile allows it and the result is a valid order; otherwise refuses.
    fn cut_to(&mut self, fits: OrderQty, code: RefusalCode, detail: String) -> Result<(), Refusal> {
        if !self.profile.size_to_limit || check_minimum(self.order, fits).is_err() {
            return Err(Refusal::new(code, detail));
        }
        self.size = fits;
        let note = format!("cut to {fits}: {detail}");
        self.cut = Some(self.cut.take().map_or_else(|| note.clone(), |before| format!("{before}; {note}")));
        Ok(())
    }
}

/// Check 6: fewer than `max_open_orders` orders rest.
pub(super) fn check_open_orders(
    profile: &RiskProfile,
    order: &OrderIntent<'_>,
    now: &AccountState,
) -> Result<(), Refusal> {
    match profile.max_open_orders {
        Some(most) if order.rests && now.resting >= most as usize => Err(Refusal::new(
            RefusalCode::TooManyOpenOrders,
            format!("{} orders rest already, the limit is {most}", now.resting),
        )),
        _ => Ok(()),
    }
}

/// Checks 7 and 8: loss limits, then the order rate.
pub(super) fn check_losses(profile: &RiskProfile, now: &AccountState) -> Result<(), Refusal> {
    if let Some(breach) = reached_loss_limit(profile, now.equity, &now.losses) {
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
