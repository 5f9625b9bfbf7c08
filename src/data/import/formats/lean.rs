//! QuantConnect LEAN's data folder: `equity/usa/minute/spy/20131007_trade.zip`,
//! `crypto/coinbase/daily/btcusd_trade.zip`.
//!
//! The path states security type, market, resolution and symbol. Minute and second files count milliseconds
//! from midnight in the exchange's time zone; hourly and daily files have local times `20131001 01:00`.
//! Prices of equities and options are in ten-thousandths. Daily bars are stamped 00:00 UTC of the session's
//! date.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::super::factors::Factors;
use super::super::names;
use super::super::plan::{ImportPlan, ReadOptions};
use super::super::probe::Probe;
use super::super::text::{Clock, TextForm, TextLayout, TradePrice, Values};
use super::super::{Format, ImportError};
use super::signs::not;
use crate::domain::Interval;

const TYPES: [&str; 7] = ["equity", "crypto", "cryptofuture", "forex", "cfd", "index", "option"];

/// A parsed path of the data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LeanPath {
    security: String,
    market: String,
    resolution: String,
    symbol: String,
    /// The file's date, where each day has a file.
    day: Option<NaiveDate>,
    /// `trade`, `quote`, `openinterest`; empty for daily and hourly equity files.
    kind: String,
    /// The market's folder.
    root: PathBuf,
}

fn parsed(path: &Path) -> Option<LeanPath> {
    let path = std::path::absolute(path).ok()?;
    let parts: Vec<String> =
        path.components().map(|part| part.as_os_str().to_string_lossy().to_ascii_lowercase()).collect();
    let known = ["minute", "second", "hour", "daily", "tick"];
    let resolution = parts.iter().rposition(|part| known.contains(&part.as_str()))?;
    let security = parts.get(resolution.checked_sub(2)?)?.clone();
    if !TYPES.contains(&security.as_str()) {
        return None;
    }
    let file = names::stem(parts.last()?).to_owned();
    let nested = match parts.len() - resolution {
        2 => false,
        3 => true,
        _ => return None,
    };
    let (first, kind) = file.split_once('_').unwrap_or((&file, "trade"));
    let day = if nested { Some(NaiveDate::parse_from_str(first, "%Y%m%d").ok()?) } else { None };
    let symbol = if nested { parts[resolution + 1].clone() } else { first.to_owned() };
    let root = path.ancestors().nth(parts.len() - resolution)?.to_owned();
    Some(LeanPath {
        security,
        market: parts[resolution - 1].clone(),
        resolution: parts[resolution].clone(),
        symbol,
        day,
        kind: kind.to_owned(),
        root,
    })
}

impl LeanPath {
    /// The exchange's time zone, from LEAN's market-hours database.
    fn zone(&self) -> Option<Tz> {
        match (self.security.as_str(), self.market.as_str()) {
            ("crypto" | "cryptofuture" | "forex" | "cfd", _) => Some(Tz::UTC),
            (_, "usa") => Some(Tz::America__New_York),
            (_, "india") => Some(Tz::Asia__Kolkata),
            _ => None,
        }
    }

    fn interval(&self) -> Option<Interval> {
        match self.resolution.as_str() {
            "tick" => None,
            resolution => names::interval(resolution),
        }
    }
}

/// Matches a zip or CSV file in such a folder.
pub fn fits(probe: &Probe) -> bool {
    probe.lines(TextForm::Lines).is_some() && parsed(&probe.path).is_some()
}

/// The layout of bars or ticks.
pub fn plan(probe: &Probe, reading: &ReadOptions) -> Result<ImportPlan, ImportError> {
    let parsed = parsed(&probe.path).ok_or_else(|| {
        not(probe, Format::Lean, "its path has no part such as `equity/usa/minute/spy/20131007_trade.zip`")
    })?;
    match parsed.kind.split('_').next().unwrap_or_default() {
        "trade" => {}
        "quote" => return Err(ImportError::NotBars { path: probe.path.clone(), kind: "quotes" }),
        _ => return Err(ImportError::NotBars { path: probe.path.clone(), kind: "open interest" }),
    }
    let zone = if reading.zone == Tz::UTC { parsed.zone() } else { Some(reading.zone) };
    let zone = zone.ok_or_else(|| ImportError::BadOption {
        option: "--tz",
        detail: format!("the time zone of market `{}` is unknown: give it", parsed.market),
    })?;
    let clock = match parsed.day {
        Some(day) => Clock::SinceMidnight(day, zone),
        // The session's date is used, in whatever time zone the exchange is.
        None if parsed.resolution == "daily" => Clock::Text(Tz::UTC),
        None => Clock::Text(zone),
    };
    let values = match parsed.resolution.as_str() {
        "tick" => Values::Trades { price: TradePrice::Column(1), volume: Some(2) },
        _ => Values::Bars { prices: [1, 2, 3, 4], volume: Some(5), adjusted_close: None },
    };
    let scaled = matches!(parsed.security.as_str(), "equity" | "option");
    let price_scale = if scaled { 10_000.0 } else { 1.0 };
    let layout = TextLayout { price_scale, ..TextLayout::plain(clock, 0, values) };
    let mut plan = ImportPlan::text(Format::Lean, TextForm::Lines, layout)
        .of(Some(names::plain_symbol(&parsed.symbol)), parsed.interval());
    if reading.adjust {
        plan.factors = Some(factors(probe, &parsed, zone)?);
    }
    Ok(plan)
}

fn factors(probe: &Probe, parsed: &LeanPath, zone: Tz) -> Result<Factors, ImportError> {
    let interval = parsed.interval().ok_or_else(|| ImportError::NoFactors {
        path: probe.path.clone(),
        detail: "ticks are not adjusted, only bars".to_owned(),
    })?;
    let path = parsed.root.join("factor_files").join(format!("{}.csv", parsed.symbol));
    if !path.is_file() {
        let detail = format!("there is no factor file `{}`", path.display());
        return Err(ImportError::NoFactors { path: probe.path.clone(), detail });
    }
    Factors::read(&path, interval, zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_parsed_completely() {
        let minute = parsed(Path::new("/data/Equity/usa/minute/spy/20131007_trade.zip")).unwrap();
        assert_eq!((minute.symbol.as_str(), minute.kind.as_str()), ("spy", "trade"));
        assert_eq!(minute.day, NaiveDate::from_ymd_opt(2013, 10, 7));
        assert_eq!(minute.zone(), Some(Tz::America__New_York));
        assert_eq!(minute.root, Path::new("/data/Equity/usa"));
        let daily = parsed(Path::new("/data/equity/usa/daily/aapl.zip")).unwrap();
        assert_eq!((daily.symbol.as_str(), daily.interval()), ("aapl", Some(Interval::DAY)));
        assert_eq!(daily.root, Path::new("/data/equity/usa"));
        let crypto = parsed(Path::new("/x/crypto/coinbase/daily/btcusd_trade.zip")).unwrap();
        assert_eq!((crypto.symbol.as_str(), crypto.zone()), ("btcusd", Some(Tz::UTC)));
        let perpetual =
            parsed(Path::new("/x/cryptofuture/binance/minute/adausdt/20221213_quote.zip")).unwrap();
        assert_eq!(perpetual.kind, "quote");
        assert_eq!(parsed(Path::new("/x/equity/usa/factor_files/spy.csv")), None);
        assert_eq!(parsed(Path::new("/x/daily/spy.csv")), None);
    }
}
