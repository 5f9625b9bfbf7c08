//! Imports vendors' funding rates: freqtrade's Feather files, Binance's CSV in zip, and any CSV with `ts` and `rate`.
//!
//! Writes one Parquet file a symbol with `ts` and `rate`. Never fills a rate in; a file that says two rates for one
//! instant is refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::run::files;
use super::{ImportError, OnExisting};
use crate::decode::{Archive, ArrowFile, open_regular, read_all, read_text};
use crate::domain::{Rate, Span, Symbol, Timestamp};
use crate::market::{FundingRate, TimeScale, numbers, raw_times, write_funding};

/// Names of the columns with the instant and with the rate.
const TIME: &[&str] = &["ts", "timestamp", "time", "calc_time", "fundingtime", "funding_time", "date"];
const RATE: &[&str] = &["rate", "funding_rate", "fundingrate", "last_funding_rate", "open"];
/// Words that end the symbol in a file's name.
const ENDS: [&str; 3] = ["fundingrate", "funding_rate", "funding"];

/// Result of importing the rates of one symbol.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ImportedFunding {
    /// The output file.
    pub output: PathBuf,
    /// Symbol the rates belong to.
    pub symbol: Symbol,
    /// Input files of the symbol.
    pub files: Vec<PathBuf>,
    /// Rates written.
    pub rates: u64,
    /// Instant of the first one.
    pub first: Timestamp,
    /// Instant of the last one.
    pub last: Timestamp,
}

/// Imports files and folders of funding rates into `out`, one file `SYMBOL.parquet` a symbol.
///
/// # Errors
/// Where a file has no funding rates, does not say its symbol, contradicts another one, or an output cannot be written.
pub fn import_funding(
    paths: &[PathBuf],
    symbol: Option<&str>,
    out: &Path,
    existing: OnExisting,
) -> Result<Vec<ImportedFunding>, ImportError> {
    let mut by_symbol: BTreeMap<Symbol, Vec<PathBuf>> = BTreeMap::new();
    for path in paths {
        for file in files(path)? {
            let given = symbol.map(|symbol| {
                let bad = |detail: String| ImportError::BadSymbol { path: file.clone(), detail };
                Symbol::new(symbol).map_err(|error| bad(error.to_string()))
            });
            let own = given.unwrap_or_else(|| symbol_of(&file))?;
            by_symbol.entry(own).or_default().push(file);
        }
    }
    by_symbol.into_iter().map(|(symbol, files)| import_symbol(symbol, files, out, existing)).collect()
}

fn import_symbol(
    symbol: Symbol,
    files: Vec<PathBuf>,
    out: &Path,
    existing: OnExisting,
) -> Result<ImportedFunding, ImportError> {
    let output = out.join(format!("{symbol}.parquet"));
    let mut rates = BTreeMap::new();
    let old = output.exists();
    if old && existing == OnExisting::Refuse {
        let source =
            std::io::Error::new(std::io::ErrorKind::AlreadyExists, "it exists: use --replace or --merge");
        return Err(ImportError::io("write", &output, source));
    }
    let merged = Some(output.clone()).filter(|_| old && existing == OnExisting::Merge);
    for file in merged.iter().chain(&files) {
        for (at, rate) in read(file)? {
            if rates.insert(at, rate).is_some_and(|before| before != rate) {
                let detail = format!("there are two rates at {at}");
                return Err(ImportError::Damaged { path: file.clone(), detail });
            }
        }
    }
    let rows: Vec<FundingRate> = rates.into_iter().map(|(at, rate)| FundingRate { at, rate }).collect();
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Err(ImportError::NoRows { path: files.into_iter().next().unwrap_or_default() });
    };
    let (first, last) = (first.at, last.at);
    let damaged = |error: crate::market::MarketError| ImportError::Damaged {
        path: output.clone(),
        detail: error.to_string(),
    };
    write_funding(&output, &rows).map_err(damaged)?;
    Ok(ImportedFunding { output, symbol, files, rates: rows.len() as u64, first, last })
}

/// The symbol in a file's name: `BTCUSDT-fundingRate-2023-01.zip`, `BTC_USDT_USDT-8h-funding_rate.feather`,
/// `BTCUSDT.csv`.
fn symbol_of(file: &Path) -> Result<Symbol, ImportError> {
    let stem = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = stem.split('.').next().unwrap_or_default();
    let head = stem.split('-').next().unwrap_or_default();
    let mut parts = head.split('_');
    let name = match (parts.next(), parts.next(), stem.contains("-funding_rate")) {
        (Some(base), Some(quote), true) => format!("{base}{quote}"),
        (Some(base), Some(end), false) if !ENDS.contains(&end.to_ascii_lowercase().as_str()) => {
            format!("{base}{end}")
        }
        (Some(base), ..) => base.to_owned(),
        (None, ..) => String::new(),
    };
    Symbol::new(&name).map_err(|_| ImportError::NoSymbol { path: file.to_owned() })
}

fn read(file: &Path) -> Result<Vec<(Timestamp, Rate)>, ImportError> {
    let extension =
        file.extension().map(|one| one.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let damaged = |detail: String| ImportError::Damaged { path: file.to_owned(), detail };
    let failed = |error| ImportError::undecoded(file, error);
    let cells = match extension.as_str() {
        "feather" | "arrow" => columnar(file, ArrowFile::open(file).map_err(failed)?)?,
        "parquet" => {
            let parquet = crate::decode::ParquetFile::open(file).map_err(failed)?;
            let schema = parquet.schema().clone();
            let batches = parquet.batches(65_536, crate::decode::Selection::default()).map_err(failed)?;
            of_batches(file, &schema, batches)?
        }
        "zip" => {
            let opened = open_regular(file).map_err(|source| ImportError::io("read", file, source))?;
            let mut archive = Archive::open(opened).map_err(failed)?;
            let mut all = Vec::new();
            for (_, index) in archive.files().map_err(failed)? {
                let text = archive.read(index).map_err(failed)?;
                let text = read_all(text).map_err(|source| ImportError::io("read", file, source))?;
                all.extend(csv(file, &text)?);
            }
            all
        }
        _ => csv(file, &read_text(file).map_err(|source| ImportError::io("read", file, source))?)?,
    };
    let row = |(at, value): (Timestamp, f64)| {
        let rate = Rate::from_fraction(value);
        let rate = rate
            .ok_or_else(|| damaged(format!("the rate {value} at {at} is not a fraction between -1 and 1")))?;
        // Venues stamp some milliseconds late.
        let minute = at.micros().div_euclid(Span::MINUTE.micros()) * Span::MINUTE.micros();
        Ok((Timestamp::from_micros(minute), rate))
    };
    cells.into_iter().map(row).collect()
}

fn columnar(file: &Path, arrow: ArrowFile) -> Result<Vec<(Timestamp, f64)>, ImportError> {
    let schema = arrow.schema().clone();
    of_batches(file, &schema, arrow)
}

fn of_batches(
    file: &Path,
    schema: &arrow_schema::SchemaRef,
    batches: impl Iterator<Item = Result<arrow_array::RecordBatch, crate::decode::DecodeError>>,
) -> Result<Vec<(Timestamp, f64)>, ImportError> {
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let (time, rate) = columns(file, &names)?;
    let damaged = |detail: String| ImportError::Damaged { path: file.to_owned(), detail };
    let (mut times, mut values) = (Vec::new(), Vec::new());
    for batch in batches {
        let batch = batch.map_err(|error| damaged(error.to_string()))?;
        let read = crate::decode::guarded(|| -> Result<bool, crate::decode::DecodeError> {
            let Some(raw) = raw_times(batch.column(time)) else { return Ok(false) };
            times.extend(raw.values.iter().copied());
            Ok(numbers(batch.column(rate), &mut values))
        });
        if !read.map_err(|error| damaged(error.to_string()))? {
            return Err(damaged("its columns are no times and numbers".to_owned()));
        }
    }
    let scale = TimeScale::of(schema.field(time).data_type(), times.iter().copied().max().unwrap_or(0));
    Ok(times.into_iter().map(|raw| scale.instant(raw)).zip(values).collect())
}

/// Indexes of time and rate.
fn columns(file: &Path, names: &[&str]) -> Result<(usize, usize), ImportError> {
    let index = |wanted: &[&str]| {
        wanted.iter().find_map(|name| names.iter().position(|one| one.trim().eq_ignore_ascii_case(name)))
    };
    index(TIME).zip(index(RATE)).ok_or_else(|| ImportError::UnknownFormat {
        path: file.to_owned(),
        detail: format!("it has no columns `ts` and `rate`; its columns are {}", names.join(", ")),
    })
}

/// A table of text with a header.
fn csv(file: &Path, text: &str) -> Result<Vec<(Timestamp, f64)>, ImportError> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let Some((_, header)) = lines.next() else { return Err(ImportError::NoRows { path: file.to_owned() }) };
    let (time, rate) = columns(file, &header.split(',').collect::<Vec<_>>())?;
    let bad = |number: usize, problem: String| ImportError::BadLine {
        path: file.to_owned(),
        line: number as u64 + 1,
        problem,
    };
    let mut cells = Vec::new();
    for (number, line) in lines {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let field = |index: usize| fields.get(index).copied().unwrap_or_default();
        let value = field(rate).parse::<f64>();
        let value = value.map_err(|_| bad(number, format!("`{}` is no rate", field(rate))))?;
        cells.push((number, field(time).to_owned(), value));
    }
    let epochs: Option<Vec<i64>> = cells.iter().map(|(_, at, _)| at.parse().ok()).collect();
    let integer = arrow_schema::DataType::Int64;
    let scale = TimeScale::of(&integer, epochs.iter().flatten().copied().max().unwrap_or(0));
    let row = |(index, (number, text, value)): (usize, (usize, String, f64))| {
        let at = match &epochs {
            Some(epochs) => Ok(scale.instant(epochs[index])),
            None => text.parse::<Timestamp>(),
        };
        at.map(|at| (at, value)).map_err(|error| bad(number, error.to_string()))
    };
    cells.into_iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(csv_text: &str, name: &str) -> Result<Vec<ImportedFunding>, ImportError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        std::fs::write(&file, csv_text).unwrap();
        let done = import_funding(&[file], None, folder.path(), OnExisting::Refuse)?;
        let written = read(&done[0].output).unwrap();
        assert_eq!(written.len() as u64, done[0].rates);
        Ok(done)
    }

    #[test]
    fn binance_s_columns_are_read_and_late_stamps_cut_to_their_minute() {
        let text = "calc_time,funding_interval_hours,last_funding_rate\n1672531200005,8,0.00010000\n\
                    1672560000000,8,-0.00003757\n";
        let done = rates(text, "BTCUSDT-fundingRate-2023-01.csv").unwrap();
        assert_eq!((done[0].symbol.as_str(), done[0].rates), ("BTCUSDT", 2));
        assert_eq!(done[0].first.to_string(), "2023-01-01T00:00:00Z");
    }

    #[test]
    fn names_say_the_symbol() {
        let of = |name: &str| symbol_of(Path::new(name)).unwrap().as_str().to_owned();
        assert_eq!(of("XRP_USDT_USDT-8h-funding_rate.feather"), "XRPUSDT");
        assert_eq!(of("BTCUSDT-fundingRate-2023-01.zip"), "BTCUSDT");
        assert_eq!(of("ETHUSDT_funding.csv"), "ETHUSDT");
        assert_eq!(of("SOLUSDT.csv"), "SOLUSDT");
    }

    #[test]
    fn what_is_no_rate_is_refused_with_its_line() {
        let error = rates("ts,rate\n2023-01-01,x\n", "A.csv").unwrap_err();
        assert!(error.to_string().contains("line 2: `x` is no rate"), "{error}");
        let error = rates("ts,rate\n2023-01-01,1.5\n", "A.csv").unwrap_err();
        assert!(error.to_string().contains("not a fraction"), "{error}");
        let error = rates("a,b\n1,2\n", "A.csv").unwrap_err();
        assert!(error.to_string().contains("no columns `ts` and `rate`"), "{error}");
        let error = rates("ts,rate\n2023-01-01,0.1\n2023-01-01,0.2\n", "A.csv").unwrap_err();
        assert!(error.to_string().contains("two rates"), "{error}");
    }
}
