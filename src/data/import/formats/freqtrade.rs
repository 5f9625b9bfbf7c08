//! freqtrade's data folder: `LTC_BTC-5m.feather`, `XRP_USDT_USDT-1h-futures.json.gz`,
//! `XRP_ETH-trades.feather`.
//!
//! Candles: date, open, high, low, close, volume. Trades: timestamp, id, type, side, price, amount, cost.
//! JSON files are arrays in these orders, with times in milliseconds.

use chrono_tz::Tz;

use super::super::columns::Columns;
use super::super::names;
use super::super::plan::Plan;
use super::super::probe::{Content, Probe};
use super::super::text::{Clock, Form, Layout, TradePrice, Values};
use super::super::{Format, ImportError};
use super::signs::not;
use crate::domain::Interval;

/// A parsed file name.
#[derive(Debug, PartialEq, Eq)]
struct Name {
    symbol: String,
    holds: Holds,
}

#[derive(Debug, PartialEq, Eq)]
enum Holds {
    Candles(Interval),
    Trades,
    FundingRates,
}

/// Parses `BASE_QUOTE-INTERVAL`, `BASE_QUOTE_SETTLE-INTERVAL-futures`, `..-mark`, `..-funding_rate`,
/// `..-trades`.
fn name(stem: &str) -> Option<Name> {
    let mut parts = stem.split('-');
    let pair = parts.next()?;
    let mut assets = pair.split('_');
    let (base, quote) = (assets.next()?, assets.next()?);
    let symbol = format!("{base}{quote}").to_ascii_uppercase();
    let first = parts.next()?;
    if first == "trades" {
        return Some(Name { symbol, holds: Holds::Trades });
    }
    let interval = names::interval(first)?;
    let (symbol, holds) = match parts.next() {
        None | Some("futures" | "spot") => (symbol, Holds::Candles(interval)),
        Some("funding_rate") => (symbol, Holds::FundingRates),
        // Mark and index prices are not traded prices, so they get a symbol of their own.
        Some(other) => (format!("{symbol}.{}", other.to_ascii_uppercase()), Holds::Candles(interval)),
    };
    Some(Name { symbol, holds })
}

/// Matches such a name with Feather, Parquet or JSON arrays as content.
pub fn fits(probe: &Probe) -> bool {
    let tabular = match &probe.content {
        Content::Table { schema, .. } => Columns::recognise(schema).is_ok(),
        Content::Text { form, .. } => *form == Form::Arrays,
    };
    tabular && name(&probe.stem()).is_some()
}

/// The layout of candles or trades.
pub fn plan(probe: &Probe) -> Result<Plan, ImportError> {
    let name = name(&probe.stem());
    if matches!(name, Some(Name { holds: Holds::FundingRates, .. })) {
        return Err(ImportError::NotBars { path: probe.path.clone(), kind: "funding rates" });
    }
    let plan = match &probe.content {
        Content::Table { kind, schema } => {
            let columns =
                Columns::recognise(schema).map_err(|detail| not(probe, Format::Freqtrade, detail))?;
            Plan::table(Format::Freqtrade, *kind, columns)
        }
        Content::Text { .. } => arrays(probe)?,
    };
    let interval = match name.as_ref().map(|name| &name.holds) {
        Some(Holds::Candles(interval)) => Some(*interval),
        _ => None,
    };
    Ok(plan.of(name.map(|name| name.symbol), interval))
}

fn arrays(probe: &Probe) -> Result<Plan, ImportError> {
    let rows = probe.rows(Form::Arrays).ok_or_else(|| not(probe, Format::Freqtrade, "it is not JSON"))?;
    let first = rows.first().map(Vec::as_slice).unwrap_or_default();
    let values = match first.len() {
        6 => Values::Bars { prices: [1, 2, 3, 4], volume: Some(5), adjusted_close: None },
        7 => Values::Trades { price: TradePrice::Column(4), volume: Some(5) },
        found => {
            return Err(not(probe, Format::Freqtrade, format!("its rows have {found} values, not 6 or 7")));
        }
    };
    let clock = Clock::guess(first[0], Tz::UTC);
    Ok(Plan::text(Format::Freqtrade, Form::Arrays, Layout::plain(clock, 0, values)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_data_folder() {
        let said = |stem: &str| name(stem).map(|name| (name.symbol, name.holds));
        let hour = "1h".parse().unwrap();
        assert_eq!(said("LTC_BTC-1h"), Some(("LTCBTC".into(), Holds::Candles(hour))));
        assert_eq!(said("XRP_USDT_USDT-1h-futures"), Some(("XRPUSDT".into(), Holds::Candles(hour))));
        assert_eq!(said("XRP_USDT_USDT-1h-mark"), Some(("XRPUSDT.MARK".into(), Holds::Candles(hour))));
        assert_eq!(said("XRP_USDT_USDT-1h-funding_rate").unwrap().1, Holds::FundingRates);
        assert_eq!(said("XRP_ETH-trades").unwrap().1, Holds::Trades);
        assert_eq!(said("BTCUSD-18-01-01-00-00-00"), None);
        assert_eq!(said("BTCUSDT_1h"), None);
    }
}
