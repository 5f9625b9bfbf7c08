//! What a whole tournament says: the table with its intervals, agent against agent, ratings with error bars.

use std::collections::HashMap;

use serde::Serialize;

use super::ranks::MATRIX;
use crate::report::numbers::{self, count, ratio};
use crate::report::table::{Cell, Head, NONE, Table};
use crate::report::wording::{self, rating_system};
use crate::store::{PairRecord, RatingRecord, StandingRecord, StandingsRecord, StoredRun};

/// Agents whose ratings are drawn, the best.
const RATED: usize = 200;
/// How an infinite score is shown.
const INFINITY: &str = "\u{221e}";

/// Standings as pages show them.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Standings {
    pub table: Table,
    pub notes: Vec<String>,
    /// Names of the agents of the matrix, the first of the table in its order.
    pub agents: Vec<String>,
    /// How many agents the matrix leaves out.
    pub agents_left_out: usize,
    /// By agent, then by opponent: share of windows in which it was better.
    pub pairs: Vec<Vec<Duel>>,
    pub ratings: Vec<Ratings>,
}

/// One cell of the matrix of pairs.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Duel {
    /// Percent; a sign that says that there is none.
    pub text: String,
    /// `good` above a half, `bad` below, else nothing.
    pub tone: &'static str,
    /// 0 at a half, 1 at all or nothing.
    pub heat: f64,
    /// What a pointer over it says.
    pub hint: String,
}

/// One rating system.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Ratings {
    pub system: String,
    /// Why there are none.
    pub reason: Option<String>,
    /// Rows, best first.
    pub rows: Vec<Rating>,
    /// How many agents have no row.
    pub left_out: usize,
}

/// One agent's rating.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Rating {
    pub agent: String,
    /// Index in the scenario: selects its colour.
    pub index: usize,
    pub rating: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// `1,532`, `1,480 to 1,590`.
    pub text: String,
    pub bar: String,
    /// Where the rating and the ends of its bar lie on the axis, percent of its length.
    pub at: [f64; 3],
}

/// Pairs by the names of both agents.
type Met<'r> = HashMap<(&'r str, &'r str), &'r PairRecord>;

pub(super) fn standings(stored: &StoredRun) -> Option<Standings> {
    let record = stored.standings.as_ref()?;
    let agents: Vec<String> = record.standings.iter().take(MATRIX).map(|row| row.agent.clone()).collect();
    let mut met: Met<'_> = HashMap::new();
    for pair in &record.pairs {
        met.insert((&pair.a, &pair.b), pair);
    }
    Some(Standings {
        table: table(record),
        notes: notes(record),
        pairs: agents.iter().map(|a| agents.iter().map(|b| duel(&met, a, b)).collect()).collect(),
        ratings: record
            .ratings
            .iter()
            .map(|system| ratings(stored, record, &system.system, system.reason.as_ref()))
            .collect(),
        agents_left_out: record.standings.len() - agents.len(),
        agents,
    })
}

fn table(record: &StandingsRecord) -> Table {
    let level = format!(
        "{} % interval",
        ratio(record.interval_level * 100.0).trim_end_matches('0').trim_end_matches('.')
    );
    let scored = wording::standings_head(record);
    let known = numbers::form(&record.metric);
    let form = |value: f64| known.as_ref().map_or_else(|| ratio(value), |form| form(value));
    let mut columns = vec![Head::numbers("#"), Head::words("agent")];
    columns.extend(
        [scored.as_str(), &level, "mean rank", "P(first) %", "won", "tied", "lost", "first places"]
            .map(Head::numbers),
    );
    Table { columns, rows: record.standings.iter().map(|one| row(one, &form)).collect() }
}

#[expect(clippy::cast_precision_loss, reason = "counts of windows, shown only")]
fn row(row: &StandingRecord, form: &impl Fn(f64) -> String) -> Vec<Cell> {
    let whole = |n: usize| Cell::number(Some(n as f64), |_| count(n));
    let interval = match (row.score_low, row.score_high) {
        (Some(low), Some(high)) => format!("{} to {}", form(low), form(high)),
        (Some(low), None) => format!("{} to {INFINITY}", form(low)),
        _ => NONE.to_owned(),
    };
    let score = match row.score_infinite.as_deref() {
        Some(text) if text.starts_with('-') => Cell::words(format!("-{INFINITY}")),
        Some(_) => Cell::words(INFINITY.to_owned()),
        None => Cell::number(row.score, form),
    };
    vec![
        whole(row.rank),
        Cell::words(row.agent.as_str()),
        score,
        Cell { value: row.score_low, ..Cell::words(interval) },
        Cell::number(row.mean_rank, ratio),
        Cell::number(Some(row.first_probability * 100.0), |share| format!("{share:.1}")),
        whole(row.wins),
        whole(row.ties),
        whole(row.losses),
        whole(row.first_places),
    ]
}

fn notes(record: &StandingsRecord) -> Vec<String> {
    let mut notes = vec![format!(
        "intervals, P(first) and error bars are from {} bootstrap resamples of whole windows, with a mean block length of {}",
        count(record.resamples),
        ratio(record.block_length)
    )];
    if let Some(test) = &record.friedman {
        notes.push(format!(
            "Friedman's test that all agents have the same mean rank: p = {}",
            p_value(test.p_value)
        ));
    }
    if let Some(benchmark) = &record.benchmark {
        if let Some(spa) = &benchmark.spa {
            notes.push(format!(
                "benchmark {}: the best agent is {}; SPA test that no agent beats the benchmark: p = {}",
                benchmark.agent,
                spa.best,
                p_value(spa.p_value)
            ));
        }
        match benchmark.superior.as_deref() {
            Some([]) => notes.push(format!("no agent beats {} significantly", benchmark.agent)),
            Some(better) => {
                notes.push(format!("significantly better than {}: {}", benchmark.agent, better.join(", ")))
            }
            None => {}
        }
    }
    notes.extend(
        record.not_ranked.iter().map(|agent| format!("not ranked: {}, {}", agent.agent, agent.reason)),
    );
    notes.extend(record.unconnected.clone());
    notes
}

fn p_value(p: f64) -> String {
    if p < 0.001 { "under 0.001".to_owned() } else { format!("{p:.3}") }
}

fn duel(met: &Met<'_>, agent: &str, other: &str) -> Duel {
    let pair = met.get(&(agent, other)).or_else(|| met.get(&(other, agent)));
    let found = pair.and_then(|pair| {
        let turned = pair.a != agent;
        let turn = |share: f64| if turned { 1.0 - share } else { share };
        Some((turn(pair.win_rate?), turn(pair.beats_probability), pair.p_holm))
    });
    let Some((share, beats, p)) = found else {
        let none = if agent == other { "" } else { NONE };
        return Duel { text: none.to_owned(), tone: "", heat: 0.0, hint: String::new() };
    };
    let tone = if share > 0.5 {
        "good"
    } else if share < 0.5 {
        "bad"
    } else {
        ""
    };
    let p = p.map_or_else(String::new, |p| format!("; test of the two records: p = {} (Holm)", p_value(p)));
    Duel {
        text: format!("{:.0}", share * 100.0),
        tone,
        heat: ((share - 0.5).abs() * 200.0).round() / 100.0,
        hint: format!(
            "{agent} beats {other} in {:.1} % of windows; probability to do better in another set of windows: {:.1} %{p}",
            share * 100.0,
            beats * 100.0
        ),
    }
}

fn ratings(stored: &StoredRun, record: &StandingsRecord, system: &str, reason: Option<&String>) -> Ratings {
    let rated = |row: &StandingRecord| Some((row.agent.clone(), row.ratings.get(system)?.clone()));
    let mut all: Vec<(String, RatingRecord)> = record.standings.iter().filter_map(rated).collect();
    all.sort_by(|a, b| b.1.rating.total_cmp(&a.1.rating));
    let ends = || all.iter().flat_map(|(_, r)| [Some(r.rating), r.low, r.high]).flatten();
    let (low, high) =
        ends().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let at =
        |value: f64| if high > low { ((value - low) / (high - low) * 1000.0).round() / 10.0 } else { 50.0 };
    let index_of =
        |agent: &str| stored.run.agents.iter().position(|one| one.name == agent).unwrap_or_default();
    let rows = all.iter().take(RATED).map(|(agent, r)| Rating {
        agent: agent.clone(),
        index: index_of(agent),
        rating: r.rating,
        low: r.low,
        high: r.high,
        text: points(r.rating),
        bar: match (r.low, r.high) {
            (Some(low), Some(high)) => format!("{} to {}", points(low), points(high)),
            _ => NONE.to_owned(),
        },
        at: [at(r.rating), at(r.low.unwrap_or(r.rating)), at(r.high.unwrap_or(r.rating))],
    });
    Ratings {
        system: rating_system(system).to_owned(),
        reason: reason.cloned(),
        rows: rows.collect(),
        left_out: all.len().saturating_sub(RATED),
    }
}

/// Whole points on the Elo scale, two places on smaller ones.
fn points(rating: f64) -> String {
    if rating.abs() >= 200.0 { numbers::grouped(&format!("{rating:.0}")) } else { ratio(rating) }
}
