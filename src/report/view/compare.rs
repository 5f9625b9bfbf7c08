//! Several runs beside each other: what differs between them, one leaderboard, one chart.

use serde::Serialize;

use super::curves::DRAWN;
use super::{Charts, Curves, View, Window};
use crate::report::differences::{Difference, differences};
use crate::report::numbers::{count, range};
use crate::report::table::{Cell, Head, NONE, Table};
use crate::report::wording::{self, plural, some};
use crate::store::{StoreError, StoredRun};

/// Agents whose curves are drawn.
const CURVES: usize = 21;
/// Runs whose settings stand in columns of their own.
const SIDE_BY_SIDE: usize = 3;

/// Several runs as a page shows them.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Comparison {
    pub title: String,
    /// A row a run: what it is, and what it found.
    pub runs: Table,
    /// A row a setting that differs: its path, and what each run has.
    pub differ: Table,
    /// A row a run: its verdict, and that of its sweep.
    pub verdicts: Vec<(String, String)>,
    pub board: Table,
    pub notes: Vec<String>,
    #[serde(skip)]
    pub charts: Charts,
}

impl Comparison {
    /// Reads what the store holds of the runs.
    pub fn read(runs: &[StoredRun]) -> Result<Self, StoreError> {
        let views = runs.iter().map(View::read).collect::<Result<Vec<_>, _>>()?;
        let labels = labels(runs);
        Ok(Self {
            title: format!("{} compared", plural(runs.len(), "run")),
            runs: overview(runs, &views, &labels),
            differ: differing(&differences(runs), &labels),
            verdicts: verdicts(&views, &labels),
            board: board(&views, &labels),
            notes: notes(runs, &views, &labels),
            charts: charts(runs, views, &labels),
        })
    }
}

/// The scenario's name, with the run's id where two have the same.
fn labels(runs: &[StoredRun]) -> Vec<String> {
    let alike = |name: &str| runs.iter().filter(|run| run.run.scenario == name).count() > 1;
    let label = |run: &StoredRun| {
        let id: String = run.run.run_id.chars().take(6).collect();
        let name = &run.run.scenario;
        if alike(name) { format!("{name} {id}") } else { name.clone() }
    };
    runs.iter().map(label).collect()
}

/// A row a run.
fn overview(runs: &[StoredRun], views: &[View], labels: &[String]) -> Table {
    let mut columns = vec![Head::numbers("run")];
    columns.extend(["scenario", "id", "bars", "from", "to"].map(Head::words));
    columns.extend(["windows", "agents"].map(Head::numbers));
    columns.extend(["ranked by", "first"].map(Head::words));
    let row = |(index, (run, (view, label))): (usize, (&StoredRun, (&View, &String)))| {
        let (from, to) = range(&run.run.market.start, &run.run.market.end);
        let first: Vec<&str> =
            view.agents.iter().filter(|agent| agent.rank == Some(1)).map(|a| a.name.as_str()).collect();
        vec![
            Cell::words((index + 1).to_string()),
            Cell::words(label.as_str()),
            Cell::words(run.run.run_id.as_str()),
            Cell::words(run.run.market.interval.as_str()),
            Cell::words(from),
            Cell::words(to),
            Cell::words(count(run.run.windows.len())),
            Cell::words(count(run.run.agents.len())),
            Cell::words(wording::head(&run.run.ranking_metric)),
            Cell::words(some(&first)),
        ]
    };
    Table { columns, rows: runs.iter().zip(views.iter().zip(labels)).enumerate().map(row).collect() }
}

/// A column a run for a few; for more, one column with the runs of each value.
fn differing(all: &[Difference], labels: &[String]) -> Table {
    let mut columns = vec![Head::words("setting")];
    if labels.len() > SIDE_BY_SIDE {
        columns.push(Head::words("runs: value"));
        let row =
            |one: &Difference| vec![Cell::words(one.setting.as_str()), Cell::words(one.told("\u{2192}"))];
        return Table { columns, rows: all.iter().map(row).collect() };
    }
    columns.extend(
        labels.iter().enumerate().map(|(index, label)| Head::words(&format!("{}: {label}", index + 1))),
    );
    let row = |one: &Difference| {
        let values = one.values.iter().map(|value| Cell::words(value.as_deref().unwrap_or(NONE)));
        std::iter::once(Cell::words(one.setting.as_str())).chain(values).collect()
    };
    Table { columns, rows: all.iter().map(row).collect() }
}

fn verdicts(views: &[View], labels: &[String]) -> Vec<(String, String)> {
    let of = |(label, view): (&String, &View)| {
        let sweep = view.sweep.as_ref();
        let sweep = sweep.map(|sweep| (format!("{label}, sweep of {}", sweep.agent), sweep.verdict.clone()));
        std::iter::once((label.clone(), view.verdict.sentence.clone())).chain(sweep).collect::<Vec<_>>()
    };
    labels.iter().zip(views).flat_map(of).collect()
}

/// All agents of all runs, a column for the run; columns that some run lacks stay empty there.
fn board(views: &[View], labels: &[String]) -> Table {
    let mut heads: Vec<Head> = Vec::new();
    for head in views.iter().flat_map(|view| &view.board.table.columns) {
        if !heads.iter().any(|known| known.name == head.name) {
            heads.push(head.clone());
        }
    }
    let mut columns = vec![Head::words("run")];
    columns.extend(heads.iter().cloned());
    let mut rows = Vec::new();
    for (view, label) in views.iter().zip(labels) {
        let table = &view.board.table;
        let index_of = |head: &Head| table.columns.iter().position(|own| own.name == head.name);
        for row in &table.rows {
            let mut cells = vec![Cell::words(label.as_str())];
            let none = || Cell::words("");
            cells.extend(heads.iter().map(|head| index_of(head).map_or_else(none, |i| row[i].clone())));
            rows.push(cells);
        }
    }
    Table { columns, rows }
}

fn notes(runs: &[StoredRun], views: &[View], labels: &[String]) -> Vec<String> {
    let mut notes = Vec::new();
    let metrics: Vec<&str> = runs.iter().map(|run| run.run.ranking_metric.as_str()).collect();
    if metrics.iter().any(|metric| *metric != metrics[0]) {
        notes.push(
            "the runs are ranked by different metrics, so ranks of different runs are not comparable"
                .to_owned(),
        );
    }
    if runs.iter().any(|run| run.run.market.digest != runs[0].run.market.digest) {
        notes.push("the runs did not read the same bars".to_owned());
    }
    let agents: usize = views.iter().map(|view| view.agents.len()).sum();
    let drawn: usize = views.iter().map(|view| view.agents.len().min(drawn_each(views.len()))).sum();
    if drawn < agents {
        notes.push(format!(
            "the charts have the first {} of each run, {drawn} of {agents} in all",
            plural(drawn_each(views.len()), "agent")
        ));
    }
    for (view, label) in views.iter().zip(labels) {
        if view.charts.windows.len() > 1 && view.charts.curves.chained.is_none() {
            notes.push(format!("{label}: no chained curve, because its windows overlap"));
        }
        notes.extend(view.about.optimistic.iter().map(|text| format!("{label}: {text}")));
    }
    notes
}

/// How many agents of each run are drawn.
fn drawn_each(runs: usize) -> usize {
    (CURVES / runs.max(1)).max(1)
}

/// Index curves of the first agents of every run, in the order of the leaderboards.
fn charts(runs: &[StoredRun], views: Vec<View>, labels: &[String]) -> Charts {
    let each = drawn_each(runs.len());
    let mut agents = Vec::new();
    let mut lines = Vec::new();
    for (view, label) in views.into_iter().zip(labels) {
        let View { agents: order, charts, .. } = view;
        let curves = charts.curves.indexed();
        for agent in order.iter().take(each) {
            if let Some(curve) = curves.get(agent.index) {
                agents.push(format!("{label}: {}", agent.name));
                lines.push(curve.clone());
            }
        }
    }
    let whole = Window { number: 0, from: String::new(), to: String::new(), start: 0, end: 0 };
    Charts {
        quote: "index".to_owned(),
        agents,
        drawn: DRAWN,
        windows: vec![whole],
        curves: Curves {
            chained: Some(lines),
            single: None,
            windows: Vec::new(),
            sparks: Vec::new(),
            daily: Vec::new(),
        },
        prices: Vec::new(),
        trades: Vec::new(),
        returns: Vec::new(),
        ranks: Vec::new(),
        sweep: None,
        costs: None,
        benchmark: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RunWriter, fixture};

    #[test]
    fn two_runs_are_compared_side_by_side_with_their_differences() {
        let out = tempfile::tempdir().unwrap();
        let first =
            RunWriter::open(out.path(), fixture::run()).unwrap().finish(&fixture::tournament()).unwrap();
        let mut second = first.clone();
        second.run.seed = 8;
        second.run.run_id = "second".to_owned();
        let found = Comparison::read(&[first, second]).unwrap();
        let differ: Vec<&str> = found.differ.rows.iter().flatten().map(|cell| cell.text.as_str()).collect();
        assert_eq!(differ, ["seed", "7", "8"]);
        assert_eq!(found.board.rows.len(), 4);
        assert_eq!(
            found.board.rows[2][0].text, "first second",
            "runs of one scenario are told apart by their ids"
        );
        assert_eq!(found.charts.agents[2], "first second: trend, fast");
        assert_eq!(found.charts.curves.chained.as_ref().unwrap().len(), 4);
        assert_eq!(found.title, "2 runs compared");
    }
}
