//! Funding rates and mark prices of a symbol that is held on margin.
//!
//! Owns where they are read from and whether they cover the scenario's range. Invariant: a mark bar stands beside each
//! of the symbol's own bars in the range, and no payment inside the range is missing, unless missing ones count as zero.

use std::path::Path;

use super::MarketError;
use super::bars::Bars;
use super::catalogue::Catalogue;
use super::funding::{self, FundingRate};
use super::locate::locate;
use super::margin_series::MarginSeries;
use super::quality::{Finding, FindingKind, Severity};
use super::resample::coarser;
use super::source::{self, RowSelection, Source};
use crate::domain::{FundingSource, Instrument, MarginTerms, Symbol, Timestamp};
use crate::scenario::MarketSpec;

/// What was read beside a symbol's bars, and what was found in it.
pub(super) type ReadMargin = (Box<MarginSeries>, Option<Finding>);

/// Reads what an instrument on margin needs beside `bars`, and what was found in it.
pub(super) fn read(
    spec: &MarketSpec,
    instrument: &Instrument,
    bars: &Bars,
) -> Result<Option<ReadMargin>, MarketError> {
    let Some(terms) = &instrument.margin else { return Ok(None) };
    let range = range(spec, bars);
    let (funding, finding) = match &terms.funding {
        None => (Vec::new(), None),
        Some(FundingSource::Fixed { rate, every }) => (funding::fixed(*rate, *every, range), None),
        Some(FundingSource::File(path)) => from_file(spec, instrument, terms, path, range)?,
    };
    let mark = terms.mark.as_deref().map(|path| mark(spec, instrument, path, bars)).transpose()?;
    Ok(Some((Box::new(MarginSeries { funding, mark }), finding)))
}

/// From the open of the first bar to the close of the last one in the scenario's range.
fn range(spec: &MarketSpec, bars: &Bars) -> (Timestamp, Timestamp) {
    let first = spec.start.map_or(0, |start| bars.first_row_from(start));
    let open = |row: usize| bars.ts.get(row).copied().unwrap_or_default();
    (open(first), open(bars.len().saturating_sub(1)) + bars.interval.span())
}

fn from_file(
    spec: &MarketSpec,
    instrument: &Instrument,
    terms: &MarginTerms,
    path: &Path,
    range: (Timestamp, Timestamp),
) -> Result<(Vec<FundingRate>, Option<Finding>), MarketError> {
    let symbol = &instrument.source;
    let fail =
        |problem: String| MarketError::Funding { symbol: symbol.clone(), path: path.to_owned(), problem };
    let located = locate(path, &spec.base_dir).map_err(|error| fail(format!("cannot be read: {error}")))?;
    let rates = funding::of_symbol(symbol, &located.files).map_err(&fail)?;
    match funding::gap(&rates, range) {
        None => Ok((rates, None)),
        Some(gap) if terms.zero_funding_gaps => {
            let detail = format!("{gap}; missing payments count as zero (`funding_gaps = \"zero\"`)");
            Ok((rates, Some(Finding::whole(FindingKind::FundingGap, Severity::Warning, detail))))
        }
        Some(gap) => Err(fail(gap)),
    }
}

/// The mark bar beside each bar of the range.
fn mark(spec: &MarketSpec, instrument: &Instrument, path: &Path, bars: &Bars) -> Result<Bars, MarketError> {
    let symbol = &instrument.source;
    let fail = |problem: String| MarketError::Mark { symbol: symbol.clone(), path: path.to_owned(), problem };
    let located = locate(path, &spec.base_dir).map_err(|error| fail(format!("cannot be read: {error}")))?;
    let alone = located.files.len() == 1;
    let catalogue = Catalogue::of(located);
    // freqtrade's files are imported under a symbol of their own.
    let named =
        Symbol::new(&format!("{symbol}.MARK")).map_err(|error| fail(format!("cannot be read: {error}")))?;
    let files = catalogue.files_of(symbol, alone).or_else(|error| {
        catalogue.files_of(&named, alone).map_err(|_| fail(format!("cannot be read: {error}")))
    })?;
    let Some((interval, chosen)) = source::choose(&files, spec.interval) else {
        return Err(fail(format!("have no bars that can be resampled to {}", spec.interval)));
    };
    let source = Source::open(instrument, interval, chosen)?;
    let read = source.read(RowSelection { start: spec.start, rows_before: 0, end: spec.end })?.bars;
    let read = if interval == spec.interval { read } else { coarser(&read, spec.interval, true)? };
    let from = spec.start.unwrap_or(Timestamp::from_micros(i64::MIN));
    beside(&read, bars, from).map_err(|at| fail(format!("have no bar at {at}")))
}

/// The rows of `mark` at the times of `bars`, NaN before `from`; the first time without one otherwise.
fn beside(mark: &Bars, bars: &Bars, from: Timestamp) -> Result<Bars, Timestamp> {
    let mut all = Bars::with_capacity(bars.interval, bars.len());
    for &at in &bars.ts {
        let row = match mark.ts.binary_search(&at) {
            Ok(row) => [mark.open[row], mark.high[row], mark.low[row], mark.close[row], 0.0],
            Err(_) if at < from => [f64::NAN; 5],
            Err(_) => return Err(at),
        };
        all.push(at, row);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_bar_stands_beside_each_bar_or_its_time_is_named() {
        let minute = |n: i64| Timestamp::from_micros(n * 60_000_000);
        let bars = |minutes: &[i64]| {
            let mut bars = Bars::with_capacity(crate::domain::Interval::MINUTE, minutes.len());
            minutes.iter().for_each(|&n| bars.push(minute(n), [n as f64 + 1.0; 5]));
            bars
        };
        let beside_all = beside(&bars(&[1, 2, 3]), &bars(&[1, 3]), minute(0)).unwrap();
        assert_eq!(beside_all.close, [2.0, 4.0]);
        assert_eq!(beside(&bars(&[1, 2]), &bars(&[1, 2, 3]), minute(0)), Err(minute(3)));
        let history = beside(&bars(&[2]), &bars(&[1, 2]), minute(2)).unwrap();
        assert!(history.close[0].is_nan());
    }
}
