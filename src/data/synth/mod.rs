//! Synthetic markets: seeded and labelled as synthetic, for samples, tests and benchmarks.
//!
//! Owns the model: regimes that last for weeks, volatility clustering, fat tails, jumps, correlated symbols.
//! Claims nothing about real markets. Invariant: equal specifications give equal bytes on every machine;
//! randomness comes only from the seed and the symbols' names, transcendental functions only from `libm`.

mod correlation;
mod draw;
mod funding;
mod gaps;
mod generate;
mod regime;
mod sample;
mod spec;

pub use correlation::Correlations;
pub use funding::funding;
pub use gaps::with_gaps;
pub use generate::{generate, generate_correlated};
pub use sample::{sample, write_market, write_sample};
pub use spec::{SynthSpec, SynthSymbol};
