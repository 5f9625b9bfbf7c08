//! Loading a Parquet file into a checked market, in bars per second: one seeded synthetic symbol of 525,600
//! one-minute bars, written once and read from the page cache.

mod support;

use std::collections::BTreeMap;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::{YEAR, years};
use tiltyard::internals::domain::{Instrument, Interval};
use tiltyard::internals::market::{LoadRequest, load, write_bars};
use tiltyard::internals::scenario::{Delisted, GapRule, MarketSpec, WarmUp};

#[expect(clippy::expect_used, reason = "a benchmark without its file has nothing to say")]
fn bench(c: &mut Criterion) {
    let (symbol, bars) = years(1).remove(0);
    let folder = tempfile::tempdir().expect("a folder for the file");
    let path = folder.path().join(format!("{symbol}_1m.parquet"));
    write_bars(&path, &bars).expect("the bars are written");
    let spec = MarketSpec {
        path,
        base_dir: folder.path().to_owned(),
        instruments: vec![Instrument::with_defaults(symbol)],
        quote_asset: "USDT".to_owned(),
        interval: Interval::MINUTE,
        start: None,
        end: None,
        warm_up: WarmUp::Before,
        delisted: Delisted::Carry,
        gaps: GapRule::default(),
        calendar: None,
        accept: Vec::new(),
        actions: Default::default(),
        day: Default::default(),
    };
    let frames = BTreeMap::new();
    let request =
        LoadRequest { spec: &spec, frames: &frames, history_bars: 0, detail: false, benchmark: None };
    let mut group = c.benchmark_group("load");
    group.throughput(Throughput::Elements(u64::from(YEAR))).sample_size(20);
    group
        .bench_function("parquet", |b| b.iter_with_large_drop(|| load(&request).expect("the file is sound")));
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
