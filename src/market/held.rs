//! Bars that a program holds in memory, in place of files.
//!
//! They pass the checks that bars of a file pass, and mean the same: a run's identity depends on their content.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::bar_error::{self, InvalidRows};
use super::bars::{Bars, Row};
use super::{MarketError, unit};
use crate::domain::{Instrument, Interval, Symbol};

/// Bars of several symbols in memory; see [`TournamentBuilder::bars`](crate::run::TournamentBuilder::bars).
#[derive(Debug, Clone, Default)]
pub struct HeldBars {
    by_symbol: BTreeMap<String, Arc<Bars>>,
}

impl HeldBars {
    /// Holds the bars of a symbol, as its `[market] symbols` names it, in place of those held before.
    pub fn insert(&mut self, symbol: impl Into<String>, bars: Bars) {
        self.by_symbol.insert(symbol.into(), Arc::new(bars));
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_symbol.is_empty()
    }

    /// The bars of a symbol as they were given.
    pub fn get(&self, symbol: &str) -> Option<&Bars> {
        self.by_symbol.get(symbol).map(Arc::as_ref)
    }

    /// The bars of a symbol, where they can give those of `wanted`.
    pub(super) fn of(&self, symbol: &Symbol, wanted: Interval) -> Result<Arc<Bars>, MarketError> {
        let Some(bars) = self.by_symbol.get(symbol.as_str()) else {
            let found: Vec<String> = self.by_symbol.keys().cloned().collect();
            let suggestion = crate::scenario::closest(symbol.as_str(), found.iter().map(String::as_str));
            let suggestion = suggestion.map(str::to_owned);
            return Err(MarketError::SymbolNotFound {
                symbol: symbol.clone(),
                root: memory(),
                found,
                suggestion,
            });
        };
        if bars.is_empty() {
            return Err(MarketError::NoRows { file: named(symbol) });
        }
        if !wanted.is_multiple_of(bars.interval) {
            let available = vec![bars.interval];
            return Err(MarketError::NoFinerBars { symbol: symbol.clone(), wanted, available });
        }
        Ok(Arc::clone(bars))
    }
}

/// What stands for a file in messages.
fn memory() -> PathBuf {
    PathBuf::from("memory")
}

fn named(symbol: &Symbol) -> PathBuf {
    memory().join(symbol.as_str())
}

/// A copy of these rows, checked and in the instrument's unit. Times are checked whole.
///
/// # Errors
/// One [`MarketError::BadRow`] for each kind of error.
pub(super) fn part(bars: &Bars, instrument: &Instrument, rows: Range<Row>) -> Result<Bars, MarketError> {
    let bad = |found: InvalidRows| {
        let at = bars.ts.get(found.row).copied();
        let (file, row) = (named(&instrument.source), found.row);
        MarketError::BadRow { file, row, at, error: found.error, rows: found.rows }
    };
    let wrong_times = bar_error::check_times(&bars.ts);
    if !wrong_times.is_empty() {
        return Err(MarketError::all(wrong_times.into_iter().map(bad).collect()));
    }
    let mut part = Bars::with_capacity(bars.interval, rows.len());
    part.extend(bars, rows.clone());
    let problems: Vec<MarketError> =
        bar_error::check(bars, rows, &[], instrument.unit).into_iter().map(bad).collect();
    if !problems.is_empty() {
        return Err(MarketError::all(problems).asking_for(&instrument.source, unit::smallest(&part)));
    }
    part.quote_in(instrument.unit);
    part.round_prices();
    Ok(part)
}
