//! Two sweeps side by side: what they chose, what that is worth, and how trials of the same values did in both.

use super::Style;
use super::grid::{Column, draw};
use super::header::paragraph;
use super::sweep::named;
use crate::report::numbers::{count, ratio};
use crate::report::wording::{self, plural, winner_score};
use crate::statistics::evidence::spearman;
use crate::store::SelectionRecord;
use crate::store::sweep::StoredSweep;

/// Trials that both sweeps have.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Comparison {
    /// How many trials have the same values of the same parameters.
    pub common: usize,
    /// Rank correlation of their scores (Spearman); `None` under three, or where all are equal.
    pub correlation: Option<f64>,
    /// The second sweep's rank of the first one's winner.
    pub first_in_second: Option<u32>,
    /// The first sweep's rank of the second one's winner.
    pub second_in_first: Option<u32>,
}

/// What two sweeps have in common.
pub fn compare(first: &StoredSweep, second: &StoredSweep) -> Comparison {
    let pairs: Vec<(usize, usize)> = if same_parameters(first, second) {
        (0..first.rows())
            .filter_map(|row| {
                let there = (0..second.rows()).find(|&other| key(first, row) == key(second, other))?;
                Some((row, there))
            })
            .collect()
    } else {
        Vec::new()
    };
    let scores: Vec<(f64, f64)> =
        pairs.iter().filter_map(|&(a, b)| Some((score(first, a)?, score(second, b)?))).collect();
    let ranked = |of: &StoredSweep,
                  here: fn(&(usize, usize)) -> usize,
                  there: fn(&(usize, usize)) -> usize,
                  other: &StoredSweep| {
        let winner = of.record.winner.as_ref()?.trial as usize;
        let pair = pairs.iter().find(|pair| here(pair) == winner)?;
        number(other, "rank", there(pair)).map(|rank| rank as u32)
    };
    Comparison {
        common: pairs.len(),
        correlation: spearman(&scores),
        first_in_second: ranked(first, |pair| pair.0, |pair| pair.1, second),
        second_in_first: ranked(second, |pair| pair.1, |pair| pair.0, first),
    }
}

fn same_parameters(first: &StoredSweep, second: &StoredSweep) -> bool {
    let paths = |sweep: &StoredSweep| {
        let mut paths: Vec<String> =
            sweep.record.parameters.iter().map(|parameter| parameter.path.clone()).collect();
        paths.sort();
        paths
    };
    paths(first) == paths(second)
}

/// A trial's values in the order of the parameters' names.
fn key(sweep: &StoredSweep, row: usize) -> Vec<&str> {
    let mut parameters = sweep.parameters();
    parameters.sort_by(|a, b| a.name.cmp(&b.name));
    parameters.iter().map(|column| column.texts[row].as_str()).collect()
}

fn score(sweep: &StoredSweep, row: usize) -> Option<f64> {
    sweep.column("score")?.score(row).value()
}

fn number(sweep: &StoredSweep, column: &str, row: usize) -> Option<f64> {
    sweep.column(column)?.numbers[row]
}

/// The two sweeps as a table, and what they have in common.
pub fn sweep_compare(first: &StoredSweep, second: &StoredSweep, style: Style) -> String {
    let facts = facts(first, style).into_iter().zip(facts(second, style));
    let rows: Vec<(&str, String, String)> =
        facts.map(|((name, first), (_, second))| (name, first, second)).collect();
    let columns = vec![
        Column::words("", 0, rows.iter().map(|row| row.0.to_owned())),
        Column::words("first", 0, rows.iter().map(|row| row.1.clone())),
        Column::words("second", 0, rows.iter().map(|row| row.2.clone())),
    ];
    let mut text = draw(columns, style).text + "\n";
    text.push_str(&paragraph(&common(&compare(first, second)), style));
    text
}

fn facts(sweep: &StoredSweep, style: Style) -> Vec<(&'static str, String)> {
    let record = &sweep.record;
    let none = || style.none().to_owned();
    let evidence = |of: fn(&SelectionRecord) -> Option<f64>| {
        record.evidence.as_ref().and_then(of).map_or_else(none, |value| format!("{value:.3}"))
    };
    let winner = record.winner.as_ref();
    vec![
        ("scenario", record.scenario.clone()),
        ("run", record.run_id.clone()),
        ("swept", format!("{}, {}", record.agent, record.search)),
        ("trials", count(record.trials.tried)),
        ("windows", count(record.windows)),
        ("winner", winner.map_or_else(none, |winner| named(record, &winner.values))),
        (
            "its score",
            winner.map_or_else(none, |winner| {
                format!("{} {}", wording::head(&record.objective), winner_score(winner))
            }),
        ),
        ("deflated Sharpe", evidence(|evidence| evidence.dsr)),
        ("PBO", evidence(|evidence| evidence.pbo)),
        ("SPA p", evidence(|evidence| evidence.spa.as_ref().map(|spa| spa.p_value))),
        (
            "out of sample",
            record
                .validation
                .as_ref()
                .map_or_else(none, |found| style.score(found.known_out_of_sample(), ratio)),
        ),
        (
            "verdict",
            record.evidence.as_ref().map_or_else(none, |evidence| verdict(evidence.defensible).to_owned()),
        ),
    ]
}

const fn verdict(defensible: bool) -> &'static str {
    if defensible { "defensible" } else { "not distinguishable from selection luck" }
}

fn common(found: &Comparison) -> String {
    if found.common == 0 {
        return "the two sweeps have no trials in common".to_owned();
    }
    let mut text = format!("{} in common", plural(found.common, "trial"));
    if let Some(correlation) = found.correlation {
        text.push_str(&format!(", with a rank correlation of their scores of {}", ratio(correlation)));
    }
    if let Some(rank) = found.first_in_second {
        text.push_str(&format!("; the winner of the first has rank {rank} in the second"));
    }
    if let Some(rank) = found.second_in_first {
        text.push_str(&format!("; the winner of the second has rank {rank} in the first"));
    }
    text
}
