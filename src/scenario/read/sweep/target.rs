//! Resolves a swept parameter to a key of the file, and checks its values against that key.

use toml::de::{DeTable, DeValue};

use super::super::table::TableReader;
use super::super::value::{ReadValue, ValueReader};
use super::parameters::WrittenParameter;
use super::range;
use crate::domain::{Bps, Interval};
use crate::scenario::catalogue;
use crate::scenario::format::{ChoiceDoc, DEFAULT_PROFILE, KeyDoc, RISK, SLIPPAGE_MODELS, UNLIMITED_PROFILE};
use crate::scenario::format::{VENUE, ValueType};
use crate::scenario::suggest;
use crate::scenario::{AgentSpec, StrategyKind, SweptParameter, SweptValue, SweptValues};

/// The parameters with full paths and checked values; `None` if a problem was reported.
pub(super) fn resolve(
    table: &TableReader<'_>,
    document: &DeTable<'_>,
    agent: &AgentSpec,
    written: Vec<WrittenParameter<'_>>,
) -> Option<Vec<SweptParameter>> {
    let scope = Scope { table, document, agent };
    let placed: Vec<_> = written.iter().map(|written| scope.parameter(written)).collect();
    let placed: Vec<SweptParameter> = placed.into_iter().collect::<Option<_>>()?;
    for (index, (one, written)) in placed.iter().zip(&written).enumerate() {
        if let Some(first) = placed[..index].iter().find(|before| before.key() == one.key()) {
            let message = if first.path == one.path {
                format!("`{}` is swept twice", one.path)
            } else {
                format!("`{}` and `{}` have the same name", first.path, one.path)
            };
            let help = "keep one of them".to_owned();
            table.problems.error(written.key.clone(), message, "already listed".to_owned(), Some(help));
            return None;
        }
    }
    Some(placed)
}

/// The tables that a path is resolved in.
struct Scope<'a, 't> {
    table: &'a TableReader<'t>,
    document: &'a DeTable<'t>,
    agent: &'a AgentSpec,
}

impl Scope<'_, '_> {
    fn parameter(&self, written: &WrittenParameter<'_>) -> Option<SweptParameter> {
        let (path, doc) = self.find(written)?;
        let given = ValueReader { key: doc.name, value: written.values, problems: self.table.problems };
        let values = values(&given, &doc.value)?;
        Some(SweptParameter { path, values, spans: range::spans(written.values) })
    }

    /// The full path and the description of the key.
    fn find(&self, written: &WrittenParameter<'_>) -> Option<(String, KeyDoc)> {
        let agent = self.agent.name.as_str();
        let profile = self.agent.risk.name.as_str();
        match written.path.as_slice() {
            ["agents", name, rest @ ..] if *name == agent => self.find_short(written, rest),
            ["risk", name, key] if *name == profile => self.find_short(written, &["risk", key]),
            path => self.find_short(written, path),
        }
    }

    fn find_short(&self, written: &WrittenParameter<'_>, path: &[&str]) -> Option<(String, KeyDoc)> {
        match path {
            ["strategy", key] | [key] => self.strategy(written, key),
            ["risk", key] => self.risk(written, key),
            ["venue", "slippage", key] => self.slippage(written, key),
            ["venue", key] => {
                let doc = self.known(written, key, VENUE.keys, "`[venue]`")?;
                Some((format!("venue.{key}"), doc))
            }
            _ => {
                let help = format!(
                    "a parameter of the strategy by its name, or `risk.KEY`, `venue.KEY` or `venue.slippage.KEY`, \
                     of agent `{}` and its risk profile `{}`",
                    self.agent.name, self.agent.risk.name
                );
                let message = format!("`{}` cannot be swept", written.path.join("."));
                self.table.problems.error(
                    written.key.clone(),
                    message,
                    "no such parameter".to_owned(),
                    Some(help),
                );
                None
            }
        }
    }

    fn strategy(&self, written: &WrittenParameter<'_>, key: &str) -> Option<(String, KeyDoc)> {
        let kind = kind(&self.agent.strategy.kind);
        if kind == "signals" && ["mode", "timeframe"].contains(&key) {
            let message = format!("`{key}` of `signals` cannot be swept");
            let label = "the file's rows are read by it".to_owned();
            let help = "sweep `stamped`, `rebalance`, `drift_pct` or `size_pct`, or add an agent".to_owned();
            self.table.problems.error(written.key.clone(), message, label, Some(help));
            return None;
        }
        let variants = catalogue::strategy_variants();
        let keys = variants.iter().find(|variant| variant.name == kind)?.keys;
        let doc = self.known(written, key, keys, &format!("`strategy` of kind `{kind}`"))?;
        Some((format!("strategy.{key}"), doc))
    }

    fn risk(&self, written: &WrittenParameter<'_>, key: &str) -> Option<(String, KeyDoc)> {
        let profile = self.agent.risk.name.as_str();
        if profile == DEFAULT_PROFILE || profile == UNLIMITED_PROFILE {
            self.table.problems.error(
                written.key.clone(),
                format!("the risk profile `{profile}` of agent `{}` is built in", self.agent.name),
                "cannot be swept".to_owned(),
                Some("define a profile for the agent in the scenario, such as `[risk.swept]`".to_owned()),
            );
            return None;
        }
        let doc = self.known(written, key, RISK.keys, &format!("`[risk.{profile}]`"))?;
        Some((format!("risk.{key}"), doc))
    }

    fn slippage(&self, written: &WrittenParameter<'_>, key: &str) -> Option<(String, KeyDoc)> {
        let table = |value: Option<&'_ toml::Spanned<DeValue<'_>>>, key: &str| -> Option<String> {
            value?
                .get_ref()
                .as_table()?
                .get(key)?
                .get_ref()
                .as_table()?
                .get("model")?
                .get_ref()
                .as_str()
                .map(str::to_owned)
        };
        let model = table(self.document.get("venue"), "slippage").unwrap_or_else(|| "none".to_owned());
        let keys = SLIPPAGE_MODELS.iter().find(|variant| variant.name == model)?.keys;
        let doc = self.known(written, key, keys, &format!("`slippage` of model `{model}`"))?;
        Some((format!("venue.slippage.{key}"), doc))
    }

    /// The description of a key, if it exists; reports it otherwise.
    fn known(
        &self,
        written: &WrittenParameter<'_>,
        key: &str,
        keys: &[KeyDoc],
        title: &str,
    ) -> Option<KeyDoc> {
        if let Some(doc) = keys.iter().find(|doc| doc.name == key) {
            return Some(*doc);
        }
        let names: Vec<&str> = keys.iter().map(|doc| doc.name).collect();
        self.table.problems.error(
            written.key.clone(),
            format!("unknown parameter `{key}` of {title}"),
            "no such parameter".to_owned(),
            suggest::help(key, &names).or_else(|| Some("it has no parameters".to_owned())),
        );
        None
    }
}

/// A strategy's kind as written.
fn kind(kind: &StrategyKind) -> String {
    let json = serde_json::to_value(kind).ok();
    json.and_then(|json| json.get("kind")?.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The values of a list or a range, each checked against the key.
fn values(given: &ValueReader<'_>, of: &ValueType) -> Option<SweptValues> {
    match given.value.get_ref() {
        DeValue::Array(list) => {
            if list.is_empty() {
                return given.fail(
                    format!("`{}` has no values", given.key),
                    "needs at least one".to_owned(),
                    Some(format!("write a list such as [{}]", of.example())),
                );
            }
            let mut found: Option<Vec<SweptValue>> = Some(Vec::new());
            for item in list.iter() {
                let item = ValueReader { key: given.key, value: item, problems: given.problems };
                let value = check(&item, of).and_then(|value| {
                    let twice = found.as_ref().is_some_and(|found| found.contains(&value));
                    if twice {
                        let message = format!("{value} is listed twice in `{}`", given.key);
                        return item.fail(
                            message,
                            "already listed".to_owned(),
                            Some("remove one".to_owned()),
                        );
                    }
                    Some(value)
                });
                found = found.zip(value).map(|(mut found, value)| {
                    found.push(value);
                    found
                });
            }
            found.map(SweptValues::Listed)
        }
        DeValue::Table(table) => {
            let inner = if let ValueType::Limit(of) = of { of } else { of };
            match inner {
                ValueType::Integer { .. }
                | ValueType::Number(_)
                | ValueType::Percent(_)
                | ValueType::BasisPoints(_) => range::read(given, table, inner, |end| check(end, inner)),
                _ => {
                    let help = Some("list its values: [.., ..]".to_owned());
                    given.fail(
                        format!("`{}` is not a number and cannot have a range", given.key),
                        "not a number".to_owned(),
                        help,
                    )
                }
            }
        }
        _ => None,
    }
}

/// One value, checked against the key.
fn check(given: &ValueReader<'_>, of: &ValueType) -> Option<SweptValue> {
    match of {
        ValueType::Integer { .. } => {
            let value = u64::read(given, of)?;
            i64::try_from(value).ok().map(SweptValue::Integer).or_else(|| {
                let help = format!("write at most {}", i64::MAX);
                given.fail(
                    format!("`{}` is too large to be swept", given.key),
                    "too large".to_owned(),
                    Some(help),
                )
            })
        }
        ValueType::Number(_) => f64::read(given, of).map(SweptValue::Number),
        ValueType::Percent(_) | ValueType::BasisPoints(_) => {
            Bps::read(given, of)?;
            f64::read(given, of).map(SweptValue::Number)
        }
        ValueType::Boolean => bool::read(given, of).map(SweptValue::Boolean),
        ValueType::Limit(inner) => match given.value.get_ref() {
            DeValue::Boolean(false) => Some(SweptValue::Boolean(false)),
            DeValue::String(text) if text == "off" => Some(SweptValue::Boolean(false)),
            DeValue::Integer(_) | DeValue::Float(_) => check(given, inner),
            _ => given.wrong_type(of, None),
        },
        ValueType::Choice { noun, choices } => word(given, of, noun, &choices()),
        ValueType::Interval => {
            Interval::read(given, of).map(|interval| SweptValue::Word(interval.to_string()))
        }
        _ => {
            let message = format!("`{}` is {} and cannot be swept", given.key, of.expected());
            let help = "numbers, booleans, choices and intervals can be swept".to_owned();
            given.fail(message, "cannot be swept".to_owned(), Some(help))
        }
    }
}

fn word(given: &ValueReader<'_>, of: &ValueType, noun: &str, choices: &[ChoiceDoc]) -> Option<SweptValue> {
    let names: Vec<&str> = choices.iter().map(|choice| choice.name).collect();
    let Some(text) = given.value.get_ref().as_str() else {
        return given.wrong_type(of, Some(format!("known: {}", names.join(", "))));
    };
    if names.contains(&text) {
        return Some(SweptValue::Word(text.to_owned()));
    }
    given.fail(format!("unknown {noun} `{text}`"), format!("no such {noun}"), suggest::help(text, &names))
}
