//! Results on disk: a folder a run, and one index over all of them.
//!
//! Owns the layout, formats and durability of what a run leaves behind. Never computes a result and never
//! renders one for people. Invariants: a run's folder appears complete or not at all; the same identity
//! gives the same bytes in every file, so wall-clock times live in the index alone; money is exact decimal.
//!
//! ```text
//! OUT/tiltyard.db                    index over all runs, and the registered agents (SQLite)
//! OUT/<scenario>/<run-id>/           one run
//!     run.json                       what it was; scenario.toml: the scenario as the user wrote it
//!     leaderboard.json, .csv         the ranking over all windows
//!     battles.json, scores.csv       the ranking of each window; all scores as a matrix
//!     agents/<name>/                 metrics.json, and trades, fills, orders, equity as Parquet
//! ```

mod agent_record;
mod battle_record;
mod csv;
mod equity;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
mod housekeeping;
mod identity;
mod index;
mod json;
mod leaderboard;
mod migrations;
mod moment;
mod number_table;
pub mod registry;
mod run_record;
mod selection_record;
mod staging;
mod standings_record;
mod stored;
mod table_file;
mod tables;
mod trade_rows;
mod writer;

pub use agent_record::{AgentRecord, DrawdownRecord, JobRecord, MetricMap};
pub use battle_record::{BattleRecord, PlaceRecord};
pub use error::StoreError;
pub use housekeeping::{Condition, Trouble, inspect, prune};
pub use identity::{RunId, identify, run_id};
pub use index::{Aftermath, Index, RunSummary, RunTiming, find_run, run_folder};
pub use leaderboard::{LeaderboardRecord, RankingRecord};
pub use moment::{AgentMoment, BattleFilm, BattleMoment};
pub use number_table::{NamedColumn, NumberTable, RowPlace, TableError};
pub use run_record::{
    CostRecord, EntrantRecord, FORMAT_VERSION, FindingRecord, FlagRecord, MarketRecord, PositionRecord,
    RegisteredRecord, RunRecord, WindowRecord,
};
pub use selection_record::{
    ConfidenceSetRecord, LogitBar, LogitRecord, SELECTION_FORMAT_VERSION, SelectionRecord,
};
pub use standings_record::{
    BenchmarkRecord, FriedmanRecord, PairRecord, RatingRecord, RatingSystemRecord, STANDINGS_FORMAT_VERSION,
    SpaRecord, StandingRecord, StandingsRecord, VerdictRecord,
};
pub use stored::StoredRun;
pub use trade_rows::{TradeRow, trades};
pub use writer::{Run, RunWriter};
