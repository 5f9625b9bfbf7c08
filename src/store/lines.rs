//! `lines.parquet`: the indicator lines that strategies look at, a value for each candle, for the price charts of reports.
//!
//! Owns which lines are kept, their names, and the file's columns. For display only: no result is ever computed from
//! it. Where windows lie apart each is computed with its own history, as in the replay; where they overlap all are one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::{Float64Type, TimestampMicrosecondType};
use arrow_array::{Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};

use super::candles::CandleClock;
use super::table_file::{TableFile, TableOptions};
use super::{Point, StoreError, columns};
use crate::domain::{BarField, Formula, IndicatorSpec, Interval, Symbol, SymbolId};
use crate::indicator::{Budget, Feed, History, IndicatorCache};
use crate::market::{Market, TickRange};
use crate::scenario::expr::to_text;
use crate::scenario::{Expr, MarketSpec, Scenario, Series, StrategySpec};
use crate::strategy::lines_of;

const NAME: &str = "lines";
/// Most lines, a line of each symbol.
const LINES: usize = 240;
/// Most bars that all lines together are computed over.
const BARS: usize = 40_000_000;
/// Bytes of columns that are kept for lines made of the same ones.
const MEMORY: usize = 32 << 20;

/// One line of a symbol's chart.
#[derive(Debug, Clone, PartialEq)]
pub struct LineSeries {
    /// Symbol of the chart.
    pub symbol: String,
    /// As in a rule: `sma(20)`, `rsi(14)@1d`.
    pub line: String,
    /// `price` where it lies among the prices, else a name that lines of one scale share.
    pub pane: String,
    /// Opens of candles, and the value at the close of their last bar.
    pub points: Vec<Point>,
}

/// The names of the lines that a strategy looks at.
pub(super) fn names(spec: &StrategySpec, market: &MarketSpec) -> Vec<String> {
    let symbols: Vec<Symbol> = market.instruments.iter().map(|one| one.symbol.clone()).collect();
    let lines = lines_of(spec, market.interval);
    lines.iter().map(|(series, _)| name(series, &symbols, market.interval)).collect()
}

/// In the language of rules; the timeframe where it is not the scenario's.
fn name(series: &Series, symbols: &[Symbol], base: Interval) -> String {
    let text = to_text(&Expr::Series(series.clone()), symbols);
    if series.timeframe == base { text.replacen(&format!("@{base}"), "", 1) } else { text }
}

/// What is drawn where: lines of one pane share an axis.
fn pane(series: &Series, name: &str) -> String {
    let own = if series.symbol.is_none() { pane_of(&series.indicator) } else { None };
    own.map_or_else(|| name.to_owned(), str::to_owned)
}

fn pane_of(indicator: &IndicatorSpec) -> Option<&'static str> {
    Some(match indicator {
        IndicatorSpec::Field(BarField::Volume) | IndicatorSpec::VolumeSma { .. } => "volume",
        IndicatorSpec::Field(_)
        | IndicatorSpec::Sma { .. }
        | IndicatorSpec::Ema { .. }
        | IndicatorSpec::BollingerUpper { .. }
        | IndicatorSpec::BollingerLower { .. }
        | IndicatorSpec::DonchianHigh { .. }
        | IndicatorSpec::DonchianLow { .. }
        | IndicatorSpec::Highest { .. }
        | IndicatorSpec::Lowest { .. }
        | IndicatorSpec::Vwap { .. } => "price",
        IndicatorSpec::Rsi { .. }
        | IndicatorSpec::Stochastic { .. }
        | IndicatorSpec::Mfi { .. }
        | IndicatorSpec::Adx { .. } => "0 to 100",
        IndicatorSpec::MacdLine { .. } | IndicatorSpec::MacdSignal { .. } => "MACD",
        // A smoothed line lies where the line does.
        IndicatorSpec::Over { indicator, source } => match (pane_of(indicator)?, source.as_ref()) {
            ("price", Formula::Column(column)) => pane_of(column)?,
            ("0 to 100", _) => "0 to 100",
            _ => return None,
        },
        _ => return None,
    })
}

/// A line that is to be computed.
struct Wanted {
    series: Series,
    before: u32,
    name: String,
}

/// Writes the lines of the agents, in this order, as long as there is room.
pub(super) fn write<'a>(
    folder: &Path,
    options: &TableOptions,
    (scenario, market): (&Scenario, &Market),
    clock: CandleClock,
    windows: &[TickRange],
    agents: impl Iterator<Item = &'a StrategySpec>,
) -> Result<(), StoreError> {
    let wanted = wanted(scenario, market, windows, agents);
    if wanted.is_empty() {
        return Ok(());
    }
    let mut file = TableFile::create(folder, NAME, options, &RecordBatch::new_empty(schema()))?;
    let cache = IndicatorCache::within(Arc::new(Budget::of(MEMORY)));
    for (symbol, lines) in wanted {
        for line in lines.values() {
            let mut points = Vec::new();
            for &ticks in windows {
                let history = History { market, cache: &cache, ticks, warm_up: scenario.market.warm_up };
                add_points(&mut points, &history, symbol, line, clock.interval);
            }
            let text = market.series(symbol).instrument.symbol.as_str();
            file.write(table(text, &line.name, &pane(&line.series, &line.name), &points))?;
        }
    }
    file.close()
}

/// By symbol, then by name.
fn wanted<'a>(
    scenario: &Scenario,
    market: &Market,
    windows: &[TickRange],
    agents: impl Iterator<Item = &'a StrategySpec>,
) -> BTreeMap<SymbolId, BTreeMap<String, Wanted>> {
    let symbols: Vec<Symbol> = market.symbols.iter().map(|one| one.instrument.symbol.clone()).collect();
    let bars: usize = windows.iter().map(|ticks| ticks.last - ticks.first).sum();
    let most = LINES.min(BARS / bars.max(1));
    let mut all: BTreeMap<SymbolId, BTreeMap<String, Wanted>> = BTreeMap::new();
    let mut count = 0;
    for spec in agents {
        let lines = lines_of(spec, scenario.market.interval);
        for (symbol, (series, before)) in
            spec.symbols.iter().flat_map(|symbol| lines.iter().map(move |line| (*symbol, line.clone())))
        {
            let name = name(&series, &symbols, scenario.market.interval);
            if let Some(known) = all.get_mut(&symbol).and_then(|lines| lines.get_mut(&name)) {
                known.before = known.before.max(before);
            } else if count < most {
                count += 1;
                let line = Wanted { series, before, name: name.clone() };
                all.entry(symbol).or_default().insert(name, line);
            }
        }
    }
    all
}

/// The value at the close of each candle's last bar, where there is one.
fn add_points(
    points: &mut Vec<Point>,
    history: &History<'_>,
    symbol: SymbolId,
    line: &Wanted,
    candle: Interval,
) {
    let series = history.market.series(symbol);
    let feed = feed(history, symbol, line);
    let clock = CandleClock { interval: candle, ticks: history.ticks };
    for (at, row) in clock.rows(series, history.market) {
        let value = feed.at(row);
        if points.last().is_some_and(|last| last.0 == at) {
            points.pop();
        }
        if value.is_finite() {
            points.push((at, value));
        }
    }
}

fn feed<'m>(history: &History<'m>, symbol: SymbolId, line: &Wanted) -> Feed<'m> {
    let Series { indicator, timeframe, symbol: other } = &line.series;
    match other.filter(|other| *other != symbol) {
        None => history.feed(symbol, *timeframe, indicator, line.before),
        Some(other) => history.feed_of_other((symbol, other), *timeframe, indicator, line.before),
    }
}

fn schema() -> Arc<Schema> {
    let word = |name| Field::new(name, DataType::Utf8, false);
    Arc::new(Schema::new(vec![
        word("symbol"),
        word("line"),
        word("pane"),
        Field::new("ts", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false),
        Field::new("value", DataType::Float64, false),
    ]))
}

fn table(symbol: &str, line: &str, pane: &str, points: &[Point]) -> Result<RecordBatch, ArrowError> {
    let word = |word| Arc::new(StringArray::from_iter_values(std::iter::repeat_n(word, points.len())));
    let times = TimestampMicrosecondArray::from_iter_values(points.iter().map(|p| p.0)).with_timezone("UTC");
    let values = Float64Array::from_iter_values(points.iter().map(|p| p.1));
    RecordBatch::try_new(
        schema(),
        vec![word(symbol), word(line), word(pane), Arc::new(times), Arc::new(values)],
    )
}

/// Reads a run's lines; none where it was stored without them.
///
/// # Errors
/// Where the file cannot be read or is not what it should be.
pub fn lines(run_folder: &Path) -> Result<Vec<LineSeries>, StoreError> {
    let path = run_folder.join(format!("{NAME}.parquet"));
    let mut all: Vec<LineSeries> = Vec::new();
    if !path.exists() {
        return Ok(all);
    }
    columns::read(&path, "table of lines", |batch| {
        let word = |name| columns::strings(batch, name);
        let (symbols, names, panes) = (word("symbol")?, word("line")?, word("pane")?);
        let at = columns::numbers::<TimestampMicrosecondType>(batch, "ts")?;
        let value = columns::numbers::<Float64Type>(batch, "value")?;
        for (row, (symbol, line)) in symbols.into_iter().zip(names).enumerate() {
            let point = (at[row], value[row]);
            match all.last_mut().filter(|one| one.symbol == symbol && one.line == line) {
                Some(series) => series.points.push(point),
                None => all.push(LineSeries {
                    symbol: symbol.to_owned(),
                    line: line.to_owned(),
                    pane: panes[row].to_owned(),
                    points: vec![point],
                }),
            }
        }
        Ok(())
    })?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::StrategyKind;
    use crate::store::fixture;

    #[test]
    fn lines_read_back_with_a_value_for_each_candle_after_their_warm_up() {
        let out = tempfile::tempdir().unwrap();
        let run = fixture::run();
        let spec =
            StrategySpec::of(StrategyKind::SmaCross { fast: 1, slow: 2 }, vec![SymbolId(0)], Interval::DAY);
        let ticks = TickRange { first: 0, last: 5 };
        let clock = CandleClock::of(run.market, ticks);
        let agents = [&spec, &spec];
        write(
            out.path(),
            &fixture::table_options(),
            (run.scenario, run.market),
            clock,
            &[ticks],
            agents.into_iter(),
        )
        .unwrap();
        let found = lines(out.path()).unwrap();
        let names: Vec<&str> = found.iter().map(|one| one.line.as_str()).collect();
        assert_eq!(names, ["sma(1)", "sma(2)"], "each once");
        // Closes 10, 11, 12, 9, 10.
        let values: Vec<f64> = found[1].points.iter().map(|point| point.1).collect();
        assert_eq!(values, [10.5, 11.5, 10.5, 9.5]);
        assert_eq!((found[1].points[0].0, found[1].pane.as_str()), (fixture::day(2).micros(), "price"));
        assert!(lines(tempfile::tempdir().unwrap().path()).unwrap().is_empty());
    }

    #[test]
    fn lines_of_one_scale_share_a_pane() {
        let of = |indicator: IndicatorSpec| pane(&Series::own(indicator, Interval::DAY), "its own");
        assert_eq!(of(IndicatorSpec::Rsi { n: 14 }), "0 to 100");
        let smooth = IndicatorSpec::Sma { n: 3 };
        assert_eq!(of(smooth.clone().over(Formula::Column(IndicatorSpec::Rsi { n: 14 }))), "0 to 100");
        assert_eq!(of(smooth.over(Formula::Column(IndicatorSpec::Field(BarField::High)))), "price");
        assert_eq!(of(IndicatorSpec::Atr { n: 14 }), "its own");
    }
}
