//! Stored runs as text for a terminal: tables that fit its width, numbers rounded for reading.
//!
//! Every function returns text that ends with a newline; nothing is printed here. Invariants: without
//! colour and unicode the layout itself is plain ASCII; a table never wraps a number, it leaves out
//! columns and says which.

mod agent;
pub mod agents;
mod calendar;
mod costs;
mod differences;
mod duel;
mod evidence;
mod grid;
mod header;
mod heatmap;
mod leaderboard;
mod matrix;
mod notes;
mod outcomes;
mod runs;
mod series;
mod show;
mod standings;
mod standings_pairs;
mod style;
mod sweep;
mod sweep_compare;
mod timeline;
mod tournament;
mod trades;

pub use agent::agent;
pub use differences::{run_differences, run_differences_json};
pub use duel::{duel, duel_game};
pub use evidence::evidence;
pub use heatmap::{Heat, heat, heatmap};
pub use leaderboard::{leaderboard, leaderboard_with_curves, verdict};
pub use outcomes::outcomes;
pub use runs::runs;
pub use series::series;
pub use show::show;
pub use standings::{standings, standings_table};
pub use style::Style;
pub use sweep::{sweep_outcome, sweep_top, top_rows};
pub use sweep_compare::{Comparison, compare, sweep_compare};
pub use timeline::{snapshot, timeline};
pub use tournament::{tournament, work};
pub use trades::trades;
