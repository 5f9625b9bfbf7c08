//! Why there is no rating.
//!
//! Owns the room's one error type. Invariant: every case is a property of the results given, so the same
//! results always give the same error.

/// Why a set of results cannot be rated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RatingError {
    /// There is no agent to rate.
    #[error("no agents to rate")]
    NoAgents,
    /// There is no window to learn from.
    #[error("no windows to rate from")]
    NoWindows,
    /// A row is longer or shorter than the first one.
    #[error("row `{row}` has `{found}` entries instead of `{expected}`")]
    Ragged {
        /// Which row, from 0.
        row: usize,
        /// Number of values it has.
        found: usize,
        /// The length of the first row.
        expected: usize,
    },
    /// A count of wins or ties is negative, not finite, on the diagonal, or ties are not symmetric.
    #[error("the count of `{row}` against `{column}` is not a valid count")]
    BadCount {
        /// Row of the count.
        row: usize,
        /// Column of the count.
        column: usize,
    },
    /// Some agents never lost to the others: their distance on the scale is infinite.
    #[error("the win graph is not strongly connected: it falls into `{}` groups", groups.len())]
    NotConnected {
        /// Groups of agents (indices, ascending) within which ratings exist. No agent of a group ever lost
        /// to or tied with one of a later group.
        groups: Vec<Vec<usize>>,
    },
    /// There are so many ties, and wins run so much in one direction, that the tie parameter grows for ever.
    #[error("the tie parameter has no finite estimate: every circle of results has as many ties as wins")]
    TiesUnbounded,
    /// The iteration did not settle.
    #[error("the fit did not converge")]
    NotConverged,
}
