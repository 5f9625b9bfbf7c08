//! Bars from data frames, without a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::ffi_stream::RecordBatchStreamReader;
use arrow_array::types::{
    ArrowTimestampType, Date32Type, Float32Type, Float64Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{
    Array, ArrayRef, Float64Array, PrimitiveArray, RecordBatch, RecordBatchReader, TimestampMicrosecondArray,
};
use arrow_pyarrow::{IntoPyArrow, PyArrowType, Table};
use arrow_schema::{DataType, TimeUnit};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use tiltyard::Timestamp;
use tiltyard::run::{Bars, HeldBars};

use crate::failure;

/// Names that a column may have, the usual one first.
const NAMES: [&[&str]; 6] = [
    &["ts", "timestamp", "time", "datetime", "date", "open_time", "index"],
    &["open", "o"],
    &["high", "h"],
    &["low", "l"],
    &["close", "c"],
    &["volume", "vol", "v"],
];

/// Bars of several symbols in memory.
#[pyclass(frozen, skip_from_py_object, module = "tiltyard")]
pub struct Held {
    pub bars: HeldBars,
    symbols: BTreeMap<String, usize>,
    interval: String,
}

#[pymethods]
impl Held {
    /// Number of bars by symbol.
    #[getter]
    fn symbols(&self) -> BTreeMap<String, usize> {
        self.symbols.clone()
    }

    /// The interval of the bars, as scenarios write it.
    #[getter]
    fn interval(&self) -> &str {
        &self.interval
    }

    /// The bars of a symbol as a table, from which [`hold`] makes them again.
    fn table<'py>(&self, py: Python<'py>, symbol: &str) -> PyResult<Bound<'py, PyAny>> {
        let bars = self.bars.get(symbol).ok_or_else(|| PyKeyError::new_err(symbol.to_owned()))?;
        let times = TimestampMicrosecondArray::from_iter_values(bars.ts.iter().map(|time| time.micros()));
        let numbers = [&bars.open, &bars.high, &bars.low, &bars.close, &bars.volume];
        let columns = std::iter::once(Arc::new(times) as ArrayRef)
            .chain(numbers.map(|values| Arc::new(Float64Array::from(values.clone())) as ArrayRef));
        let batch = RecordBatch::try_from_iter(NAMES.iter().map(|names| names[0]).zip(columns))
            .map_err(|error| failure::plain(py, error))?;
        Table::try_new(vec![batch.clone()], batch.schema())
            .map_err(|error| failure::plain(py, error))?
            .into_pyarrow(py)
    }
}

/// Takes the bars of each symbol from a stream of Arrow batches; `interval` is that of the bars.
#[pyfunction]
pub fn hold(
    py: Python<'_>,
    tables: BTreeMap<String, PyArrowType<RecordBatchStreamReader>>,
    interval: &str,
) -> PyResult<Held> {
    let mut held =
        Held { bars: HeldBars::default(), symbols: BTreeMap::new(), interval: interval.to_owned() };
    let interval = interval.parse().map_err(|error| failure::plain(py, error))?;
    for (symbol, PyArrowType(reader)) in tables {
        let mut bars = Bars::with_capacity(interval, 0);
        let columns =
            columns(&reader).map_err(|problem| failure::plain(py, format!("{symbol}: {problem}")))?;
        for batch in reader {
            let batch = batch.map_err(|error| failure::plain(py, format!("{symbol}: {error}")))?;
            append(&mut bars, &batch, columns)
                .map_err(|problem| failure::plain(py, format!("{symbol}: {problem}")))?;
        }
        held.symbols.insert(symbol.clone(), bars.len());
        held.bars.insert(symbol, bars);
    }
    Ok(held)
}

/// Which column holds what: time, open, high, low, close, volume.
fn columns(reader: &RecordBatchStreamReader) -> Result<[usize; 6], String> {
    let schema = reader.schema();
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().to_lowercase()).collect();
    let mut found = [0; 6];
    for (place, known) in found.iter_mut().zip(NAMES) {
        let position = known.iter().find_map(|name| names.iter().position(|column| column == name));
        *place = position.ok_or_else(|| {
            let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            format!("there is no column `{}` among {}", known[0], names.join(", "))
        })?;
    }
    Ok(found)
}

fn append(bars: &mut Bars, batch: &RecordBatch, [time, numbers @ ..]: [usize; 6]) -> Result<(), String> {
    let named = |index: usize| batch.schema_ref().field(index).name().clone();
    for index in [time].iter().chain(&numbers) {
        if batch.column(*index).null_count() > 0 {
            return Err(format!(
                "column `{}` has missing values; drop those rows, or fill them yourself",
                named(*index)
            ));
        }
    }
    times(batch.column(time).as_ref(), &mut bars.ts).ok_or_else(|| {
        let kind = batch.column(time).data_type();
        format!("column `{}` has type {kind}; give timestamps or dates", named(time))
    })?;
    let targets = [&mut bars.open, &mut bars.high, &mut bars.low, &mut bars.close, &mut bars.volume];
    for (index, target) in numbers.into_iter().zip(targets) {
        let column = batch.column(index);
        floats(column.as_ref(), target).ok_or_else(|| {
            format!("column `{}` has type {}; give numbers", named(index), column.data_type())
        })?;
    }
    Ok(())
}

fn floats(array: &dyn Array, target: &mut Vec<f64>) -> Option<()> {
    let any = array.as_any();
    if let Some(values) = any.downcast_ref::<PrimitiveArray<Float64Type>>() {
        target.extend_from_slice(values.values());
    } else if let Some(values) = any.downcast_ref::<PrimitiveArray<Float32Type>>() {
        target.extend(values.values().iter().map(|value| f64::from(*value)));
    } else {
        let values = any.downcast_ref::<PrimitiveArray<Int64Type>>()?;
        // Beyond 2^53 a number is not a volume; the checks of the bars refuse it.
        #[expect(clippy::cast_precision_loss, reason = "volumes in whole units")]
        target.extend(values.values().iter().map(|value| *value as f64));
    }
    Some(())
}

fn times(array: &dyn Array, target: &mut Vec<Timestamp>) -> Option<()> {
    fn of<T: ArrowTimestampType>(
        array: &dyn Array,
        to_micros: impl Fn(i64) -> Option<i64>,
        target: &mut Vec<Timestamp>,
    ) -> Option<()> {
        let values = array.as_any().downcast_ref::<PrimitiveArray<T>>()?;
        for value in values.values() {
            target.push(Timestamp::from_micros(to_micros(*value)?));
        }
        Some(())
    }
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            of::<TimestampSecondType>(array, |value| value.checked_mul(1_000_000), target)
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            of::<TimestampMillisecondType>(array, |value| value.checked_mul(1_000), target)
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => of::<TimestampMicrosecondType>(array, Some, target),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => of::<TimestampNanosecondType>(
            array,
            |value| (value % 1_000 == 0).then_some(value / 1_000),
            target,
        ),
        DataType::Date32 => {
            let days = array.as_any().downcast_ref::<PrimitiveArray<Date32Type>>()?;
            let micros = |day: &i32| Timestamp::from_micros(i64::from(*day) * 86_400_000_000);
            target.extend(days.values().iter().map(micros));
            Some(())
        }
        _ => None,
    }
}
