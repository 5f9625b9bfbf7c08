//! `tiltyard metrics`: the statistics of a series made elsewhere.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Exit, Failure, output};
use crate::metrics::{Missing, Relative, ReturnSeries, relative, series_metrics, series_values};
use crate::report::{SeriesReport, terminal};
use crate::scenario::{MetricSpec, MetricsProfile};
use crate::tables::{ColumnKind, ReturnColumn};

const METRICS_HELP: &str = "\
Examples:
  tiltyard metrics run.csv --column equity --periods-per-year 365
  tiltyard metrics fund.parquet --column returns --periods-per-year 252 --benchmark spy.csv

The word `return`, `ret` or `change` in a column's name means returns; `equity`, `balance`, `nav`,
`value`, `capital`, `wealth`, `close`, `price` or `level` means levels, which are converted to
returns. If the name has words of both kinds or of neither, --kind is required.
Rows without a value are allowed only at the start.";

/// What a column of a file holds.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum KindArg {
    /// Simple returns, as fractions.
    Returns,
    /// Levels: equity, balances, prices.
    Equity,
}

/// Arguments of `metrics`.
#[derive(Debug, Args)]
#[command(after_help = format!("{METRICS_HELP}\n\n{}", Exit::help_of(&[Exit::Done, Exit::Usage])))]
pub struct MetricsArgs {
    /// A CSV or Parquet file; the first column may hold dates or labels.
    pub file: PathBuf,
    /// The column of the series.
    #[arg(long, value_name = "NAME")]
    pub column: String,
    /// What the column holds, if its name does not say it.
    #[arg(long)]
    pub kind: Option<KindArg>,
    /// Rows per year: 252 trading days, 365 days, 8760 hours.
    #[arg(long, value_name = "N", value_parser = periods)]
    pub periods_per_year: f64,
    /// Risk-free rate per year, as a fraction: 0.02 is 2 %.
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = rate, allow_negative_numbers = true)]
    pub rf: f64,
    /// Minimum acceptable return per year for Sortino and omega, as a fraction.
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = rate, allow_negative_numbers = true)]
    pub mar: f64,
    /// A file with the benchmark; rows are matched by date, else by label, else by position.
    #[arg(long, value_name = "FILE")]
    pub benchmark: Option<PathBuf>,
    /// The benchmark's column [default: the only one].
    #[arg(long, value_name = "NAME", requires = "benchmark")]
    pub benchmark_column: Option<String>,
    /// The library whose metric definitions to use.
    #[arg(long, value_name = "NAME", default_value = "tiltyard", value_parser = profile)]
    pub profile: MetricsProfile,
    /// Print as JSON; values are fractions, undefined ones null with the reason under `missing`.
    #[arg(long)]
    pub json: bool,
}

/// Reads the series and its benchmark, prints their metrics.
///
/// # Errors
/// Where a file or a column is not what it should be.
pub fn metrics(args: &MetricsArgs) -> Result<Exit, Failure> {
    let kind = args.kind.map(|kind| match kind {
        KindArg::Returns => ColumnKind::Returns,
        KindArg::Equity => ColumnKind::Equity,
    });
    let column = ReturnColumn::read(&args.file, &args.column, kind)?;
    let benchmark = args
        .benchmark
        .as_ref()
        .map(|file| ReturnColumn::read_benchmark(file, args.benchmark_column.as_deref(), column.kind))
        .transpose()?;
    let report = measured(args, &column, benchmark.as_ref())?;
    for left_out in [Some(&column), benchmark.as_ref()].into_iter().flatten().filter(|c| c.left_out > 0) {
        let rows = output::counted(left_out.left_out as u64, "row");
        output::say(&format!("{}: skipped {rows} without a value at the start", left_out.path.display()));
    }
    if args.json {
        let text = report.to_json().map_err(|error| {
            Failure::plain(
                Exit::RunFailed,
                format!("cannot write the metrics as JSON: {error}"),
                "report this",
            )
        })?;
        output::result(&text)?;
    } else {
        output::result(&terminal::series(&report, output::style()))?;
    }
    Ok(Exit::Done)
}

fn measured(
    args: &MetricsArgs,
    column: &ReturnColumn,
    benchmark: Option<&ReturnColumn>,
) -> Result<SeriesReport, Failure> {
    let spec = MetricSpec {
        risk_free_rate: args.rf,
        minimum_acceptable_return: args.mar,
        periods_per_year: Some(args.periods_per_year),
        profile: args.profile,
    };
    let series = series(column, args.periods_per_year);
    let against = match benchmark {
        Some(benchmark) => {
            let returns = benchmark.aligned_to(column)?;
            relative(&series, &ReturnSeries::of_returns(returns, args.periods_per_year), &spec)
        }
        None => Relative::missing(Missing::NoBenchmark),
    };
    let span = column.span();
    Ok(SeriesReport {
        file: args.file.display().to_string(),
        column: column.column.clone(),
        kind: column.kind.as_str(),
        profile: args.profile.as_str(),
        periods_per_year: args.periods_per_year,
        risk_free_rate: args.rf,
        minimum_acceptable_return: args.mar,
        returns: column.len(),
        start: span.map(|(start, _)| start.to_string()),
        end: span.map(|(_, end)| end.to_string()),
        benchmark: benchmark.map(|one| (one.path.display().to_string(), one.column.clone())),
        metrics: series_values(series.total_return(), &series_metrics(&series, &spec), &against),
    })
}

fn series(column: &ReturnColumn, periods_per_year: f64) -> ReturnSeries {
    let series = match (&column.levels, &column.returns) {
        (None, Some(returns)) => ReturnSeries::of_returns(returns.clone(), periods_per_year),
        (levels, _) => ReturnSeries::of_curve(levels.clone().unwrap_or_default(), periods_per_year),
    };
    match column.days() {
        Some(days) => series.lasting_days(days),
        None => series,
    }
}

fn periods(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(n) if n > 0.0 && n <= 100_000_000.0 => Ok(n),
        _ => Err("must be a number above 0".to_owned()),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate > -1.0 && rate <= 1.0 => Ok(rate),
        Ok(_) => Err("must be a fraction above -1 and up to 1: 0.02 is 2 %".to_owned()),
        Err(_) => Err("must be a fraction such as 0.02".to_owned()),
    }
}

fn profile(text: &str) -> Result<MetricsProfile, String> {
    let found = MetricsProfile::ALL.into_iter().find(|profile| profile.as_str() == text);
    found.ok_or_else(|| {
        let known: Vec<&str> = MetricsProfile::ALL.iter().map(|profile| profile.as_str()).collect();
        format!("known: {}", known.join(", "))
    })
}
