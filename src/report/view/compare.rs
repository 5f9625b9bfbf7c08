//! Several runs beside each other: what differs between them, one leaderboard, one chart.

use serde::Serialize;

use super::{Charts, Curves, View, Window};
use crate::report::table::{Cell, Head, Table};
use crate::report::wording::plural;
use crate::store::{StoreError, StoredRun};

/// Agents whose curves are drawn.
const CURVES: usize = 21;

/// Several runs as a page shows them.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Comparison {
    pub title: String,
    /// A row a fact, a column a run.
    pub facts: Table,
    /// Names of the facts that differ.
    pub differ: Vec<String>,
    /// A row a run: its verdict.
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
        let facts = facts(&views, &labels);
        Ok(Self {
            title: format!("{} compared", plural(runs.len(), "run")),
            differ: differing(&facts),
            facts,
            verdicts: labels.iter().cloned().zip(views.iter().map(|v| v.verdict.sentence.clone())).collect(),
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

fn facts(views: &[View], labels: &[String]) -> Table {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in views.iter().flat_map(|view| &view.about.facts) {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let value = |view: &View, wanted: &str| {
        let found = view.about.facts.iter().find(|(name, _)| *name == wanted);
        found.map_or_else(String::new, |(_, value)| value.clone())
    };
    let mut columns = vec![Head::words("")];
    columns.extend(labels.iter().map(|label| Head::words(label)));
    let row = |name: &&str| {
        let mut cells = vec![Cell::words(*name)];
        cells.extend(views.iter().map(|view| Cell::words(value(view, name))));
        cells
    };
    Table { columns, rows: names.iter().map(row).collect() }
}

fn differing(facts: &Table) -> Vec<String> {
    let differs = |row: &&Vec<Cell>| row[2..].iter().any(|cell| cell.text != row[1].text);
    facts.rows.iter().filter(differs).map(|row| row[0].text.clone()).collect()
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
    for (view, label) in views.iter().zip(labels) {
        if view.charts.windows.len() > 1 && view.charts.curves.chained.is_none() {
            notes.push(format!("{label}: no chained curve, because its windows overlap"));
        }
        notes.extend(view.about.optimistic.iter().map(|text| format!("{label}: {text}")));
    }
    notes
}

/// Index curves of the first agents of every run, in the order of the leaderboards.
fn charts(runs: &[StoredRun], views: Vec<View>, labels: &[String]) -> Charts {
    let each = (CURVES / runs.len()).max(1);
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
    let whole = Window { number: 0, from: String::new(), to: String::new() };
    Charts {
        quote: "index".to_owned(),
        agents,
        windows: vec![whole],
        curves: Curves { chained: Some(lines), single: None, windows: Vec::new(), sparks: Vec::new() },
        prices: Vec::new(),
        trades: Vec::new(),
        rolling: Vec::new(),
        sweep: None,
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
        assert_eq!(found.differ, ["seed"]);
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
