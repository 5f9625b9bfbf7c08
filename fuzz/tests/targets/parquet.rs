//! Parquet files of bars.

use std::sync::LazyLock;

use crate::rooms::data::import::Format;
use crate::rooms::domain::{Interval, Span, Timestamp};
use crate::rooms::market::{Bars, write_bars};
use tiltyard_fuzz::{edited, edits, fuzz};

use super::bars;

/// A small file of hourly bars.
static SEED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let hour: Interval = "1h".parse().unwrap();
    let mut made = Bars::with_capacity(hour, 100);
    let mut at: Timestamp = "2024-01-01T00:00:00".parse().unwrap();
    for row in 0..100_u32 {
        let price = 1.0 + f64::from(row % 7);
        made.push(at, [price, price + 1.0, price / 2.0, price + 0.5, f64::from(row)]);
        at = at + Span::MINUTE.times(60);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.parquet");
    write_bars(&path, &made).unwrap();
    std::fs::read(&path).unwrap()
});

#[test]
fn an_edited_file() {
    bars::holds("FUZZ.parquet", &SEED, Some(Format::Parquet));
    fuzz(&edits(4), |(_, edits)| bars::holds("FUZZ.parquet", &edited(&SEED, &edits), Some(Format::Parquet)));
}
