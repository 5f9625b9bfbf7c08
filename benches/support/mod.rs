//! The bars that the benchmarks share.

use tiltyard::internals::data::synth;
use tiltyard::internals::domain::{Interval, Symbol};
use tiltyard::internals::market::Bars;

/// One-minute bars of a year.
pub const YEAR: u32 = 525_600;

/// A year of one-minute bars of so many seeded synthetic symbols.
pub fn years(symbols: usize) -> Vec<(Symbol, Bars)> {
    let mut spec = synth::sample();
    let first = spec.symbols[0].clone();
    let named = |number: usize| match number {
        0 => first.clone(),
        _ => synth::SynthSymbol { symbol: name(number), ..first.clone() },
    };
    spec.symbols = (0..symbols).map(named).collect();
    spec.interval = Interval::MINUTE;
    spec.bars = YEAR;
    synth::generate(&spec)
}

#[expect(clippy::expect_used, reason = "letters and digits are a name")]
fn name(number: usize) -> Symbol {
    Symbol::new(&format!("S{number}")).expect("a name")
}
