//! `tiltyard sweep`: what stored sweeps hold.

use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::super::args::StoreArgs;
use super::super::{Exit, Failure, output};
use crate::domain::Metric;
use crate::report::terminal;
use crate::store::find_run;
use crate::store::sweep::{ResultColumn, StoredSweep};

/// The commands about sweeps.
#[derive(Debug, Subcommand)]
pub enum SweepCommand {
    /// List the best trials of a sweep, and the evidence for the winner.
    Top(TopArgs),
    /// Compare two sweeps side by side.
    Compare(CompareArgs),
    /// Show a metric over two parameters.
    Heatmap(HeatmapArgs),
}

/// Arguments of `sweep top`.
#[derive(Debug, Args)]
pub struct TopArgs {
    /// A run id or a prefix of it, a scenario name (its latest run), or a run folder.
    pub run: String,
    /// Metric to sort by [default: the sweep's objective].
    #[arg(long, value_name = "METRIC", default_value = "score", hide_default_value = true)]
    pub by: String,
    /// Maximum number of trials.
    #[arg(short, value_name = "N", default_value_t = 10)]
    pub n: usize,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `sweep compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The first run.
    pub first: String,
    /// The second run.
    pub second: String,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `sweep heatmap`.
#[derive(Debug, Args)]
pub struct HeatmapArgs {
    /// A run id or a prefix of it, a scenario name (its latest run), or a run folder.
    pub run: String,
    /// Parameter of the columns.
    #[arg(long, value_name = "PARAMETER")]
    pub x: String,
    /// Parameter of the rows.
    #[arg(long, value_name = "PARAMETER")]
    pub y: String,
    /// Metric of the cells; the largest value if several trials share a cell [default: the sweep's objective].
    #[arg(long, value_name = "METRIC", default_value = "score", hide_default_value = true)]
    pub metric: String,
    /// Store and output form.
    #[command(flatten)]
    pub store: StoreArgs,
}

impl SweepCommand {
    /// Carries it out.
    ///
    /// # Errors
    /// Where there is no such run, it has no sweep, or a name is none of its columns.
    pub fn run(&self) -> Result<Exit, Failure> {
        let text = match self {
            Self::Top(args) => top(args)?,
            Self::Compare(args) => compare(args)?,
            Self::Heatmap(args) => heatmap(args)?,
        };
        output::result(&text)?;
        Ok(Exit::Done)
    }
}

fn load(out: &Path, run: &str) -> Result<StoredSweep, Failure> {
    Ok(StoredSweep::load(&find_run(out, run)?)?)
}

fn top(args: &TopArgs) -> Result<String, Failure> {
    let sweep = load(&args.store.out, &args.run)?;
    let key = metric(&sweep, &args.by)?;
    if args.store.json {
        let rows = terminal::top_rows(&sweep, &key, args.n);
        let trials: Vec<Value> = rows.into_iter().map(|row| trial(&sweep, row)).collect();
        let by = if key == "score" { &sweep.record.objective } else { &key };
        return Ok(format!(
            "{:#}\n",
            json!({ "run_id": sweep.record.run_id, "by": by, "trials": trials, "sweep": sweep.record })
        ));
    }
    let style = output::style();
    let text = terminal::sweep_top(&sweep, &key, args.n, style);
    Ok(format!("{text}\n{}", terminal::sweep_outcome(&sweep, style)))
}

/// A row of the results by column.
fn trial(sweep: &StoredSweep, row: usize) -> Value {
    let cell = |column: &ResultColumn| match (column.numbers[row], column.texts[row].as_str()) {
        (_, "") => Value::Null,
        (None, text) => json!(text),
        // Booleans and whole numbers read back as what they are.
        (Some(number), text) => serde_json::from_str(text).unwrap_or_else(|_| json!(number)),
    };
    let fields: Map<String, Value> =
        sweep.columns.iter().map(|column| (column.name.clone(), cell(column))).collect();
    Value::Object(fields)
}

fn compare(args: &CompareArgs) -> Result<String, Failure> {
    let (first, second) = (load(&args.store.out, &args.first)?, load(&args.store.out, &args.second)?);
    if args.store.json {
        let common = terminal::compare(&first, &second);
        let text = json!({ "first": first.record, "second": second.record, "comparison": common });
        return Ok(format!("{text:#}\n"));
    }
    Ok(terminal::sweep_compare(&first, &second, output::style()))
}

fn heatmap(args: &HeatmapArgs) -> Result<String, Failure> {
    let sweep = load(&args.store.out, &args.run)?;
    let (x, y) = (parameter(&sweep, &args.x)?, parameter(&sweep, &args.y)?);
    let key = metric(&sweep, &args.metric)?;
    if x == y {
        return Err(Failure::plain(
            Exit::Usage,
            format!("`{}` cannot be both --x and --y", args.x),
            format!("its parameters are {}", known(&sweep)),
        ));
    }
    let named = if key == "score" { &sweep.record.objective } else { &key };
    let Some(mut map) = terminal::heat(&sweep, &x, &y, &key) else {
        return Err(Failure::plain(Exit::RunFailed, "the results lack a column", "run the scenario again"));
    };
    map.metric.clone_from(named);
    if args.store.json {
        return Ok(format!("{:#}\n", json!(map)));
    }
    Ok(terminal::heatmap(&map, output::style()))
}

/// The column of a parameter by its path or the last part of it.
fn parameter(sweep: &StoredSweep, name: &str) -> Result<String, Failure> {
    let found = sweep
        .parameters()
        .into_iter()
        .find(|column| column.name == name || column.name.rsplit('.').next() == Some(name));
    found.map(|column| column.name.clone()).ok_or_else(|| {
        Failure::plain(
            Exit::Usage,
            format!("run `{}` did not sweep `{name}`", sweep.record.run_id),
            format!("its parameters are {}", known(sweep)),
        )
    })
}

fn known(sweep: &StoredSweep) -> String {
    let names = sweep.parameters().into_iter().filter_map(|column| column.name.rsplit('.').next());
    names.collect::<Vec<_>>().join(", ")
}

/// The column that a metric's name means: its key, or another name in use for it.
fn metric(sweep: &StoredSweep, name: &str) -> Result<String, Failure> {
    let metrics = sweep.metrics();
    let key = Metric::named(name).map(Metric::key).filter(|_| !metrics.contains(&name));
    let wanted = key.unwrap_or(name);
    if metrics.contains(&wanted) {
        return Ok(wanted.to_owned());
    }
    let help = match crate::scenario::closest(name, metrics.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: {}", metrics.join(", ")),
    };
    Err(Failure::plain(Exit::Usage, format!("`{name}` is not a metric of a sweep"), help))
}
