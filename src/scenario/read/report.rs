//! The `[report]` table.

use toml::Spanned;

use super::table::Table;
use crate::scenario::ReportSpec;
use crate::scenario::suggest;

/// Reads the table. `agents` are the names a benchmark may have, where they are known.
pub(super) fn read(table: &Table<'_>, agents: Option<&[&str]>) -> Option<ReportSpec> {
    let formats = table.value("formats");
    let benchmark = table.optional::<Spanned<String>>("benchmark");
    table.finish();
    let benchmark = benchmark?;
    if let (Some(name), Some(agents)) = (&benchmark, agents)
        && !agents.contains(&name.get_ref().as_str())
    {
        unknown_agent(table, name, agents);
        return None;
    }
    Some(ReportSpec { formats: formats?, benchmark: benchmark.map(Spanned::into_inner) })
}

fn unknown_agent(table: &Table<'_>, name: &Spanned<String>, agents: &[&str]) {
    table.problems.absent(
        name.span(),
        format!("unknown agent `{}` as benchmark", name.get_ref()),
        "no agent of this name".to_owned(),
        suggest::help(name.get_ref(), agents),
    );
}
