//! Funding rates: the payments of a perpetual future, from files or at a fixed rate.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch, TimestampMicrosecondArray};

use super::MarketError;
use super::file::{TimeScale, numbers, raw_times, write_batch};
use crate::decode::{ParquetFile, Selection, guarded};
use crate::domain::{Rate, Span, Symbol, Timestamp};

/// Names of the column with the rate.
const RATE: &[&str] = &["rate", "funding_rate", "fundingrate", "last_funding_rate"];
/// Names of the column with the instant.
const TIME: &[&str] = &["ts", "timestamp", "time", "calc_time", "funding_time", "fundingtime", "date"];
/// Rows per decoded batch.
const BATCH_ROWS: usize = 65_536;
/// Venues pay at least this often, whatever they did most of the time.
const USUAL: Span = Span::from_seconds(8 * 3_600);

/// One payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FundingRate {
    /// Instant of the payment.
    pub at: Timestamp,
    /// Share of the notional that longs pay to shorts; negative where shorts pay.
    pub rate: Rate,
}

/// Writes rates as Parquet with the columns `ts` (timestamp[us, UTC]) and `rate` (float64, a fraction). The write is
/// atomic; a missing folder is created.
///
/// # Errors
/// [`MarketError::Io`] for input/output errors, [`MarketError::Damaged`] where encoding fails.
pub fn write_funding(path: &Path, rates: &[FundingRate]) -> Result<(), MarketError> {
    let times = TimestampMicrosecondArray::from_iter_values(rates.iter().map(|one| one.at.micros()));
    let values = Float64Array::from_iter_values(rates.iter().map(|one| one.rate.to_fraction()));
    let columns: [(&str, ArrayRef); 2] =
        [("ts", Arc::new(times.with_timezone("UTC"))), ("rate", Arc::new(values))];
    let batch = RecordBatch::try_from_iter(columns).map_err(|error| MarketError::damaged(path, error))?;
    write_batch(path, &batch)
}

/// Payments at the multiples of a span, in UTC, from the range's start up to its end.
pub(super) fn fixed(rate: Rate, every: Span, (from, to): (Timestamp, Timestamp)) -> Vec<FundingRate> {
    let step = every.micros().max(1);
    let first = from.micros().div_euclid(step) + i64::from(from.micros().rem_euclid(step) != 0);
    let last = to.micros().div_euclid(step);
    (first..=last).map(|n| FundingRate { at: Timestamp::from_micros(n * step), rate }).collect()
}

/// The rates of a symbol from the files of a path: the only file, or those whose names begin with the symbol's.
pub(super) fn of_symbol(symbol: &Symbol, files: &[PathBuf]) -> Result<Vec<FundingRate>, String> {
    let own: Vec<&PathBuf> = files.iter().filter(|file| names(file, symbol)).collect();
    let chosen = if own.is_empty() && files.len() == 1 { files.iter().collect() } else { own };
    if chosen.is_empty() {
        return Err(format!("have no file named `{symbol}.parquet`"));
    }
    let mut rates = Vec::new();
    for file in chosen {
        let read = guarded(|| rows(file)).map_err(|error| match error {
            ReadError::Content(problem) => format!("are no funding rates: `{}` {problem}", file.display()),
            ReadError::Decode(error) => format!("cannot be read: `{}`: {error}", file.display()),
        })?;
        rates.extend(read);
    }
    rates.sort_by_key(|one: &FundingRate| one.at);
    match rates.windows(2).find(|pair| pair[0].at == pair[1].at) {
        Some(pair) => Err(format!("have two rates at {}", pair[0].at)),
        None if rates.is_empty() => Err("are empty".to_owned()),
        None => Ok(rates),
    }
}

/// Whether a file is named after a symbol: `BTCUSDT.parquet`, `BTCUSDT_8h.parquet`, `BTCUSDT-funding.parquet`.
fn names(file: &Path, symbol: &Symbol) -> bool {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    stem.strip_prefix(symbol.as_str())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '-', '.']))
}

enum ReadError {
    Content(String),
    Decode(crate::decode::DecodeError),
}

impl From<crate::decode::DecodeError> for ReadError {
    fn from(error: crate::decode::DecodeError) -> Self {
        Self::Decode(error)
    }
}

fn rows(file: &Path) -> Result<Vec<FundingRate>, ReadError> {
    let parquet = ParquetFile::open(file)?;
    let fields = parquet.schema().fields().clone();
    let index = |wanted: &[&str]| {
        wanted.iter().find_map(|name| fields.iter().position(|field| field.name().eq_ignore_ascii_case(name)))
    };
    let absent = |what: &str| ReadError::Content(format!("has no column `{what}`"));
    let time = index(TIME).ok_or_else(|| absent("ts"))?;
    let rate = index(RATE).ok_or_else(|| absent("rate"))?;
    let (mut times, mut values) = (Vec::new(), Vec::new());
    for batch in parquet.batches(BATCH_ROWS, Selection::default())? {
        let batch = batch?;
        let raw = raw_times(batch.column(time)).ok_or_else(|| absent("ts"))?;
        if raw.unreadable.is_some() || batch.column(time).null_count() > 0 {
            return Err(ReadError::Content("has a row without a time".to_owned()));
        }
        times.extend(raw.values.iter().copied());
        if !numbers(batch.column(rate), &mut values) {
            return Err(ReadError::Content("has a rate that is no number".to_owned()));
        }
    }
    let scale = TimeScale::of(fields[time].data_type(), times.iter().copied().max().unwrap_or(0));
    let row = |(&raw, &value): (&i64, &f64)| {
        let at = scale.instant(raw);
        let rate = Rate::from_fraction(value).ok_or_else(|| {
            ReadError::Content(format!("has the rate {value} at {at}: a rate is a fraction between -1 and 1"))
        })?;
        Ok(FundingRate { at, rate })
    };
    times.iter().zip(&values).map(row).collect()
}

/// Where a payment of the range is missing, in words that name the date. A time of 1.5 of the usual distances without
/// a payment is one.
pub(super) fn gap(rates: &[FundingRate], (from, to): (Timestamp, Timestamp)) -> Option<String> {
    let mut distances: Vec<Span> = rates.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    distances.sort_unstable();
    let usual = distances.get(distances.len() / 2).copied().unwrap_or(USUAL);
    let (first, last) = (rates.first()?.at, rates.last()?.at);
    if first - usual >= from {
        return Some(format!("begin at {first}, after the window's start at {from}"));
    }
    if last + usual < to {
        return Some(format!("end at {last}, before the window's end at {to}"));
    }
    let most = usual.max(USUAL);
    let hole = rates.windows(2).find(|pair| {
        let inside = pair[1].at > from && pair[0].at < to;
        inside && (pair[1].at - pair[0].at).micros() * 2 > most.micros() * 3
    });
    hole.map(|pair| format!("have no rate between {} and {}", pair[0].at, pair[1].at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(n: i64) -> Timestamp {
        Timestamp::from_micros(n * 3_600_000_000)
    }

    fn rates(hours: &[i64]) -> Vec<FundingRate> {
        hours.iter().map(|&n| FundingRate { at: hour(n), rate: Rate::ZERO }).collect()
    }

    #[test]
    fn a_fixed_rate_is_paid_at_its_multiples() {
        let paid = fixed(Rate::ZERO, Span::from_seconds(8 * 3_600), (hour(7), hour(24)));
        assert_eq!(paid, rates(&[8, 16, 24]));
    }

    #[test]
    fn a_file_must_cover_the_window() {
        let window = (hour(0), hour(48));
        assert_eq!(gap(&rates(&[0, 8, 16, 24, 32, 40]), window), None);
        assert_eq!(
            gap(&rates(&[8, 16, 24, 32, 40]), window).unwrap(),
            "begin at 1970-01-01T08:00:00Z, after the window's start at 1970-01-01T00:00:00Z"
        );
        assert!(gap(&rates(&[0, 8, 16, 24, 32]), window).unwrap().starts_with("end at 1970-01-02T08:00:00Z"));
        assert!(gap(&rates(&[0, 8, 16, 32, 40]), window).unwrap().contains("between 1970-01-01T16:00:00Z"));
        // A venue that changed to four hours has no hole.
        assert_eq!(gap(&rates(&[0, 8, 16, 20, 24, 28, 32, 36, 40, 44]), window), None);
    }
}
