//! The command line: arguments in, rooms called, pages printed, one exit code out.
//!
//! Owns clap, the progress bar, the error pages and the exit codes. The only room that prints. Results go
//! to stdout, talk to stderr. Never computes a result itself.

mod exit;

pub use exit::{Exit, Failure};
