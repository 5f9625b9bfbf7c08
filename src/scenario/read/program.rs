//! Strategies that are programs: `process`, `recorded` and `wasm`.

use toml::Spanned;

use super::agent_context::AgentContext;
use super::condition::{self, WrittenCondition};
use super::table::TableReader;
use crate::domain::Interval;
use crate::scenario::{DecideSpec, ProcessSpec, RecordedSpec, WasmSpec, expr};

pub(super) fn recorded(table: &TableReader<'_>) -> Option<RecordedSpec> {
    let (run, agent) = (table.value("run"), table.optional("agent"));
    Some(RecordedSpec { run: run?, agent: agent? })
}

pub(super) fn process(table: &TableReader<'_>, context: &AgentContext<'_>) -> Option<ProcessSpec> {
    let decide = decide(table, context);
    let command = table.value("command");
    let (decision_ms, margin_ms) = (table.value("decision_ms"), table.value("margin_ms"));
    let (handshake_ms, window_ms) = (table.value("handshake_ms"), table.optional("window_ms"));
    let (on_timeout, env) = (table.value("on_timeout"), table.value("env"));
    let (network, processes) = (table.value("network"), table.value("processes"));
    let (memory_mb, cpu_s) = (table.value("memory_mb"), table.value("cpu_s"));
    let (isolation, optional) = (table.value("isolation"), table.value("optional"));
    Some(ProcessSpec {
        command: command?,
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
        optional: optional?,
    })
}

fn decide_at(table: &TableReader<'_>, context: &AgentContext<'_>) -> Option<DecideSpec> {
    let every = match table.optional::<Spanned<Interval>>("every")? {
        Some(written) => condition::multiple(written, context.interval, table.problems).map(Some),
        None => Some(None),
    };
    let bars = condition::Bars::of(context.interval, context);
    let on = match table.optional::<WrittenCondition>("on")? {
        Some(written) => condition::read_all(vec![written], &bars, table.problems)
            .map(|conditions| conditions.into_iter().next()),
        None => Some(None),
    };
    let on_fill = table.value("on_fill");
    table.finish();
    Some(DecideSpec { every: every?, on: on?, on_fill: on_fill? })
}

/// The `decide` table, where there is one.
fn decide(table: &TableReader<'_>, context: &AgentContext<'_>) -> Option<Option<DecideSpec>> {
    let is_written = table.has("decide");
    let within = table.table("decide")?;
    if is_written {
        return decide_at(&within, context).map(Some);
    }
    ["every", "on", "on_fill"].into_iter().for_each(|key| within.skip(key));
    Some(None)
}

pub(super) fn wasm(table: &TableReader<'_>, context: &AgentContext<'_>) -> Option<WasmSpec> {
    let decide = decide(table, context);
    let timeframe = match table.optional::<Spanned<Interval>>("timeframe")? {
        Some(written) => condition::multiple(written, context.interval, table.problems).map(Some),
        None => Some(None),
    };
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
                table.problems.error(text.span(), message, "not a multiple".to_owned(), None);
            }
            Err(errors) => {
                for error in errors {
                    let message = format!("`{}` is not an indicator: {error}", text.get_ref());
                    table.problems.error(text.span(), message, "no indicator".to_owned(), error.help);
                }
                return None;
            }
        }
    }
    Some(all)
}
