//! Why there are no standings. Owns the room's one error type.

use crate::statistics::evidence::EvidenceError;

/// Scores or settings from which no standings can be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StandingsError {
    /// There is no agent.
    #[error("there are no agents to rank")]
    NoAgents,
    /// There is no window, or no agent has a score in any.
    #[error("there is no window in which any agent has a score")]
    NoWindows,
    /// No agent has a score over all windows, because scores of both infinities have no mean.
    #[error(
        "agent `{agent}` has scores of plus and of minus infinity: they have no {fold}, and no other agent has one"
    )]
    OppositeInfinities {
        /// The first such agent.
        agent: String,
        /// `mean` or `median`.
        fold: &'static str,
    },
    /// An agent has more or fewer scores (or flags) than there are windows, or an agent has none at all.
    #[error("{what} of agent `{agent}`: `{found}` where there are `{expected}` windows")]
    Shape {
        /// Scores or flags.
        what: &'static str,
        /// Index of the agent.
        agent: usize,
        /// How many it has.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// Every agent is left out of the ranking.
    #[error("no agent is ranked: {reason}")]
    NoneRanked {
        /// Why the first is not.
        reason: String,
    },
    /// The benchmark is none of the agents.
    #[error("the benchmark `{index}` is none of the `{agents}` agents")]
    NoSuchBenchmark {
        /// The index given.
        index: usize,
        /// How many agents there are.
        agents: usize,
    },
    /// A setting outside its range.
    #[error(transparent)]
    Setting(#[from] EvidenceError),
}
