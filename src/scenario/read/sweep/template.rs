//! A parsed file into which swept values are substituted; a trial's agent and venue are parsed like those of
//! any scenario.
//!
//! Invariant: a trial has passed every check that the same values written in the file would have passed.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::agent;
use super::super::agent_context::AgentContext;
use super::super::risk::{self, Profiles};
use super::super::table::TableReader;
use super::super::venue;
use crate::domain::{AgentName, Interval, Symbol, Zone};
use crate::scenario::format::{ROOT, ValueType};
use crate::scenario::problem::{Problem, Problems};
use crate::scenario::{AgentSpec, NoRegistry, SweptParameter, SweptValue, TrialSetup, VenueSpec};

/// A scenario's text with what is needed to parse one of its agents again.
#[derive(Debug, Clone)]
pub struct Template {
    source: Arc<str>,
    agent: AgentName,
    profile: String,
    venue: VenueSpec,
    symbols: Vec<Symbol>,
    interval: Interval,
    zone: Zone,
    profiles: Profiles,
    sweeps_risk: bool,
    sweeps_venue: bool,
}

impl Template {
    /// A template for an agent of the file; `None` where the surrounding tables had errors.
    pub(super) fn new(
        source: &str,
        agent: &AgentSpec,
        venue: &VenueSpec,
        context: &AgentContext<'_>,
        parameters: &[SweptParameter],
    ) -> Option<Self> {
        let sweeps = |table: &str| parameters.iter().any(|parameter| parameter.path.starts_with(table));
        Some(Self {
            source: source.into(),
            agent: agent.name.clone(),
            profile: agent.risk.name.clone(),
            venue: venue.clone(),
            symbols: context.symbols?.to_vec(),
            interval: context.interval?,
            zone: context.zone,
            profiles: context.profiles?.clone(),
            sweeps_risk: sweeps("risk."),
            sweeps_venue: sweeps("venue."),
        })
    }

    /// The configuration of each combination, or its problems.
    pub(in crate::scenario) fn setups(
        &self,
        parameters: &[SweptParameter],
        combinations: &[Vec<SweptValue>],
    ) -> Vec<Result<TrialSetup, Vec<Problem>>> {
        let (document, _) = DeTable::parse_recoverable(&self.source);
        let document = document.get_ref();
        combinations.iter().map(|values| self.setup(document, parameters, values)).collect()
    }

    fn setup(
        &self,
        document: &DeTable<'_>,
        parameters: &[SweptParameter],
        values: &[SweptValue],
    ) -> Result<TrialSetup, Vec<Problem>> {
        let problems = Problems::new(&self.source);
        let texts: Vec<String> = values.iter().map(SweptValue::toml).collect();
        let filled = FilledTemplate { parameters, texts: &texts, values };
        let setup = self.read(document, &filled, &problems);
        match setup {
            Some(setup) if !problems.any_error() => Ok(setup),
            _ => Err(problems.into_sorted()),
        }
    }

    fn read(
        &self,
        document: &DeTable<'_>,
        filled: &FilledTemplate<'_>,
        problems: &Problems<'_>,
    ) -> Option<TrialSetup> {
        let venue = if self.sweeps_venue {
            let table = filled.table(inner(document, "venue"), "venue");
            venue::read(&TableReader::new(
                "`[venue]`".to_owned(),
                keys("venue")?,
                0..0,
                Some(&table),
                problems,
            ))?
        } else {
            self.venue.clone()
        };
        let mut profiles = self.profiles.clone();
        if self.sweeps_risk {
            let written = inner(document, "risk").and_then(|risk| inner(risk, &self.profile))?;
            let table = filled.table(Some(written), "risk");
            let title = format!("`[risk.{}]`", self.profile);
            let name = Spanned::new(0..0, self.profile.as_str());
            let table = TableReader::new(title, keys("risk")?, 0..0, Some(&table), problems);
            profiles.extend(risk::read(vec![(name, table)]));
        }
        let context = AgentContext {
            symbols: Some(&self.symbols),
            instruments: None,
            interval: Some(self.interval),
            profiles: Some(&profiles),
            quote: None,
            zone: self.zone,
            registry: &NoRegistry,
        };
        let list = document.get("agents")?.get_ref().as_array()?;
        let tables = list.iter().filter_map(|agent| agent.get_ref().as_table());
        let own = |table: &&DeTable<'_>| {
            table.get("name").and_then(|name| name.get_ref().as_str()) == Some(self.agent.as_str())
        };
        let mut agent = tables.into_iter().find(own)?.clone();
        if let Some(strategy) = agent.get_mut("strategy") {
            let table = filled.table(strategy.get_ref().as_table(), "strategy");
            *strategy = Spanned::new(strategy.span(), DeValue::Table(table));
        }
        let table =
            TableReader::new("`[[agents]]`".to_owned(), keys("agents")?, 0..0, Some(&agent), problems);
        let agent = agent::read_one(&table, &context)?;
        Some(TrialSetup { agent, venue })
    }
}

/// The table under a key.
fn inner<'a, 't>(table: &'a DeTable<'t>, key: &str) -> Option<&'a DeTable<'t>> {
    table.get(key)?.get_ref().as_table()
}

/// The allowed keys of a top-level table.
fn keys(name: &str) -> Option<&'static [crate::scenario::format::KeyDoc]> {
    match ROOT.keys.iter().find(|doc| doc.name == name)?.value {
        ValueType::Table(table) | ValueType::Tables(table) | ValueType::Named(table) => Some(table.keys),
        _ => None,
    }
}

/// A combination while it is substituted into the file's tables.
struct FilledTemplate<'v> {
    parameters: &'v [SweptParameter],
    texts: &'v [String],
    values: &'v [SweptValue],
}

impl<'v> FilledTemplate<'v> {
    /// A table with its values substituted.
    fn table<'t>(&'v self, written: Option<&DeTable<'t>>, name: &str) -> DeTable<'t>
    where
        'v: 't,
    {
        let mut table = written.cloned().unwrap_or_else(DeTable::new);
        for (index, parameter) in self.parameters.iter().enumerate() {
            let Some(path) = parameter.path.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')) else {
                continue;
            };
            let Some(value) = self.value(index) else { continue };
            match path.split_once('.') {
                None => insert(&mut table, path, value),
                Some((outer, key)) => {
                    if let Some(DeValue::Table(nested)) = table.get_mut(outer).map(Spanned::get_mut) {
                        insert(nested, key, value);
                    }
                }
            }
        }
        table
    }

    /// A value in TOML form, with the span at which the sweep lists it.
    fn value(&'v self, index: usize) -> Option<Spanned<DeValue<'v>>> {
        let spans = &self.parameters[index].spans;
        let listed = match &self.parameters[index].values {
            crate::scenario::SweptValues::Listed(all) if spans.len() == all.len() => {
                all.iter().position(|one| *one == self.values[index])
            }
            _ => None,
        };
        let span = spans.get(listed.unwrap_or(0)).cloned().unwrap_or(0..0);
        let value = DeValue::parse(&self.texts[index]).ok()?;
        Some(Spanned::new(span, value.into_inner()))
    }
}

fn insert<'t>(table: &mut DeTable<'t>, key: &str, value: Spanned<DeValue<'t>>) {
    match table.get_mut(key) {
        Some(written) => *written = value,
        None => {
            table.insert(Spanned::new(value.span(), key.to_owned().into()), value);
        }
    }
}
