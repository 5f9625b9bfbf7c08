//! `tiltyard metrics`: the statistics of a series made elsewhere.

use super::args::{KindArg, MetricsArgs};
use super::{Exit, Failure, output};
use crate::metrics::{Missing, Relative, ReturnSeries, relative, series_metrics};
use crate::report::{SeriesReport, terminal};
use crate::scenario::MetricSpec;
use crate::tables::{ColumnKind, ReturnColumn};

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
        metrics: SeriesReport::named(series.total_return(), &series_metrics(&series, &spec), &against),
    })
}

fn series(column: &ReturnColumn, periods_per_year: f64) -> ReturnSeries {
    let series = match (&column.levels, &column.returns) {
        (None, Ok(returns)) => ReturnSeries::of_returns(returns.clone(), periods_per_year),
        (levels, _) => ReturnSeries::of_curve(levels.clone().unwrap_or_default(), periods_per_year),
    };
    match column.days() {
        Some(days) => series.lasting_days(days),
        None => series,
    }
}
