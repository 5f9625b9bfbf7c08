//! `tiltyard evidence`: whether the best of many trials made elsewhere is more than luck.

use std::path::PathBuf;

use super::rank::{column, resamples, share};
use super::{Exit, Failure, output};
use crate::domain::Seed;
use crate::metrics::simple_returns;
use crate::report::terminal;
use crate::statistics::evidence::{EvidenceError, Panel, SelectionSpec, assess_selection};
use crate::store::SelectionRecord;
use crate::tables::{NamedColumn, NumberTable};

const EXAMPLES: &str = "\
Examples:
  tiltyard evidence trials.csv               is the best trial more than luck?
  tiltyard evidence trials.csv --trials 500  counts trials that are not in the file
  tiltyard evidence curves.parquet --column equity --benchmark hold --json

The file has one row per period and one column per trial; the first column may hold labels.
The winner is defensible only if DSR >= 0.95, PBO <= 0.2 and SPA p < 0.05.
The exit code does not depend on the verdict.";

/// Arguments of `evidence`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", Exit::help_of(&[Exit::Done, Exit::Usage])))]
pub struct EvidenceArgs {
    /// The trials (CSV or Parquet): one row per period, one column per trial.
    file: PathBuf,
    /// Print everything as JSON.
    #[arg(long)]
    json: bool,
    /// What the columns hold: simple returns as fractions (0.01 is 1 %), or equity (the first row is the start).
    #[arg(long, value_name = "KIND", value_enum, default_value_t = Kind::Returns)]
    column: Kind,
    /// The benchmark's column, which is not a trial [default: a return of 0].
    #[arg(long, value_name = "COLUMN")]
    benchmark: Option<String>,
    /// The selected trial [default: the one with the highest Sharpe ratio].
    #[arg(long, value_name = "COLUMN")]
    winner: Option<String>,
    /// Number of trials of the search, including failed and pruned ones [default: the columns].
    #[arg(long, value_name = "N")]
    trials: Option<usize>,
    /// Periods per year: 365 for markets that never close.
    #[arg(long, value_name = "N", default_value_t = 252.0, value_parser = periods)]
    periods_per_year: f64,
    /// Blocks of the cross-validation (CSCV): an even number from 2 to 20.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = blocks)]
    blocks: usize,
    /// Significance level of StepM and of the confidence set.
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = share)]
    alpha: f64,
    /// Number of bootstrap resamples of the periods.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = resamples)]
    resamples: usize,
    /// Seed of the resampling.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

/// What the columns hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    Returns,
    Equity,
}

fn periods(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if value > 0.0 && value.is_finite() { Ok(value) } else { Err("must be above 0".to_owned()) }
}

fn blocks(text: &str) -> Result<usize, String> {
    let count: usize = text.parse().map_err(|_| "not a whole number".to_owned())?;
    let fits = count.is_multiple_of(2) && (2..=20).contains(&count);
    if fits { Ok(count) } else { Err("must be even, from 2 to 20".to_owned()) }
}

/// Assesses the best trial of a file.
///
/// # Errors
/// Where the file holds no returns, or has no such column.
pub fn evidence(args: &EvidenceArgs) -> Result<Exit, Failure> {
    let mut table = NumberTable::read(&args.file)?;
    let picked = args.winner.as_deref().map(|name| column(&table, name)).transpose()?;
    let benchmark = match &args.benchmark {
        Some(name) => {
            let index = column(&table, name)?;
            if picked == Some(index) {
                let help = "name two different columns";
                return Err(Failure::plain(Exit::Usage, "the benchmark cannot be the selected trial", help));
            }
            Some(table.columns.remove(index))
        }
        None => None,
    };
    let names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    let spec = SelectionSpec {
        benchmark: benchmark.as_ref().map(|column| returns(args.column, column)).transpose()?,
        winner: args.winner.as_ref().and_then(|winner| names.iter().position(|name| name == winner)),
        trials: args.trials,
        blocks: args.blocks,
        alpha: args.alpha,
        resamples: args.resamples,
        seed: Seed(args.seed),
        ..SelectionSpec::default()
    };
    let columns = table.columns.iter().map(|column| returns(args.column, column));
    let panel = Panel::new(columns.collect::<Result<_, _>>()?).map_err(refused)?;
    drop(table);
    let found = assess_selection(&panel, &spec).map_err(refused)?;
    let record =
        SelectionRecord::new(&found, &spec, &names, args.benchmark.as_deref(), args.periods_per_year);
    output::result(&if args.json {
        record.to_json()?
    } else {
        terminal::evidence(&record, output::style())
    })?;
    Ok(Exit::Done)
}

/// A column's returns.
fn returns(kind: Kind, column: &NamedColumn) -> Result<Vec<f64>, Failure> {
    let values = column.complete().ok_or_else(|| {
        let row = column.first_missing().map_or(0, |row| row + 1);
        Failure::plain(
            Exit::Usage,
            format!("column `{}` has no value in row {row}", column.name),
            "trials are compared row by row: write 0 for a period without a position, or remove the column or the row",
        )
    })?;
    match kind {
        Kind::Returns => Ok(values),
        Kind::Equity => simple_returns(&values).map_err(|reason| {
            let help = "equity must stay above 0; give returns with `--column returns`";
            Failure::plain(Exit::Usage, format!("column `{}` has no returns: {reason}", column.name), help)
        }),
    }
}

fn refused(error: EvidenceError) -> Failure {
    Failure::plain(
        Exit::Usage,
        error,
        "the file needs one row per period and one column of returns per trial",
    )
}
