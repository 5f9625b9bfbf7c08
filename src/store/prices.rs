//! `prices.parquet`: a bounded selection of closes of every symbol, so that a report can draw them without the
//! market's files.
//!
//! Owns which closes are kept (see [`super::downsample`]) and the file's columns. For display only: no result is ever
//! computed from it. Times are the bars' opens.

use std::path::Path;
use std::sync::Arc;

use arrow_array::types::{Float64Type, TimestampMicrosecondType};
use arrow_array::{Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_schema::ArrowError;
use arrow_schema::{DataType, Field, Schema, TimeUnit};

use super::table_file::{TableFile, TableOptions};
use super::{Downsampler, Point, StoreError, columns};
use crate::market::{Market, SymbolSeries, TickRange};

const NAME: &str = "prices";
/// Most points of one symbol.
const MOST: usize = 2_000;
/// Fewest points of one symbol, however many there are.
const FEWEST: usize = 200;
/// Points of all symbols together, unless there are so many that each has its fewest.
const ALL: usize = 100_000;

/// Closes of one symbol, thinned.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceSeries {
    /// Symbol of the price.
    pub symbol: String,
    /// Opens of the bars and their closes, in order of time.
    pub points: Vec<Point>,
}

/// Writes the closes of all symbols in these ticks.
pub(super) fn write(
    folder: &Path,
    options: &TableOptions,
    market: &Market,
    ticks: TickRange,
) -> Result<(), StoreError> {
    let mut file = TableFile::create(folder, NAME, options, &RecordBatch::new_empty(schema()))?;
    let most = (ALL / market.symbols.len().max(1)).clamp(FEWEST, MOST);
    for series in &market.symbols {
        file.write(table(series.instrument.symbol.as_str(), &closes(series, market, ticks, most)))?;
    }
    file.close()
}

fn closes(series: &SymbolSeries, market: &Market, ticks: TickRange, most: usize) -> Vec<Point> {
    let mut downsampler = Downsampler::new(ticks.last - ticks.first, most);
    for tick in ticks.first..ticks.last {
        if let Some(row) = series.rows[tick].fresh() {
            downsampler.push(market.clock[tick].micros(), series.bars.close[row]);
        }
    }
    downsampler.finish()
}

fn schema() -> Arc<Schema> {
    Arc::new(Schema::new(vec![
        Field::new("symbol", DataType::Utf8, false),
        Field::new("ts", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false),
        Field::new("close", DataType::Float64, false),
    ]))
}

fn table(symbol: &str, points: &[Point]) -> Result<RecordBatch, ArrowError> {
    let symbols = StringArray::from_iter_values(std::iter::repeat_n(symbol, points.len()));
    let times = TimestampMicrosecondArray::from_iter_values(points.iter().map(|p| p.0)).with_timezone("UTC");
    let closes = Float64Array::from_iter_values(points.iter().map(|p| p.1));
    RecordBatch::try_new(schema(), vec![Arc::new(symbols), Arc::new(times), Arc::new(closes)])
}

/// Reads a run's prices, in the scenario's order of symbols; none where the run was stored without them.
///
/// # Errors
/// Where the file cannot be read or is not what it should be.
pub fn prices(run_folder: &Path) -> Result<Vec<PriceSeries>, StoreError> {
    let path = run_folder.join(format!("{NAME}.parquet"));
    let mut all: Vec<PriceSeries> = Vec::new();
    if !path.exists() {
        return Ok(all);
    }
    columns::read(&path, "table of prices", |batch| {
        let symbols = columns::strings(batch, "symbol")?;
        let at = columns::numbers::<TimestampMicrosecondType>(batch, "ts")?;
        let close = columns::numbers::<Float64Type>(batch, "close")?;
        for (row, symbol) in symbols.into_iter().enumerate() {
            let point = (at[row], close[row]);
            match all.last_mut().filter(|series| series.symbol == symbol) {
                Some(series) => series.points.push(point),
                None => all.push(PriceSeries { symbol: symbol.to_owned(), points: vec![point] }),
            }
        }
        Ok(())
    })?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn closes_read_back_and_a_symbol_ends_with_its_bars() {
        let out = tempfile::tempdir().unwrap();
        let ticks = TickRange { first: 1, last: 5 };
        write(out.path(), &fixture::table_options(), &fixture::market_two_symbols(), ticks).unwrap();
        let read = prices(out.path()).unwrap();
        let day = |n| fixture::day(n).micros();
        assert_eq!(read[0].symbol, "BTC");
        assert_eq!(read[0].points, [(day(2), 11.0), (day(3), 12.0), (day(4), 9.0), (day(5), 10.0)]);
        assert_eq!(read[1], PriceSeries { symbol: "ETH".to_owned(), points: vec![(day(2), 6.0)] });
    }

    #[test]
    fn a_run_without_prices_has_none() {
        assert!(prices(tempfile::tempdir().unwrap().path()).unwrap().is_empty());
    }
}
