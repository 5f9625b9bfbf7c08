//! Parses the whole file.

use std::path::Path;

use toml::de::DeTable;

use super::agent;
use super::agent_context::AgentContext;
use super::table::TableReader;
use super::{
    battle, instruments, market, metrics, repeats, report, risk, sweep, syntax, tournament, validation, venue,
};
use crate::domain::Seed;
use crate::scenario::format::ROOT;
use crate::scenario::problem::{Problem, ProblemSeverity, Problems};
use crate::scenario::{ContextSpec, Outside, Scenario, StrategyKind, TournamentSpec};

impl Scenario {
    /// Parses and checks a scenario file. `base_dir` is its folder; relative paths are resolved against the
    /// working directory first, then against `base_dir`.
    ///
    /// Returns the scenario and its warnings, sorted by span.
    ///
    /// # Errors
    /// All errors of the file, sorted by span, without warnings.
    pub fn parse(source: &str, base_dir: &Path) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        Self::parse_with(source, base_dir, Outside::NOTHING)
    }

    /// As [`Scenario::parse`], with agents from a registry and symbols from a folder.
    ///
    /// # Errors
    /// As [`Scenario::parse`].
    pub fn parse_with(
        source: &str,
        base_dir: &Path,
        outside: Outside<'_>,
    ) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let (document, errors) = DeTable::parse_recoverable(source);
        let problems = Problems::new(source);
        let scenario = read(document.get_ref(), base_dir, outside, &problems);
        syntax::report(&errors, &problems);
        let failed = problems.any_error();
        let found = problems.into_sorted();
        match scenario {
            Some(scenario) if !failed => Ok((scenario, found)),
            _ => {
                Err(found.into_iter().filter(|problem| problem.severity == ProblemSeverity::Error).collect())
            }
        }
    }
}

fn read(
    document: &DeTable<'_>,
    base_dir: &Path,
    outside: Outside<'_>,
    problems: &Problems<'_>,
) -> Option<Scenario> {
    let root =
        TableReader::new("the top level of the file".to_owned(), ROOT.keys, 0..0, Some(document), problems);
    let head = root.table("scenario").and_then(|table| head(&table));
    let battle = root.table("battle").map(battle::read).unwrap_or_default();
    let market =
        root.table("market").map(|table| market::read(&table, &battle.bars, base_dir, outside.folder));
    let mut market = market.unwrap_or_default();
    let terms = instruments(&root, &mut market);
    battle.check_fit(&market, problems);
    let venue = root.table("venue").and_then(|table| venue::read(&table));
    // A misspelt table may define a name; references to names are then not reported as unknown.
    let complete = !root.has_unknown_keys();
    let profiles = root.named("risk").map(risk::read).filter(|_| complete);
    let surroundings = AgentContext {
        symbols: market.symbols.as_deref(),
        instruments: market.spec.as_ref().map(|spec| spec.instruments.as_slice()),
        interval: market.interval,
        profiles: profiles.as_ref(),
        quote: market.spec.as_ref().map(|spec| spec.quote_asset.as_str()),
        zone: market.spec.as_ref().map(|spec| spec.day.zone()).unwrap_or_default(),
        registry: outside.registry,
    };
    let tables = root.tables("agents");
    let agents = tables.as_ref().map(|tables| agent::read_all(tables, &surroundings));
    let context = context(&root);
    let sweep = sweep::read(document, &root, &agents, venue.as_ref(), &battle, &surroundings);
    let validation = validation::read(&root, battle.spec.as_ref());
    let metrics = root.table("metrics").and_then(|table| metrics::read(&table));
    let names = agents.as_ref().and_then(agent::Agents::names).filter(|_| complete);
    let specs = agents.as_ref().and_then(|agents| agents.specs.clone());
    let repeats = battle.spec.as_ref().map_or(1, |battle| battle.repeats);
    let entered =
        specs.and_then(|specs| repeats::entered(specs, repeats, &tables.unwrap_or_default(), problems));
    let repeated = entered.as_deref().and_then(repeats::names_if_any);
    let report = root
        .table("report")
        .and_then(|table| {
            let agents = repeated.as_deref().or(names.as_deref());
            let in_files = || outside.folder.symbols(&market.spec.as_ref()?.path, base_dir).ok();
            let names =
                report::BenchmarkNames { agents, symbols: market.symbols.as_deref(), in_files: &in_files };
            report::read(&table, &names)
        })
        .map(|report| report.named_as(market.spec.as_ref()));
    let tournament = tournament(&root, names.as_deref());
    root.finish();
    terms?;
    let head = head?;
    let scenario = Scenario {
        name: head.name,
        description: head.description,
        rematch_of: head.rematch_of,
        seed: Seed(head.seed),
        market: market.spec?,
        venue: venue?,
        agents: entered?,
        context: context?,
        battle: battle.spec?,
        tournament: tournament?,
        sweep: sweep?,
        validation: validation?,
        left_out: Vec::new(),
        metrics: metrics?,
        report: report?,
    };
    warn(&scenario, &root, problems);
    Some(scenario)
}

/// The `[instruments.*]` tables, into the market's instruments.
fn instruments(root: &TableReader<'_>, market: &mut market::ReadMarket) -> Option<()> {
    let tables = root.named("instruments")?;
    let (Some(spec), Some(symbols)) = (&mut market.spec, &market.symbols) else { return Some(()) };
    instruments::read(&tables, spec, symbols)
}

/// The `[[context]]` tables.
fn context(root: &TableReader<'_>) -> Option<Vec<ContextSpec>> {
    if !root.has("context") {
        root.skip("context");
        return Some(Vec::new());
    }
    let read = |table: TableReader<'_>| {
        let path = table.value("path");
        table.finish();
        Some(ContextSpec { path: path?, table: None })
    };
    root.tables("context")?.into_iter().map(read).collect()
}

/// The `[tournament]` table; the inner `None` where it is not written.
fn tournament(root: &TableReader<'_>, agents: Option<&[&str]>) -> Option<Option<TournamentSpec>> {
    let table = root.table("tournament")?;
    if root.has("tournament") { tournament::read(&table, agents).map(Some) } else { Some(None) }
}

/// The `[scenario]` table.
struct Head {
    name: String,
    seed: u64,
    description: String,
    rematch_of: Option<String>,
}

fn head(table: &TableReader<'_>) -> Option<Head> {
    let name = table.value("name");
    let seed = table.value("seed");
    let description = table.value("description");
    let rematch_of = table.optional("rematch_of");
    table.finish();
    Some(Head { name: name?, seed: seed?, description: description?, rematch_of: rematch_of? })
}

/// Warns about the scenario as a whole.
fn warn(scenario: &Scenario, root: &TableReader<'_>, problems: &Problems<'_>) {
    let first_agent = root.span("agents");
    if scenario.agents.iter().all(|agent| agent.strategy.kind == StrategyKind::Cash) {
        let help = "give an agent another strategy; `tiltyard strategies` lists them".to_owned();
        problems.warning(
            first_agent,
            "no agent trades".to_owned(),
            "every strategy here is `cash`".to_owned(),
            Some(help),
        );
    } else if scenario.agents.len() == 1 {
        let help = "add `[[agents]]`, such as one with `buy_and_hold`".to_owned();
        problems.warning(
            first_agent,
            "only one agent takes part".to_owned(),
            "it ranks first without a comparison".to_owned(),
            Some(help),
        );
    }
}
