//! Agents that are programs, in any language.
//!
//! Owns the protocol and its schema, the start, the limits and the end of a program, and the [`Strategy`] that asks it.
//! A program sees what a strategy sees, and nothing of the machine but its own files. Starts workers of a run. Never prints, never stores.
//! Invariants: a program that fails is a forfeit with a reason, never an error of the run; nothing waits longer than the
//! scenario allows; no process outlives its window.
//!
//! [`Strategy`]: crate::strategy::Strategy

mod acting;
mod agent;
mod answer;
mod check;
mod context;
mod conversation;
mod expected;
mod held;
mod journal;
mod launch;
mod line;
#[cfg(unix)]
mod link;
#[cfg(feature = "serve")]
mod mailbox;
mod mask;
pub mod message;
#[cfg(not(unix))]
mod no_link;
#[cfg(not(unix))]
mod no_worker;
mod observation;
mod recording;
mod reply;
#[cfg(unix)]
mod same_core;
pub mod sandbox;
mod schema;
mod setup;
mod starter;
mod tail;
mod tape;
mod usage;
#[cfg(unix)]
mod worker;

#[cfg(not(unix))]
use no_link as link;
#[cfg(not(unix))]
use no_worker as worker;

pub(crate) use acting::Acting;
pub use agent::ProcessAgent;
pub use check::{ProtocolReport, check_protocol};
pub(crate) use expected::declared;
pub use held::{HeldJournal, JOURNALS, JournalState, is_journal};
#[cfg(feature = "serve")]
pub use journal::read_answers;
pub use launch::{Launch, NoLaunch};
pub(crate) use line::LINE_BYTES;
#[cfg(feature = "serve")]
pub use mailbox::{Asked, Delivery, Mailbox, Observation};
pub(crate) use observation::{Reads, Told};
pub use recording::{Collector, Logs, Recording, ReplyKind, Row, WindowRecording};
pub use schema::agent_schema;
pub use setup::{AgentSetup, Answers};
pub use starter::Starter;
pub(crate) use tail::Tail;
pub use worker::Worker;
