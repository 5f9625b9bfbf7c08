//! Stored runs as text for a terminal: tables that fit its width, numbers rounded for reading.
//!
//! Every function returns text that ends with a newline; nothing is printed here. Invariants: without
//! colour and unicode the layout itself is plain ASCII; a table never wraps a number, it leaves out
//! columns and says which.

mod agents;
mod film;
mod grid;
mod header;
mod leaderboard;
mod matrix;
mod notes;
mod numbers;
mod runs;
mod show;
mod style;
mod trades;

pub use agents::{
    ComparedAgent, HistoryTables, Standing, agent, agents, compare, history, metrics, overview, versions,
};
pub use film::{film, moment};
pub use leaderboard::leaderboard;
pub use runs::runs;
pub use show::show;
pub use style::Style;
pub use trades::trades;
