//! Which indicator lines a built-in kind reads, and how far before a window each begins.

use crate::domain::{IndicatorSpec, Interval};
use crate::indicator::{bars_in_the_making, bars_needed, remembers_its_start};
use crate::scenario::{StrategyKind, StrategySpec};

/// The fast and the slow line of a kind that trades their crosses.
pub(super) fn crossing_lines(kind: &StrategyKind) -> Option<(IndicatorSpec, IndicatorSpec)> {
    match *kind {
        StrategyKind::SmaCross { fast, slow } => {
            Some((IndicatorSpec::Sma { n: fast }, IndicatorSpec::Sma { n: slow }))
        }
        StrategyKind::EmaCross { fast, slow } => {
            Some((IndicatorSpec::Ema { n: fast }, IndicatorSpec::Ema { n: slow }))
        }
        StrategyKind::Macd { fast, slow, signal } => {
            Some((IndicatorSpec::MacdLine { fast, slow }, IndicatorSpec::MacdSignal { fast, slow, signal }))
        }
        _ => None,
    }
}

/// The indicators that a kind reads.
fn indicators(kind: &StrategyKind) -> Vec<IndicatorSpec> {
    match *kind {
        StrategyKind::RsiReversion { period, .. } => vec![IndicatorSpec::Rsi { n: period }],
        StrategyKind::BollingerReversion { period, .. } => vec![IndicatorSpec::Sma { n: period }],
        StrategyKind::DonchianBreakout { entry, exit } => {
            vec![IndicatorSpec::DonchianHigh { n: entry }, IndicatorSpec::DonchianLow { n: exit }]
        }
        StrategyKind::Momentum { lookback, .. } => vec![IndicatorSpec::Roc { n: lookback }],
        _ => crossing_lines(kind).map_or_else(Vec::new, |(fast, slow)| vec![fast, slow]),
    }
}

/// The bars of its timeframe that the longest of its lines begins before a window; 0 for a kind that reads none.
pub(super) fn longest(spec: &StrategySpec, base: Interval) -> u32 {
    indicators(&spec.kind).into_iter().map(|line| bars_before(spec, &line, base)).max().unwrap_or(0)
}

/// The bars that an indicator begins before a window as one of the lines of this strategy. Those that remember their
/// start begin together, with the longest warm-up among all lines. To the others more history means nothing, and
/// strategies that have one in common share its column.
pub(super) fn line_begins(spec: &StrategySpec, indicator: &IndicatorSpec, base: Interval) -> u32 {
    let own = bars_before(spec, indicator, base);
    if remembers_its_start(indicator) { own.max(longest(spec, base)) } else { own }
}

/// The fast and the slow line whose crosses a strategy trades, each with the bars of its timeframe that the
/// line's column reaches back before a window; `None` for strategies of another kind.
pub fn crossing(spec: &StrategySpec, base: Interval) -> Option<[(IndicatorSpec, u32); 2]> {
    let (fast, slow) = crossing_lines(&spec.kind)?;
    Some([fast, slow].map(|line| {
        let bars = line_begins(spec, &line, base);
        (line, bars)
    }))
}

/// The bars that an indicator needs for itself. A cross compares a bar with the one before, and needs one bar more.
fn bars_before(spec: &StrategySpec, indicator: &IndicatorSpec, base: Interval) -> u32 {
    bars_needed(indicator, spec.timeframe)
        .saturating_add(u32::from(crossing_lines(&spec.kind).is_some()))
        .saturating_add(bars_in_the_making(spec.timeframe, base))
}
