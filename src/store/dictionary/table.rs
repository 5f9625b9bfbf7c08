//! What the dictionary says of a table and its columns.

use arrow_schema::{DataType, TimeUnit};

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
    /// The same in a curve: `Decimal128(18, 8)` if all amounts of the file are below ten billion.
    CurveMoney,
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
            Self::CurveMoney => "decimal(18, 8)",
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
            Self::CurveMoney => matches!(stored, DataType::Decimal128(18 | 38, 8) | DataType::Float64),
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

pub(super) const fn fixed(
    name: &'static str,
    values: ColumnType,
    unit: &'static str,
    doc: &'static str,
) -> TableColumn {
    TableColumn::Fixed(ColumnDoc { name, values, nullable: false, unit, doc })
}

pub(super) const fn optional(
    name: &'static str,
    values: ColumnType,
    unit: &'static str,
    doc: &'static str,
) -> TableColumn {
    TableColumn::Fixed(ColumnDoc { name, values, nullable: true, unit, doc })
}
