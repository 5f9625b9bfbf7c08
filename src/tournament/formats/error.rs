//! Why a tournament cannot be seen in a format. Owns the room's one error type.

/// Agents or windows that a format cannot work with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Fewer windows than rounds or seasons.
    #[error("{format} needs `{least}` windows, a fresh one for each {part}; there are `{found}`")]
    TooFewWindows {
        /// Format concerned.
        format: &'static str,
        /// `round`, `season`.
        part: &'static str,
        /// How many there are.
        found: usize,
        /// How many it needs.
        least: usize,
    },
    /// Fewer agents than the format needs.
    #[error("{format} needs `{least}` agents{why}; there are `{found}`")]
    TooFewAgents {
        /// Format concerned.
        format: &'static str,
        /// ` for 3 divisions of two`; may be empty.
        why: String,
        /// How many there are.
        found: usize,
        /// How many it needs.
        least: usize,
    },
    /// More rounds than there are opponents.
    #[error("swiss: `{rounds}` rounds for `{agents}` agents; after `{most}` all have met")]
    TooManyRounds {
        /// As asked for.
        rounds: usize,
        /// How many take part.
        agents: usize,
        /// Largest number allowed.
        most: usize,
    },
    /// A name in the format's settings is not an agent's.
    #[error("{format}: no agent is called `{name}`")]
    NoSuchAgent {
        /// Format concerned.
        format: &'static str,
        /// Name that was given.
        name: String,
    },
    /// No baseline is named.
    #[error("gauntlet: no baseline is named")]
    NoBaselines,
}
