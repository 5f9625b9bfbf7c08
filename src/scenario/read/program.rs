//! Strategies that are programs: `process`, `recorded` and `wasm`, and what is said of the language model behind one.

use toml::Spanned;

use super::agent_context::AgentContext;
use super::condition::{self, WrittenCondition};
use super::table::TableReader;
use crate::domain::{Cash, Interval, Timestamp};
use crate::scenario::{
    BudgetSpec, DecideSpec, MaskSpec, ModelSpec, OnTimeout, ProcessSpec, RecordedSpec, Transport, WasmSpec,
    expr,
};

/// The keys of `recorded`.
pub(super) fn recorded(table: &TableReader<'_>) -> Option<RecordedSpec> {
    let (run, agent) = (table.value("run"), table.optional("agent"));
    Some(RecordedSpec { run: run?, agent: agent?, program: None })
}

/// The keys of `process`.
pub(super) fn process(table: &TableReader<'_>, context: &AgentContext<'_>) -> Option<ProcessSpec> {
    let decide = nested(table, "decide", |within| decide_at(within, context));
    let (command, transport) = command(table).unzip();
    let (decision_ms, margin_ms) = (table.value("decision_ms"), table.value("margin_ms"));
    let (handshake_ms, window_ms) = (table.value("handshake_ms"), table.optional("window_ms"));
    let (on_timeout, env) = (table.value("on_timeout"), table.value("env"));
    let (network, processes) = (table.value("network"), table.value("processes"));
    let (memory_mb, cpu_s) = (table.value("memory_mb"), table.value("cpu_s"));
    let (isolation, optional) = (table.value("isolation"), table.value("optional"));
    let (budget, currency) = (nested(table, "budget", budget), currency(table));
    let (model, mask) = (nested(table, "model", model), nested(table, "mask", mask));
    if let (Some(Transport::Http), Some(OnTimeout::Hold)) = (transport, on_timeout) {
        let message = "an agent that answers over HTTP cannot hold when its time is up".to_owned();
        let help = Some("remove `on_timeout`: who is silent forfeits".to_owned());
        table.problems.error(table.span("on_timeout"), message, "only over pipes".to_owned(), help);
        return None;
    }
    Some(ProcessSpec {
        command: command?,
        transport: transport?,
        decide: decide?,
        decision_ms: decision_ms?,
        margin_ms: margin_ms?,
        handshake_ms: handshake_ms?,
        window_ms: window_ms?,
        on_timeout: on_timeout?,
        env: env?,
        network: network?,
        processes: processes?,
        memory_mb: memory_mb?,
        cpu_s: cpu_s?,
        isolation: isolation?,
        currency: currency?,
        budget: budget?,
        model: model?,
        mask: mask?.unwrap_or_default(),
        optional: optional?,
    })
}

/// The command, or the transport that has none.
fn command(table: &TableReader<'_>) -> Option<(Vec<String>, Transport)> {
    let command: Option<Option<Vec<String>>> = table.optional("command");
    let transport: Option<Option<Transport>> = table.optional("transport");
    match (command?, transport?.unwrap_or_default()) {
        (Some(command), Transport::Pipes) => Some((command, Transport::Pipes)),
        (None, Transport::Http) => Some((Vec::new(), Transport::Http)),
        (None, Transport::Pipes) => {
            table.missing("command");
            None
        }
        (Some(_), Transport::Http) => {
            let message = "an agent that answers over HTTP has no `command`".to_owned();
            let help = Some("remove `command`, or `transport = \"http\"`".to_owned());
            table.problems.error(table.span("command"), message, "starts no program".to_owned(), help);
            None
        }
    }
}

/// The table under an optional key; the outer `None` if a problem was reported.
fn nested<T>(
    table: &TableReader<'_>,
    key: &'static str,
    read: impl FnOnce(&TableReader<'_>) -> Option<T>,
) -> Option<Option<T>> {
    if !table.has(key) {
        table.skip(key);
        return Some(None);
    }
    let within = table.table(key)?;
    let found = read(&within);
    within.finish();
    found.map(Some)
}

fn budget(table: &TableReader<'_>) -> Option<BudgetSpec> {
    let tokens: Option<Option<u64>> = table.optional("tokens");
    let cost: Option<Option<Cash>> = table.optional("cost");
    let (tokens, cost) = (tokens?, cost?);
    if tokens.is_none() && cost.is_none() {
        let message = "`budget` has no limit".to_owned();
        let help = "give `tokens`, `cost`, or both".to_owned();
        table.problems.error(table.header(), message, "limits nothing".to_owned(), Some(help));
        return None;
    }
    Some(BudgetSpec { tokens, cost })
}

fn currency(table: &TableReader<'_>) -> Option<String> {
    let text: String = table.value("currency")?;
    if (3..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Some(text);
    }
    let message = format!("`currency` = \"{text}\" is no currency code");
    let help = "write three to five capital letters, such as \"USD\"".to_owned();
    table.problems.error(table.span("currency"), message, "no currency code".to_owned(), Some(help));
    None
}

fn model(table: &TableReader<'_>) -> Option<ModelSpec> {
    let name: Option<String> = table.value("name");
    let training_cutoff: Option<Option<Timestamp>> = table.optional("training_cutoff");
    Some(ModelSpec { name: name?, training_cutoff: training_cutoff? })
}

fn mask(table: &TableReader<'_>) -> Option<MaskSpec> {
    let (symbols, dates, prices) = (table.value("symbols"), table.value("dates"), table.value("prices"));
    let context = table.value("context");
    Some(MaskSpec { symbols: symbols?, dates: dates?, prices: prices?, context: context? })
}

fn decide_at(table: &TableReader<'_>, context: &AgentContext<'_>) -> Option<DecideSpec> {
    let every = multiple(table, "every", context);
    let bars = condition::Bars::of(context.interval, context);
    let on = table.optional::<WrittenCondition>("on").and_then(|written| match written {
        Some(written) => condition::read_all(vec![written], &bars, table.problems)
            .map(|conditions| conditions.into_iter().next()),
        None => Some(None),
    });
    let on_fill = table.value("on_fill");
    Some(DecideSpec { every: every?, on: on?, on_fill: on_fill? })
}

/// An optional interval that is a multiple of the scenario's; the outer `None` if a problem was reported.
fn multiple(
    table: &TableReader<'_>,
    key: &'static str,
    context: &AgentContext<'_>,
) -> Option<Option<Interval>> {
    match table.optional::<Spanned<Interval>>(key)? {
        Some(written) => condition::multiple(written, context.interval, table.problems).map(Some),
        None => Some(None),
    }
}

/// The keys of `wasm`.
pub(super) fn wasm(table: &TableReader<'_>, context: &AgentContext<'_>) -> Option<WasmSpec> {
    let decide = nested(table, "decide", |within| decide_at(within, context));
    let timeframe = multiple(table, "timeframe", context);
    let (path, bars, memory_mb) = (table.value("path"), table.value("bars"), table.value("memory_mb"));
    let (decision_fuel, window_fuel) = (table.value("decision_fuel"), table.optional("window_fuel"));
    let indicators = indicators(table, context);
    Some(WasmSpec {
        path: path?,
        digest: None,
        decide: decide?,
        timeframe: timeframe?,
        bars: bars?,
        indicators: indicators?,
        decision_fuel: decision_fuel?,
        window_fuel: window_fuel?,
        memory_mb: memory_mb?,
    })
}

/// The texts of indicators, each of which is one.
fn indicators(table: &TableReader<'_>, context: &AgentContext<'_>) -> Option<Vec<String>> {
    let written: Vec<Spanned<String>> = table.value("indicators")?;
    let interval = context.interval?;
    let mut all = Vec::with_capacity(written.len());
    for text in written {
        match expr::parse_series(text.get_ref(), interval) {
            Ok(series) if series.timeframe.is_multiple_of(interval) => all.push(text.into_inner()),
            Ok(series) => {
                let message =
                    format!("`{}` is not a multiple of the scenario's interval {interval}", series.timeframe);
                let help = format!(
                    "write an indicator of {interval} bars or of a multiple, such as `sma(20)@{interval}`"
                );
                table.problems.error(text.span(), message, "not a multiple".to_owned(), Some(help));
            }
            Err(errors) => {
                for error in errors {
                    let message = format!("`{}` is not an indicator: {error}", text.get_ref());
                    let help = error.help.unwrap_or_else(|| condition::REFERENCE.to_owned());
                    table.problems.error(text.span(), message, "no indicator".to_owned(), Some(help));
                }
                return None;
            }
        }
    }
    Some(all)
}
