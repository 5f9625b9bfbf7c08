//! What agents used of language models, as stored: in the leaderboard, where any of them reports it.

use serde::{Deserialize, Serialize};

use super::csv;
use crate::domain::{Cash, Metric, UsageTotals};

/// Decisions, tokens and cost of an agent; of a run or of a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsageRecord {
    /// Decisions that the agent was asked for.
    pub decisions: u64,
    /// Those for which it reported what it used.
    pub reports: u64,
    /// Names of the models, sorted.
    pub models: Vec<String>,
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written, reasoning included.
    pub output_tokens: u64,
    /// Of those, tokens of reasoning.
    pub reasoning_tokens: u64,
    /// Tokens read and written.
    pub tokens: u64,
    /// In `currency`, eight decimal places; null where the agent reported no cost.
    pub cost: Option<String>,
    /// Currency of the cost.
    pub currency: Option<String>,
    /// Total return in percent for one unit of `currency`; null without a cost.
    pub return_per_cost: Option<f64>,
}

impl UsageRecord {
    /// Of these sums, with the total return in percent that they were used for.
    pub fn new(totals: &UsageTotals, currency: &str, roi_pct: Option<f64>) -> Self {
        let per_cost = |cost: Cash| cost.is_positive().then(|| Some(roi_pct? / cost.to_f64())).flatten();
        Self {
            decisions: totals.decisions,
            reports: totals.reports,
            models: totals.models.iter().cloned().collect(),
            input_tokens: totals.input_tokens,
            output_tokens: totals.output_tokens,
            reasoning_tokens: totals.reasoning_tokens,
            tokens: totals.tokens(),
            cost: totals.cost.map(|cost| cost.to_string()),
            currency: totals.cost.map(|_| currency.to_owned()),
            return_per_cost: totals.cost.and_then(per_cost),
        }
    }

    /// The cost as an amount.
    pub fn amount(&self) -> Option<Cash> {
        self.cost.as_ref()?.parse().ok()
    }

    /// A metric of usage; money as the nearest `f64`.
    #[expect(clippy::cast_precision_loss, reason = "counts, for sorting and display")]
    pub fn value(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::Decisions => Some(self.decisions as f64),
            Metric::Tokens => Some(self.tokens as f64),
            Metric::Cost => self.amount().map(Cash::to_f64),
            Metric::ReturnPerCost => self.return_per_cost,
            _ => None,
        }
    }

    /// The columns of the leaderboard's CSV, empty for an agent that is no program.
    pub fn csv(usage: Option<&Self>) -> [(&'static str, String); 8] {
        let count = |of: fn(&Self) -> u64| usage.map_or_else(String::new, |usage| of(usage).to_string());
        let text =
            |of: fn(&Self) -> &Option<String>| usage.and_then(|usage| of(usage).clone()).unwrap_or_default();
        [
            (Metric::Decisions.key(), count(|usage| usage.decisions)),
            ("input_tokens", count(|usage| usage.input_tokens)),
            ("output_tokens", count(|usage| usage.output_tokens)),
            ("reasoning_tokens", count(|usage| usage.reasoning_tokens)),
            (Metric::Tokens.key(), count(|usage| usage.tokens)),
            (Metric::Cost.key(), text(|usage| &usage.cost)),
            ("currency", text(|usage| &usage.currency)),
            (Metric::ReturnPerCost.key(), csv::float(usage.and_then(|usage| usage.return_per_cost))),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_per_cost_needs_a_cost_and_a_return() {
        let totals = |cost: Option<&str>| UsageTotals {
            decisions: 3,
            reports: 2,
            input_tokens: 10,
            output_tokens: 5,
            cost: cost.map(|cost| cost.parse().unwrap()),
            ..UsageTotals::default()
        };
        let record = UsageRecord::new(&totals(Some("0.50")), "EUR", Some(2.0));
        assert_eq!((record.return_per_cost, record.tokens), (Some(4.0), 15));
        assert_eq!((record.cost.as_deref(), record.currency.as_deref()), (Some("0.50000000"), Some("EUR")));
        assert_eq!(UsageRecord::new(&totals(Some("0")), "EUR", Some(2.0)).return_per_cost, None);
        assert_eq!(UsageRecord::new(&totals(Some("1")), "EUR", None).return_per_cost, None);
        let free = UsageRecord::new(&totals(None), "EUR", Some(2.0));
        assert_eq!((free.currency.clone(), free.value(Metric::Cost)), (None, None));
        let cells = UsageRecord::csv(Some(&record)).map(|(_, cell)| cell);
        assert_eq!(cells, ["3", "10", "5", "0", "15", "0.50000000", "EUR", "4"]);
        assert!(UsageRecord::csv(None).iter().all(|(_, cell)| cell.is_empty()));
    }
}
