//! What decisions used of language models, summed exactly.

use std::collections::BTreeSet;

use super::Cash;

/// Sums over the decisions of an agent: of a window, or of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsageTotals {
    /// Decisions that it was asked for.
    pub decisions: u64,
    /// Those for which it reported what it used.
    pub reports: u64,
    /// Tokens that models read.
    pub input_tokens: u64,
    /// Tokens that models wrote, reasoning included.
    pub output_tokens: u64,
    /// Of those, tokens of reasoning.
    pub reasoning_tokens: u64,
    /// Cost in the agent's currency; `None` where it reported none.
    pub cost: Option<Cash>,
    /// Names of the models.
    pub models: BTreeSet<String>,
}

impl UsageTotals {
    /// Tokens read and written.
    pub const fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    /// Whether a decision said what it used.
    pub const fn is_reported(&self) -> bool {
        self.reports > 0
    }

    /// Adds a decision that reported its cost; nothing for one that did not say.
    pub fn add_cost(&mut self, cost: Option<Cash>) {
        if let Some(cost) = cost {
            self.cost = Some(self.cost.unwrap_or_default() + cost);
        }
    }

    /// Adds what another window used.
    pub fn add(&mut self, other: &Self) {
        self.decisions += other.decisions;
        self.reports += other.reports;
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.reasoning_tokens = self.reasoning_tokens.saturating_add(other.reasoning_tokens);
        self.add_cost(other.cost);
        self.models.extend(other.models.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_add_up_exactly_and_no_cost_is_not_a_cost_of_nothing() {
        let window = |tokens, cost: Option<&str>| UsageTotals {
            decisions: 2,
            reports: 1,
            input_tokens: tokens,
            output_tokens: 1,
            cost: cost.map(|cost| cost.parse().unwrap()),
            models: BTreeSet::from(["m".to_owned()]),
            ..UsageTotals::default()
        };
        let mut all = window(5, None);
        assert_eq!((all.tokens(), all.cost), (6, None));
        all.add(&window(u64::MAX, Some("0.10000001")));
        all.add(&window(0, Some("0.20000002")));
        assert_eq!((all.decisions, all.reports, all.input_tokens), (6, 3, u64::MAX));
        assert_eq!(all.cost.unwrap().to_string(), "0.30000003");
        assert_eq!(all.models.len(), 1);
        assert!(!UsageTotals::default().is_reported());
    }
}
