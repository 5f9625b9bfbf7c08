//! The bars that the benchmarks share.

use tiltyard::internals::data::synth;
use tiltyard::internals::domain::{Interval, Symbol};
use tiltyard::internals::market::Bars;

/// One-minute bars of a year.
pub const YEAR: u32 = 525_600;

/// A year of one-minute bars of one seeded synthetic symbol.
pub fn year() -> (Symbol, Bars) {
    let mut spec = synth::sample();
    spec.symbols.truncate(1);
    spec.interval = Interval::MINUTE;
    spec.bars = YEAR;
    synth::generate(&spec).remove(0)
}
