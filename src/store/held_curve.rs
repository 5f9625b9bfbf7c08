//! `benchmark.parquet`: the value of a symbol that is the benchmark, a row for the last close of each day of each window.
//!
//! Owns the file's columns and its bound. For rolling numbers of reports; the benchmark's metrics are in `run.json`.

use std::path::Path;
use std::sync::Arc;

use arrow_array::types::{Float64Type, TimestampMicrosecondType, UInt32Type};
use arrow_array::{Float64Array, RecordBatch, TimestampMicrosecondArray, UInt32Array};
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};

use super::table_file::{TableFile, TableOptions};
use super::{CurveRow, StoreError, columns};
use crate::market::{Market, TickRange};
use crate::scenario::Benchmark;
use crate::tournament::held;

const NAME: &str = "benchmark";
/// Most rows: beyond them no curve of days is kept.
const ROWS: usize = 200_000;
/// What is held at a window's start.
const START: f64 = 100.0;

/// A day's last close, by its window.
struct Day {
    window: u32,
    at: i64,
    value: f64,
}

/// Writes the curve: 100 at each window's start.
pub(super) fn write(
    folder: &Path,
    options: &TableOptions,
    market: &Market,
    symbol: &Benchmark,
    windows: impl Iterator<Item = TickRange>,
) -> Result<(), StoreError> {
    let mut days: Vec<Day> = Vec::new();
    for (window, ticks) in (0..).zip(windows) {
        let Some((start, closes)) = held(market, symbol, ticks) else { continue };
        for (tick, close) in (ticks.first..).zip(closes) {
            let now = market.clock[tick];
            let next = market.clock.get(tick + 1).filter(|_| tick + 1 < ticks.last);
            if next.is_none_or(|next| market.day.day_of(*next) != market.day.day_of(now)) {
                days.push(Day { window, at: now.micros(), value: close / start * START });
            }
        }
        if days.len() > ROWS {
            return Ok(());
        }
    }
    let mut file = TableFile::create(folder, NAME, options, &RecordBatch::new_empty(schema()))?;
    file.write(table(&days))?;
    file.close()
}

fn schema() -> Arc<Schema> {
    Arc::new(Schema::new(vec![
        Field::new("window", DataType::UInt32, false),
        Field::new("ts", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false),
        Field::new("value", DataType::Float64, false),
    ]))
}

fn table(days: &[Day]) -> Result<RecordBatch, ArrowError> {
    let windows = UInt32Array::from_iter_values(days.iter().map(|day| day.window));
    let times = TimestampMicrosecondArray::from_iter_values(days.iter().map(|day| day.at));
    let values = Float64Array::from_iter_values(days.iter().map(|day| day.value));
    RecordBatch::try_new(
        schema(),
        vec![Arc::new(windows), Arc::new(times.with_timezone("UTC")), Arc::new(values)],
    )
}

/// Hands the days of a benchmark that is a symbol to `take`, as the rows of an agent's curve that starts each window
/// with 100; none in a run without them.
///
/// # Errors
/// Where the file cannot be read or is not what it should be.
pub fn held_curve(run_folder: &Path, mut take: impl FnMut(CurveRow)) -> Result<(), StoreError> {
    let path = run_folder.join(format!("{NAME}.parquet"));
    if !path.exists() {
        return Ok(());
    }
    columns::read(&path, "curve of the benchmark", |batch| {
        let window = columns::numbers::<UInt32Type>(batch, "window")?;
        let at = columns::numbers::<TimestampMicrosecondType>(batch, "ts")?;
        let value = columns::numbers::<Float64Type>(batch, "value")?;
        for row in 0..batch.num_rows() {
            let equity = value[row];
            let invested = CurveRow {
                window: window[row],
                at: at[row],
                equity,
                drawdown: 0.0,
                cash: 0.0,
                long: equity,
                short: 0.0,
            };
            take(invested);
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SymbolId;
    use crate::store::fixture;

    #[test]
    fn each_window_starts_anew_and_has_a_row_a_day() {
        let out = tempfile::tempdir().unwrap();
        let symbol = Benchmark::Symbol { id: SymbolId(0), name: "BTC".to_owned() };
        let windows = [(0, 3), (3, 5)].map(|(first, last)| TickRange { first, last });
        write(
            out.path(),
            &fixture::table_options(),
            &fixture::market_two_symbols(),
            &symbol,
            windows.into_iter(),
        )
        .unwrap();
        let mut rows = Vec::new();
        held_curve(out.path(), |row| rows.push((row.window, row.equity.round()))).unwrap();
        // Opens equal closes: 10, 11, 12, then 9, 10.
        assert_eq!(rows, [(0, 100.0), (0, 110.0), (0, 120.0), (1, 100.0), (1, 111.0)]);
    }
}
