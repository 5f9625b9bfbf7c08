//! `tiltyard rank`: standings of scores made elsewhere.

use std::path::PathBuf;

use super::progress::{Verbosity, Working};
use super::{Exit, Failure, output};
use crate::domain::Seed;
use crate::report::terminal;
use crate::store::{NumberTable, StandingsRecord};
use crate::tournament::standings::{RatingSystem, ScoreMatrix, StandingsError, StandingsSpec, standings};

const EXAMPLES: &str = "\
Examples:
  tiltyard rank scores.csv                           who leads, and whether that can be called
  tiltyard rank drawdowns.parquet --lower-is-better  the smallest mean wins
  tiltyard rank scores.csv --benchmark hold --json   tests against a column, everything as JSON

The file has a row for each window and a column for each agent, perhaps behind a column of labels.
An empty field is a missing score: it counts as the worst of its window.

Exit codes:
  0 done    2 the command line or the file is wrong";

/// Arguments of `rank`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct RankArgs {
    /// The scores (CSV or Parquet): a row a window, a column an agent.
    file: PathBuf,
    /// Print everything as JSON.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print the table as CSV.
    #[arg(long)]
    csv: bool,
    /// A smaller score is better.
    #[arg(long)]
    lower_is_better: bool,
    /// What the scores are, for the verdict's sentence.
    #[arg(long, value_name = "NAME", default_value = "score")]
    metric: String,
    /// The share of tournaments among equals in which a winner may be called.
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = share)]
    alpha: f64,
    /// Coverage of the intervals of scores, ranks and ratings.
    #[arg(long, value_name = "SHARE", default_value_t = 0.95, value_parser = share)]
    level: f64,
    /// Rating systems: bradley_terry, plackett_luce, elo, glicko2, trueskill, weng_lin, or all.
    #[arg(long, value_name = "SYSTEM,..", value_delimiter = ',', default_value = "bradley_terry", value_parser = systems)]
    ratings: Vec<Systems>,
    /// The column that the others should beat (SPA, StepM).
    #[arg(long, value_name = "COLUMN")]
    benchmark: Option<String>,
    /// How often windows are resampled.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = resamples)]
    resamples: usize,
    /// From which the resamples are drawn.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Under so many windows nothing is called.
    #[arg(long, value_name = "N", default_value_t = 20)]
    minimum_windows: usize,
}

/// One system, or all of them.
type Systems = &'static [RatingSystem];

/// A share over 0 and under 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if value > 0.0 && value < 1.0 { Ok(value) } else { Err("must be over 0 and under 1".to_owned()) }
}

/// At least one and not so many that memory runs out.
pub(super) fn resamples(text: &str) -> Result<usize, String> {
    let count: usize = text.parse().map_err(|_| "not a whole number".to_owned())?;
    if (1..=100_000).contains(&count) { Ok(count) } else { Err("must be from 1 to 100000".to_owned()) }
}

fn systems(text: &str) -> Result<Systems, String> {
    if text == "all" {
        return Ok(&RatingSystem::ALL);
    }
    let place = RatingSystem::ALL.iter().position(|system| system.as_str() == text);
    place.map(|place| &RatingSystem::ALL[place..=place]).ok_or_else(|| {
        let names: Vec<&str> = RatingSystem::ALL.iter().map(|system| system.as_str()).collect();
        format!("no such rating system; there are {} and all", names.join(", "))
    })
}

/// Ranks the agents of a file.
///
/// # Errors
/// Where the file holds no scores, or has no such column.
pub fn rank(args: &RankArgs) -> Result<Exit, Failure> {
    let table = NumberTable::read(&args.file)?;
    let spec = StandingsSpec {
        metric: args.metric.clone(),
        higher_is_better: !args.lower_is_better,
        alpha: args.alpha,
        level: args.level,
        resamples: args.resamples,
        seed: Seed(args.seed),
        ratings: wanted(&args.ratings),
        benchmark: args.benchmark.as_deref().map(|name| column(&table, name)).transpose()?,
        minimum_windows: args.minimum_windows,
    };
    let matrix = matrix(table)?;
    let (windows, agents) = (matrix.windows().len(), matrix.agents().len());
    let working = Working::standings(spec.resamples, windows, agents, Verbosity::Normal);
    let found = standings(&matrix, &spec).map_err(refused)?;
    drop(working);
    let record = StandingsRecord::new(&found);
    output::result(&if args.json {
        record.to_json()?
    } else if args.csv {
        record.to_csv()
    } else {
        terminal::standings(&record, output::style())
    })?;
    Ok(Exit::Done)
}

/// Each system once, in the order given.
fn wanted(given: &[Systems]) -> Vec<RatingSystem> {
    let mut wanted: Vec<RatingSystem> = Vec::new();
    for system in given.iter().copied().flatten() {
        if !wanted.contains(system) {
            wanted.push(*system);
        }
    }
    wanted
}

/// The place of a column among the columns of numbers.
pub(super) fn column(table: &NumberTable, name: &str) -> Result<usize, Failure> {
    table.columns.iter().position(|column| column.name == name).ok_or_else(|| {
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let help = match crate::scenario::closest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its columns are {}", names.join(", ")),
        };
        Failure::plain(Exit::Usage, format!("the file has no column `{name}`"), help)
    })
}

fn matrix(table: NumberTable) -> Result<ScoreMatrix, Failure> {
    let windows =
        table.labels.unwrap_or_else(|| (1..=rows(&table.columns)).map(|row| row.to_string()).collect());
    let (agents, scores) = table.columns.into_iter().map(|column| (column.name, column.values)).unzip();
    ScoreMatrix::new(agents, windows, scores).map_err(refused)
}

fn rows(columns: &[crate::store::NamedColumn]) -> usize {
    columns.first().map_or(0, |column| column.values.len())
}

fn refused(error: StandingsError) -> Failure {
    Failure::plain(Exit::Usage, error, "give a row for each window and a column of scores for each agent")
}
