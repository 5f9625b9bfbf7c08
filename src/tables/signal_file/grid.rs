//! A table of any cells, from CSV, Parquet or Arrow.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use arrow_array::{Array, ArrayRef};
use chrono_tz::Tz;
use csv::StringRecord;

use super::SignalFileError;
use crate::data::import::{Clock, number};
use crate::decode::{guarded_as, open_regular};
use crate::domain::Timestamp;
use crate::market::{TimeScale, numbers, raw_times, texts};
use crate::tables::number_table::{PANDAS_INDEX, arrays, distinct, text_file};
use crate::tables::{RowNumber, TableError};

/// Names of the column of times.
const TIMES: [&str; 6] = ["ts", "timestamp", "time", "date", "datetime", "open_time"];
/// Names of an index that pandas has written without one.
const INDEXES: [&str; 4] = ["", "index", "unnamed: 0", PANDAS_INDEX];

/// A file's cells under the names of its columns; at least one row.
pub(super) struct Grid {
    pub path: PathBuf,
    pub names: Vec<String>,
    cells: Cells,
}

enum Cells {
    /// Records with their lines.
    Text(Vec<StringRecord>, Vec<u64>),
    Arrays(Vec<ArrayRef>),
}

impl Grid {
    /// Reads a whole file of any of the three kinds, told apart by its first bytes.
    pub fn read(path: &Path) -> Result<Self, SignalFileError> {
        let mut head = Vec::new();
        let file = open_regular(path).map_err(TableError::read(path))?;
        file.take(6).read_to_end(&mut head).map_err(TableError::read(path))?;
        if head.starts_with(b"FEA1") {
            let help = "write it as Feather version 2 (Arrow), Parquet or CSV";
            return Err(SignalFileError::columns(path, "is a Feather file of version 1", help));
        }
        let grid = if head.starts_with(b"PAR1") || head.starts_with(b"ARROW1") {
            guarded_as(|error| TableError::undecoded(path, error), || Self::of_arrays(path, &head))?
        } else {
            Self::of_text(path)?
        };
        distinct(path, &grid.names)?;
        if grid.rows() == 0 {
            return Err(TableError::NoRows { path: path.to_owned() }.into());
        }
        Ok(grid)
    }

    fn of_arrays(path: &Path, head: &[u8]) -> Result<Self, TableError> {
        let (schema, columns) =
            if head.starts_with(b"PAR1") { arrays::of_parquet(path)? } else { arrays::of_arrow(path)? };
        let names = schema.fields().iter().map(|field| field.name().trim().to_owned()).collect();
        Ok(Self { path: path.to_owned(), names, cells: Cells::Arrays(columns) })
    }

    fn of_text(path: &Path) -> Result<Self, SignalFileError> {
        let text = text_file::text(path)?;
        let mut records = text_file::records(path, &text)?;
        if records.is_empty() {
            return Err(TableError::NoRows { path: path.to_owned() }.into());
        }
        let names = records.remove(0).iter().map(str::to_owned).collect();
        let lines = text_file::lines(&text, &records);
        Ok(Self { path: path.to_owned(), names, cells: Cells::Text(records, lines) })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        match &self.cells {
            Cells::Text(records, _) => records.len(),
            Cells::Arrays(columns) => columns.first().map_or(0, |column| column.len()),
        }
    }

    /// The column of this name, in any case.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|other| other.eq_ignore_ascii_case(name))
    }

    /// The column of times.
    pub fn time_column(&self) -> Result<usize, SignalFileError> {
        let named = TIMES.iter().find_map(|name| self.column(name));
        let index = || (0..self.names.len()).find(|&column| self.is_index(column));
        named.or_else(index).ok_or_else(|| {
            let problem = format!("has no column of times; its columns are {}", self.names.join(", "));
            SignalFileError::columns(&self.path, problem, "name the column of times `ts`")
        })
    }

    /// Whether a column is an index without a name of its own.
    pub fn is_index(&self, column: usize) -> bool {
        INDEXES.contains(&self.names[column].to_lowercase().as_str())
    }

    /// Where a row is in the file.
    fn row_number(&self, row: usize) -> RowNumber {
        match &self.cells {
            Cells::Text(_, lines) => RowNumber::Line(lines.get(row).copied().unwrap_or_default()),
            Cells::Arrays(_) => RowNumber::Row(row as u64 + 1),
        }
    }

    /// The error of a row.
    pub fn refuse(&self, row: usize, problem: impl Into<String>, help: impl Into<String>) -> SignalFileError {
        let (path, at) = (self.path.clone(), self.row_number(row));
        SignalFileError::Row { path, at, problem: problem.into(), help: help.into() }
    }

    /// The times of a column: each known, none before the one above it.
    pub fn times(&self, column: usize) -> Result<Vec<Timestamp>, SignalFileError> {
        let times = match &self.cells {
            Cells::Text(records, _) => self.text_times(records, column)?,
            Cells::Arrays(columns) => self.array_times(&columns[column])?,
        };
        match times.windows(2).position(|pair| pair[1] < pair[0]) {
            Some(row) => {
                let problem = format!("{} comes after {}", times[row + 1], times[row]);
                Err(self.refuse(row + 1, problem, "sort the rows by time, oldest first"))
            }
            None => Ok(times),
        }
    }

    fn text_times(&self, records: &[StringRecord], column: usize) -> Result<Vec<Timestamp>, SignalFileError> {
        let first = records.first().and_then(|record| record.get(column)).unwrap_or_default();
        let clock = Clock::guess(first, Tz::UTC);
        let time = |(row, record): (usize, &StringRecord)| {
            let field = record.get(column).unwrap_or_default();
            clock.read(field).map_err(|problem| self.no_time(row, &problem))
        };
        records.iter().enumerate().map(time).collect()
    }

    fn array_times(&self, array: &ArrayRef) -> Result<Vec<Timestamp>, SignalFileError> {
        let Some(raw) = raw_times(array) else {
            let problem = format!("has a column of times that holds {}", array.data_type());
            return Err(SignalFileError::columns(&self.path, problem, "write times as timestamps"));
        };
        if let Some((row, text)) = raw.unreadable {
            return Err(self.no_time(row, &format!("`{text}` is not a time")));
        }
        if let Some(row) = (0..array.len()).find(|&row| array.is_null(row)) {
            return Err(self.no_time(row, "the time is missing"));
        }
        let scale = TimeScale::of(array.data_type(), raw.values.iter().copied().max().unwrap_or(0));
        Ok(raw.values.iter().map(|&value| scale.instant(value)).collect())
    }

    fn no_time(&self, row: usize, problem: &str) -> SignalFileError {
        // What follows is about an option of `data import`.
        let problem = problem.split(": set its unit").next().unwrap_or(problem);
        self.refuse(row, problem, "write times in UTC, such as 2024-01-31T09:30:00Z, all in one form")
    }

    /// A column of numbers, `None` where a cell is empty. What is no finite number is refused.
    pub fn numbers(&self, column: usize) -> Result<Vec<Option<f64>>, SignalFileError> {
        let name = &self.names[column];
        let finite = |row: usize, value: Option<f64>, text: &str| match value {
            Some(value) if value.is_finite() => Ok(Some(value)),
            _ => {
                let problem = format!("`{text}` in column `{name}` is not a finite number");
                Err(self.refuse(row, problem, "write a number, or leave the row out"))
            }
        };
        match &self.cells {
            Cells::Text(records, _) => {
                let value = |(row, record): (usize, &StringRecord)| {
                    let field = record.get(column).unwrap_or_default();
                    if field.is_empty() { Ok(None) } else { finite(row, number(field), field) }
                };
                records.iter().enumerate().map(value).collect()
            }
            Cells::Arrays(columns) => {
                let array = &columns[column];
                let mut values = Vec::with_capacity(array.len());
                if !numbers(array, &mut values) {
                    let (path, column) = (self.path.clone(), name.clone());
                    let found = array.data_type().to_string();
                    return Err(TableError::ColumnType { path, column, found }.into());
                }
                let value = |(row, value): (usize, f64)| {
                    if array.is_null(row) { Ok(None) } else { finite(row, Some(value), &value.to_string()) }
                };
                values.into_iter().enumerate().map(value).collect()
            }
        }
    }

    /// A column as text, empty where a cell is; numbers as the shortest decimals.
    pub fn texts(&self, column: usize) -> Result<Vec<String>, SignalFileError> {
        match &self.cells {
            Cells::Text(records, _) => {
                Ok(records.iter().map(|record| record.get(column).unwrap_or_default().to_owned()).collect())
            }
            Cells::Arrays(columns) => {
                let cells = texts(&columns[column]).ok_or_else(|| TableError::ColumnType {
                    path: self.path.clone(),
                    column: self.names[column].clone(),
                    found: columns[column].data_type().to_string(),
                })?;
                Ok(cells.into_iter().map(|cell| cell.unwrap_or_default().trim().to_owned()).collect())
            }
        }
    }
}
