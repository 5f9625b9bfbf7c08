//! `tiltyard data info`.

use std::ffi::OsString;
use std::path::Path;

use serde::Serialize;

use super::reading::{ReadingArgs, format_and_files, import_failed};
use super::table::{bytes, count, print, print_json, table};
use crate::cli::{Exit, Failure};
use crate::data::check::find_files;
use crate::data::import::{self, Format, Kind};
use crate::domain::{Interval, Timestamp};

/// Bars shown at either end.
const SHOWN: usize = 3;

/// Arguments of `data info`.
#[derive(Debug, clap::Args)]
pub struct InfoArgs {
    /// Optional format, then files, folders or glob patterns
    #[arg(required = true, value_name = "[FORMAT] PATHS")]
    inputs: Vec<OsString>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// What there is to know about a file at a glance.
#[derive(Debug, Serialize)]
struct Info {
    path: String,
    format: Format,
    holds: &'static str,
    columns: Vec<String>,
    symbol: Option<String>,
    interval: Option<Interval>,
    bytes: u64,
    rows: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    head: Vec<ShownBar>,
    tail: Vec<ShownBar>,
}

/// A bar as it is shown.
#[derive(Debug, Serialize)]
struct ShownBar {
    ts: Timestamp,
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    volume: f64,
}

impl From<(Timestamp, [f64; 5])> for ShownBar {
    fn from((ts, [open, high, low, close, volume]): (Timestamp, [f64; 5])) -> Self {
        Self { ts, open, high, low, close, volume }
    }
}

impl InfoArgs {
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let (format, paths) = format_and_files(&self.inputs)?;
        let files = find_files(&paths).map_err(|error| import_failed(&error))?;
        let infos = files.iter().map(|file| self.info(file, format)).collect::<Result<Vec<_>, _>>()?;
        if self.json {
            print_json(&infos)?;
        } else {
            infos.iter().try_for_each(show)?;
        }
        Ok(Exit::Done)
    }

    fn info(&self, file: &Path, format: Option<Format>) -> Result<Info, Failure> {
        let failed = |error| import_failed(&error);
        let reading = self.reading.reading(false);
        let source = import::look(file, format, &reading).map_err(failed)?;
        let survey = import::survey(&source, SHOWN).map_err(failed)?;
        let plan = &source.plan;
        let trades = plan.kind() == Kind::Trades;
        let interval = reading.interval.or(plan.interval).or_else(|| import::spacing(&source.head).ok());
        Ok(Info {
            path: file.display().to_string(),
            format: plan.format,
            holds: if trades { "trades" } else { "bars" },
            columns: source.columns.clone(),
            symbol: reading.symbol.or_else(|| plan.symbol.clone()),
            interval: interval.filter(|_| !trades),
            bytes: source.bytes,
            rows: survey.rows,
            first: survey.range.map(|(first, _)| first),
            last: survey.range.map(|(_, last)| last),
            head: survey.head.into_iter().map(ShownBar::from).collect(),
            tail: survey.tail.into_iter().map(ShownBar::from).collect(),
        })
    }
}

fn show(info: &Info) -> Result<(), Failure> {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    print(&info.path)?;
    print(format_args!(
        "  {} of format {}, {} rows, {}, symbol {}, interval {}",
        info.holds,
        info.format,
        count(info.rows),
        bytes(info.bytes),
        or_dash(info.symbol.clone()),
        or_dash(info.interval.map(|interval| interval.to_string())),
    ))?;
    let time = |at: Option<Timestamp>| or_dash(at.map(|at| at.to_string()));
    print(format_args!("  from {} to {} (UTC, open of the bar)", time(info.first), time(info.last)))?;
    print(format_args!("  columns: {}", info.columns.join(", ")))?;
    let mut out = table(&["ts", "open", "high", "low", "close", "volume"]);
    // A short file is shown once, not twice.
    let rows = info.rows as usize;
    let tail = info.tail.iter().skip((SHOWN + info.tail.len()).saturating_sub(rows).min(info.tail.len()));
    for bar in info.head.iter().chain(tail) {
        let values = [bar.open, bar.high, bar.low, bar.close, bar.volume];
        out.add_row([bar.ts.to_string()].into_iter().chain(values.map(|value| value.to_string())));
    }
    print(out)
}
