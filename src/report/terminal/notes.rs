//! The lines under a table: what its numbers do not say.

use std::collections::BTreeMap;

use super::Style;
use super::header::{paragraph, plural};
use super::numbers::count;
use crate::store::{FlagRecord, StoredRun};

/// Agents, windows or symbols that a note names before it only counts.
const NAMED: usize = 4;

/// A metric of the leaderboard and its head there.
type Shown = (&'static str, &'static str);

/// Why values of the leaderboard do not exist; agents that lack the same for the same reason share a line:
/// `– no closed trades: win %, PF of idle`.
pub(super) fn missing(stored: &StoredRun, shown: &[Shown], style: Style) -> String {
    let mut lines: BTreeMap<(&str, Vec<&str>), Vec<&str>> = BTreeMap::new();
    for row in &stored.leaderboard.rankings {
        let Some(agent) = stored.agent(&row.agent) else { continue };
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for &(metric, head) in shown {
            if let (None, Some(reason)) = (row.value(metric), agent.why_missing(metric)) {
                reasons.entry(reason).or_default().push(head);
            }
        }
        for lack in reasons {
            lines.entry(lack).or_default().push(&row.agent);
        }
    }
    let sign = style.none();
    let line = |((reason, heads), agents): ((&str, Vec<&str>), Vec<&str>)| {
        paragraph(&format!("{sign} {reason}: {} of {}", heads.join(", "), some(&agents)), style)
    };
    lines.into_iter().map(line).collect()
}

/// What the score column says where it differs from the metric's own.
pub(super) fn score(windows: usize, style: Style) -> String {
    if windows < 2 {
        return String::new();
    }
    paragraph(
        "score is the mean over the windows, one without a value counting as its worst; other columns leave \
         such windows out, max DD is the worst window's",
        style,
    )
}

/// Which columns had no room.
pub(super) fn left_out(names: &[&str], style: Style) -> String {
    if names.is_empty() {
        return String::new();
    }
    paragraph(&format!("no room for {}; leaderboard.csv has all", names.join(", ")), style)
}

/// Agents that did not complete a window.
pub(super) fn unfinished(stored: &StoredRun, style: Style) -> String {
    let mut text = String::new();
    for agent in &stored.agents {
        let ended: Vec<_> = agent.windows.iter().filter(|job| job.status != "completed").collect();
        let Some(first) = ended.first() else { continue };
        let detail = first.status_detail.as_deref().unwrap_or("no reason given");
        let more = if ended.len() > 1 {
            format!(", and in {} more", plural(ended.len() - 1, "window"))
        } else {
            String::new()
        };
        let line = format!("{}: {} in window {} ({detail}){more}", agent.agent, first.status, first.window);
        text.push_str(&paragraph(&line, style));
    }
    text
}

/// What the data check found grave in the bars that were used.
pub(super) fn findings(stored: &StoredRun, style: Style) -> String {
    let market = &stored.run.market;
    let grave: Vec<_> = market.findings.iter().filter(|one| one.severity != "info").collect();
    let mut text = String::new();
    for one in grave.iter().take(NAMED) {
        let line = format!("data: {}: {} ({}): {}", one.symbol, one.kind, one.severity, one.detail);
        text.push_str(&paragraph(&line, style));
    }
    if grave.len() > NAMED {
        let more = plural(grave.len() - NAMED, "finding");
        text.push_str(&paragraph(&format!("data: {more} more in run.json"), style));
    }
    text
}

/// What a reader should know of the run as a whole.
pub(super) fn flags(stored: &StoredRun, style: Style) -> String {
    let flags: &FlagRecord = &stored.run.flags;
    let mut lines = Vec::new();
    if !flags.optimistic.is_empty() {
        lines.push(format!(
            "optimistic: {} fills orders at the very close that they were decided on",
            flags.optimistic.join(", ")
        ));
    }
    if !flags.delisted.is_empty() {
        let names: Vec<&str> = flags.delisted.iter().map(String::as_str).collect();
        let worth = if stored.run.market.delisted == "write_off" {
            "written off"
        } else {
            "carried at the last close"
        };
        lines.push(format!("bars ended inside a window: {} ({worth})", some(&names)));
    }
    if flags.bars_without_detail > 0 {
        lines.push(format!(
            "{} of {} bars that reached both a stop and a target had no finer bars: the stop was taken",
            flags.bars_without_detail, flags.ambiguous_bars
        ));
    } else if flags.ambiguous_bars > 0 {
        lines.push(format!("{} bars reached both a stop and a target", flags.ambiguous_bars));
    }
    if flags.cut_fills > 0 {
        lines.push(format!("{} buys were cut to what the wallet could pay", flags.cut_fills));
    }
    lines.iter().map(|line| paragraph(line, style)).collect()
}

/// Where the run and its agents come from: the run it is a rematch of, and the versions of registered agents
/// with what the scenario says otherwise.
pub(super) fn origins(stored: &StoredRun, style: Style) -> String {
    let mut lines = Vec::new();
    lines.extend(stored.run.rematch_of.iter().map(|parent| format!("a rematch of run {parent}")));
    for agent in &stored.run.agents {
        let Some(registered) = &agent.registered else { continue };
        let alias =
            if registered.name == agent.name { String::new() } else { format!(" as {}", registered.name) };
        let mut line = format!("{}: registered{alias}, version {}", agent.name, registered.version);
        if !registered.overrides.is_empty() {
            line.push_str(&format!("; overridden by the scenario: {}", registered.overrides.join(", ")));
        }
        if registered.wallet == "existing" {
            let since = registered.as_of.as_ref().map_or_else(String::new, |at| format!(" of {at}"));
            line.push_str(&format!("; goes on with its existing wallet{since}"));
        }
        lines.push(line);
    }
    lines.iter().map(|line| paragraph(line, style)).collect()
}

/// `a, b, c, d and 3 more`.
pub(super) fn some(names: &[&str]) -> String {
    if names.len() <= NAMED + 1 {
        return names.join(", ");
    }
    format!("{} and {} more", names[..NAMED].join(", "), count(names.len() - NAMED))
}
