//! `tiltyard data import`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use super::progress;
use super::reading::{ReadingArgs, format_and_files, import_failed};
use super::table::{count, print, print_json, say, table, time};
use crate::cli::{Exit, Failure};
use crate::data::import::{
    self, BadRows, EarlierImport, ImportGroup, ImportGroups, ImportProgress, Imported, ImportedFunding,
    OnExisting, ReadOptions, Unit,
};
use crate::domain::counted;

/// Arguments of `data import`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
FORMAT is one of auto (default), binance, freqtrade, kraken, lean, bitfinex, cryptodatadownload, yahoo, csv,
parquet. Files of one symbol and interval become one file DIR/SYMBOL_INTERVAL.parquet.

Examples:
  tiltyard data import raw/*.zip --out data/mine
  tiltyard data import kraken BCHEUR.csv --interval 1m --out data/mine
  tiltyard data import csv prices.csv --map \"ts=Date,open=O,high=H,low=L,close=C,volume=V\" \\
      --tz America/New_York --symbol ACME --out data/mine")]
pub struct ImportArgs {
    /// Optional format (or `auto`), then files, folders or glob patterns
    #[arg(required = true, value_name = "[FORMAT] FILES")]
    inputs: Vec<OsString>,
    /// Folder to write to
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    reading: ReadingArgs,
    /// Adjust prices for splits and dividends: LEAN factor files, Yahoo's adjusted close
    #[arg(long)]
    adjust: bool,
    /// Quantity of the asset that a price refers to: `auto`, or 1000, 1000000, .. Prices are multiplied by it,
    /// volumes divided, and the symbol gets it as a prefix
    #[arg(long, value_name = "UNIT", default_value = "1")]
    unit: Unit,
    /// What the files hold: bars, or funding rates of perpetual futures
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = What::Bars)]
    what: What,
    /// What to do with invalid bars: missing values, prices of zero, high below low
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = Bad::Refuse)]
    bad: Bad,
    /// Replace existing files
    #[arg(long, conflicts_with = "merge")]
    replace: bool,
    /// Merge with existing files
    #[arg(long)]
    merge: bool,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
}

/// What files hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// Bars, or trades that are made into bars; mark prices too
    Bars,
    /// Funding rates: freqtrade (feather), Binance (CSV in zip), CSV with `ts` and `rate`; to DIR/SYMBOL.parquet
    Funding,
}

/// What to do with invalid bars.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Bad {
    /// Refuse the import
    Refuse,
    /// Drop and count them
    Drop,
    /// Write them unchanged
    Keep,
}

impl ImportArgs {
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let (format, files) = format_and_files(&self.inputs)?;
        if self.what == What::Funding {
            let symbol = self.reading.reading(self.adjust).symbol;
            let done = import::import_funding(&files, symbol.as_deref(), &self.out, self.existing());
            return report_funding(&done.map_err(|error| import_failed(&error))?, self.json);
        }
        let reading = ReadOptions { unit: self.unit, ..self.reading.reading(self.adjust) };
        let groups =
            import::plan(&files, format, &reading, &self.out).map_err(|error| import_failed(&error))?;
        let bad = match self.bad {
            Bad::Refuse => BadRows::Refuse,
            Bad::Drop => BadRows::Drop,
            Bad::Keep => BadRows::Keep,
        };
        announce(&groups, format.is_none());
        import_all(&groups.groups, bad, self.existing()).and_refused(&groups).report(self.json)
    }

    const fn existing(&self) -> OnExisting {
        match (self.replace, self.merge) {
            (true, _) => OnExisting::Replace,
            (_, true) => OnExisting::Merge,
            _ => OnExisting::Refuse,
        }
    }
}

/// Prints what became of funding rates.
fn report_funding(done: &[ImportedFunding], json: bool) -> Result<Exit, Failure> {
    if json {
        print_json(&done)?;
        return Ok(Exit::Done);
    }
    let mut out = table(&["output", "files", "rates", "first", "last"]);
    for one in done {
        out.add_row([
            one.output.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            one.files.len().to_string(),
            count(one.rates),
            time(Some(one.first)),
            time(Some(one.last)),
        ]);
    }
    print(out)?;
    Ok(Exit::Done)
}

/// A group's result and how long it took.
#[derive(Debug, Serialize)]
pub struct Timed {
    #[serde(flatten)]
    imported: Imported,
    seconds: f64,
    rows_per_second: f64,
}

fn announce(groups: &ImportGroups, detected: bool) {
    for (_, reason) in groups.skipped.iter().filter(|(_, reason)| !reason.is_bad_line()) {
        say(format_args!("skipped: {reason}"));
    }
    for group in &groups.groups {
        let formats: Vec<&str> = group.formats().iter().map(|format| format.as_str()).collect();
        let how = if detected { "detected" } else { "given" };
        let files = group.sources.len();
        let plural = crate::domain::plural(files as u64);
        say(format_args!(
            "{} {}: {files} file{plural}, format {} ({how})",
            group.symbol,
            group.interval,
            formats.join(" and ")
        ));
    }
}

/// What became of some groups.
#[derive(Debug)]
pub struct ImportedAll {
    done: Vec<Timed>,
    failed: Option<Failure>,
}

impl ImportedAll {
    /// With the files of a folder that were taken for market data, and have a line that is wrong.
    fn and_refused(mut self, groups: &ImportGroups) -> Self {
        for (_, error) in groups.skipped.iter().filter(|(_, reason)| reason.is_bad_line()) {
            self.fail(import_failed(error));
        }
        self
    }

    /// One more failure, after those before it.
    fn fail(&mut self, mut failure: Failure) {
        if let Some(before) = self.failed.take() {
            failure.diagnostics.splice(0..0, before.diagnostics);
        }
        self.failed = Some(failure);
    }

    /// Prints the groups that were imported, and what is wrong with the others.
    ///
    /// # Errors
    /// The failures, after the table of the others.
    pub fn report(self, json: bool) -> Result<Exit, Failure> {
        if !self.done.is_empty() || self.failed.is_none() {
            report(&self.done, json)?;
        }
        self.failed.map_or(Ok(Exit::Done), Err)
    }
}

/// Imports group after group, with one progress bar for all. A group that fails stops no other. An import of several
/// groups that was interrupted goes on where it was when it is repeated.
pub fn import_all(groups: &[ImportGroup], bad: BadRows, existing: OnExisting) -> ImportedAll {
    let out = groups.first().and_then(|group| group.output.parent()).unwrap_or(Path::new("."));
    let resumes = groups.len() > 1 && existing == OnExisting::Refuse;
    let mut earlier = resumes.then(|| ImportProgress::open(out, bad));
    let bar = progress::of_bytes(groups.iter().map(ImportGroup::work).sum());
    let mut all = ImportedAll { done: Vec::with_capacity(groups.len()), failed: None };
    for group in groups {
        let before = earlier.as_ref().map_or(EarlierImport::Nothing, |earlier| earlier.of(group));
        if before == EarlierImport::Made {
            bar.inc(group.work());
            bar.suspend(|| {
                say(format_args!("{} {}: imported before the interruption", group.symbol, group.interval))
            });
            continue;
        }
        bar.set_message(group.symbol.to_string());
        let start = Instant::now();
        let existing = if before == EarlierImport::Begun { OnExisting::Replace } else { existing };
        let begun = earlier.as_mut().map_or(Ok(()), |earlier| earlier.begin(group));
        let imported = begun.and_then(|()| import::import(group, bad, existing, &|bytes| bar.inc(bytes)));
        let noted = imported.and_then(|imported| {
            earlier.as_mut().map_or(Ok(()), |earlier| earlier.made(group)).map(|()| imported)
        });
        let imported = match noted {
            Ok(imported) => imported,
            Err(error) => {
                all.fail(import_failed(&error));
                continue;
            }
        };
        let seconds = start.elapsed().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let rows_per_second = imported.rows_in as f64 / seconds.max(1e-9);
        all.done.push(Timed { imported, seconds, rows_per_second });
    }
    if let Some(earlier) = earlier.filter(|_| all.failed.is_none()) {
        earlier.end();
    }
    bar.finish_and_clear();
    all
}

/// Prints what became of the groups.
///
/// # Errors
/// Where stdout cannot be written.
fn report(done: &[Timed], json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&done);
    }
    let mut out = table(&[
        "output", "format", "files", "rows in", "bars out", "repeated", "dropped", "first", "last", "time",
    ]);
    for timed in done {
        let Imported { output, formats, files, rows_in, bars_out, duplicates, dropped, first, last, .. } =
            &timed.imported;
        let formats: Vec<&str> = formats.iter().map(|format| format.as_str()).collect();
        out.add_row([
            output.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            formats.join(", "),
            files.len().to_string(),
            count(*rows_in),
            count(*bars_out),
            count(*duplicates),
            count(*dropped),
            time(*first),
            time(*last),
            format!("{:.2} s", timed.seconds),
        ]);
    }
    print(out)?;
    for one in done.iter().filter(|one| one.imported.without_volume > 0) {
        let Imported { symbol, without_volume, .. } = &one.imported;
        say(format_args!(
            "{symbol}: {} without a volume have a volume of 0",
            counted(*without_volume, "bar")
        ));
    }
    Ok(())
}
