//! The market data of a scenario.

use std::path::PathBuf;

use serde::Serialize;

use crate::domain::{DayStart, Instrument, Interval, SymbolId, Timestamp};

/// The `[market]` table.
#[derive(Debug, Clone, Serialize)]
pub struct MarketSpec {
    /// A file, folder or glob of Parquet bars. A run's identity depends on the content, not on the path.
    #[serde(skip)]
    pub path: PathBuf,
    /// The scenario's folder: a relative path is resolved against the working directory first, then against
    /// this.
    #[serde(skip)]
    pub base_dir: PathBuf,
    /// The symbols with their trading rules, in the file's order; a [`SymbolId`] is an index into this list.
    pub instruments: Vec<Instrument>,
    /// The currency of wallets and prices.
    pub quote_asset: String,
    /// Bar interval that agents see; resampled from finer bars where only those exist.
    pub interval: Interval,
    /// Open time of the first bar to replay; the data's first bar where `None`.
    pub start: Option<Timestamp>,
    /// End (exclusive); the end of the data where `None`.
    pub end: Option<Timestamp>,
    /// Source of the indicators' warm-up history.
    pub warm_up: WarmUp,
    /// Valuation of a position in a symbol whose bars end permanently.
    pub delisted: Delisted,
    /// Treatment of gaps in the bars.
    pub gaps: GapRule,
    /// Trading hours; detected from the bars where `None`.
    pub calendar: Option<Calendar>,
    /// Error-level findings that do not stop the run.
    pub accept: Vec<Acceptable>,
    /// What becomes of corporate actions (the default is omitted from a run's identity).
    #[serde(skip_serializing_if = "ActionRule::is_default")]
    pub actions: ActionRule,
    /// Where trading days begin (midnight UTC is omitted from a run's identity).
    #[serde(skip_serializing_if = "DayStart::is_utc")]
    pub day: DayStart,
}

impl MarketSpec {
    /// A symbol's instrument.
    pub fn instrument(&self, symbol: SymbolId) -> &Instrument {
        &self.instruments[symbol.index()]
    }
}

/// What a symbol is, as the scenario says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InstrumentKind {
    /// An asset that is bought with money that is there.
    #[default]
    Spot,
    /// Cash shares that can be borrowed.
    Margin,
    /// A linear perpetual future.
    Perpetual,
}

/// The trading hours of a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Calendar {
    /// Around the clock, including weekends.
    #[serde(rename = "24/7")]
    RoundTheClock,
    /// Day and night from Sunday evening to Friday evening.
    #[serde(rename = "24/5")]
    Weekdays,
    /// In sessions on an exchange's trading days.
    #[serde(rename = "sessions")]
    Sessions,
}

impl Calendar {
    /// Whether it trades on weekends.
    pub const fn never_closes(self) -> bool {
        matches!(self, Self::RoundTheClock)
    }

    /// As written in the scenario.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RoundTheClock => "24/7",
            Self::Weekdays => "24/5",
            Self::Sessions => "sessions",
        }
    }
}

/// An error-level finding that a scenario may accept: the bars can be read, but make a backtest misleading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Acceptable {
    /// Days or weeks without bars.
    Gap,
    /// Long runs of bars without trades.
    Invented,
    /// A split without adjustment.
    Split,
    /// Another asset under the same symbol.
    Identity,
}

impl Acceptable {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Gap, Self::Invented, Self::Split, Self::Identity];

    /// As written in the scenario and in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Invented => "invented",
            Self::Split => "split",
            Self::Identity => "identity",
        }
    }
}

/// Source of the indicators' warm-up history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WarmUp {
    /// Bars before the window: as many as the strategy needs and the data has.
    #[default]
    Before,
    /// Bars of the window itself, from its first.
    Inside,
}

/// Valuation of a position after its symbol's bars have ended permanently inside the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delisted {
    /// At the last close, flagged.
    #[default]
    Carry,
    /// Zero, from the first tick after the last bar.
    WriteOff,
}

/// What becomes of splits and dividends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionRule {
    /// Files of actions beside the bars are applied.
    #[default]
    Apply,
    /// The bars are adjusted already: files of actions are not read.
    Adjusted,
}

impl ActionRule {
    /// As written in the scenario.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Adjusted => "adjusted",
        }
    }

    fn is_default(&self) -> bool {
        *self == Self::Apply
    }
}

/// Treatment of gaps in a symbol's bars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GapRule {
    /// Kept: the symbol cannot be traded without a bar.
    #[default]
    Keep,
    /// Filled with flat bars at the last close, with zero volume.
    ForwardFill,
    /// Data with gaps is refused.
    Refuse,
}
