//! Stored runs for people and programs: pages in HTML and Markdown, the leaderboard's JSON and CSV, and tables
//! for the terminal.
//!
//! Owns wording, rounding and layout. Reads what the store holds and nothing else: never simulates, never prints,
//! never looks at a clock, so that a run made yesterday renders the same bytes today. Invariant: what a reader
//! sees rounded here is stored exactly in the run's folder.

mod agent_metrics;
mod board;
mod cutoff;
mod differences;
mod error;
mod formats;
mod html;
mod images;
mod machine;
mod markdown;
mod names;
mod numbers;
mod pages;
mod rules_text;
mod series;
mod settings;
mod spark;
mod table;
mod template;
pub mod terminal;
mod view;
mod wording;

pub use wording::unused_bars;

pub use differences::{Difference, differences};
pub use error::ReportError;
pub use machine::{agent_json, leaderboard_csv, leaderboard_json};
pub use pages::{comparison, images, pages, sparks};
pub use rules_text::rules_text;
pub use series::SeriesReport;
