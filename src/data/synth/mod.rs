//! Synthetic markets: seeded, labelled as such, for samples, tests and benches.
//!
//! Owns the model: regimes that last weeks, volatility that clusters, fat tails, jumps, symbols that move
//! together. Claims nothing about any real market. Invariant: equal specifications give equal bytes on every
//! machine; randomness comes from the seed and the symbols' names alone, transcendental functions from
//! `libm` alone.

mod correlation;
mod draw;
mod generate;
mod holes;
mod regime;
mod sample;
mod spec;

pub use correlation::Correlations;
pub use generate::{generate, generate_correlated};
pub use holes::with_holes;
pub use sample::{sample, write_market, write_sample};
pub use spec::{SynthSpec, SynthSymbol};
