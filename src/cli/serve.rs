//! `tiltyard serve`: the registry, sessions and battles over HTTP, until Ctrl-C.

use std::env;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::interrupt::Interrupt;
use super::{Exit, Failure, output};
use crate::server::{ServeError, ServeOptions, start};

/// How often the signal to stop is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address and port. Anyone who reaches the address can try to log in, and nothing is encrypted: put a proxy with TLS
    /// before an address other than loopback.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8787")]
    pub listen: SocketAddr,
    /// The store: agents, sessions, battles and runs.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// The scenarios that clients may name.
    #[arg(long, value_name = "DIR", default_value = "scenarios")]
    pub scenarios: PathBuf,
    /// The bars for sessions that name a market instead of a scenario.
    #[arg(long, value_name = "DIR", default_value = "data/sample")]
    pub data: PathBuf,
    /// Requests a minute for each key, account and unknown address; 0 for no limit.
    #[arg(long, value_name = "N", default_value_t = 6_000)]
    pub rate: u32,
    /// Sessions held in memory at once; idle ones go to disk when there are more.
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    pub sessions: usize,
    /// Battles that run at once.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub battles: usize,
    /// Write no line for each request to stderr.
    #[arg(long, short)]
    pub quiet: bool,
}

/// Serves until it is asked to stop.
///
/// # Errors
/// Where nothing can listen there, or the store cannot be used.
pub fn serve(args: &ServeArgs) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen();
    let options = ServeOptions {
        listen: args.listen,
        out: args.out.clone(),
        scenarios: args.scenarios.clone(),
        data: args.data.clone(),
        rate: args.rate,
        sessions: args.sessions,
        battles: args.battles,
        helper: env::current_exe().ok(),
        ..ServeOptions::default()
    };
    let quiet = args.quiet;
    let log = move |line: &str| {
        if !quiet {
            output::say(line);
        }
    };
    let running = start(options, Arc::new(log))?;
    output::result(&format!("listening on http://{}\n", running.address))?;
    if !running.address.ip().is_loopback() {
        output::say(
            "this is no loopback address: whoever reaches it can try to log in, and nothing is encrypted",
        );
    }
    while !interrupt.raised() {
        std::thread::sleep(LOOK);
    }
    output::say("stopping: requests under way are answered, sessions and battles go on with the next server");
    running.stop();
    Ok(Exit::Done)
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Store(error) => error.into(),
            ServeError::Listen { .. } => {
                Self::plain(Exit::RunFailed, &error, "name another address or port with --listen")
            }
            ServeError::Threads(_) => Self::plain(Exit::RunFailed, &error, "allow the process more threads"),
        }
    }
}
