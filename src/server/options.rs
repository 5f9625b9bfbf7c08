//! How the server is run.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Takes one line of the log.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// Settings of a server.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// Where it listens; port 0 lets the system choose one.
    pub listen: SocketAddr,
    /// The store: an output folder.
    pub out: PathBuf,
    /// Folder of the scenarios that may be named, `NAME.toml`.
    pub scenarios: PathBuf,
    /// Folder of the bars for sessions that name a market instead.
    pub data: PathBuf,
    /// Requests a minute for each key, and for each address without one; 0 for no limit.
    pub rate: u32,
    /// Sessions that are held in memory at once; further ones put idle ones on disk.
    pub sessions: usize,
    /// Battles that run at once.
    pub battles: usize,
    /// How long a client may take for the head and the body of a request.
    pub patience: Duration,
    /// Open connections at once.
    pub connections: usize,
    /// The program `tiltyard`, which isolates agents of battles that are programs.
    pub helper: Option<PathBuf>,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8787)),
            out: PathBuf::from("reports"),
            scenarios: PathBuf::from("scenarios"),
            data: PathBuf::from("data/sample"),
            rate: 6_000,
            sessions: 2_000,
            battles: 1,
            patience: Duration::from_secs(10),
            connections: 4_096,
            helper: None,
        }
    }
}
