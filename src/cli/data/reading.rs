//! Arguments that say what a file does not, shared by several commands.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::cli::{Exit, Failure};
use crate::data::import::{ColumnMap, Decimals, Format, ImportError, ReadOptions, TimeUnit, zone};
use crate::domain::Interval;
use crate::market::MarketError;

/// What the files do not say themselves.
#[derive(Debug, Clone, clap::Args)]
pub struct ReadingArgs {
    /// Symbol of all files; overrides their names
    #[arg(long, value_name = "NAME")]
    symbol: Option<String>,
    /// Bar interval (1m, 4h, 1d); for trades, the interval to aggregate to
    #[arg(long, value_name = "LENGTH", value_parser = parse_interval)]
    interval: Option<Interval>,
    /// CSV: column names, or numbers from 1: "ts=Date,open=O,high=H,low=L,close=C,volume=V", or for trades
    /// "ts=Time,price=P,volume=Q"
    #[arg(long, value_name = "ROLE=COLUMN,..")]
    map: Option<ColumnMap>,
    /// CSV: time zone of local times, such as America/New_York
    #[arg(long, visible_alias = "timezone", value_name = "ZONE", value_parser = zone, default_value = "UTC")]
    tz: chrono_tz::Tz,
    /// CSV: time format, as in strftime: "%d/%m/%Y %H:%M"
    #[arg(long, value_name = "PATTERN")]
    time_format: Option<String>,
    /// Unit of numeric times: s, ms, us, ns, days (since 1970), spreadsheet (days since 1899-12-30) or date
    /// (20240131) [default: detected by magnitude, for years from 1980 to 2099]
    #[arg(long, value_name = "UNIT")]
    time_unit: Option<TimeUnit>,
    /// CSV: decimal sign, where numbers such as `1,234` leave it open [default: detected]
    #[arg(long, value_name = "SIGN", value_enum)]
    decimal: Option<DecimalSign>,
    /// Treat midnights as trading days: stamp each with 00:00 UTC of its date, whatever its offset or --tz
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    session_dates: Option<bool>,
}

/// The sign before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum DecimalSign {
    /// `1,234.5`
    Point,
    /// `1.234,5`
    Comma,
}

impl ReadingArgs {
    /// As the importer takes it.
    pub fn reading(&self, adjust: bool) -> ReadOptions {
        ReadOptions {
            symbol: self.symbol.clone(),
            interval: self.interval,
            map: self.map.clone(),
            zone: self.tz,
            time_format: self.time_format.clone(),
            time_unit: self.time_unit,
            decimals: self.decimal.map(|sign| match sign {
                DecimalSign::Point => Decimals::Point,
                DecimalSign::Comma => Decimals::Comma,
            }),
            session_dates: self.session_dates,
            adjust,
            ..ReadOptions::default()
        }
    }
}

/// A length such as 15m, of at most a week or so.
pub fn parse_interval(text: &str) -> Result<Interval, String> {
    text.parse().map_err(|error: crate::domain::TimeError| error.to_string())
}

/// Splits `[FORMAT] FILES..`: a first word that names a format, or `auto`, and is no file.
pub fn format_and_files(inputs: &[OsString]) -> Result<(Option<Format>, Vec<PathBuf>), Failure> {
    let first = inputs.first().and_then(|word| word.to_str()).unwrap_or_default();
    let named = !std::path::Path::new(first).exists();
    let (format, rest) = match first.parse::<Format>() {
        Ok(format) if named => (Some(format), &inputs[1..]),
        Err(_) if named && first.eq_ignore_ascii_case("auto") => (None, &inputs[1..]),
        _ => (None, inputs),
    };
    let mut files = Vec::new();
    for pattern in rest {
        files.extend(expanded(pattern)?);
    }
    if files.is_empty() {
        return Err(Failure::plain(
            Exit::Usage,
            "no file was given",
            "name files or folders after the format",
        ));
    }
    Ok((format, files))
}

/// A path, or the files that match a pattern which the shell has not expanded. A path need not be UTF-8; a pattern must be.
fn expanded(word: &OsStr) -> Result<Vec<PathBuf>, Failure> {
    let path = PathBuf::from(word);
    let Some(pattern) = word.to_str().filter(|text| text.contains(['*', '?', '[']) && !path.exists()) else {
        return Ok(vec![path]);
    };
    let help = "use `*`, `?`, `**` and `[..]` as in `raw/*.zip`";
    let found = glob::glob(pattern).map_err(|error| Failure::plain(Exit::Usage, error, help))?;
    let mut files: Vec<PathBuf> = found.flatten().collect();
    files.sort();
    if files.is_empty() {
        return Err(Failure::plain(Exit::Usage, format!("no file matches `{pattern}`"), help));
    }
    Ok(files)
}

/// The diagnostic of an import that failed.
pub fn import_failed(error: &ImportError) -> Failure {
    let exit = match error {
        ImportError::BadOption { .. } | ImportError::NothingFound { .. } => Exit::Usage,
        _ => Exit::Data,
    };
    Failure::plain(exit, error, error.help())
}

/// The diagnostic of market data that failed.
pub fn market_failed(error: &MarketError) -> Failure {
    Failure::plain(Exit::Data, error, error.help())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_a_first_word_that_is_no_file() {
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        let (format, files) = format_and_files(&words("kraken a.csv b.csv")).unwrap();
        assert_eq!((format, files.len()), (Some(Format::Kraken), 2));
        let (format, files) = format_and_files(&words("auto a.csv")).unwrap();
        assert_eq!((format, files.len()), (None, 1));
        let (format, files) = format_and_files(&words("a.csv")).unwrap();
        assert_eq!((format, files), (None, vec![PathBuf::from("a.csv")]));
        assert!(format_and_files(&words("kraken")).is_err());
        assert!(format_and_files(&words("no/such/*.zip")).is_err());
    }
}
