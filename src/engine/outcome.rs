//! What a replay leaves behind: rows for the logs, holdings for the exact curve, the curve for statistics.

use serde::{Deserialize, Serialize};

use crate::domain::{
    Cash, Liquidity, OrderId, OrderOrigin, OrderStatus, Price, Qty, RefusalCode, Side, SymbolId, TimeInForce,
    Timestamp, Wallet, word::Word,
};
use crate::market::TickRange;

/// A range of ticks in which agents compete, each from its starting balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its number in the tournament, from 0.
    pub index: u32,
    /// Ticks of the window.
    pub ticks: TickRange,
}

/// Everything one agent did in one window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// Window that was replayed.
    pub window: Window,
    /// How it ended.
    pub status: ReplayStatus,
    /// Equity at the start: the wallet's quote currency, and what was carried into the window.
    pub starting_balance: Cash,
    /// Equity after the last tick, exact.
    pub final_equity: Cash,
    /// About the equity at each tick's close, one value a tick: where to look for peaks and troughs. What a
    /// statistic says is taken from [`equity_at`](super::equity_at()). Empty where a
    /// tournament has measured it and does not keep it.
    pub equity: Vec<f64>,
    /// Symbols that are worth nothing from a tick on.
    pub written_off: Vec<(SymbolId, usize)>,
    /// Cash and positions after each tick that changed them, from the first tick on; the exact curve follows.
    pub holdings: Vec<Holding>,
    /// Every order, by id, with its end.
    pub orders: Vec<OrderRow>,
    /// Every fill, in order of time.
    pub fills: Vec<FillRow>,
    /// What was paid and received besides fills, in order of time.
    pub postings: Vec<Posting>,
    /// Closed round trips, in order of closing, then those still open at the end.
    pub round_trips: Vec<RoundTrip>,
    /// Ticks at whose close a position was held.
    pub ticks_in_market: usize,
    /// Fees paid in all.
    pub fees: Cash,
    /// What a reader should know.
    pub flags: Flags,
    /// Balances and positions at the end, for a run that continues from there.
    pub left: Wallet<SymbolId>,
}

/// How a replay ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplayStatus {
    /// It reached the window's end.
    Completed,
    /// A risk limit disqualified it at this time; the loss is kept.
    Disqualified {
        /// Close of the bar at which it stopped.
        at: Timestamp,
        /// By which rule.
        code: RefusalCode,
    },
    /// Its margin was used up and nothing was left; the equity is zero from then on.
    Liquidated {
        /// Open of the bar in which it happened, or close of the one at which nothing was left.
        at: Timestamp,
    },
    /// Its strategy failed; the loss is kept.
    Forfeit {
        /// Close of the bar at which it stopped.
        at: Timestamp,
        /// Reason, as a sentence.
        reason: String,
    },
}

impl ReplayStatus {
    /// Every status as written in results, and what it means.
    pub const DOCS: [(&'static str, &'static str); 4] = [
        ("completed", "it reached the window's end"),
        (
            "disqualified",
            "a loss limit of its risk profile ended the window for it; the loss is kept, and `status_detail` names the limit",
        ),
        ("liquidated", "its margin was used up and nothing was left; the equity is zero from then on"),
        (
            "forfeit",
            "its strategy failed: an error, a broken protocol, a used-up budget; the loss is kept, and `status_detail` says why",
        ),
    ];

    /// As written in results: `completed`, `disqualified`, `liquidated`, `forfeit`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Disqualified { .. } => "disqualified",
            Self::Liquidated { .. } => "liquidated",
            Self::Forfeit { .. } => "forfeit",
        }
    }
}

/// Cash and positions from a tick on, until the next row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// From the close of this tick.
    pub tick: usize,
    /// Quote currency, locked part included.
    pub cash: Cash,
    /// What the perpetuals held were opened for, which the equity is less; negative for shorts.
    pub owed: Cash,
    /// Base quantity of each symbol of the market, locked part included.
    pub quantities: Box<[Qty]>,
}

/// The mark of what a participation cap leaves unsold at the window's end.
pub(super) const UNSOLD_AT_END: &str = "unsold_at_end";

/// Why an order ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndReason {
    /// Filled completely.
    Filled,
    /// Filled, after being cut to what the wallet could pay or to a risk limit.
    FilledCut,
    /// A risk check refused it.
    Refused(RefusalCode),
    /// The wallet could not pay for the smallest quantity at the fill.
    CannotPay,
    /// Its agent cancelled it.
    Agent,
    /// The other order of its bracket filled.
    BracketSibling,
    /// Its position was closed otherwise.
    PositionClosed,
    /// A risk rule cancelled it.
    RiskRule,
    /// Its time in force ran out.
    TimeInForce,
    /// The venue has liquidated the account.
    Liquidation,
    /// The window ended.
    WindowEnd,
    /// Its window ended, and the participation cap of the last bar left this much of the position unsold.
    UnsoldAtEnd,
}

impl EndReason {
    /// Every reason as written in results, and what it means; a refused order has the code of its refusal instead.
    pub const DOCS: [(&'static str, &'static str); 11] = [
        ("filled", "filled completely"),
        ("filled_cut", "filled, after being cut to what the wallet could pay or to a risk limit"),
        ("cannot_pay", "the wallet could not pay for the smallest quantity at the fill"),
        ("agent", "its agent cancelled it"),
        ("bracket_sibling", "the other order of its bracket filled"),
        ("position_closed", "its position was closed otherwise"),
        ("risk_rule", "a risk rule cancelled it"),
        ("time_in_force", "its time in force ran out"),
        ("liquidation", "the venue has liquidated the account"),
        ("window_end", "the window ended"),
        (
            UNSOLD_AT_END,
            "its window ended, and the participation cap of the last bar left a part of the position unsold",
        ),
    ];

    /// As written in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Filled => "filled",
            Self::FilledCut => "filled_cut",
            Self::Refused(code) => code.as_str(),
            Self::CannotPay => "cannot_pay",
            Self::Agent => "agent",
            Self::BracketSibling => "bracket_sibling",
            Self::PositionClosed => "position_closed",
            Self::RiskRule => "risk_rule",
            Self::TimeInForce => "time_in_force",
            Self::Liquidation => "liquidation",
            Self::WindowEnd => "window_end",
            Self::UnsoldAtEnd => UNSOLD_AT_END,
        }
    }
}

/// One order from placing to end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRow {
    /// Order id, unique in the replay.
    pub id: OrderId,
    /// Who placed it.
    pub origin: OrderOrigin,
    /// What it trades.
    pub symbol: SymbolId,
    /// Buy or sell.
    pub side: Side,
    /// `market`, `limit`, ...
    #[serde(with = "crate::domain::word")]
    pub kind: Word,
    /// How long it waited at most.
    pub time_in_force: TimeInForce,
    /// Its limit price, where it has one.
    pub limit_price: Option<Price>,
    /// Its trigger (of a trailing stop: the last level), where it has one.
    pub trigger_price: Option<Price>,
    /// Quantity asked for, where the request named one (after a cut: what was accepted).
    pub quantity: Option<Qty>,
    /// Quote amount asked for, where the request named one.
    pub amount: Option<Cash>,
    /// When it was placed: the close of the deciding bar (the open of the entry's bar for a bracket).
    pub placed_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Final status of the order.
    pub status: OrderStatus,
    /// Reason the order ended.
    pub end: EndReason,
    /// Filled so far.
    pub filled: Qty,
    /// The strategy's own word for it.
    #[serde(with = "crate::domain::word")]
    pub reason: Word,
    /// What a reader should know, for instance the numbers of a refusal.
    pub detail: String,
}

/// One fill of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FillRow {
    /// Of this order.
    pub order: OrderId,
    /// Tick of the bar in which it happened.
    pub tick: usize,
    /// That bar's open time (the close time for `fill_at = "close"` and for `close_at_end`).
    pub at: Timestamp,
    /// Symbol traded.
    pub symbol: SymbolId,
    /// Buy or sell.
    pub side: Side,
    /// Quantity in base units.
    pub quantity: Qty,
    /// At which price, slippage included.
    pub price: Price,
    /// Price before slippage.
    pub raw_price: Price,
    /// `quantity * price`.
    pub notional: Cash,
    /// Charged in the quote currency.
    pub fee: Cash,
    /// Taker or maker.
    pub liquidity: Liquidity,
    /// For a sale: its realised PnL after its fee and its share of the entry fees.
    pub realised_pnl: Option<Cash>,
}

/// Money that moved besides fills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Tick of the bar in which it was posted.
    pub tick: usize,
    /// Instant of the payment; of a day's close for what accrues.
    pub at: Timestamp,
    /// Symbol concerned; `None` for the whole account.
    pub symbol: Option<SymbolId>,
    /// What it is for.
    pub kind: PostingKind,
    /// Received where positive, paid where negative.
    pub amount: Cash,
}

/// What a posting is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PostingKind {
    /// Funding of a perpetual.
    Funding,
    /// Fee for borrowed shares.
    BorrowFee,
    /// Interest on negative cash.
    Interest,
    /// Fee of a liquidation.
    LiquidationFee,
    /// What the venue bears of a loss beyond the margin.
    Insurance,
    /// Cash dividend of a position.
    Dividend,
}

impl PostingKind {
    /// As written in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Funding => "funding",
            Self::BorrowFee => "borrow_fee",
            Self::Interest => "interest",
            Self::LiquidationFee => "liquidation_fee",
            Self::Insurance => "insurance",
            Self::Dividend => "dividend",
        }
    }
}

/// Whether a round trip came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExitState {
    /// The position returned to zero.
    Closed,
    /// Still open, marked at the last close.
    Open,
}

/// From leaving zero to returning to it, scale-ins and partial exits included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoundTrip {
    /// Symbol traded.
    pub symbol: SymbolId,
    /// Side of its entry: sell for a short position.
    pub side: Side,
    /// Closed or open.
    pub state: ExitState,
    /// Time of the first fill.
    pub entry_at: Timestamp,
    /// Tick of the entry.
    pub entry_tick: usize,
    /// Time of the last fill; of the last tick's close for an open one.
    pub exit_at: Timestamp,
    /// Tick of the exit.
    pub exit_tick: usize,
    /// Bought in all.
    pub quantity: Qty,
    /// Average price of the buys.
    pub entry_price: Price,
    /// Average price of the sells (an open one: of the sells so far and the last close).
    pub exit_price: Price,
    /// Fees of all its fills.
    pub fees: Cash,
    /// Net of all fees. For an open one: realised so far and unrealised.
    pub pnl: Cash,
    /// `pnl` over the cost of the buys, fees included, as a fraction.
    pub return_fraction: f64,
    /// Worst excursion from bar extremes after entry, quote currency, at most 0.
    pub mae: Cash,
    /// Best excursion, at least 0.
    pub mfe: Cash,
    /// Number of fills.
    pub fills: u32,
    /// Reason of the order that opened it.
    #[serde(with = "crate::domain::word")]
    pub entry_reason: Word,
    /// Reason of the order that closed it; `open` while open, `unsold_at_end` where `close_at_end` could not sell all.
    #[serde(with = "crate::domain::word")]
    pub exit_reason: Word,
}

/// What a reader of the results should know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags {
    /// Symbols whose bars ended for good inside the window.
    pub delisted: Vec<SymbolId>,
    /// Bars in which a stop and a target were both reached.
    pub ambiguous_bars: u64,
    /// Of those, the ones without finer bars under `intrabar = "detail"`.
    pub bars_without_detail: u64,
    /// Buys cut to what the wallet could pay.
    pub cut_fills: u64,
    /// Positions that the venue has liquidated.
    pub liquidations: u64,
    /// Symbols of which `close_at_end` could not sell all, because of the participation cap.
    pub unsold_at_end: Vec<SymbolId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_documented() {
        let at = Timestamp::from_micros(0);
        let all = [
            ReplayStatus::Completed,
            ReplayStatus::Disqualified { at, code: RefusalCode::DailyLossLimit },
            ReplayStatus::Liquidated { at },
            ReplayStatus::Forfeit { at, reason: String::new() },
        ];
        let documented = ReplayStatus::DOCS.map(|(status, _)| status);
        assert_eq!(all.each_ref().map(ReplayStatus::as_str), documented);
    }

    #[test]
    fn every_end_of_an_order_is_documented() {
        use EndReason as End;
        let all = [
            End::Filled,
            End::FilledCut,
            End::CannotPay,
            End::Agent,
            End::BracketSibling,
            End::PositionClosed,
            End::RiskRule,
            End::TimeInForce,
            End::Liquidation,
            End::WindowEnd,
            End::UnsoldAtEnd,
        ];
        assert_eq!(all.map(End::as_str), End::DOCS.map(|(reason, _)| reason));
    }
}
