//! What the proof of an agent has found, and what that means.

use crate::domain::Timestamp;

/// What the proof of an agent has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofReport {
    /// Name of the agent.
    pub agent: String,
    /// Whether it has nothing to decide by but the bars and its own rules; else it has data or code of its own.
    pub in_process: bool,
    /// Whether what it has of its own may hold later prices: a file of signals, a program, a module.
    pub private_data: bool,
    /// Replays that ended early.
    pub cuts: usize,
    /// Closes of these replays.
    pub closes: usize,
    /// Decisions to do something that were compared.
    pub decisions: usize,
    /// Cuts with a decision that differs.
    pub differences: usize,
    /// The earliest of the decisions that differ.
    pub first: Option<ProofDifference>,
}

/// A decision that was another one once later bars were cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofDifference {
    /// The number of the window.
    pub window: u32,
    /// Close of the last bar that was left.
    pub cut: Timestamp,
    /// Close at which it decided.
    pub at: Timestamp,
    /// What it decided with all bars, in words.
    pub whole: String,
    /// What it decided without the later ones, in words.
    pub without: String,
}

impl ProofReport {
    /// In a word: `differs`, else `causal` for an agent that runs here, and `repeatable` for one with data or a program
    /// of its own.
    pub const fn verdict(&self) -> &'static str {
        match (self.differences, self.in_process) {
            (1.., _) => "differs",
            (0, true) => "causal",
            (0, false) => "repeatable",
        }
    }

    /// What that means.
    pub fn sentence(&self) -> String {
        let Self { agent, cuts, differences, .. } = self;
        let data =
            "what it has of its own is not cut: `tiltyard agent lag` shows whether it knows later prices";
        match self.verdict() {
            "differs" => format!(
                "`{agent}` decided otherwise in {differences} of {cuts} replays without the later bars: it looks \
                 ahead, remembers earlier replays, or does not decide the same twice"
            ),
            "causal" if self.private_data => {
                format!("`{agent}` decides by the bars up to each decision, and by its file; {data}")
            }
            "causal" => format!("`{agent}` decides by the bars up to each decision alone"),
            _ => format!("`{agent}` decides the same without the later bars; {data}"),
        }
    }
}

impl ProofDifference {
    /// As a sentence.
    pub fn sentence(&self) -> String {
        let Self { window, cut, at, whole, without } = self;
        format!("window {window}, at {at}: {whole} with all bars, {without} with the bars until {cut}")
    }
}
