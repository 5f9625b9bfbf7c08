//! Which indicator lines a built-in kind reads, and how far before a window each begins.

use super::rules;
use crate::domain::{BarField, IndicatorSpec, Interval, Thousandths};
use crate::indicator::{bars_in_the_making, bars_needed, remembers_its_start};
use crate::scenario::{Series, StrategyKind, StrategySpec};

/// The lines that a strategy looks at, for charts of its symbols, each with the bars of its timeframe that it begins before
/// a window. Prices themselves and the time of day are left out; none for a strategy whose lines are not in the scenario.
pub fn lines_of(spec: &StrategySpec, base: Interval) -> Vec<(Series, u32)> {
    if let StrategyKind::Rules(rule_set) = &spec.kind {
        let needs = rules::needs(rule_set, base);
        return needs.into_iter().filter(|(series, _)| is_line(&series.indicator)).collect();
    }
    let mut lines = indicators(&spec.kind);
    if let StrategyKind::BollingerReversion { period, width } = spec.kind {
        lines.push(IndicatorSpec::BollingerLower { n: period, k: thousandths(width) });
    }
    let line = |indicator: IndicatorSpec| {
        let before = line_begins(spec, &indicator, base);
        (Series::own(indicator, spec.timeframe), before)
    };
    lines.into_iter().map(line).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width is small and positive")]
fn thousandths(width: f64) -> Thousandths {
    Thousandths((width * 1000.0).round() as u32)
}

const fn is_line(indicator: &IndicatorSpec) -> bool {
    !matches!(
        indicator,
        IndicatorSpec::Field(BarField::Open | BarField::High | BarField::Low | BarField::Close)
            | IndicatorSpec::LocalTime { .. }
    )
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SymbolId;

    fn lines(kind: StrategyKind) -> Vec<(IndicatorSpec, u32)> {
        let spec = StrategySpec::of(kind, vec![SymbolId(0)], Interval::DAY);
        let found = lines_of(&spec, Interval::DAY);
        found.into_iter().map(|(series, before)| (series.indicator, before)).collect()
    }

    #[test]
    fn a_built_in_kind_shows_the_lines_that_it_reads() {
        let cross = lines(StrategyKind::SmaCross { fast: 3, slow: 9 });
        assert_eq!(cross, [(IndicatorSpec::Sma { n: 3 }, 4), (IndicatorSpec::Sma { n: 9 }, 10)]);
        let band = lines(StrategyKind::BollingerReversion { period: 20, width: 2.5 });
        assert_eq!(band[1].0, IndicatorSpec::BollingerLower { n: 20, k: Thousandths(2_500) });
        assert!(lines(StrategyKind::BuyAndHold).is_empty());
    }
}
