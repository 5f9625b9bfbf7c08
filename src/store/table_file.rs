//! One table on its way to disk: a Parquet file, and its CSV twin where asked for.
//!
//! Owns the writer's properties, which are fixed so that equal rows give equal bytes: no clock, no
//! version of a library, one compression; and what the file says about itself. Never decides what a table holds.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;

use super::dictionary::ResultTable;
use super::{StoreError, csv, money};
use crate::scenario::MoneyColumns;

/// Rows of a row group: a year of minutes fits one.
const GROUP_ROWS: usize = 1 << 20;
/// Columns whose values hardly repeat: a dictionary would only be built and thrown away.
const WITHOUT_DICTIONARY: [&str; 3] = ["equity", "drawdown", "return_fraction"];
/// Columns that rise: times and numbers of bars and orders.
const DELTA: [&str; 10] = [
    "ts",
    "at",
    "placed_at",
    "ended_at",
    "entry_at",
    "exit_at",
    "tick",
    "entry_tick",
    "exit_tick",
    "order_id",
];

/// What all tables of a run share.
#[derive(Debug, Clone, Copy)]
pub(super) struct TableOptions {
    /// Whether every file gets a CSV twin.
    pub csv: bool,
    /// Type of the columns of money.
    pub money: MoneyColumns,
}

/// A table being written.
pub(super) struct TableFile {
    path: PathBuf,
    money: MoneyColumns,
    parquet: Option<ArrowWriter<BufWriter<File>>>,
    csv: Option<BufWriter<File>>,
}

impl TableFile {
    /// `NAME.parquet` in a folder, with `NAME.csv` beside it where that is asked for.
    pub fn create(
        folder: &Path,
        name: &str,
        options: &TableOptions,
        schema_of: &RecordBatch,
    ) -> Result<Self, StoreError> {
        let path = folder.join(format!("{name}.parquet"));
        let file = File::create(&path).map_err(StoreError::write(&path))?;
        let money = options.money;
        let schema = money::stored(schema_of, money).map_err(StoreError::columns(&path))?.schema();
        let about = about(name, options, schema.fields().iter().map(|field| field.name().as_str()));
        let properties = properties(about).map_err(StoreError::parquet(&path))?;
        let parquet = ArrowWriter::try_new(BufWriter::new(file), schema, Some(properties))
            .map_err(StoreError::parquet(&path))?;
        let csv = if options.csv { Some(csv_twin(&path, schema_of)?) } else { None };
        Ok(Self { path, money, parquet: Some(parquet), csv })
    }

    /// Appends a batch of rows.
    pub fn write(&mut self, batch: Result<RecordBatch, ArrowError>) -> Result<(), StoreError> {
        let batch = batch.map_err(StoreError::columns(&self.path))?;
        if let Some(parquet) = &mut self.parquet {
            let stored = money::stored(&batch, self.money).map_err(StoreError::columns(&self.path))?;
            parquet.write(&stored).map_err(StoreError::parquet(&self.path))?;
        }
        if let Some(csv) = &mut self.csv {
            csv::write_rows(csv, &batch).map_err(StoreError::write(&self.path.with_extension("csv")))?;
        }
        Ok(())
    }

    /// Writes what is still in memory.
    pub fn close(mut self) -> Result<(), StoreError> {
        if let Some(parquet) = self.parquet.take() {
            let mut file = parquet.into_inner().map_err(StoreError::parquet(&self.path))?;
            file.flush().map_err(StoreError::write(&self.path))?;
        }
        if let Some(mut csv) = self.csv.take() {
            csv.flush().map_err(StoreError::write(&self.path.with_extension("csv")))?;
        }
        Ok(())
    }
}

fn csv_twin(parquet: &Path, schema_of: &RecordBatch) -> Result<BufWriter<File>, StoreError> {
    let path = parquet.with_extension("csv");
    let mut file = BufWriter::new(File::create(&path).map_err(StoreError::write(&path))?);
    file.write_all(csv::header(schema_of).as_bytes()).map_err(StoreError::write(&path))?;
    Ok(file)
}

/// What the file says about itself: nothing of the run, whose other agents are no matter of an agent's files.
fn about<'a>(name: &str, options: &TableOptions, columns: impl Iterator<Item = &'a str>) -> Vec<KeyValue> {
    let pair = |key: &str, value: String| KeyValue::new(format!("tiltyard.{key}"), value);
    let mut about = vec![
        pair("version", env!("CARGO_PKG_VERSION").to_owned()),
        pair("table", name.to_owned()),
        pair("money", options.money.as_str().to_owned()),
    ];
    if let Some(table) = ResultTable::of_name(name) {
        about.push(pair("row", table.row.to_owned()));
        about.push(pair("columns", table.meanings(columns)));
    }
    about
}

fn properties(about: Vec<KeyValue>) -> Result<WriterProperties, parquet::errors::ParquetError> {
    let mut builder = WriterProperties::builder()
        .set_created_by("tiltyard".to_owned())
        .set_key_value_metadata(Some(about))
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_max_row_group_row_count(Some(GROUP_ROWS));
    for name in WITHOUT_DICTIONARY {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(name), false);
    }
    for name in DELTA {
        builder = builder
            .set_column_dictionary_enabled(ColumnPath::from(name), false)
            .set_column_encoding(ColumnPath::from(name), Encoding::DELTA_BINARY_PACKED);
    }
    Ok(builder.build())
}
