//! Tables and lists as CSV: comma, line feed, quotes where a value needs them (RFC 4180 but for the line end).
//!
//! Owns how a value is written: money with its eight decimal places, times in RFC 3339, floats in the shortest form
//! that reads back as the same value, nothing for a value that does not exist. Never rounds.

use std::io::{self, Write};

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float64Type, TimestampMicrosecondType, UInt32Type, UInt64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

use crate::domain::{Cash, Timestamp};
use crate::metrics::Score;

/// One line of text values.
pub(super) fn line<S: AsRef<str>>(values: impl IntoIterator<Item = S>) -> String {
    let mut text = values.into_iter().map(|value| quoted(value.as_ref())).collect::<Vec<_>>().join(",");
    text.push('\n');
    text
}

/// The value, in quotes where it holds a comma, a quote, a line end, or a blank at an end.
fn quoted(value: &str) -> String {
    let plain = !value.contains([',', '"', '\n', '\r']) && value.trim() == value;
    if plain { value.to_owned() } else { format!("\"{}\"", value.replace('"', "\"\"")) }
}

/// A float in the shortest form that reads back the same; nothing for none.
pub(super) fn float(value: Option<f64>) -> String {
    value.filter(|v| v.is_finite()).map_or_else(String::new, |v| v.to_string())
}

/// A score: a float, `inf` or `-inf`, nothing for none.
pub(super) fn score(score: Score) -> String {
    score.value().map_or_else(String::new, |value| value.to_string())
}

/// The names of a table's columns as the first line.
pub(super) fn header(batch: &RecordBatch) -> String {
    line(batch.schema().fields().iter().map(|field| field.name().clone()))
}

/// Writes every row of a table.
pub(super) fn write_rows(out: &mut impl Write, batch: &RecordBatch) -> io::Result<()> {
    for row in 0..batch.num_rows() {
        let values = batch.columns().iter().map(|values| cell(values.as_ref(), row));
        out.write_all(line(values).as_bytes())?;
    }
    Ok(())
}

fn cell(values: &dyn Array, row: usize) -> String {
    if values.is_null(row) {
        return String::new();
    }
    match values.data_type() {
        DataType::UInt32 => values.as_primitive::<UInt32Type>().value(row).to_string(),
        DataType::UInt64 => values.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::Float64 => float(Some(values.as_primitive::<Float64Type>().value(row))),
        DataType::Boolean => values.as_boolean().value(row).to_string(),
        DataType::Decimal128(_, _) => {
            Cash::from_units(values.as_primitive::<Decimal128Type>().value(row)).to_string()
        }
        DataType::Timestamp(_, _) => {
            let micros = values.as_primitive::<TimestampMicrosecondType>().value(row);
            Timestamp::from_micros(micros).to_string()
        }
        // The tables hold no other type than these and text.
        _ => values.as_string::<i32>().value(row).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_values_are_quoted_and_plain_ones_are_not() {
        assert_eq!(line(["a", "b c", ""]), "a,b c,\n");
        assert_eq!(
            line(["a,b", "say \"x\"", "two\nlines", " end"]),
            "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\" end\"\n"
        );
    }

    #[test]
    fn floats_round_trip() {
        for value in [0.1 + 0.2, 1e-9, -123.456, 1e21] {
            assert_eq!(float(Some(value)).parse::<f64>().unwrap(), value);
        }
        assert_eq!(float(None), "");
        assert_eq!(float(Some(f64::NAN)), "");
    }
}
