//! Files with flipped, missing and repeated bytes: reading ends soon, without a panic, with rows or with an
//! error that names the file.
//!
//! A few hundred cases by default; `TILTYARD_MUTATIONS=12000` runs more.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use arrow_array::{
    ArrayRef, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tiltyard::internals::data::check::check_file;
use tiltyard::internals::data::import::{self, BadRows, ImportError, OnExisting, ReadOptions, read_bars};
use tiltyard::internals::market::{LoadRequest, load, resample};
use tiltyard::internals::report::terminal::{self, Style};
use tiltyard::internals::scenario::Scenario;
use tiltyard::internals::store::sweep::StoredSweep;
use tiltyard::internals::store::{StoredRun, timeline};
use tiltyard::internals::tables::{NumberTable, ReturnColumn};

use crate::support::stage::{Stage, trend_and_hold};

/// 2023-01-01T00:00:00Z, and an hour.
const START: i64 = 1_672_531_200_000_000;
const HOUR: i64 = 3_600_000_000;
/// Limit of one file's own computing time, in a debug build; another program's does not count.
const PATIENCE: Duration = Duration::from_secs(30);
/// Limit where a reader only waits, or the system does not tell its computing time.
const LONG: Duration = Duration::from_secs(600);

fn wanted(usual: u64) -> u64 {
    std::env::var("TILTYARD_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Hourly bars with varying columns, so that every encoding is used.
fn bars(rows: i64) -> RecordBatch {
    let price = |row: i64, step: i64| 100.0 + ((row * step) % 17) as f64 / 8.0;
    let column = |step: i64, off: f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values((0..rows).map(|row| price(row, step) + off)))
    };
    let ts: ArrayRef =
        Arc::new(TimestampMicrosecondArray::from_iter_values((0..rows).map(|row| START + row * HOUR)));
    let columns = [
        ("ts", ts),
        ("open", column(3, 0.0)),
        ("high", column(0, 9.0)),
        ("low", column(0, -9.0)),
        ("close", column(5, 0.0)),
        ("volume", column(7, 1.0)),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// The same bars with types that other writers use.
fn odd_bars(rows: i64) -> RecordBatch {
    let plain = bars(rows);
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values(
        (0..rows).map(|row| format!("2023-01-{:02}T{:02}:00:00Z", 1 + row / 24, row % 24)),
    ));
    let money: ArrayRef = Arc::new(
        Decimal128Array::from_iter_values((0..rows).map(|row| 10_000_000_000 + i128::from(row)))
            .with_precision_and_scale(30, 8)
            .unwrap(),
    );
    let whole: ArrayRef = Arc::new(Int64Array::from_iter((0..rows).map(|row| Some(row * 3))));
    RecordBatch::try_from_iter_with_nullable([
        ("ts", texts, true),
        ("open", Arc::clone(&money), true),
        ("high", plain.column(2).clone(), true),
        ("low", plain.column(3).clone(), true),
        ("close", money, true),
        ("volume", whole, true),
    ])
    .unwrap()
}

fn parquet(batch: &RecordBatch, compression: Compression) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(60))
        .set_data_page_row_count_limit(25)
        .set_write_batch_size(25)
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn feather(batch: &RecordBatch, packed: bool) -> Vec<u8> {
    let options = IpcWriteOptions::default();
    let compression = packed.then_some(CompressionType::ZSTD);
    let options = options.try_with_compression(compression);
    let mut bytes = Vec::new();
    let Ok(options) = options else { return bytes };
    let mut writer = FileWriter::try_new_with_options(&mut bytes, &batch.schema(), options).unwrap();
    writer.write(&batch.slice(0, 40)).unwrap();
    writer.write(&batch.slice(40, batch.num_rows() - 40)).unwrap();
    writer.finish().unwrap();
    drop(writer);
    bytes
}

fn csv(rows: i64) -> String {
    let mut text = "ts,open,high,low,close,volume\n".to_owned();
    for row in 0..rows {
        text.push_str(&format!("{},1.5,2.5,0.5,1.25,{row}\n", (START + row * HOUR) / 1_000));
    }
    text
}

/// freqtrade's array of arrays.
fn json(rows: i64) -> String {
    let row = |row: i64| format!("[{},1.5,2.5,0.5,1.25,{row}]", (START + row * HOUR) / 1_000);
    format!("[{}]", (0..rows).map(row).collect::<Vec<_>>().join(","))
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

fn zipped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(&mut bytes));
    for name in ["a.csv", "b.csv"] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

/// One or several changes of bytes, mostly near both ends, where headers are.
fn mutated(valid: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = valid.to_vec();
    for _ in 0..rng.random_range(1..=4) {
        let len = bytes.len();
        let at = match rng.random_range(0..4) {
            0 => rng.random_range(0..len.min(64)),
            1 | 2 => len - 1 - rng.random_range(0..len.min(2_000)),
            _ => rng.random_range(0..len),
        };
        match rng.random_range(0..8) {
            0..3 => bytes[at] ^= 1 << rng.random_range(0..8),
            3 => bytes[at] = rng.random(),
            4 => bytes[at] = *[0x00, 0xff, 0x7f, 0x80].get(rng.random_range(0..4)).unwrap(),
            5 => {
                let size = rng.random_range(1..=8).min(len - at);
                rng.fill(&mut bytes[at..at + size]);
            }
            6 => bytes.truncate(at.max(16)),
            _ => {
                let size = rng.random_range(1..=16).min(len - at);
                let part = bytes[at..at + size].to_vec();
                let to = rng.random_range(0..len - size + 1);
                bytes[to..to + size].copy_from_slice(&part);
            }
        }
    }
    bytes
}

/// The thread that asks, as `/proc` names it.
fn this_thread() -> PathBuf {
    fs::read_link("/proc/thread-self").map(|own| Path::new("/proc").join(own)).unwrap_or_default()
}

/// Computing time of a thread so far, in ticks of a hundredth of a second.
fn busy(thread: &Path) -> Option<Duration> {
    let stat = fs::read_to_string(thread.join("stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

/// Runs a reader on its own thread: it must end without a panic.
fn ends(what: &str, read: impl FnOnce() + Send + 'static) {
    let (tell, told) = channel();
    let (name, named) = channel();
    std::thread::spawn(move || {
        let _ = name.send(this_thread());
        let outcome = catch_unwind(AssertUnwindSafe(read)).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
        });
        let _ = tell.send(outcome);
    });
    let thread = named.recv().unwrap();
    let began = Instant::now();
    loop {
        match told.recv_timeout(Duration::from_secs(5)) {
            Ok(Ok(())) => return,
            Ok(Err(panic)) => panic!("{what}: panic: {panic}"),
            Err(_) => {
                let busy = busy(&thread).unwrap_or_default();
                assert!(busy < PATIENCE && began.elapsed() < LONG, "{what}: still busy after {busy:?}");
            }
        }
    }
}

fn named(path: &Path, error: &impl std::fmt::Display) {
    let (text, name) = (error.to_string(), path.file_name().unwrap().to_string_lossy().into_owned());
    let own = ["` has two different bars", "bars of", "`X` has", "`X`:", "no market data", "the range"];
    assert!(text.contains(&name) || own.iter().any(|own| text.contains(own)), "{text}");
}

/// Reads a file of bars through every reader.
fn read_everywhere(path: &Path) {
    let (folder, reading) = (path.parent().unwrap(), ReadOptions::default());
    let plan = import::plan(&[path.to_owned()], None, &reading, &folder.join("out"));
    match plan {
        Ok(groups) => {
            for group in &groups.groups {
                if let Err(error) = import::import(group, BadRows::Drop, OnExisting::Replace, &|_| {}) {
                    named(path, &error);
                }
            }
        }
        Err(error) => named(path, &error),
    }
    match read_bars(path, None, &reading) {
        Ok((_, bars)) => {
            drop(resample(&bars, "4h".parse().unwrap()).map(|coarse| assert!(coarse.len() <= bars.len())))
        }
        Err(error) => named(path, &error),
    }
    check_file(path, None, &reading);
    if path.extension().is_some_and(|ending| ending == "parquet") {
        run(path);
        tables(path);
    }
}

/// Reads it as a scenario's market, with all options.
fn run(path: &Path) {
    for gaps in ["keep", "forward_fill"] {
        let text = format!(
            "[scenario]\nname = \"m\"\n[market]\npath = \"{}\"\nsymbols = [\"X\"]\ninterval = \"1h\"\ngaps = \"{gaps}\"\n\
             [[agents]]\nname = \"a\"\nstrategy = {{ kind = \"buy_and_hold\" }}\n",
            path.display()
        );
        let (scenario, _) = Scenario::parse(&text, Path::new(".")).unwrap();
        let frames = BTreeMap::from([("4h".parse().unwrap(), 3)]);
        let request = LoadRequest {
            spec: &scenario.market,
            frames: &frames,
            history_bars: 2,
            detail: false,
            benchmark: None,
        };
        if let Err(error) = load(&request) {
            named(path, &error);
        }
    }
}

/// Reads it as a table of numbers.
fn tables(path: &Path) {
    if let Err(error) = NumberTable::read(path) {
        named(path, &error);
    }
    if let Err(error) = ReturnColumn::read(path, "close", None) {
        named(path, &error);
    }
}

#[test]
fn no_mutation_of_a_foreign_file_panics_or_hangs() {
    let zstd = Compression::ZSTD(ZstdLevel::try_new(1).unwrap());
    let kinds: Vec<(&str, Vec<u8>)> = vec![
        ("X_1h.parquet", parquet(&bars(150), zstd)),
        ("X_1h.parquet", parquet(&bars(150), Compression::SNAPPY)),
        ("X_1h.parquet", parquet(&odd_bars(150), Compression::UNCOMPRESSED)),
        ("X-1h.feather", feather(&bars(100), false)),
        ("X-1h.feather", feather(&bars(100), true)),
        ("X_1h.csv.gz", gzipped(&csv(80))),
        ("X_1h.zip", zipped(&csv(80))),
        ("X_Y-1h.json", json(80).into_bytes()),
        ("X_1h.csv", csv(80).into_bytes()),
    ];
    let kinds: Vec<_> = kinds.into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect();
    let folder = tempfile::tempdir().unwrap();
    for (seed, (name, valid)) in (0..wanted(350)).zip(kinds.iter().cycle()) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let path = folder.path().join(seed.to_string()).join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // The first file of each kind is unmodified.
        let bytes = if seed < kinds.len() as u64 { valid.clone() } else { mutated(valid, &mut rng) };
        fs::write(&path, bytes).unwrap();
        let file = path.clone();
        ends(&format!("seed {seed}, {name}"), move || read_everywhere(&file));
        if seed < kinds.len() as u64 {
            let rows = match read_bars(&path, None, &ReadOptions::default()) {
                Ok((_, bars)) => bars.len(),
                // An archive with the same rows in two members.
                Err(ImportError::OutOfOrder { row, .. }) => usize::try_from(row).unwrap() - 1,
                Err(error) => panic!("{name}: {error}"),
            };
            assert!(rows >= 80, "{name}");
        }
        fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }
}

/// Every file of results below a folder.
fn result_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => result_files(&path, found),
            false if path.extension().is_some_and(|ending| ending == "parquet" || ending == "json") => {
                found.push(path)
            }
            false => {}
        }
    }
}

/// Reads a stored run through every command.
fn show_everything(folder: &Path) {
    if let Ok(sweep) = StoredSweep::load(folder) {
        let _ = terminal::sweep_top(&sweep, "score", 10, Style::PLAIN);
        let _ = terminal::sweep_outcome(&sweep, Style::PLAIN);
    }
    let Ok(stored) = StoredRun::load(folder) else { return };
    for agent in &stored.agents {
        let _ = stored.trades(&agent.agent);
    }
    for window in &stored.run.windows {
        if let Ok(timeline) = timeline(&stored, window.index) {
            for at in timeline.times(5) {
                timeline.at(at);
            }
        }
    }
    let _ = tiltyard::internals::report::pages(&stored);
    let _ = tiltyard::internals::report::sparks(&stored);
}

/// The stored run of a short sweep, whose pages are made in a moment.
const SHORT_SWEEP: &str = r#"
[battle]
windows = { kind = "sequential", length = "2d" }

[sweep]
agent = "trend"

[sweep.parameters]
fast = [2, 3]
slow = [8, 9]
"#;

#[test]
fn no_mutation_of_a_stored_run_panics_or_hangs() {
    let stage = Stage::new();
    stage.write("short.toml", &trend_and_hold("short", "2023-05-01", "2023-05-09", SHORT_SWEEP));
    stage.result("run short.toml --out out --quiet");
    let run = fs::read_dir(stage.path("out/short")).unwrap().map(|entry| entry.unwrap().path());
    let run = run.into_iter().find(|path| path.join("run.json").exists()).unwrap();
    let mut files = Vec::new();
    result_files(&run, &mut files);
    files.sort();
    let parquet = files.iter().filter(|path| path.extension().unwrap() == "parquet").count();
    assert!(parquet > 8 && files.len() - parquet > 5, "{files:?}");
    for seed in 0..wanted(200) {
        let mut rng = ChaCha8Rng::seed_from_u64(1_000_000 + seed);
        let path = &files[rng.random_range(0..files.len())];
        let valid = fs::read(path).unwrap();
        File::create(path).unwrap().write_all(&mutated(&valid, &mut rng)).unwrap();
        let folder = run.clone();
        ends(&format!("seed {seed}, {}", path.display()), move || show_everything(&folder));
        fs::write(path, valid).unwrap();
    }
}
