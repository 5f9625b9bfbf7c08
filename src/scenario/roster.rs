//! Agents as text, for the registry: extracted from scenarios and agent files, and written back to files.
//!
//! Input is parsed by the scenario parser, and output is accepted by it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use toml_edit::{DocumentMut, Item, TableLike};

use super::format::{DEFAULT_PROFILE, UNLIMITED_PROFILE};
use super::{Problem, RiskText, Scenario, read};
use crate::domain::Cash;

/// An agent outside a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentText {
    /// Name shown in reports.
    pub name: String,
    /// Free-text description; empty if none.
    pub description: String,
    /// Labels for grouping.
    pub tags: Vec<String>,
    /// Line colour in charts, as `#rrggbb`.
    pub color: Option<String>,
    /// Starting balance in quote currency.
    pub starting_balance: Cash,
    /// Its strategy as written after `strategy = `.
    pub strategy: String,
    /// Its risk profile.
    pub risk: RiskText,
}

/// Checks a strategy as written after `strategy = `, as far as that is possible without a scenario.
///
/// # Errors
/// All its problems; spans are relative to `text`.
pub fn read_strategy(text: &str) -> Result<String, Vec<Problem>> {
    let problems = read::strategy_problems(text);
    if problems.is_empty() { Ok(text.trim().to_owned()) } else { Err(problems) }
}

/// The risk profile of a built-in name, or of the single `[risk.NAME]` table in a file's text.
///
/// # Errors
/// All problems of the text.
pub fn read_risk(source: &str) -> Result<RiskText, Vec<Problem>> {
    let name = read::risk_file(source)?;
    let limits = source.parse::<DocumentMut>().ok().and_then(|document| inline(&document["risk"][&name]));
    Ok(RiskText { limits: Some(limits.unwrap_or_else(|| "{}".to_owned())), name })
}

/// The agents of a file with `[[agents]]` and `[risk.*]` tables, in the file's order.
///
/// # Errors
/// All problems of the text.
pub fn read_roster(source: &str) -> Result<Vec<AgentText>, Vec<Problem>> {
    let members = read::roster_file(source)?;
    let document: DocumentMut = source.parse().map_err(|_| Vec::new())?;
    let texts = members.into_iter().enumerate().filter_map(|(index, member)| {
        Some(AgentText {
            strategy: inline(nth(&document, index)?.get("strategy")?)?,
            risk: risk(&document, &member.risk),
            name: member.name.as_str().to_owned(),
            description: member.description,
            tags: member.tags,
            color: member.color,
            starting_balance: member.starting_balance,
        })
    });
    Ok(texts.collect())
}

/// An agent of a scenario by name; `source` is the scenario's text. `None` where it has no such agent, or
/// where the agent comes from the registry.
pub fn agent_text(source: &str, scenario: &Scenario, name: &str) -> Option<AgentText> {
    let index = scenario.agents.iter().position(|agent| agent.name.as_str() == name)?;
    let agent = scenario.agents.get(index).filter(|agent| agent.registered.is_none())?;
    let document: DocumentMut = source.parse().ok()?;
    Some(AgentText {
        name: name.to_owned(),
        description: agent.description.clone(),
        tags: agent.tags.clone(),
        color: None,
        starting_balance: agent.starting_balance,
        strategy: inline(nth(&document, index)?.get("strategy")?)?,
        risk: risk(&document, &agent.risk.name),
    })
}

/// Whether a text is a colour, `#rrggbb`.
pub fn is_color(text: &str) -> bool {
    read::is_color(text)
}

/// The table at an index of `agents`, in either TOML notation.
fn nth(document: &DocumentMut, index: usize) -> Option<&dyn TableLike> {
    match document.get("agents")? {
        Item::ArrayOfTables(tables) => tables.get(index).map(|table| table as &dyn TableLike),
        Item::Value(value) => value.as_array()?.get(index)?.as_inline_table().map(|t| t as &dyn TableLike),
        _ => None,
    }
}

fn risk(document: &DocumentMut, name: &str) -> RiskText {
    let limits = document.get("risk").and_then(|all| all.get(name)).and_then(inline);
    RiskText { name: name.to_owned(), limits }
}

/// A value or table as written after an equals sign.
fn inline(item: &Item) -> Option<String> {
    let mut value = item.clone().into_value().ok()?;
    value.decor_mut().clear();
    Some(value.to_string().trim().to_owned())
}

/// A file that [`read_roster`] parses into these agents. Different profiles with the same name get numbers.
pub fn write_roster(agents: &[AgentText]) -> String {
    let mut profiles: BTreeMap<String, &str> = BTreeMap::new();
    let mut blocks = String::new();
    for agent in agents {
        let profile = profile_name(&mut profiles, &agent.risk);
        let _ = writeln!(blocks, "[[agents]]\nname = {}", quoted(&agent.name));
        if !agent.description.is_empty() {
            let _ = writeln!(blocks, "description = {}", quoted(&agent.description));
        }
        if !agent.tags.is_empty() {
            let tags: Vec<_> = agent.tags.iter().map(|tag| quoted(tag)).collect();
            let _ = writeln!(blocks, "tags = [{}]", tags.join(", "));
        }
        if let Some(color) = &agent.color {
            let _ = writeln!(blocks, "color = {}", quoted(color));
        }
        let _ = writeln!(
            blocks,
            "starting_balance = {}\nrisk = {}\nstrategy = {}\n",
            quoted(&agent.starting_balance.to_string()),
            quoted(&profile),
            agent.strategy
        );
    }
    let mut text = String::new();
    if !profiles.is_empty() {
        let lines: String =
            profiles.iter().map(|(name, limits)| format!("{} = {limits}\n", key(name))).collect();
        let _ = writeln!(text, "[risk]\n{lines}");
    }
    text + blocks.trim_end() + "\n"
}

/// The profile's unique name in the file.
fn profile_name<'a>(profiles: &mut BTreeMap<String, &'a str>, risk: &'a RiskText) -> String {
    let Some(limits) = risk.limits.as_deref() else { return risk.name.clone() };
    let taken = |name: &str| {
        [DEFAULT_PROFILE, UNLIMITED_PROFILE].contains(&name)
            || profiles.get(name).is_some_and(|other| *other != limits)
    };
    let numbered = (2..).map(|n| format!("{}-{n}", risk.name));
    let name = std::iter::once(risk.name.clone()).chain(numbered).find(|name| !taken(name));
    let name = name.unwrap_or_else(|| risk.name.clone());
    profiles.insert(name.clone(), limits);
    name
}

/// A text as a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn key(name: &str) -> String {
    toml_edit::Key::new(name).display_repr().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROSTER: &str = r##"
[risk.strict]
max_order_size_pct = 10
on_breach = "flatten"

[[agents]]
name = "trend"
tags = ["fast"]
color = "#3366cc"
risk = "strict"
strategy = { kind = "sma_cross", fast = 20, slow = 100 }

[[agents]]
name = "rules"
starting_balance = 500
[agents.strategy]
kind = "rules"
enter_all = ["rsi(14) < 30"]
stop_loss_pct = 3
"##;

    #[test]
    fn a_roster_reads_back_as_written() {
        let agents = read_roster(ROSTER).unwrap();
        assert_eq!(agents.len(), 2);
        assert_eq!(agents[0].strategy, r#"{ kind = "sma_cross", fast = 20, slow = 100 }"#);
        assert_eq!(agents[0].risk.name, "strict");
        assert_eq!(agents[1].starting_balance, "500".parse().unwrap());
        let text = write_roster(&agents);
        assert_eq!(read_roster(&text).unwrap(), agents, "{text}");
    }

    #[test]
    fn different_profiles_with_one_name_get_numbers() {
        let mut agents = read_roster(ROSTER).unwrap();
        agents[1].risk =
            RiskText { name: "strict".to_owned(), limits: Some("{ max_open_orders = 1 }".to_owned()) };
        let text = write_roster(&agents);
        let back = read_roster(&text).unwrap();
        assert_eq!(back[1].risk.name, "strict-2", "{text}");
        assert_eq!(back[1].risk.limits, agents[1].risk.limits);
        assert_eq!(text.matches("[risk]").count(), 1, "{text}");
    }

    #[test]
    fn problems_have_spans_in_the_given_text() {
        let text = "{ kind = \"sma_cross\", fsat = 20 }";
        let problems = read_strategy(text).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert_eq!(&text[problems[0].span.clone()], "fsat");
        assert_eq!(problems[0].help.as_deref(), Some("did you mean `fast`?"));
        assert!(read_strategy("{ kind = \"cash\" }\nmore = 1").is_err());
        assert!(read_strategy("{ kind = \"sma_cross\", fast = 200, slow = 100 }").is_err());
        assert!(read_strategy("{ kind = \"rules\", enter_all = [\"rsi(14) <\"] }").is_err());
        assert!(read_strategy("{ kind = \"sma_cross\"").is_err());
    }

    #[test]
    fn a_risk_file_holds_one_profile() {
        let risk = read_risk("[risk.tight]\nmax_open_orders = 3\n").unwrap();
        assert_eq!((risk.name.as_str(), risk.limits.as_deref()), ("tight", Some("{ max_open_orders = 3 }")));
        assert!(read_risk("").is_err());
        assert!(read_risk("[risk.a]\n[risk.b]\n").is_err());
        assert!(read_risk("[risk.default]\n").is_err());
        assert!(read_risk("[risk.a]\nmax_order = 3\n").is_err());
    }
}
