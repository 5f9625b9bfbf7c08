//! `tiltyard rank`: standings of scores made elsewhere.

use std::path::PathBuf;

use super::progress::{Verbosity, Working};
use super::{Exit, Failure, output};
use crate::domain::Seed;
use crate::metrics::Score;
use crate::report::terminal;
use crate::store::StandingsRecord;
use crate::tables::NumberTable;
use crate::tournament::standings::{
    Fold, RatingSystem, ScoreMatrix, StandingsError, StandingsSpec, standings,
};

const EXAMPLES: &str = "\
Examples:
  tiltyard rank scores.csv                           who leads, and whether the lead is significant
  tiltyard rank drawdowns.parquet --lower-is-better  the smallest mean wins
  tiltyard rank scores.csv --benchmark hold --json   tests against an agent, everything as JSON
  tiltyard rank reports/NAME/RUN/scores.csv          the window scores of a stored run

The file has one row per window and one column per agent; the first column may hold labels. If
the label column is called `agent`, as in the scores.csv of a run, the file has one row per agent.
If neither that name nor numbered or dated labels identify the rows, --rows is required. An empty
field is a missing score. Two agents are compared only in windows in which both have a score. `inf`
is a score above all numbers.";

/// Arguments of `rank`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", Exit::help_of(&[Exit::Done, Exit::Usage])))]
pub struct RankArgs {
    /// The scores (CSV or Parquet).
    file: PathBuf,
    /// Print everything as JSON.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print the table as CSV.
    #[arg(long)]
    csv: bool,
    /// With --csv: put a ' before text that a spreadsheet would take for a formula.
    #[arg(long, requires = "csv")]
    spreadsheet: bool,
    /// What the rows are [default: windows, or agents if the label column is called `agent`].
    #[arg(long, value_name = "WHAT", value_enum)]
    rows: Option<Rows>,
    /// How an agent's window scores are combined.
    #[arg(long, value_name = "HOW", value_enum, default_value_t = Aggregate::Mean)]
    aggregate: Aggregate,
    /// A smaller score is better.
    #[arg(long)]
    lower_is_better: bool,
    /// Name of the metric, for the verdict.
    #[arg(long, value_name = "NAME", default_value = "score")]
    metric: String,
    /// Significance level: the probability of calling a winner among equal agents.
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = share)]
    alpha: f64,
    /// Confidence level of the intervals of scores, ranks and ratings.
    #[arg(long, value_name = "SHARE", default_value_t = 0.95, value_parser = share)]
    level: f64,
    /// Rating systems: bradley_terry, plackett_luce, elo, glicko2, trueskill, weng_lin, or all.
    #[arg(long, value_name = "SYSTEM,..", value_delimiter = ',', default_value = "bradley_terry", value_parser = systems)]
    ratings: Vec<Systems>,
    /// Benchmark agent that the others are tested against (SPA, StepM).
    #[arg(long, value_name = "AGENT")]
    benchmark: Option<String>,
    /// Number of bootstrap resamples of the windows.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = resamples)]
    resamples: usize,
    /// Seed of the resampling.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Minimum number of windows for a comparison of two agents.
    #[arg(long, value_name = "N", default_value_t = 20)]
    minimum_windows: usize,
}

/// What the rows of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Rows {
    /// One row per window, one column per agent.
    Windows,
    /// One row per agent, one column per window.
    Agents,
}

/// How the scores of several windows become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Aggregate {
    /// Mean of the scores.
    Mean,
    /// Median of the scores.
    Median,
}

/// One system, or all of them.
type Systems = &'static [RatingSystem];

/// A share over 0 and under 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if value > 0.0 && value < 1.0 { Ok(value) } else { Err("must be above 0 and below 1".to_owned()) }
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
    let index = RatingSystem::ALL.iter().position(|system| system.as_str() == text);
    index.map(|index| &RatingSystem::ALL[index..=index]).ok_or_else(|| {
        let names: Vec<&str> = RatingSystem::ALL.iter().map(|system| system.as_str()).collect();
        format!("unknown rating system; known: {}, all", names.join(", "))
    })
}

/// Ranks the agents of a file.
///
/// # Errors
/// Where the file holds no scores, or has no such column.
pub fn rank(args: &RankArgs) -> Result<Exit, Failure> {
    let matrix = matrix(NumberTable::read_scores(&args.file)?, args)?;
    let spec = StandingsSpec {
        metric: args.metric.clone(),
        higher_is_better: !args.lower_is_better,
        alpha: args.alpha,
        level: args.level,
        resamples: args.resamples,
        seed: Seed(args.seed),
        ratings: wanted(&args.ratings),
        benchmark: args.benchmark.as_deref().map(|name| agent(matrix.agents(), name)).transpose()?,
        minimum_windows: args.minimum_windows,
    };
    let (windows, agents) = (matrix.windows().len(), matrix.agents().len());
    let working = Working::standings(spec.resamples, windows, agents, Verbosity::Normal);
    let found = standings(&matrix, &spec).map_err(refused)?;
    drop(working);
    let record = StandingsRecord::new(&found);
    output::result(&if args.json {
        record.to_json()?
    } else if args.csv {
        output::csv(&record.to_csv(), args.spreadsheet)
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

/// Index of a column among the columns of numbers.
pub(super) fn column(table: &NumberTable, name: &str) -> Result<usize, Failure> {
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    index_of(&names, name, "column")
}

/// Index of an agent.
fn agent(agents: &[String], name: &str) -> Result<usize, Failure> {
    index_of(&agents.iter().map(String::as_str).collect::<Vec<&str>>(), name, "agent")
}

fn index_of(names: &[&str], name: &str, what: &str) -> Result<usize, Failure> {
    names.iter().position(|known| *known == name).ok_or_else(|| {
        let help = match crate::scenario::closest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its {what}s are {}", names.join(", ")),
        };
        Failure::plain(Exit::Usage, format!("the file has no {what} `{name}`"), help)
    })
}

/// The table as scores of agents over windows, transposed if its rows are agents.
fn matrix(table: NumberTable, args: &RankArgs) -> Result<ScoreMatrix, Failure> {
    let rows = args.rows.map_or_else(|| rows_of(&table), Ok)?;
    let count = table.rows();
    let labels = table.labels.unwrap_or_else(|| (1..=count).map(|row| row.to_string()).collect());
    let (names, columns): (Vec<String>, Vec<Vec<Score>>) = table
        .columns
        .into_iter()
        .map(|column| (column.name, column.values.into_iter().map(Score::from).collect()))
        .unzip();
    let (agents, windows, scores) = match rows {
        Rows::Windows => (names, labels, columns),
        Rows::Agents => {
            let row = |row: usize| columns.iter().map(|column| column[row]).collect();
            (labels, names, (0..count).map(row).collect())
        }
    };
    check_names(&agents)?;
    let fold = match args.aggregate {
        Aggregate::Mean => Fold::Mean,
        Aggregate::Median => Fold::Median,
    };
    ScoreMatrix::new(agents, windows, scores, fold).map_err(refused)
}

/// What the rows of a table are: by the name of its label column, else by which of rows and columns are numbered like
/// windows. Otherwise the user must say.
fn rows_of(table: &NumberTable) -> Result<Rows, Failure> {
    let label = table.label_name.as_deref().map(str::to_lowercase);
    if label.as_deref().is_some_and(|name| AGENTS.contains(&name)) {
        return Ok(Rows::Agents);
    }
    let heads: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let across = table.has_header && are_windows(&heads);
    let Some(labels) = &table.labels else { return Ok(Rows::Windows) };
    let down = are_windows(&labels.iter().map(String::as_str).collect::<Vec<&str>>());
    // A column of labels with a name of its own (`window`, `date`) labels windows.
    let unnamed = label.is_none_or(|name| name.is_empty() || name == "unnamed: 0");
    if down || (!across && !unnamed) {
        return Ok(Rows::Windows);
    }
    Err(Failure::plain(
        Exit::Usage,
        format!(
            "the columns are called `{}`, .. and the rows `{}`, ..: it is unclear which are the agents",
            heads[0], labels[0]
        ),
        "add --rows agents or --rows windows, or call the first column `agent` or `window`",
    ))
}

/// Names of a label column whose rows are agents.
const AGENTS: [&str; 2] = ["agent", "agents"];

/// Whether names are numbers, times, or one word with numbers: `w0`, `w1`; `window_1`, `window_2`.
fn are_windows(names: &[&str]) -> bool {
    let stem = |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit()).to_lowercase();
    let first = names.first().map(|name| stem(name));
    let counted = |name: &&str| name.ends_with(|c: char| c.is_ascii_digit()) && Some(stem(name)) == first;
    let known = first.as_deref().map(|stem| stem.trim_end_matches([' ', '_', '-', '.']));
    let is_of_windows = known.is_some_and(|stem| WINDOWS.contains(&stem));
    names.iter().all(|name| is_number_or_time(name)) || (is_of_windows && names.iter().all(counted))
}

/// Words before the numbers of windows.
const WINDOWS: [&str; 10] =
    ["w", "win", "window", "period", "fold", "split", "battle", "day", "week", "month"];

fn is_number_or_time(text: &str) -> bool {
    text.parse::<f64>().is_ok() || text.parse::<crate::domain::Timestamp>().is_ok()
}

/// Two agents of one name would be ambiguous in the output.
fn check_names(agents: &[String]) -> Result<(), Failure> {
    let mut seen = std::collections::BTreeSet::new();
    match agents.iter().find(|name| name.is_empty() || !seen.insert(name.as_str())) {
        Some(name) if name.is_empty() => {
            let help = "give every agent a name";
            Err(Failure::plain(Exit::Usage, "an agent of the file has no name", help))
        }
        Some(name) => {
            let help = "give every agent a unique name";
            Err(Failure::plain(Exit::Usage, format!("the file has two agents with the name `{name}`"), help))
        }
        None => Ok(()),
    }
}

fn refused(error: StandingsError) -> Failure {
    let help = match error {
        StandingsError::OppositeInfinities { .. } => "add --aggregate median, or remove the infinite scores",
        _ => "the file needs one row per window and one column of scores per agent",
    };
    Failure::plain(Exit::Usage, error, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_recognised_by_their_numbers() {
        for names in
            [&["0", "1"][..], &["2024-01-01T00:00:00Z"], &["w0", "w1", "w10"], &["Window 1", "window 2"]]
        {
            assert!(are_windows(names), "{names:?}");
        }
        for names in [&["hold", "trend"][..], &["w0", "trend"], &["sma20", "sma50"], &["a0", "a1"]] {
            assert!(!are_windows(names), "{names:?}");
        }
    }
}
