//! Which bars a scenario replays.

use std::path::PathBuf;

use serde::Serialize;

use crate::domain::{Instrument, Interval, SymbolId, Timestamp};

/// The `[market]` table.
#[derive(Debug, Clone, Serialize)]
pub struct MarketSpec {
    /// A file, a folder or a glob of Parquet bars. The content counts for a run's identity, not the place.
    #[serde(skip)]
    pub path: PathBuf,
    /// The folder a relative path is tried against second, after the working directory: the scenario's own.
    #[serde(skip)]
    pub base_dir: PathBuf,
    /// The symbols with their trading rules, in the file's order; a [`SymbolId`] is a place in this list.
    pub instruments: Vec<Instrument>,
    /// Name of the currency that wallets start with and prices are in.
    pub quote_asset: String,
    /// Bar interval that agents see; resampled from finer bars when only those are there.
    pub interval: Interval,
    /// First bar open to replay; the data's first where not given.
    pub start: Option<Timestamp>,
    /// No bar opening at or after this; the data's end where not given.
    pub end: Option<Timestamp>,
    /// Where indicators get their history from.
    pub warm_up: WarmUp,
    /// What a position in a symbol whose bars end for good is worth.
    pub delisted: Delisted,
    /// What is done about holes in the bars.
    pub gaps: GapRule,
    /// When the market trades; told from its bars where not given.
    pub calendar: Option<Calendar>,
    /// Findings of level error that do not stop the run.
    pub accept: Vec<Acceptable>,
}

impl MarketSpec {
    /// A symbol's instrument.
    pub fn instrument(&self, symbol: SymbolId) -> &Instrument {
        &self.instruments[symbol.index()]
    }
}

/// When a market trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Calendar {
    /// Always, weekends included.
    #[serde(rename = "24/7")]
    RoundTheClock,
    /// Day and night, from Sunday evening to Friday evening.
    #[serde(rename = "24/5")]
    Weekdays,
    /// In sessions, on the days of an exchange.
    #[serde(rename = "sessions")]
    Sessions,
}

impl Calendar {
    /// Whether it trades on weekends too.
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

/// A finding of level error that a scenario may accept: the bars can be read, but a backtest on them misleads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Acceptable {
    /// Days or weeks without bars.
    Gap,
    /// Long runs of bars that nobody traded.
    Invented,
    /// A split that is not adjusted for.
    Split,
    /// Another asset under the same name.
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

/// Where indicators get their history from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WarmUp {
    /// From the bars before the window, as many as the strategy declares and the data has.
    #[default]
    Before,
    /// From the window's own first bar.
    Inside,
}

/// What a position is worth once its symbol's bars have ended for good inside the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delisted {
    /// Its last close, flagged.
    #[default]
    Carry,
    /// Nothing, from the first tick after its last bar.
    WriteOff,
}

/// What is done about holes in a symbol's bars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GapRule {
    /// Left: the symbol is not tradable where it has no bar.
    #[default]
    Keep,
    /// Filled with flat bars without volume at the last close.
    ForwardFill,
    /// The data is refused.
    Refuse,
}
