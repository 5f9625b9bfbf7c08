//! Tables as users provide them: delimiters, labels, missing values, and errors with their locations.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray,
};
use parquet::arrow::ArrowWriter;
use tempfile::TempDir;

use super::*;

fn text(content: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

fn read(content: &str) -> NumberTable {
    let (_folder, path) = text(content);
    NumberTable::read(&path).unwrap()
}

/// The message without its folder.
fn refused(content: &str) -> String {
    let (folder, path) = text(content);
    let error = NumberTable::read(&path).unwrap_err();
    format!("{error}; {}", error.help()).replace(&format!("{}/", folder.path().display()), "")
}

fn parquet(columns: Vec<(&str, ArrayRef)>) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("table.parquet");
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    (folder, path)
}

fn names(table: &NumberTable) -> Vec<&str> {
    table.columns.iter().map(|column| column.name.as_str()).collect()
}

#[test]
fn dates_label_rows_and_empty_fields_are_missing() {
    let table = read("date,a,b\n2024-01-01,0.1,-2\n2024-01-02,,nan\n2024-01-03,1e-3,NULL\n");
    assert_eq!(names(&table), ["a", "b"]);
    assert_eq!(table.columns[0].values, [Some(0.1), None, Some(1e-3)]);
    assert_eq!(table.columns[1].values, [Some(-2.0), None, None]);
    assert_eq!(table.columns[1].first_missing(), Some(1));
    assert_eq!(table.labels.as_ref().unwrap()[2], "2024-01-03");
    assert_eq!(table.times.unwrap()[1].to_string(), "2024-01-02T00:00:00Z");
}

#[test]
fn numbers_alone_need_no_label() {
    let table = read("returns\n0.1\n-0.2\n");
    assert_eq!((names(&table), table.rows()), (vec!["returns"], 2));
    assert_eq!((table.labels, table.times), (None, None));
    let table = read("a;b\n1.5;2\n3;4\n");
    assert_eq!(table.columns[0].complete(), Some(vec![1.5, 3.0]));
}

#[test]
fn an_index_of_numbers_is_a_label_by_its_name() {
    for head in ["", "window", "Unnamed: 0", "index"] {
        let table = read(&format!("{head},a\n0,0.5\n1,0.6\n"));
        assert_eq!(names(&table), ["a"], "{head}");
        assert_eq!((table.labels.unwrap(), table.times), (vec!["0".to_owned(), "1".to_owned()], None));
    }
    let table = read("ts,a\n1706659200000,0.5\n1706745600000,0.6\n");
    assert_eq!(table.times.unwrap()[0].to_string(), "2024-01-31T00:00:00Z");
}

#[test]
fn text_labels_are_not_times() {
    let table = read("agent\ttrend\nfirst\t0.5\nsecond\t0.6\n");
    assert_eq!(table.labels.unwrap(), ["first", "second"]);
    assert_eq!(table.times, None);
}

#[test]
fn a_file_without_a_header_is_detected() {
    let table = read("0.1,0.2\n0.3,0.4\n");
    assert!(!table.has_header);
    assert_eq!((names(&table), table.rows()), (vec!["column_1", "column_2"], 2));
    let table = read("2024-01-01,0.2\n2024-01-02,0.4\n");
    assert_eq!((names(&table), table.rows(), table.has_header), (vec!["column_2"], 2, false));
    let table = read("0.2\n0.4\n");
    assert_eq!((names(&table), table.rows()), (vec!["column_1"], 2));
    // Pandas writes this header for unnamed columns; ranks of four windows are rows.
    assert_eq!(names(&read("0,1,2\n0.1,0.2,0.3\n")), ["0", "1", "2"]);
    assert_eq!(names(&read(",0,1,2\n0,1,2,3\n")), ["0", "1", "2"]);
    assert_eq!(read("0,1,2\n2,1,0\n1,2,0\n").rows(), 3);
    assert_eq!(names(&read("agent,2023,2024\nx,1,2\n")), ["2023", "2024"]);
}

#[test]
fn quotes_marks_and_blank_ends_are_read() {
    let table = read("\u{feff}name,\"a, b\", c ,\r\nx,1, 2 ,\r\n\r\ny,3,4,\r\n");
    assert_eq!(names(&table), ["a, b", "c"]);
    assert_eq!(table.columns[1].complete(), Some(vec![2.0, 4.0]));
}

#[test]
fn an_invalid_cell_is_refused_with_its_location() {
    assert_eq!(
        refused("date,a\n2024-01-01,0.1\n2024-01-02,0.1x\n"),
        "`table.csv`, line 3, column `a`: `0.1x` is not a number; write a plain number, or leave the field empty if there is no value"
    );
    // Also in the first column: it does not become a label column.
    assert_eq!(
        refused("a,b\n1,2\n3,4\nfive,6\n"),
        "`table.csv`, line 4, column `a`: `five` is not a number; write a plain number, or leave the field empty if there is no value"
    );
    assert!(refused("a,b\n1,1.5%\n").ends_with("write percentages as fractions: 1.5% is 0.015"));
    assert!(refused("a;b\n1;1,5\n").contains("with a decimal point"));
    assert!(refused("a,b\n1,\"1,500.0\"\n").contains("thousands separators"));
    assert!(refused("a,b\n1,inf\n").contains("line 2, column `b`: `inf` is not finite"));
    assert_eq!(
        refused("a,b\n1,2\n1,2,3\n"),
        "`table.csv`, line 3: 3 fields where the first line has 2; every line needs the same number of fields; an empty field is a missing value, and a field with the separator needs quotes"
    );
    assert!(refused("a,b\r\n\r\n1,2\r\n3,x\r\n").starts_with("`table.csv`, line 4, column `b`"));
    assert!(refused("a,a\n1,2\n").contains("two columns named `a`"));
    assert!(refused("a,,b\n1,2,3\n").contains("column 2 of `table.csv` has no name"));
    assert!(refused("").contains("has no rows"));
    assert!(refused("a,b\n").contains("has no rows"));
    assert!(refused("name\nx\ny\n").contains("has no column of numbers"));
    assert!(refused("a\0b").contains("neither Parquet nor text"));
}

#[test]
fn other_columns_may_hold_anything() {
    let (_folder, path) = text("date,note,equity\n2024-01-01,start,100\n2024-01-02,,110\n");
    let table = NumberTable::read_columns(&path, &["equity"]).unwrap();
    assert_eq!(table.column("equity").unwrap().complete(), Some(vec![100.0, 110.0]));
    let error = NumberTable::read_columns(&path, &["equty"]).unwrap_err();
    assert_eq!(error.help(), "did you mean `equity`?");
}

#[test]
fn parquet_of_any_numbers() {
    let (_folder, path) = parquet(vec![
        ("whole", Arc::new(Int64Array::from(vec![1, 2]))),
        ("float", Arc::new(Float64Array::from(vec![Some(0.5), None]))),
        ("money", Arc::new(Decimal128Array::from(vec![12_345, -1]).with_precision_and_scale(20, 2).unwrap())),
        ("nan", Arc::new(Float64Array::from(vec![f64::NAN, 1.0]))),
        ("Date", Arc::new(Date32Array::from(vec![19_723, 19_724]))),
    ]);
    let table = NumberTable::read(&path).unwrap();
    assert_eq!(names(&table), ["whole", "float", "money", "nan"]);
    assert_eq!(table.columns[1].values, [Some(0.5), None]);
    assert_eq!(table.columns[2].values, [Some(123.45), Some(-0.01)]);
    assert_eq!(table.columns[3].values, [None, Some(1.0)]);
    assert_eq!(table.times.unwrap()[1].to_string(), "2024-01-02T00:00:00Z");
}

#[test]
fn parquet_labels_lead_or_are_times() {
    let (_folder, path) = parquet(vec![
        ("agent", Arc::new(StringArray::from(vec!["x", "y"])) as ArrayRef),
        ("score", Arc::new(Float64Array::from(vec![0.5, 0.6]))),
    ]);
    assert_eq!(NumberTable::read(&path).unwrap().labels.unwrap(), ["x", "y"]);
    let (_folder, path) = parquet(vec![
        ("ts", Arc::new(TimestampMillisecondArray::from(vec![1_706_659_200_000])) as ArrayRef),
        ("score", Arc::new(Float64Array::from(vec![0.5]))),
        ("note", Arc::new(StringArray::from(vec!["x"]))),
    ]);
    let error = NumberTable::read(&path).unwrap_err();
    assert!(error.to_string().contains("column `note`"), "{error}");
    let table = NumberTable::read_columns(&path, &["score"]).unwrap();
    assert_eq!(table.times.unwrap()[0].to_string(), "2024-01-31T00:00:00Z");
}

#[test]
fn an_infinity_and_a_broken_file_of_parquet_are_refused() {
    let (_folder, path) =
        parquet(vec![("a", Arc::new(Float64Array::from(vec![1.0, f64::INFINITY])) as ArrayRef)]);
    let error = NumberTable::read(&path).unwrap_err().to_string();
    assert!(error.contains("row 2, column `a`: `inf` is not finite"), "{error}");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(NumberTable::read(&path), Err(TableError::Parquet { .. })));
}
