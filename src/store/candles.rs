//! `candles.parquet`: every symbol's bars gathered to a bounded number of candles, for the price charts of reports.
//!
//! Owns the length of a candle and the file's columns. For display only: no result is ever computed from it. Times are
//! the opens of the candles. Invariant: a candle has the first open, the highest high, the lowest low and the last close
//! of its bars.

use std::path::Path;
use std::sync::Arc;

use arrow_array::types::{Float64Type, TimestampMicrosecondType};
use arrow_array::{Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};

use super::table_file::{TableFile, TableOptions};
use super::{StoreError, columns};
use crate::domain::{Interval, Span, Timestamp};
use crate::market::{Market, Row, SymbolSeries, TickRange};

const NAME: &str = "candles";
/// Most candles of one symbol.
const MOST: usize = 1_000;
/// Fewest, however many symbols there are.
const FEWEST: usize = 150;
/// Candles of all symbols together.
const ALL: usize = 60_000;
/// Lengths that a reader can name, in minutes; after them whole weeks.
const MINUTES: [i64; 17] = [1, 2, 3, 5, 10, 15, 30, 60, 120, 180, 240, 360, 480, 720, 1_440, 2_880, 4_320];
const WEEK: Span = Span::DAY.times(7);

/// One symbol's candles.
#[derive(Debug, Clone, PartialEq)]
pub struct CandleSeries {
    /// Symbol of the prices.
    pub symbol: String,
    /// In order of time.
    pub candles: Vec<Candle>,
}

/// Some bars as one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candle {
    /// Its open, microseconds since 1970.
    pub at: i64,
    /// Open of the first bar.
    pub open: f64,
    /// Highest high.
    pub high: f64,
    /// Lowest low.
    pub low: f64,
    /// Close of the last bar.
    pub close: f64,
}

/// The candles of a run: some ticks cut at equal lengths of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct CandleClock {
    /// Length of a candle.
    pub interval: Interval,
    /// Ticks that the candles cover.
    pub ticks: TickRange,
}

impl CandleClock {
    /// For these ticks: the shortest length that leaves no more candles than there is room for.
    pub fn of(market: &Market, ticks: TickRange) -> Self {
        let most = (ALL / market.symbols.len().max(1)).clamp(FEWEST, MOST);
        let from = market.clock.get(ticks.first).copied().unwrap_or(Timestamp::from_micros(0));
        let to = market.clock.get(ticks.last.saturating_sub(1)).copied().unwrap_or(from);
        let fits = |length: &Interval| {
            let candles = (length.floor(to) - length.floor(from)).micros() / length.micros() + 1;
            usize::try_from(candles).is_ok_and(|candles| candles <= most)
        };
        let minutes = MINUTES.into_iter().map(|minutes| Span::MINUTE.times(minutes));
        let lengths = std::iter::once(market.interval.span())
            .chain(minutes)
            .chain((1..).take(5_000).map(|weeks| WEEK.times(weeks)))
            .filter_map(|length| Interval::new(length).ok())
            .filter(|length| length.is_multiple_of(market.interval));
        Self { interval: lengths.into_iter().find(fits).unwrap_or(market.interval), ticks }
    }

    /// The rows of a symbol's own bars by candle: its open and the last row in it.
    pub fn rows<'m>(
        &self,
        series: &'m SymbolSeries,
        market: &'m Market,
    ) -> impl Iterator<Item = (i64, Row)> + use<'m> {
        let interval = self.interval;
        (self.ticks.first..self.ticks.last).filter_map(move |tick| {
            let row = series.row_at(tick).fresh()?;
            Some((interval.floor(market.clock[tick]).micros(), row))
        })
    }
}

/// Writes the candles of all symbols.
pub(super) fn write(
    folder: &Path,
    options: &TableOptions,
    market: &Market,
    clock: CandleClock,
) -> Result<(), StoreError> {
    let mut file = TableFile::create(folder, NAME, options, &RecordBatch::new_empty(schema()))?;
    for series in &market.symbols {
        file.write(table(series.instrument.symbol.as_str(), &gathered(series, market, clock)))?;
    }
    file.close()
}

fn gathered(series: &SymbolSeries, market: &Market, clock: CandleClock) -> Vec<Candle> {
    let mut candles: Vec<Candle> = Vec::new();
    let bars = &series.bars;
    for (at, row) in clock.rows(series, market) {
        match candles.last_mut().filter(|candle| candle.at == at) {
            Some(candle) => {
                candle.high = candle.high.max(bars.high[row]);
                candle.low = candle.low.min(bars.low[row]);
                candle.close = bars.close[row];
            }
            None => candles.push(Candle {
                at,
                open: bars.open[row],
                high: bars.high[row],
                low: bars.low[row],
                close: bars.close[row],
            }),
        }
    }
    candles
}

fn schema() -> Arc<Schema> {
    let number = |name| Field::new(name, DataType::Float64, false);
    Arc::new(Schema::new(vec![
        Field::new("symbol", DataType::Utf8, false),
        Field::new("ts", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false),
        number("open"),
        number("high"),
        number("low"),
        number("close"),
    ]))
}

fn table(symbol: &str, candles: &[Candle]) -> Result<RecordBatch, ArrowError> {
    let symbols = StringArray::from_iter_values(std::iter::repeat_n(symbol, candles.len()));
    let times = TimestampMicrosecondArray::from_iter_values(candles.iter().map(|one| one.at));
    let number = |of: fn(&Candle) -> f64| Arc::new(Float64Array::from_iter_values(candles.iter().map(of)));
    RecordBatch::try_new(
        schema(),
        vec![
            Arc::new(symbols),
            Arc::new(times.with_timezone("UTC")),
            number(|one| one.open),
            number(|one| one.high),
            number(|one| one.low),
            number(|one| one.close),
        ],
    )
}

/// Reads a run's candles, in the scenario's order of symbols; none where the run was stored without them.
///
/// # Errors
/// Where the file cannot be read or is not what it should be.
pub fn candles(run_folder: &Path) -> Result<Vec<CandleSeries>, StoreError> {
    let path = run_folder.join(format!("{NAME}.parquet"));
    let mut all: Vec<CandleSeries> = Vec::new();
    if !path.exists() {
        return Ok(all);
    }
    columns::read(&path, "table of candles", |batch| {
        let symbols = columns::strings(batch, "symbol")?;
        let at = columns::numbers::<TimestampMicrosecondType>(batch, "ts")?;
        let number = |name| columns::numbers::<Float64Type>(batch, name);
        let (open, high, low, close) = (number("open")?, number("high")?, number("low")?, number("close")?);
        for (row, symbol) in symbols.into_iter().enumerate() {
            let candle =
                Candle { at: at[row], open: open[row], high: high[row], low: low[row], close: close[row] };
            match all.last_mut().filter(|series| series.symbol == symbol) {
                Some(series) => series.candles.push(candle),
                None => all.push(CandleSeries { symbol: symbol.to_owned(), candles: vec![candle] }),
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
    fn few_bars_stay_as_they_are_and_read_back() {
        let out = tempfile::tempdir().unwrap();
        let market = fixture::market_two_symbols();
        let clock = CandleClock::of(&market, TickRange { first: 1, last: 5 });
        assert_eq!(clock.interval, Interval::DAY);
        write(out.path(), &fixture::table_options(), &market, clock).unwrap();
        let read = candles(out.path()).unwrap();
        assert_eq!((read[0].symbol.as_str(), read[0].candles.len(), read[1].candles.len()), ("BTC", 4, 1));
        assert_eq!(read[0].candles[2].close, 9.0);
        assert!(candles(tempfile::tempdir().unwrap().path()).unwrap().is_empty());
    }

    #[test]
    fn bars_are_gathered_to_one_candle() {
        let market = fixture::market_two_symbols();
        let week = Interval::new(WEEK).unwrap();
        let clock = CandleClock { interval: week, ticks: TickRange { first: 0, last: 5 } };
        let found = gathered(&market.symbols[0], &market, clock);
        // 2024-01-01 is a Monday.
        let at = fixture::day(1).micros();
        assert_eq!(found, [Candle { at, open: 10.0, high: 12.0, low: 9.0, close: 10.0 }]);
    }

    #[test]
    fn a_candle_s_length_grows_with_the_range() {
        let length = |days: i64| {
            let mut market = fixture::market_two_symbols();
            market.interval = Interval::MINUTE;
            market.clock = vec![fixture::day(1), fixture::day(1) + Span::DAY.times(days)];
            CandleClock::of(&market, TickRange { first: 0, last: 2 }).interval.to_string()
        };
        assert_eq!([length(1), length(30), length(365), length(4_000)], ["2m", "1h", "12h", "1w"]);
    }
}
