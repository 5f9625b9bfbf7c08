//! Funding rates and mark prices of two vendors, from their own files to a market.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, TimestampMillisecondArray};
use tiltyard::internals::data::import::{self, BadRows, ImportError, OnExisting, ReadOptions};
use tiltyard::internals::domain::{Rate, Timestamp};
use tiltyard::internals::market::FundingRate;

use crate::support::loaded::Loaded;
use crate::testkit::{bars, ohlc};
use tiltyard::internals::market::write_bars;

/// 2023-01-31T00:00Z in milliseconds, and an hour of them.
const START: i64 = 1_675_123_200_000;
const HOUR: i64 = 3_600_000;

/// A zip archive with one file.
fn zipped(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut archive = zip::ZipWriter::new(fs::File::create(path).unwrap());
    let name = path.file_stem().unwrap().to_string_lossy();
    archive.start_file(format!("{name}.csv"), zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(text.as_bytes()).unwrap();
    archive.finish().unwrap();
}

/// A Feather file as freqtrade writes its candles: `date`, then open, high, low, close and volume.
fn feather(path: &Path, rows: &[(i64, f64)]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let dates =
        TimestampMillisecondArray::from_iter_values(rows.iter().map(|row| row.0)).with_timezone("UTC");
    let values = |of: fn(f64) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| of(row.1))))
    };
    let same = || values(|value| value);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("date", Arc::new(dates)),
        ("open", same()),
        ("high", same()),
        ("low", same()),
        ("close", same()),
        ("volume", values(|_| 0.0)),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = fs::File::create(path).unwrap();
    let mut writer = arrow_ipc::writer::FileWriter::try_new(file, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
}

/// Rates of one day and the first of the next, in the order of time.
const RATES: [(i64, f64); 4] = [(0, 0.000_1), (8, -0.000_037_57), (16, 0.000_2), (24, 0.0003)];

fn funding_rates() -> Vec<FundingRate> {
    let row = |&(hour, rate): &(i64, f64)| FundingRate {
        at: Timestamp::from_micros((START + hour * HOUR) * 1_000),
        rate: Rate::from_fraction(rate).unwrap(),
    };
    RATES.iter().map(row).collect()
}

/// Binance's public archive has a zip a month; some payments are stamped milliseconds late.
fn of_binance(folder: &Path) -> Vec<PathBuf> {
    let head = "calc_time,funding_interval_hours,last_funding_rate\n";
    let row = |&(hour, rate): &(i64, f64)| format!("{},8,{rate:.8}\n", START + hour * HOUR + hour % 3);
    let months = [("2023-01", &RATES[..3]), ("2023-02", &RATES[3..])];
    months
        .map(|(month, rows)| {
            let path = folder.join(format!("raw/BTCUSDT-fundingRate-{month}.zip"));
            zipped(&path, &(head.to_owned() + &rows.iter().map(row).collect::<String>()));
            path
        })
        .to_vec()
}

fn of_freqtrade(folder: &Path) -> Vec<PathBuf> {
    let path = folder.join("raw/BTC_USDT_USDT-8h-funding_rate.feather");
    let rows: Vec<(i64, f64)> = RATES.iter().map(|&(hour, rate)| (START + hour * HOUR, rate)).collect();
    feather(&path, &rows);
    vec![path]
}

/// The hours of a day.
const HOURS: std::ops::Range<i64> = 0..24;

fn mark_at(hour: i64) -> f64 {
    101.0 + (hour % 5) as f64
}

/// Mark price klines are like all klines, without volume.
fn marks_of_binance(folder: &Path) -> PathBuf {
    let path = folder.join("raw/marks/BTCUSDT-1h-2023-01.zip");
    let row = |hour: i64| {
        let (open, price) = (START + hour * HOUR, mark_at(hour));
        format!("{open},{price},{price},{price},{price},0,{},0,60,0,0,0\n", open + HOUR - 1)
    };
    zipped(&path, &HOURS.map(row).collect::<String>());
    path
}

fn marks_of_freqtrade(folder: &Path) -> PathBuf {
    let path = folder.join("raw/marks/BTC_USDT_USDT-1h-mark.feather");
    let rows: Vec<(i64, f64)> = HOURS.map(|hour| (START + hour * HOUR, mark_at(hour))).collect();
    feather(&path, &rows);
    path
}

fn import_marks(file: &Path, out: &Path) {
    let groups = import::plan(&[file.to_owned()], None, &ReadOptions::default(), out).unwrap();
    for group in &groups.groups {
        import::import(group, BadRows::Refuse, OnExisting::Refuse, &|_| {}).unwrap();
    }
}

/// A market of one perpetual whose price is 100, with what was imported.
fn loaded(folder: &Path) -> Loaded {
    let rows: Vec<[f64; 4]> = HOURS.map(|_| [100.0; 4]).collect();
    let mut own = bars("1h", &ohlc(&rows));
    for (at, hour) in own.ts.iter_mut().zip(HOURS) {
        *at = Timestamp::from_micros((START + hour * HOUR) * 1_000);
    }
    write_bars(&folder.join("bars/BTCUSDT_1h.parquet"), &own).unwrap();
    let text = "[scenario]\nname = \"imported\"\n[market]\npath = \"bars\"\nsymbols = [\"BTCUSDT\"]\ninterval = \"1h\"\n\
         accept = [\"gap\", \"invented\", \"identity\"]\n\
         [instruments.BTCUSDT]\nkind = \"perpetual\"\nmax_leverage = 10\nmaintenance = [{ rate_pct = 0.5 }]\n\
         funding = \"funding\"\nmark = \"mark\"\n\
         [venue]\ntaker_fee_bps = 0\n[risk.free]\nmax_order_size_pct = false\nmax_position_size_pct = false\n\
         [[agents]]\nname = \"hold\"\nrisk = \"free\"\nstrategy = { kind = \"buy_and_hold\", size_pct = 50 }\n\
         [battle]\nwindows = { kind = \"whole\" }\n";
    Loaded::parse(folder, text)
}

#[test]
fn rates_and_marks_of_both_vendors_make_the_same_market() {
    type Vendor = (fn(&Path) -> Vec<PathBuf>, fn(&Path) -> PathBuf);
    let vendors: [Vendor; 2] = [(of_binance, marks_of_binance), (of_freqtrade, marks_of_freqtrade)];
    for (rates, marks) in vendors {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("funding");
        let done = import::import_funding(&rates(folder.path()), None, &out, OnExisting::Refuse).unwrap();
        assert_eq!((done.len(), done[0].symbol.as_str(), done[0].rates), (1, "BTCUSDT", 4));
        import_marks(&marks(folder.path()), &folder.path().join("mark"));
        let loaded = loaded(folder.path());
        let margin = loaded.market.symbols[0].margin.as_ref().unwrap();
        assert_eq!(margin.funding, funding_rates());
        let mark: Vec<f64> = HOURS.map(mark_at).collect();
        assert_eq!(margin.mark.as_ref().unwrap().close, mark);
        // Half of 10,000 at 100 is 50 units from hour 1 on: paid at hours 8 and 16, at the mark.
        let replay = loaded.replay();
        let paid: Vec<String> = replay.postings.iter().map(|one| one.amount.to_string()).collect();
        assert_eq!(
            paid,
            ["0.19536400", "-1.02000000"],
            "50 x 104 x 0.00003757 received, 50 x 102 x 0.0002 paid"
        );
    }
}

#[test]
fn a_folder_of_zips_is_merged_and_a_contradiction_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (files, out) = (of_binance(folder.path()), folder.path().join("funding"));
    let import = |paths: &[PathBuf], existing| import::import_funding(paths, None, &out, existing);
    import(&files[..1], OnExisting::Refuse).unwrap();
    let error = import(&files[1..], OnExisting::Refuse).unwrap_err();
    assert!(matches!(error, ImportError::Io { .. }), "{error}");
    let merged = import(&files[1..], OnExisting::Merge).unwrap();
    assert_eq!(merged[0].rates, 4);
    let other = folder.path().join("raw/BTCUSDT-fundingRate-2023-03.zip");
    zipped(&other, &format!("calc_time,funding_interval_hours,last_funding_rate\n{START},8,0.5\n"));
    let error = import(&[other], OnExisting::Merge).unwrap_err();
    assert!(error.to_string().contains("two rates at 2023-01-31T00:00:00Z"), "{error}");
}
