//! Conventions of the metrics, and report settings.

use serde::{Deserialize, Serialize, Serializer};

use super::MarketSpec;
use crate::domain::{AgentName, Symbol, SymbolId};

/// The `[metrics]` table: conventions of the statistics.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MetricSpec {
    /// Risk-free rate per year, as a fraction (default 0).
    pub risk_free_rate: f64,
    /// Sortino's minimum acceptable return per year, as a fraction (default 0).
    pub minimum_acceptable_return: f64,
    /// Return periods per year; where `None`, measured from the data or given by the calendar.
    pub periods_per_year: Option<f64>,
    /// Whose definitions are used (default ours, which is omitted from a run's identity).
    #[serde(skip_serializing_if = "MetricsProfile::is_own")]
    pub profile: MetricsProfile,
}

impl Default for MetricSpec {
    fn default() -> Self {
        Self {
            risk_free_rate: 0.0,
            minimum_acceptable_return: 0.0,
            periods_per_year: None,
            profile: MetricsProfile::default(),
        }
    }
}

/// The definitions of metrics on which libraries disagree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricsProfile {
    /// This program's own.
    #[default]
    Tiltyard,
    /// `empyrical-reloaded` 0.7.
    Empyrical,
    /// `quantstats` 0.0.86.
    Quantstats,
    /// `vectorbt` 1.2.
    Vectorbt,
    /// `backtesting` 0.6.
    Backtesting,
}

impl MetricsProfile {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 5] =
        [Self::Tiltyard, Self::Empyrical, Self::Quantstats, Self::Vectorbt, Self::Backtesting];

    /// As written in scenarios and results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tiltyard => "tiltyard",
            Self::Empyrical => "empyrical",
            Self::Quantstats => "quantstats",
            Self::Vectorbt => "vectorbt",
            Self::Backtesting => "backtesting",
        }
    }

    fn is_own(&self) -> bool {
        *self == Self::Tiltyard
    }
}

/// The `[report]` table. Its benchmark is part of a run's identity, because metrics are relative to it; and so is the type
/// of money, because the bytes of its files depend on it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReportSpec {
    /// Files to write in addition to the Parquet and JSON of every run.
    #[serde(skip)]
    pub formats: Vec<ReportFormat>,
    /// The benchmark of relative metrics.
    pub benchmark: Option<Benchmark>,
    /// Type of the columns of money (the exact default is omitted from a run's identity).
    #[serde(skip_serializing_if = "MoneyColumns::is_exact")]
    pub money: MoneyColumns,
    /// Which bars of an equity curve are written; by the size of the run where the scenario says nothing.
    #[serde(skip)]
    pub equity: Option<EquityRows>,
}

/// How the Parquet files of a run store money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyColumns {
    /// Exact decimals of eight places.
    #[default]
    Decimal,
    /// The nearest 64-bit floats, for tools that read no decimals well.
    Float,
}

impl MoneyColumns {
    fn is_exact(&self) -> bool {
        *self == Self::Decimal
    }

    /// As written in the scenario.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decimal => "decimal",
            Self::Float => "float",
        }
    }
}

impl ReportSpec {
    /// This table with the benchmark under the name that results show: a symbol with its unit.
    pub(in crate::scenario) fn named_as(mut self, market: Option<&MarketSpec>) -> Self {
        if let (Some(Benchmark::Symbol { id, name }), Some(market)) = (&mut self.benchmark, market) {
            *name = market.instrument(*id).symbol.to_string();
        }
        self
    }

    /// The benchmark's symbol where it is none of the scenario's.
    pub fn untraded(&self) -> Option<&Symbol> {
        match &self.benchmark {
            Some(Benchmark::Untraded(symbol)) => Some(symbol),
            _ => None,
        }
    }

    /// Whether no result depends on this table.
    pub(super) fn changes_nothing(&self) -> bool {
        self.benchmark.is_none() && self.money.is_exact()
    }
}

/// Which bars have a row in `equity.parquet`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EquityRows {
    /// All.
    #[default]
    Bars,
    /// Of each day the last, and those of the highest equity, the lowest and the deepest drawdown.
    Daily,
    /// Those at which cash or positions changed, and the last of the window.
    Events,
}

impl EquityRows {
    /// Rows of all agents up to which every bar is written by default.
    const MOST: u64 = 20_000_000;

    /// What is written of so many bars of all agents, where the scenario says nothing.
    pub const fn by_default(bars: u64) -> Self {
        if bars > Self::MOST { Self::Daily } else { Self::Bars }
    }

    /// Whether every bar has one.
    pub(crate) const fn are_bars(&self) -> bool {
        matches!(self, Self::Bars)
    }

    /// As written in scenarios and results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bars => "bars",
            Self::Daily => "daily",
            Self::Events => "events",
        }
    }
}

/// What agents are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Benchmark {
    /// The equity of an agent.
    Agent(AgentName),
    /// Buying a symbol at the window's start and holding it, without costs.
    Symbol {
        /// Index in the scenario's symbols.
        id: SymbolId,
        /// Name shown in reports.
        name: String,
    },
    /// The same of a symbol that is none of the scenario's: its bars are loaded for this alone.
    Untraded(Symbol),
}

impl Benchmark {
    /// As written in scenarios and results.
    pub fn name(&self) -> &str {
        match self {
            Self::Agent(name) => name.as_str(),
            Self::Symbol { name, .. } => name,
            Self::Untraded(symbol) => symbol.as_str(),
        }
    }
}

/// Serialised by name. An agent takes precedence over a symbol of the same name, so that the name is
/// unambiguous.
impl Serialize for Benchmark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// Written for every run.
    Json,
    /// Written for every run.
    Parquet,
    /// CSV copies of the Parquet files.
    Csv,
    /// All CSV files with a quote before text that a spreadsheet would take for a formula.
    Spreadsheet,
    /// One self-contained HTML page.
    Html,
    /// Markdown, for pull requests and chats.
    Markdown,
}
