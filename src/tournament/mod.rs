//! Battles: which windows, which jobs, who ranks where.
//!
//! Owns the plan of windows, the spread of (agent, window) jobs over threads, and the ranking rule. Never
//! writes a file or a progress bar: progress is reported to an observer. Invariant: results depend on the
//! scenario alone, never on the order in which jobs finish.

mod assess;
mod benchmark;
mod calendar;
mod cutoff;
mod duel;
pub mod formats;
mod history;
mod job;
mod outcome;
mod packed;
mod plan;
mod random;
mod ranking;
mod regime;
mod remembered;
mod repeats;
mod run;
mod score;
mod scored;
mod share;
pub mod standings;
mod stratified;
#[cfg(test)]
pub(crate) mod testing;
mod timeline;
mod windows;

pub use assess::{Assessment, Results, Scoring, Work, assess, ends_of, first_known};
pub use benchmark::held;
pub use calendar::{DateRange, WindowError};
pub use cutoff::{CutoffSide, CutoffSplit, cutoff_splits};
pub use duel::{Duel, DuelResult, DuelSpec, registered_order};
pub use history::{HistoryNeeds, history_needs};
pub use job::{replay_agent, replay_entrant};
pub use outcome::{
    AgentResult, Battle, BattleRank, BenchmarkResult, Leaderboard, Ranking, Tournament, WindowResult,
    WindowSpan,
};
pub(crate) use packed::packed;
pub use plan::TournamentPlan;
pub use ranking::{leaderboard, rank_battle};
pub use regime::Regime;
pub use remembered::remembered_in_words;
pub use repeats::{Repeated, Spread, repeated};
pub use run::{
    INDICATOR_MEMORY, Interrupted, NoProgress, Observer, Played, RunOptions, run, run_by, run_entrants,
};
pub use score::{score, score_of_repeats, score_over, shown, why_over};
pub use scored::scored;
pub use share::{KnownReplays, NoReplays, Share, run_known, run_scores, run_share};
pub use timeline::{AgentSnapshot, AgentTimeline, Snapshot, Timeline};
pub use windows::{plan_windows, unused_ticks};
