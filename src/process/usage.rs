//! What answers used of language models: checked, summed, and held against the budget.

use super::message::{Act, AgentMessage, Usage};
use super::recording::{ReplyKind, WindowRecording};
use crate::domain::{Cash, UsageTotals, grouped};
use crate::scenario::ProcessSpec;

/// Adds a decision with its answer; `None` for one that came too late.
pub fn add(totals: &mut UsageTotals, act: Option<&Act>) {
    totals.decisions += 1;
    let Some(usage) = act.and_then(|act| act.usage.as_ref()) else { return };
    totals.reports += 1;
    totals.input_tokens = totals.input_tokens.saturating_add(usage.input_tokens);
    totals.output_tokens = totals.output_tokens.saturating_add(usage.output_tokens);
    totals.reasoning_tokens = totals.reasoning_tokens.saturating_add(usage.reasoning_tokens);
    totals.add_cost(usage.cost);
    totals.models.extend(usage.model.iter().cloned());
}

/// Refuses usage that is none.
///
/// # Errors
/// Why.
pub fn checked(usage: &Usage) -> Result<(), String> {
    if let Some(cost) = usage.cost.filter(|cost| cost.is_negative()) {
        return Err(format!("the `cost` of its `usage` is {cost}, below zero"));
    }
    if usage.reasoning_tokens > usage.output_tokens {
        return Err(format!(
            "its `usage` has {} `reasoning_tokens`, which are part of its {} `output_tokens`",
            usage.reasoning_tokens, usage.output_tokens
        ));
    }
    Ok(())
}

/// Why a window in which so much was used is forfeited; `None` within the budget.
pub fn overspent(totals: &UsageTotals, spec: &ProcessSpec) -> Option<String> {
    let budget = spec.budget.as_ref()?;
    let tokens = budget.tokens.filter(|&most| totals.tokens() > most).map(|most| {
        let used = totals.tokens();
        format!("{} tokens, and its budget is {}", grouped(&used.to_string()), grouped(&most.to_string()))
    });
    let cost = || {
        let (most, spent) = (budget.cost?, totals.cost?);
        let currency = &spec.currency;
        (spent > most)
            .then(|| format!("{} {currency}, and its budget is {} {currency}", short(spent), short(most)))
    };
    let what = tokens.or_else(cost)?;
    Some(format!("over budget: at decision {} it had used {what}", totals.decisions))
}

/// Without trailing zeros.
fn short(cost: Cash) -> String {
    cost.to_decimal().normalize().to_string()
}

impl WindowRecording {
    /// What the answers of the window used.
    pub fn usage(&self) -> UsageTotals {
        let mut totals = UsageTotals::default();
        // The first row is the handshake; a fault ends a decision that has a row of its own where it was answered.
        for (row, reply) in self.iter().skip(1) {
            match row.kind {
                ReplyKind::Line => add(&mut totals, act(reply).as_ref()),
                ReplyKind::Late => add(&mut totals, None),
                ReplyKind::Fault => {}
            }
        }
        totals
    }
}

/// The answer in a line; most have no usage, and need not be read.
fn act(line: &[u8]) -> Option<Act> {
    const KEY: &[u8] = b"\"usage\"";
    line.windows(KEY.len()).any(|part| part == KEY).then_some(())?;
    match serde_json::from_slice(line).ok()? {
        AgentMessage::Act(act) => Some(act),
        AgentMessage::Ready(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(usage: &str) -> String {
        format!("{{\"type\":\"act\",\"decision\":1{usage}}}")
    }

    #[test]
    fn a_window_adds_up_what_its_answers_reported() {
        let mut window = WindowRecording::default();
        let mut push = |kind, text: &str| window.push([0; 32], kind, 1, text.as_bytes());
        push(ReplyKind::Line, "{\"type\":\"ready\",\"protocol\":1}");
        push(
            ReplyKind::Line,
            &line(
                ",\"usage\":{\"model\":\"m\",\"input_tokens\":10,\"output_tokens\":5,\"reasoning_tokens\":4,\"cost\":\"0.1\"}",
            ),
        );
        push(ReplyKind::Line, &line(""));
        push(ReplyKind::Late, "");
        push(ReplyKind::Line, &line(",\"usage\":{\"input_tokens\":1,\"cost\":\"0.00000001\"}"));
        push(ReplyKind::Line, "no message with \"usage\"");
        push(ReplyKind::Fault, "what it wrote is no message");
        let found = window.usage();
        assert_eq!((found.decisions, found.reports, found.tokens(), found.reasoning_tokens), (5, 2, 16, 4));
        assert_eq!(found.cost.unwrap().to_string(), "0.10000001");
        assert_eq!(found.models.into_iter().collect::<Vec<_>>(), ["m"]);
    }

    #[test]
    fn usage_that_is_none_is_refused() {
        let why = |text: &str| checked(&serde_json::from_str(text).unwrap());
        assert_eq!(why("{\"cost\":\"0\"}"), Ok(()));
        assert!(why("{\"cost\":\"-0.01\"}").unwrap_err().contains("below zero"));
        assert!(why("{\"output_tokens\":1,\"reasoning_tokens\":2}").unwrap_err().contains("part of its 1"));
        let precise = serde_json::from_str::<Usage>("{\"cost\":\"0.000000001\"}").unwrap_err().to_string();
        assert!(precise.contains("more than 8 decimal places"), "{precise}");
    }
}
