//! The digest of a market's content.
//!
//! Invariant: equal names, intervals and bars give equal digests on every machine, independent of their
//! source and storage; any difference gives another digest.

use rayon::prelude::*;

use super::bars::Bars;
use super::reference_series::ReferenceSeries;
use super::series_bars::SeriesBars;
use crate::domain::Interval;

/// Bytes per update of the hash.
const CHUNK: usize = 65_536;

/// BLAKE3 in hexadecimal over the interval and every series in order.
pub(super) fn of(interval: Interval, series: &[SeriesBars]) -> String {
    let parts: Vec<blake3::Hash> = series.par_iter().map(of_series).collect();
    let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 market content");
    hash.update(&interval.micros().to_le_bytes());
    for part in parts {
        hash.update(part.as_bytes());
    }
    hash.finalize().to_hex().to_string()
}

/// That of a market with a benchmark that is not traded.
pub(super) fn with_benchmark(market: &str, benchmark: &ReferenceSeries) -> String {
    let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 market content with a benchmark");
    hash.update(market.as_bytes());
    name(&mut hash, benchmark.instrument.symbol.as_str());
    update(&mut hash, &benchmark.bars);
    hash.finalize().to_hex().to_string()
}

fn of_series(series: &SeriesBars) -> blake3::Hash {
    let mut hash = blake3::Hasher::new();
    name(&mut hash, series.instrument.symbol.as_str());
    update(&mut hash, &series.bars);
    hash.update(&(series.frames.len() as u64).to_le_bytes());
    for bars in series.frames.values() {
        update(&mut hash, bars);
    }
    for row in &series.filled_rows {
        hash.update(&(*row as u64).to_le_bytes());
    }
    hash.update(&[u8::from(series.detail.is_some())]);
    if let Some(bars) = &series.detail {
        update(&mut hash, bars);
    }
    if let Some(margin) = &series.margin {
        hash.update(&(margin.funding.len() as u64).to_le_bytes());
        column(&mut hash, &margin.funding, |one| one.at.micros().to_le_bytes());
        column(&mut hash, &margin.funding, |one| one.rate.units().to_le_bytes());
        if let Some(mark) = &margin.mark {
            update(&mut hash, mark);
        }
    }
    if let Some(actions) = &series.actions {
        hash.update(&(actions.splits.len() as u64).to_le_bytes());
        column(&mut hash, &actions.splits, |one| one.at.micros().to_le_bytes());
        column(&mut hash, &actions.dividends, |one| one.at.micros().to_le_bytes());
        for one in &actions.dividends {
            hash.update(&one.amount.units().to_le_bytes());
        }
    }
    hash.finalize()
}

fn name(hash: &mut blake3::Hasher, name: &str) {
    hash.update(&(name.len() as u64).to_le_bytes());
    hash.update(name.as_bytes());
}

fn update(hash: &mut blake3::Hasher, bars: &Bars) {
    hash.update(&bars.interval.micros().to_le_bytes());
    hash.update(&(bars.len() as u64).to_le_bytes());
    column(hash, &bars.ts, |at| at.micros().to_le_bytes());
    for numbers in [&bars.open, &bars.high, &bars.low, &bars.close, &bars.volume] {
        // Adding 0.0 turns a volume of -0 into 0.
        column(hash, numbers, |value| (value + 0.0).to_le_bytes());
    }
}

fn column<T>(hash: &mut blake3::Hasher, values: &[T], bytes: impl Fn(&T) -> [u8; 8]) {
    let mut buffer = Vec::with_capacity(CHUNK);
    for chunk in values.chunks(CHUNK / 8) {
        buffer.clear();
        buffer.extend(chunk.iter().flat_map(&bytes));
        hash.update(&buffer);
    }
}
