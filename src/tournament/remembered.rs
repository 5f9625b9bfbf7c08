//! Which windows the language models of agents may have read about.

use super::outcome::WindowSpan;
use crate::domain::{Timestamp, counted};
use crate::scenario::Scenario;

/// The training cutoff of an agent's model.
pub fn cutoff(scenario: &Scenario, agent: usize) -> Option<Timestamp> {
    scenario.agents[agent].strategy.kind.program()?.model.as_ref()?.training_cutoff
}

/// Why results of each agent may be remembered; `None` for one whose model, if any, cannot have read of any window.
pub(super) fn remembered(scenario: &Scenario, windows: &[WindowSpan]) -> Vec<Option<String>> {
    let reason = |agent: usize| {
        let cutoff = cutoff(scenario, agent)?;
        let before = windows.iter().filter(|span| span.start < cutoff).count();
        (before > 0).then(|| remembered_in_words(before, windows.len(), &cutoff.to_string()))
    };
    (0..scenario.agents.len()).map(reason).collect()
}

/// `4 of 6 windows begin before the training cutoff of its model (2025-06-01)`.
pub fn remembered_in_words(before: usize, all: usize, cutoff: &str) -> String {
    let date = cutoff.strip_suffix("T00:00:00Z").unwrap_or(cutoff);
    let of = if before == all { String::new() } else { format!("{before} of ") };
    let verb = if before == 1 { "begins" } else { "begin" };
    let windows = counted(all as u64, "window");
    format!("{of}{windows} {verb} before the training cutoff of its model ({date})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_how_many_windows() {
        let midnight = "2025-06-01T00:00:00Z";
        assert_eq!(
            remembered_in_words(4, 6, midnight),
            "4 of 6 windows begin before the training cutoff of its model (2025-06-01)"
        );
        assert_eq!(
            remembered_in_words(1, 1, "2025-06-01T12:00:00Z"),
            "1 window begins before the training cutoff of its model (2025-06-01T12:00:00Z)"
        );
    }
}
