//! Parses parts of a scenario on their own: a strategy, a risk profile, a file of agents for the registry.
//!
//! Uses the same code as for scenarios, so that whatever the registry accepts is valid in a scenario.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;

use super::agent_context::AgentContext;
use super::risk::{self as profiles, Profiles};
use super::strategy::{self, ReadStrategy};
use super::syntax;
use super::table::TableReader;
use crate::domain::{AgentName, Cash};
use crate::scenario::format::{DEFAULT_PROFILE, ONE_STRATEGY, RISKS, ROSTER, TableDoc, UNLIMITED_PROFILE};
use crate::scenario::problem::{Problem, ProblemSeverity, Problems};
use crate::scenario::{NoRegistry, RiskProfile, suggest};

/// Nothing is known of the scenario that the parts will be used in.
const NO_CONTEXT: AgentContext<'static> = AgentContext {
    symbols: None,
    instruments: None,
    interval: None,
    profiles: None,
    quote: None,
    zone: crate::domain::Zone::UTC,
    registry: &NoRegistry,
};

/// Parses a text with these keys; returns the result of `read` and all errors, sorted by span.
fn document<T>(source: &str, doc: &TableDoc, read: impl FnOnce(&TableReader<'_>) -> T) -> (T, Vec<Problem>) {
    let (parsed, errors) = DeTable::parse_recoverable(source);
    let problems = Problems::new(source);
    let root =
        TableReader::new("the top level".to_owned(), doc.keys, 0..0, Some(parsed.get_ref()), &problems);
    let value = read(&root);
    root.finish();
    syntax::report(&errors, &problems);
    let found = problems.into_sorted();
    (value, found.into_iter().filter(|problem| problem.severity == ProblemSeverity::Error).collect())
}

/// As [`document`], for a value after `key = `; spans are relative to the value's first byte.
fn value<T>(
    key: &str,
    text: &str,
    doc: &TableDoc,
    read: impl FnOnce(&TableReader<'_>) -> T,
) -> (T, Vec<Problem>) {
    let head = format!("{key} = ");
    let (value, problems) = document(&format!("{head}{text}"), doc, read);
    let shift = |at: usize| at.saturating_sub(head.len()).min(text.len());
    let shifted = |span: Range<usize>| shift(span.start)..shift(span.end);
    (value, problems.into_iter().map(|p| Problem { span: shifted(p.span.clone()), ..p }).collect())
}

/// Parses a strategy as written after `strategy = `, in the given surroundings.
pub(super) fn strategy_in(text: &str, context: &AgentContext<'_>) -> (Option<ReadStrategy>, Vec<Problem>) {
    value("strategy", text, &ONE_STRATEGY, |root| strategy::read(root, context))
}

/// All errors of a strategy that do not depend on the scenario.
pub(in crate::scenario) fn strategy(text: &str) -> Vec<Problem> {
    strategy_in(text, &NO_CONTEXT).1
}

/// Parses a risk profile as written after `NAME = `.
pub(super) fn risk_limits(name: &str, text: &str) -> (Option<RiskProfile>, Vec<Problem>) {
    let (profiles, problems) =
        value("risk.profile", text, &RISKS, |root| root.named("risk").map(profiles::read));
    let profile = profiles.and_then(|all| all.into_values().next()).and_then(|(profile, _)| profile);
    (profile.map(|profile| RiskProfile { name: name.to_owned(), ..profile }), problems)
}

/// The single profile of a file with one `[risk.NAME]` table.
pub(in crate::scenario) fn risk(source: &str) -> Result<String, Vec<Problem>> {
    let read = |root: &TableReader<'_>| {
        let named = root.named("risk")?;
        if named.is_empty() {
            root.missing("risk");
        }
        if let Some((second, _)) = named.get(1) {
            let message = format!("more than one risk profile: `{}`", second.get_ref());
            let help = "keep one `[risk.NAME]` in the file".to_owned();
            root.problems.error(second.span(), message, "a second profile".to_owned(), Some(help));
        }
        profiles::read(named).into_keys().next()
    };
    let (name, problems) = document(source, &RISKS, read);
    if problems.is_empty() { name.ok_or_else(Vec::new) } else { Err(problems) }
}

/// One agent of a roster file.
pub(in crate::scenario) struct ReadRoster {
    pub(in crate::scenario) name: AgentName,
    pub(in crate::scenario) description: String,
    pub(in crate::scenario) tags: Vec<String>,
    pub(in crate::scenario) color: Option<String>,
    pub(in crate::scenario) starting_balance: Cash,
    pub(in crate::scenario) risk: String,
}

/// Parses a roster file.
pub(in crate::scenario) fn roster(source: &str) -> Result<Vec<ReadRoster>, Vec<Problem>> {
    let read = |root: &TableReader<'_>| {
        let profiles = root.named("risk").map(profiles::read);
        let tables = root.tables("agents")?;
        let mut members: Option<Vec<ReadRoster>> = Some(Vec::new());
        let mut names = BTreeSet::new();
        for table in &tables {
            let member = member(table, profiles.as_ref(), &mut names);
            members = members.zip(member).map(|(mut members, member)| {
                members.push(member);
                members
            });
        }
        members
    };
    let (members, problems) = document(source, &ROSTER, read);
    match members {
        Some(members) if problems.is_empty() => Ok(members),
        _ => Err(problems),
    }
}

fn member(
    table: &TableReader<'_>,
    profiles: Option<&Profiles>,
    names: &mut BTreeSet<String>,
) -> Option<ReadRoster> {
    let name: Option<Spanned<AgentName>> = table.value("name");
    let description = table.value("description");
    let tags = table.value("tags");
    let color: Option<Option<Spanned<String>>> = table.optional("color");
    let starting_balance = table.value("starting_balance");
    let risk: Option<Spanned<String>> = table.value("risk");
    // Without a scenario the strategy cannot be built; this only collects its problems.
    let _ = strategy::read(table, &NO_CONTEXT);
    table.finish();
    if let Some(name) = &name {
        let folded = name.get_ref().as_str().to_lowercase();
        if !names.insert(folded) {
            let message = format!("duplicate agent name `{}`", name.get_ref());
            let help = "give each agent a unique name; case is ignored".to_owned();
            table.problems.error(
                name.span(),
                message,
                "an earlier agent has this name".to_owned(),
                Some(help),
            );
        }
    }
    if let Some(risk) = &risk {
        let own = profiles.into_iter().flatten().map(|(name, _)| name.as_str());
        let known: Vec<_> = [DEFAULT_PROFILE, UNLIMITED_PROFILE].into_iter().chain(own).collect();
        if profiles.is_some() && !known.contains(&risk.get_ref().as_str()) {
            let message = format!("unknown risk profile `{}`", risk.get_ref());
            let help = if table.problems.is_long() { None } else { suggest::help(risk.get_ref(), &known) };
            let help = help.or_else(|| Some("define it as a `[risk.NAME]` table".to_owned()));
            table.problems.error(risk.span(), message, "no such `[risk.*]`".to_owned(), help);
        }
    }
    if let Some(Some(color)) = &color
        && !is_color(color.get_ref())
    {
        let message = format!("`{}` is not a colour", color.get_ref());
        let help = "write it as `#rrggbb`, such as `#3366cc`".to_owned();
        table.problems.error(color.span(), message, "not a colour".to_owned(), Some(help));
    }
    Some(ReadRoster {
        name: name?.into_inner(),
        description: description?,
        tags: tags?,
        color: color?.map(Spanned::into_inner),
        starting_balance: starting_balance?,
        risk: risk?.into_inner(),
    })
}

/// Whether a text is a colour, `#rrggbb`.
pub(in crate::scenario) fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.chars().all(|c| c.is_ascii_hexdigit()))
}
