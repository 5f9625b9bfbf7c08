//! How much history a rule set's conditions look at.

use std::collections::BTreeMap;

use crate::domain::Interval;
use crate::indicator::{bars_in_the_making, bars_needed, remembers_its_start};
use crate::scenario::{Expr, RuleSet, Series};
use crate::strategy::Warmup;

/// Bars before the window by column.
///
/// Columns that remember their start (EMA, MACD, RSI, ATR, ADX, OBV, and what is made of them) begin together, with the longest need of any column
/// of their timeframe: lines that a condition compares have then seen the same bars. The others have their own
/// need, beyond which history means nothing to them, and agents that read the same one share it.
pub(in crate::strategy) type Needs = BTreeMap<Series, u32>;

/// Bars before the first decision, by timeframe: the largest need of any column that the conditions read,
/// with the bars that crosses and `ago` look back, and with the bar in the making of a coarser timeframe.
/// `base` is the scenario's interval.
pub fn warm_up(rules: &RuleSet, base: Interval) -> Warmup {
    let mut warm_up = Warmup::new();
    for (series, need) in needs(rules, base) {
        raise(&mut warm_up, series.timeframe, need);
    }
    let steps = rules.expressions().into_iter().map(|expr| base_bars_stepped(expr, 0, base)).max();
    if let Some(steps) = steps.filter(|&steps| steps > 0) {
        raise(&mut warm_up, base, steps);
    }
    warm_up
}

/// Bars before the first decision, by column.
pub(in crate::strategy) fn needs(rules: &RuleSet, base: Interval) -> Needs {
    let mut needs = Needs::new();
    for expr in rules.expressions() {
        add(&mut needs, expr, 0, base);
    }
    let mut longest = Warmup::new();
    for (series, &need) in &needs {
        raise(&mut longest, series.timeframe, need);
    }
    for (series, need) in needs.iter_mut().filter(|(series, _)| remembers_its_start(&series.indicator)) {
        *need = longest[&series.timeframe];
    }
    needs
}

fn raise<K: Ord>(needs: &mut BTreeMap<K, u32>, key: K, need: u32) {
    let most = needs.entry(key).or_default();
    *most = need.max(*most);
}

/// Bars of the scenario's interval that steps back over coarser bars pass, where what they look at reads other
/// timeframes too: those are read as they stood at the base bar with which the coarse one closed. A coarse bar
/// has at most as many base bars as fit its length, and the first may close with the one after it.
fn base_bars_stepped(expr: &Expr, back: i64, base: Interval) -> u32 {
    let bars = steps(expr);
    let frame = expr.finest_timeframe().unwrap_or(base);
    let back = back.saturating_add(frame.micros().saturating_mul(bars));
    let parts = expr.parts().into_iter().map(|part| base_bars_stepped(part, back, base)).max().unwrap_or(0);
    if bars == 0 || frame <= base {
        return parts;
    }
    let reach = back.saturating_add(frame.micros().saturating_mul(2)) / base.micros();
    parts.max(u32::try_from(reach).unwrap_or(u32::MAX))
}

/// How many bars an expression itself looks back.
fn steps(expr: &Expr) -> i64 {
    match expr {
        Expr::Ago { bars, .. } => i64::from(*bars),
        Expr::CrossesAbove { .. } | Expr::CrossesBelow { .. } => 1,
        _ => 0,
    }
}

/// Adds what `expr` needs when it is looked at `back` microseconds in the past.
fn add(needs: &mut Needs, expr: &Expr, back: i64, base: Interval) {
    if let Expr::Series(series) = expr {
        raise(needs, series.clone(), series_need(series, back, base));
    }
    let frame = expr.finest_timeframe().map_or(0, Interval::micros);
    let back = back.saturating_add(frame.saturating_mul(steps(expr)));
    for part in expr.parts() {
        add(needs, part, back, base);
    }
}

/// `back` is in the past by whole bars of this timeframe or a finer one: rounded up to whole bars.
fn series_need(series: &Series, back: i64, base: Interval) -> u32 {
    let bars_back = back.saturating_add(series.timeframe.micros() - 1) / series.timeframe.micros();
    bars_needed(&series.indicator, series.timeframe)
        .saturating_add(u32::try_from(bars_back).unwrap_or(u32::MAX))
        .saturating_add(bars_in_the_making(series.timeframe, base))
}
