//! Connections: accepted up to a number, given time limits, and ended with the server.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, oneshot};

use super::options::{Log, ServeOptions};
use super::service::{Peer, router};
use super::sessions::store_ended;
use super::state::State;
use crate::store::StoreError;

/// Most bytes of a request's head.
const HEAD_BYTES: usize = 64 << 10;
/// Most headers of a request.
const HEADERS: usize = 64;
/// How long requests that are under way may take once the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Nothing can listen there.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Address that was tried.
        address: SocketAddr,
        /// Underlying error.
        source: io::Error,
    },
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives no threads.
    #[error("cannot start threads: {0}")]
    Threads(io::Error),
}

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<State>,
    runtime: Option<Runtime>,
    stop: Option<oneshot::Sender<()>>,
    stopped: std::sync::mpsc::Receiver<()>,
}

/// Starts a server. It runs until it is stopped or dropped.
///
/// # Errors
/// [`ServeError`].
pub fn start(options: ServeOptions, log: Log) -> Result<Running, ServeError> {
    let failed = |source| ServeError::Listen { address: options.listen, source };
    let listener = StdListener::bind(options.listen).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    raise_file_limit();
    let battles = options.battles;
    let state = Arc::new(State::open(options, log)?);
    store_ended(&state.sessions).map_err(ServeError::Threads)?;
    state.battles.start(battles).map_err(ServeError::Threads)?;
    let runtime = Builder::new_multi_thread().enable_all().max_blocking_threads(64).build();
    let runtime = runtime.map_err(ServeError::Threads)?;
    let (stop, stopping) = oneshot::channel();
    let (done, stopped) = std::sync::mpsc::channel();
    let shared = Arc::clone(&state);
    runtime.spawn(async move {
        match TcpListener::from_std(listener) {
            Ok(listener) => accept(listener, shared, stopping).await,
            Err(error) => (shared.log)(&format!("cannot listen: {error}")),
        }
        // Whoever waits may be gone.
        let _ = done.send(());
    });
    Ok(Running { address, state, runtime: Some(runtime), stop: Some(stop), stopped })
}

impl Running {
    /// How many sessions are in memory.
    pub fn sessions_in_memory(&self) -> usize {
        self.state.sessions.in_memory()
    }

    /// Stops it: no new connection, requests under way are answered, sessions and battles stay as they are on disk.
    pub fn stop(mut self) {
        self.shut_down();
    }

    fn shut_down(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
            let _ = self.stopped.recv_timeout(GRACE + Duration::from_secs(1));
            self.state.sessions.stop();
            self.state.battles.stop();
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shut_down();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>, mut stopping: oneshot::Receiver<()>) {
    let routes = router(&state);
    let (graceful, free) = (GracefulShutdown::new(), Arc::new(Semaphore::new(state.options.connections)));
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(state.options.patience)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS);
    loop {
        let Ok(permit) = Arc::clone(&free).acquire_owned().await else { break };
        let (stream, peer): (TcpStream, SocketAddr) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of files, or a connection that was gone at once.
                    (state.log)(&format!("cannot accept a connection: {error}"));
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            _ = &mut stopping => break,
        };
        let _ = stream.set_nodelay(true);
        let routes = TowerToHyperService::new(routes.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            routes.call(request)
        });
        let connection = graceful.watch(server.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A client that breaks off is no failure of the server.
            let _ = connection.await;
            drop(permit);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

/// Each connection and each session holds a file.
#[cfg(target_os = "linux")]
fn raise_file_limit() {
    // What cannot be raised limits how many there can be.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
}

#[cfg(not(target_os = "linux"))]
const fn raise_file_limit() {}
