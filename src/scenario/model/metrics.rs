//! Conventions of the statistics, and what is reported.

use serde::{Serialize, Serializer};

use super::MarketSpec;
use crate::domain::{AgentName, SymbolId};

/// The `[metrics]` table: conventions of the statistics.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MetricSpec {
    /// Per year, as a fraction (default 0).
    pub risk_free_rate: f64,
    /// Sortino's minimum acceptable return per year, as a fraction (default 0).
    pub minimum_acceptable_return: f64,
    /// Return periods in a year; measured, or the calendar's, where not given.
    pub periods_per_year: Option<f64>,
    /// Whose definitions (default ours, which is no part of a run's identity).
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

/// Whose definitions of the metrics are used, where libraries differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
#[serde(rename_all = "snake_case")]
pub enum MetricsProfile {
    /// Our own.
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
        self.into_str()
    }

    fn is_own(&self) -> bool {
        *self == Self::Tiltyard
    }
}

/// The `[report]` table. Of it the benchmark alone is part of a run's identity: metrics are taken against it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReportSpec {
    /// Which files besides the Parquet and JSON that every run writes.
    #[serde(skip)]
    pub formats: Vec<ReportFormat>,
    /// What the agents are measured against.
    pub benchmark: Option<Benchmark>,
}

impl ReportSpec {
    /// The same with its benchmark under the name that results show: a symbol's with its unit.
    pub(in crate::scenario) fn named_as(mut self, market: Option<&MarketSpec>) -> Self {
        if let (Some(Benchmark::Symbol { id, name }), Some(market)) = (&mut self.benchmark, market) {
            *name = market.instrument(*id).symbol.to_string();
        }
        self
    }

    /// Whether no result depends on it.
    pub(super) fn changes_nothing(&self) -> bool {
        self.benchmark.is_none()
    }
}

/// What agents are measured against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Benchmark {
    /// The equity of one of them.
    Agent(AgentName),
    /// Buying a symbol at the window's start and holding it, without costs.
    Symbol {
        /// Its place among the scenario's symbols.
        id: SymbolId,
        /// Its name.
        name: String,
    },
}

impl Benchmark {
    /// As written in scenarios and results.
    pub fn name(&self) -> &str {
        match self {
            Self::Agent(name) => name.as_str(),
            Self::Symbol { name, .. } => name,
        }
    }
}

/// An agent's name goes before a symbol's, so that the name says it all.
impl Serialize for Benchmark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A form of the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// Always written.
    Json,
    /// Always written.
    Parquet,
    /// CSV twins of the Parquet files.
    Csv,
    /// One self-contained page.
    Html,
    /// For pull requests and chats.
    Markdown,
}
