//! Column names and types of vendors, and which parts of a file are read.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Decimal128Array, Float32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampNanosecondArray, UInt64Array,
};
use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::fixture::{Folder, Want, at, bars, write_batch};
use crate::market::MarketError;

fn floats(values: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

#[test]
fn binance_integers_of_milliseconds_and_extra_columns() {
    let ms = [1_704_067_200_000_i64, 1_704_070_800_000];
    let folder = Folder::new().with_columns(
        "A_1h.parquet",
        vec![
            ("open_time", Arc::new(Int64Array::from(ms.to_vec()))),
            ("close_time", Arc::new(Int64Array::from(vec![1, 2]))),
            ("Close", floats(&[1.5, 2.5])),
            ("Open", floats(&[1.0, 2.0])),
            ("High", floats(&[2.0, 3.0])),
            ("Low", floats(&[1.0, 2.0])),
            ("Volume", Arc::new(UInt64Array::from(vec![10_u64, 20]))),
            ("note", Arc::new(StringArray::from(vec!["x", "y"]))),
        ],
    );
    let market = folder.load(&["A"], "1h").unwrap();
    let series = &market.symbols[0].bars;
    assert_eq!(series.ts, ["2024-01-01", "2024-01-01T01:00"].map(at));
    assert_eq!((&series.open[..], &series.close[..]), (&[1.0, 2.0][..], &[1.5, 2.5][..]));
    assert_eq!(series.volume, [10.0, 20.0]);
}

#[test]
fn decimals_dates_nanoseconds_texts_and_single_floats() {
    let decimal = |units: [i128; 2]| -> ArrayRef {
        Arc::new(Decimal128Array::from(units.to_vec()).with_precision_and_scale(20, 8).unwrap())
    };
    let prices = || {
        vec![
            ("o", decimal([4_210_050, 4_210_060])),
            ("h", decimal([4_210_070, 4_210_070])),
            ("l", decimal([4_210_040, 4_210_040])),
            ("c", decimal([4_210_060, 4_210_050])),
            ("vol", Arc::new(Float32Array::from(vec![0.1_f32, 2.5])) as ArrayRef),
        ]
    };
    let with = |time: ArrayRef| {
        let mut columns = vec![("Date", time)];
        columns.extend(prices());
        let folder = Folder::new().with_columns("A_1d.parquet", columns);
        let market = folder.load(&["A"], "1d").unwrap();
        assert_eq!(market.clock, ["2024-01-31", "2024-02-01"].map(at));
        assert_eq!(market.symbols[0].bars.open, [0.0421005, 0.0421006]);
        assert_eq!(market.symbols[0].bars.volume, [0.1, 2.5]);
        market.digest
    };
    let ns = [1_706_659_200_000_000_000_i64, 1_706_745_600_000_000_000];
    let digests = [
        with(Arc::new(Date32Array::from(vec![19_753, 19_754]))),
        with(Arc::new(TimestampNanosecondArray::from(ns.to_vec()))),
        with(Arc::new(TimestampNanosecondArray::from(ns.to_vec()).with_timezone("America/New_York"))),
        with(Arc::new(StringArray::from(vec!["2024-01-31", "2024-02-01 00:00:00"]))),
        with(Arc::new(StringArray::from(vec!["2024-01-31T00:00:00Z", "2024-02-01T01:00:00+01:00"]))),
        with(Arc::new(Int64Array::from(vec![1_706_659_200, 1_706_745_600]))),
    ];
    assert!(digests.iter().all(|digest| *digest == digests[0]), "the digest sees content, not encoding");
}

/// A file of 10 row groups of 10 hourly bars each, with or without statistics.
fn grouped(folder: &Folder, statistics: EnabledStatistics) -> std::path::PathBuf {
    let written = bars("1h", "2024-01-01", 100);
    let times = Int64Array::from_iter_values(written.ts.iter().map(|at| at.micros()));
    let batch = RecordBatch::try_from_iter(vec![
        ("ts", Arc::new(times) as ArrayRef),
        ("open", floats(&written.open)),
        ("high", floats(&written.high)),
        ("low", floats(&written.low)),
        ("close", floats(&written.close)),
        ("volume", floats(&written.volume)),
        ("unused", floats(&written.volume)),
    ])
    .unwrap();
    let path = folder.path().join("A_1h.parquet");
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(10))
        .set_statistics_enabled(statistics)
        .set_offset_index_disabled(true)
        .build();
    write_batch(&path, &batch, properties);
    path
}

/// Overwrites with garbage the pages of every column chunk that `hit` selects by row group and column.
fn corrupt(path: &std::path::Path, hit: impl Fn(usize, usize) -> bool) {
    let reader = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    for (group, row_group) in reader.metadata().row_groups().iter().enumerate() {
        for (column, chunk) in row_group.columns().iter().enumerate() {
            if hit(group, column) {
                let (start, length) = chunk.byte_range();
                file.seek(SeekFrom::Start(start)).unwrap();
                file.write_all(&vec![0xFF; usize::try_from(length).unwrap()]).unwrap();
            }
        }
    }
}

#[test]
fn row_groups_and_columns_that_the_window_does_not_need_are_not_read() {
    let folder = Folder::new();
    let path = grouped(&folder, EnabledStatistics::Chunk);
    let want =
        Want::new(folder.path(), &["A"], "1h").window("2024-01-02T06:00", "2024-01-02T18:00").history(12);
    let expected = want.load().unwrap();
    // Rows 18 to 41: groups 1 to 4. Everything else is corrupted, as is the unused column.
    corrupt(&path, |group, column| !(1..=4).contains(&group) || column == 6);
    let market = want.load().unwrap();
    assert_eq!(market.symbols[0].bars, expected.symbols[0].bars);
    assert_eq!(market.symbols[0].bars.open[0], 118.0);
    // A needed group is read, and found corrupted.
    let error = want.history(25).load().unwrap_err();
    assert!(matches!(error, MarketError::Damaged { .. }), "{error}");
}

#[test]
fn without_statistics_only_the_time_column_is_read_everywhere() {
    let folder = Folder::new();
    let path = grouped(&folder, EnabledStatistics::None);
    corrupt(&path, |group, column| !(3..=4).contains(&group) && column != 0 || column == 6);
    let want = Want::new(folder.path(), &["A"], "1h").window("2024-01-02T06:00", "2024-01-02T18:00");
    assert_eq!(want.load().unwrap().symbols[0].bars.open[0], 130.0);
}

#[test]
fn a_frame_reads_no_further_back_than_it_needs() {
    let folder = Folder::new();
    let path = grouped(&folder, EnabledStatistics::Chunk);
    // The bar of the start, the newest before it, one more, and only complete ones: at most 4 x 4 rows before row 60.
    let want = Want::new(folder.path(), &["A"], "1h").window("2024-01-03T12:00", "").frame("4h", 1);
    corrupt(&path, |group, _| group < 4);
    let market = want.load().unwrap();
    let frame = &market.symbols[0].frames[&"4h".parse().unwrap()];
    assert_eq!(frame.bars.ts[0], at("2024-01-03T00:00"));
    assert_eq!(frame.bars.volume[0], (49 + 50 + 51 + 52) as f64);
    assert_eq!(frame.closed[0], 3);
}

#[test]
fn every_usual_compression_is_read() {
    let all = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ];
    let numbers: Vec<f64> = (0..5_000).map(|row| 100.0 + f64::from(row % 50)).collect();
    let times: Vec<i64> = (0..5_000).map(|row| 1_704_067_200_000 + row * 60_000).collect();
    for compression in all {
        let folder = Folder::new();
        let columns: Vec<(&str, ArrayRef)> =
            std::iter::once(("ts", Arc::new(Int64Array::from(times.clone())) as ArrayRef))
                .chain(["open", "high", "low", "close", "volume"].map(|name| (name, floats(&numbers))))
                .collect();
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let properties = WriterProperties::builder().set_compression(compression).build();
        write_batch(&folder.path().join("A_1m.parquet"), &batch, properties);
        let market = folder.load(&["A"], "1m").unwrap_or_else(|error| panic!("{compression}: {error}"));
        assert_eq!(market.symbols[0].bars.close, numbers, "{compression}");
    }
}
