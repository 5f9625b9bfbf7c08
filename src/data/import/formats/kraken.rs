//! Kraken: OHLCVT CSV `XBTUSD_1440.csv` (seconds, open, high, low, close, volume, trades), trades CSV
//! `BCHEUR.csv` (seconds, price, volume), and the OHLC response of its API (seconds, open, high, low, close,
//! average, volume, count; as strings). No headers; intervals in minutes.

use chrono_tz::Tz;

use super::super::names;
use super::super::plan::ImportPlan;
use super::super::probe::{Content, Probe};
use super::super::text::{Clock, TextForm, TextLayout, TimeUnit, TradePrice, Values};
use super::super::{Format, ImportError};
use super::signs::{not, numeric};

/// Matches seven or three numbers, the first in seconds, or a response of the API.
pub fn fits(probe: &Probe) -> bool {
    if response_symbol(probe).is_some() {
        return true;
    }
    let Some(rows) = probe.rows(TextForm::Lines) else { return false };
    rows.first().is_some_and(|row| matches!(row.len(), 3 | 7) && numeric(row) && seconds(row))
}

fn seconds(row: &[&str]) -> bool {
    row.first().is_some_and(|time| Clock::guess(time, Tz::UTC) == Clock::Epoch(TimeUnit::Seconds))
}

/// The layout of bars, trades or an API response.
pub fn plan(probe: &Probe) -> Result<ImportPlan, ImportError> {
    if let Some(symbol) = response_symbol(probe) {
        let values = Values::Bars { prices: [1, 2, 3, 4], volume: Some(6), adjusted_close: None };
        let layout = TextLayout::plain(Clock::Epoch(TimeUnit::Seconds), 0, values);
        return Ok(ImportPlan::text(Format::Kraken, TextForm::Arrays, layout).of(Some(symbol), None));
    }
    let rows = probe
        .rows(TextForm::Lines)
        .ok_or_else(|| not(probe, Format::Kraken, "it is neither CSV nor an API response"))?;
    let row = rows.first().map(Vec::as_slice).unwrap_or_default();
    if !numeric(row) || !seconds(row) {
        return Err(not(probe, Format::Kraken, "its first row does not start with epoch seconds"));
    }
    let values = match row.len() {
        7 => Values::Bars { prices: [1, 2, 3, 4], volume: Some(5), adjusted_close: None },
        3 => Values::Trades { price: TradePrice::Column(1), volume: Some(2) },
        found => return Err(not(probe, Format::Kraken, format!("its rows have {found} fields, not 3 or 7"))),
    };
    let stem = probe.stem();
    let (symbol, interval) = match stem.rsplit_once('_') {
        Some((symbol, minutes)) => (symbol, names::minutes(minutes)),
        None => (stem.as_str(), None),
    };
    let layout = TextLayout::plain(Clock::Epoch(TimeUnit::Seconds), 0, values);
    Ok(ImportPlan::text(Format::Kraken, TextForm::Lines, layout)
        .of(Some(names::plain_symbol(symbol)), interval))
}

/// The pair of an OHLC response: the key of the first array of arrays.
fn response_symbol(probe: &Probe) -> Option<String> {
    let Content::Text { form: TextForm::Arrays, head, .. } = &probe.content else { return None };
    let result = head.split_once("\"result\"")?.1.split_once('{')?.1;
    let key = result.split_once('[')?.0.trim_end().strip_suffix(':')?.trim_end();
    let key = key.trim().strip_prefix('"')?.strip_suffix('"')?;
    Some(names::plain_symbol(key))
}
