//! The `[[agents]]` tables.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;

use super::agent_context::AgentContext;
use super::registered::{self, AgentSource};
use super::risk::Profiles;
use super::sides;
use super::strategy::{self, ReadStrategy};
use super::table::TableReader;
use crate::domain::{AgentName, Bps};
use crate::scenario::format::{DEFAULT_PROFILE, UNLIMITED_PROFILE};
use crate::scenario::suggest;
use crate::scenario::{AgentSpec, RiskProfile, StrategyKind};

/// The parsed agents.
pub(super) struct Agents {
    /// All agents, if none had errors.
    pub(super) specs: Option<Vec<AgentSpec>>,
    names: Vec<Option<Spanned<AgentName>>>,
}

impl Agents {
    /// The agents' names, if all could be parsed.
    pub(super) fn names(&self) -> Option<Vec<&str>> {
        self.names.iter().map(|name| name.as_ref().map(|name| name.get_ref().as_str())).collect()
    }
}

/// Parses the tables, at least one.
pub(super) fn read_all(tables: &[TableReader<'_>], context: &AgentContext<'_>) -> Agents {
    let mut agents = Agents { specs: Some(Vec::new()), names: Vec::new() };
    let mut used = BTreeSet::new();
    let mut folded = BTreeMap::new();
    for (number, table) in tables.iter().enumerate() {
        let origin = registered::read(table, context);
        let name = origin.name(table);
        let unique = name.as_ref().is_none_or(|name| is_unique(table, name, &mut folded));
        let spec = read(table, &origin, name.as_ref(), context, &mut used).filter(|_| unique);
        let spec = spec.map(|spec| AgentSpec { table: number, ..spec });
        agents.specs = agents.specs.zip(spec).map(|(mut specs, spec)| {
            specs.push(spec);
            specs
        });
        agents.names.push(name);
    }
    if let (Some(table), Some(profiles)) = (tables.first(), context.profiles) {
        warn_unused(table, profiles, &used);
    }
    agents
}

/// Reports a name used by another agent. Names that differ only in case are equal, because they would share a
/// result folder on some file systems.
fn is_unique(
    table: &TableReader<'_>,
    name: &Spanned<AgentName>,
    before: &mut BTreeMap<String, Spanned<AgentName>>,
) -> bool {
    let folded = name.get_ref().as_str().to_lowercase();
    let Some(first) = before.get(&folded) else {
        before.insert(folded, name.clone());
        return true;
    };
    let line = table.problems.line(first.span().start);
    table.problems.error(
        name.span(),
        format!("duplicate agent name `{}`", name.get_ref()),
        format!("the agent on line {line} has the same name, `{}`", first.get_ref()),
        Some("give each agent a unique name; case is ignored".to_owned()),
    );
    false
}

/// Parses one table on its own.
pub(super) fn read_one(table: &TableReader<'_>, context: &AgentContext<'_>) -> Option<AgentSpec> {
    let origin = registered::read(table, context);
    let name = origin.name(table);
    read(table, &origin, name.as_ref(), context, &mut BTreeSet::new())
}

/// Parses one table whose name is already known.
fn read(
    table: &TableReader<'_>,
    origin: &AgentSource,
    name: Option<&Spanned<AgentName>>,
    context: &AgentContext<'_>,
    used: &mut BTreeSet<String>,
) -> Option<AgentSpec> {
    let description = origin.value(table, "description", |entry| entry.description.clone());
    let tags = origin.value(table, "tags", |entry| entry.tags.clone());
    let starting_balance = origin.value(table, "starting_balance", |entry| entry.starting_balance);
    let strategy = match origin.fallback_entry(table, "strategy") {
        Some(entry) => registered::strategy(table, entry, context),
        None if origin.is_missing() && !table.has("strategy") => {
            table.skip("strategy");
            None
        }
        None => strategy::read(table, context),
    };
    let risk = match origin.fallback_entry(table, "risk") {
        Some(entry) => registered::risk(table, entry),
        None => {
            let name: Option<Spanned<String>> = table.value("risk");
            let risk = name.as_ref().and_then(|name| risk(table, name, context, used));
            used.extend(name.map(Spanned::into_inner));
            risk
        }
    };
    let registered = origin.registered(table, context);
    table.finish();
    if let (Some(name), Some(strategy), Some(risk)) = (name, &strategy, &risk) {
        warn_refused(table, name.get_ref(), strategy, risk);
        sides::check(table, name.get_ref(), strategy, risk, context)?;
    }
    if registered.as_ref().is_some_and(|one| one.cash.is_some()) {
        sides::carried(table, context)?;
    }
    Some(AgentSpec {
        name: name?.get_ref().clone(),
        description: description?,
        tags: tags?,
        starting_balance: registered.as_ref()?.cash.or(starting_balance)?,
        risk: risk?,
        strategy: strategy?.spec,
        registered: registered?.registered,
        repeat_of: None,
        table: 0,
    })
}

/// Looks up a risk profile. An unknown one is reported only for the first agent that uses it.
fn risk(
    table: &TableReader<'_>,
    name: &Spanned<String>,
    context: &AgentContext<'_>,
    used: &BTreeSet<String>,
) -> Option<RiskProfile> {
    match name.get_ref().as_str() {
        DEFAULT_PROFILE => return Some(RiskProfile::standard()),
        UNLIMITED_PROFILE => return Some(RiskProfile::unlimited()),
        _ => {}
    }
    let profiles = context.profiles?;
    if let Some((profile, _)) = profiles.get(name.get_ref()) {
        return profile.clone();
    }
    if used.contains(name.get_ref()) {
        return None;
    }
    let own = profiles.keys().map(String::as_str);
    let mut known: Vec<_> = [DEFAULT_PROFILE, UNLIMITED_PROFILE].into_iter().chain(own).collect();
    known.dedup();
    table.problems.absent(
        name.span(),
        format!("unknown risk profile `{}`", name.get_ref()),
        "no such `[risk.*]`".to_owned(),
        if table.problems.is_long() { None } else { suggest::help(name.get_ref(), &known) }
            .or_else(|| Some("define it as a `[risk.NAME]` table".to_owned())),
    );
    None
}

/// Warns of entries that exceed the agent's own limits.
fn warn_refused(table: &TableReader<'_>, name: &AgentName, strategy: &ReadStrategy, risk: &RiskProfile) {
    let entry = strategy.spec.size.to_f64() / f64::from(strategy.parts);
    let over = |limit: Option<Bps>| limit.map(Bps::to_f64).filter(|limit| entry > *limit);
    let limits = [
        ("max_order_size_pct", over(risk.max_order_size)),
        ("max_position_size_pct", over(risk.max_position_size)),
    ];
    let passed: Vec<_> = limits
        .iter()
        .filter_map(|(key, limit)| limit.map(|limit| format!("`{key}` = {}", limit / 100.0)))
        .collect();
    if passed.is_empty() || risk.size_to_limit || strategy.spec.kind == StrategyKind::Cash {
        return;
    }
    let percent = (entry * 100.0).round() / 10_000.0;
    let message = format!(
        "every entry of agent `{name}` will be refused: {percent} % of the equity is more than {} of its risk \
         profile `{}`",
        passed.join(" and "),
        risk.name
    );
    let help = "use a smaller size, `risk = \"unlimited\"`, or a `[risk.*]` with a higher limit".to_owned();
    table.problems.warning(strategy.size_span.clone(), message, "above the limit".to_owned(), Some(help));
}

/// Warns of profiles that no agent uses.
fn warn_unused(table: &TableReader<'_>, profiles: &Profiles, used: &BTreeSet<String>) {
    for (name, (_, header)) in profiles {
        if !used.contains(name) {
            let header: Range<usize> = header.clone();
            table.problems.warning(
                header,
                format!("the risk profile `{name}` is not used"),
                "no agent refers to it".to_owned(),
                Some(format!("set `risk = \"{name}\"` for an agent, or remove the table")),
            );
        }
    }
}
