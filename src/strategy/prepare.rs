//! From a checked strategy to one that is ready for a window.

use super::builtin::{
    BuyAndHold, Crossover, Dca, Grid, Idle, Momentum, RandomTrader, breakout, crossover, reversion,
};
use super::decisions::BarDecisions;
use super::{PreparedStrategy, Setup, Warmup, lines, rules, schedule, signals};
use crate::domain::Interval;
use crate::market::{Market, TickRange};
use crate::scenario::{Entries, Expr, ProcessSpec, RuleSet, StrategyKind, StrategySpec, WasmSpec};

/// The strategy, with its indicator columns computed for the window of `setup`.
pub fn prepare<'m>(spec: &StrategySpec, setup: &Setup<'m>) -> PreparedStrategy<'m> {
    match &spec.kind {
        StrategyKind::Cash => PreparedStrategy::built_in(Idle),
        StrategyKind::BuyAndHold => PreparedStrategy::built_in(BuyAndHold::new(spec)),
        StrategyKind::SmaCross { .. } | StrategyKind::EmaCross { .. } | StrategyKind::Macd { .. } => {
            PreparedStrategy::built_in(Crossover::new(spec, setup))
        }
        StrategyKind::RsiReversion { period, entry_below, exit_above } => {
            PreparedStrategy::built_in(reversion::by_rsi(spec, setup, *period, *entry_below, *exit_above))
        }
        StrategyKind::BollingerReversion { period, width } => {
            PreparedStrategy::built_in(reversion::by_bollinger(spec, setup, *period, *width))
        }
        StrategyKind::DonchianBreakout { entry, exit } => {
            PreparedStrategy::built_in(breakout::by_donchian(spec, setup, *entry, *exit))
        }
        StrategyKind::Momentum { lookback, top, rebalance } => {
            PreparedStrategy::built_in(Momentum::new(spec, setup, *lookback, *top, *rebalance))
        }
        StrategyKind::Grid { levels, spacing } => {
            PreparedStrategy::built_in(Grid::new(spec, *levels, *spacing))
        }
        StrategyKind::Dca { every } => PreparedStrategy::built_in(Dca::new(spec, setup, *every)),
        StrategyKind::Random { turnover, seed } => {
            PreparedStrategy::built_in(RandomTrader::new(spec, setup, *turnover, *seed))
        }
        StrategyKind::Rules(rule_set) => rules::prepare(rule_set, spec, setup),
        StrategyKind::Process(_) | StrategyKind::Recorded(_) => {
            PreparedStrategy::failed("its program was not started")
        }
        StrategyKind::Wasm(_) => PreparedStrategy::failed("its module was not read"),
        StrategyKind::Signals(file) => signals::prepare(file, spec),
        StrategyKind::Own { .. } => {
            PreparedStrategy::failed("the program that runs the scenario has no strategy for this agent")
        }
    }
}

/// Whether a strategy of one symbol decides by the bars alone: it can be asked for [`BarDecisions`]. Crossing strategies
/// can be asked too.
pub fn decides_by_bars(spec: &StrategySpec) -> bool {
    let decides = match &spec.kind {
        StrategyKind::Rules(rules) => keeps_whole_positions(rules) && spec.entries == Entries::default(),
        _ => is_signal_of_state(&spec.kind),
    };
    decides && spec.symbols.len() == 1
}

/// Whether a strategy of one symbol points up or down by the bars alone, and enters, leaves or turns there: crosses,
/// reversion and breakout, in any direction.
pub fn points_by_bars(spec: &StrategySpec) -> bool {
    spec.symbols.len() == 1 && (is_signal_of_state(&spec.kind) || lines::crossing_lines(&spec.kind).is_some())
}

/// Whether a kind acts on the state of a signal whose entry and exit never hold together.
fn is_signal_of_state(kind: &StrategyKind) -> bool {
    match kind {
        StrategyKind::RsiReversion { entry_below, exit_above, .. } => entry_below <= exit_above,
        StrategyKind::BollingerReversion { .. } | StrategyKind::DonchianBreakout { .. } => true,
        _ => false,
    }
}

/// Whether rules buy at the market, once a position, sell all of it, and never read it.
fn keeps_whole_positions(rules: &RuleSet) -> bool {
    rules.entry.is_none()
        && rules.exit_parts.is_empty()
        && rules.max_entries == 1
        && rules.max_positions != Some(0)
        && rules.short.is_none()
        && !rules.expressions().into_iter().any(Expr::reads_position)
}

/// The [`bar_decisions`] of strategies in one window, each with its setup. What they share is computed once for all.
pub fn bar_decisions_of_all<'m>(trials: &[(&StrategySpec, Setup<'m>)]) -> Vec<Option<BarDecisions<'m>>> {
    if let Some((_, setup)) = trials.first() {
        reversion::share_bands(trials.iter().map(|(spec, _)| *spec), setup);
    }
    let mut all = Vec::with_capacity(trials.len());
    let crosses = |(spec, _): &(&StrategySpec, Setup<'m>)| {
        points_by_bars(spec) && lines::crossing_lines(&spec.kind).is_some()
    };
    for part in trials.chunk_by(|a, b| crosses(a) && crosses(b)) {
        match part.first().is_some_and(crosses) {
            true => crossover::decisions_of_all(part, &mut all),
            false => all.extend(part.iter().map(|(spec, setup)| bar_decisions(spec, setup))),
        }
    }
    all
}

/// The decisions of a strategy, with its indicator columns computed for the window of `setup`; `None` where it does not
/// [`decide by the bars alone`](decides_by_bars).
pub fn bar_decisions<'m>(spec: &StrategySpec, setup: &Setup<'m>) -> Option<BarDecisions<'m>> {
    if !decides_by_bars(spec) && !points_by_bars(spec) {
        return None;
    }
    match &spec.kind {
        StrategyKind::SmaCross { .. } | StrategyKind::EmaCross { .. } | StrategyKind::Macd { .. } => {
            Crossover::new(spec, setup).decisions(setup)
        }
        StrategyKind::RsiReversion { period, entry_below, exit_above } => {
            reversion::by_rsi(spec, setup, *period, *entry_below, *exit_above).decisions(setup)
        }
        StrategyKind::BollingerReversion { period, width } => {
            reversion::by_bollinger(spec, setup, *period, *width).decisions(setup)
        }
        StrategyKind::DonchianBreakout { entry, exit } => {
            breakout::by_donchian(spec, setup, *entry, *exit).decisions(setup)
        }
        StrategyKind::Rules(rules) => Some(rules::decisions(rules, *spec.symbols.first()?, setup)),
        _ => None,
    }
}

/// Whether the strategy can do what it says with the prices of these ticks.
///
/// # Errors
/// Why not: prepared all the same, it would give up at its first bar.
pub fn check(spec: &StrategySpec, market: &Market, ticks: TickRange) -> Result<(), String> {
    match spec.kind {
        StrategyKind::Grid { levels, spacing } => Grid::check(spec, (levels, spacing), market, ticks),
        _ => Ok(()),
    }
}

/// How many bars before its first decision the strategy needs, by timeframe. `base` is the scenario's interval.
///
/// The strategy's timeframe is always named, with 0 bars where it reads no indicator: the market must be
/// loaded with that frame.
pub fn warm_up(spec: &StrategySpec, base: Interval) -> Warmup {
    if let StrategyKind::Rules(rule_set) = &spec.kind {
        return rules::warm_up(rule_set, base);
    }
    if let StrategyKind::Process(ProcessSpec { decide, .. }) | StrategyKind::Wasm(WasmSpec { decide, .. }) =
        &spec.kind
    {
        return decide.as_ref().map_or_else(Warmup::new, |decide| schedule::warm_up(decide, base));
    }
    if matches!(spec.kind, StrategyKind::Recorded(_)) {
        return Warmup::new();
    }
    Warmup::from([(spec.timeframe, lines::longest(spec, base))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Span, SymbolId};

    fn spec(kind: StrategyKind, timeframe: Interval) -> StrategySpec {
        StrategySpec::of(kind, vec![SymbolId(0)], timeframe)
    }

    #[test]
    fn crosses_need_one_bar_more_than_their_slower_line() {
        let bars = |kind| warm_up(&spec(kind, Interval::MINUTE), Interval::MINUTE)[&Interval::MINUTE];
        assert_eq!(bars(StrategyKind::SmaCross { fast: 20, slow: 100 }), 101);
        assert_eq!(bars(StrategyKind::EmaCross { fast: 12, slow: 26 }), 105);
        assert_eq!(bars(StrategyKind::Macd { fast: 12, slow: 26, signal: 9 }), 141);
        assert_eq!(bars(StrategyKind::RsiReversion { period: 14, entry_below: 30.0, exit_above: 70.0 }), 56);
        assert_eq!(bars(StrategyKind::BollingerReversion { period: 20, width: 2.0 }), 20);
        assert_eq!(bars(StrategyKind::DonchianBreakout { entry: 20, exit: 10 }), 21);
        assert_eq!(bars(StrategyKind::Momentum { lookback: 24, top: 1, rebalance: 24 }), 25);
        assert_eq!(bars(StrategyKind::Dca { every: 24 }), 0);
    }

    #[test]
    fn a_coarser_timeframe_is_named_and_has_a_bar_in_the_making() {
        let hour = Interval::new(Span::from_seconds(3_600)).unwrap();
        let kind = StrategyKind::SmaCross { fast: 20, slow: 100 };
        assert_eq!(warm_up(&spec(kind, hour), Interval::MINUTE), Warmup::from([(hour, 102)]));
        assert_eq!(
            warm_up(&spec(StrategyKind::Dca { every: 2 }, hour), Interval::MINUTE),
            Warmup::from([(hour, 0)])
        );
    }
}
