//! What a program needs to write a strategy, run a tournament and read its results: `use tiltyard::prelude::*;`.

#[cfg(feature = "store")]
pub use crate::run::{Destination, run_and_store};
pub use crate::run::{
    Entrant, Prepared, RunError, RunEvent, RunObserver, RunResult, ScenarioSource, TournamentBuilder,
    prepare, run,
};
pub use crate::{
    Account, Action, AgentName, AgentResult, Bps, Cash, Interval, Leaderboard, Loop, Moment, NoProgress,
    NoRegistry, OrderId, OrderRequest, PositionView, Price, Qty, Ranking, RiskProfile, RunOptions, Scenario,
    Score, Seed, Side, Size, Span, Strategy, SymbolId, Timestamp, Tournament, WindowResult,
};
