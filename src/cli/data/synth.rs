//! `tiltyard data synth`.

use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;

use super::reading::{market_failed, parse_interval};
use super::table::{count, print, print_json, table};
use crate::cli::{Exit, Failure};
use crate::data::synth::{
    Correlations, SynthSpec, SynthSymbol, funding, generate, generate_correlated, sample, with_gaps,
};
use crate::domain::{Interval, Seed, Symbol, Timestamp};
use crate::market::{write_bars, write_funding};

/// Arguments of `data synth`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without options this writes the bundled sample, byte for byte. Equal options give equal bytes on
every machine.")]
pub struct SynthArgs {
    /// Folder to write to
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    /// Seed of the random numbers
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Names of the symbols, or their number
    #[arg(long, value_name = "NAMES|NUMBER", value_delimiter = ',')]
    symbols: Vec<String>,
    /// Bars per symbol
    #[arg(long, value_name = "NUMBER")]
    bars: Option<u32>,
    /// Interval of the bars
    #[arg(long, value_name = "LENGTH", value_parser = parse_interval)]
    interval: Option<Interval>,
    /// Open time of the first bar
    #[arg(long, value_name = "TIME")]
    start: Option<Timestamp>,
    /// Correlation between symbols, 0 to 1, or a matrix with rows separated by semicolons: "1,0.8;0.8,1"
    #[arg(long, value_name = "SHARE|MATRIX", allow_hyphen_values = true)]
    correlation: Option<Correlation>,
    /// Starting price of the symbols
    #[arg(long, value_name = "PRICE")]
    price: Option<f64>,
    /// Expected annual growth in addition to that of the regimes, as a fraction
    #[arg(long, value_name = "FRACTION", allow_negative_numbers = true)]
    drift: Option<f64>,
    /// Annual volatility in calm regimes, as a fraction
    #[arg(long, value_name = "FRACTION")]
    volatility: Option<f64>,
    /// Jumps per year, of the market and of each symbol
    #[arg(long, value_name = "NUMBER")]
    jumps_per_year: Option<f64>,
    /// Standard deviation of a jump, as a fraction of the price
    #[arg(long, value_name = "FRACTION")]
    jump_size: Option<f64>,
    /// Share of the bars to omit, in consecutive gaps
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    gaps: f64,
    /// Also write funding rates, every eight hours, to DIR/funding/SYMBOL.parquet
    #[arg(long)]
    funding: bool,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
}

/// One correlation for all pairs, or one for each.
#[derive(Debug, Clone)]
enum Correlation {
    Share(f64),
    Matrix(Correlations),
}

impl std::str::FromStr for Correlation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains([',', ';']) {
            return text.parse().map(Self::Matrix);
        }
        text.parse().map(Self::Share).map_err(|_| format!("`{text}` is neither a number nor a matrix"))
    }
}

/// What was made.
#[derive(Debug, Serialize)]
struct SynthSummary {
    files: Vec<PathBuf>,
    bars: u64,
    seconds_making: f64,
    seconds_writing: f64,
    bars_per_second: f64,
}

impl SynthArgs {
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let spec = self.spec()?;
        let start = Instant::now();
        let market = match &self.correlation {
            Some(Correlation::Matrix(matrix)) => generate_correlated(&spec, fitting(matrix, &spec)?),
            _ => generate(&spec),
        };
        let seconds_making = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let (mut files, mut bars) = (Vec::new(), 0);
        for (symbol, whole) in market {
            let kept = if self.gaps > 0.0 { with_gaps(&whole, spec.seed, &symbol, self.gaps) } else { whole };
            let file = self.out.join(format!("{symbol}_{}.parquet", spec.interval));
            write_bars(&file, &kept).map_err(|error| market_failed(&error))?;
            bars += kept.len() as u64;
            files.push(file);
            if self.funding {
                let file = self.out.join("funding").join(format!("{symbol}.parquet"));
                write_funding(&file, &funding(&kept)).map_err(|error| market_failed(&error))?;
                files.push(file);
            }
        }
        let seconds_writing = start.elapsed().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let bars_per_second = bars as f64 / seconds_making.max(1e-9);
        report(&SynthSummary { files, bars, seconds_making, seconds_writing, bars_per_second }, self.json)?;
        Ok(Exit::Done)
    }

    /// The bundled sample with what is said otherwise.
    fn spec(&self) -> Result<SynthSpec, Failure> {
        let mut spec = sample();
        spec.seed = self.seed.map_or(spec.seed, Seed);
        spec.bars = self.bars.unwrap_or(spec.bars);
        spec.interval = self.interval.unwrap_or(spec.interval);
        spec.start = self.start.unwrap_or(spec.start);
        if let Some(Correlation::Share(correlation)) = self.correlation {
            spec.correlation = share("--correlation", correlation, 1.0)?;
        }
        share("--gaps", self.gaps, 0.9)?;
        spec.jumps_per_year = self.jumps_per_year.unwrap_or(spec.jumps_per_year);
        spec.jump_size = self.jump_size.unwrap_or(spec.jump_size);
        if !self.symbols.is_empty() {
            let models = std::mem::take(&mut spec.symbols);
            spec.symbols = self.names()?.into_iter().zip(models.into_iter().cycle()).map(named).collect();
        }
        for symbol in &mut spec.symbols {
            symbol.start_price = self.price.unwrap_or(symbol.start_price);
            symbol.drift = self.drift.unwrap_or(symbol.drift);
            symbol.volatility = self.volatility.unwrap_or(symbol.volatility);
        }
        Ok(spec)
    }

    /// Names as given, or `SYN001` and so on for a number.
    fn names(&self) -> Result<Vec<Symbol>, Failure> {
        let names = match self.symbols.as_slice() {
            [number] if number.parse::<u16>().is_ok() => {
                (1..=number.parse::<u16>().unwrap_or(0)).map(|n| format!("SYN{n:03}")).collect()
            }
            names => names.to_vec(),
        };
        let symbol = |name: &String| {
            Symbol::new(name).map_err(|error| Failure::plain(Exit::Usage, error, "choose another name"))
        };
        names.iter().map(symbol).collect()
    }
}

/// A symbol like a model of the sample, under its own name.
fn named((symbol, model): (Symbol, SynthSymbol)) -> SynthSymbol {
    SynthSymbol { symbol, ..model }
}

/// The matrix, where it has a row for each symbol.
fn fitting<'m>(matrix: &'m Correlations, spec: &SynthSpec) -> Result<&'m Correlations, Failure> {
    let (rows, symbols) = (matrix.len(), spec.symbols.len());
    if rows == symbols {
        return Ok(matrix);
    }
    let message = format!("`--correlation` has {rows} rows for {symbols} symbols");
    Err(Failure::plain(Exit::Usage, message, "give one row per symbol"))
}

fn share(option: &str, value: f64, most: f64) -> Result<f64, Failure> {
    if (0.0..=most).contains(&value) {
        return Ok(value);
    }
    let help = format!("give a number from 0 to {most}");
    Err(Failure::plain(Exit::Usage, format!("`{option} {value}` is out of range"), help))
}

fn report(made: &SynthSummary, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(made);
    }
    let mut out = table(&["file"]);
    for file in &made.files {
        out.add_row([file.display().to_string()]);
    }
    print(out)?;
    print(format_args!(
        "{} bars made in {:.3} s ({:.1} million per second), written in {:.3} s",
        count(made.bars),
        made.seconds_making,
        made.bars_per_second / 1e6,
        made.seconds_writing,
    ))
}
