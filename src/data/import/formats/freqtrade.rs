//! freqtrade's data folder: `LTC_BTC-5m.feather`, `XRP_USDT_USDT-1h-futures.json.gz`,
//! `XRP_ETH-trades.feather`.
//!
//! Candles: date, open, high, low, close, volume. Trades: timestamp, id, type, side, price, amount, cost.
//! JSON files are arrays in these orders, with times in milliseconds.

use chrono_tz::Tz;

use super::super::columns::Columns;
use super::super::names;
use super::super::plan::ImportPlan;
use super::super::probe::{Content, Probe};
use super::super::text::{Clock, TextForm, TextLayout, TradePrice, Values};
use super::super::{Format, ImportError};
use super::signs::not;
use crate::domain::Interval;

/// A parsed file name.
#[derive(Debug, PartialEq, Eq)]
struct Name {
    symbol: String,
    content: NameContent,
}

#[derive(Debug, PartialEq, Eq)]
enum NameContent {
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
        return Some(Name { symbol, content: NameContent::Trades });
    }
    let interval = names::interval(first)?;
    let (symbol, content) = match parts.next() {
        None | Some("futures" | "spot") => (symbol, NameContent::Candles(interval)),
        Some("funding_rate") => (symbol, NameContent::FundingRates),
        // Mark and index prices are not traded prices, so they get a symbol of their own.
        Some(other) => (format!("{symbol}.{}", other.to_ascii_uppercase()), NameContent::Candles(interval)),
    };
    Some(Name { symbol, content })
}

/// Matches such a name with Feather, Parquet or JSON arrays as content.
pub fn fits(probe: &Probe) -> bool {
    let tabular = match &probe.content {
        Content::Columnar { schema, .. } => Columns::recognise(schema).is_ok(),
        Content::Text { form, .. } => *form == TextForm::Arrays,
    };
    tabular && name(&probe.stem()).is_some()
}

/// The layout of candles or trades.
pub fn plan(probe: &Probe) -> Result<ImportPlan, ImportError> {
    let name = name(&probe.stem());
    if matches!(name, Some(Name { content: NameContent::FundingRates, .. })) {
        return Err(ImportError::NotBars { path: probe.path.clone(), kind: "funding rates" });
    }
    let plan = match &probe.content {
        Content::Columnar { kind, schema } => {
            let columns =
                Columns::recognise(schema).map_err(|detail| not(probe, Format::Freqtrade, detail))?;
            ImportPlan::table(Format::Freqtrade, *kind, columns)
        }
        Content::Text { .. } => arrays(probe)?,
    };
    let interval = match name.as_ref().map(|name| &name.content) {
        Some(NameContent::Candles(interval)) => Some(*interval),
        _ => None,
    };
    Ok(plan.of(name.map(|name| name.symbol), interval))
}

fn arrays(probe: &Probe) -> Result<ImportPlan, ImportError> {
    let rows = probe.rows(TextForm::Arrays).ok_or_else(|| not(probe, Format::Freqtrade, "it is not JSON"))?;
    let first = rows.first().map(Vec::as_slice).unwrap_or_default();
    let values = match first.len() {
        6 => Values::Bars { prices: [1, 2, 3, 4], volume: Some(5), adjusted_close: None },
        7 => Values::Trades { price: TradePrice::Column(4), volume: Some(5) },
        found => {
            return Err(not(probe, Format::Freqtrade, format!("its rows have {found} values, not 6 or 7")));
        }
    };
    let clock = Clock::guess(first[0], Tz::UTC);
    Ok(ImportPlan::text(Format::Freqtrade, TextForm::Arrays, TextLayout::plain(clock, 0, values)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_data_folder() {
        let parsed = |stem: &str| name(stem).map(|name| (name.symbol, name.content));
        let hour = "1h".parse().unwrap();
        assert_eq!(parsed("LTC_BTC-1h"), Some(("LTCBTC".into(), NameContent::Candles(hour))));
        assert_eq!(parsed("XRP_USDT_USDT-1h-futures"), Some(("XRPUSDT".into(), NameContent::Candles(hour))));
        assert_eq!(
            parsed("XRP_USDT_USDT-1h-mark"),
            Some(("XRPUSDT.MARK".into(), NameContent::Candles(hour)))
        );
        assert_eq!(parsed("XRP_USDT_USDT-1h-funding_rate").unwrap().1, NameContent::FundingRates);
        assert_eq!(parsed("XRP_ETH-trades").unwrap().1, NameContent::Trades);
        assert_eq!(parsed("BTCUSD-18-01-01-00-00-00"), None);
        assert_eq!(parsed("BTCUSDT_1h"), None);
    }
}
