//! Edits a scenario's text: replaces agents and settings, keeps everything else as the user wrote it.
//!
//! Does not validate the result: the parser does, with spans in the edited text.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Key, Table, TableLike, Value, value};

/// A scenario text with its edits applied.
#[derive(Debug, Clone, Default)]
pub struct Edited<'a> {
    /// Id of the run that the edited scenario is a rematch of.
    pub rematch_of: Option<&'a str>,
    /// Participants; `None` keeps those of the scenario. Names that the scenario does not have are taken from
    /// the registry.
    pub agents: Option<&'a [String]>,
    /// Values by path: `battle.ranking_metric`, `agents.NAME.strategy.fast`.
    pub settings: &'a [(String, String)],
}

/// Why a text cannot be edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text is not valid TOML.
    #[error("the scenario is not valid TOML: {problem}")]
    NotToml {
        /// The parser's message.
        problem: String,
    },
    /// A path is malformed, or leads through a value that is not a table.
    #[error("the scenario has no `{path}`")]
    NoPath {
        /// Dotted path of the key.
        path: String,
    },
    /// A path names an agent that does not take part.
    #[error("`{path}`: there is no agent `{agent}`")]
    NoAgent {
        /// Dotted path of the key.
        path: String,
        /// The agent's name.
        agent: String,
        /// Names of the participants.
        known: Vec<String>,
    },
}

/// The edited text.
///
/// # Errors
/// [`EditError`].
pub fn edit(source: &str, change: &Edited<'_>) -> Result<String, EditError> {
    let mut document: DocumentMut = source
        .parse()
        .map_err(|error: toml_edit::TomlError| EditError::NotToml { problem: error.message().to_owned() })?;
    if let Some(agents) = change.agents {
        choose(&mut document, agents);
    }
    for (path, text) in change.settings {
        set(&mut document, path, text)?;
    }
    if let Some(parent) = change.rematch_of {
        let scenario = document.entry("scenario").or_insert_with(|| Item::Table(Table::new()));
        if let Some(table) = scenario.as_table_like_mut() {
            table.insert("rematch_of", value(parent));
        }
    }
    Ok(document.to_string())
}

/// The agent's name: `name`, or the name of its registered agent.
fn name_of(table: &dyn TableLike) -> Option<&str> {
    table.get("name").or_else(|| table.get("registered")).and_then(Item::as_str)
}

/// Keeps the listed agents, and adds those that are missing as registered agents.
fn choose(document: &mut DocumentMut, agents: &[String]) {
    let mut kept = ArrayOfTables::new();
    let mut found = Vec::new();
    if let Some(tables) = document.get("agents").cloned().and_then(|item| item.into_array_of_tables().ok()) {
        for table in tables {
            let name = name_of(&table).map(str::to_owned);
            if let Some(name) = name.filter(|name| agents.contains(name)) {
                found.push(name);
                kept.push(table);
            }
        }
    }
    for agent in agents.iter().filter(|agent| !found.contains(agent)) {
        let mut table = Table::new();
        table.insert("registered", value(agent.as_str()));
        kept.push(table);
    }
    document.insert("agents", Item::ArrayOfTables(kept));
}

/// Sets one value; missing tables on its path are created.
fn set(document: &mut DocumentMut, path: &str, text: &str) -> Result<(), EditError> {
    let nowhere = || EditError::NoPath { path: path.to_owned() };
    let keys = Key::parse(path).map_err(|_| nowhere())?;
    let keys: Vec<&str> = keys.iter().map(Key::get).collect();
    let new = text.parse::<Value>().unwrap_or_else(|_| Value::from(text));
    let (last, tables) = keys.split_last().ok_or_else(nowhere)?;
    let mut table: &mut dyn TableLike = document.as_table_mut();
    let mut rest = tables;
    if let ["agents", name, further @ ..] = tables {
        table = agent(document, path, name)?;
        rest = further;
    }
    for key in rest {
        let item = table.entry(key).or_insert_with(|| Item::Table(Table::new()));
        table = item.as_table_like_mut().ok_or_else(nowhere)?;
    }
    table.insert(last, Item::Value(new));
    Ok(())
}

/// The table of an agent, by name.
fn agent<'d>(
    document: &'d mut DocumentMut,
    path: &str,
    name: &str,
) -> Result<&'d mut dyn TableLike, EditError> {
    let tables = document.get_mut("agents").and_then(Item::as_array_of_tables_mut);
    let known: Vec<String> = tables
        .as_deref()
        .into_iter()
        .flat_map(|tables| tables.iter())
        .filter_map(|table| name_of(table).map(str::to_owned))
        .collect();
    let index = known.iter().position(|other| other == name);
    match (tables, index) {
        (Some(tables), Some(index)) if index < tables.len() => {
            tables.get_mut(index).map(|table| table as &mut dyn TableLike)
        }
        _ => None,
    }
    .ok_or_else(|| EditError::NoAgent { path: path.to_owned(), agent: name.to_owned(), known })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# A comment.
[scenario]
name = "one" # kept

[[agents]]
name = "trend"
strategy = { kind = "sma_cross", fast = 20, slow = 100 }

[[agents]]
name = "idle"
strategy = { kind = "cash" }

[battle]
ranking_metric = "roi_pct"
"#;

    fn settings(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    fn changed(all: &[(&str, &str)]) -> Result<String, EditError> {
        edit(TEXT, &Edited { settings: &settings(all), ..Edited::default() })
    }

    #[test]
    fn settings_change_and_the_rest_stays() {
        let text = changed(&[
            ("battle.ranking_metric", "sharpe_ratio"),
            ("agents.trend.strategy.fast", "10"),
            ("scenario.seed", "7"),
            ("market.path", "data/sample"),
            ("venue.slippage.model", "none"),
        ])
        .unwrap();
        assert!(text.starts_with("# A comment.\n[scenario]\nname = \"one\" # kept\nseed = 7\n"), "{text}");
        assert!(text.contains("ranking_metric = \"sharpe_ratio\""), "{text}");
        assert!(text.contains("{ kind = \"sma_cross\", fast = 10, slow = 100 }"), "{text}");
        assert!(text.contains("path = \"data/sample\""), "{text}");
        let back: toml::Table = text.parse().unwrap();
        assert_eq!(back["venue"]["slippage"]["model"].as_str(), Some("none"));
    }

    #[test]
    fn agents_are_kept_dropped_and_added() {
        let agents = ["idle".to_owned(), "momentum-v1".to_owned()];
        let text =
            edit(TEXT, &Edited { agents: Some(&agents), rematch_of: Some("abc"), ..Edited::default() })
                .unwrap();
        let back: toml::Table = text.parse().unwrap();
        let list = back["agents"].as_array().unwrap();
        assert_eq!(list.len(), 2, "{text}");
        assert_eq!(list[0]["name"].as_str(), Some("idle"));
        assert_eq!(list[1]["registered"].as_str(), Some("momentum-v1"));
        assert_eq!(back["scenario"]["rematch_of"].as_str(), Some("abc"));
        assert_eq!(back["battle"]["ranking_metric"].as_str(), Some("roi_pct"));
    }

    #[test]
    fn invalid_paths_are_refused() {
        assert_eq!(
            changed(&[("agents.trnd.strategy.fast", "1")]),
            Err(EditError::NoAgent {
                path: "agents.trnd.strategy.fast".to_owned(),
                agent: "trnd".to_owned(),
                known: vec!["trend".to_owned(), "idle".to_owned()],
            })
        );
        assert!(matches!(changed(&[("scenario.name.first", "1")]), Err(EditError::NoPath { .. })));
        assert!(matches!(changed(&[("", "1")]), Err(EditError::NoPath { .. })));
    }
}
