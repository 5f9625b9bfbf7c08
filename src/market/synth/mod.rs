//! Synthetic markets: seeded, labelled as such, for samples, tests and benches.
//!
//! Owns the model: regimes that last weeks, volatility that clusters, fat tails, jumps, symbols that move
//! together. Claims nothing about any real market. Invariant: equal specifications give equal bytes on every
//! machine; randomness comes from the seed and the symbols' names alone, transcendental functions from
//! `libm` alone.

mod draw;
mod generate;
mod regime;
mod sample;
mod spec;

pub use generate::generate;
pub use sample::{sample, write_market, write_sample};
pub use spec::{SynthSpec, SynthSymbol};
