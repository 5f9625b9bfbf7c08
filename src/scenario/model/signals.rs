//! `kind = "signals"`: decisions that were made elsewhere, read from a file.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::domain::{Bps, Interval, OrderRequest, SymbolId, Timestamp};

/// The strategy's parameters, and the file's rows once `run` has read them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignalsSpec {
    /// The file as written; a relative path starts at the scenario's folder. A run's identity depends on the content,
    /// not on the path.
    #[serde(skip)]
    pub path: PathBuf,
    /// When a row is known.
    pub stamped: Stamp,
    /// What a row says.
    pub mode: SignalMode,
    /// When target weights are traded.
    pub rebalance: Rebalance,
    /// Target weights are traded only where one is off by more than this share of the equity.
    pub drift: Bps,
    /// The rows; `None` until the file has been read.
    #[serde(rename = "content", serialize_with = "digest_of")]
    pub table: Option<Arc<SignalTable>>,
}

/// When a row is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stamp {
    /// Its time is the open time of the bar that it was computed from: known at that bar's close.
    #[default]
    BarOpen,
    /// Its time is the close time of the bar that it was computed from: known then.
    BarClose,
    /// Its time is when it was known: acts at the first decision from then on.
    KnownAt,
}

impl Stamp {
    /// As written in the scenario.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BarOpen => "bar_open",
            Self::BarClose => "bar_close",
            Self::KnownAt => "known_at",
        }
    }

    /// When a row with this time is known; `timeframe` is that of the bars which it is stamped by.
    pub fn known(self, at: Timestamp, timeframe: Interval) -> Timestamp {
        match self {
            Self::BarOpen => at + timeframe.span(),
            Self::BarClose | Self::KnownAt => at,
        }
    }
}

/// What a row says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalMode {
    /// The share of the equity that the symbol should have.
    #[default]
    Weight,
    /// In or out: 1 or 0.
    Side,
    /// An order.
    Orders,
}

impl SignalMode {
    /// As written in the scenario.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Weight => "weight",
            Self::Side => "side",
            Self::Orders => "orders",
        }
    }
}

/// When target weights are traded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rebalance {
    /// A symbol whose weight has changed.
    #[default]
    OnChange,
    /// Each symbol that a row names, also where the weight is the one before.
    OnRow,
    /// Every symbol at every bar.
    EveryBar,
}

impl Rebalance {
    /// As written in the scenario.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnChange => "on_change",
            Self::OnRow => "on_row",
            Self::EveryBar => "every_bar",
        }
    }
}

/// The checked rows of a file. Equal digests mean equal rows.
#[derive(Debug)]
pub struct SignalTable {
    /// BLAKE3 over the rows, in hexadecimal.
    pub digest: String,
    /// Rows in the order of time.
    pub rows: SignalRows,
}

impl PartialEq for SignalTable {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

/// The rows of a file, in the order of time.
#[derive(Debug)]
pub enum SignalRows {
    /// Weights, or sides as 100 % and 0 %: by symbol.
    Values(Vec<SymbolSignals>),
    /// Orders, in the file's order.
    Orders(Vec<SignalOrder>),
}

/// One symbol's values; at least one.
#[derive(Debug)]
pub struct SymbolSignals {
    /// Symbol that the values are of.
    pub symbol: SymbolId,
    /// Time as stamped, and value; no time twice.
    pub values: Vec<(Timestamp, Bps)>,
}

/// One order of a file.
#[derive(Debug)]
pub struct SignalOrder {
    /// Time as stamped.
    pub at: Timestamp,
    /// Order to place.
    pub request: OrderRequest,
}

impl SignalsSpec {
    /// Fills in the rows of the file.
    pub fn with_table(self, table: Arc<SignalTable>) -> Self {
        Self { table: Some(table), ..self }
    }
}

fn digest_of<S: Serializer>(table: &Option<Arc<SignalTable>>, s: S) -> Result<S::Ok, S::Error> {
    table.as_ref().map(|table| &table.digest).serialize(s)
}
