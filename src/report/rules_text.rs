//! The rules of a replay for pages that tell an AI agent how to take part.
//!
//! Owns which sections of the rules page they show. What can change is taken from where the program itself has it: the
//! documentation, the order kinds, the refusal codes.

use std::fmt::Write as _;

use crate::domain::{OrderKind, RefusalCode};

/// The rules, as the documentation has them.
const SEMANTICS: &str = include_str!("../../docs/semantics.md");
/// The sections that an agent needs.
const SECTIONS: [&str; 4] = ["Clock and information", "Orders", "Money", "Risk"];

/// The rules on clock, orders, money and risk, with the order kinds and the refusal codes, in Markdown.
pub fn rules_text() -> String {
    let mut text = String::new();
    for heading in SECTIONS {
        let _ = writeln!(text, "## {heading}\n\n{}\n", section(heading));
        match heading {
            "Orders" => text.push_str(&order_kinds()),
            "Risk" => text.push_str(&refusals()),
            _ => {}
        }
    }
    text
}

/// One section of the rules page.
fn section(heading: &str) -> &'static str {
    let head = format!("\n## {heading}\n");
    let Some(start) = SEMANTICS.find(&head) else { return "" };
    let body = &SEMANTICS[start + head.len()..];
    body[..body.find("\n## ").unwrap_or(body.len())].trim()
}

fn order_kinds() -> String {
    let rows = OrderKind::ALL.iter().map(|kind| format!("- `{}`: {}\n", kind.as_str(), kind.doc()));
    format!("Order kinds:\n\n{}\n", rows.collect::<String>())
}

fn refusals() -> String {
    let rows = RefusalCode::ALL.iter().map(|code| format!("- `{}`: {}\n", code.as_str(), code.doc()));
    format!("Refusal codes:\n\n{}\n", rows.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_the_rules_are_found() {
        for heading in SECTIONS {
            assert!(section(heading).len() > 300, "{heading}");
        }
        assert!(section("Risk").contains("ORDER_TOO_LARGE"));
        assert!(!section("Orders").contains("\n## "));
    }
}
