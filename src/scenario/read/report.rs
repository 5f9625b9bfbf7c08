//! The `[report]` table.

use toml::Spanned;

use super::table::TableReader;
use crate::domain::{AgentName, Symbol, SymbolId};
use crate::scenario::suggest;
use crate::scenario::{Benchmark, ReportSpec};

/// Parses the table. `agents` and `symbols` are the allowed benchmark names, if both are known.
pub(super) fn read(
    table: &TableReader<'_>,
    agents: Option<&[&str]>,
    symbols: Option<&[Symbol]>,
) -> Option<ReportSpec> {
    let formats = table.value("formats");
    let name = table.optional::<Spanned<String>>("benchmark");
    let equity = table.optional("equity");
    table.finish();
    let benchmark = match (name?, agents.zip(symbols)) {
        (None, _) => None,
        (Some(name), Some((agents, symbols))) => match named(name.get_ref(), agents, symbols) {
            Some(benchmark) => Some(benchmark),
            None => {
                unknown(table, &name, agents, symbols);
                return None;
            }
        },
        // The names are unknown because of another problem, which is already reported.
        (Some(_), None) => return None,
    };
    Some(ReportSpec { formats: formats?, benchmark, equity: equity? })
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

fn unknown(table: &TableReader<'_>, name: &Spanned<String>, agents: &[&str], symbols: &[Symbol]) {
    let known: Vec<&str> = agents.iter().copied().chain(symbols.iter().map(Symbol::as_str)).collect();
    table.problems.absent(
        name.span(),
        format!("unknown agent or symbol `{}` as benchmark", name.get_ref()),
        "neither an agent nor a symbol has this name".to_owned(),
        suggest::help(name.get_ref(), &known)
            .or_else(|| Some("write the name of an agent or symbol".to_owned())),
    );
}
