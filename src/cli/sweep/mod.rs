//! Sweeps on the command line: running one, and `tiltyard sweep top`, `compare`, `heatmap`.

mod progress;
mod run;
mod stored;

pub use run::{progress, run};
pub use stored::SweepCommand;
