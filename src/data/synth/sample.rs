//! The bundled sample, and writing synthetic markets to files.

use std::path::{Path, PathBuf};

use super::generate::generate;
use super::spec::{SynthSpec, SynthSymbol};
use crate::domain::{Interval, Seed, Symbol, Timestamp};
use crate::market::{MarketError, write_bars};

/// 2023-01-01T00:00:00Z.
const START: Timestamp = Timestamp::from_micros(1_672_531_200_000_000);
/// Until 2024-07-01T00:00:00Z: 547 days of 24 hours.
const HOURS: u32 = 547 * 24;

/// Name, first price, drift, volatility, decimal places, volume.
const SYMBOLS: [(&str, f64, f64, f64, u8, f64); 3] = [
    ("ALPHA", 180.0, 0.10, 0.55, 2, 900.0),
    ("BRAVO", 24.0, 0.05, 0.75, 3, 9_000.0),
    ("CHARLIE", 1.6, 0.0, 0.95, 4, 150_000.0),
];

/// The bundled sample: three fictitious symbols, hourly, from 2023 to mid-2024.
pub fn sample() -> SynthSpec {
    let symbols =
        SYMBOLS.iter().filter_map(|&(name, start_price, drift, volatility, price_decimals, volume)| {
            let symbol = Symbol::new(name).ok()?;
            Some(SynthSymbol {
                symbol,
                start_price,
                drift,
                volatility,
                price_decimals,
                volume,
                volume_decimals: 1,
            })
        });
    SynthSpec {
        seed: Seed(2_026),
        symbols: symbols.collect(),
        correlation: 0.6,
        start: START,
        interval: hourly(),
        bars: HOURS,
        jumps_per_year: 8.0,
        jump_size: 0.04,
    }
}

/// An hour is a valid interval, so the fallback is never used.
fn hourly() -> Interval {
    Interval::new(crate::domain::Span::from_seconds(3_600)).unwrap_or(Interval::DAY)
}

/// Writes the bundled sample into a folder: `ALPHA_1h.parquet` and so on. Returns the paths.
///
/// # Errors
/// As [`write_bars`].
pub fn write_sample(dir: &Path) -> Result<Vec<PathBuf>, MarketError> {
    write_market(dir, &sample())
}

/// Writes a synthetic market into a folder, one file per symbol, `SYMBOL_INTERVAL.parquet`.
///
/// # Errors
/// As [`write_bars`].
pub fn write_market(dir: &Path, spec: &SynthSpec) -> Result<Vec<PathBuf>, MarketError> {
    let write = |(symbol, bars)| {
        let path = dir.join(format!("{symbol}_{}.parquet", spec.interval));
        write_bars(&path, &bars).map(|()| path)
    };
    generate(spec).into_iter().map(write).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn bundled() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample")
    }

    #[test]
    fn the_sample_is_small_and_has_its_stated_length() {
        let dir = tempfile::tempdir().unwrap();
        let files = write_sample(dir.path()).unwrap();
        let bytes: u64 = files.iter().map(|file| fs::metadata(file).unwrap().len()).sum();
        assert!(bytes < 2_000_000, "{bytes}");
        let spec = sample();
        let end = spec.start + spec.interval.span().times(i64::from(spec.bars));
        assert_eq!(spec.start.to_string(), "2023-01-01T00:00:00Z");
        assert_eq!(end.to_string(), "2024-07-01T00:00:00Z");
        if std::env::var_os("TILTYARD_WRITE_SAMPLE").is_some() {
            write_sample(&bundled()).unwrap();
        }
    }

    #[test]
    fn the_bundled_files_are_what_the_generator_makes() {
        let dir = tempfile::tempdir().unwrap();
        for made in write_sample(dir.path()).unwrap() {
            let kept = bundled().join(made.file_name().unwrap());
            assert!(kept.is_file(), "write it: TILTYARD_WRITE_SAMPLE=1 cargo test --lib data::synth");
            assert!(fs::read(&made).unwrap() == fs::read(&kept).unwrap(), "{} differs", kept.display());
        }
    }
}
