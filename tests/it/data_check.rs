//! The data check: no findings on clean data, and the expected finding on each flawed file.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::shared::shared;
use tiltyard::internals::data::check::{FileCheck, check_file, find_files};
use tiltyard::internals::data::import::ReadOptions;
use tiltyard::internals::data::synth::{generate, sample, with_gaps};
use tiltyard::internals::domain::{Interval, Seed, Symbol, Timestamp};
use tiltyard::internals::market::quality::{Severity, inspect};
use tiltyard::internals::market::{Bars, write_bars};

fn check(path: &Path) -> FileCheck {
    check_file(path, None, &ReadOptions::default())
}

/// `severity kind xcount` of each finding at or above a severity.
fn found(check: &FileCheck, from: Severity) -> Vec<String> {
    let above = check.findings.iter().filter(|finding| finding.severity >= from);
    above.map(|finding| format!("{} {} x{}", finding.severity, finding.kind, finding.count)).collect()
}

fn written(dir: &Path, name: &str, bars: &Bars) -> PathBuf {
    let path = dir.join(name);
    write_bars(&path, bars).unwrap();
    path
}

/// The sample's first symbol.
fn clean() -> Bars {
    generate(&sample()).remove(0).1
}

#[test]
fn a_clean_series_has_no_findings() {
    let dir = tempfile::tempdir().unwrap();
    let check = check(&written(dir.path(), "ALPHA_1h.parquet", &clean()));
    assert_eq!(check.findings, []);
    assert_eq!(
        (check.symbol.unwrap().as_str(), check.interval.unwrap().to_string().as_str()),
        ("ALPHA", "1h")
    );
    assert_eq!(check.rows, 547 * 24);
}

/// A trading halt: missing bars, with flat zero-volume bars around them.
#[test]
fn a_short_halt_is_informational() {
    let mut spec = sample();
    spec.interval = Interval::MINUTE;
    spec.bars = 20_000;
    let whole = generate(&spec).remove(0).1;
    let mut halted = Bars::with_capacity(whole.interval, whole.len());
    for row in 0..whole.len() {
        let values = match row {
            5_000..5_080 => continue,
            5_080..5_152 => {
                let close = whole.close[4_999];
                [close, close, close, close, 0.0]
            }
            _ => [whole.open[row], whole.high[row], whole.low[row], whole.close[row], whole.volume[row]],
        };
        halted.push(whole.ts[row], values);
    }
    let findings = inspect(&halted, None);
    assert!(findings.iter().all(|finding| finding.severity == Severity::Info), "{findings:#?}");
    let gap = findings.iter().find(|finding| finding.kind.as_str() == "gap").unwrap();
    assert!(gap.detail.starts_with("80 bars missing, longest 80 min from "), "{}", gap.detail);
}

#[test]
fn synthetic_flawed_files_are_detected() {
    let dir = tempfile::tempdir().unwrap();
    let hours = clean();
    let say = |name: &str, bars: &Bars| found(&check(&written(dir.path(), name, bars)), Severity::Warning);
    // A gap of two months.
    let mut gapped = hours.clone();
    for at in &mut gapped.ts[4_000..] {
        *at = Timestamp::from_micros(at.micros() + 61 * 86_400_000_000);
    }
    assert_eq!(say("HOLE_1h.parquet", &gapped), ["error gap x1"]);
    // Another asset after the gap.
    let mut other = gapped.clone();
    for column in [&mut other.open, &mut other.high, &mut other.low, &mut other.close] {
        column[4_000..].iter_mut().for_each(|price| *price *= 20_000.0);
    }
    assert_eq!(say("OTHER_1h.parquet", &other), ["error gap x1", "error identity x1"]);
    // Filler before the first real bar.
    let mut filler = hours.clone();
    for row in 0..2_000 {
        let price = 100.0 + row as f64;
        (filler.open[row], filler.high[row], filler.low[row], filler.close[row]) =
            (price, price, price, price);
        filler.volume[row] = 0.0;
    }
    assert_eq!(say("FILLER_1h.parquet", &filler), ["error invented x2000", "warning zero_volume x2000"]);
    // Invalid rows, which this project's own writer does not check.
    let mut bad = hours.clone();
    bad.low[10] = 0.0;
    bad.close[20] = bad.high[20] * 2.0;
    bad.open[30] = f64::NAN;
    assert_eq!(
        say("BAD_1h.parquet", &bad),
        ["error missing x1", "error not_positive x1", "error high_low x1", "warning spike x1"]
    );
    // Out of order and duplicated.
    let mut shuffled = hours.clone();
    shuffled.ts.swap(100, 101);
    shuffled.ts[201] = shuffled.ts[200];
    assert_eq!(say("SHUFFLED_1h.parquet", &shuffled), ["error order x1", "error conflict x1"]);
    // Generated gaps.
    let punched = with_gaps(&hours, Seed(1), &Symbol::new("X").unwrap(), 0.02);
    assert_eq!(
        found(&check(&written(dir.path(), "X_1h.parquet", &punched)), Severity::Info)[0].split(' ').nth(1),
        Some("gap")
    );
    let none = Bars::with_capacity(Interval::DAY, 0);
    assert_eq!(say("NONE_1d.parquet", &none), ["error empty x1"]);
}

#[test]
fn files_that_cannot_be_read_are_findings() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        let check = check(&path);
        let finding = &check.findings[0];
        format!("{} {}: {}", finding.severity, finding.kind, finding.detail)
    };
    assert_eq!(write("A_B-8m.feather", ""), "error empty: is empty (zero bytes)");
    assert_eq!(write("A_B-4m.json", "[]\n"), "error empty: has no rows");
    let pointer = write("BTCUSDT_1h.parquet", "version https://git-lfs.github.com/spec/v1\n");
    assert_eq!(pointer, "error unreadable: is a Git LFS pointer, not the file itself");
    let banner = "Timestamps are UTC timezone,https://www.CryptoDataDownload.com\n\
                  date,symbol,open,high,low,close,volume_btc,volume\n\
                  2019-10-17 02-PM,BTCUSD,1.5,2,1,1.5,1,1\n2019-10-17 01-PM,BTCUSD,1,2,1,1.5,1,1\n";
    let path = dir.path().join("Coinbase_BTCUSD_1h.csv");
    fs::write(&path, banner).unwrap();
    let details: Vec<String> = check(&path).findings.into_iter().map(|finding| finding.detail).collect();
    assert_eq!(
        details,
        [
            "1 line(s) above the header",
            "times are text with a 12-hour clock",
            "the newest row is first; importing sorts them"
        ]
    );
}

#[test]
fn real_clean_files_have_no_findings() {
    let Some(folder) = shared("binance") else { return };
    for file in find_files(&[folder]).unwrap() {
        let check = check(&file);
        assert_eq!(found(&check, Severity::Warning), Vec::<String>::new(), "{}", file.display());
    }
}

#[test]
fn real_flawed_files_have_their_expected_findings() {
    let Some(folder) = shared("flawed") else { return };
    let expected: [(&str, &[&str]); 10] = [
        ("LUNAUSDT_1h.parquet", &["error identity x1", "error gap x6"]),
        ("bitfinex-hole/BTCUSD_1m.parquet", &["error gap x5835"]),
        ("btc-backfilled/BTCUSD_1d.parquet", &["error invented x2083"]),
        ("empty/KAIAUSDT_1d.parquet", &["error empty x1"]),
        ("raw/KAIA_USDT-1d.feather", &["error empty x1"]),
        ("raw/UNITTEST_BTC-8m.feather", &["error empty x1"]),
        ("raw/NOPAIR_XXX-4m.json", &["error empty x1"]),
        ("raw/BTCUSDT-lfs-pointer.parquet", &["error unreadable x1"]),
        ("raw/DIS_2006-01-01_to_2018-01-01.csv", &["error missing x2"]),
        ("raw/HD_2006-01-01_to_2018-01-01.csv", &["error missing x1", "error not_positive x1"]),
    ];
    for (file, wanted) in expected {
        let all = found(&check(&folder.join(file)), Severity::Info);
        for finding in wanted {
            assert!(all.iter().any(|found| found == finding), "{file}: {finding} is not in {all:?}");
        }
    }
    let head = check(&folder.join("raw/Coinbase_BTCUSD_1h_head.csv"));
    let details: Vec<&str> = head.findings.iter().map(|finding| finding.detail.as_str()).collect();
    for wanted in ["above the header", "12-hour clock", "newest row is first"] {
        assert!(details.iter().any(|detail| detail.contains(wanted)), "{wanted}: {details:?}");
    }
}

/// The README of the files says: 16 of 22 have a null on 2017-07-31, all but MRK have rows outside high and
/// low.
#[test]
fn real_dow_files_have_their_nulls_and_out_of_range_rows() {
    let Some(folder) = shared("flawed/us-equities-djia") else { return };
    let day = "2017-07-31".parse::<Timestamp>().unwrap();
    let checks: Vec<FileCheck> = find_files(&[folder]).unwrap().iter().map(|file| check(file)).collect();
    assert_eq!(checks.len(), 22);
    let of = |check: &FileCheck, kind: &str| check.findings.iter().find(|f| f.kind.as_str() == kind).cloned();
    let mut nulls_that_day = 0;
    for check in &checks {
        let name = check.symbol.clone().unwrap();
        let missing = of(check, "missing");
        // In DIS the first null is on another day.
        nulls_that_day += usize::from(missing.is_some_and(|f| f.at == Some(day) || name.as_str() == "DIS"));
        let outside = of(check, "high_low").map_or(0, |finding| finding.count);
        assert_eq!(outside == 0, name.as_str() == "MRK", "{name}: {outside}");
        assert!(outside <= 12, "{name}: {outside}");
    }
    eprintln!("{nulls_that_day} files with a null on 2017-07-31");
    assert!((16..=17).contains(&nulls_that_day));
}
