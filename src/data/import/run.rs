//! Groups files by symbol and interval, and imports each group into one file of bars.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::aggregate::Aggregator;
use super::formats;
use super::order::refuse_implausible_times;
use super::plan::{ImportPlan, ImportSource, ReadOptions, Unit, spacing};
use super::probe::Probe;
use super::rows::{Kind, Rows, Trades};
use super::sink::Sink;
use super::writer::bar;
use super::{Format, ImportError};
use crate::domain::{Instrument, Interval, NameError, Span, Symbol, Timestamp};
use crate::files::{Existing, FileLock, sweep_temporaries};
use crate::market::{BarError, Bars, bar_error, unit};

/// What to do with invalid bars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BadRows {
    /// Refuse the import.
    #[default]
    Refuse,
    /// Drop and count them.
    Drop,
    /// Write them unchanged.
    Keep,
}

/// What to do where the output file exists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnExisting {
    /// Refuse with an error.
    #[default]
    Refuse,
    /// Replace the existing file.
    Replace,
    /// Merge the new bars into it.
    Merge,
}

/// Files that are imported into one.
#[derive(Debug)]
pub struct ImportGroup {
    /// The symbol, prefixed with its unit where that is not 1.
    pub symbol: Symbol,
    /// Unit in which its prices are quoted.
    pub unit: u32,
    /// Interval of the bars.
    pub interval: Interval,
    /// The files, sorted by their first times.
    pub sources: Vec<ImportSource>,
    /// The output file.
    pub output: PathBuf,
}

impl ImportGroup {
    /// The distinct formats of its files.
    pub fn formats(&self) -> Vec<Format> {
        let mut formats: Vec<Format> = self.sources.iter().map(|source| source.plan.format).collect();
        formats.sort();
        formats.dedup();
        formats
    }

    /// Estimate of the bytes of text to read.
    pub fn work(&self) -> u64 {
        self.sources.iter().map(ImportSource::work).sum()
    }
}

/// All groups of an import, and the skipped files.
#[derive(Debug, Default)]
pub struct ImportGroups {
    /// Sorted by symbol and interval.
    pub groups: Vec<ImportGroup>,
    /// Files in folders that hold no bars, each with the reason.
    pub skipped: Vec<(PathBuf, ImportError)>,
}

/// Result of importing a group.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    /// The output file.
    pub output: PathBuf,
    /// Symbol the bars belong to.
    pub symbol: Symbol,
    /// Interval of the bars.
    pub interval: Interval,
    /// The formats of the files.
    pub formats: Vec<Format>,
    /// Input files of the group.
    pub files: Vec<PathBuf>,
    /// Rows (or trades) read.
    pub rows_in: u64,
    /// Number of bars written.
    pub bars_out: u64,
    /// Exact duplicates that were dropped.
    pub duplicates: u64,
    /// Invalid bars that were dropped, with [`BadRows::Drop`].
    pub dropped: u64,
    /// Bars whose empty volume became 0.
    pub without_volume: u64,
    /// Open time of the first bar.
    pub first: Option<Timestamp>,
    /// Open time of the last bar.
    pub last: Option<Timestamp>,
}

/// Probes all files and groups them. Folders are searched, and files in them that cannot be imported are
/// skipped; a path to a file must be importable.
///
/// # Errors
/// Where a named file cannot be imported, or no file is left.
pub fn plan(
    paths: &[PathBuf],
    format: Option<Format>,
    reading: &ReadOptions,
    out: &Path,
) -> Result<ImportGroups, ImportError> {
    let mut skipped = Vec::new();
    let mut by_key: BTreeMap<(Symbol, Interval), Vec<ImportSource>> = BTreeMap::new();
    for path in paths {
        let folder = path.is_dir();
        for file in files(path)? {
            match source(&file, format, reading) {
                Ok((key, source)) => by_key.entry(key).or_default().push(source),
                Err(error) if folder => skipped.push((file, error)),
                Err(error) => return Err(error),
            }
        }
    }
    if by_key.is_empty() {
        let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
        return Err(skipped
            .into_iter()
            .next()
            .map_or(ImportError::NothingFound { paths: paths.join(", ") }, |(_, error)| error));
    }
    let groups = by_key.into_iter().map(|((symbol, interval), mut sources)| {
        sources.sort_by(|a, b| (a.earliest(), &a.path).cmp(&(b.earliest(), &b.path)));
        let unit = match reading.unit {
            Unit::Of(unit) => unit,
            Unit::Auto => smallest_unit(&symbol, &sources)?,
        };
        let first = sources.first().map(|source| source.path.clone()).unwrap_or_default();
        let bad = |error: NameError| ImportError::BadSymbol { path: first, detail: error.to_string() };
        let symbol = Instrument::named(&symbol, unit).map_err(bad)?;
        let output = out.join(format!("{symbol}_{interval}.parquet"));
        Ok(ImportGroup { symbol, unit, interval, sources, output })
    });
    Ok(ImportGroups { groups: groups.collect::<Result<_, ImportError>>()?, skipped })
}

/// The smallest unit that represents all rows of some files, which are read to find it.
fn smallest_unit(symbol: &Symbol, sources: &[ImportSource]) -> Result<u32, ImportError> {
    let mut smallest = 1;
    for source in sources {
        let mut look = |rows: Rows| {
            let bars = match rows {
                Rows::Bars(bars) => bars,
                Rows::Trades(trades) => flat(&trades),
            };
            let unit = unit::smallest(&bars).ok_or_else(|| ImportError::NoUnit { symbol: symbol.clone() })?;
            smallest = smallest.max(unit);
            Ok(())
        };
        source.stream(&mut look, &|_| {})?;
    }
    Ok(smallest)
}

/// Each trade as a flat bar.
fn flat(trades: &Trades) -> Bars {
    let mut bars = Bars::with_capacity(Interval::MINUTE, trades.ts.len());
    for row in 0..trades.ts.len() {
        let price = trades.price[row];
        bars.push(trades.ts[row], [price, price, price, price, trades.volume[row]]);
    }
    bars
}

/// Probes one file for import.
///
/// # Errors
/// Where its format is unknown, or it lacks a symbol or an interval.
pub fn source(
    path: &Path,
    format: Option<Format>,
    reading: &ReadOptions,
) -> Result<((Symbol, Interval), ImportSource), ImportError> {
    let source = look(path, format, reading)?;
    let symbol = symbol_of(&source, reading)?;
    let interval = interval_of(&source, reading)?;
    if let (Some(text), None) = (&source.local_midnight, reading.session_dates)
        && interval >= Interval::DAY
    {
        return Err(ImportError::LocalMidnights { path: path.to_owned(), text: text.clone() });
    }
    Ok(((symbol, interval), source))
}

/// Probes one file; symbol and interval may be unknown.
///
/// # Errors
/// Where its format is unknown, or it has no rows.
pub fn look(path: &Path, format: Option<Format>, reading: &ReadOptions) -> Result<ImportSource, ImportError> {
    let probe = Probe::open(path)?;
    let plan = plan_of(&probe, format, reading)?.with_time_options(reading);
    let source = ImportSource::new(&probe, plan)?;
    if source.head.is_empty() {
        return Err(ImportError::NoRows { path: path.to_owned() });
    }
    Ok(source)
}

fn plan_of(probe: &Probe, format: Option<Format>, reading: &ReadOptions) -> Result<ImportPlan, ImportError> {
    let unknown = || ImportError::UnknownFormat {
        path: probe.path.clone(),
        detail: "its name and columns match no vendor, and no header names its columns".to_owned(),
    };
    let format = format.or_else(|| formats::detect(probe, reading)).ok_or_else(unknown)?;
    formats::plan(probe, format, reading)
}

fn symbol_of(source: &ImportSource, reading: &ReadOptions) -> Result<Symbol, ImportError> {
    let name = reading.symbol.as_ref().or(source.plan.symbol.as_ref());
    let name = name.ok_or_else(|| ImportError::NoSymbol { path: source.path.clone() })?;
    Symbol::new(name)
        .map_err(|error| ImportError::BadSymbol { path: source.path.clone(), detail: error.to_string() })
}

fn interval_of(source: &ImportSource, reading: &ReadOptions) -> Result<Interval, ImportError> {
    if let Some(interval) = reading.interval {
        return Ok(interval);
    }
    match (source.plan.kind(), source.plan.interval) {
        (Kind::Trades, _) => Err(ImportError::TradesNeedInterval { path: source.path.clone() }),
        (Kind::Bars, Some(interval)) => Ok(interval),
        (Kind::Bars, None) => spacing(&source.head)
            .map_err(|detail| ImportError::NoInterval { path: source.path.clone(), detail }),
    }
}

/// The file itself, or all files below a folder, sorted, without hidden ones.
///
/// # Errors
/// Where a folder cannot be read.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, ImportError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let io = |source| ImportError::io("read", &folder, source);
        for entry in std::fs::read_dir(&folder).map_err(io)? {
            let entry = entry.map_err(io)?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let child = entry.path();
            if child.is_dir() { folders.push(child) } else { found.push(child) }
        }
    }
    found.sort();
    Ok(found)
}

/// Imports one group; `read` is called with the number of bytes of text read.
///
/// # Errors
/// Where a file cannot be read, rows are refused, or the output cannot be written. No partial output remains.
///
/// One process at a time writes an output file: others wait, and merge into its result.
pub fn import(
    group: &ImportGroup,
    bad: BadRows,
    existing: OnExisting,
    read: &(dyn Fn(u64) + Sync),
) -> Result<Imported, ImportError> {
    let dir = group.output.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let io = |source| ImportError::io("write", dir, source);
    let is_new = !dir.exists();
    std::fs::create_dir_all(dir).map_err(io)?;
    let imported = FileLock::for_writing(&group.output).map_err(io).and_then(|_lock| {
        sweep_temporaries(dir).map_err(io)?;
        import_alone(group, dir, bad, existing, read)
    });
    if imported.is_err() && is_new {
        // Removes the folder only if it is empty.
        let _ = std::fs::remove_dir(dir);
    }
    imported
}

fn import_alone(
    group: &ImportGroup,
    dir: &Path,
    bad: BadRows,
    existing: OnExisting,
    read: &(dyn Fn(u64) + Sync),
) -> Result<Imported, ImportError> {
    let kinds: Vec<Kind> = group.sources.iter().map(|source| source.plan.kind()).collect();
    if kinds.windows(2).any(|pair| pair[0] != pair[1]) {
        return Err(ImportError::MixedKinds { output: group.output.clone() });
    }
    if existing == OnExisting::Refuse && group.output.exists() {
        let source = std::io::Error::new(
            std::io::ErrorKind::AlreadyExists,
            "it exists; `--replace` replaces it, `--merge` adds the new bars to it",
        );
        return Err(ImportError::io("write", &group.output, source));
    }
    let mut work = Work {
        sink: Sink::new(dir, group.symbol.as_str(), bad == BadRows::Keep),
        trades: Aggregator::new(group.interval),
        bad,
        unit: 1,
        rows_in: 0,
        dropped: 0,
        without_volume: 0,
        last: None,
    };
    if existing == OnExisting::Merge && group.output.exists() {
        let reading = ReadOptions { interval: Some(group.interval), ..ReadOptions::default() };
        let (_, before) = source(&group.output, Some(Format::Parquet), &reading)?;
        work.file(&before, read)?;
    }
    // Existing bars are already in their unit.
    work.unit = group.unit;
    for source in &group.sources {
        work.file(source, read)?;
    }
    work.finish(group, existing)
}

/// An import in progress.
struct Work {
    sink: Sink,
    trades: Aggregator,
    bad: BadRows,
    unit: u32,
    rows_in: u64,
    dropped: u64,
    /// Bars whose volume is an empty cell.
    without_volume: u64,
    /// Time of the previous row of the file being read.
    last: Option<Timestamp>,
}

impl Work {
    fn file(&mut self, source: &ImportSource, read: &(dyn Fn(u64) + Sync)) -> Result<(), ImportError> {
        let before = self.rows_in;
        self.last = None;
        source.stream(&mut |rows| self.rows(&source.path, before, rows), read)?;
        self.trades.end_file()
    }

    fn rows(&mut self, path: &Path, before: u64, rows: Rows) -> Result<(), ImportError> {
        let first_row = self.rows_in - before + 1;
        self.rows_in += rows.len() as u64;
        if self.bad != BadRows::Keep {
            self.last = refuse_implausible_times(path, first_row, self.last, rows.times())?;
        }
        let bars = match rows {
            Rows::Bars(mut bars) => {
                bars.quote_in(self.unit);
                if self.bad != BadRows::Keep {
                    self.without_volume += fill_volumes(&mut bars);
                }
                bars
            }
            Rows::Trades(mut trades) => {
                trades.quote_in(self.unit);
                if let Some(row) =
                    (0..trades.ts.len()).find(|&row| !honest(trades.price[row], trades.volume[row]))
                {
                    return Err(ImportError::BadRow {
                        path: path.to_owned(),
                        row: first_row + row as u64,
                        at: trades.ts[row],
                        error: format!("price `{}`, volume `{}`", trades.price[row], trades.volume[row]),
                    });
                }
                match self.trades.push(path, &trades)? {
                    Some(done) => done,
                    None => return Ok(()),
                }
            }
        };
        let bars = self.check_rows(path, first_row, bars)?;
        self.sink.push(bars)
    }

    /// Refuses, drops or keeps invalid bars.
    fn check_rows(&mut self, path: &Path, first_row: u64, bars: Bars) -> Result<Bars, ImportError> {
        if self.bad == BadRows::Keep {
            return Ok(bars);
        }
        let found = bar_error::check(&bars, 0..bars.len(), &[], 1);
        // A row that another unit would represent is a valid bar: it is never dropped.
        let unit = |found: &&bar_error::InvalidRows| {
            matches!(found.error, BarError::TooFine { .. } | BarError::VolumeTooLarge { .. })
        };
        let first = found.iter().find(unit).or(found.first().filter(|_| self.bad == BadRows::Refuse));
        if let Some(found) = first {
            let row = first_row + found.row as u64;
            return Err(ImportError::of_bar_error(path, row, bars.ts[found.row], &found.error));
        }
        if found.is_empty() {
            return Ok(self.rounded(bars));
        }
        let mut kept = Bars::with_capacity(bars.interval, bars.len());
        for row in (0..bars.len()).filter(|&row| bar_error::is_valid(&bars, row, 1)) {
            let (at, values) = bar(&bars, row);
            kept.push(at, values);
        }
        self.dropped += (bars.len() - kept.len()) as u64;
        Ok(self.rounded(kept))
    }

    /// In a unit, products are rounded to eight decimal places as the market does; otherwise the vendor's
    /// numbers are unchanged.
    fn rounded(&self, mut bars: Bars) -> Bars {
        if self.unit > 1 {
            bars.round_prices();
        }
        bars
    }

    fn finish(mut self, group: &ImportGroup, existing: OnExisting) -> Result<Imported, ImportError> {
        let left = self.trades.finish();
        self.sink.push(left)?;
        let first_file = || group.sources.first().map(|source| source.path.clone()).unwrap_or_default();
        let run = self.sink.finish()?.ok_or_else(|| ImportError::NoRows { path: first_file() })?;
        if let Some(closest) = run.stats.closest.filter(|closest| *closest < group.interval.micros()) {
            let found = Span::from_micros(closest).to_string();
            return Err(ImportError::WrongInterval { path: first_file(), interval: group.interval, found });
        }
        let existing = match existing {
            OnExisting::Refuse => Existing::Keep,
            OnExisting::Replace | OnExisting::Merge => Existing::Replace,
        };
        let stats = run.persist(&group.output, existing)?;
        Ok(Imported {
            output: group.output.clone(),
            symbol: group.symbol.clone(),
            interval: group.interval,
            formats: group.formats(),
            files: group.sources.iter().map(|source| source.path.clone()).collect(),
            rows_in: self.rows_in,
            bars_out: stats.bars,
            duplicates: stats.duplicates,
            dropped: self.dropped,
            without_volume: self.without_volume,
            first: stats.first,
            last: stats.last,
        })
    }
}

/// Sets empty volumes to zero; returns how many there were.
fn fill_volumes(bars: &mut Bars) -> u64 {
    let mut filled = 0;
    for (volume, close) in bars.volume.iter_mut().zip(&bars.close) {
        // A row without prices is no bar.
        if volume.is_nan() && !close.is_nan() {
            *volume = 0.0;
            filled += 1;
        }
    }
    filled
}

fn honest(price: f64, volume: f64) -> bool {
    price > 0.0 && volume >= 0.0 && unit::fits(price, volume, 1) && unit::represents(price, 1)
}
