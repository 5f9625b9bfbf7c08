//! Yahoo Finance CSV: Date, Open, High, Low, Close, Adj Close, Volume (in older files the last two are
//! swapped). Prices are adjusted for splits; `Adj Close` for dividends too.

use chrono_tz::Tz;

use super::super::names::{self, Role};
use super::super::plan::{ImportPlan, ReadOptions};
use super::super::probe::Probe;
use super::super::text::{Clock, TextForm, TextLayout, Values};
use super::super::{Format, ImportError};
use super::signs::not;

/// Matches a header with an adjusted close.
pub fn fits(probe: &Probe) -> bool {
    let Some(rows) = probe.rows(TextForm::Lines) else { return false };
    rows.first().is_some_and(|header| {
        let needed = [Role::AdjustedClose, Role::Time, Role::Open, Role::Close];
        needed.iter().all(|role| role.index(header).is_some())
    })
}

/// The layout; with `adjust`, all prices are scaled to the adjusted close.
pub fn plan(probe: &Probe, reading: &ReadOptions) -> Result<ImportPlan, ImportError> {
    let rows = probe.rows(TextForm::Lines).ok_or_else(|| not(probe, Format::Yahoo, "it is not CSV"))?;
    let header = rows.first().map(Vec::as_slice).unwrap_or_default();
    let find = |role: Role| {
        role.index(header).ok_or_else(|| not(probe, Format::Yahoo, format!("it has no column for {role:?}")))
    };
    let values = Values::Bars {
        prices: [find(Role::Open)?, find(Role::High)?, find(Role::Low)?, find(Role::Close)?],
        volume: Some(find(Role::Volume)?),
        adjusted_close: if reading.adjust { Some(find(Role::AdjustedClose)?) } else { None },
    };
    let layout = TextLayout { skip: 1, ..TextLayout::plain(Clock::Text(Tz::UTC), find(Role::Time)?, values) };
    let (symbol, interval) = names::symbol_and_interval(&probe.stem());
    Ok(ImportPlan::text(Format::Yahoo, TextForm::Lines, layout).of(symbol, interval))
}
