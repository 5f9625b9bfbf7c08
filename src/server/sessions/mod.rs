//! Sessions: an agent plays a window over HTTP, and goes on where it was after any stop.
//!
//! Owns the folders of the sessions, `OUT/.sessions/AGENT/SESSION/`, and the threads that replay them. A session in memory
//! is a replay that waits for its agent; one on disk is its scenario and the answers so far, of which the first is made
//! again at the next request. Invariants: an answer is acknowledged once it is on disk; what an agent has answered is never
//! asked again; a session that has ended becomes a run of the store.

mod create;
mod files;
mod live;
mod play;
mod routes;
mod views;

pub use files::{is_id, new_id, read_json};
pub use live::{Sessions, forget_agent};
pub use play::{spawn, store_ended};
pub use routes::{act, begin, give_up, list, observation, show};
pub use views::{ObservationView, SessionPage, SessionView};
