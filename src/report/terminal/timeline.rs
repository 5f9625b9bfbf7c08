//! A finished battle at one time, and at several.

use super::Style;
use super::grid::{Column, draw};
use super::header::{filled, paragraph};
use super::matrix::matrix;
use crate::domain::Metric;
use crate::metrics::Score;
use crate::report::numbers::{cash, instant, quantity, ratio};
use crate::store::RunRecord;
use crate::tournament::{AgentSnapshot, Snapshot, Timeline};

/// Agents that a table of times has a column for.
const SHOWN: usize = 6;

fn head(run: &RunRecord, timeline: &Timeline, at: &str, style: Style) -> String {
    let parts = [
        run.scenario.clone(),
        format!("run {}", run.run_id),
        format!("window {}", timeline.window),
        at.to_owned(),
        format!("ranked by {}", timeline.ranking_metric.as_str()),
    ];
    filled(&parts, style.separator(), style)
}

/// Equity, positions and ranks at one time.
pub fn snapshot(run: &RunRecord, timeline: &Timeline, snapshot: &Snapshot, style: Style) -> String {
    let agents = &snapshot.agents;
    let text = |make: fn(&AgentSnapshot) -> String| agents.iter().map(make);
    let score = agents.iter().map(|one| one.score.map_or_else(|| style.none().to_owned(), ratio));
    let held = agents.iter().map(|one| {
        let all: Vec<_> =
            one.positions.iter().map(|(symbol, held)| format!("{} {symbol}", quantity(*held))).collect();
        if all.is_empty() { style.none().to_owned() } else { all.join(", ") }
    });
    let mut columns = vec![
        Column::numbers("#", 0, text(|one| one.rank.to_string())),
        Column::words("agent", 0, text(|one| one.agent.clone())),
        Column::numbers("score", 0, score),
        Column::numbers("equity", 0, text(|one| cash(one.equity))),
        Column::metric(Metric::RoiPct, 1, style, agents.iter().map(|one| Score::of(one.roi_pct))),
        Column::numbers("cash", 2, text(|one| cash(one.cash))),
        Column::words("positions", 0, held),
    ];
    if agents.iter().any(|one| one.posted.is_some()) {
        let posted = agents.iter().map(|one| one.posted.map_or_else(|| style.none().to_owned(), cash));
        columns.push(Column::gains("postings", 1, posted));
    }
    let at = format!("at {}", instant(snapshot.at, false));
    format!("{}\n{}", head(run, timeline, &at, style), draw(columns, style).text)
}

/// Equity at several times, with the leader of each.
pub fn timeline(run: &RunRecord, timeline: &Timeline, moments: &[Snapshot], style: Style) -> String {
    let names: Vec<String> =
        moments.last().into_iter().flat_map(|last| &last.agents).map(|one| one.agent.clone()).collect();
    let shown = names.iter().take(SHOWN);
    let heads: Vec<String> =
        ["at (UTC)", "leader"].map(str::to_owned).into_iter().chain(shown.clone().cloned()).collect();
    let rows: Vec<Vec<String>> = moments
        .iter()
        .map(|snapshot| {
            let leader = snapshot.agents.first().map_or_else(String::new, |one| one.agent.clone());
            let of = |name: &String| snapshot.agents.iter().find(|one| one.agent == *name);
            let equity = shown.clone().map(|name| of(name).map_or_else(String::new, |one| cash(one.equity)));
            [instant(snapshot.at, false), leader].into_iter().chain(equity).collect()
        })
        .collect();
    let from = format!("{} to {}", instant(timeline.start, false), instant(timeline.end, false));
    let mut text = format!("{}\n{}", head(run, timeline, &from, style), matrix(&heads, &rows, style));
    if names.len() > SHOWN {
        let line = format!("showing the best {SHOWN} of {} agents; `--json` has all", names.len());
        text.push_str(&paragraph(&line, style));
    }
    text + &format!("\n{}", paragraph("`--at TIME` shows positions and ranks at one time", style))
}
