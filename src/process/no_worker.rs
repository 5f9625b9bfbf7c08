//! Workers on systems without process groups: none can be started.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::process::ExitStatus;

/// A worker that cannot be: [`Worker::start`] fails.
#[derive(Debug)]
pub struct Worker;

impl Worker {
    /// Refuses to start a worker on this system.
    ///
    /// # Errors
    /// Always.
    pub fn start(_: &str, _: &[&OsStr], _: File) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "workers need a Unix system"))
    }

    /// There is none that could end.
    ///
    /// # Errors
    /// Never.
    pub const fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        Ok(None)
    }

    /// There is none to stop.
    pub fn stop(_: Vec<Self>) {}
}
