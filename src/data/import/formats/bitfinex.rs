//! Bitfinex candles: milliseconds, open, close, high, low, volume (close before high); JSON arrays
//! (`BTCUSD-18-01-01-00-00-00.json`), or CSV in the same order without a header.

use chrono_tz::Tz;

use super::super::names;
use super::super::plan::ImportPlan;
use super::super::probe::{Content, Probe};
use super::super::text::{Clock, TextForm, TextLayout, TimeUnit, Values};
use super::super::{Format, ImportError};
use super::signs::{not, numeric, ordered};

/// Column indexes of open, high, low, close.
const PRICES: [usize; 4] = [1, 3, 4, 2];

/// Matches six numbers, the first in milliseconds, whose prices are consistent in this order and in no other.
pub fn fits(probe: &Probe) -> bool {
    let Some((_, rows)) = rows(probe) else { return false };
    let shaped = rows.iter().all(|row| row.len() == 6 && numeric(row));
    shaped && millis(&rows) && ordered(&rows, PRICES) && !ordered(&rows, [1, 2, 3, 4])
}

fn rows(probe: &Probe) -> Option<(TextForm, Vec<Vec<&str>>)> {
    let Content::Text { form, .. } = &probe.content else { return None };
    Some((*form, probe.rows(*form)?))
}

fn millis(rows: &[Vec<&str>]) -> bool {
    let clock = rows.first().and_then(|row| row.first()).map(|time| Clock::guess(time, Tz::UTC));
    clock == Some(Clock::Epoch(TimeUnit::Millis))
}

/// The layout; the symbol is the part of the name before its first dash.
pub fn plan(probe: &Probe) -> Result<ImportPlan, ImportError> {
    let (form, rows) = rows(probe).ok_or_else(|| not(probe, Format::Bitfinex, "it is not text"))?;
    if !millis(&rows) || !rows.iter().all(|row| row.len() == 6) {
        return Err(not(
            probe,
            Format::Bitfinex,
            "its rows do not have six values that start with milliseconds",
        ));
    }
    let values = Values::Bars { prices: PRICES, volume: Some(5), adjusted_close: None };
    let layout = TextLayout::plain(Clock::Epoch(TimeUnit::Millis), 0, values);
    let stem = probe.stem();
    let symbol = stem.split(['-', '_']).next().map(names::plain_symbol);
    let interval = names::symbol_and_interval(&stem).1;
    Ok(ImportPlan::text(Format::Bitfinex, form, layout).of(symbol, interval))
}
