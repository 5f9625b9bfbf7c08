//! Orders, fills and round trips of an agent's history: each with the run, version and epoch it belongs to.

use rusqlite::Row;
use rusqlite::types::{Value, ValueRef};
use serde::Serialize;

use super::open::{amount, count};
use crate::domain::{Cash, Price, Qty, Timestamp};
use crate::engine::{ExitState, FillRow, OrderRow, RoundTrip};
use crate::market::Market;

/// A row of the history with where it belongs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Placed<R> {
    /// Identity of the run.
    pub run_id: String,
    /// The agent's version in it.
    pub version: u32,
    /// The agent's epoch.
    pub epoch: u32,
    /// The window of the run.
    pub window: u32,
    /// Row as stored.
    pub row: R,
}

/// A value of a column: amounts and times are stored as their text.
pub(super) trait Field: Sized {
    /// As SQLite holds it.
    fn put(&self) -> Value;
    /// Reads the value from a column.
    fn take(row: &Row<'_>, column: usize) -> rusqlite::Result<Self>;
}

macro_rules! as_text {
    ($($name:ty),*) => { $(
        impl Field for $name {
            fn put(&self) -> Value {
                Value::Text(self.to_string())
            }

            fn take(row: &Row<'_>, column: usize) -> rusqlite::Result<Self> {
                amount(row, column)
            }
        }
    )* };
}

as_text!(String, Cash, Price, Qty, Timestamp);

impl Field for u64 {
    /// SQLite's integers are signed.
    fn put(&self) -> Value {
        Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX))
    }

    fn take(row: &Row<'_>, column: usize) -> rusqlite::Result<Self> {
        count(row, column)
    }
}

impl Field for f64 {
    fn put(&self) -> Value {
        Value::Real(*self)
    }

    fn take(row: &Row<'_>, column: usize) -> rusqlite::Result<Self> {
        row.get(column)
    }
}

impl<T: Field> Field for Option<T> {
    fn put(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::put)
    }

    fn take(row: &Row<'_>, column: usize) -> rusqlite::Result<Self> {
        match row.get_ref(column)? {
            ValueRef::Null => Ok(None),
            _ => T::take(row, column).map(Some),
        }
    }
}

/// A row of the history with its table, whose columns are its fields.
pub(super) trait HistoryRow: Sized {
    /// Name of the database table.
    const TABLE: &'static str;
    /// Its column that orders the rows of a window.
    const ORDER: &'static str;
    /// The columns of the fields.
    const COLUMNS: &'static [&'static str];
    /// Values in column order.
    fn values(&self) -> Vec<Value>;
    /// Read from this column on.
    fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self>;
}

macro_rules! history_rows {
    ($(#[$doc:meta])* $name:ident in $table:literal by $order:literal {
        $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl HistoryRow for $name {
            const TABLE: &'static str = $table;
            const ORDER: &'static str = $order;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];

            fn values(&self) -> Vec<Value> {
                vec![$(self.$field.put()),*]
            }

            fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
                let mut columns = first..;
                $(let $field = Field::take(row, columns.next().unwrap_or_default())?;)*
                Ok(Self { $($field),* })
            }
        }
    };
}

history_rows! {
    /// One order with its final status.
    HistoryOrder in "registry_orders" by "order_id" {
        /// Its number in its window.
        order_id: u64,
        /// Symbol traded.
        symbol: String,
        /// `buy` or `sell`.
        side: String,
        /// `market`, `limit`, ...
        kind: String,
        /// Where it has one.
        limit_price: Option<Price>,
        /// Where it has one.
        trigger_price: Option<Price>,
        /// Asked for, where the order named one.
        quantity: Option<Qty>,
        /// Asked for, where the order named one.
        amount: Option<Cash>,
        /// When it was placed.
        placed_at: Timestamp,
        /// When it ended.
        ended_at: Timestamp,
        /// `filled`, `cancelled`, `expired` or `rejected`.
        status: String,
        /// Why; for a refused one the code.
        end_reason: String,
        /// Quantity filled so far.
        filled: Qty,
        /// The strategy's word for it.
        reason: String,
    }
}

history_rows! {
    /// One fill: one posting of a continued wallet.
    HistoryFill in "registry_fills" by "number" {
        /// Of this order.
        order_id: u64,
        /// Time of the fill.
        at: Timestamp,
        /// Symbol traded.
        symbol: String,
        /// `buy` or `sell`.
        side: String,
        /// Quantity in base units.
        quantity: Qty,
        /// At which price.
        price: Price,
        /// Quantity times price.
        notional: Cash,
        /// Paid for it.
        fee: Cash,
        /// Of a sale.
        realised_pnl: Option<Cash>,
    }
}

impl HistoryFill {
    /// What it did to the wallet's quote currency.
    pub fn posting(&self) -> Cash {
        if self.side == "buy" { -(self.notional + self.fee) } else { self.notional - self.fee }
    }
}

history_rows! {
    /// One round trip.
    HistoryTrip in "registry_trips" by "number" {
        /// Symbol traded.
        symbol: String,
        /// `closed` or `open`.
        state: String,
        /// Time of the first fill.
        entry_at: Timestamp,
        /// Time of the last fill; of the window's end for an open one.
        exit_at: Timestamp,
        /// Bought in all.
        quantity: Qty,
        /// Average price of the buys.
        entry_price: Price,
        /// Average price of the sells.
        exit_price: Price,
        /// Of all its fills.
        fees: Cash,
        /// Net of fees.
        pnl: Cash,
        /// Over the cost of the buys.
        return_fraction: f64,
        /// Of the order that opened it; `carried` where an earlier run did.
        entry_reason: String,
        /// Of the order that closed it; `open` while open.
        exit_reason: String,
    }
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
