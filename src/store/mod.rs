//! Results on disk: a folder a run, and one index over all of them.
//!
//! Owns the layout, formats and durability of what a run leaves behind. Never computes a result and never
//! renders one for people. Invariants: a run's folder appears complete or not at all; the same identity
//! gives the same bytes in every file, so wall-clock times live in the index alone; money is exact decimal.
//!
//! ```text
//! OUT/tiltyard.db                    index over all runs, and the registered agents (SQLite)
//! OUT/registry.backup.db             a copy of the registered agents
//! OUT/duels/<id>.json                one duel
//! OUT/<scenario>/<run-id>/           one run
//!     run.json                       what it was; scenario.toml: the scenario as the user wrote it
//!     files.json                     length and hash of every other file
//!     leaderboard.json, .csv         the ranking over all windows
//!     battles.json, scores.csv       the ranking of each window; all scores as a matrix
//!     prices.parquet                 closes of the symbols, thinned, for charts; candles.parquet, lines.parquet: bars
//!                                    gathered to candles, and the indicators that strategies look at
//!     report.html, report.md         pages made of all this by the room `report`
//!     standings.json, .csv           places, intervals, ratings, tests; tournament.json: the format's view.
//!                                    Of scenarios with a `[tournament]`
//!     agents/<name>/                 metrics.json, and trades, fills, orders, equity as Parquet
//!     sweep.json, results.parquet    where the scenario sweeps; see `sweep`
//! ```

mod agent_record;
mod battle_record;
mod candles;
mod columns;
mod connect;
mod cost_sums;
mod csv;
mod curve_rows;
mod cutoff_record;
mod database;
mod decisions;
pub mod dictionary;
mod downsample;
mod duel_record;
mod equity;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
mod folders;
mod held_curve;
mod held_record;
mod identity;
mod index;
mod index_entry;
mod integrity;
mod journals;
mod json;
mod leaderboard;
mod lines;
mod manifest;
mod margin_record;
mod market_record;
mod migrations;
mod money;
pub mod outcomes;
mod page;
mod period_stats_record;
mod prices;
mod proof_record;
mod proofs;
mod prune;
mod rankings;
pub mod registry;
mod repair;
mod run;
mod run_record;
mod score_record;
mod selection_record;
mod spreadsheet;
mod staging;
mod standings_record;
mod stored;
pub mod sweep;
mod table_file;
mod tables;
mod timeline;
mod tournament_record;
mod tournament_results;
mod trade_rows;
mod unlisted;
mod usage_record;
mod word_map;
mod writer;

pub use agent_record::{AgentRecord, DrawdownRecord, JobRecord, MetricMap, WholeRecord};
pub use battle_record::{BattleRecord, RankRecord};
pub use candles::{Candle, CandleSeries, candles};
pub use cost_sums::{CostKind, CostSums, cost_sums};
pub use curve_rows::{CurveRow, curve};
pub use cutoff_record::{CutoffRecord, CutoffRow, CutoffScore, ModelRecord};
pub use decisions::recording;
pub use downsample::{Downsampler, Point};
pub use duel_record::{DUEL_FORMAT_VERSION, DuelGameRecord, DuelRecord, Registration, TestRecord};
pub use error::StoreError;
pub use held_curve::held_curve;
pub use held_record::{HeldCurve, HeldRecord};
pub use identity::{RunId, identify, identify_recorded, run_id};
pub use index::{Index, RunCommit, RunSummary, find_run, run_folder};
pub use index_entry::RunTiming;
pub use integrity::{CheckProgress, Condition, IntegrityProblem, inspect};
pub use leaderboard::{LeaderboardRecord, RankedWindow, RankingRecord, RecordDrawdown, SpreadRecord};
pub use lines::{LineSeries, lines};
pub use manifest::{FileProblem, write_pages};
pub use margin_record::MarginRecord;
pub use market_record::{ActionsRecord, FindingRecord, InstrumentRecord, MarketRecord, SymbolActions};
pub use page::ExtraFile;
pub use period_stats_record::{
    DatedDrawdownRecord, MonthRecord, PeriodStatsRecord, RollingRecord, YearRecord,
};
pub use prices::{PriceSeries, prices};
pub use proof_record::ProofRecord;
pub use prune::prune;
pub use rankings::write_scores;
pub use repair::{Repaired, repair};
pub use run::Run;
pub use run_record::{
    CostRecord, EntrantRecord, FORMAT_VERSION, FlagRecord, PositionRecord, RegisteredRecord, RunRecord,
    WindowRecord,
};
pub use selection_record::{
    ConfidenceSetRecord, LogitBar, LogitRecord, SELECTION_FORMAT_VERSION, SelectionRecord,
};
pub use spreadsheet::for_spreadsheets;
pub use standings_record::{
    BenchmarkRecord, FriedmanRecord, PairRecord, RatingRecord, RatingSystemRecord, STANDINGS_FORMAT_VERSION,
    SpaRecord, StandingRecord, StandingsRecord, VerdictRecord,
};
pub use stored::StoredRun;
pub use timeline::timeline;
pub use tournament_record::{TOURNAMENT_FORMAT_VERSION, TournamentRecord, TournamentSettings, WorkRecord};
pub use trade_rows::{TradeRow, trades};
pub use usage_record::UsageRecord;
pub use word_map::WordMap;
pub use writer::{Published, RunWriter};
