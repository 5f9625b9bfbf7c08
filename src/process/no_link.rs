//! Programs on systems without process groups and pollable pipes: none can be started.

use std::io;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::line::Broken;
use super::tail::Tail;

/// A program that cannot be: [`Link::start`] fails.
#[derive(Debug)]
pub struct Link {
    log: Tail,
}

impl Link {
    /// Refuses to start a program on this system.
    ///
    /// # Errors
    /// Always.
    pub fn start(_: Command, _: TempDir) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "agents that are programs need a Unix system"))
    }

    pub fn send(&mut self, _: &[u8], _: Instant) -> Result<(), Broken> {
        Err(Broken::Closed)
    }

    pub const fn answered(&mut self, _: std::time::Duration) {}

    pub fn line(&mut self, _: Instant) -> Result<&[u8], Broken> {
        Err(Broken::Closed)
    }

    pub fn close(&mut self, _: Duration) -> bool {
        true
    }

    pub const fn unread(&self) -> usize {
        0
    }

    pub fn kill(&mut self, _: Duration) -> Option<ExitStatus> {
        None
    }

    pub fn ended(&mut self) -> Option<ExitStatus> {
        None
    }

    pub const fn log(&self) -> &Tail {
        &self.log
    }
}
