//! Every kind of bad data, with its message and help.

use std::fs;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};

use super::fixture::{Folder, Want, bars};
use crate::market::{Market, MarketError};

const GOOD: [f64; 5] = [2.0, 3.0, 1.0, 2.5, 10.0];

/// The message without the folder; every error must have a help.
fn refused(folder: &Folder, result: Result<Market, MarketError>) -> String {
    let error = result.unwrap_err();
    assert!(error.problems().iter().all(|problem| problem.help().len() > 10));
    error.to_string().replace(&format!("{}/", folder.path().display()), "")
}

/// The message for a file of these rows, an hour apart by default.
fn rows(rows: &[(&str, [f64; 5])]) -> String {
    let folder = Folder::new().with_rows("A_1h.parquet", rows);
    refused(&folder, folder.load(&["A"], "1h"))
}

fn third(row: [f64; 5]) -> String {
    rows(&[("2024-01-01T00:00", GOOD), ("2024-01-01T01:00", GOOD), ("2024-01-01T02:00", row)])
}

#[test]
fn unsorted_and_duplicate_times() {
    assert_eq!(
        rows(&[("2024-01-01T02:00", GOOD), ("2024-01-01T01:00", GOOD), ("2024-01-01T03:00", GOOD)]),
        "`A_1h.parquet` row 1 (2024-01-01T01:00:00Z): is earlier than the row before it (2024-01-01T02:00:00Z)"
    );
    assert_eq!(
        rows(&[("2024-01-01T02:00", GOOD), ("2024-01-01T02:00", GOOD), ("2024-01-01T02:00", GOOD)]),
        "`A_1h.parquet` row 1 (2024-01-01T02:00:00Z): has the same time as the row before it; 2 rows have this problem"
    );
}

#[test]
fn invalid_rows() {
    let prefix = "`A_1h.parquet` row 2 (2024-01-01T02:00:00Z): ";
    let message = |row| third(row).strip_prefix(prefix).unwrap().to_owned();
    assert_eq!(message([2.0, 1.0, 3.0, 2.5, 1.0]), "high `1` is below low `3`");
    assert_eq!(message([2.0, 3.0, 0.0, 2.5, 1.0]), "`low` is `0`, not above zero");
    assert_eq!(message([2.0, 3.0, 1.0, f64::NAN, 1.0]), "`close` is `NaN`, not a finite number");
    assert_eq!(message([2.0, f64::INFINITY, 1.0, 2.5, 1.0]), "`high` is `inf`, not a finite number");
    assert_eq!(message([3.5, 3.0, 1.0, 2.5, 1.0]), "`open` `3.5` is outside low `1` to high `3`");
    assert_eq!(message([2.0, 3.0, 1.0, 0.5, 1.0]), "`close` `0.5` is outside low `1` to high `3`");
    assert_eq!(message([2.0, 3.0, 1.0, 2.5, -4.0]), "`volume` is `-4`, less than zero");
    assert_eq!(
        message([2.0, 9e10, 1.0, 2.5, 1.0]),
        "`high` is `90000000000`, above the largest supported price, 1e10"
    );
}

#[test]
fn all_errors_of_all_symbols_are_reported_at_once() {
    let bad =
        [("2024-01-01T00:00", [2.0, 1.0, 3.0, 2.5, 1.0]), ("2024-01-01T01:00", [2.0, 3.0, 1.0, 2.5, -1.0])];
    let folder = Folder::new().with_rows("A_1h.parquet", &bad).with_rows("B_1h.parquet", &bad[..1]);
    let error = folder.load(&["A", "B"], "1h").unwrap_err();
    assert_eq!(error.problems().len(), 3);
    assert!(error.to_string().starts_with("3 problems with the market data:\n- `"), "{error}");
    // A missing symbol does not hide another.
    let error = folder.load(&["C", "D"], "1h").unwrap_err();
    assert_eq!(error.problems().len(), 2);
}

#[test]
fn rows_outside_the_window_are_not_checked() {
    let folder = Folder::new().with_rows(
        "A_1h.parquet",
        &[
            ("2024-01-01T00:00", [2.0, 1.0, 3.0, 2.5, 1.0]),
            ("2024-01-01T01:00", GOOD),
            ("2024-01-01T02:00", GOOD),
        ],
    );
    let want = Want::new(folder.path(), &["A"], "1h").window("2024-01-01T02:00", "").history(1);
    assert_eq!(want.load().unwrap().clock.len(), 2);
    assert!(want.history(2).load().is_err());
}

#[test]
fn nulls() {
    let full = || Arc::new(Float64Array::from(vec![1.0, 1.0])) as ArrayRef;
    let null_price = Arc::new(Float64Array::from(vec![Some(1.0), None])) as ArrayRef;
    let times = Arc::new(Int64Array::from(vec![1_704_067_200, 1_704_070_800])) as ArrayRef;
    let refusal = |ts: ArrayRef, close: ArrayRef| {
        let columns = vec![
            ("ts", ts),
            ("open", full()),
            ("high", full()),
            ("low", full()),
            ("close", close),
            ("volume", full()),
        ];
        let folder = Folder::new().with_columns("A_1h.parquet", columns);
        refused(&folder, folder.load(&["A"], "1h"))
    };
    assert_eq!(refusal(times, null_price), "`A_1h.parquet` row 1 (2024-01-01T01:00:00Z): `close` is null");
    let null_time = Arc::new(Int64Array::from(vec![Some(1_704_067_200), None])) as ArrayRef;
    assert_eq!(refusal(null_time, full()), "`A_1h.parquet` row 1: `time` is null");
    let texts = Arc::new(StringArray::from(vec!["2024-01-01", "soon"])) as ArrayRef;
    assert_eq!(refusal(texts, full()), "`A_1h.parquet` row 1: `soon` is not a time");
    let wrong = Arc::new(BooleanArray::from(vec![true, false])) as ArrayRef;
    assert_eq!(refusal(wrong.clone(), full()), "`A_1h.parquet` column `ts` is of type `Boolean`");
    let times = Arc::new(Int64Array::from(vec![1_704_067_200, 1_704_070_800])) as ArrayRef;
    assert_eq!(refusal(times, wrong), "`A_1h.parquet` column `close` is of type `Boolean`");
}

#[test]
fn a_missing_column() {
    let column = || Arc::new(Float64Array::from(vec![1.0])) as ArrayRef;
    let folder = Folder::new().with_columns(
        "A_1h.parquet",
        vec![
            ("when", column()),
            ("open", column()),
            ("high", column()),
            ("low", column()),
            ("close", column()),
            ("volume", column()),
        ],
    );
    assert_eq!(
        refused(&folder, folder.load(&["A"], "1h")),
        "`A_1h.parquet` has no column for `time`; its columns are `when`, `open`, `high`, `low`, `close`, `volume`"
    );
}

#[test]
fn incomplete_and_foreign_files() {
    let folder = Folder::new().with("A_1h.parquet", &bars("1h", "2024-01-01", 100));
    let path = folder.path().join("A_1h.parquet");
    let whole = fs::read(&path).unwrap();
    let message = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        refused(&folder, folder.load(&["A"], "1h"))
    };
    let half = whole.len() / 2;
    assert_eq!(
        message(&whole[..half]),
        format!(
            "`A_1h.parquet` is truncated: it starts as a Parquet file but its end is missing ({half} bytes)"
        )
    );
    assert!(message(b"PAR1").starts_with("`A_1h.parquet` is truncated"));
    assert_eq!(message(b"ts,open,high,low,close\n"), "`A_1h.parquet` is not a Parquet file");
    assert_eq!(message(b""), "`A_1h.parquet` is not a Parquet file");
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:2d\nsize 7\n";
    assert!(message(pointer).starts_with("`A_1h.parquet` is a Git LFS pointer"));
    let middle_lost = [&whole[..100], &whole[half..]].concat();
    assert!(message(&middle_lost).starts_with("`A_1h.parquet` cannot be decoded: "));
}

#[test]
fn no_rows() {
    let folder = Folder::new().with("A_1h.parquet", &bars("1h", "2024-01-01", 0));
    assert_eq!(refused(&folder, folder.load(&["A"], "1h")), "`A_1h.parquet` has no rows");
}

#[test]
fn bars_too_coarse_for_the_scenario() {
    let folder = Folder::new().with("A_1d.parquet", &bars("1d", "2024-01-01", 5));
    assert_eq!(
        refused(&folder, folder.load(&["A"], "1h")),
        "`A` has bars of 1d, which cannot be resampled to 1h"
    );
    let folder = Folder::new().with("A_1h.parquet", &bars("1h", "2024-01-01", 5));
    assert!(folder.load(&["A"], "30m").unwrap_err().help().contains("a multiple of 1h"));
}

#[test]
fn an_unknown_interval() {
    let rows = [("2024-01-01T00:00", GOOD), ("2024-01-01T00:07", GOOD), ("2024-01-01T00:14", GOOD)];
    let folder = Folder::new().with_rows("A.parquet", &rows);
    assert_eq!(
        refused(&folder, folder.load(&["A"], "1h")),
        "`A.parquet` does not name its interval, and its bars are 7m apart"
    );
}

#[test]
fn files_that_overlap() {
    let folder = Folder::new()
        .with("x/A_1h.parquet", &bars("1h", "2024-01-01", 5))
        .with("y/A_1h.parquet", &bars("1h", "2024-01-01T04:00", 5));
    assert_eq!(
        refused(&folder, folder.load(&["A"], "1h")),
        "`x/A_1h.parquet` and `y/A_1h.parquet` both hold `A` at 2024-01-01T04:00:00Z"
    );
}

#[test]
fn bars_closer_than_their_interval() {
    let rows = [("2024-01-01T00:00", GOOD), ("2024-01-01T00:30", GOOD), ("2024-01-01T01:30", GOOD)];
    let folder = Folder::new().with_rows("A_1h.parquet", &rows);
    assert_eq!(
        refused(&folder, folder.load(&["A"], "1h")),
        "bars of 1h overlap: `A` opens at 2024-01-01T00:00:00Z and `A` at 2024-01-01T00:30:00Z, before the \
         first has closed"
    );
}

#[test]
fn windows_outside_the_data() {
    let folder = Folder::new()
        .with("A_1d.parquet", &bars("1d", "2024-01-01", 10))
        .with("B_1d.parquet", &bars("1d", "2024-01-06", 10));
    let message = |start, end| {
        let result = Want::new(folder.path(), &["A", "B"], "1d").window(start, end).load();
        result.map(|market| market.in_range.last - market.in_range.first).map_err(|error| error.to_string())
    };
    let covers = "is outside the data, which covers 2024-01-01T00:00:00Z to 2024-01-16T00:00:00Z";
    let outside = |start: &str, end: &str| Err(format!("the window {start} to {end} {covers}"));
    assert_eq!(message("2023-01-01", "2023-02-01"), outside("2023-01-01T00:00:00Z", "2023-02-01T00:00:00Z"));
    assert_eq!(message("2025-01-01", ""), outside("2025-01-01T00:00:00Z", "(open)"));
    assert_eq!(message("", "2023-12-01"), outside("(open)", "2023-12-01T00:00:00Z"));
    assert_eq!(message("2023-12-30", ""), outside("2023-12-30T00:00:00Z", "(open)"));
    assert_eq!(message("", "2024-01-18"), outside("(open)", "2024-01-18T00:00:00Z"));
    // A tolerance of one bar: a year's first day without trading is accepted.
    assert_eq!(message("2023-12-31", "2024-01-17"), Ok(15));
    // One symbol ends early, the other lists late; each has bars in the range.
    assert_eq!(message("2024-01-05", "2024-01-15"), Ok(10));
    let early = message("2024-01-01", "2024-01-05").unwrap_err();
    assert!(early.starts_with("`B` has no bar in the window"), "{early}");
    let empty = message("2024-01-05", "2024-01-05").unwrap_err();
    assert_eq!(empty, "the range 2024-01-05T00:00:00Z to 2024-01-05T00:00:00Z is empty");
}

#[test]
fn a_missing_path() {
    let folder = Folder::new();
    let error = folder.load(&["A"], "1h").unwrap_err();
    assert!(matches!(error, MarketError::NoFiles { .. }), "{error}");
    let error = Want::new(&folder.path().join("nowhere"), &["A"], "1h").load().unwrap_err();
    assert!(matches!(error, MarketError::NotFound { .. }), "{error}");
}
