//! How far the shards of runs are.

use super::Style;
use super::grid::{Column, draw};
use crate::domain::counted;
use crate::report::numbers::{instant, length};
use crate::store::outcomes::{JobsOf, OutcomeStatus, RunOutcomes, ShardOutcomes};

/// Each run with a table of its shards; `dest` is the place of the packs.
pub fn outcomes(status: &OutcomeStatus, dest: &str, style: Style) -> String {
    if status.runs.is_empty() {
        return format!("no packs of outcomes in `{dest}` yet\n");
    }
    status.runs.iter().map(|run| of_run(run, style)).collect::<Vec<_>>().join("\n")
}

fn of_run(run: &RunOutcomes, style: Style) -> String {
    let RunOutcomes { scenario, run: id, jobs, done, failed, missing, packs, shards, .. } = run;
    let of_scores = if run.jobs_of == JobsOf::Scores { ", scores alone" } else { "" };
    let mut text = format!(
        "{}: {done} of {} done, {failed} failed, {missing} missing; {}\n",
        style.bold(&format!("{scenario}, run {id}{of_scores}")),
        counted(*jobs, "job"),
        counted(*packs as u64, "pack")
    );
    if let (Some(rate), Some(left)) = (run.per_second, run.seconds_left) {
        text.push_str(&format!("{rate:.1} jobs per second, about {} left\n", length(left)));
    }
    text.push('\n');
    text.push_str(&draw(columns(shards, style), style).text);
    text
}

fn columns(shards: &[ShardOutcomes], style: Style) -> Vec<Column> {
    let text = |make: fn(&ShardOutcomes) -> String| shards.iter().map(make);
    let rates = shards.iter().map(|one| match one.per_second {
        Some(rate) => format!("{rate:.1}"),
        None => style.none().to_owned(),
    });
    vec![
        Column::words("shard", 0, text(|one| one.shard.clone())),
        Column::numbers("jobs", 0, text(|one| one.jobs.to_string())),
        Column::numbers("done", 0, text(|one| one.done.to_string())),
        Column::numbers("failed", 0, text(|one| one.failed.to_string())),
        Column::numbers("missing", 0, text(|one| one.missing.to_string())),
        Column::numbers("packs", 3, text(|one| one.packs.to_string())),
        Column::numbers("jobs/s", 2, rates),
        Column::words("last pack (UTC)", 1, text(|one| instant(one.published_at, false))),
        Column::words(
            "state",
            0,
            text(|one| if one.finished { "finished" } else { "not finished" }.to_owned()),
        ),
    ]
}
