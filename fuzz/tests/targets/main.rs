//! What must hold of input from outside, whatever it is. See `fuzz/README.md`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

/// The rooms whose input is fuzzed.
mod rooms {
    pub use tiltyard::internals::{data, domain, market, scenario, store, tables};
}

mod bars;
mod expression;
mod outcome;
mod parquet;
mod scenario;
mod text_import;
