//! What of a tournament's replays travels in packs.

/// What shards publish of an agent in a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keep {
    /// All of it: the merge stores the run without replaying what is published.
    #[default]
    Full,
    /// Its scores, without curve and logs: the merge ranks and tests, and stores no run.
    Scores,
}
