//! The dictionary of result tables: what each file is, and the name, type, unit and meaning of every column.
//!
//! Owns these texts; the reference of the book and the metadata of each Parquet file are made from them. Invariant, kept
//! by a test: a table that is written has exactly the columns that are listed here, in this order and of these types.

mod charts;
mod sweeps;
mod table;
mod tables;

use serde_json::{Map, Value, json};

use crate::domain::Metric;
pub use table::{ColumnDoc, ColumnType, ResultTable, TableColumn};

impl ResultTable {
    /// All tables, those of agents first.
    pub const ALL: &'static [Self] = &[
        tables::TRADES,
        tables::FILLS,
        tables::ORDERS,
        tables::EQUITY,
        tables::POSTINGS,
        tables::PRICES,
        charts::CANDLES,
        charts::LINES,
        charts::BENCHMARK,
        tables::DECISIONS,
        sweeps::RESULTS,
        sweeps::WINDOWS,
        sweeps::VALIDATION,
        charts::OUT_OF_SAMPLE,
    ];

    /// The table of this name.
    pub fn of_name(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|table| table.name == name)
    }

    /// Unit and meaning of a column by its name; a column that is not listed is a swept parameter.
    fn meaning(&self, column: &str) -> (&'static str, &'static str) {
        let fixed = self.columns.iter().find_map(|one| match one {
            TableColumn::Fixed(doc) | TableColumn::InSomeRuns(doc) if doc.name == column => {
                Some((doc.unit, doc.doc))
            }
            _ => None,
        });
        let metric = || Metric::of_key(column).map(|metric| (metric.unit().as_str(), metric.info().doc));
        fixed.or_else(metric).unwrap_or(("", "value of this swept parameter"))
    }

    /// Unit and meaning of these columns, as a JSON object.
    pub(super) fn meanings<'a>(&self, columns: impl Iterator<Item = &'a str>) -> String {
        let meaning = |column: &'a str| {
            let (unit, meaning) = self.meaning(column);
            let value = if unit.is_empty() {
                json!({ "meaning": meaning })
            } else {
                json!({ "unit": unit, "meaning": meaning })
            };
            (column.to_owned(), value)
        };
        Value::Object(columns.map(meaning).collect::<Map<_, _>>()).to_string()
    }
}
