//! Battles: which windows, which jobs, who ranks where.
//!
//! Owns the plan of windows, the spread of (agent, window) jobs over threads, and the ranking rule. Never
//! writes a file or a progress bar: progress is told through an observer. Invariant: results depend on the
//! scenario alone, never on the order in which jobs finish.

pub mod evidence;
mod job;
mod outcome;
mod random;
mod ranking;
pub mod ratings;
mod run;
mod score;
pub mod standings;
#[cfg(test)]
mod testing;
mod windows;

pub use outcome::{
    AgentResult, Battle, BattleRank, Leaderboard, Ranking, Tournament, WindowResult, WindowSpan,
};
pub use ranking::{leaderboard, rank_battle};
pub use run::{Observer, Plan, RunError, Unobserved, run};
pub use score::score;
pub use windows::{Stretch, WindowError, plan_windows};
