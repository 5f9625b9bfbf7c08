//! Loads a scenario's market table into a [`Market`].
//!
//! Owns the sequence of steps: locate, open, compare with the window, read, check, resample, align. All
//! errors of all symbols are reported together.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::actions::{ActionFile, ActionSeries};
use super::bars::{Bars, Row};
use super::catalogue::Catalogue;
use super::error::MarketError;
use super::gaps::{self, FilledBars};
use super::held::HeldBars;
use super::load_request::{LoadRequest, read_until};
use super::locate::locate;
use super::margin;
use super::quality::{Finding, FindingKind, Severity, inspect};
use super::reference;
use super::resample::coarser;
use super::series_bars::SeriesBars;
use super::source::{self, RowSelection, Source, gather};
use super::trust::trusted;
use super::view::{Market, SymbolSeries};
use crate::domain::{Instrument, Interval, Symbol, Timestamp};
use crate::scenario::{ActionRule, MarketSpec};

/// Bars of a frame that are always kept before the start: the one that contains the start, and the one before
/// it, which tells at the first bar whether a coarse bar has closed since the previous bar (after a night,
/// for example), independent of other agents' history.
const ALWAYS_BEFORE: u32 = 2;

/// Loads a market: the bars in the scenario's range, and the history before it as far as the data has it.
///
/// # Errors
/// All errors in the data of all symbols, in one [`MarketError`].
pub fn load(request: &LoadRequest<'_>) -> Result<Market, MarketError> {
    load_again(request, None, None)
}

/// [`load`], perhaps of bars that the program holds in memory in place of the files that the scenario names. A market that
/// was loaded before by the same table, for strategies that may read less, is given back where reading would give it again.
///
/// # Errors
/// As [`load`].
pub fn load_again(
    request: &LoadRequest<'_>,
    held: Option<&HeldBars>,
    before: Option<Market>,
) -> Result<Market, MarketError> {
    let spec = request.spec;
    if let (Some(start), Some(end)) = (spec.start, spec.end)
        && end <= start
    {
        return Err(MarketError::EmptyRange { start, end });
    }
    let from = match held {
        Some(held) => Origin::Held(held),
        None => Origin::Files(Catalogue::of(locate(&spec.path, &spec.base_dir)?)),
    };
    let open = |one| Sources::open(request, &from, one);
    let sources = gather(spec.instruments.par_iter().map(open).collect())?;
    check_window(spec, &sources)?;
    if let Some(market) = before
        && market.day == spec.day
        && market.benchmark.as_ref().map(|series| &series.instrument.source) == request.benchmark
        && sources.iter().zip(&market.symbols).all(|(source, series)| source.would_give(series, request))
    {
        return Ok(market);
    }
    let series = gather(sources.par_iter().map(|one| one.read(request)).collect())?;
    let market = Market::assemble(spec.interval, series, spec.start, spec.end)?;
    let compared = |symbol| match &from {
        Origin::Held(held) => reference::of_held(request, held, symbol),
        Origin::Files(catalogue) => reference::read(request, catalogue, symbol),
    };
    let benchmark = request.benchmark.map(compared).transpose()?;
    Ok(market.on_days(spec.day).on_calendar(spec.calendar).compared_with(benchmark))
}

/// Where bars come from.
enum Origin<'a> {
    /// The program.
    Held(&'a HeldBars),
    /// The files that the scenario names.
    Files(Catalogue),
}

/// The sources of one symbol's bars.
struct Sources<'a> {
    instrument: &'a Instrument,
    /// At the scenario's interval or finer.
    base: Source,
    /// Finer than the base, if requested and available.
    detail: Option<Source>,
    /// Corporate actions, where a file beside the bars has them and they are to be applied.
    actions: Option<ActionFile>,
}

impl<'a> Sources<'a> {
    fn open(
        request: &LoadRequest<'_>,
        from: &Origin<'_>,
        instrument: &'a Instrument,
    ) -> Result<Self, MarketError> {
        let (spec, symbol) = (request.spec, &instrument.source);
        let catalogue = match from {
            Origin::Held(held) => {
                let base = Source::held(instrument, held.of(symbol, spec.interval)?);
                return Ok(Self { instrument, base, detail: None, actions: None });
            }
            Origin::Files(catalogue) => catalogue,
        };
        let files = catalogue.files_of(symbol, spec.instruments.len() == 1)?;
        let Some((interval, chosen)) = source::choose(&files, spec.interval) else {
            let available = files.keys().copied().flatten().collect();
            return Err(MarketError::NoFinerBars {
                symbol: symbol.clone(),
                wanted: spec.interval,
                available,
            });
        };
        let base = Source::open(instrument, interval, chosen)?;
        let finest =
            source::finest(&files, spec.interval).filter(|&(finest, _)| request.detail && finest < interval);
        let detail = finest.map(|(finest, files)| Source::open(instrument, finest, files)).transpose()?;
        let actions = match spec.actions {
            ActionRule::Apply => ActionFile::beside(instrument, chosen.iter().copied(), spec.day)?,
            ActionRule::Adjusted => None,
        };
        Ok(Self { instrument, base, detail, actions })
    }

    /// Whether reading them would give a series again that an earlier request of the same table has read.
    fn would_give(&self, series: &SymbolSeries, request: &LoadRequest<'_>) -> bool {
        let (spec, wanted) = (request.spec, history(request) as usize);
        let before = spec.start.map_or(0, |start| series.bars.first_row_from(start));
        let is_all = series.bars.ts.first() == Some(&self.base.first());
        let mut frames = request.frames.keys().filter(|&&coarse| coarse > spec.interval);
        let frames_known = frames.clone().all(|coarse| series.frames.contains_key(coarse));
        let is_same = match frames.next() {
            _ if before == 0 && is_all => true,
            None => before == wanted || before < wanted && is_all,
            Some(_) => false,
        };
        let no_actions = self.actions.is_none() && series.actions.is_none();
        no_actions && self.base.interval == spec.interval && frames_known && (spec.start.is_none() || is_same)
    }

    /// Open time of the first bar at the scenario's interval.
    fn first(&self, interval: Interval) -> Timestamp {
        self.bucket(interval, self.base.first())
    }

    /// Close time of the last bar at the scenario's interval.
    fn close(&self, interval: Interval) -> Timestamp {
        self.bucket(interval, self.base.last()) + interval.span()
    }

    fn bucket(&self, interval: Interval, at: Timestamp) -> Timestamp {
        if self.base.interval == interval { at } else { interval.floor(at) }
    }

    fn read(&self, request: &LoadRequest<'_>) -> Result<SeriesBars, MarketError> {
        let spec = request.spec;
        let span = self.span(request);
        let read = self.base.read(span)?;
        let whole = read.from_the_beginning;
        let resampled = self.base.interval != spec.interval;
        let mut detail = match &self.detail {
            Some(source) => Some(source.read(RowSelection { rows_before: 0, ..span })?.bars),
            None => None,
        };
        let mut bars = read.bars;
        let actions = self.act(&mut bars, spec)?;
        if let Some(detail) = &mut detail {
            self.act(detail, spec)?;
        }
        if resampled {
            let coarse = coarser(&bars, spec.interval, whole)?;
            let fine = std::mem::replace(&mut bars, coarse);
            detail = detail.or(request.detail.then_some(fine));
        }
        let mut findings = inspect(&bars, spec.calendar);
        let FilledBars { mut bars, mut filled_rows } =
            gaps::apply(bars, spec.gaps, spec.calendar, spec.start)
                .map_err(|gaps| MarketError::Gaps { symbol: self.named().clone(), gaps })?;
        findings.extend(filled_finding(&bars, &filled_rows, spec));
        trusted(self.named(), &findings, &spec.accept)?;
        let coarser_frames = request.frames.iter().filter(|&(&coarse, _)| coarse > spec.interval);
        let mut frames = BTreeMap::new();
        for (&coarse, &wanted) in coarser_frames {
            let mut frame = coarser(&bars, coarse, whole)?;
            trim(&mut frame, spec.start, wanted.saturating_add(ALWAYS_BEFORE));
            frames.insert(coarse, frame);
        }
        let before = bars.len();
        trim(&mut bars, spec.start, history(request));
        let dropped = before - bars.len();
        filled_rows.retain(|&row| row >= dropped);
        filled_rows.iter_mut().for_each(|row| *row -= dropped);
        if let Some(detail) = &mut detail {
            trim(detail, spec.start, 0);
        }
        let detail = detail.filter(|detail| !detail.is_empty());
        let margin = margin::read(spec, self.instrument, &bars)?.map(|(margin, finding)| {
            findings.extend(finding);
            margin
        });
        Ok(SeriesBars {
            instrument: self.instrument.clone(),
            bars,
            frames,
            findings,
            detail,
            filled_rows,
            margin,
            actions,
        })
    }

    /// Puts bars in the unit of the range's start, and gives the corporate actions of the range.
    fn act(&self, bars: &mut Bars, spec: &MarketSpec) -> Result<Option<Box<ActionSeries>>, MarketError> {
        let Some(actions) = &self.actions else { return Ok(None) };
        // Finer bars begin with the range; without a start, all begin with the data.
        let start = spec.start.or(Some(self.base.first()));
        actions.apply(self.instrument, bars, start).map(|actions| Some(Box::new(actions)))
    }

    /// The rows of the base source that the request needs. A bucket holds at most as many rows as fit its
    /// length, so counting that many rows backwards yields enough buckets; one extra bucket covers a first
    /// one that may be incomplete.
    fn span(&self, request: &LoadRequest<'_>) -> RowSelection {
        let spec = request.spec;
        let per = |interval: Interval| (interval.micros() / self.base.interval.micros()).unsigned_abs();
        let buckets = |interval: Interval, wanted: u32| {
            (u64::from(wanted) + u64::from(ALWAYS_BEFORE) + 1) * per(interval)
        };
        let resampled = self.base.interval != spec.interval;
        let history = u64::from(history(request));
        let base = if resampled { (history + 2) * per(spec.interval) } else { history };
        let coarser = request.frames.iter().filter(|&(&coarse, _)| coarse > spec.interval);
        let rows = coarser.map(|(&coarse, &wanted)| buckets(coarse, wanted)).fold(base, u64::max);
        let end = read_until(spec, resampled);
        RowSelection { start: spec.start, rows_before: usize::try_from(rows).unwrap_or(usize::MAX), end }
    }

    /// The symbol as the data and the scenario name it.
    fn named(&self) -> &Symbol {
        &self.instrument.source
    }
}

/// The filled bars in range, as a finding.
fn filled_finding(bars: &Bars, filled_rows: &[Row], spec: &MarketSpec) -> Option<Finding> {
    let range = spec.start.map_or(0, |start| bars.first_row_from(start));
    let in_range = &filled_rows[filled_rows.partition_point(|&row| row < range)..];
    let &first = in_range.first()?;
    Some(Finding {
        kind: FindingKind::Filled,
        severity: Severity::Info,
        count: in_range.len() as u64,
        row: None,
        at: Some(bars.ts[first]),
        detail:
            "made by `gaps = \"forward_fill\"`: they value positions and feed indicators but are not tradable"
                .to_owned(),
    })
}

/// Number of base bars before the start; a frame of the scenario's own interval is the base itself.
fn history(request: &LoadRequest<'_>) -> u32 {
    request.frames.get(&request.spec.interval).copied().unwrap_or(0).max(request.history_bars)
}

/// Drops all but `history` rows before the start.
fn trim(bars: &mut Bars, start: Option<Timestamp>, history: u32) {
    if let Some(start) = start {
        let from = bars.first_row_from(start).saturating_sub(history as usize);
        let len = bars.len();
        bars.keep(from..len);
    }
}

/// Checks that the window is within the data of all symbols together (with a tolerance of one bar at each
/// end) and overlaps each symbol's own.
fn check_window(spec: &MarketSpec, sources: &[Sources<'_>]) -> Result<(), MarketError> {
    let (interval, start, end) = (spec.interval, spec.start, spec.end);
    let first = sources.iter().map(|one| one.first(interval)).min().unwrap_or_default();
    let last = sources.iter().map(|one| one.close(interval)).max().unwrap_or_default();
    let slack = interval.span();
    let early = start.is_some_and(|start| start < first - slack || start >= last);
    let late = end.is_some_and(|end| end > last + slack || end <= first);
    if early || late {
        return Err(MarketError::WindowOutside { start, end, first, last });
    }
    let outside = sources.iter().filter(|one| {
        let ended = start.is_some_and(|start| one.close(interval) <= start);
        ended || end.is_some_and(|end| one.first(interval) >= end)
    });
    let problems: Vec<MarketError> = outside
        .map(|one| MarketError::SymbolOutside {
            symbol: one.named().clone(),
            start,
            end,
            first: one.first(interval),
            last: one.close(interval),
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(MarketError::all(problems)) }
}
