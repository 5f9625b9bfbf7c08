//! What was run: the facts at the top of every page.

use serde::Serialize;

use crate::report::numbers::{count, range};
use crate::report::settings;
use crate::report::table::{Cell, Head, Table};
use crate::report::wording::{self, symbols};
use crate::store::{FindingRecord, RunRecord, StoredRun};

/// What was run.
#[derive(Debug, Serialize)]
pub(in crate::report) struct About {
    pub scenario: String,
    pub description: String,
    pub run_id: String,
    /// Name and value, in order.
    pub facts: Vec<(&'static str, String)>,
    /// Settings that flatter the results.
    pub optimistic: Option<String>,
    /// What else a reader should know.
    pub flags: Vec<String>,
    /// What the data check noticed.
    pub findings: Table,
    /// How many of them are more than information.
    pub grave: usize,
    /// What the symbols are, their trading rules and their bars; empty for a run of an older version.
    pub instruments: Table,
    /// How many symbols there are.
    pub symbols: usize,
    /// Risk profiles with their limits; empty for a run of an older version.
    pub profiles: Table,
    /// Who took part, with the parameters that were in force.
    pub entrants: Table,
}

pub(super) fn about(stored: &StoredRun) -> About {
    let run = &stored.run;
    About {
        scenario: run.scenario.clone(),
        description: run.description.clone(),
        run_id: run.run_id.clone(),
        facts: facts(run),
        optimistic: wording::optimistic(run),
        flags: wording::flags(run),
        findings: findings(&run.market.findings),
        grave: run.market.findings.iter().filter(|one| one.severity != "info").count(),
        instruments: instruments(run),
        symbols: run.market.symbols.len(),
        profiles: profiles(run),
        entrants: entrants(run),
    }
}

fn actions(run: &RunRecord) -> String {
    let Some(actions) = &run.market.actions else { return "none applied".to_owned() };
    if actions.symbols.is_empty() {
        return "in the bars, as the scenario says".to_owned();
    }
    let of = |one: &crate::store::SymbolActions| {
        let splits = one.splits.iter().map(|split| format!("split {split}"));
        let dividends = crate::domain::counted(one.dividends as u64, "dividend");
        format!("{}: {}", one.symbol, splits.chain([dividends]).collect::<Vec<_>>().join(", "))
    };
    actions.symbols.iter().map(of).collect::<Vec<_>>().join("; ")
}

fn facts(run: &RunRecord) -> Vec<(&'static str, String)> {
    let (from, to) = range(&run.market.start, &run.market.end);
    let market = &run.market;
    let digest: String = market.digest.chars().take(12).collect();
    let mut facts = vec![
        ("symbols", format!("{} in {}", symbols(&market.symbols), market.quote_asset)),
        ("bars", format!("{}, {from} to {to}", market.interval)),
        (
            "windows",
            format!("{}, ranked by {}", count(run.windows.len()), wording::head(&run.ranking_metric)),
        ),
        ("costs", wording::costs(&run.costs)),
        ("fills", fills(run)),
        ("gaps, history", format!("gaps {}, indicators start {}", market.gaps, history(&market.warm_up))),
        ("corporate actions", actions(run)),
        ("seed", run.seed.to_string()),
        ("market", format!("BLAKE3 {digest}…")),
        ("metrics", metrics(run)),
        ("versions", format!("tiltyard {}, semantics {}", run.tiltyard_version, run.semantics_version)),
        ("run identity", run.identity.clone()),
    ];
    let days: crate::domain::DayStart = market.day.parse().unwrap_or_default();
    if !days.is_utc() {
        facts.insert(2, ("trading days", format!("begin at {days}")));
    }
    if let Some(benchmark) = &run.benchmark {
        facts.insert(3, ("benchmark", benchmark.clone()));
    }
    if !market.gaps.is_empty() && market.gaps == "keep" && market.warm_up == "before" {
        facts.retain(|(name, _)| *name != "gaps, history");
    }
    facts
}

/// Conventions of the metrics; rates in percent a year.
fn metrics(run: &RunRecord) -> String {
    let percent = |rate: f64| crate::report::numbers::ratio(rate * 100.0);
    let profile = if run.metrics_profile.is_empty() { "tiltyard" } else { run.metrics_profile.as_str() };
    format!(
        "definitions of {profile}, risk-free rate {} %, minimum acceptable return {} %",
        percent(run.risk_free_rate),
        percent(run.minimum_acceptable_return)
    )
}

fn history(warm_up: &str) -> &'static str {
    if warm_up == "inside" { "inside each window" } else { "before each window" }
}

fn fills(run: &RunRecord) -> String {
    let costs = &run.costs;
    let mut parts = vec![format!("bars that reach both stop and target: {}", costs.intrabar)];
    if costs.limit_needs_through {
        parts.push("limit orders fill only if the price goes through the limit".to_owned());
    }
    if let Some(cap) = costs.participation_cap_pct {
        parts.push(format!("at most {cap} % of a bar's volume"));
    }
    if costs.close_at_end {
        parts.push("positions are sold at the end of a window".to_owned());
    }
    parts.join("; ")
}

fn findings(all: &[FindingRecord]) -> Table {
    let columns = vec![
        Head::words("symbol"),
        Head::words("finding"),
        Head::words("severity"),
        Head::numbers("times"),
        Head::words("what"),
    ];
    let row = |one: &FindingRecord| {
        let times = usize::try_from(one.count).unwrap_or(usize::MAX);
        vec![
            Cell::words(one.symbol.as_str()),
            Cell::words(one.kind.replace('_', " ")),
            Cell::words(one.severity.as_str()),
            Cell::words(count(times)),
            Cell::words(one.detail.as_str()),
        ]
    };
    Table { columns, rows: all.iter().map(row).collect() }
}

fn instruments(run: &RunRecord) -> Table {
    let columns = ["symbols", "kind", "trading rules", "bars"].map(Head::words).to_vec();
    let row = |group: settings::InstrumentGroup| {
        vec![
            Cell::words(group.symbols.join(", ")),
            Cell::words(group.kind),
            Cell::words(group.rules),
            Cell::words(group.bars),
        ]
    };
    Table { columns, rows: settings::instruments(run).into_iter().map(row).collect() }
}

fn profiles(run: &RunRecord) -> Table {
    let columns = ["risk profile", "limits"].map(Head::words).to_vec();
    let row = |(name, limits): (String, String)| vec![Cell::words(name), Cell::words(limits)];
    Table { columns, rows: settings::profiles(run).into_iter().map(row).collect() }
}

fn entrants(run: &RunRecord) -> Table {
    let mut columns = ["agent", "strategy", "risk profile", "tags", "about"].map(Head::words).to_vec();
    columns.insert(3, Head::numbers("starts with"));
    let rows = run.agents.iter().map(|agent| {
        vec![
            Cell::words(agent.name.as_str()),
            Cell::words(settings::strategy(agent, run)),
            Cell::words(agent.risk.as_str()),
            Cell::money(&agent.starting_balance, crate::report::numbers::money),
            Cell::words(agent.tags.join(", ")),
            Cell::words(agent.description.as_str()),
        ]
    });
    Table { columns, rows: rows.collect() }
}
