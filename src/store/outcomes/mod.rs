//! Outcomes of jobs: kept on one machine, and published in packs by many.
//!
//! Owns how an outcome is kept, found again and carried from machine to machine; what is in its bytes is the matter of
//! `sweep` (a trial in a window), `replay` and `scores` (an agent in a window). Never computes one. Invariants: an outcome is kept
//! whole or not at all; a pack never changes, and its name is the hash of its bytes; equal jobs have equal outcomes,
//! else a merge is refused.
//!
//! ```text
//! OUT/<scenario>/trials.db           outcomes of sweeps, across the runs of a scenario (SQLite, one machine)
//! DEST/<blake3>.parquet              a pack: (job, outcome) sorted by job; see `pack`
//! ```

mod kept;
mod merge;
mod pack;
#[cfg(feature = "cloud")]
mod pack_objects;
mod pack_store;
mod replay;
mod scores;
mod sorted_run;
mod status;

pub(super) use kept::Damage;
pub use kept::KeptOutcomes;
pub use merge::{Merged, merge_packs};
pub use pack::{JobsOf, PACK_FORMAT, Pack, PackInfo, PackRow};
pub use pack_store::PackStore;
pub use replay::{JobReplay, decode_replay, encode_replay};
pub use scores::{decode_scores, encode_scores};
pub use status::{OutcomeStatus, RunOutcomes, ShardOutcomes, all_finished};
