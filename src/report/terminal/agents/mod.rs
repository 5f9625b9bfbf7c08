//! Registered agents as tables: who there is, how they stand, what they did.

mod history;
mod list;
mod one;

pub use history::{HistoryTables, history};
pub use list::{Standing, agents, overlap_note, overview};
pub use one::{ComparedAgent, agent, compare, metrics, versions};
