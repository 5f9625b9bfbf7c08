//! `tiltyard serve`: the registry, sessions and battles over HTTP, from the same store as the command line.
//!
//! Owns the routes, their messages and errors, who may call them, and the queue of battles. What a route does is done by the
//! registry, the use cases of `run` and the protocol of `process`; nothing of it is implemented here again. Never prints:
//! the log goes to whoever started it. Invariants: an account reaches its own agents and battles only, an agent its own
//! account and sessions only, and what belongs to others looks as if it did not exist; no key, secret or token is kept,
//! logged or shown but in the one answer that makes it; what was acknowledged is on disk.

mod access;
mod account;
mod agent_view;
mod agents;
mod auth;
mod battles;
mod bodies;
mod call;
mod docs;
mod listen;
mod openapi;
mod options;
mod problem;
mod rates;
mod route;
mod scenarios;
mod service;
mod sessions;
mod skill;
mod state;
mod strategy;
mod table;
mod token;

pub use listen::{Running, ServeError, start};
pub use options::ServeOptions;
pub use route::{Access, Route};
pub use table::ROUTES;
