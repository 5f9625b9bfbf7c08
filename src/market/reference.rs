//! Bars of a symbol that nobody trades: the benchmark, where it is none of the scenario's symbols.
//!
//! Owns its loading. Its bars add no tick to the clock and may be coarser than the market's; they count once they have
//! closed, as everything does.

use super::actions::ActionFile;
use super::catalogue::Catalogue;
use super::error::MarketError;
use super::held::HeldBars;
use super::load_request::{LoadRequest, read_until};
use super::quality::inspect;
use super::reference_series::ReferenceSeries;
use super::resample::coarser;
use super::source::{self, RowSelection, Source};
use super::trust::trusted;
use crate::domain::{Instrument, Interval, Symbol};
use crate::scenario::ActionRule;

/// Reads the bars of `symbol` from the files of the market.
pub(super) fn read(
    request: &LoadRequest<'_>,
    catalogue: &Catalogue,
    symbol: &Symbol,
) -> Result<ReferenceSeries, MarketError> {
    let wanted = request.spec.interval;
    let files = catalogue.files_of(symbol, false)?;
    let finest_coarser = || {
        files.iter().find_map(|(interval, files)| {
            let interval = (*interval)?;
            (interval > wanted).then_some((interval, files.as_slice()))
        })
    };
    let Some((interval, files)) = source::choose(&files, wanted).or_else(finest_coarser) else {
        let available = files.keys().copied().flatten().collect();
        return Err(MarketError::NoFinerBars { symbol: symbol.clone(), wanted, available });
    };
    let instrument = Instrument::with_defaults(symbol.clone());
    let source = Source::open(&instrument, interval, files)?;
    let actions = match request.spec.actions {
        ActionRule::Apply => ActionFile::beside(&instrument, files.iter().copied(), request.spec.day)?,
        ActionRule::Adjusted => None,
    };
    of_source(request, instrument, &source, actions.as_ref())
}

/// The bars of `symbol` that a program holds.
pub(super) fn of_held(
    request: &LoadRequest<'_>,
    held: &HeldBars,
    symbol: &Symbol,
) -> Result<ReferenceSeries, MarketError> {
    let wanted = request.spec.interval;
    // Coarser bars serve as they are.
    let interval = held.get(symbol.as_str()).map_or(wanted, |bars| bars.interval.max(wanted));
    let instrument = Instrument::with_defaults(symbol.clone());
    let source = Source::held(&instrument, held.of(symbol, interval)?);
    of_source(request, instrument, &source, None)
}

fn of_source(
    request: &LoadRequest<'_>,
    instrument: Instrument,
    source: &Source,
    actions: Option<&ActionFile>,
) -> Result<ReferenceSeries, MarketError> {
    let spec = request.spec;
    let resampled = source.interval < spec.interval;
    let before = if resampled { per_bar(spec.interval, source.interval) } else { 1 };
    let end = read_until(spec, resampled);
    let mut read = source.read(RowSelection { start: spec.start, rows_before: before, end })?;
    if let Some(actions) = actions {
        actions.apply(&instrument, &mut read.bars, spec.start.or(Some(source.first())))?;
    }
    let whole = read.from_the_beginning;
    let bars = if resampled { coarser(&read.bars, spec.interval, whole)? } else { read.bars };
    let outside = bars.is_empty() || spec.start.is_some_and(|start| bars.first_row_from(start) == bars.len());
    if outside {
        return Err(MarketError::SymbolOutside {
            symbol: instrument.source,
            start: spec.start,
            end: spec.end,
            first: source.first(),
            last: source.last() + source.interval.span(),
        });
    }
    let findings = inspect(&bars, spec.calendar);
    trusted(&instrument.source, &findings, &spec.accept)?;
    Ok(ReferenceSeries { instrument, bars, findings })
}

/// Rows before the start that give a whole bar before it.
fn per_bar(coarse: Interval, fine: Interval) -> usize {
    usize::try_from(2 * coarse.micros() / fine.micros()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::tests::fixture::{Folder, Want, bars};
    use super::*;
    use crate::market::{Bars, Market, TickRange, load};

    fn loaded(want: &Want) -> Result<Market, MarketError> {
        let symbol = Symbol::new("SPY").unwrap();
        load(&LoadRequest {
            spec: &want.spec,
            frames: &want.frames,
            history_bars: 0,
            detail: false,
            benchmark: Some(&symbol),
        })
    }

    /// Two days of hours of `BTC`, and these bars of `SPY`.
    fn folder(name: &str, spy: &Bars) -> Folder {
        Folder::new().with("BTC_1h.parquet", &bars("1h", "2024-01-02", 48)).with(name, spy)
    }

    #[test]
    fn it_is_part_of_the_digest_and_not_of_the_clock() {
        let folder = folder("SPY_1h.parquet", &bars("1h", "2024-01-02T00:30", 60));
        let want = Want::new(folder.path(), &["BTC"], "1h");
        let (with, without) = (loaded(&want).unwrap(), want.load().unwrap());
        assert_eq!((with.clock.len(), with.symbols.len()), (48, 1));
        assert_ne!(with.digest, without.digest);
        // Its first bar opens at 00:30 at 100 and closes in the second hour of the clock at 100.5.
        let (start, levels) = with.benchmark.as_ref().unwrap().levels(&with, with.in_range).unwrap();
        assert_eq!((start, &levels[..3], levels[47]), (100.0, &[100.0, 100.5, 101.5][..], 146.5));
    }

    #[test]
    fn coarser_bars_count_at_their_close() {
        let folder = folder("SPY_1d.parquet", &bars("1d", "2024-01-01", 3));
        let want = Want::new(folder.path(), &["BTC"], "1h");
        let market = loaded(&want).unwrap();
        let series = market.benchmark.as_ref().unwrap();
        let (start, levels) = series.levels(&market, market.in_range).unwrap();
        // The first day within opens at 101 and closes at 101.5, the second at 102.5.
        assert_eq!((start, levels[0], levels[22], levels[23]), (101.0, 101.0, 101.0, 101.5));
        assert_eq!((levels[46], levels[47]), (101.5, 102.5));
        // Three hours of the second day know the close of the first, and no open.
        let (start, levels) = series.levels(&market, TickRange { first: 25, last: 28 }).unwrap();
        assert_eq!((start, levels), (101.5, vec![101.5; 3]));
    }

    #[test]
    fn finer_bars_are_resampled() {
        let folder = Folder::new()
            .with("BTC_4h.parquet", &bars("4h", "2024-01-02", 12))
            .with("SPY_1h.parquet", &bars("1h", "2024-01-01", 96));
        let want = Want::new(folder.path(), &["BTC"], "4h").window("2024-01-02", "2024-01-03");
        let market = loaded(&want).unwrap();
        let series = market.benchmark.as_ref().unwrap();
        assert_eq!(series.bars.interval, "4h".parse().unwrap());
        let (start, levels) = series.levels(&market, market.in_range).unwrap();
        // Hours 24 to 27 are the first bar.
        assert_eq!((start, levels[0], levels[5]), (124.0, 127.5, 147.5));
    }

    #[test]
    fn it_must_have_bars_and_be_trusted() {
        let none = folder("GLD_1h.parquet", &bars("1h", "2024-01-02", 48));
        let error = loaded(&Want::new(none.path(), &["BTC"], "1h")).unwrap_err();
        assert!(matches!(&error, MarketError::SymbolNotFound { symbol, .. } if symbol.as_str() == "SPY"));
        let late = folder("SPY_1h.parquet", &bars("1h", "2024-02-01", 48));
        let want = Want::new(late.path(), &["BTC"], "1h").window("2024-01-02", "2024-01-04");
        let error = loaded(&want).unwrap_err();
        assert!(error.to_string().starts_with("`SPY` has no bar in the window"), "{error}");
        let odd = folder("SPY_90m.parquet", &bars("90m", "2024-01-02", 20));
        assert!(
            loaded(&Want::new(odd.path(), &["BTC"], "1h")).is_ok_and(|market| market.benchmark.is_some())
        );
        let mut halved = bars("1d", "2023-06-01", 300);
        for row in 250..300 {
            for column in [&mut halved.open, &mut halved.high, &mut halved.low, &mut halved.close] {
                column[row] /= 2.0;
            }
        }
        let split = Folder::new()
            .with("BTC_1d.parquet", &bars("1d", "2023-06-01", 300))
            .with("SPY_1d.parquet", &halved);
        let mut want = Want::new(split.path(), &["BTC"], "1d");
        want.spec.calendar = Some(crate::scenario::Calendar::Sessions);
        assert!(loaded(&want).is_ok());
        want.spec.accept.clear();
        let error = loaded(&want).unwrap_err();
        assert!(
            matches!(&error, MarketError::Untrusted { symbol, .. } if symbol.as_str() == "SPY"),
            "{error}"
        );
    }
}
