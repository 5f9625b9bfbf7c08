//! Errors of market data, each with a help.
//!
//! Owns the messages; never reads a file. Invariant: every message names the file, folder, symbol or time
//! concerned, and every error has a [`help`](MarketError::help).

use std::path::{Path, PathBuf};

use super::bar_error::BarError;
use super::gaps::GapError;
use super::quality::{Finding, FindingKind};
use crate::decode::DecodeError;
use crate::domain::{Interval, Symbol, Timestamp};
use crate::files::{again, help_for, io_cause, may_pass};

/// Why market data could not be loaded or written.
#[derive(Debug, thiserror::Error)]
pub enum MarketError {
    /// Nothing exists at the scenario's path.
    #[error("no market data at `{path}`; tried {}", listed(tried))]
    NotFound {
        /// The path in the scenario.
        path: PathBuf,
        /// The paths that were tried, in this order.
        tried: Vec<PathBuf>,
    },
    /// A folder without any Parquet file.
    #[error("no Parquet file under `{root}`")]
    NoFiles {
        /// Folder that was searched.
        root: PathBuf,
        /// A file in it that can perhaps be imported.
        other: Option<PathBuf>,
    },
    /// An invalid glob pattern.
    #[error("`{pattern}` is not a file pattern: {detail}")]
    BadPattern {
        /// The pattern in the scenario.
        pattern: String,
        /// What is wrong with it.
        detail: String,
    },
    /// No file for a symbol.
    #[error("no file for symbol `{symbol}` in `{root}`, which has {}", symbols(found))]
    SymbolNotFound {
        /// The requested symbol.
        symbol: Symbol,
        /// Where the files were searched.
        root: PathBuf,
        /// The symbols found, sorted.
        found: Vec<String>,
        /// The most similar of them, if any is similar.
        suggestion: Option<String>,
    },
    /// Only coarser bars, or bars that do not divide the requested interval.
    #[error("`{symbol}` has bars of {}, which cannot be resampled to {wanted}", intervals(available))]
    NoFinerBars {
        /// Symbol concerned.
        symbol: Symbol,
        /// The scenario's interval.
        wanted: Interval,
        /// The intervals of its files.
        available: Vec<Interval>,
    },
    /// Spacing of times that is not a bar interval.
    #[error("`{file}` does not name its interval, and its bars are {spacing} apart")]
    UnknownInterval {
        /// File the error is about.
        file: PathBuf,
        /// The median spacing, in words.
        spacing: String,
    },
    /// Two files of one symbol and interval that overlap in time.
    #[error("`{first}` and `{second}` both hold `{symbol}` at {at}")]
    OverlappingFiles {
        /// Symbol concerned.
        symbol: Symbol,
        /// The file that starts earlier.
        first: PathBuf,
        /// The other file.
        second: PathBuf,
        /// First time of the second file.
        at: Timestamp,
    },
    /// An input/output error.
    #[error("cannot {action} `{path}`: {source}")]
    Io {
        /// The failed action: `read`, `write`, ...
        action: &'static str,
        /// The path concerned.
        path: PathBuf,
        /// Underlying error.
        source: std::io::Error,
    },
    /// A Git LFS pointer instead of the file itself.
    #[error("`{file}` is a Git LFS pointer, not the file itself")]
    LfsPointer {
        /// File the error is about.
        file: PathBuf,
    },
    /// Another file type.
    #[error("`{file}` is not a Parquet file")]
    NotParquet {
        /// File the error is about.
        file: PathBuf,
    },
    /// Starts like a Parquet file but is incomplete.
    #[error("`{file}` is truncated: it starts as a Parquet file but its end is missing ({bytes} bytes)")]
    Truncated {
        /// File the error is about.
        file: PathBuf,
        /// Its length in bytes.
        bytes: u64,
    },
    /// The file has no rows.
    #[error("`{file}` has no rows")]
    NoRows {
        /// File the error is about.
        file: PathBuf,
    },
    /// A compression codec that this program does not support.
    #[error("`{file}` is compressed with `{codec}`, which is not supported")]
    Compression {
        /// File the error is about.
        file: PathBuf,
        /// The codec's name in the file.
        codec: String,
    },
    /// A Parquet file that cannot be decoded.
    #[error("`{file}` cannot be decoded: {detail}")]
    Damaged {
        /// File the error is about.
        file: PathBuf,
        /// The decoder's message.
        detail: String,
    },
    /// A required column is missing.
    #[error("`{file}` has no column for `{column}`; its columns are {}", names(found))]
    MissingColumn {
        /// File the error is about.
        file: PathBuf,
        /// `time`, `open`, ...
        column: &'static str,
        /// The file's columns.
        found: Vec<String>,
    },
    /// A column whose type does not fit its role.
    #[error("`{file}` column `{column}` is of type `{found}`")]
    ColumnType {
        /// File the error is about.
        file: PathBuf,
        /// The column's name in the file.
        column: String,
        /// Type it has in the file.
        found: String,
    },
    /// One or more invalid rows with the same kind of error.
    #[error(
        "`{file}` row {row}{}: {error}{}",
        at.map_or_else(String::new, |at| format!(" ({at})")),
        more(*rows)
    )]
    BadRow {
        /// File the error is about.
        file: PathBuf,
        /// The first such row, counted from 0 in the file.
        row: usize,
        /// Its time, if it has one.
        at: Option<Timestamp>,
        /// The error of that row.
        error: BarError,
        /// Number of rows read that have this kind of error.
        rows: usize,
    },
    /// Whole numbers as times, in a unit that gives years without markets.
    #[error(
        "`{file}` has the number `{value}` as a time, which would be {at}; numeric times must be from 1980 to 2099"
    )]
    ImplausibleClock {
        /// File the error is about.
        file: PathBuf,
        /// The number in the file.
        value: i64,
        /// The time it would be in the unit suggested by its magnitude.
        at: Timestamp,
    },
    /// Prices that eight decimal places cannot represent, or volumes that are too large, which another unit
    /// may solve.
    #[error("`{symbol}`: {row}")]
    Unit {
        /// The symbol as the data names it.
        symbol: Symbol,
        /// The error of the first such row.
        row: Box<MarketError>,
        /// The smallest unit that represents all rows read, if there is one.
        unit: Option<u32>,
    },
    /// Funding rates that cannot be used.
    #[error("the funding rates of `{symbol}` (`{path}`) {problem}")]
    Funding {
        /// Symbol concerned.
        symbol: Symbol,
        /// Path in the scenario.
        path: PathBuf,
        /// What is wrong with them.
        problem: String,
    },
    /// Corporate actions that cannot be used.
    #[error("the corporate actions of `{symbol}` (`{}`) {problem}", path.display())]
    Actions {
        /// Symbol concerned.
        symbol: Symbol,
        /// The file.
        path: PathBuf,
        /// What is wrong with them.
        problem: String,
    },
    /// Mark prices that cannot be used.
    #[error("the mark prices of `{symbol}` (`{path}`) {problem}")]
    Mark {
        /// Symbol concerned.
        symbol: Symbol,
        /// Path in the scenario.
        path: PathBuf,
        /// What is wrong with them.
        problem: String,
    },
    /// The scenario's range is empty.
    #[error("the range {start} to {end} is empty")]
    EmptyRange {
        /// Start (inclusive).
        start: Timestamp,
        /// End (exclusive).
        end: Timestamp,
    },
    /// The scenario's range extends outside the data.
    #[error("the window {} to {} is outside the data, which covers {first} to {last}", bound(*start), bound(*end))]
    WindowOutside {
        /// Start that was asked for (inclusive).
        start: Option<Timestamp>,
        /// End that was asked for (exclusive).
        end: Option<Timestamp>,
        /// Open time of the earliest bar of all symbols.
        first: Timestamp,
        /// Close time of the latest bar of all symbols.
        last: Timestamp,
    },
    /// One symbol has no bar in the range.
    #[error(
        "`{symbol}` has no bar in the window {} to {}; its data covers {first} to {last}",
        bound(*start),
        bound(*end)
    )]
    SymbolOutside {
        /// Symbol concerned.
        symbol: Symbol,
        /// Start that was asked for (inclusive).
        start: Option<Timestamp>,
        /// End that was asked for (exclusive).
        end: Option<Timestamp>,
        /// Open time of its first bar.
        first: Timestamp,
        /// Close time of its last bar.
        last: Timestamp,
    },
    /// Bars that overlap in time: an order could fill before the decision that placed it.
    #[error(
        "bars of {interval} overlap: `{first}` opens at {first_at} and `{second}` at {second_at}, \
         before the first has closed"
    )]
    OverlappingBars {
        /// The bar interval.
        interval: Interval,
        /// The symbol of the earlier bar.
        first: Symbol,
        /// Its open time.
        first_at: Timestamp,
        /// The symbol of the later bar, which may be the same.
        second: Symbol,
        /// Its open time.
        second_at: Timestamp,
    },
    /// Gaps, where the scenario refuses them.
    #[error("`{symbol}`: {gaps}")]
    Gaps {
        /// Symbol concerned.
        symbol: Symbol,
        /// The number of gaps and the first one.
        gaps: GapError,
    },
    /// Bars that can be read but would make a backtest misleading.
    #[error("`{symbol}` has unreliable bars: {finding}")]
    Untrusted {
        /// Symbol concerned.
        symbol: Symbol,
        /// The error-level finding of the data check.
        finding: Box<Finding>,
    },
    /// More rows than the clock can index.
    #[error("`{symbol}` has {rows} rows in the window; at most {} can be replayed", super::MAX_ROWS)]
    TooManyRows {
        /// Symbol concerned.
        symbol: Symbol,
        /// Number of rows in the window.
        rows: usize,
    },
    /// The bars cannot be resampled.
    #[error("bars cannot be resampled to {interval}: {detail}")]
    Resample {
        /// The requested interval.
        interval: Interval,
        /// The cause: a message of Polars, or the times that are out of order.
        detail: String,
    },
    /// Several errors; never empty and never nested.
    #[error("{} problems with the market data:\n{}", problems.len(), bullets(problems))]
    Several {
        /// All errors found.
        problems: Vec<MarketError>,
    },
}

impl MarketError {
    /// Combines errors into one; a single one is returned as it is. Nested lists are flattened.
    pub(super) fn all(problems: Vec<Self>) -> Self {
        let mut flat: Vec<Self> = problems
            .into_iter()
            .flat_map(|problem| match problem {
                Self::Several { problems } => problems,
                other => vec![other],
            })
            .collect();
        if flat.len() == 1 { flat.remove(0) } else { Self::Several { problems: flat } }
    }

    /// The same errors, with those that another unit of `symbol` would solve converted to
    /// [`MarketError::Unit`].
    pub(super) fn asking_for(self, symbol: &Symbol, unit: Option<u32>) -> Self {
        let named = |problem: Self| match problem {
            Self::BadRow { error: BarError::TooFine { .. } | BarError::VolumeTooLarge { .. }, .. } => {
                Self::Unit { symbol: symbol.clone(), row: Box::new(problem), unit }
            }
            other => other,
        };
        match self {
            Self::Several { problems } => {
                Self::Several { problems: problems.into_iter().map(named).collect() }
            }
            one => named(one),
        }
    }

    /// The individual errors, in order.
    pub fn problems(&self) -> &[Self] {
        match self {
            Self::Several { problems } => problems,
            one => std::slice::from_ref(one),
        }
    }

    /// The help, one sentence.
    pub fn help(&self) -> String {
        match self {
            Self::NotFound { .. } => {
                "set `path` to a file, a folder or a glob; a relative path is resolved from the working \
                 directory, then from the scenario's folder and the folders above it"
                    .to_owned()
            }
            Self::NoFiles { root, other: Some(other) } => {
                let name = other.file_name().unwrap_or_default().to_string_lossy();
                format!(
                    "it has `{name}`: import such files with `tiltyard data import {} --out data/mine`, and set `path` to \
                     `data/mine`",
                    root.display()
                )
            }
            Self::NoFiles { .. } => {
                "set `path` to a folder with files such as `BTCUSDT_1h.parquet`".to_owned()
            }
            Self::BadPattern { .. } => "use `*`, `?`, `**` and `[..]` as in `data/*_1h.parquet`".to_owned(),
            Self::SymbolNotFound { suggestion: Some(near), .. } => format!("did you mean `{near}`?"),
            Self::SymbolNotFound { symbol, .. } => {
                format!("name the file `{symbol}_INTERVAL.parquet`, for example `{symbol}_1h.parquet`")
            }
            Self::NoFinerBars { available, .. } => match available.iter().min() {
                Some(finest) => format!("set `interval` to a multiple of {finest}, or add finer bars"),
                None => "add finer bars".to_owned(),
            },
            Self::UnknownInterval { .. } => {
                "put the interval into the file's name, for example `BTCUSDT_1h.parquet`".to_owned()
            }
            Self::OverlappingFiles { .. } => {
                "use a narrower folder or glob for `path`, so that each time is in one file only".to_owned()
            }
            Self::Io { source, .. } => help_for(source)
                .unwrap_or("check that the path exists and that you have access to it")
                .to_owned(),
            Self::LfsPointer { .. } => "fetch the real file with `git lfs pull`".to_owned(),
            Self::NotParquet { .. } => {
                "convert the file to Parquet with columns ts, open, high, low, close, volume".to_owned()
            }
            Self::Truncated { .. } => "copy or download the file again".to_owned(),
            Self::NoRows { .. } => "replace the file by one with bars, or remove its symbol".to_owned(),
            Self::Compression { .. } => "rewrite the file with zstd, snappy or no compression".to_owned(),
            Self::Damaged { .. } => "write or download the file again".to_owned(),
            Self::MissingColumn { column, .. } => missing_column_help(column),
            Self::ColumnType { .. } => {
                "store times as timestamps, dates, epoch integers or RFC 3339 text, and prices and volumes \
                 as floats, decimals or integers"
                    .to_owned()
            }
            Self::ImplausibleClock { .. } => {
                "store times as timestamps, or use `tiltyard data import`, which reads dates such as \
                 20240131 and takes other units with `--time-unit`"
                    .to_owned()
            }
            Self::BadRow { error, .. } => error.help().to_owned(),
            Self::Unit { symbol, unit: Some(unit), .. } => format!(
                "set `unit = {unit}` in `[market.instruments.\"{symbol}\"]` (prices times {unit}, quantities and \
                 volumes divided by it), or import the data with `--unit auto`"
            ),
            Self::Unit { .. } => "no unit up to 1000000000 can hold these prices: quote them in another currency".to_owned(),
            Self::Funding { symbol, .. } => format!(
                "import rates for the whole window with `tiltyard data import --what funding`, narrow the window, or set \
                 `funding_gaps = \"zero\"` in `[instruments.{symbol}]` to count missing payments as zero"
            ),
            Self::Actions { .. } => "correct the file (columns `date`, `split` such as 4:1, `dividend` for each unit), or set `actions = \"adjusted\"` \
                in `[market]` where the bars are adjusted already"
                .to_owned(),
            Self::Mark { symbol, .. } => format!(
                "give mark bars for the whole window, or remove `mark` from `[instruments.{symbol}]`: the last price counts \
                 then"
            ),
            Self::EmptyRange { .. } => "set `end` to a time after `start`".to_owned(),
            Self::WindowOutside { first, last, .. } => {
                format!("choose `start` and `end` between {first} and {last}, or remove them")
            }
            Self::SymbolOutside { symbol, first, last, .. } => {
                format!("remove `{symbol}`, or choose a window between {first} and {last}")
            }
            Self::OverlappingBars { .. } => {
                "use bars with the same open times for all symbols, or finer bars, which resampling aligns; for daily bars \
                 at local midnights, use `tiltyard data import --session-dates`"
                    .to_owned()
            }
            Self::Gaps { gaps: GapError::TooMany { .. }, .. } => {
                "check the dates around the gap, choose a narrower `start` and `end`, or set `gaps = \"keep\"`".to_owned()
            }
            Self::Untrusted { symbol, finding } if finding.kind == FindingKind::Split => format!(
                "put the split into a file `{symbol}_actions.csv` beside the bars (columns `date`, `split`), use adjusted bars, or set \
                 `accept = [\"split\"]` in `[market]`: the run continues, and its results are marked"
            ),
            Self::Untrusted { finding, .. } => format!(
                "correct the data, choose another range, or set `accept = [\"{}\"]` in `[market]`: the run continues, \
                 and its results are marked",
                finding.kind
            ),
            Self::Gaps { .. } => {
                "set `gaps = \"keep\"` (not tradable in gaps) or \"forward_fill\" in `[market]`, or correct the data".to_owned()
            }
            Self::TooManyRows { .. } => "choose a shorter window or a coarser interval".to_owned(),
            Self::Resample { .. } => "sort the bars by time, oldest first".to_owned(),
            Self::Several { problems } => {
                problems.iter().map(|problem| format!("- {}", problem.help())).collect::<Vec<_>>().join("\n")
            }
        }
    }

    /// Whether the same command may well succeed later: a disk or an object store that failed.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Io { source, .. } if may_pass(source))
    }

    pub(super) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }

    /// The error of a writer: of writing where its cause is an input/output error, such as a full disk.
    pub(super) fn unwritten(path: &Path, error: impl std::error::Error + 'static) -> Self {
        match io_cause(&error) {
            Some(cause) => Self::io("write", path, again(cause)),
            None => Self::damaged(path, error),
        }
    }

    pub(super) fn damaged(file: &Path, detail: impl ToString) -> Self {
        Self::Damaged { file: file.to_owned(), detail: detail.to_string() }
    }

    pub(super) fn undecoded(file: &Path, error: DecodeError) -> Self {
        match error {
            DecodeError::Read(source) => Self::io("read", file, source),
            DecodeError::Content(detail) => Self::damaged(file, detail),
        }
    }
}

fn missing_column_help(column: &str) -> String {
    match column {
        "time" => "name it ts, timestamp, time, open_time, date or datetime (the bar's OPEN time)".to_owned(),
        "volume" => {
            "name it volume, vol, v or volume_base; without volume data, add a column of zeros".to_owned()
        }
        price => format!("name it {price} or {}", &price[..1]),
    }
}

fn listed(paths: &[PathBuf]) -> String {
    let quoted: Vec<String> = paths.iter().map(|root| format!("`{}`", root.display())).collect();
    quoted.join(", ")
}

fn names(found: &[String]) -> String {
    let quoted: Vec<String> = found.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// A list of at most 30 names, so that the message stays readable for large folders.
fn symbols(found: &[String]) -> String {
    const SHOWN: usize = 30;
    match found.len() {
        0 => "no symbol at all".to_owned(),
        count if count > SHOWN => format!("{} and {} more", names(&found[..SHOWN]), count - SHOWN),
        _ => names(found),
    }
}

fn intervals(available: &[Interval]) -> String {
    let texts: Vec<String> = available.iter().map(Interval::to_string).collect();
    texts.join(", ")
}

fn bound(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "(open)".to_owned(), |at| at.to_string())
}

fn more(rows: usize) -> String {
    if rows > 1 { format!("; {rows} rows have this problem") } else { String::new() }
}

fn bullets(problems: &[MarketError]) -> String {
    problems.iter().map(|problem| format!("- {problem}")).collect::<Vec<_>>().join("\n")
}
