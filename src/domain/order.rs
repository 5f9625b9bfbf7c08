//! Orders: what a strategy can request, and how an order can end.

use super::{Bps, Cash, Price, Qty, SymbolId, Timestamp};

/// Order number, from 1 in the sequence of placement within one agent's window.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct OrderId(pub u64);

/// Buy or sell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Side {
    /// Receives the base asset, pays quote currency.
    Buy,
    /// Delivers the base asset, receives quote currency.
    Sell,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// As written in results: `buy`, `sell`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

/// How much to trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// A quantity of the base asset.
    Qty(Qty),
    /// A quote amount including the fee: becomes `amount / (price * (1 + fee))` at the fill price, rounded
    /// down to the step.
    Quote(Cash),
    /// A quote amount equal to this share of the equity at the close of the decision bar.
    EquityShare(Bps),
    /// This share of the position held when the order is placed; for sells only.
    PositionShare(Bps),
}

impl Size {
    /// The whole position.
    pub const ALL: Self = Self::PositionShare(Bps::WHOLE);

    /// A percentage of the equity, rounded as [`Bps::from_percent`] does. One that is no number, or not above nothing,
    /// is nothing, which an order is refused for.
    pub fn percent_of_equity(percent: f64) -> Self {
        Self::EquityShare(Bps::from_percent(percent))
    }

    /// A percentage of the position, rounded likewise.
    pub fn percent_of_position(percent: f64) -> Self {
        Self::PositionShare(Bps::from_percent(percent))
    }

    /// A base quantity that was computed as a float, rounded as [`Qty::from_f64`] does.
    pub fn quantity(quantity: f64) -> Self {
        Self::Qty(Qty::from_f64(quantity))
    }

    /// A quote amount that was computed as a float, rounded as [`Cash::from_f64`] does.
    pub fn amount(amount: f64) -> Self {
        Self::Quote(Cash::from_f64(amount))
    }
}

/// A distance from a reference price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// As a share of the reference price.
    Share(Bps),
    /// In quote currency per unit.
    Absolute(Price),
}

impl Distance {
    /// A percentage of the reference price, rounded as [`Bps::from_percent`] does.
    pub fn percent(percent: f64) -> Self {
        Self::Share(Bps::from_percent(percent))
    }
}

impl From<Price> for Protection {
    fn from(price: Price) -> Self {
        Self::At(price)
    }
}

impl From<Distance> for Protection {
    fn from(distance: Distance) -> Self {
        Self::FromEntry(distance)
    }
}

/// The order type: when and at what price it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderKind {
    /// At the next bar's open.
    Market,
    /// At `price` or better.
    Limit {
        /// Worst acceptable price.
        price: Price,
    },
    /// Becomes a market order once `trigger` is reached (a sell: from above; a buy: from below).
    Stop {
        /// Price that triggers the order.
        trigger: Price,
    },
    /// Becomes a limit order once `trigger` is reached.
    StopLimit {
        /// Price that triggers the order.
        trigger: Price,
        /// Worst acceptable price after the trigger.
        price: Price,
    },
    /// Closes a position at a profit: fills like a limit order at `price`, and is reduce-only.
    TakeProfit {
        /// Price to take profit at.
        price: Price,
    },
    /// A stop that trails the best price since placement.
    TrailingStop {
        /// Distance behind the best price.
        distance: Distance,
    },
}

impl OrderKind {
    /// One example of each kind, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Market,
        Self::Limit { price: Price::ZERO },
        Self::Stop { trigger: Price::ZERO },
        Self::StopLimit { trigger: Price::ZERO, price: Price::ZERO },
        Self::TakeProfit { price: Price::ZERO },
        Self::TrailingStop { distance: Distance::Absolute(Price::ZERO) },
    ];

    /// One-sentence description for the documentation.
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Market => "fills at the next open",
            Self::Limit { .. } => "fills at its price or better",
            Self::Stop { .. } => "becomes a market order when its trigger is reached",
            Self::StopLimit { .. } => "becomes a limit order when its trigger is reached",
            Self::TakeProfit { .. } => "a reduce-only limit order that closes a position at a profit",
            Self::TrailingStop { .. } => "a stop that follows the best price at a distance",
        }
    }

    /// As written in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Limit { .. } => "limit",
            Self::Stop { .. } => "stop",
            Self::StopLimit { .. } => "stop_limit",
            Self::TakeProfit { .. } => "take_profit",
            Self::TrailingStop { .. } => "trailing_stop",
        }
    }
}

/// How long an order stays open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum TimeInForce {
    /// Until it fills, is cancelled, or the window ends.
    #[default]
    Gtc,
    /// Until the end of the trading day of its placement.
    Day,
    /// Until the first bar that could match it; the unfilled rest is then cancelled.
    Ioc,
    /// Until this time.
    GoodTill(Timestamp),
}

impl TimeInForce {
    /// As written in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gtc => "gtc",
            Self::Day => "day",
            Self::Ioc => "ioc",
            Self::GoodTill(_) => "good_till",
        }
    }
}

/// Price level of a protective order in a bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// At this distance from the entry's fill price (below it for a stop, above it for a target).
    FromEntry(Distance),
    /// At this price.
    At(Price),
}

/// Protective orders that become active when the entry fills; when one fills, the others are cancelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bracket {
    /// Stop below the position.
    pub stop_loss: Option<Protection>,
    /// Target above the position.
    pub take_profit: Option<Protection>,
    /// Distance of a trailing stop.
    pub trailing_stop: Option<Distance>,
}

/// An order as a strategy requests it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderRequest {
    /// Symbol to trade.
    pub symbol: SymbolId,
    /// Buy or sell.
    pub side: Side,
    /// How much to trade.
    pub size: Size,
    /// Type of the order.
    pub kind: OrderKind,
    /// How long it stays open.
    pub time_in_force: TimeInForce,
    /// Never opens or increases a position: cut to the quantity held, refused where nothing is held.
    pub reduce_only: bool,
    /// A market buy that is paid with what the market sells of the same open bring: it fills after them, whatever is
    /// available when it is placed. Where the money is short, all such buys of one open are cut in the same proportion.
    pub from_proceeds: bool,
    /// On margin: closes a position on the other side, whatever its size, before it opens one of this size. Never
    /// together with `reduce_only`.
    pub reverse: bool,
    /// Protective orders attached to an entry.
    pub bracket: Option<Bracket>,
    /// The strategy's reason, for the logs: `cross_up`, `rule_exit`.
    pub reason: &'static str,
}

impl OrderRequest {
    /// A market buy.
    pub const fn buy(symbol: SymbolId, size: Size, reason: &'static str) -> Self {
        Self {
            symbol,
            side: Side::Buy,
            size,
            kind: OrderKind::Market,
            time_in_force: TimeInForce::Gtc,
            reduce_only: false,
            from_proceeds: false,
            reverse: false,
            bracket: None,
            reason,
        }
    }

    /// A reduce-only market sell.
    pub const fn sell(symbol: SymbolId, size: Size, reason: &'static str) -> Self {
        Self { side: Side::Sell, reduce_only: true, ..Self::buy(symbol, size, reason) }
    }

    /// The same order with another kind.
    #[must_use]
    pub const fn of_kind(self, kind: OrderKind) -> Self {
        Self { kind, ..self }
    }
}

/// An action of a strategy at the close of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "kept in one reused buffer; a box would allocate for each order"
)]
pub enum Action {
    /// Place an order.
    Place(OrderRequest),
    /// Cancel one of the agent's orders.
    Cancel(OrderId),
    /// Cancel all open orders of the agent in a symbol.
    CancelAll(SymbolId),
    /// Cancel all open orders of the agent in a symbol, then sell the whole position at the market.
    Close(SymbolId, &'static str),
}

/// Who placed an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum OrderOrigin {
    /// Ordered by the strategy.
    Strategy,
    /// A bracket; the number is that of its entry order.
    Bracket(OrderId),
    /// A risk rule that closes positions.
    Risk,
    /// The end of the window, with `close_at_end`.
    WindowEnd,
    /// The venue, which closes a position whose margin is used up.
    Liquidation,
}

/// Whether a fill took or provided liquidity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Liquidity {
    /// Pays the taker fee and slippage.
    Taker,
    /// Pays the maker fee and no slippage.
    Maker,
}

impl Liquidity {
    /// As written in results: `taker`, `maker`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taker => "taker",
            Self::Maker => "maker",
        }
    }
}

/// Final status of an order. Every order ends exactly once, with a time and a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum OrderStatus {
    /// Completely filled (or filled to the size it was cut to).
    Filled,
    /// Cancelled by its agent, by its bracket sibling, by a risk rule, or by the end of the window.
    Cancelled,
    /// Its time in force ended.
    Expired,
    /// Refused by the risk profile, or by the ledger when it was to fill.
    Rejected,
}

impl OrderStatus {
    /// As written in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Filled => "filled",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
        }
    }
}

/// Why the risk profile refused an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum RefusalCode {
    /// The symbol is not in the scenario.
    InvalidSymbol,
    /// The symbol has no bar at this tick.
    PriceNotAvailable,
    /// Not positive, not a multiple of the step, or below the minimum notional.
    InvalidQuantity,
    /// Available balance does not cover the cost including the fee.
    InsufficientBalance,
    /// Free margin does not cover what the order adds.
    InsufficientMargin,
    /// Above `max_order_size_pct`.
    OrderTooLarge,
    /// Above `max_position_size_pct`.
    PositionLimitExceeded,
    /// The agent already has `max_open_orders` open orders.
    TooManyOpenOrders,
    /// The daily loss limit is reached.
    DailyLossLimit,
    /// The circuit breaker is open after a drawdown or consecutive losses.
    CircuitBreaker,
    /// More than `orders_per_minute`.
    RateLimited,
}

impl RefusalCode {
    /// All codes, in the order of the checks.
    pub const ALL: [Self; 11] = [
        Self::InvalidSymbol,
        Self::PriceNotAvailable,
        Self::InvalidQuantity,
        Self::InsufficientBalance,
        Self::InsufficientMargin,
        Self::OrderTooLarge,
        Self::PositionLimitExceeded,
        Self::TooManyOpenOrders,
        Self::DailyLossLimit,
        Self::CircuitBreaker,
        Self::RateLimited,
    ];

    /// One-sentence description for the documentation.
    pub const fn doc(self) -> &'static str {
        match self {
            Self::InvalidSymbol => "the symbol is not in the scenario",
            Self::PriceNotAvailable => "the symbol has no bar at this tick",
            Self::InvalidQuantity => "not positive, not on the step, or below the minimum notional",
            Self::InsufficientBalance => "not enough available balance, fee included",
            Self::InsufficientMargin => "not enough free margin for what the order adds, fee included",
            Self::OrderTooLarge => "above `max_order_size_pct`",
            Self::PositionLimitExceeded => "above `max_position_size_pct`",
            Self::TooManyOpenOrders => "`max_open_orders` orders are already resting",
            Self::DailyLossLimit => "the day's loss has reached `daily_loss_limit_pct`",
            Self::CircuitBreaker => {
                "`max_drawdown_pct` or `max_consecutive_losses` has opened the circuit breaker"
            }
            Self::RateLimited => "above `orders_per_minute`",
        }
    }

    /// As written in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidSymbol => "INVALID_SYMBOL",
            Self::PriceNotAvailable => "PRICE_NOT_AVAILABLE",
            Self::InvalidQuantity => "INVALID_QUANTITY",
            Self::InsufficientBalance => "INSUFFICIENT_BALANCE",
            Self::InsufficientMargin => "INSUFFICIENT_MARGIN",
            Self::OrderTooLarge => "ORDER_TOO_LARGE",
            Self::PositionLimitExceeded => "POSITION_LIMIT_EXCEEDED",
            Self::TooManyOpenOrders => "TOO_MANY_OPEN_ORDERS",
            Self::DailyLossLimit => "DAILY_LOSS_LIMIT",
            Self::CircuitBreaker => "CIRCUIT_BREAKER",
            Self::RateLimited => "RATE_LIMITED",
        }
    }
}
