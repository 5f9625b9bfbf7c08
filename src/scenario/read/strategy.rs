//! The `strategy` of an agent.

use std::ops::Range;
use std::path::PathBuf;

use toml::Spanned;

use super::agent_context::AgentContext;
use super::condition;
use super::table::TableReader;
use super::{entries, market, program, rules};
use crate::domain::{Bps, Interval, Symbol, SymbolId};
use crate::scenario::{Rebalance, SignalMode, SignalsSpec, StrategyKind, StrategySpec};

/// A parsed strategy, with what is needed to check its size.
pub(super) struct ReadStrategy {
    /// Strategy and its parameters.
    pub(super) spec: StrategySpec,
    /// Number of entries that its size is split over.
    pub(super) parts: u32,
    /// Span of the size, or of the strategy where the size is not written.
    pub(super) size_span: Range<usize>,
}

/// Keys of every kind but `cash`.
struct Common {
    symbols: Option<Vec<SymbolId>>,
    timeframe: Option<Interval>,
    size: Option<Bps>,
}

/// Parses the agent's strategy.
pub(super) fn read(agent: &TableReader<'_>, context: &AgentContext<'_>) -> Option<ReadStrategy> {
    let (kind, table) = agent.tagged("strategy")?;
    let mut common = match kind {
        "cash" => {
            Common { symbols: all_symbols(context), timeframe: context.interval, size: Some(Bps::ZERO) }
        }
        "process" | "recorded" | "wasm" => {
            Common { symbols: symbols(&table, context), timeframe: context.interval, size: Some(Bps::ZERO) }
        }
        "signals" => unsized_common(&table, context),
        _ => Common { size: table.value("size_pct"), ..unsized_common(&table, context) },
    };
    let entries = entries::entries(&table);
    if table.has("quantity") && entries.as_ref().is_some_and(|entries| entries.quantity.is_some()) {
        common.size = Some(Bps::ZERO);
    }
    let kind = read_kind(kind, &table, &common, context);
    if let Some(StrategyKind::Signals(spec)) = &kind {
        common.size = signal_size(&table, spec.mode);
    }
    table.finish();
    let spec = StrategySpec {
        kind: kind?,
        symbols: common.symbols?,
        timeframe: common.timeframe?,
        size: common.size?,
        entries: entries?,
    };
    let parts = match &spec.kind {
        StrategyKind::BuyAndHold => u32::try_from(spec.symbols.len()).unwrap_or(u32::MAX),
        StrategyKind::Momentum { top, .. } => *top,
        StrategyKind::Grid { levels, .. } => *levels,
        _ => 1,
    };
    Some(ReadStrategy { spec, parts, size_span: table.span("size_pct") })
}

fn read_kind(
    kind: &str,
    table: &TableReader<'_>,
    common: &Common,
    context: &AgentContext<'_>,
) -> Option<StrategyKind> {
    match kind {
        "cash" => Some(StrategyKind::Cash),
        "buy_and_hold" => Some(StrategyKind::BuyAndHold),
        "sma_cross" => fast_slow(table).map(|(fast, slow)| StrategyKind::SmaCross { fast, slow }),
        "ema_cross" => fast_slow(table).map(|(fast, slow)| StrategyKind::EmaCross { fast, slow }),
        "macd" => macd(table),
        "rsi_reversion" => rsi_reversion(table),
        "bollinger_reversion" => bollinger_reversion(table),
        "donchian_breakout" => donchian_breakout(table),
        "momentum" => momentum(table, common.symbols.as_deref()),
        "grid" => grid(table),
        "dca" => table.value("every").map(|every| StrategyKind::Dca { every }),
        "random" => random(table),
        "process" => program::process(table, context).map(StrategyKind::Process),
        "recorded" => program::recorded(table).map(StrategyKind::Recorded),
        "wasm" => program::wasm(table, context).map(StrategyKind::Wasm),
        "signals" => signals(table).map(StrategyKind::Signals),
        "rules" => {
            rules::read(table, common.timeframe, context).map(|rules| StrategyKind::Rules(Box::new(rules)))
        }
        _ => None,
    }
}

/// All but the size.
fn unsized_common(table: &TableReader<'_>, context: &AgentContext<'_>) -> Common {
    let timeframe = table.optional::<Spanned<Interval>>("timeframe").and_then(|written| match written {
        Some(written) => condition::multiple(written, context.interval, table.problems),
        None => context.interval,
    });
    Common { symbols: symbols(table, context), timeframe, size: None }
}

fn symbols(table: &TableReader<'_>, context: &AgentContext<'_>) -> Option<Vec<SymbolId>> {
    match table.optional::<Vec<Spanned<Symbol>>>("symbols")? {
        Some(written) => own_symbols(table, &written, context),
        None => all_symbols(context),
    }
}

fn all_symbols(context: &AgentContext<'_>) -> Option<Vec<SymbolId>> {
    let count = u16::try_from(context.symbols?.len()).ok()?;
    Some((0..count).map(SymbolId).collect())
}

fn own_symbols(
    table: &TableReader<'_>,
    written: &[Spanned<Symbol>],
    context: &AgentContext<'_>,
) -> Option<Vec<SymbolId>> {
    let known = context.symbols?;
    let mut ids = Vec::with_capacity(written.len());
    for symbol in written {
        match market::find(known, symbol.get_ref().as_str()) {
            Some(id) => ids.push(id),
            None => market::unknown_symbol(table, symbol.get_ref().as_str(), symbol.span(), known),
        }
    }
    (ids.len() == written.len()).then_some(ids)
}

/// Reports two contradictory parameters, at the first one that is written.
fn contradiction<T>(
    table: &TableReader<'_>,
    keys: [&str; 2],
    message: String,
    label: &str,
    help: &str,
) -> Option<T> {
    let key = if table.has(keys[0]) { keys[0] } else { keys[1] };
    table.problems.error(table.span(key), message, label.to_owned(), Some(help.to_owned()));
    None
}

fn fast_slow(table: &TableReader<'_>) -> Option<(u32, u32)> {
    let fast: Option<u32> = table.value("fast");
    let slow: Option<u32> = table.value("slow");
    let (fast, slow) = (fast?, slow?);
    if fast < slow {
        return Some((fast, slow));
    }
    let message = format!("`fast` = {fast} is not below `slow` = {slow}");
    let help = "the fast average must have fewer bars than the slow one";
    contradiction(table, ["fast", "slow"], message, "not below `slow`", help)
}

fn macd(table: &TableReader<'_>) -> Option<StrategyKind> {
    let lines = fast_slow(table);
    let signal = table.value("signal");
    let (fast, slow) = lines?;
    Some(StrategyKind::Macd { fast, slow, signal: signal? })
}

fn rsi_reversion(table: &TableReader<'_>) -> Option<StrategyKind> {
    let period = table.value("period");
    let entry_below: Option<f64> = table.value("entry_below");
    let exit_above: Option<f64> = table.value("exit_above");
    let (entry_below, exit_above) = (entry_below?, exit_above?);
    if entry_below > exit_above {
        let message = format!("`entry_below` = {entry_below} is above `exit_above` = {exit_above}");
        let help = "it would exit immediately after its entry";
        return contradiction(table, ["entry_below", "exit_above"], message, "above the exit", help);
    }
    Some(StrategyKind::RsiReversion { period: period?, entry_below, exit_above })
}

fn bollinger_reversion(table: &TableReader<'_>) -> Option<StrategyKind> {
    let period = table.value("period");
    let width: Option<f64> = table.value("width");
    let width = width?;
    let thousandths = width * 1_000.0;
    if (thousandths - thousandths.round()).abs() > 1e-6 || thousandths < 0.5 {
        let span = table.span("width");
        let text = table.problems.text(&span);
        let message = format!("`width` = {text} has more than three decimal places");
        let help = format!("write a number such as {:.3}", (thousandths.round() / 1_000.0).max(0.001));
        table.problems.error(span, message, "at most 3 decimal places".to_owned(), Some(help));
        return None;
    }
    Some(StrategyKind::BollingerReversion { period: period?, width })
}

fn donchian_breakout(table: &TableReader<'_>) -> Option<StrategyKind> {
    let entry = table.value("entry");
    let exit = table.value("exit");
    Some(StrategyKind::DonchianBreakout { entry: entry?, exit: exit? })
}

fn momentum(table: &TableReader<'_>, symbols: Option<&[SymbolId]>) -> Option<StrategyKind> {
    let lookback = table.value("lookback");
    let top: Option<u32> = table.value("top");
    let rebalance = table.value("rebalance");
    let top = top?;
    if let Some(symbols) = symbols
        && top as usize > symbols.len()
    {
        let message = format!("`top` = {top} is more than its {} symbols", symbols.len());
        let help = "use a smaller `top`, or more `symbols`";
        return contradiction(table, ["top", "symbols"], message, "too many", help);
    }
    Some(StrategyKind::Momentum { lookback: lookback?, top, rebalance: rebalance? })
}

fn grid(table: &TableReader<'_>) -> Option<StrategyKind> {
    let levels: Option<u32> = table.value("levels");
    let spacing: Option<Bps> = table.value("spacing_pct");
    let (levels, spacing) = (levels?, spacing?);
    if f64::from(levels) * spacing.to_f64() >= 10_000.0 {
        let percent = spacing.to_f64() / 100.0;
        let message = format!("{levels} levels {percent} % apart would reach a price of zero");
        let help = "use fewer levels, or a smaller `spacing_pct`";
        return contradiction(table, ["levels", "spacing_pct"], message, "too many levels", help);
    }
    Some(StrategyKind::Grid { levels, spacing })
}

fn random(table: &TableReader<'_>) -> Option<StrategyKind> {
    let turnover = table.value("turnover");
    let seed = table.optional("seed");
    Some(StrategyKind::Random { turnover: turnover?, seed: seed? })
}

/// The size of entries; of `mode = "side"` only.
fn signal_size(table: &TableReader<'_>, mode: SignalMode) -> Option<Bps> {
    let size: Option<Bps> = table.optional("size_pct")?;
    match (mode, size) {
        (SignalMode::Side, size) => Some(size.unwrap_or(Bps::from_percent(20.0))),
        (mode, Some(_)) => other_mode(table, "size_pct", SignalMode::Side, mode),
        (_, None) => Some(Bps::ZERO),
    }
}

fn signals(table: &TableReader<'_>) -> Option<SignalsSpec> {
    let path: Option<PathBuf> = table.value("path");
    let stamped = table.value("stamped");
    let rebalance: Option<Option<Rebalance>> = table.optional("rebalance");
    let drift: Option<Option<Bps>> = table.optional("drift_pct");
    let mode: Option<SignalMode> = table.value("mode");
    table.skip("size_pct");
    let mode = mode?;
    let (rebalance, drift) = (rebalance?, drift?);
    if mode != SignalMode::Weight {
        for (key, is_written) in [("rebalance", rebalance.is_some()), ("drift_pct", drift.is_some())] {
            if is_written {
                return other_mode(table, key, SignalMode::Weight, mode);
            }
        }
    }
    Some(SignalsSpec {
        path: path?,
        stamped: stamped?,
        mode,
        rebalance: rebalance.unwrap_or_default(),
        drift: drift.unwrap_or_default(),
        table: None,
    })
}

/// Reports a key that another mode has.
fn other_mode<T>(table: &TableReader<'_>, key: &str, of: SignalMode, mode: SignalMode) -> Option<T> {
    let message = format!("`{key}` is only for `mode = \"{}\"`", of.as_str());
    let label = format!("the mode is `{}`", mode.as_str());
    table.problems.error(table.span(key), message, label, Some("remove it, or change the mode".to_owned()));
    None
}
