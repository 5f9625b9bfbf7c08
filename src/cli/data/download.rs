//! `tiltyard data download`.

use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;

use super::import::import_all;
use super::progress;
use super::reading::import_failed;
use super::table::{count, print_json, say};
use crate::cli::{Exit, Failure};
use crate::data::download::{
    BINANCE_ARCHIVE, DownloadError, Event, Fetched, Outcome, Policy, Request, Venue, download, parse_day,
};
use crate::data::import::{self, BadRows, Format, OnExisting, ReadOptions};

/// The archives that can be fetched from.
#[derive(Debug, clap::Subcommand)]
pub enum DownloadCommand {
    /// Binance: monthly and daily archive files, verified by checksum
    Binance(BinanceArgs),
}

impl DownloadCommand {
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        match self {
            Self::Binance(args) => args.run(),
        }
    }
}

/// Arguments of `data download binance`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Downloaded files stay under DIR/raw and are not downloaded again; repeat the command to
continue.

Example:
  tiltyard data download binance --symbols BTCUSDT,ETHUSDT --interval 1h --from 2022-01 --to 2023-12 \\
      --out data/binance")]
pub struct BinanceArgs {
    /// Symbols, separated by commas
    #[arg(long, required = true, value_delimiter = ',', value_name = "NAMES")]
    symbols: Vec<String>,
    /// Bar interval, as the archive names it: 1s, 1m, 5m, 1h, 4h, 1d
    #[arg(long, value_name = "LENGTH")]
    interval: String,
    /// First day or month
    #[arg(long, value_name = "DAY", value_parser = first_day)]
    from: NaiveDate,
    /// Last day or month, inclusive
    #[arg(long, value_name = "DAY", value_parser = last_day)]
    to: NaiveDate,
    /// Output folder; the archive files are kept in its subfolder `raw`
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    /// Spot, or USDT-margined perpetuals
    #[arg(long, value_enum, default_value_t = Market::Spot)]
    market: Market,
    /// URL of the archive or of a mirror
    #[arg(long, value_name = "URL", default_value = BINANCE_ARCHIVE)]
    base_url: String,
    /// Attempts per file
    #[arg(long, value_name = "NUMBER", default_value_t = Policy::default().attempts)]
    attempts: u32,
    /// Milliseconds before the second attempt; doubles with each attempt
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000, hide = true)]
    first_wait_ms: u64,
    /// Keep only the archive files, do not convert them to bars
    #[arg(long)]
    raw: bool,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
}

/// Which part of the exchange.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Market {
    Spot,
    Um,
}

fn first_day(text: &str) -> Result<NaiveDate, String> {
    parse_day(text, false)
}

fn last_day(text: &str) -> Result<NaiveDate, String> {
    parse_day(text, true)
}

impl BinanceArgs {
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let fetched = self.fetch()?;
        let of = |outcome: Outcome| fetched.iter().filter(|one| one.outcome == outcome).count() as u64;
        let (new, kept, missing) = (of(Outcome::Fetched), of(Outcome::Kept), of(Outcome::Missing));
        say(format_args!(
            "{} downloaded, {} already present, {} not in the archive",
            count(new),
            count(kept),
            count(missing)
        ));
        for one in fetched.iter().filter(|one| one.outcome == Outcome::Missing) {
            say(format_args!("not in the archive: {} {}", one.item.symbol, one.item.period));
        }
        if self.raw {
            if self.json {
                print_json(&fetched)?;
            }
            return Ok(Exit::Done);
        }
        let failed = |error| import_failed(&error);
        let files: Vec<PathBuf> =
            fetched.into_iter().filter(|one| one.outcome != Outcome::Missing).map(|one| one.path).collect();
        let groups = import::plan(&files, Some(Format::Binance), &ReadOptions::default(), &self.out)
            .map_err(failed)?;
        // The same archive's bars fit together: a second run adds to the first.
        import_all(&groups.groups, BadRows::Refuse, OnExisting::Merge).report(self.json)
    }

    fn fetch(&self) -> Result<Vec<Fetched>, Failure> {
        let request = Request {
            base_url: self.base_url.clone(),
            venue: match self.market {
                Market::Spot => Venue::Spot,
                Market::Um => Venue::Um,
            },
            symbols: self.symbols.iter().map(|symbol| symbol.trim().to_ascii_uppercase()).collect(),
            interval: self.interval.clone(),
            from: self.from,
            to: self.to,
            folder: self.out.join("raw"),
            policy: Policy {
                attempts: self.attempts.max(1),
                first_wait: Duration::from_millis(self.first_wait_ms),
                ..Policy::default()
            },
        };
        let bar = progress::of_files(0);
        let tell = |event: &Event<'_>| match event {
            Event::Planned(files) => bar.set_length(*files as u64),
            Event::Done(item, _) => {
                bar.set_message(format!("{} {}", item.symbol, item.period));
                bar.inc(1);
            }
            Event::Retry(reason, wait) => {
                bar.suspend(|| say(format_args!("{reason}; retry in {:.1} s", wait.as_secs_f64())));
            }
        };
        let fetched = download(&request, &tell).map_err(|error| failed(&error));
        bar.finish_and_clear();
        fetched
    }
}

fn failed(error: &DownloadError) -> Failure {
    let exit = match error {
        DownloadError::EmptyRange { .. } | DownloadError::BadWord { .. } => Exit::Usage,
        DownloadError::Checksum { .. } | DownloadError::Nothing { .. } => Exit::Data,
        _ => Exit::RunFailed,
    };
    Failure::plain(exit, error, error.help())
}
