//! What a sweep leaves behind: outcomes that later sweeps find again, and the results of one sweep.
//!
//! Owns two things. `OUT/<scenario>/trials.db` keeps every outcome under its job's name, across the runs of a
//! scenario; a run's folder gets the results of its sweep. Never computes either. Invariants: an outcome is
//! kept whole or not at all, once; the results' bytes depend on the trials alone, not on what was kept before.
//!
//! ```text
//! OUT/<scenario>/trials.db           outcomes by job (SQLite)
//! OUT/<scenario>/<run-id>/
//!     sweep.json                     what was searched, the winner and its evidence
//!     results.parquet                one row a trial: parameters, score, metrics
//!     windows.parquet                one row a trial and window
//!     validation.parquet             one row a split, where the scenario validates
//!     out_of_sample.parquet          what the choices earned in the test windows, as one curve
//! ```

mod bytes;
mod codec;
mod record;
mod record_codec;
mod results;
mod stitched;
mod trials;
mod write;

pub use codec::{decode as decode_outcome, encode as encode_outcome};
pub use record::{SplitRecord, SweepRecord, SweptRecord, TrialCounts, ValidationRecord, WinnerRecord};
pub use results::{ResultColumn, StoredSweep};
pub use stitched::stitched;
pub use trials::TrialStore;
pub use write::{SweepResults, write_sweep};
