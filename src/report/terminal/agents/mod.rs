//! Registered agents as tables: who there is, how they stand, what they did.

mod history;
mod list;
mod one;
mod tally;

pub use history::{HistoryTables, history};
pub use list::{Standing, agents, overview};
pub use one::{ComparedAgent, agent, compare, metrics, versions};
pub use tally::overlap_note;
