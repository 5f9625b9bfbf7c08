//! Binance's public archive: `BTCUSDT-1m-2023-03-23.zip`, spot and futures.
//!
//! Klines: open time, open, high, low, close, volume, and six unused columns; with or without a header; times
//! in milliseconds, from 2025-01-01 on in microseconds (spot). Trades: id, price, quantity, quote quantity,
//! time. Aggregated trades: id, price, quantity, first id, last id, time.

use super::super::names;
use super::super::plan::ImportPlan;
use super::super::probe::Probe;
use super::super::text::{Clock, TextForm, TextLayout, TradePrice, Values};
use super::super::{Format, ImportError};
use super::signs::{not, numeric};
use crate::domain::Interval;
use chrono_tz::Tz;

const KLINE_COLUMNS: usize = 12;

/// A parsed file name of the archive.
#[derive(Debug, PartialEq, Eq)]
struct Name {
    symbol: String,
    content: NameContent,
}

#[derive(Debug, PartialEq, Eq)]
enum NameContent {
    Klines(Interval),
    Trades,
    AggregatedTrades,
}

/// Parses `SYMBOL-INTERVAL-DATE`, `SYMBOL-trades-DATE`, `SYMBOL-aggTrades-DATE`.
fn name(stem: &str) -> Option<Name> {
    let mut parts = stem.split('-');
    let symbol = parts.next().filter(|symbol| !symbol.is_empty())?;
    let content = match parts.next()? {
        "trades" => NameContent::Trades,
        "aggTrades" => NameContent::AggregatedTrades,
        interval => NameContent::Klines(names::interval(interval)?),
    };
    let year = parts.next()?;
    let dated = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    dated.then(|| Name { symbol: names::plain_symbol(symbol), content })
}

/// Matches twelve columns that start like a kline, or a name of the archive's trades.
pub fn fits(probe: &Probe) -> bool {
    let Some(rows) = probe.rows(TextForm::Lines) else { return false };
    let trades = matches!(
        name(&probe.stem()),
        Some(Name { content: NameContent::Trades | NameContent::AggregatedTrades, .. })
    );
    rows.last().is_some_and(|row| match row.len() {
        KLINE_COLUMNS => numeric(&row[..11]) && row[6].len() == row[0].len() && row[0].len() >= 13,
        columns => trades && columns >= 5 && numeric(&row[..5]),
    })
}

/// The layout of klines or trades.
pub fn plan(probe: &Probe) -> Result<ImportPlan, ImportError> {
    let rows = probe.rows(TextForm::Lines).ok_or_else(|| not(probe, Format::Binance, "it is not CSV"))?;
    let header =
        rows.first().is_some_and(|row| row.first().is_some_and(|field| field.parse::<f64>().is_err()));
    let name = name(&probe.stem());
    let (time, values) = match name.as_ref().map(|name| &name.content) {
        Some(NameContent::Trades) => (4, trades()),
        Some(NameContent::AggregatedTrades) => (5, trades()),
        Some(NameContent::Klines(_)) | None => {
            (0, Values::Bars { prices: [1, 2, 3, 4], volume: Some(5), adjusted_close: None })
        }
    };
    let first = rows.get(usize::from(header)).and_then(|row| row.get(time));
    let first = first.ok_or_else(|| not(probe, Format::Binance, "its first row has too few fields"))?;
    let clock = Clock::guess(first, Tz::UTC);
    if !matches!(clock, Clock::Epoch(_)) {
        return Err(not(probe, Format::Binance, format!("`{first}` is not an epoch time")));
    }
    let layout = TextLayout { skip: u64::from(header), ..TextLayout::plain(clock, time, values) };
    let interval = match name.as_ref().map(|name| &name.content) {
        Some(NameContent::Klines(interval)) => Some(*interval),
        _ => None,
    };
    let symbol = name.map(|name| name.symbol).or_else(|| names::symbol_and_interval(&probe.stem()).0);
    Ok(ImportPlan::text(Format::Binance, TextForm::Lines, layout).of(symbol, interval))
}

const fn trades() -> Values {
    Values::Trades { price: TradePrice::Column(1), volume: Some(2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_archive() {
        let klines = NameContent::Klines(Interval::MINUTE);
        assert_eq!(name("BTCUSDT-1m-2023-03-23"), Some(Name { symbol: "BTCUSDT".into(), content: klines }));
        assert_eq!(name("BTCUSDT-trades-2023-03").unwrap().content, NameContent::Trades);
        assert_eq!(name("BTCUSDT-aggTrades-2023-03").unwrap().content, NameContent::AggregatedTrades);
        assert_eq!(name("BTCUSDT-1mo-2023-03"), None);
        assert_eq!(name("BTCUSDT-1h"), None);
    }
}
