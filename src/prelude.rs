//! What a program needs to write a strategy, run a tournament and read its results: `use tiltyard::prelude::*;`.

#[cfg(feature = "store")]
pub use crate::run::{Destination, run_and_store};
pub use crate::run::{
    Entrant, Prepared, RunError, RunEvent, RunObserver, RunResult, ScenarioSource, TournamentBuilder,
    prepare, run,
};
pub use crate::{
    AgentName, AgentResult, Bar, BarContext, Bps, Cash, ClosedBars, Distance, IndicatorId, IndicatorSpec,
    Interval, Leaderboard, Loop, Needs, NeedsError, NoProgress, NoRegistry, OpenOrder, OrderId, Orders,
    PositionView, Price, Protection, Qty, Ranking, RiskProfile, RunOptions, Scenario, Score, Seed, Side,
    Size, Span, Strategy, StrategyError, SymbolId, TimeInForce, TimeframeId, Timestamp, Tournament, Wake,
    WindowResult,
};
