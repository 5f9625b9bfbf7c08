//! The `[sweep]` table: agent, parameters, values, search.
//!
//! Every value is checked against the description of the key that it is substituted into.

mod parameters;
mod range;
mod target;
mod template;

pub(in crate::scenario) use template::Template;

use toml::Spanned;
use toml::de::DeTable;

use super::agent::Agents;
use super::agent_context::AgentContext;
use super::battle::ReadBattle;
use super::condition;
use super::table::TableReader;
use crate::domain::grouped;
use crate::scenario::expr::NamedCondition;
use crate::scenario::suggest;
use crate::scenario::{AgentSpec, SearchKind, SweepSpec, SweptParameter, SweptValue, SweptValues, VenueSpec};

/// Minimum number of trials in a generation of CMA-ES.
const LEAST_GENERATION: u32 = 4;
/// Maximum number of combinations of a grid.
const MAX_GRID: u128 = 10_000_000;
/// Number of combinations that are checked while the file is parsed.
const CHECKED: usize = 2_000;

/// Parses the table; the inner `None` where it is not written, the outer if a problem was reported.
pub(super) fn read(
    document: &DeTable<'_>,
    root: &TableReader<'_>,
    agents: &Option<Agents>,
    venue: Option<&VenueSpec>,
    battle: &ReadBattle<'_>,
    context: &AgentContext<'_>,
) -> Option<Option<SweepSpec>> {
    let table = root.table("sweep");
    if !root.has("sweep") {
        return Some(None);
    }
    let table = table?;
    let agent: Option<Spanned<String>> = table.value("agent");
    let written = table.raw("parameters").and_then(|given| parameters::flatten(&given));
    let conditions: Option<Vec<Spanned<String>>> = table.value("where");
    let search: Option<SearchKind> = table.value("search");
    let trials = table.optional::<Spanned<u32>>("trials");
    let batch = table.optional::<Spanned<u32>>("batch");
    let objective = table.optional("objective");
    let reduction = table.optional::<Spanned<u32>>("reduction");
    table.finish();
    let agent = agent.as_ref().and_then(|name| find(&table, name, agents.as_ref()));
    let parameters =
        agent.zip(written).and_then(|(agent, written)| target::resolve(&table, document, agent, written));
    let (agent, parameters, search) = (agent?, parameters?, search?);
    let (trials, batch, reduction) = (trials?, batch?, reduction?);
    fits_search(&table, search, &parameters, trials.as_ref(), reduction.as_ref())?;
    let batch = read_batch(&table, search, parameters.len(), batch)?;
    let conditions = read_conditions(&table, conditions?, &parameters)?;
    let template = Template::new(table.problems.source(), agent, venue?, context, &parameters)?;
    let spec = SweepSpec {
        agent: agent.name.clone(),
        batch,
        parameters,
        conditions,
        search,
        trials: trials.map(Spanned::into_inner),
        reduction: reduction.map_or(3, Spanned::into_inner),
        objective: match objective? {
            Some(metric) => metric,
            None => battle.spec.as_ref()?.ranking_metric,
        },
        signals: None,
        template,
    };
    check_first_combinations(&table, &spec)?;
    Some(Some(spec))
}

fn find<'a>(
    table: &TableReader<'_>,
    name: &Spanned<String>,
    agents: Option<&'a Agents>,
) -> Option<&'a AgentSpec> {
    let agents = agents?;
    if let Some(found) =
        agents.specs.as_ref()?.iter().find(|agent| agent.name.as_str() == name.get_ref().as_str())
    {
        if found.registered.is_none() {
            return Some(found);
        }
        table.problems.error(
            name.span(),
            format!("the agent `{}` comes from the registry", name.get_ref()),
            "its parameters are not in this scenario".to_owned(),
            Some("sweep an agent with a `strategy` in the scenario".to_owned()),
        );
        return None;
    }
    table.problems.absent(
        name.span(),
        format!("unknown agent `{}` to sweep", name.get_ref()),
        "there is no agent with this name".to_owned(),
        suggest::help(name.get_ref(), &agents.names()?)
            .or_else(|| Some("write the name of an agent".to_owned())),
    );
    None
}

/// Reports settings that the search does not use, and those that it lacks.
fn fits_search(
    table: &TableReader<'_>,
    search: SearchKind,
    parameters: &[SweptParameter],
    trials: Option<&Spanned<u32>>,
    reduction: Option<&Spanned<u32>>,
) -> Option<()> {
    let problem = |span, message: String, label: &str, help: &str| {
        table.problems.error(span, message, label.to_owned(), Some(help.to_owned()));
        None
    };
    if let Some(reduction) = reduction.filter(|_| search != SearchKind::SuccessiveHalving) {
        let help = "remove it, or write `search = \"successive_halving\"`";
        let message = "`reduction` belongs to `search = \"successive_halving\"`".to_owned();
        return problem(reduction.span(), message, "not used by this search", help);
    }
    match (search, trials) {
        (SearchKind::Grid, Some(trials)) => {
            let help = "remove it, or choose another `search`, such as \"random\"";
            let message = "a grid evaluates every combination and takes no `trials`".to_owned();
            return problem(trials.span(), message, "not used by this search", help);
        }
        (SearchKind::Grid | SearchKind::SuccessiveHalving, _) => {}
        (_, None) => {
            let help = "add `trials = ..`: the number of combinations to evaluate";
            let message = "this search needs a number of `trials`".to_owned();
            return problem(table.span("search"), message, "number of trials is required", help);
        }
        _ => {}
    }
    let unlisted = |parameter: &&SweptParameter| matches!(parameter.values, SweptValues::Continuous { .. });
    let whole_grid = search == SearchKind::Grid || trials.is_none();
    if let Some(parameter) = parameters.iter().find(unlisted).filter(|_| whole_grid) {
        let help = "add `step`, or `points` to a log range, or search with a number of `trials`";
        let message = format!("`{}` is continuous, which a grid cannot enumerate", parameter.path);
        let span = parameter.spans.first().cloned().unwrap_or_else(|| table.header());
        return problem(span, message, "no `step` or `points`", help);
    }
    let combinations = |product: u128, parameter: &SweptParameter| match &parameter.values {
        SweptValues::Listed(values) => product.saturating_mul(values.len() as u128),
        SweptValues::Continuous { .. } => product,
    };
    let total = parameters.iter().fold(1, combinations);
    if whole_grid && total > MAX_GRID {
        let help = "use fewer values, larger steps, or `search = \"random\"` with a number of `trials`";
        let message = format!(
            "the grid has {} combinations; at most {} can be enumerated",
            grouped(&total.to_string()),
            grouped(&MAX_GRID.to_string())
        );
        return problem(table.span("parameters"), message, "too many combinations", help);
    }
    let word = |parameter: &&SweptParameter| match &parameter.values {
        SweptValues::Listed(values) => values.iter().any(|value| matches!(value, SweptValue::Word(_))),
        SweptValues::Continuous { .. } => false,
    };
    if let Some(parameter) = parameters.iter().find(word).filter(|_| search == SearchKind::CmaEs) {
        let help = "sweep only numbers, or use `search = \"tpe\"`";
        let message = format!("`{}` is not numeric, and `cma_es` searches only numbers", parameter.path);
        let span = parameter.spans.first().cloned().unwrap_or_else(|| table.header());
        return problem(span, message, "not numbers", help);
    }
    Some(())
}

/// The batch size as written, or the search's default.
fn read_batch(
    table: &TableReader<'_>,
    search: SearchKind,
    parameters: usize,
    written: Option<Spanned<u32>>,
) -> Option<u32> {
    let Some(batch) = written else { return Some(default_batch(search, parameters)) };
    if search == SearchKind::CmaEs && *batch.get_ref() < LEAST_GENERATION {
        let message = format!("a generation of `cma_es` has at least {LEAST_GENERATION} trials");
        let help = format!("write {LEAST_GENERATION} or more, or remove `batch`");
        table.problems.error(batch.span(), message, "too small".to_owned(), Some(help));
        return None;
    }
    Some(batch.into_inner())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
fn default_batch(search: SearchKind, parameters: usize) -> u32 {
    match search {
        SearchKind::Tpe => 16,
        // Hansen's default population size.
        SearchKind::CmaEs => 4 + (3.0 * libm::log(f64::from(parameters as u32))).floor() as u32,
        _ => 64,
    }
}

fn read_conditions(
    table: &TableReader<'_>,
    written: Vec<Spanned<String>>,
    parameters: &[SweptParameter],
) -> Option<Vec<NamedCondition>> {
    let names: Vec<&str> = parameters.iter().map(SweptParameter::key).collect();
    let read = written.into_iter().map(|text| {
        NamedCondition::parse(text.get_ref(), &names)
            .map_err(|error| condition::report(error, ("condition", &text), table.problems))
            .ok()
    });
    read.collect::<Vec<_>>().into_iter().collect()
}

/// Checks the first combinations: reports a sweep without any valid combination, and warns of combinations
/// that the agent cannot have.
fn check_first_combinations(table: &TableReader<'_>, spec: &SweepSpec) -> Option<()> {
    let lists: Option<Vec<&[SweptValue]>> = spec
        .parameters
        .iter()
        .map(|parameter| match &parameter.values {
            SweptValues::Listed(values) => Some(values.as_slice()),
            SweptValues::Continuous { .. } => None,
        })
        .collect();
    // Continuous values are checked when the sweep runs.
    let Some(lists) = lists else { return Some(()) };
    let total = lists.iter().fold(1_usize, |product, list| product.saturating_mul(list.len()));
    let combination = |number: usize| {
        let mut rest = number;
        let mut values: Vec<SweptValue> = lists
            .iter()
            .rev()
            .map(|list| {
                let value = list[rest % list.len()].clone();
                rest /= list.len();
                value
            })
            .collect();
        values.reverse();
        values
    };
    let allowed: Vec<Vec<SweptValue>> =
        (0..total.min(CHECKED)).map(combination).filter(|values| spec.allows(values)).collect();
    let outcomes = spec.setups(&allowed);
    let refused: Vec<_> =
        allowed.iter().zip(&outcomes).filter_map(|(v, o)| Some((v, o.as_ref().err()?))).collect();
    let span = table.span("parameters");
    if total <= CHECKED && refused.len() == outcomes.len() {
        let why = refused.first().and_then(|(_, problems)| problems.first());
        let label =
            why.map_or_else(|| "`where` excludes all combinations".to_owned(), |why| why.message.clone());
        let help = "use more values, or weaker conditions in `where`".to_owned();
        table.problems.error(span, "no combination of these values is valid".to_owned(), label, Some(help));
        return None;
    }
    if let Some((values, problems)) = refused.first() {
        let named: Vec<String> =
            spec.parameters.iter().zip(*values).map(|(p, value)| format!("{} = {value}", p.key())).collect();
        let why = problems.first().map_or("", |problem| problem.message.as_str());
        let of = if total > CHECKED { "the first " } else { "" };
        table.problems.warning(
            span,
            format!(
                "{} of {of}{} combinations are skipped, such as {}: {why}",
                refused.len(),
                outcomes.len(),
                named.join(", ")
            ),
            "not all combinations are valid".to_owned(),
            Some("exclude them explicitly, for example `where = [\"fast < slow\"]`".to_owned()),
        );
    }
    Some(())
}
