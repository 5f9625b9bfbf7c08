//! The lines under a table: what its numbers do not say.

use super::Style;
use super::header::paragraph;
use crate::report::cutoff;
use crate::report::wording::{self, NAMED, Shown, plural};
use crate::store::StoredRun;

/// Why values of the leaderboard do not exist: `– no closed trades: win %, PF of idle`.
pub(super) fn missing(stored: &StoredRun, shown: &[Shown], style: Style) -> String {
    let sign = style.none();
    lines(wording::missing(stored, shown).into_iter().map(|line| format!("{sign} {line}")), style)
}

/// What the numbers are of, and who is not ranked.
pub(super) fn record(stored: &StoredRun, style: Style) -> String {
    lines(wording::record(stored), style)
}

/// Which windows begin before the training cutoff of an agent's model.
pub(super) fn marked(stored: &StoredRun, style: Style) -> String {
    lines(cutoff::marked(stored), style)
}

/// That growth a year comes from less than a year.
pub(super) fn annualised(stored: &StoredRun, style: Style) -> String {
    lines(wording::annualised(stored), style)
}

/// Which columns of the leaderboard had no room.
pub(super) fn left_out(names: &[&str], style: Style) -> String {
    hidden(names, "leaderboard.csv", style)
}

/// Which columns of a table had no room, and which file has them.
pub(super) fn hidden(names: &[&str], file: &str, style: Style) -> String {
    if names.is_empty() {
        return String::new();
    }
    paragraph(&format!("hidden for lack of width: {}; {file} has all columns", names.join(", ")), style)
}

/// Agents that did not complete a window.
pub(super) fn unfinished(stored: &StoredRun, style: Style) -> String {
    lines(wording::unfinished(stored), style)
}

/// What proofs say that a word does not.
pub(super) fn proved(stored: &StoredRun, style: Style) -> String {
    lines(wording::proved(stored), style)
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
        text.push_str(&paragraph(&format!("data: {more} more findings in run.json"), style));
    }
    text
}

/// What a reader should know of the run as a whole.
pub(super) fn flags(stored: &StoredRun, style: Style) -> String {
    lines(wording::optimistic(&stored.run).into_iter().chain(wording::flags(&stored.run)), style)
}

fn lines(sentences: impl IntoIterator<Item = String>, style: Style) -> String {
    sentences.into_iter().map(|line| paragraph(&line, style)).collect()
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
            line.push_str(&format!("; uses its existing wallet{since}"));
        }
        lines.push(line);
    }
    self::lines(lines, style)
}
