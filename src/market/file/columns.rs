//! Finds a file's columns for time, prices and volume.

use std::path::Path;

use arrow_schema::Schema;

use crate::market::MarketError;

const TIME: &[&str] = &["ts", "timestamp", "time", "open_time", "opentime", "date", "datetime"];
const OPEN: &[&str] = &["open", "o"];
const HIGH: &[&str] = &["high", "h"];
const LOW: &[&str] = &["low", "l"];
const CLOSE: &[&str] = &["close", "c"];
const VOLUME: &[&str] = &["volume", "v", "vol", "volume_base"];

/// Names of the five numeric columns, in the order of [`Columns::numbers`].
pub const NUMBERS: [&str; 5] = ["open", "high", "low", "close", "volume"];

/// Indexes of the six columns among a file's top-level fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Open time of the bar.
    pub time: usize,
    /// Open, high, low, close, volume.
    pub numbers: [usize; 5],
}

impl Columns {
    /// Finds the columns by name, case-insensitive. Where several match, the first name of the list wins.
    ///
    /// # Errors
    /// [`MarketError::MissingColumn`], for all missing columns at once.
    pub fn recognise(file: &Path, schema: &Schema) -> Result<Self, MarketError> {
        let wanted = [
            ("time", TIME),
            ("open", OPEN),
            ("high", HIGH),
            ("low", LOW),
            ("close", CLOSE),
            ("volume", VOLUME),
        ];
        let mut found = [0; 6];
        let mut missing = Vec::new();
        for (slot, (column, names)) in found.iter_mut().zip(wanted) {
            match index_of(schema, names) {
                Some(index) => *slot = index,
                None => missing.push(MarketError::MissingColumn {
                    file: file.to_owned(),
                    column,
                    found: schema.fields().iter().map(|field| field.name().clone()).collect(),
                }),
            }
        }
        let [time, numbers @ ..] = found;
        if missing.is_empty() { Ok(Self { time, numbers }) } else { Err(MarketError::all(missing)) }
    }

    /// All six indexes in the file's order, as a projection returns them.
    pub fn projected(&self) -> Vec<usize> {
        let mut all: Vec<usize> = self.numbers.iter().copied().chain([self.time]).collect();
        all.sort_unstable();
        all
    }
}

fn index_of(schema: &Schema, names: &[&str]) -> Option<usize> {
    names.iter().find_map(|name| schema.fields().iter().position(|field| spelled(field.name(), name)))
}

/// Whether a column has this name, in any case and with blanks for its underscores: `Open time`.
fn spelled(column: &str, name: &str) -> bool {
    column.trim().replace(' ', "_").eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use arrow_schema::{DataType, Field};

    use super::*;

    fn schema(names: &[&str]) -> Schema {
        Schema::new(names.iter().map(|name| Field::new(*name, DataType::Float64, true)).collect::<Vec<_>>())
    }

    #[test]
    fn vendors_names_are_recognised_in_any_order_and_case() {
        let yahoo = schema(&["Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"]);
        let columns = Columns::recognise(Path::new("x"), &yahoo).unwrap();
        assert_eq!(columns, Columns { time: 0, numbers: [1, 2, 3, 4, 6] });
        let terse = schema(&["v", "c", "l", "h", "o", "OpenTime"]);
        let columns = Columns::recognise(Path::new("x"), &terse).unwrap();
        assert_eq!(columns, Columns { time: 5, numbers: [4, 3, 2, 1, 0] });
        let binance = schema(&["Open time", "Open", "High", "Low", "Close", "Volume", "Close time"]);
        let columns = Columns::recognise(Path::new("x"), &binance).unwrap();
        assert_eq!(columns, Columns { time: 0, numbers: [1, 2, 3, 4, 5] });
    }

    #[test]
    fn the_name_list_decides_between_two_time_columns() {
        let both = schema(&["date", "ts", "open", "high", "low", "close", "volume"]);
        assert_eq!(Columns::recognise(Path::new("x"), &both).unwrap().time, 1);
    }

    #[test]
    fn all_missing_columns_are_reported_at_once() {
        let error = Columns::recognise(Path::new("x"), &schema(&["ts", "open", "high"])).unwrap_err();
        let missing: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
        assert_eq!(missing.len(), 3);
        assert_eq!(missing[2], "`x` has no column for `volume`; its columns are `ts`, `open`, `high`");
        assert!(error.problems()[2].help().contains("column of zeros"));
    }
}
