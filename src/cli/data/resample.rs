//! `tiltyard data resample`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::reading::{format_and_files, import_failed, market_failed, parse_interval};
use super::table::{count, print, print_json, table};
use crate::cli::{Exit, Failure};
use crate::data::check::find_files;
use crate::data::import::{ReadOptions, read_bars};
use crate::domain::{Interval, Symbol};
use crate::market::{resample, write_bars};

/// Arguments of `data resample`.
#[derive(Debug, clap::Args)]
pub struct ResampleArgs {
    /// Files, folders or glob patterns of bars
    #[arg(required = true, value_name = "PATHS")]
    inputs: Vec<OsString>,
    /// Target interval: a multiple of the bars' own
    #[arg(long, value_name = "LENGTH", value_parser = parse_interval)]
    interval: Interval,
    /// Folder to write to
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    /// Replace existing files
    #[arg(long)]
    replace: bool,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
}

/// What became of a file.
#[derive(Debug, Serialize)]
struct Resampled {
    input: PathBuf,
    output: PathBuf,
    symbol: Symbol,
    from: Interval,
    to: Interval,
    bars_in: usize,
    bars_out: usize,
}

impl ResampleArgs {
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let (format, paths) = format_and_files(&self.inputs)?;
        let files = find_files(&paths).map_err(|error| import_failed(&error))?;
        let mut done = Vec::with_capacity(files.len());
        for file in &files {
            let (symbol, bars) =
                read_bars(file, format, &ReadOptions::default()).map_err(|error| import_failed(&error))?;
            let (from, to) = (bars.interval, self.interval);
            if !to.is_multiple_of(from) {
                let message = format!("bars of {from} in `{}` cannot be resampled to {to}", file.display());
                return Err(Failure::plain(Exit::Usage, message, format!("choose a multiple of {from}")));
            }
            let coarse = resample(&bars, to).map_err(|error| market_failed(&error))?;
            let output = self.out.join(format!("{symbol}_{to}.parquet"));
            self.may_write(&output)?;
            write_bars(&output, &coarse).map_err(|error| market_failed(&error))?;
            let (bars_in, bars_out) = (bars.len(), coarse.len());
            done.push(Resampled { input: file.clone(), output, symbol, from, to, bars_in, bars_out });
        }
        report(&done, self.json)?;
        Ok(Exit::Done)
    }

    fn may_write(&self, output: &Path) -> Result<(), Failure> {
        if output.exists() && !self.replace {
            let message = format!("`{}` exists", output.display());
            return Err(Failure::plain(Exit::Usage, message, "pass `--replace` to replace it"));
        }
        Ok(())
    }
}

fn report(done: &[Resampled], json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&done);
    }
    let mut out = table(&["output", "from", "to", "bars in", "bars out"]);
    for one in done {
        out.add_row([
            one.output.display().to_string(),
            one.from.to_string(),
            one.to.to_string(),
            count(one.bars_in as u64),
            count(one.bars_out as u64),
        ]);
    }
    print(out)
}
