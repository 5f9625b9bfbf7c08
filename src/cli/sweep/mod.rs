//! Sweeps on the command line: running one, looking ahead, and `tiltyard sweep top`, `compare`, `heatmap`.

mod dry_run;
mod progress;
mod run;
mod stored;

pub use dry_run::dry_run;
pub use run::run;
pub use stored::SweepCommand;
