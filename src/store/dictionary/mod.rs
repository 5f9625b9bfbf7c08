//! The dictionary of result tables: what each file is, and the name, type, unit and meaning of every column.
//!
//! Owns these texts; the reference of the book and the metadata of each Parquet file are made from them. Invariant, kept
//! by a test: a table that is written has exactly the columns that are listed here, in this order and of these types.

mod sweeps;
mod tables;

use arrow_schema::{DataType, TimeUnit};
use serde_json::{Map, Value, json};

use crate::domain::Metric;

/// A result table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResultTable {
    /// Name of the file without its ending.
    pub name: &'static str,
    /// What one row is.
    pub row: &'static str,
    /// Which runs have it, where not all do, and where it lies.
    pub place: &'static str,
    /// Its columns, in order.
    pub columns: &'static [TableColumn],
}

/// A column, or several that depend on the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableColumn {
    /// One column of every such file.
    Fixed(ColumnDoc),
    /// One column that only some runs have.
    InSomeRuns(ColumnDoc),
    /// One column for each swept parameter, named by its path.
    Parameters,
    /// One column for each metric that needs no benchmark.
    Metrics,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnDoc {
    /// Its name.
    pub name: &'static str,
    /// Type of its values.
    pub values: ColumnType,
    /// Whether it has rows without a value.
    pub nullable: bool,
    /// Unit of its values; empty where they have none.
    pub unit: &'static str,
    /// What they mean.
    pub doc: &'static str,
}

/// Type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Exact amount: `Decimal128(38, 8)`, or `Float64` with `[report] money = "float"`.
    Money,
    /// `Float64`.
    Float,
    /// `UInt32`.
    Small,
    /// `UInt64`.
    Count,
    /// `Boolean`.
    Truth,
    /// `Utf8`.
    Text,
    /// `Timestamp(Microsecond, "UTC")`.
    Time,
}

impl ColumnType {
    /// Arrow's name of the type.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Money => "decimal(38, 8)",
            Self::Float => "float64",
            Self::Small => "uint32",
            Self::Count => "uint64",
            Self::Truth => "boolean",
            Self::Text => "string",
            Self::Time => "timestamp(us, UTC)",
        }
    }

    /// Whether a column of this type may be stored so.
    pub fn is_stored_as(self, stored: &DataType) -> bool {
        match self {
            Self::Money => matches!(stored, DataType::Decimal128(38, 8) | DataType::Float64),
            Self::Float => *stored == DataType::Float64,
            Self::Small => *stored == DataType::UInt32,
            Self::Count => *stored == DataType::UInt64,
            Self::Truth => *stored == DataType::Boolean,
            Self::Text => *stored == DataType::Utf8,
            Self::Time => {
                matches!(stored, DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) if &**zone == "UTC")
            }
        }
    }
}

impl ResultTable {
    /// All tables, those of agents first.
    pub const ALL: &'static [Self] = &[
        tables::TRADES,
        tables::FILLS,
        tables::ORDERS,
        tables::EQUITY,
        tables::POSTINGS,
        tables::PRICES,
        tables::DECISIONS,
        sweeps::RESULTS,
        sweeps::WINDOWS,
        sweeps::VALIDATION,
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

const fn fixed(name: &'static str, values: ColumnType, unit: &'static str, doc: &'static str) -> TableColumn {
    TableColumn::Fixed(ColumnDoc { name, values, nullable: false, unit, doc })
}

const fn optional(
    name: &'static str,
    values: ColumnType,
    unit: &'static str,
    doc: &'static str,
) -> TableColumn {
    TableColumn::Fixed(ColumnDoc { name, values, nullable: true, unit, doc })
}
