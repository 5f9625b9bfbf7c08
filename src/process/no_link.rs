//! Programs on systems without process groups and pollable pipes: none can be started.

use std::io;
use std::process::Command;
use std::time::Instant;

use tempfile::TempDir;

use super::line::{Broken, Channel};
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
}

impl Channel for Link {
    fn send(&mut self, _: &[u8], _: Instant) -> Result<(), Broken> {
        Err(Broken::Closed)
    }

    fn line(&mut self, _: Instant) -> Result<&[u8], Broken> {
        Err(Broken::Closed)
    }

    fn log(&self) -> &Tail {
        &self.log
    }
}
