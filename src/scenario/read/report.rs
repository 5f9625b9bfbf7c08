//! The `[report]` table.

use toml::Spanned;

use super::table::TableReader;
use crate::domain::{AgentName, Symbol, SymbolId};
use crate::scenario::suggest;
use crate::scenario::{Benchmark, ReportSpec};

/// What a benchmark may name, as far as it is known.
pub(super) struct BenchmarkNames<'a> {
    /// The agents.
    pub(super) agents: Option<&'a [&'a str]>,
    /// The scenario's symbols.
    pub(super) symbols: Option<&'a [Symbol]>,
    /// Lists the symbols of the market's files, where they can be listed.
    pub(super) in_files: &'a dyn Fn() -> Option<Vec<String>>,
}

/// Parses the table.
pub(super) fn read(table: &TableReader<'_>, names: &BenchmarkNames<'_>) -> Option<ReportSpec> {
    let formats = table.value("formats");
    let name = table.optional::<Spanned<String>>("benchmark");
    let money = table.value("money");
    let equity = table.optional("equity");
    table.finish();
    let benchmark = match (name?, names.agents.zip(names.symbols)) {
        (None, _) => None,
        (Some(name), Some((agents, symbols))) => Some(match named(name.get_ref(), agents, symbols) {
            Some(benchmark) => benchmark,
            None => untraded(table, &name, agents, symbols, (names.in_files)())?,
        }),
        // The names are unknown because of another problem, which is already reported.
        (Some(_), None) => return None,
    };
    Some(ReportSpec { formats: formats?, benchmark, money: money?, equity: equity? })
}

/// An agent takes precedence over a symbol of the same name.
fn named(name: &str, agents: &[&str], symbols: &[Symbol]) -> Option<Benchmark> {
    if agents.contains(&name) {
        return AgentName::new(name).ok().map(Benchmark::Agent);
    }
    let index = symbols.iter().position(|symbol| symbol.as_str() == name)?;
    let id = SymbolId(u16::try_from(index).ok()?);
    Some(Benchmark::Symbol { id, name: name.to_owned() })
}

/// A symbol of the market's files alone; where these are not known, whether it is one is seen when it is loaded.
fn untraded(
    table: &TableReader<'_>,
    name: &Spanned<String>,
    agents: &[&str],
    symbols: &[Symbol],
    in_files: Option<Vec<String>>,
) -> Option<Benchmark> {
    let of_name = |known: &String| known.eq_ignore_ascii_case(name.get_ref());
    let repeat =
        |agent: &&str| agent.strip_prefix(name.get_ref().as_str()).is_some_and(|rest| rest.starts_with('.'));
    if in_files.as_ref().is_none_or(|all| all.iter().any(of_name))
        && !agents.iter().any(repeat)
        && let Ok(symbol) = Symbol::new(name.get_ref())
    {
        return Some(Benchmark::Untraded(symbol));
    }
    let others = in_files.unwrap_or_default();
    let mut known: Vec<&str> = agents.iter().copied().chain(symbols.iter().map(Symbol::as_str)).collect();
    known.extend(
        others.iter().map(String::as_str).filter(|other| symbols.iter().all(|one| one.as_str() != *other)),
    );
    table.problems.absent(
        name.span(),
        format!("unknown agent or symbol `{}` as benchmark", name.get_ref()),
        "neither an agent nor a symbol of the market's files has this name".to_owned(),
        suggest::help(name.get_ref(), &known)
            .or_else(|| Some("write the name of an agent or symbol".to_owned())),
    );
    None
}
