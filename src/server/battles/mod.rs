//! Battles: scenarios that an account lets the server run, one after the other.
//!
//! Owns the queue, its files `OUT/.battles/ACCOUNT/BATTLE/`, and the threads that run them. Invariants: a battle that was
//! accepted is on disk, and is run after a restart where it had not ended; its result is the run in the store.

mod files;
mod queue;
mod routes;
mod stream;
mod text;

pub use files::{BattlePage, BattleView};
pub use queue::Battles;
pub use routes::{begin, events, list, rematch, show};
