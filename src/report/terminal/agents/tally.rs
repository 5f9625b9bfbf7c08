//! What an agent's runs come to, as names with numbers.

use super::super::Style;
use super::super::header::paragraph;
use crate::domain::Metric;
use crate::report::numbers::{cash, count, measured, ratio, signed_cash};
use crate::report::wording::{plural, tally_value};
use crate::store::registry::Tally;

/// The numbers of a tally with their names, in the order of every table of them.
pub(super) fn measures(tally: &Tally, style: Style) -> Vec<(&'static str, String)> {
    let shown = |metric: Metric| {
        let value = style.score(tally_value(tally, metric.key()), |value| measured(metric, value));
        (metric.head(), value)
    };
    let mean_rank = tally.mean_rank.map_or_else(|| style.none().to_owned(), ratio);
    vec![
        ("runs", count(tally.runs)),
        ("windows", count(tally.windows)),
        ("runs won", count(tally.wins)),
        ("mean rank", mean_rank),
        (Metric::TotalPnl.head(), pnl(tally, style)),
        shown(Metric::RoiPct),
        shown(Metric::SharpeRatio),
        shown(Metric::MaxDrawdownPct),
        ("trades", count(tally.trades)),
        shown(Metric::WinRate),
        shown(Metric::ProfitFactor),
        ("fees", cash(tally.fees)),
    ]
}

/// Nothing for an agent that held cash all along.
pub(super) fn pnl(tally: &Tally, style: Style) -> String {
    if tally.idle { style.none().to_owned() } else { signed_cash(tally.total_pnl) }
}

/// Why numbers of a tally do not exist, a line each.
pub(super) fn missing(tally: &Tally, style: Style) -> String {
    reasons(tally).map(|line| paragraph(&line, style)).collect()
}

/// `- no win_rate: no closed trades`, `- profit_factor: +infinity: no losing trades`.
pub(super) fn reasons(tally: &Tally) -> impl Iterator<Item = String> {
    let missing = tally.missing.iter().map(|(name, why)| {
        let no = if tally.known_value(name).is_absent() { "no " } else { "" };
        format!("- {no}{name}: {why}")
    });
    missing.chain(overlap(tally).map(|text| format!("- {text}")))
}

/// That windows of an agent's runs share bars, as a line; nothing where they do not.
pub fn overlap_note(tally: &Tally, style: Style) -> String {
    overlap(tally).map_or_else(String::new, |text| paragraph(&text, style))
}

/// That windows of an agent's runs share bars, where they do.
pub(super) fn overlap(tally: &Tally) -> Option<String> {
    let overlapping = tally.overlapping_windows;
    (overlapping > 0).then(|| {
        format!(
            "{} {} an earlier one: bars that they share count several times",
            plural(overlapping, "window"),
            if overlapping == 1 { "overlaps" } else { "overlap" }
        )
    })
}
