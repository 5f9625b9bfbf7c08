//! Yahoo Finance CSV: Date, Open, High, Low, Close, Adj Close, Volume (in older files the last two are
//! swapped). Prices are adjusted for splits; `Adj Close` for dividends too.

use chrono_tz::Tz;

use super::super::names::{self, Role};
use super::super::plan::{Plan, Reading};
use super::super::probe::Probe;
use super::super::text::{Clock, Form, Layout, Values};
use super::super::{Format, ImportError};
use super::signs::not;

/// Matches a header with an adjusted close.
pub fn fits(probe: &Probe) -> bool {
    let Some(rows) = probe.rows(Form::Lines) else { return false };
    rows.first().is_some_and(|header| {
        let needed = [Role::AdjustedClose, Role::Time, Role::Open, Role::Close];
        needed.iter().all(|role| role.place(header).is_some())
    })
}

/// The layout; with `adjust`, all prices are scaled to the adjusted close.
pub fn plan(probe: &Probe, reading: &Reading) -> Result<Plan, ImportError> {
    let rows = probe.rows(Form::Lines).ok_or_else(|| not(probe, Format::Yahoo, "it is not CSV"))?;
    let header = rows.first().map(Vec::as_slice).unwrap_or_default();
    let find = |role: Role| {
        role.place(header).ok_or_else(|| not(probe, Format::Yahoo, format!("it has no column for {role:?}")))
    };
    let values = Values::Bars {
        prices: [find(Role::Open)?, find(Role::High)?, find(Role::Low)?, find(Role::Close)?],
        volume: Some(find(Role::Volume)?),
        adjusted_close: if reading.adjust { Some(find(Role::AdjustedClose)?) } else { None },
    };
    let layout = Layout { skip: 1, ..Layout::plain(Clock::Text(Tz::UTC), find(Role::Time)?, values) };
    let (symbol, interval) = names::symbol_and_interval(&probe.stem());
    Ok(Plan::text(Format::Yahoo, Form::Lines, layout).of(symbol, interval))
}
