//! Import errors, each with a help.
//!
//! Invariant: every message names the file, and the line or row if there is one.

use std::path::{Path, PathBuf};

use super::Format;
use crate::decode::DecodeError;
use crate::domain::{Interval, Symbol, Timestamp};
use crate::files::{again, help_for, io_cause};
use crate::market::BarError;

/// Why a file could not be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// An input/output error.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// The failed action: `read`, `write`, ...
        action: &'static str,
        /// The path concerned.
        path: PathBuf,
        /// Underlying error.
        source: std::io::Error,
    },
    /// An empty file.
    #[error("`{}` is empty (zero bytes)", path.display())]
    EmptyFile {
        /// File the error is about.
        path: PathBuf,
    },
    /// A well-formed file without rows.
    #[error("`{}` has no rows", path.display())]
    NoRows {
        /// File the error is about.
        path: PathBuf,
    },
    /// A Git LFS pointer instead of the file itself.
    #[error("`{}` is a Git LFS pointer, not the file itself", path.display())]
    LfsPointer {
        /// File the error is about.
        path: PathBuf,
    },
    /// No known format matches.
    #[error("`{}` has an unknown format: {detail}", path.display())]
    UnknownFormat {
        /// File the error is about.
        path: PathBuf,
        /// What the file appears to be.
        detail: String,
    },
    /// The file is not of the given format.
    #[error("`{}` is not a {format} file: {detail}", path.display())]
    NotThisFormat {
        /// File the error is about.
        path: PathBuf,
        /// The requested or detected format.
        format: Format,
        /// What does not match.
        detail: String,
    },
    /// Valid data that cannot be converted to bars.
    #[error("`{}` has {kind}, which cannot be converted to bars", path.display())]
    NotBars {
        /// File the error is about.
        path: PathBuf,
        /// The kind of data: `quotes`, `funding rates`, ...
        kind: &'static str,
    },
    /// A zip, gzip, JSON, Arrow or Parquet file that cannot be decoded.
    #[error("`{}` cannot be decoded: {detail}", path.display())]
    Damaged {
        /// File the error is about.
        path: PathBuf,
        /// The decoder's message.
        detail: String,
    },
    /// A compression codec that this program does not support.
    #[error("`{}` is compressed with `{codec}`, which is not supported", path.display())]
    Compression {
        /// File the error is about.
        path: PathBuf,
        /// The codec's name in the decoder.
        codec: String,
    },
    /// A line that cannot be parsed.
    #[error("`{}` line {line}: {problem}", path.display())]
    BadLine {
        /// File the error is about.
        path: PathBuf,
        /// Line number, from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// An invalid bar.
    #[error("`{}` row {row} ({at}): {error}", path.display())]
    BadRow {
        /// File the error is about.
        path: PathBuf,
        /// Row number, from 1, counting data rows only.
        row: u64,
        /// Time of the row.
        at: Timestamp,
        /// Why the row is invalid.
        error: String,
    },
    /// A row that is not later than the one before it, where rows must be sorted.
    #[error("`{}` row {row} ({at}): {error}", path.display())]
    OutOfOrder {
        /// File the error is about.
        path: PathBuf,
        /// Row number, from 1, counting data rows only.
        row: u64,
        /// Time of the row.
        at: Timestamp,
        /// How it lies to the row before it.
        error: String,
    },
    /// A price or a volume that only a larger unit can represent.
    #[error("`{}` row {row} ({at}): {error}", path.display())]
    NeedsUnit {
        /// File the error is about.
        path: PathBuf,
        /// Row number, from 1, counting data rows only.
        row: u64,
        /// Time of the row.
        at: Timestamp,
        /// Why the row is invalid.
        error: String,
    },
    /// Prices and volumes that no unit can represent.
    #[error("`{symbol}` has prices or volumes for which no unit up to 1000000000 is sufficient")]
    NoUnit {
        /// Symbol concerned.
        symbol: Symbol,
    },
    /// Two different bars for one time.
    #[error(
        "`{symbol}` has two different bars at {at}: {first} and {second} (open, high, low, close, volume)"
    )]
    Conflict {
        /// Symbol concerned.
        symbol: String,
        /// Open time of both.
        at: Timestamp,
        /// The first bar's values.
        first: String,
        /// The second bar's values.
        second: String,
    },
    /// Neither the file nor its name states the symbol.
    #[error("`{}` does not say its symbol", path.display())]
    NoSymbol {
        /// File the error is about.
        path: PathBuf,
    },
    /// Not a valid symbol.
    #[error("`{}`: {detail}", path.display())]
    BadSymbol {
        /// File the error is about.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// Neither the file nor its name states the interval.
    #[error("`{}` does not say its interval{}", path.display(), reason(detail))]
    NoInterval {
        /// File the error is about.
        path: PathBuf,
        /// Description of the rows' spacing; may be empty.
        detail: String,
    },
    /// Daily bars stamped with midnights of a time zone other than UTC.
    #[error("`{}` has daily bars at midnights with an offset, such as `{text}`", path.display())]
    LocalMidnights {
        /// File the error is about.
        path: PathBuf,
        /// One of them, as written in the file.
        text: String,
    },
    /// Trades, without an interval to aggregate them to.
    #[error("`{}` has trades: set the interval of the bars to aggregate", path.display())]
    TradesNeedInterval {
        /// File the error is about.
        path: PathBuf,
    },
    /// Bars that are closer together than their interval.
    #[error("`{}` has bars {found} apart, but its interval is given as {interval}", path.display())]
    WrongInterval {
        /// File the error is about.
        path: PathBuf,
        /// The interval from the file's name or from `--interval`.
        interval: Interval,
        /// The smallest spacing, in words.
        found: String,
    },
    /// Trades of one symbol in files that overlap in time.
    #[error("trades in `{}` begin before those in `{}` end, at {at}", second.display(), first.display())]
    OverlappingTrades {
        /// The file that starts earlier.
        first: PathBuf,
        /// The other file.
        second: PathBuf,
        /// First trade of the other file.
        at: Timestamp,
    },
    /// A trade so far out of order that its bar has already been written.
    #[error("`{}` has a trade at {at}, long before the previous trades", path.display())]
    LateTrade {
        /// File the error is about.
        path: PathBuf,
        /// Time of the trade.
        at: Timestamp,
    },
    /// Bars and trades, or bars of two formats, for one output file.
    #[error("`{}` would mix bars and trades", output.display())]
    MixedKinds {
        /// The output file.
        output: PathBuf,
    },
    /// `--adjust` without adjustment data.
    #[error("`{}` cannot be adjusted: {detail}", path.display())]
    NoFactors {
        /// File the error is about.
        path: PathBuf,
        /// What is missing.
        detail: String,
    },
    /// An invalid option.
    #[error("`{option}`: {detail}")]
    BadOption {
        /// The option as written.
        option: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// No file to import.
    #[error("no file to import in {paths}")]
    NothingFound {
        /// The paths given.
        paths: String,
    },
}

impl ImportError {
    /// Whether the file is market data in a known format, and one of its lines is wrong.
    pub const fn is_bad_line(&self) -> bool {
        matches!(self, Self::BadLine { .. })
    }

    /// The help, one sentence.
    pub fn help(&self) -> String {
        match self {
            Self::Io { source, .. } => {
                help_for(source).unwrap_or("check that the path exists and that you have access to it")
            }
            Self::EmptyFile { .. } | Self::Damaged { .. } => "download or copy the file again",
            Self::Compression { .. } => "rewrite the file with zstd, snappy or no compression",
            Self::NoRows { .. } => "exclude the file, or get it from another source",
            Self::LfsPointer { .. } => "fetch the real file with `git lfs pull`",
            Self::UnknownFormat { .. } => {
                "give the format, or map the columns: `tiltyard data import csv FILE --map \
                 \"ts=Date,open=O,high=H,low=L,close=C,volume=V\" --symbol S --interval 1d`"
            }
            Self::NotThisFormat { .. } => "remove the format to have it detected, or give another",
            Self::NotBars { .. } => "import the vendor's bars or trades instead",
            Self::BadLine { .. } => "correct the line, or set its format with `--map` and `--time-format`",
            Self::BadRow { .. } => {
                "list invalid rows with `tiltyard data check FILE`; `--bad drop` drops and counts them, \
                 `--bad keep` writes them unchanged"
            }
            Self::OutOfOrder { .. } => {
                "import the file with `tiltyard data import FILE --out DIR`, which sorts rows and drops repeated ones"
            }
            Self::NeedsUnit { .. } => {
                "`--unit auto` quotes the symbol in the smallest sufficient unit, 1000 of the asset or \
                 more; the symbol then gets the unit as a prefix"
            }
            Self::NoUnit { .. } => "quote the symbol in another currency",
            Self::Conflict { .. } => "import only the file that you trust",
            Self::NoSymbol { .. } | Self::BadSymbol { .. } => "give it with `--symbol`",
            Self::NoInterval { .. } => {
                "give it with `--interval`, for example `--interval 1h`; for trades also give \
                 `--map \"ts=..,price=..,volume=..\"`"
            }
            Self::LocalMidnights { .. } => {
                "if each midnight is a trading day, pass `--session-dates` to stamp it 00:00 UTC of its date, so that \
                 several exchanges share a clock; `--session-dates=false` keeps the instants"
            }
            Self::TradesNeedInterval { .. } => "give it, for example `--interval 1m`",
            Self::WrongInterval { found, .. } => {
                return format!(
                    "if the file is right, pass `--interval {found}`; for coarser bars, import it first \
                     and use `tiltyard data resample`"
                );
            }
            Self::OverlappingTrades { .. } => {
                "exclude one of the files: trades in both would be counted twice"
            }
            Self::LateTrade { .. } => "sort the file by time first",
            Self::MixedKinds { .. } => "import one kind at a time, into different folders",
            Self::NoFactors { .. } => "remove `--adjust` for raw prices",
            Self::BadOption { .. } => "see `tiltyard data import --help`",
            Self::NothingFound { .. } => "give files, or a folder with files",
        }
        .to_owned()
    }

    /// The error for an invalid bar.
    pub(super) fn of_bar_error(path: &Path, row: u64, at: Timestamp, error: &BarError) -> Self {
        let (path, text) =
            (path.to_owned(), error.to_string().replace("is `NaN`, not a finite number", "is missing"));
        match error {
            BarError::TooFine { .. } | BarError::VolumeTooLarge { .. } => {
                Self::NeedsUnit { path, row, at, error: text }
            }
            _ => Self::BadRow { path, row, at, error: text },
        }
    }

    pub(super) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }

    pub(super) fn undecoded(path: &Path, error: DecodeError) -> Self {
        match error {
            DecodeError::Read(source) => Self::io("read", path, source),
            DecodeError::Content(detail) => Self::damaged(path, detail),
        }
    }

    /// The error of a writer: of writing where its cause is an input/output error, such as a full disk.
    pub(super) fn unwritten(path: &Path, error: impl std::error::Error + 'static) -> Self {
        match io_cause(&error) {
            Some(cause) => Self::io("write", path, again(cause)),
            None => Self::damaged(path, error),
        }
    }

    /// The error for a decoder's message; an unsupported compression is not damage.
    pub(super) fn damaged(path: &Path, detail: impl ToString) -> Self {
        const LACKS: &str = "Disabled feature at compile time: ";
        if let Some((_, codec)) = detail.to_string().split_once(LACKS) {
            return Self::Compression { path: path.to_owned(), codec: codec.trim().to_owned() };
        }
        Self::Damaged { path: path.to_owned(), detail: detail.to_string() }
    }
}

fn reason(detail: &str) -> String {
    if detail.is_empty() { String::new() } else { format!(": {detail}") }
}
