//! Market files with one error each, and a scenario for each: `flawed/<kind>.toml` reads `flawed/<kind>/`.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;

/// Open, high, low, close, volume of a valid bar.
const GOOD: [f64; 5] = [2.0, 3.0, 1.0, 2.5, 10.0];
/// Number of rows in every file.
const ROWS: usize = 48;
/// Index of the invalid row.
const BAD: usize = 5;
const HOUR: i64 = 3_600_000_000;
/// 2023-01-01T00:00:00Z.
const START: i64 = 1_672_531_200_000_000;

const NAMES: [&str; 6] = ["ts", "open", "high", "low", "close", "volume"];

/// Rows of hour and numbers; `None` is null.
type Rows = Vec<(Option<i64>, [Option<f64>; 5])>;

/// Writes every kind.
pub fn write_all(folder: &Path) {
    let row = |values: [f64; 5]| with(BAD as i64, values);
    let kinds: Vec<(&str, Rows)> = vec![
        ("unsorted", with(BAD as i64 - 2, GOOD)),
        ("duplicate_time", with(BAD as i64 - 1, GOOD)),
        ("high_below_low", row([2.0, 1.0, 3.0, 2.5, 10.0])),
        ("open_outside", row([9.0, 3.0, 1.0, 2.5, 10.0])),
        ("not_finite", row([2.0, 3.0, 1.0, f64::NAN, 10.0])),
        ("not_positive", row([2.0, 3.0, 0.0, 2.5, 10.0])),
        ("negative_volume", row([2.0, 3.0, 1.0, 2.5, -1.0])),
        ("null_price", changed(|rows| rows[BAD].1[3] = None)),
        ("null_time", changed(|rows| rows[BAD].0 = None)),
        ("several_flaws", several()),
        ("no_rows", Vec::new()),
    ];
    for (kind, rows) in kinds {
        write(folder, kind, columns(&rows));
    }
    write(
        folder,
        "missing_column",
        columns(&valid()).into_iter().filter(|(name, _)| *name != "close").collect(),
    );
    write(folder, "column_type", with_flags(columns(&valid())));
    no_parquet(folder);
}

/// Files that are not complete Parquet files.
fn no_parquet(folder: &Path) {
    write(folder, "truncated", columns(&valid()));
    let whole = fs::read(folder.join("truncated/ALPHA_1h.parquet")).unwrap();
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:2d\nsize 7\n";
    let mut damaged = whole.clone();
    damaged[4..200].fill(0xff);
    for (kind, bytes) in [
        ("truncated", &whole[..1000]),
        ("damaged", &damaged),
        ("not_parquet", b"ts,open,high,low,close,volume\n"),
        ("empty_file", b""),
        ("lfs_pointer", pointer),
    ] {
        describe(folder, kind);
        fs::write(folder.join(kind).join("ALPHA_1h.parquet"), bytes).unwrap();
    }
}

fn valid() -> Rows {
    (0..ROWS as i64).map(|hour| (Some(hour), GOOD.map(Some))).collect()
}

fn changed(change: impl Fn(&mut Rows)) -> Rows {
    let mut rows = valid();
    change(&mut rows);
    rows
}

/// Valid rows except for one, which has this hour and these numbers.
fn with(hour: i64, values: [f64; 5]) -> Rows {
    changed(|rows| rows[BAD] = (Some(hour), values.map(Some)))
}

/// Two rows with one kind of error, one with another.
fn several() -> Rows {
    changed(|rows| {
        rows[BAD].1[1] = Some(0.5);
        rows[9].1[2] = Some(0.0);
        rows[11].1[1] = Some(0.5);
    })
}

fn columns(rows: &Rows) -> Vec<(&'static str, ArrayRef)> {
    let times = rows.iter().map(|(hour, _)| hour.map(|hour| START + hour * HOUR));
    let times: ArrayRef = Arc::new(times.collect::<TimestampMicrosecondArray>());
    let number = |which: usize| -> ArrayRef {
        Arc::new(rows.iter().map(|(_, values)| values[which]).collect::<Float64Array>())
    };
    let numbers = (0..5).map(|which| (NAMES[which + 1], number(which)));
    std::iter::once((NAMES[0], times)).chain(numbers).collect()
}

/// With booleans for prices.
fn with_flags(columns: Vec<(&'static str, ArrayRef)>) -> Vec<(&'static str, ArrayRef)> {
    let flags: ArrayRef = Arc::new(BooleanArray::from(vec![true; ROWS]));
    let flagged = |(name, column)| if name == "close" { (name, Arc::clone(&flags)) } else { (name, column) };
    columns.into_iter().map(flagged).collect()
}

fn write(folder: &Path, kind: &str, columns: Vec<(&str, ArrayRef)>) {
    describe(folder, kind);
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, true)),
    );
    let batch = batch.unwrap();
    let file = File::create(folder.join(kind).join("ALPHA_1h.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// The folder of a kind and its scenario.
fn describe(folder: &Path, kind: &str) {
    fs::create_dir_all(folder.join(kind)).unwrap();
    let scenario = format!(
        r#"[scenario]
name = "flawed"

[market]
path = "flawed/{kind}"
symbols = ["ALPHA"]
interval = "1h"

[[agents]]
name = "hold"
risk = "unlimited"
strategy = {{ kind = "buy_and_hold" }}

[[agents]]
name = "idle"
strategy = {{ kind = "cash" }}
"#
    );
    fs::write(folder.join(format!("{kind}.toml")), scenario).unwrap();
}
