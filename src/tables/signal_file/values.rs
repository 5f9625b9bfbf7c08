//! Long and wide tables of values.

use std::collections::HashMap;
use std::path::Path;

use super::SignalFileError;
use super::grid::Grid;
use crate::domain::Timestamp;

/// Values by time and symbol. Times never fall, and no symbol has two values at one time.
pub struct ValueRows {
    grid: Grid,
    /// The symbols' names as written, in the order of their appearance.
    pub symbols: Vec<String>,
    /// At least one, in the order of time, and at one time in the file's order.
    pub values: Vec<FileValue>,
}

/// One value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FileValue {
    /// Its row, from 0.
    pub row: usize,
    /// Time as stamped in the file.
    pub at: Timestamp,
    /// Index of its symbol.
    pub symbol: usize,
    /// Weight or side as written; finite.
    pub value: f64,
}

impl ValueRows {
    /// Reads a long or wide table of values.
    ///
    /// # Errors
    /// [`SignalFileError`] with the first problem, and where it is.
    pub fn read(path: &Path) -> Result<Self, SignalFileError> {
        let grid = Grid::read(path)?;
        let (symbols, values) = match (grid.column("symbol"), grid.column("value")) {
            (Some(symbol), Some(value)) => long(&grid, symbol, value)?,
            (Some(_), None) => {
                let help = "a long table has the columns `ts`, `symbol` and `value`";
                return Err(SignalFileError::columns(
                    path,
                    "has a column `symbol` and none named `value`",
                    help,
                ));
            }
            (None, _) => wide(&grid)?,
        };
        if values.is_empty() {
            let help = "write a number into at least one cell";
            return Err(SignalFileError::columns(path, "holds no value", help));
        }
        Ok(Self { grid, symbols, values })
    }

    /// The error of a row.
    pub fn refuse(&self, row: usize, problem: String, help: String) -> SignalFileError {
        self.grid.refuse(row, problem, help)
    }
}

type Read = (Vec<String>, Vec<FileValue>);

fn long(grid: &Grid, symbol: usize, value: usize) -> Result<Read, SignalFileError> {
    let time = grid.time_column()?;
    let stray = (0..grid.names.len())
        .find(|&column| ![time, symbol, value].contains(&column) && !grid.is_index(column));
    if let Some(column) = stray {
        let problem = format!("has a column `{}`, which a long table does not have", grid.names[column]);
        let help = "keep the columns `ts`, `symbol` and `value` only";
        return Err(SignalFileError::columns(&grid.path, problem, help));
    }
    let (times, names, numbers) = (grid.times(time)?, grid.texts(symbol)?, grid.numbers(value)?);
    let mut symbols: Vec<String> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    // The time of the last value, by symbol.
    let mut last: Vec<Option<Timestamp>> = Vec::new();
    let mut values = Vec::with_capacity(times.len());
    for (row, ((at, name), value)) in times.into_iter().zip(names).zip(numbers).enumerate() {
        let Some(value) = value else {
            return Err(grid.refuse(row, "the value is missing", "write a number, or leave the row out"));
        };
        let symbol = *known.entry(name).or_insert_with_key(|name| {
            symbols.push(name.clone());
            last.push(None);
            symbols.len() - 1
        });
        if last[symbol].replace(at) == Some(at) {
            return Err(twice(grid, row, &symbols[symbol], at));
        }
        values.push(FileValue { row, at, symbol, value });
    }
    Ok((symbols, values))
}

fn wide(grid: &Grid) -> Result<Read, SignalFileError> {
    let time = grid.time_column()?;
    let columns: Vec<usize> =
        (0..grid.names.len()).filter(|&column| column != time && !grid.is_index(column)).collect();
    if columns.is_empty() {
        let help = "a wide table has a column for each symbol, a long one `ts`, `symbol` and `value`";
        return Err(SignalFileError::columns(&grid.path, "has no column but its times", help));
    }
    let times = grid.times(time)?;
    if let Some(row) = times.windows(2).position(|pair| pair[0] == pair[1]) {
        let problem = format!("a second row of {}", times[row]);
        return Err(grid.refuse(row + 1, problem, "keep one row for each time"));
    }
    let cells = columns.iter().map(|&column| grid.numbers(column)).collect::<Result<Vec<_>, _>>()?;
    let symbols = columns.iter().map(|&column| grid.names[column].clone()).collect();
    let mut values = Vec::new();
    for (row, &at) in times.iter().enumerate() {
        let written = cells.iter().enumerate().filter_map(|(symbol, cells)| Some((symbol, cells[row]?)));
        values.extend(written.map(|(symbol, value)| FileValue { row, at, symbol, value }));
    }
    Ok((symbols, values))
}

fn twice(grid: &Grid, row: usize, symbol: &str, at: Timestamp) -> SignalFileError {
    let problem = format!("a second row of `{symbol}` at {at}");
    grid.refuse(row, problem, "keep one row for each time and symbol")
}
