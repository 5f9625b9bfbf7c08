//! What a strategy wants done at the close of a bar.

use crate::domain::{
    Action, Bracket, Distance, OrderId, OrderKind, OrderRequest, Price, Protection, Size, SymbolId,
    TimeInForce,
};

/// The orders of one decision, in the order in which they go through the agent's risk profile.
///
/// [`buy`](Self::buy) and [`sell`](Self::sell) order at the market. What they return changes the order that was just
/// added: its price, how long it waits, what protects the position, and the reason that the results show.
///
/// ```
/// use tiltyard::prelude::*;
///
/// fn enter(ctx: &BarContext<'_>, symbol: SymbolId, orders: &mut Orders) {
///     let Some(close) = ctx.price(symbol) else { return };
///     // Half of the equity, 1 % under the close, for one day; out at a loss of 3 % or a gain of 6 %.
///     orders
///         .buy(symbol, Size::percent_of_equity(50.0))
///         .limit(close.slipped(Bps::from_percent(1.0), false))
///         .time_in_force(TimeInForce::Day)
///         .stop_loss(Distance::percent(3.0))
///         .take_profit(Distance::percent(6.0))
///         .reason("dip");
/// }
/// ```
///
/// Nothing fills at once: a market order fills at the symbol's next open, and an order that a risk check refuses is
/// logged with its code. [`BarContext::open_orders`](crate::strategy::BarContext::open_orders) shows at the next bar
/// what is still open.
#[derive(Debug, Default)]
pub struct Orders {
    actions: Vec<Action>,
}

impl Orders {
    /// An empty list of orders.
    pub const fn new() -> Self {
        Self { actions: Vec::new() }
    }

    /// Buys at the market. A [`Size::Quote`] or a share of the equity is an amount of money, fee included.
    pub fn buy(&mut self, symbol: SymbolId, size: Size) -> NewBuy<'_> {
        NewBuy(self.added(OrderRequest::buy(symbol, size, "buy")))
    }

    /// Sells short at the market, in an instrument on margin: closes a long position as far as it goes, and opens a short
    /// one with the rest. What is returned protects the short: its stop lies above the entry, its target below.
    pub fn sell_short(&mut self, symbol: SymbolId, size: Size) -> NewBuy<'_> {
        let request = OrderRequest::sell(symbol, size, "sell_short");
        NewBuy(self.added(OrderRequest { reduce_only: false, ..request }))
    }

    /// Sells at the market, at most what is held; [`Self::sell_short`] sells more.
    pub fn sell(&mut self, symbol: SymbolId, size: Size) -> NewSell<'_> {
        NewSell(self.added(OrderRequest::sell(symbol, size, "sell")))
    }

    /// Cancels all open orders of a symbol, then sells all that is held of it at the market.
    pub fn close(&mut self, symbol: SymbolId) {
        self.close_for(symbol, "close");
    }

    /// [`Self::close`], with the reason that the results show.
    pub fn close_for(&mut self, symbol: SymbolId, reason: &'static str) {
        self.push(Action::Close(symbol, reason));
    }

    /// Cancels one open order. Does nothing where it has ended.
    pub fn cancel(&mut self, order: OrderId) {
        self.push(Action::Cancel(order));
    }

    /// Cancels all open orders of a symbol.
    pub fn cancel_all(&mut self, symbol: SymbolId) {
        self.push(Action::CancelAll(symbol));
    }

    /// An order with every field given.
    pub fn place(&mut self, order: OrderRequest) {
        self.push(Action::Place(order));
    }

    /// Anything that can be done.
    pub fn push(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// What was ordered so far.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// Whether nothing was ordered.
    pub const fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// The list itself, for the engine, which reuses it.
    pub(crate) const fn list(&mut self) -> &mut Vec<Action> {
        &mut self.actions
    }

    #[expect(clippy::unreachable, reason = "the order was pushed one line before")]
    fn added(&mut self, request: OrderRequest) -> &mut OrderRequest {
        self.actions.push(Action::Place(request));
        match self.actions.last_mut() {
            Some(Action::Place(request)) => request,
            _ => unreachable!(),
        }
    }
}

/// An entry that was just added: a buy, or a short sale. Each method changes it.
#[derive(Debug)]
pub struct NewBuy<'o>(&'o mut OrderRequest);

/// A sell that was just added. Each method changes it.
#[derive(Debug)]
pub struct NewSell<'o>(&'o mut OrderRequest);

/// What buys and sells have in common.
macro_rules! any_order {
    ($name:ident) => {
        impl $name<'_> {
            /// Fills at this price or better.
            pub fn limit(self, price: Price) -> Self {
                self.of_kind(OrderKind::Limit { price })
            }

            /// A market order once this price is reached: for a buy from below, for a sell from above.
            pub fn stop(self, trigger: Price) -> Self {
                self.of_kind(OrderKind::Stop { trigger })
            }

            /// A limit order at `price` once `trigger` is reached.
            pub fn stop_limit(self, trigger: Price, price: Price) -> Self {
                self.of_kind(OrderKind::StopLimit { trigger, price })
            }

            /// A stop that follows the best price at a distance.
            pub fn trailing_stop_order(self, distance: Distance) -> Self {
                self.of_kind(OrderKind::TrailingStop { distance })
            }

            /// How long it waits at most; by default until it fills or the window ends.
            pub fn time_in_force(self, time_in_force: TimeInForce) -> Self {
                self.0.time_in_force = time_in_force;
                self
            }

            /// The word for it in the results.
            pub fn reason(self, reason: &'static str) -> Self {
                self.0.reason = reason;
                self
            }

            fn of_kind(self, kind: OrderKind) -> Self {
                self.0.kind = kind;
                self
            }
        }
    };
}

any_order!(NewBuy);
any_order!(NewSell);

/// What protects the position once the buy has filled: a bracket, of which one order cancels the others.
impl NewBuy<'_> {
    /// Sells when the price has fallen to this level, or by this distance from the entry.
    pub fn stop_loss(self, level: impl Into<Protection>) -> Self {
        self.bracket(|bracket| bracket.stop_loss = Some(level.into()))
    }

    /// Sells when the price has risen to this level, or by this distance from the entry.
    pub fn take_profit(self, level: impl Into<Protection>) -> Self {
        self.bracket(|bracket| bracket.take_profit = Some(level.into()))
    }

    /// Sells when the price has fallen by this distance from its best since the entry.
    pub fn trailing_stop(self, distance: Distance) -> Self {
        self.bracket(|bracket| bracket.trailing_stop = Some(distance))
    }

    fn bracket(self, change: impl FnOnce(&mut Bracket)) -> Self {
        change(self.0.bracket.get_or_insert_default());
        self
    }
}

impl NewSell<'_> {
    /// Leaves a position at a gain: a limit order at this price that only reduces.
    pub fn take_profit_order(self, price: Price) -> Self {
        self.of_kind(OrderKind::TakeProfit { price })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bps, Cash, Qty};

    const S: SymbolId = SymbolId(0);

    #[test]
    fn a_bare_buy_is_a_market_order_that_waits() {
        let mut orders = Orders::new();
        orders.buy(S, Size::Quote(Cash::from_units(1)));
        assert_eq!(
            orders.actions(),
            [Action::Place(OrderRequest::buy(S, Size::Quote(Cash::from_units(1)), "buy"))]
        );
    }

    #[test]
    fn each_method_changes_the_order_just_added_and_no_other() {
        let mut orders = Orders::new();
        let (price, distance) = (Price::from_units(7), Distance::percent(2.0));
        orders.buy(S, Size::percent_of_equity(10.0));
        orders
            .buy(S, Size::percent_of_equity(50.0))
            .limit(price)
            .time_in_force(TimeInForce::Day)
            .stop_loss(distance)
            .take_profit(price)
            .trailing_stop(distance)
            .reason("dip");
        orders.sell(S, Size::ALL).stop(price);
        orders.close_for(S, "enough");
        orders.cancel(OrderId(3));
        let bracket = Bracket {
            stop_loss: Some(Protection::FromEntry(distance)),
            take_profit: Some(Protection::At(price)),
            trailing_stop: Some(distance),
        };
        let second = OrderRequest {
            kind: OrderKind::Limit { price },
            time_in_force: TimeInForce::Day,
            bracket: Some(bracket),
            ..OrderRequest::buy(S, Size::EquityShare(Bps::from_percent(50.0)), "dip")
        };
        let wanted = [
            Action::Place(OrderRequest::buy(S, Size::EquityShare(Bps::from_percent(10.0)), "buy")),
            Action::Place(second),
            Action::Place(
                OrderRequest::sell(S, Size::ALL, "sell").of_kind(OrderKind::Stop { trigger: price }),
            ),
            Action::Close(S, "enough"),
            Action::Cancel(OrderId(3)),
        ];
        assert_eq!(orders.actions(), wanted);
    }

    #[test]
    fn a_number_that_is_none_orders_nothing() {
        // The engine refuses a size of nothing with INVALID_QUANTITY.
        for percent in [f64::NAN, -5.0, f64::NEG_INFINITY] {
            assert_eq!(Size::percent_of_equity(percent), Size::EquityShare(Bps::ZERO));
        }
        assert_eq!(Size::quantity(f64::NAN), Size::Qty(Qty::ZERO));
    }
}
