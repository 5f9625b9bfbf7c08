//! Orders: what a strategy asks for, and how an order can end.

use super::{Bps, Cash, Price, Qty, SymbolId, Timestamp};

/// Number of an order within one agent's window, from 1, in the order of placing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(pub u64);

/// Buy or sell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Base in, quote out.
    Buy,
    /// Base out, quote in.
    Sell,
}

impl Side {
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
    /// A base quantity.
    Qty(Qty),
    /// A quote amount, fee inside: becomes `amount / (price * (1 + fee))` at the fill price, down to the step.
    Quote(Cash),
    /// A quote amount that is this share of the equity marked at the deciding close.
    EquityShare(Bps),
    /// This share of the position held when the order is placed; for sells.
    PositionShare(Bps),
}

impl Size {
    /// All of the position.
    pub const ALL: Self = Self::PositionShare(Bps::WHOLE);
}

/// A distance from a reference price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// As a share of the reference price.
    Share(Bps),
    /// In quote currency.
    Absolute(Price),
}

/// What makes an order fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderKind {
    /// At the next open.
    Market,
    /// At `price` or better.
    Limit {
        /// Worst acceptable price.
        price: Price,
    },
    /// A market order once `trigger` is reached (a sell: from above; a buy: from below).
    Stop {
        /// Price that wakes it.
        trigger: Price,
    },
    /// A limit order once `trigger` is reached.
    StopLimit {
        /// Price that wakes it.
        trigger: Price,
        /// Worst acceptable price from then on.
        price: Price,
    },
    /// Leaves a position at a gain: fills like a limit order at `price`, and is reduce-only.
    TakeProfit {
        /// The target.
        price: Price,
    },
    /// A stop that follows the best price since it was placed at a distance.
    TrailingStop {
        /// How far behind.
        distance: Distance,
    },
}

impl OrderKind {
    /// One of each kind, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Market,
        Self::Limit { price: Price::ZERO },
        Self::Stop { trigger: Price::ZERO },
        Self::StopLimit { trigger: Price::ZERO, price: Price::ZERO },
        Self::TakeProfit { price: Price::ZERO },
        Self::TrailingStop { distance: Distance::Absolute(Price::ZERO) },
    ];

    /// What it does, in a sentence.
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

/// How long an order waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TimeInForce {
    /// Until it fills, is cancelled, or the window ends.
    #[default]
    Gtc,
    /// Until the UTC day of its placing ends.
    Day,
    /// The first bar that could match it, then what is left is cancelled.
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

/// Where a protective order of a bracket is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// At this distance from the entry's fill price (below it for a stop, above it for a target).
    FromEntry(Distance),
    /// At this price.
    At(Price),
}

/// Protective orders that come alive with the entry's fill; when one fills, the others are cancelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bracket {
    /// A stop under the position.
    pub stop_loss: Option<Protection>,
    /// A target above it.
    pub take_profit: Option<Protection>,
    /// A stop that follows the price.
    pub trailing_stop: Option<Distance>,
}

/// An order as a strategy asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderRequest {
    /// What to trade.
    pub symbol: SymbolId,
    /// Buy or sell.
    pub side: Side,
    /// How much.
    pub size: Size,
    /// When it fills.
    pub kind: OrderKind,
    /// How long it waits.
    pub time_in_force: TimeInForce,
    /// Never opens or grows a position: cut to what is held, refused where nothing is.
    pub reduce_only: bool,
    /// Protective orders for an entry.
    pub bracket: Option<Bracket>,
    /// Why the strategy sent it, for the logs: `cross_up`, `rule_exit`.
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
            bracket: None,
            reason,
        }
    }

    /// A market sell that can only reduce the position.
    pub const fn sell(symbol: SymbolId, size: Size, reason: &'static str) -> Self {
        Self { side: Side::Sell, reduce_only: true, ..Self::buy(symbol, size, reason) }
    }

    /// The same order of another kind.
    #[must_use]
    pub const fn of_kind(self, kind: OrderKind) -> Self {
        Self { kind, ..self }
    }
}

/// What a strategy can do at the close of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "kept in one reused buffer; a box would allocate for each order"
)]
pub enum Action {
    /// Place an order.
    Place(OrderRequest),
    /// Cancel one order of its own.
    Cancel(OrderId),
    /// Cancel all its waiting orders in a symbol.
    CancelAll(SymbolId),
    /// Cancel all its waiting orders in a symbol, then sell all of the position at the market.
    Close(SymbolId, &'static str),
}

/// Who placed an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderOrigin {
    /// The strategy.
    Strategy,
    /// A bracket of the order with this number.
    Bracket(OrderId),
    /// A risk rule that closes positions.
    Risk,
    /// The end of the window, with `close_at_end`.
    WindowEnd,
}

/// Whether a fill took liquidity or rested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// How an order ended. Every order has exactly one end, with a time and a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStatus {
    /// Filled whole (or to the size it was cut to).
    Filled,
    /// Taken back: by its agent, by its bracket sibling, by a risk rule, or by the window's end.
    Cancelled,
    /// Its time in force ran out.
    Expired,
    /// Refused by the risk profile, or by the ledger at the fill.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalCode {
    /// The symbol is not in the scenario.
    InvalidSymbol,
    /// The symbol has no bar now.
    PriceNotAvailable,
    /// Not positive, not on the step, or below the minimum notional.
    InvalidQuantity,
    /// Not enough available balance, fee included.
    InsufficientBalance,
    /// Above `max_order_size_pct`.
    OrderTooLarge,
    /// Above `max_position_size_pct`.
    PositionLimitExceeded,
    /// `max_open_orders` are waiting already.
    TooManyOpenOrders,
    /// The day's loss has reached its limit.
    DailyLossLimit,
    /// Drawdown or consecutive losses have opened the breaker.
    CircuitBreaker,
    /// Above `orders_per_minute`.
    RateLimited,
}

impl RefusalCode {
    /// All, in the order of the checks.
    pub const ALL: [Self; 10] = [
        Self::InvalidSymbol,
        Self::PriceNotAvailable,
        Self::InvalidQuantity,
        Self::InsufficientBalance,
        Self::OrderTooLarge,
        Self::PositionLimitExceeded,
        Self::TooManyOpenOrders,
        Self::DailyLossLimit,
        Self::CircuitBreaker,
        Self::RateLimited,
    ];

    /// What it says, in a sentence.
    pub const fn doc(self) -> &'static str {
        match self {
            Self::InvalidSymbol => "the symbol is not in the scenario",
            Self::PriceNotAvailable => "the symbol has no bar at this tick",
            Self::InvalidQuantity => "not positive, not on the step, or below the minimum notional",
            Self::InsufficientBalance => "not enough available balance, fee included",
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
            Self::OrderTooLarge => "ORDER_TOO_LARGE",
            Self::PositionLimitExceeded => "POSITION_LIMIT_EXCEEDED",
            Self::TooManyOpenOrders => "TOO_MANY_OPEN_ORDERS",
            Self::DailyLossLimit => "DAILY_LOSS_LIMIT",
            Self::CircuitBreaker => "CIRCUIT_BREAKER",
            Self::RateLimited => "RATE_LIMITED",
        }
    }
}
