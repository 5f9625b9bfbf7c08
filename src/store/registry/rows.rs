//! Orders, fills and round trips of an agent's history: each with the run, version and epoch it belongs to.

use serde::Serialize;

use crate::domain::{Cash, Price, Qty, Timestamp};
use crate::engine::{ExitState, FillRow, OrderRow, RoundTrip};
use crate::market::Market;

/// A row of the history with where it belongs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Placed<R> {
    /// The run.
    pub run_id: String,
    /// The agent's version in it.
    pub version: u32,
    /// The agent's epoch.
    pub epoch: u32,
    /// The window of the run.
    pub window: u32,
    /// The row.
    pub row: R,
}

/// One order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryOrder {
    /// Its number in its window.
    pub order_id: u64,
    /// What.
    pub symbol: String,
    /// `buy` or `sell`.
    pub side: String,
    /// `market`, `limit`, ...
    pub kind: String,
    /// Where it has one.
    pub limit_price: Option<Price>,
    /// Where it has one.
    pub trigger_price: Option<Price>,
    /// Asked for, where the order named one.
    pub quantity: Option<Qty>,
    /// Asked for, where the order named one.
    pub amount: Option<Cash>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// `filled`, `cancelled`, `expired` or `rejected`.
    pub status: String,
    /// Why; for a refused one the code.
    pub end_reason: String,
    /// Filled.
    pub filled: Qty,
    /// The strategy's word for it.
    pub reason: String,
}

/// One fill: for a wallet that goes on, one posting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryFill {
    /// Of this order.
    pub order_id: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub symbol: String,
    /// `buy` or `sell`.
    pub side: String,
    /// How much.
    pub quantity: Qty,
    /// At which price.
    pub price: Price,
    /// Quantity times price.
    pub notional: Cash,
    /// Paid for it.
    pub fee: Cash,
    /// Of a sale.
    pub realised_pnl: Option<Cash>,
}

impl HistoryFill {
    /// What it did to the wallet's quote currency.
    pub fn posting(&self) -> Cash {
        if self.side == "buy" { -(self.notional + self.fee) } else { self.notional - self.fee }
    }
}

/// One round trip.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryTrip {
    /// What.
    pub symbol: String,
    /// `closed` or `open`.
    pub state: String,
    /// Time of the first fill.
    pub entry_at: Timestamp,
    /// Time of the last fill; of the window's end for an open one.
    pub exit_at: Timestamp,
    /// Bought in all.
    pub quantity: Qty,
    /// Average price of the buys.
    pub entry_price: Price,
    /// Average price of the sells.
    pub exit_price: Price,
    /// Of all its fills.
    pub fees: Cash,
    /// Net of fees.
    pub pnl: Cash,
    /// Over the cost of the buys.
    pub return_fraction: f64,
    /// Of the order that opened it; `carried` where an earlier run did.
    pub entry_reason: String,
    /// Of the order that closed it; `open` while open.
    pub exit_reason: String,
}

/// An order of a replay as the history keeps it.
pub(super) fn order(row: &OrderRow, market: &Market) -> HistoryOrder {
    let symbol = market.symbols.get(row.symbol.index());
    HistoryOrder {
        order_id: row.id.0,
        symbol: symbol.map_or_else(String::new, |series| series.instrument.symbol.to_string()),
        side: row.side.as_str().to_owned(),
        kind: row.kind.to_owned(),
        limit_price: row.limit_price,
        trigger_price: row.trigger_price,
        quantity: row.quantity,
        amount: row.amount,
        placed_at: row.placed_at,
        ended_at: row.ended_at,
        status: row.status.as_str().to_owned(),
        end_reason: row.end.as_str().to_owned(),
        filled: row.filled,
        reason: row.reason.to_owned(),
    }
}

/// A fill of a replay as the history keeps it.
pub(super) fn fill(row: &FillRow, market: &Market) -> HistoryFill {
    HistoryFill {
        order_id: row.order.0,
        at: row.at,
        symbol: market.series(row.symbol).instrument.symbol.to_string(),
        side: row.side.as_str().to_owned(),
        quantity: row.quantity,
        price: row.price,
        notional: row.notional,
        fee: row.fee,
        realised_pnl: row.realised_pnl,
    }
}

/// A round trip of a replay as the history keeps it.
pub(super) fn trip(row: &RoundTrip, market: &Market) -> HistoryTrip {
    HistoryTrip {
        symbol: market.series(row.symbol).instrument.symbol.to_string(),
        state: match row.state {
            ExitState::Closed => "closed",
            ExitState::Open => "open",
        }
        .to_owned(),
        entry_at: row.entry_at,
        exit_at: row.exit_at,
        quantity: row.quantity,
        entry_price: row.entry_price,
        exit_price: row.exit_price,
        fees: row.fees,
        pnl: row.pnl,
        return_fraction: row.return_fraction,
        entry_reason: row.entry_reason.to_owned(),
        exit_reason: row.exit_reason.to_owned(),
    }
}
