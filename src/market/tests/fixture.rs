//! Folders of small Parquet files, and the recorded data beside the checkout.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use tempfile::TempDir;

use crate::domain::{Instrument, Interval, Symbol, Timestamp};
use crate::market::{Bars, LoadRequest, Market, MarketError, load, write_bars};
use crate::scenario::{Acceptable, Delisted, GapRule, MarketSpec, WarmUp};

/// Parses a time.
pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Parses an interval.
pub fn every(text: &str) -> Interval {
    text.parse().unwrap()
}

/// `count` valid bars from `first` on: bar `i` opens at `100 + i` and closes half a unit higher.
pub fn bars(interval: &str, first: &str, count: usize) -> Bars {
    let mut bars = Bars::with_capacity(every(interval), count);
    for index in 0..count {
        let open = 100.0 + index as f64;
        let opened = at(first) + bars.interval.span().times(index as i64);
        bars.push(opened, [open, open + 1.0, open - 1.0, open + 0.5, 1.0 + index as f64]);
    }
    bars
}

/// A temporary folder of data files.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Adds a file of bars.
    pub fn with(self, name: &str, bars: &Bars) -> Self {
        write_bars(&self.path().join(name), bars).unwrap();
        self
    }

    /// Adds a file with arbitrary columns.
    pub fn with_columns(self, name: &str, columns: Vec<(&str, ArrayRef)>) -> Self {
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        write_batch(&self.path().join(name), &batch, WriterProperties::builder().build());
        self
    }

    /// Adds a file of bars that may be invalid.
    pub fn with_rows(self, name: &str, rows: &[(&str, [f64; 5])]) -> Self {
        let number = |which: usize| -> ArrayRef {
            Arc::new(Float64Array::from_iter_values(rows.iter().map(|(_, row)| row[which])))
        };
        let times =
            TimestampMicrosecondArray::from_iter_values(rows.iter().map(|(time, _)| at(time).micros()));
        let names = ["open", "high", "low", "close", "volume"];
        let mut columns: Vec<(&str, ArrayRef)> = vec![("ts", Arc::new(times))];
        columns.extend(names.iter().enumerate().map(|(which, name)| (*name, number(which))));
        self.with_columns(name, columns)
    }

    /// Loads `symbols` at `interval`, all data.
    pub fn load(&self, symbols: &[&str], interval: &str) -> Result<Market, MarketError> {
        Want::new(self.path(), symbols, interval).load()
    }
}

/// Writes one batch as a file.
pub fn write_batch(path: &Path, batch: &RecordBatch, properties: WriterProperties) {
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

/// Parameters of a load.
pub struct Want {
    pub spec: MarketSpec,
    pub frames: BTreeMap<Interval, u32>,
    pub history: u32,
    pub detail: bool,
}

impl Want {
    pub fn new(path: &Path, symbols: &[&str], interval: &str) -> Self {
        let instrument = |name: &&str| Instrument::with_defaults(Symbol::new(name).unwrap());
        let spec = MarketSpec {
            path: path.to_owned(),
            base_dir: PathBuf::new(),
            instruments: symbols.iter().map(instrument).collect(),
            quote_asset: "USD".to_owned(),
            interval: every(interval),
            start: None,
            end: None,
            warm_up: WarmUp::Before,
            delisted: Delisted::Carry,
            gaps: GapRule::Keep,
            calendar: None,
            accept: Acceptable::ALL.to_vec(),
            actions: Default::default(),
            day: Default::default(),
        };
        Self { spec, frames: BTreeMap::new(), history: 0, detail: false }
    }

    pub fn window(mut self, start: &str, end: &str) -> Self {
        self.spec.start = (!start.is_empty()).then(|| at(start));
        self.spec.end = (!end.is_empty()).then(|| at(end));
        self
    }

    pub fn history(mut self, bars: u32) -> Self {
        self.history = bars;
        self
    }

    pub fn frame(mut self, interval: &str, bars: u32) -> Self {
        self.frames.insert(every(interval), bars);
        self
    }

    pub fn detail(mut self) -> Self {
        self.detail = true;
        self
    }

    pub fn request(&self) -> LoadRequest<'_> {
        LoadRequest {
            spec: &self.spec,
            frames: &self.frames,
            history_bars: self.history,
            detail: self.detail,
            benchmark: None,
        }
    }

    pub fn load(&self) -> Result<Market, MarketError> {
        load(&self.request())
    }
}

/// A folder of the recorded data; if it is absent, prints so and returns `None`.
pub fn recorded(part: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared"));
    let shared = std::env::var_os("TILTYARD_SHARED").map_or_else(beside, PathBuf::from);
    let path = shared.join("data").join(part);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no recorded data at {}", path.display());
    None
}
