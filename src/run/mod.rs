//! The use cases of the program, as functions: prepare, run, sweep, duel, rematch, check, estimate, lag, memory, prove.
//!
//! Owns the steps from a checked scenario to a typed result, and what can go wrong on the way, with the place in the
//! scenario that a problem comes from. The command line, and every program that uses this library, calls these
//! functions. Never prints, never reads arguments and never ends the process: progress is told to a
//! [`RunObserver`], which can also cancel. Invariant: the same scenario, bars, seed and entrants give the same
//! result, whoever calls.
//!
//! ```text
//! ScenarioSource::read --> prepare --> run, run_and_store, sweep, duel, estimate
//! ```

mod builder;
mod check;
mod checks;
#[cfg(feature = "store")]
mod cluster;
mod content;
#[cfg(feature = "import")]
mod context;
mod described;
mod diagnostic;
#[cfg(feature = "store")]
mod duel;
mod entrant;
mod error;
mod estimate;
mod free_memory;
mod lag;
mod memory;
mod modules;
mod observer;
mod prepare;
mod programs;
mod proof;
mod prove;
#[cfg(feature = "store")]
mod rematch;
mod replay;
mod replay_path;
#[cfg(feature = "serve")]
mod session;
#[cfg(feature = "serve")]
mod session_answers;
mod shown;
#[cfg(feature = "import")]
mod signals;
mod source;
#[cfg(feature = "store")]
mod stored;
mod sweep;
#[cfg(feature = "store")]
mod sweep_stored;
mod threads;
mod wallets;

pub use builder::TournamentBuilder;
pub use check::{CheckReport, check, check_with};
#[cfg(feature = "store")]
pub use cluster::{
    JobFiles, KubernetesJob, Merging, ShardOptions, ShardReport, SlurmJob, WaitForShards, job_name, run_shard,
};
pub use diagnostic::RunDiagnostic;
#[cfg(feature = "store")]
pub use duel::{DuelRequest, duel, duel_stored};
pub use entrant::Entrant;
pub use error::{
    Kept, ModuleProblem, ProgramProblem, RunError, RunErrorKind, SignalsProblem, StrategyProblem,
    WalletProblem,
};
pub use estimate::{RunEstimate, estimate};
pub use free_memory::{check_memory, free_memory};
pub use lag::{LagReport, LagRow, lag};
pub use memory::{MemoryDifference, MemoryReport, MemoryRow, memory};
pub use observer::{RunEvent, RunObserver};
pub use prepare::{Prepared, prepare, prepare_again, prepare_on, prepare_with};
pub use programs::{Programs, check_protocol};
pub use proof::{ProofDifference, ProofReport};
pub use prove::prove;
#[cfg(feature = "store")]
pub use rematch::{RematchRequest, rematch};
pub use replay::{RunResult, run};
pub use replay_path::ReplayPath;
#[cfg(feature = "serve")]
pub use session::{SessionEnd, play_session, session_windows, store_session};
#[cfg(feature = "serve")]
pub use session_answers::SessionAnswers;
pub use source::ScenarioSource;
#[cfg(feature = "cli")]
pub(crate) use stored::now;
#[cfg(feature = "store")]
pub use stored::{Destination, run_and_store};
pub use sweep::{SWEEP_MEMORY, SweepResult, sweep};
#[cfg(feature = "store")]
pub use sweep_stored::{StoredSweepRun, sweep_and_store, sweep_merged};
pub use threads::on_threads;

pub use crate::market::{Bars, HeldBars};
#[cfg(feature = "store")]
pub use crate::statistics::evidence::EloModel;
pub use crate::sweep::NoCache;
#[cfg(feature = "store")]
pub use crate::tournament::DuelSpec;
