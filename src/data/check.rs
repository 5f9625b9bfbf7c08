//! Checks files: this project's bars, and vendors' files before import.
//!
//! Reads whole files into memory. Never fails: a file that cannot be read is a finding.

use std::path::{Path, PathBuf};

use super::import::{self, Format, ImportError, ImportSource, ReadOptions, Rows};
use crate::domain::{Interval, Symbol, Timestamp};
use crate::market::Bars;
use crate::market::quality::{BarOrigin, Finding, FindingKind, Severity, inspect_as};

/// Result of checking one file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileCheck {
    /// File that was checked.
    pub path: PathBuf,
    /// The format it was read as.
    pub format: Option<Format>,
    /// The symbol it would be imported as.
    pub symbol: Option<Symbol>,
    /// Interval from its name, or from its times.
    pub interval: Option<Interval>,
    /// Number of rows.
    pub rows: u64,
    /// Time of the first row.
    pub first: Option<Timestamp>,
    /// Time of the last row.
    pub last: Option<Timestamp>,
    /// The most severe first.
    pub findings: Vec<Finding>,
}

impl FileCheck {
    /// Severity of the most severe finding.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    fn unread(path: &Path, error: &ImportError) -> Self {
        let kind = match error {
            ImportError::NoRows { .. } | ImportError::EmptyFile { .. } => FindingKind::Empty,
            _ => FindingKind::Unreadable,
        };
        let text = error.to_string();
        let named = format!("`{}` ", path.display());
        let detail = text.strip_prefix(&named).map_or_else(|| text.clone(), str::to_owned);
        Self {
            path: path.to_owned(),
            format: None,
            symbol: None,
            interval: None,
            rows: 0,
            first: None,
            last: None,
            findings: vec![Finding::whole(kind, Severity::Error, detail)],
        }
    }
}

/// Extensions of files that may hold bars.
const ENDINGS: [&str; 8] = ["csv", "txt", "gz", "zip", "json", "feather", "arrow", "parquet"];

/// All files below these paths that may hold bars, sorted; a path to a file is always included.
///
/// # Errors
/// Where a folder cannot be read.
pub fn find_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ImportError> {
    let mut found = Vec::new();
    for path in paths {
        let may_hold = |file: &PathBuf| {
            let ending = file.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
            !path.is_dir() || ENDINGS.contains(&ending.as_str())
        };
        found.extend(import::files(path)?.into_iter().filter(may_hold));
    }
    Ok(found)
}

/// Checks a file; `reading` supplies what the file does not state.
pub fn check_file(path: &Path, format: Option<Format>, reading: &ReadOptions) -> FileCheck {
    read(path, format, reading).unwrap_or_else(|error| FileCheck::unread(path, &error))
}

fn read(path: &Path, format: Option<Format>, reading: &ReadOptions) -> Result<FileCheck, ImportError> {
    let source = import::look(path, format, reading)?;
    let named = reading.symbol.clone().or_else(|| source.plan.symbol.clone());
    let interval = reading.interval.or(source.plan.interval).or_else(|| import::spacing(&source.head).ok());
    let (bars, trades) = rows(&source, interval.unwrap_or(Interval::DAY))?;
    let mut findings = layout(&source);
    findings.extend(match trades {
        true => of_trades(&bars),
        false => inspect_as(&bars, None, origin(&source)),
    });
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.kind));
    Ok(FileCheck {
        path: path.to_owned(),
        format: Some(source.plan.format),
        symbol: named.and_then(|name| Symbol::new(&name).ok()),
        interval: interval.filter(|_| !trades),
        rows: bars.len() as u64,
        first: bars.ts.iter().min().copied(),
        last: bars.ts.iter().max().copied(),
        findings,
    })
}

/// All rows as bars, and whether they are trades.
fn rows(source: &ImportSource, interval: Interval) -> Result<(Bars, bool), ImportError> {
    let mut bars = Bars::with_capacity(interval, 0);
    let mut are_trades = false;
    let mut take = |rows: Rows| {
        match rows {
            Rows::Bars(more) => {
                bars.ts.extend(more.ts);
                bars.open.extend(more.open);
                bars.high.extend(more.high);
                bars.low.extend(more.low);
                bars.close.extend(more.close);
                bars.volume.extend(more.volume);
            }
            Rows::Trades(trades) => {
                are_trades = true;
                for row in 0..trades.ts.len() {
                    let price = trades.price[row];
                    bars.push(trades.ts[row], [price, price, price, price, trades.volume[row]]);
                }
            }
        }
        Ok(())
    };
    source.stream(&mut take, &|_| {})?;
    Ok((bars, are_trades))
}

/// Findings about trades. Trades may share a time and have no regular spacing: only values and order are
/// checked.
fn of_trades(bars: &Bars) -> Vec<Finding> {
    let about_values = [
        FindingKind::Empty,
        FindingKind::Missing,
        FindingKind::NonFinite,
        FindingKind::NotPositive,
        FindingKind::TooLarge,
        FindingKind::TooFine,
        FindingKind::NegativeVolume,
        FindingKind::Order,
    ];
    let all = inspect_as(bars, None, BarOrigin::Vendor);
    all.into_iter().filter(|finding| about_values.contains(&finding.kind)).collect()
}

const fn origin(source: &ImportSource) -> BarOrigin {
    match source.plan.format {
        Format::Parquet => BarOrigin::Replay,
        _ => BarOrigin::Vendor,
    }
}

/// Findings about irregularities before the first row that simple readers fail on.
fn layout(source: &ImportSource) -> Vec<Finding> {
    let finding = |detail: String| Finding::whole(FindingKind::Layout, Severity::Info, detail);
    source.irregularities().into_iter().map(finding).collect()
}
