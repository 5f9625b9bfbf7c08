//! Orders as keyword arguments.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use tiltyard::{Distance, OrderId, Orders, Price, Protection, Size, SymbolId, TimeInForce};

/// Different reasons that a program may give.
const REASONS: usize = 1_000;

/// What a strategy ordered.
#[derive(Debug, Clone)]
pub enum Order {
    Buy {
        symbol: SymbolId,
        size: Size,
        kind: Kind,
        protection: Protections,
        wait: TimeInForce,
        reason: &'static str,
    },
    Sell {
        symbol: SymbolId,
        size: Size,
        kind: Kind,
        wait: TimeInForce,
        reason: &'static str,
    },
    Close {
        symbol: SymbolId,
        reason: &'static str,
    },
    Cancel(u64),
    CancelAll(SymbolId),
}

/// When an order fills.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Market,
    Limit(Price),
    Stop(Price),
    StopLimit(Price, Price),
    Trailing(Distance),
}

/// What protects a position once a buy has filled.
#[derive(Debug, Clone, Copy)]
pub struct Protections {
    pub stop_loss: Option<Protection>,
    pub take_profit: Option<Protection>,
    pub trailing_stop_pct: Option<f64>,
}

/// Adds what was ordered, in its order.
pub fn place(ordered: Vec<Order>, orders: &mut Orders) {
    for order in ordered {
        match order {
            Order::Buy { symbol, size, kind, protection, wait, reason } => {
                let mut new = orders.buy(symbol, size).time_in_force(wait).reason(reason);
                new = match kind {
                    Kind::Market => new,
                    Kind::Limit(price) => new.limit(price),
                    Kind::Stop(trigger) => new.stop(trigger),
                    Kind::StopLimit(trigger, price) => new.stop_limit(trigger, price),
                    Kind::Trailing(distance) => new.trailing_stop_order(distance),
                };
                if let Some(level) = protection.stop_loss {
                    new = new.stop_loss(level);
                }
                if let Some(level) = protection.take_profit {
                    new = new.take_profit(level);
                }
                if let Some(percent) = protection.trailing_stop_pct {
                    new.trailing_stop(Distance::percent(percent));
                }
            }
            Order::Sell { symbol, size, kind, wait, reason } => {
                let new = orders.sell(symbol, size).time_in_force(wait).reason(reason);
                let _ = match kind {
                    Kind::Market => new,
                    Kind::Limit(price) => new.limit(price),
                    Kind::Stop(trigger) => new.stop(trigger),
                    Kind::StopLimit(trigger, price) => new.stop_limit(trigger, price),
                    Kind::Trailing(distance) => new.trailing_stop_order(distance),
                };
            }
            Order::Close { symbol, reason } => orders.close_for(symbol, reason),
            Order::Cancel(order) => orders.cancel(OrderId(order)),
            Order::CancelAll(symbol) => orders.cancel_all(symbol),
        }
    }
}

/// A number above zero, where one is given.
pub fn positive(value: Option<f64>, name: &str) -> PyResult<Option<f64>> {
    match value {
        Some(number) if !(number > 0.0 && number.is_finite()) => {
            Err(PyValueError::new_err(format!("`{name}` is {number}; give a number above 0")))
        }
        value => Ok(value),
    }
}

/// The size of a buy.
pub fn size_of_buy(pct: Option<f64>, amount: Option<f64>, qty: Option<f64>) -> PyResult<Size> {
    let given = (positive(pct, "pct")?, positive(amount, "amount")?, positive(qty, "qty")?);
    match given {
        (Some(pct), None, None) => Ok(Size::percent_of_equity(pct)),
        (None, Some(amount), None) => Ok(Size::amount(amount)),
        (None, None, Some(qty)) => Ok(Size::quantity(qty)),
        _ => Err(PyValueError::new_err("give one of `pct`, `amount` and `qty`")),
    }
}

/// The size of a sell.
pub fn size_of_sell(pct: Option<f64>, qty: Option<f64>) -> PyResult<Size> {
    match (positive(pct, "pct")?, positive(qty, "qty")?) {
        (None, None) => Ok(Size::ALL),
        (Some(pct), None) => Ok(Size::percent_of_position(pct)),
        (None, Some(qty)) => Ok(Size::quantity(qty)),
        _ => Err(PyValueError::new_err("give `pct` or `qty`, not both")),
    }
}

/// When an order fills.
pub fn kind(limit: Option<f64>, stop: Option<f64>, trailing_pct: Option<f64>) -> PyResult<Kind> {
    let given = (positive(limit, "limit")?, positive(stop, "stop")?, positive(trailing_pct, "trailing_pct")?);
    match given {
        (None, None, None) => Ok(Kind::Market),
        (Some(limit), None, None) => Ok(Kind::Limit(Price::from_f64(limit))),
        (None, Some(stop), None) => Ok(Kind::Stop(Price::from_f64(stop))),
        (Some(limit), Some(stop), None) => Ok(Kind::StopLimit(Price::from_f64(stop), Price::from_f64(limit))),
        (None, None, Some(percent)) => Ok(Kind::Trailing(Distance::percent(percent))),
        _ => Err(PyValueError::new_err("`trailing_pct` stands alone, without `limit` and `stop`")),
    }
}

/// A protective level, as a price or a percentage from the entry.
pub fn level(price: Option<f64>, percent: Option<f64>, name: &str) -> PyResult<Option<Protection>> {
    match (positive(price, name)?, positive(percent, &format!("{name}_pct"))?) {
        (None, None) => Ok(None),
        (Some(price), None) => Ok(Some(Protection::At(Price::from_f64(price)))),
        (None, Some(percent)) => Ok(Some(Protection::FromEntry(Distance::percent(percent)))),
        _ => Err(PyValueError::new_err(format!("give `{name}` or `{name}_pct`, not both"))),
    }
}

/// How long an order waits: `gtc` (the default), `day`, `ioc`, or the time until which it is good.
pub fn time_in_force(text: Option<&str>) -> PyResult<TimeInForce> {
    match text {
        None | Some("gtc") => Ok(TimeInForce::Gtc),
        Some("day") => Ok(TimeInForce::Day),
        Some("ioc") => Ok(TimeInForce::Ioc),
        Some(time) => time.parse().map(TimeInForce::GoodTill).map_err(|_| {
            PyValueError::new_err(format!(
                "`time_in_force` is `{time}`; give \"gtc\", \"day\", \"ioc\" or a time such as \"2024-01-31T00:00:00Z\""
            ))
        }),
    }
}

/// A word for the results, kept as long as the process lives.
pub fn reason(text: &str) -> PyResult<&'static str> {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(reason) = known.get(text) {
        return Ok(reason);
    }
    if known.len() >= REASONS || text.len() > 100 {
        let message =
            format!("a reason is a word of at most 100 bytes, of which there are at most {REASONS}");
        return Err(PyValueError::new_err(message));
    }
    let reason: &'static str = Box::leak(text.to_owned().into_boxed_str());
    known.insert(reason);
    Ok(reason)
}
