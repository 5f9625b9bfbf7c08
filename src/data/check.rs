//! Checking files as they are: this project's bars, and vendors' files before they are imported.
//!
//! Reads whole files into memory. Never fails: what cannot be read is a finding.

use std::path::{Path, PathBuf};

use super::import::{self, Format, ImportError, Reading, Rows, Source};
use crate::domain::{Interval, Symbol, Timestamp};
use crate::market::Bars;
use crate::market::quality::{Finding, FindingKind, Origin, Severity, inspect_as};

/// What the check says of a file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileCheck {
    /// The file.
    pub path: PathBuf,
    /// As it was read.
    pub format: Option<Format>,
    /// As it would be imported.
    pub symbol: Option<Symbol>,
    /// As its name says, or its times.
    pub interval: Option<Interval>,
    /// Rows in it.
    pub rows: u64,
    /// Its earliest time.
    pub first: Option<Timestamp>,
    /// Its latest time.
    pub last: Option<Timestamp>,
    /// The gravest first.
    pub findings: Vec<Finding>,
}

impl FileCheck {
    /// The gravest finding's severity.
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

/// Endings of files that may hold bars.
const ENDINGS: [&str; 8] = ["csv", "txt", "gz", "zip", "json", "feather", "arrow", "parquet"];

/// All files under these paths that may hold bars, sorted; files that are named come as they are.
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

/// Checks a file; `reading` says what the file does not.
pub fn check_file(path: &Path, format: Option<Format>, reading: &Reading) -> FileCheck {
    read(path, format, reading).unwrap_or_else(|error| FileCheck::unread(path, &error))
}

fn read(path: &Path, format: Option<Format>, reading: &Reading) -> Result<FileCheck, ImportError> {
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
fn rows(source: &Source, interval: Interval) -> Result<(Bars, bool), ImportError> {
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

/// Trades may share a time and be any time apart: only their values and order are looked at.
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
    let all = inspect_as(bars, None, Origin::Vendor);
    all.into_iter().filter(|finding| about_values.contains(&finding.kind)).collect()
}

const fn origin(source: &Source) -> Origin {
    match source.plan.format {
        Format::Parquet => Origin::Replay,
        _ => Origin::Vendor,
    }
}

/// What a naive reader would trip over before the first row.
fn layout(source: &Source) -> Vec<Finding> {
    let told = |detail: String| Finding::whole(FindingKind::Layout, Severity::Info, detail);
    source.oddities().into_iter().map(told).collect()
}
