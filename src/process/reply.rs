//! From what an agent answers to orders.

use super::message::{Act, Exact, Moment, NewOrder, OrderType, TimeInForceWord};
use crate::domain::{
    Action, Bps, Bracket, Distance, MoneyError, OrderId, OrderKind, OrderRequest, Price, Protection, Qty,
    Side, Size, SymbolId, TimeInForce, UNITS_PER_ONE,
};
use crate::strategy::BarContext;

/// The reason that results show for what an agent orders.
const REASON: &str = "agent";
/// The number of a symbol that the scenario does not have: its orders are refused.
const UNKNOWN: SymbolId = SymbolId(u16::MAX);

/// Cancels, in the agent's order.
pub fn cancels(act: &Act) -> impl Iterator<Item = Action> {
    act.cancels.iter().map(|&order| Action::Cancel(OrderId(order)))
}

/// Cancels and closes, in the agent's order.
pub fn leaving(act: &Act, ctx: &BarContext<'_>) -> Vec<Action> {
    let closes = act.closes.iter().map(|name| Action::Close(ctx.symbol(name).unwrap_or(UNKNOWN), REASON));
    cancels(act).chain(closes).collect()
}

/// The new orders, in the agent's order.
///
/// # Errors
/// What makes an order none: keys that are missing or contradict each other, numbers that are none.
pub fn entering(act: &Act, ctx: &BarContext<'_>) -> Result<Vec<OrderRequest>, String> {
    let order = |(index, order): (usize, &NewOrder)| {
        let symbol = ctx.symbol(&order.symbol);
        // On margin a sell may open a short position.
        let on_margin = symbol.is_some_and(|symbol| ctx.instrument(symbol).margin.is_some());
        request(order, symbol.unwrap_or(UNKNOWN), on_margin)
            .map_err(|problem| format!("order {} of its `act`: {problem}", index + 1))
    };
    act.orders.iter().enumerate().map(order).collect()
}

/// The target weights, in the order of the symbols' names; `None` where the answer has none.
///
/// # Errors
/// What makes them none.
pub fn weights(act: &Act, ctx: &BarContext<'_>) -> Result<Option<Vec<(SymbolId, Bps)>>, String> {
    let Some(weights) = &act.weights else { return Ok(None) };
    checked_weights(act)?;
    let on_margin =
        |name: &str| ctx.symbol(name).is_some_and(|symbol| ctx.instrument(symbol).margin.is_some());
    let mut spot = weights.iter().filter(|(name, _)| !on_margin(name));
    if let Some((name, weight)) = spot.clone().find(|(_, weight)| weight.is_negative()) {
        return Err(format!("the weight of `{name}` is {weight}: a spot asset cannot be held short"));
    }
    let sum: Qty = weights.values().map(|weight| weight.abs()).sum();
    if spot.next().is_some() && sum > Qty::from_units(UNITS_PER_ONE) {
        return Err(format!("its `weights` add up to {sum}, which is more than 1"));
    }
    let mut targets = Vec::with_capacity(weights.len());
    for (name, weight) in weights {
        let Some(symbol) = ctx.symbol(name) else {
            return Err(format!("its `weights` name `{name}`, which the scenario does not have"));
        };
        if ctx.bar(symbol).is_some() {
            targets.push((symbol, Bps::signed(10_000.0 * weight.to_f64())));
        }
    }
    Ok(Some(targets))
}

/// Refuses weights beside orders; whether an account can have them is seen at the decision, with the instruments.
///
/// # Errors
/// Why not.
pub fn checked_weights(act: &Act) -> Result<(), String> {
    let beside = act.weights.is_some() && (!act.orders.is_empty() || !act.closes.is_empty());
    if beside { Err("its `act` has `weights` beside `orders` or `closes`".to_owned()) } else { Ok(()) }
}

/// One order, of a symbol. On margin a sell may open a short position, with a bracket of its own.
///
/// # Errors
/// As [`entering`].
pub fn request(order: &NewOrder, symbol: SymbolId, on_margin: bool) -> Result<OrderRequest, String> {
    let (side, opens_short) = (Side::from(order.side), on_margin && !order.reduce_only);
    let base = match side {
        Side::Buy => OrderRequest::buy(symbol, size(order)?, REASON),
        Side::Sell => OrderRequest::sell(symbol, size(order)?, REASON),
    };
    let bracket = bracket(order)?;
    if bracket.is_some() && side == Side::Sell && !opens_short {
        return Err(
            "a sell that opens no short position on margin has no stop loss, take profit or trailing stop \
                    of its own"
                .to_owned(),
        );
    }
    Ok(OrderRequest {
        kind: kind(order)?,
        time_in_force: time_in_force(order)?,
        reduce_only: if on_margin { order.reduce_only } else { base.reduce_only || order.reduce_only },
        bracket,
        ..base
    })
}

fn size(order: &NewOrder) -> Result<Size, String> {
    let sizes = [
        order.quantity.map(|quantity| exact("quantity", quantity.quantity())).transpose()?.map(Size::Qty),
        order.amount.map(Size::Quote),
        order.equity_pct.map(|percent| share("equity_pct", percent)).transpose()?.map(Size::EquityShare),
        order
            .position_pct
            .map(|percent| share("position_pct", percent))
            .transpose()?
            .map(Size::PositionShare),
    ];
    let mut given = sizes.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(size), None) => Ok(size),
        (None, _) => Err("has no size: give `quantity`, `amount`, `equity_pct` or `position_pct`".to_owned()),
        _ => {
            Err("has several sizes: give one of `quantity`, `amount`, `equity_pct`, `position_pct`"
                .to_owned())
        }
    }
}

fn kind(order: &NewOrder) -> Result<OrderKind, String> {
    let needed = |present: bool, key: &str| {
        if present { Ok(()) } else { Err(format!("`{}` needs `{key}`", word(order.kind))) }
    };
    let wanted = match order.kind {
        OrderType::Market => [false, false, false],
        OrderType::Limit | OrderType::TakeProfit => [true, false, false],
        OrderType::Stop => [false, true, false],
        OrderType::StopLimit => [true, true, false],
        OrderType::TrailingStop => [false, false, true],
    };
    let given = [order.price.is_some(), order.trigger.is_some(), order.distance_pct.is_some()];
    for ((key, wanted), given) in ["price", "trigger", "distance_pct"].into_iter().zip(wanted).zip(given) {
        if given && !wanted {
            return Err(format!("`{}` has no `{key}`", word(order.kind)));
        }
        needed(given || !wanted, key)?;
    }
    let (price, trigger) = (price("price", order.price)?, price("trigger", order.trigger)?);
    let (price, trigger) = (price.unwrap_or_default(), trigger.unwrap_or_default());
    Ok(match order.kind {
        OrderType::Market => OrderKind::Market,
        OrderType::Limit => OrderKind::Limit { price },
        OrderType::TakeProfit => OrderKind::TakeProfit { price },
        OrderType::Stop => OrderKind::Stop { trigger },
        OrderType::StopLimit => OrderKind::StopLimit { trigger, price },
        OrderType::TrailingStop => OrderKind::TrailingStop {
            distance: Distance::Share(share("distance_pct", order.distance_pct.unwrap_or_default())?),
        },
    })
}

const fn word(kind: OrderType) -> &'static str {
    match kind {
        OrderType::Market => "market",
        OrderType::Limit => "limit",
        OrderType::Stop => "stop",
        OrderType::StopLimit => "stop_limit",
        OrderType::TakeProfit => "take_profit",
        OrderType::TrailingStop => "trailing_stop",
    }
}

fn time_in_force(order: &NewOrder) -> Result<TimeInForce, String> {
    match (order.time_in_force, order.expires.and_then(Moment::time)) {
        (TimeInForceWord::GoodTill, Some(time)) => Ok(TimeInForce::GoodTill(time)),
        (TimeInForceWord::GoodTill, None) => Err("`good_till` needs `expires`".to_owned()),
        (_, Some(_)) => Err("`expires` is for `time_in_force` = `good_till`".to_owned()),
        (TimeInForceWord::Gtc, None) => Ok(TimeInForce::Gtc),
        (TimeInForceWord::Day, None) => Ok(TimeInForce::Day),
        (TimeInForceWord::Ioc, None) => Ok(TimeInForce::Ioc),
    }
}

fn bracket(order: &NewOrder) -> Result<Option<Bracket>, String> {
    let level = |key: &str, at: Option<Exact>, percent: Option<f64>| match (price(key, at)?, percent) {
        (Some(_), Some(_)) => Err(format!("has both `{key}` and `{key}_pct`")),
        (Some(price), None) => Ok(Some(Protection::At(price))),
        (None, Some(percent)) => {
            share(&format!("{key}_pct"), percent).map(|by| Some(Protection::FromEntry(Distance::Share(by))))
        }
        (None, None) => Ok(None),
    };
    let trailing = order.trailing_stop_pct.map(|percent| share("trailing_stop_pct", percent)).transpose()?;
    let bracket = Bracket {
        stop_loss: level("stop_loss", order.stop_loss, order.stop_loss_pct)?,
        take_profit: level("take_profit", order.take_profit, order.take_profit_pct)?,
        trailing_stop: trailing.map(Distance::Share),
    };
    Ok(Some(bracket).filter(|bracket| *bracket != Bracket::default()))
}

fn price(key: &str, value: Option<Exact>) -> Result<Option<Price>, String> {
    value.map(|value| exact(key, value.price())).transpose()
}

fn exact<T>(key: &str, amount: Result<T, MoneyError>) -> Result<T, String> {
    amount.map_err(|error| format!("`{key}`: {error}"))
}

/// A percentage as a rate. One below nothing is nothing, which an order is refused for.
fn share(key: &str, percent: f64) -> Result<Bps, String> {
    if percent > 1_000_000.0 {
        return Err(format!("`{key}` = {percent} is out of range"));
    }
    Ok(Bps::from_percent(percent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Cash;

    fn read(text: &str) -> Result<OrderRequest, String> {
        let order: NewOrder = serde_json::from_str(text).map_err(|error| error.to_string())?;
        request(&order, SymbolId(0), false)
    }

    #[test]
    fn orders_are_what_they_say() {
        let market = read(r#"{"symbol": "A", "side": "buy", "amount": "100"}"#).unwrap();
        assert_eq!(market, OrderRequest::buy(SymbolId(0), Size::Quote(Cash::from_f64(100.0)), "agent"));
        let limit = read(
            r#"{"symbol": "A", "side": "buy", "type": "stop_limit", "trigger": "11", "price": "12.5", "quantity": "0.5",
                "time_in_force": "good_till", "expires": "2024-01-02T00:00:00Z", "stop_loss_pct": 5, "take_profit": "20"}"#,
        )
        .unwrap();
        assert_eq!(limit.size, Size::Qty(Qty::from_f64(0.5)));
        let kind = OrderKind::StopLimit { trigger: Price::from_f64(11.0), price: Price::from_f64(12.5) };
        assert_eq!(limit.kind, kind);
        assert_eq!(limit.time_in_force, TimeInForce::GoodTill("2024-01-02".parse().unwrap()));
        let bracket = limit.bracket.unwrap();
        assert_eq!(bracket.stop_loss, Some(Protection::FromEntry(Distance::percent(5.0))));
        assert_eq!(bracket.take_profit, Some(Protection::At(Price::from_f64(20.0))));
        let sell = read(r#"{"symbol": "A", "side": "sell", "position_pct": 50}"#).unwrap();
        assert_eq!(sell, OrderRequest::sell(SymbolId(0), Size::percent_of_position(50.0), "agent"));
    }

    #[test]
    fn what_is_no_order_says_why() {
        let why = |text: &str| read(text).unwrap_err();
        assert!(why(r#"{"symbol": "A", "side": "buy"}"#).contains("has no size"));
        assert!(
            why(r#"{"symbol": "A", "side": "buy", "amount": "1", "quantity": "1"}"#)
                .contains("several sizes")
        );
        assert!(why(r#"{"symbol": "A", "side": "up", "amount": "1"}"#).contains("unknown variant `up`"));
        assert!(why(r#"{"symbol": "A", "side": "buy", "amount": 1}"#).contains("expected a string"));
        assert!(why(r#"{"symbol": "A", "side": "buy", "amount": "NaN"}"#).contains("NaN"));
        assert!(
            why(r#"{"symbol": "A", "side": "buy", "amount": "1", "mood": 1}"#)
                .contains("unknown field `mood`")
        );
        assert_eq!(
            why(r#"{"symbol": "A", "side": "sell", "quantity": "1.000000001"}"#),
            "`quantity`: `1.000000001` has more than 8 decimal places"
        );
        let limit = r#"{"symbol": "A", "side": "buy", "amount": "1", "type": "limit"}"#;
        assert_eq!(why(limit), "`limit` needs `price`");
        let market = r#"{"symbol": "A", "side": "buy", "amount": "1", "price": "1"}"#;
        assert_eq!(why(market), "`market` has no `price`");
    }

    #[test]
    fn a_sell_has_a_bracket_only_where_it_opens_a_short_position() {
        let read = |keys: &str, on_margin: bool| {
            let text = format!(r#"{{"symbol": "A", "side": "sell", "quantity": "1"{keys}}}"#);
            let order: NewOrder = serde_json::from_str(&text).unwrap();
            request(&order, SymbolId(0), on_margin)
        };
        let keys = r#", "stop_loss_pct": 5, "take_profit": "80", "trailing_stop_pct": 3"#;
        let short = read(keys, true).unwrap();
        assert_eq!((short.side, short.reduce_only), (Side::Sell, false));
        let bracket = short.bracket.unwrap();
        assert_eq!(bracket.stop_loss, Some(Protection::FromEntry(Distance::percent(5.0))));
        assert_eq!(bracket.take_profit, Some(Protection::At(Price::from_f64(80.0))));
        assert_eq!(bracket.trailing_stop, Some(Distance::percent(3.0)));
        for (keys, on_margin) in [(keys, false), (r#", "stop_loss_pct": 5, "reduce_only": true"#, true)] {
            let problem = read(keys, on_margin).unwrap_err();
            assert!(problem.contains("a sell that opens no short position on margin"), "{problem}");
        }
        assert!(read("", false).unwrap().reduce_only, "a spot asset is only sold");
    }

    #[test]
    fn weights_beside_orders_are_faults() {
        let why = |text: &str| checked_weights(&serde_json::from_str(text).unwrap());
        assert_eq!(why(r#"{"decision": 1, "weights": {"A": "0.6", "B": "0.4"}}"#), Ok(()));
        let wrong =
            [(r#"{"decision": 1, "weights": {"A": "0.5"}, "closes": ["B"]}"#, "beside `orders` or `closes`")];
        for (text, expected) in wrong {
            assert!(why(text).unwrap_err().contains(expected), "{text}");
        }
    }

    #[test]
    fn a_size_of_nothing_is_an_order_that_is_refused() {
        let order = read(r#"{"symbol": "A", "side": "buy", "equity_pct": -5}"#).unwrap();
        assert_eq!(order.size, Size::EquityShare(Bps::ZERO));
    }
}
