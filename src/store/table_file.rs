//! One table on its way to disk: a Parquet file, and its CSV twin where asked for.
//!
//! Owns the writer's properties, which are fixed so that equal rows give equal bytes: no clock, no
//! version of a library, one compression; and what the file says about itself. Never decides what a table holds.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;

use super::dictionary::ResultTable;
use super::money::{self, MoneyType};
use super::{StoreError, columns, csv};
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

/// The table with a row for each bar of an agent. Its amounts are narrow as long as they are small enough: those take half
/// the time to write and to read.
const CURVE_TABLE: &str = "equity";
/// Amounts of every bar, almost each of them another: nobody searches them by statistics, and a higher level of
/// compression costs more time than the bytes are worth.
const CURVE: [&str; 5] = ["equity", "cash", "drawdown", "net", "gross"];

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
    name: &'static str,
    path: PathBuf,
    options: TableOptions,
    stored_as: MoneyType,
    schema: SchemaRef,
    parquet: Option<ArrowWriter<BufWriter<File>>>,
    csv: Option<BufWriter<File>>,
}

impl TableFile {
    /// `NAME.parquet` in a folder, with `NAME.csv` beside it where that is asked for.
    pub fn create(
        folder: &Path,
        name: &'static str,
        options: &TableOptions,
        schema_of: &RecordBatch,
    ) -> Result<Self, StoreError> {
        let path = folder.join(format!("{name}.parquet"));
        let stored_as = match options.money {
            MoneyColumns::Float => MoneyType::Float,
            MoneyColumns::Decimal if name == CURVE_TABLE => MoneyType::Narrow,
            MoneyColumns::Decimal => MoneyType::Wide,
        };
        let csv = if options.csv { Some(csv_twin(&path, schema_of)?) } else { None };
        let schema = schema_of.schema();
        let mut file = Self { name, path, options: *options, stored_as, schema, parquet: None, csv };
        file.parquet = Some(file.writer(&file.path)?);
        Ok(file)
    }

    fn writer(&self, path: &Path) -> Result<ArrowWriter<BufWriter<File>>, StoreError> {
        let file = File::create(path).map_err(StoreError::write(path))?;
        let empty = RecordBatch::new_empty(Arc::clone(&self.schema));
        let schema = money::stored(&empty, self.stored_as).map_err(StoreError::columns(path))?.schema();
        let about =
            about(self.name, &self.options, schema.fields().iter().map(|field| field.name().as_str()));
        let properties = properties(about, self.stored_as).map_err(StoreError::parquet(path))?;
        ArrowWriter::try_new(BufWriter::new(file), schema, Some(properties))
            .map_err(StoreError::parquet(path))
    }

    /// Appends a batch of rows.
    pub fn write(&mut self, batch: Result<RecordBatch, ArrowError>) -> Result<(), StoreError> {
        let batch = batch.map_err(StoreError::columns(&self.path))?;
        if self.stored_as == MoneyType::Narrow && !money::fits_narrow(&batch) {
            self.widen()?;
        }
        if let Some(parquet) = &mut self.parquet {
            let stored = money::stored(&batch, self.stored_as).map_err(StoreError::columns(&self.path))?;
            parquet.write(&stored).map_err(StoreError::parquet(&self.path))?;
        }
        if let Some(csv) = &mut self.csv {
            csv::write_rows(csv, &batch).map_err(StoreError::write(&self.path.with_extension("csv")))?;
        }
        Ok(())
    }

    /// Writes the rows so far anew, with room for larger amounts: those of a file have one type.
    fn widen(&mut self) -> Result<(), StoreError> {
        self.finish_parquet()?;
        let (narrow, wide) = (self.path.clone(), self.path.with_extension("wide"));
        self.stored_as = MoneyType::Wide;
        let mut writer = self.writer(&wide)?;
        columns::read(&narrow, "table", |batch| {
            let batch = money::stored(batch, MoneyType::Wide).map_err(|error| error.to_string())?;
            writer.write(&batch).map_err(|error| error.to_string())
        })?;
        std::fs::rename(&wide, &narrow).map_err(StoreError::write(&narrow))?;
        self.parquet = Some(writer);
        Ok(())
    }

    fn finish_parquet(&mut self) -> Result<(), StoreError> {
        let Some(parquet) = self.parquet.take() else { return Ok(()) };
        let mut file = parquet.into_inner().map_err(StoreError::parquet(&self.path))?;
        file.flush().map_err(StoreError::write(&self.path))
    }

    /// Writes what is still in memory.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.finish_parquet()?;
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

fn properties(
    about: Vec<KeyValue>,
    money: MoneyType,
) -> Result<WriterProperties, parquet::errors::ParquetError> {
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
    for name in CURVE {
        let column = || ColumnPath::from(name);
        builder = builder
            .set_column_statistics_enabled(column(), EnabledStatistics::None)
            .set_column_compression(column(), Compression::ZSTD(ZstdLevel::try_new(1)?));
        if money == MoneyType::Narrow {
            builder = builder
                .set_column_dictionary_enabled(column(), false)
                .set_column_encoding(column(), Encoding::DELTA_BINARY_PACKED);
        }
    }
    builder = builder.set_column_encoding(ColumnPath::from("drawdown"), Encoding::BYTE_STREAM_SPLIT);
    Ok(builder.build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Cash;
    use crate::store::money::units as units_of;
    use crate::store::tables::{money, table};
    use arrow_schema::DataType;

    fn written(
        name: &'static str,
        money_columns: MoneyColumns,
        batches: &[&[i128]],
    ) -> (DataType, Vec<i128>) {
        let batch = |amounts: &[i128]| {
            table(vec![money("equity", amounts.iter().map(|&units| Cash::from_units(units)))?])
        };
        let folder = tempfile::tempdir().unwrap();
        let options = TableOptions { csv: false, money: money_columns };
        let mut file = TableFile::create(folder.path(), name, &options, &batch(&[]).unwrap()).unwrap();
        batches.iter().for_each(|amounts| file.write(batch(amounts)).unwrap());
        file.close().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let (mut kind, mut units) = (DataType::Null, Vec::new());
        columns::read(&folder.path().join(format!("{name}.parquet")), "table", |batch| {
            kind = batch.schema().field(0).data_type().clone();
            units.extend_from_slice(&units_of(batch, "equity")?);
            Ok(())
        })
        .unwrap();
        (kind, units)
    }

    #[test]
    fn a_curve_is_narrow_until_an_amount_needs_more() {
        let (narrow, wide) = (DataType::Decimal128(18, 8), DataType::Decimal128(38, 8));
        let (small, large) = ([1, -999_999_999_999_999_999], [1_000_000_000_000_000_000, 7]);
        let exact = |name, batches: &[&[i128]]| written(name, MoneyColumns::Decimal, batches);
        assert_eq!(exact("equity", &[&small, &small]), (narrow, [small, small].concat()));
        assert_eq!(
            exact("equity", &[&small, &large, &small]),
            (wide.clone(), [small, large, small].concat())
        );
        assert_eq!(exact("equity", &[&large]), (wide.clone(), large.to_vec()));
        assert_eq!(exact("fills", &[&small]), (wide, small.to_vec()));
        assert_eq!(written("equity", MoneyColumns::Float, &[&[5]]), (DataType::Float64, vec![5]));
    }
}
