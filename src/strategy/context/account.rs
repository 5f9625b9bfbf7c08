//! What a strategy knows of its own account.

use crate::domain::{Cash, OrderId, OrderOrigin, Price, Qty, Side, SymbolId};

/// An agent's account at the deciding close. Amounts are computed when asked for.
pub(crate) trait Account {
    /// Cash and positions, marked at the last closes.
    fn equity(&self) -> Cash;
    /// Quote currency, the part that open orders lock included.
    fn cash(&self) -> Cash;
    /// Quote currency that no open order locks.
    fn available(&self) -> Cash;
    /// What is held of a symbol.
    fn position(&self, symbol: SymbolId) -> PositionView;
    /// Whether any order of this side is open in this symbol (market orders for the next bar included).
    fn has_waiting(&self, symbol: SymbolId, side: Side) -> bool;
    /// All open orders in this symbol, oldest first, pushed onto `out`.
    fn open_orders(&self, symbol: SymbolId, out: &mut Vec<OpenOrder>);
    /// The number that the strategy's next order will get. Within one call orders are numbered one after the other,
    /// refused ones too, as long as the call orders nothing but new orders.
    fn next_order_id(&self) -> OrderId;
    /// The strategy's own orders in this symbol that are open, or whose bracket has an open order, pushed onto
    /// `out`; one may come more than once.
    fn working(&self, symbol: SymbolId, out: &mut Vec<OrderId>);
    /// How many orders in this symbol have ended so far, bracket orders included. Refused ones never began.
    fn ended(&self, symbol: SymbolId) -> u64;
    /// The quote amount that a buy for an amount was accepted for; zero where it was refused, or rejected when it
    /// came to be filled.
    fn accepted(&self, order: OrderId) -> Cash;
}

/// A position as its agent sees it; all zero while nothing is held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PositionView {
    /// Quantity held, the part that open orders lock included.
    pub qty: Qty,
    /// Average price paid, without fees.
    pub average_price: Price,
    /// Tick of the fill that opened it.
    pub(crate) opened_tick: usize,
}

impl PositionView {
    /// Whether nothing is held.
    pub const fn is_flat(&self) -> bool {
        self.qty.is_zero()
    }
}

/// An order that has not ended: it waits for the next bar, or for a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenOrder {
    /// Its number, for [`Orders::cancel`](crate::strategy::Orders::cancel).
    pub id: OrderId,
    /// Buy or sell.
    pub side: Side,
    /// Who placed it: the strategy, or the bracket of one of its orders.
    pub origin: OrderOrigin,
    /// What is left to trade; `None` for a buy that names an amount of money.
    pub quantity: Option<Qty>,
    /// Its limit price, where it has one.
    pub limit_price: Option<Price>,
    /// Its trigger, where it has one; of a trailing stop the level of now.
    pub trigger_price: Option<Price>,
    /// The strategy's own word for it; `stop_loss`, `take_profit` or `trailing_stop` for an order of a bracket.
    pub reason: &'static str,
}
