//! Short positions and leverage of an agent: whether its instruments and its risk profile allow them.

use super::agent_context::AgentContext;
use super::strategy::ReadStrategy;
use super::table::TableReader;
use crate::domain::{AgentName, Bps, InitialMargin, Instrument};
use crate::scenario::{RiskProfile, StrategyKind, StrategySpec};

/// Checks that the agent's instruments and risk profile allow what its strategy does.
pub(super) fn check(
    table: &TableReader<'_>,
    name: &AgentName,
    strategy: &ReadStrategy,
    risk: &RiskProfile,
    context: &AgentContext<'_>,
) -> Option<()> {
    let Some(instruments) = context.instruments else { return Some(()) };
    let traded = || strategy.spec.symbols.iter().filter_map(|symbol| instruments.get(symbol.index()));
    let checks = [
        short(table, name, &strategy.spec, risk, traded().find(|one| one.margin.is_none())),
        size(table, strategy, risk, traded().find(|one| one.margin.is_none())),
        venue(table, risk, traded()),
    ];
    checks.into_iter().collect::<Option<Vec<()>>>().map(drop)
}

fn goes_short(spec: &StrategySpec) -> Option<&'static str> {
    match &spec.kind {
        StrategyKind::Rules(rules) if rules.short.is_some() => Some("enter_short_all"),
        _ if spec.entries.direction.goes_short() => Some("direction"),
        _ => None,
    }
}

/// Reports short positions in spot assets, or without permission.
fn short(
    table: &TableReader<'_>,
    name: &AgentName,
    spec: &StrategySpec,
    risk: &RiskProfile,
    spot: Option<&Instrument>,
) -> Option<()> {
    let Some(key) = goes_short(spec) else { return Some(()) };
    let fail = |message: String, label: &str, help: String| {
        table.problems.error(table.span("strategy"), message, label.to_owned(), Some(help));
        None
    };
    if let Some(spot) = spot {
        let symbol = &spot.source;
        return fail(
            format!("agent `{name}` goes short in `{symbol}`, a spot asset"),
            &format!("`{key}` opens short positions"),
            format!(
                "add `[instruments.{symbol}]` with `kind = \"margin\"` or `\"perpetual\"`, or remove `{key}`"
            ),
        );
    }
    if !risk.margin.allow_short {
        return fail(
            format!("agent `{name}` goes short, which its risk profile `{}` does not allow", risk.name),
            &format!("`{key}` opens short positions"),
            "use a `[risk.*]` with `allow_short = true`".to_owned(),
        );
    }
    Some(())
}

/// Reports a size beyond what the leverage allows.
fn size(
    table: &TableReader<'_>,
    strategy: &ReadStrategy,
    risk: &RiskProfile,
    spot: Option<&Instrument>,
) -> Option<()> {
    let size = strategy.spec.size;
    let percent = |share: Bps| share.to_f64() / 100.0;
    if size <= Bps::WHOLE {
        return Some(());
    }
    let (message, help) = match spot {
        Some(spot) => (
            format!(
                "`size_pct` = {} is more than the equity, and `{}` is a spot asset",
                percent(size),
                spot.source
            ),
            format!(
                "write at most 100, or add `[instruments.{}]` with `kind = \"margin\"` or `\"perpetual\"`",
                spot.source
            ),
        ),
        None if size > risk.margin.max_leverage => (
            format!(
                "`size_pct` = {} is more than 100 x the `max_leverage` of {} of risk profile `{}`",
                percent(size),
                percent(risk.margin.max_leverage) / 100.0,
                risk.name
            ),
            "use a smaller size, or a `[risk.*]` with a higher `max_leverage`".to_owned(),
        ),
        None => return Some(()),
    };
    let label = "more than the account can carry".to_owned();
    table.problems.error(strategy.size_span.clone(), message, label, Some(help));
    None
}

/// Reports a profile that allows more leverage than the venue of a perpetual.
fn venue<'i>(
    table: &TableReader<'_>,
    risk: &RiskProfile,
    mut traded: impl Iterator<Item = &'i Instrument>,
) -> Option<()> {
    let over = traded.find_map(|one| match one.margin.as_ref()?.initial {
        InitialMargin::Leverage(most) if risk.margin.max_leverage > most => Some((one, most)),
        _ => None,
    });
    let Some((instrument, most)) = over else { return Some(()) };
    let times = |leverage: Bps| leverage.to_f64() / 10_000.0;
    table.problems.error(
        table.span("risk"),
        format!(
            "`max_leverage` = {} of risk profile `{}` is above the {} that the venue of `{}` allows",
            times(risk.margin.max_leverage),
            risk.name,
            times(most),
            instrument.source
        ),
        "more leverage than the venue's".to_owned(),
        Some(format!("lower the profile's `max_leverage` to {}", times(most))),
    );
    None
}

/// Reports a wallet that lives on and would carry a position on margin.
pub(super) fn carried(table: &TableReader<'_>, context: &AgentContext<'_>) -> Option<()> {
    let on_margin = context.instruments?.iter().find(|one| one.margin.is_some());
    let Some(one) = on_margin else { return Some(()) };
    table.problems.error(
        table.span("wallet"),
        format!("an existing wallet cannot hold `{}`, an instrument on margin", one.source),
        "positions on margin end with their window".to_owned(),
        Some("write `wallet = \"fresh\"`, or use spot assets".to_owned()),
    );
    None
}
