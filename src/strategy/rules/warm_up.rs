//! How much history a rule set's conditions look at.

use std::collections::BTreeMap;

use crate::domain::Interval;
use crate::indicator::{bars_in_the_making, bars_needed};
use crate::scenario::{Expr, RuleSet, Series};
use crate::strategy::Warmup;

/// Bars before the window by column. A column's need is its own: which other conditions stand beside it
/// changes nothing of its values, and agents that read the same column share it.
pub(super) type Needs = BTreeMap<Series, u32>;

/// Bars before the first decision, by timeframe: the largest need of any column that the conditions read,
/// with the bars that crosses and `ago` look back, and with the bar in the making of a coarser timeframe.
/// `base` is the scenario's interval.
pub fn warm_up(rules: &RuleSet, base: Interval) -> Warmup {
    let mut warm_up = Warmup::new();
    for (series, need) in needs(rules, base) {
        raise(&mut warm_up, series.timeframe, need);
    }
    warm_up
}

/// Bars before the first decision, by column.
pub(super) fn needs(rules: &RuleSet, base: Interval) -> Needs {
    let mut needs = Needs::new();
    for condition in rules.enter_all.iter().chain(&rules.exit_any) {
        add(&mut needs, &condition.expr, 0, base);
    }
    needs
}

fn raise<K: Ord>(needs: &mut BTreeMap<K, u32>, key: K, need: u32) {
    let most = needs.entry(key).or_default();
    *most = need.max(*most);
}

/// Adds what `expr` needs when it is looked at `back` microseconds in the past.
fn add(needs: &mut Needs, expr: &Expr, back: i64, base: Interval) {
    if let Expr::Series(series) = expr {
        raise(needs, *series, series_need(*series, back, base));
    }
    let bars = match expr {
        Expr::Ago { bars, .. } => i64::from(*bars),
        Expr::CrossesAbove { .. } | Expr::CrossesBelow { .. } => 1,
        _ => 0,
    };
    let frame = expr.finest_timeframe().map_or(0, Interval::micros);
    let back = back.saturating_add(frame.saturating_mul(bars));
    for part in expr.parts() {
        add(needs, part, back, base);
    }
}

/// `back` is in the past by whole bars of this timeframe or a finer one: rounded up to whole bars.
fn series_need(series: Series, back: i64, base: Interval) -> u32 {
    let bars_back = back.saturating_add(series.timeframe.micros() - 1) / series.timeframe.micros();
    bars_needed(series.indicator)
        .saturating_add(u32::try_from(bars_back).unwrap_or(u32::MAX))
        .saturating_add(bars_in_the_making(series.timeframe, base))
}
