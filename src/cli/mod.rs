//! The command line: parses arguments, calls the other rooms, prints, and returns an exit code.
//!
//! Owns clap, the progress bar, the diagnostics and the exit codes. The only room that prints. Results go
//! to stdout, talk to stderr. Never computes a result itself.

#[cfg(feature = "serve")]
mod account;
mod agent;
mod args;
mod battle;
mod check;
mod cluster;
mod command;
mod data;
mod diagnostics;
mod diff;
mod dry_run;
mod duel;
mod evidence;
mod exit;
mod init;
mod interrupt;
mod metrics;
mod output;
mod programs;
mod progress;
mod rank;
mod report;
mod run;
mod run_failure;
mod schema;
#[cfg(feature = "serve")]
mod serve;
mod shell;
mod standings;
mod start;
mod starter;
mod store;
mod stored;
mod strategies;
mod sweep;
mod visible;
mod workers;

pub use exit::{Exit, Failure};
pub use start::main;
