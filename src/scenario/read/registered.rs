//! `registered = ".."` of an agent: the registry supplies what the scenario leaves out.

use std::ops::Range;

use toml::Spanned;

use super::agent_context::AgentContext;
use super::market;
use super::strategy::ReadStrategy;
use super::table::TableReader;
use super::value::ReadValue;
use super::{risk_text, strategy_text};
use crate::domain::{AgentName, Cash, SymbolId};
use crate::scenario::format::{DEFAULT_PROFILE, UNLIMITED_PROFILE};
use crate::scenario::{
    ExistingWallet, Problem, Registered, RegistryEntry, RiskProfile, StartingWallet, Unregistered,
    WalletChoice, suggest,
};

/// Keys whose values the registry can supply.
const SHARED: [&str; 5] = ["description", "tags", "starting_balance", "risk", "strategy"];

/// The source of an agent's values.
pub(super) enum AgentSource {
    /// The scenario only.
    Scenario,
    /// The registry, for whatever the scenario leaves out. Boxed: most agents are defined in the scenario.
    Registry {
        entry: Box<RegistryEntry>,
        /// Span of the registered agent's name.
        span: Range<usize>,
    },
    /// The registry, which does not have the agent; already reported.
    Missing,
}

/// The parsed registration of an agent.
pub(super) struct ReadRegistration {
    /// The registration, of a registered agent.
    pub(super) registered: Option<Registered>,
    /// Quote currency of its existing wallet.
    pub(super) cash: Option<Cash>,
}

/// Looks the agent up if it is a registered one.
pub(super) fn read(table: &TableReader<'_>, context: &AgentContext<'_>) -> AgentSource {
    let name: Option<Option<Spanned<String>>> = table.optional("registered");
    let version: Option<Option<Spanned<u32>>> = table.optional("version");
    let (name, version) = match (name, version) {
        (Some(Some(name)), Some(version)) => (name, version),
        (Some(None), _) => {
            only_registered(table, "version");
            return AgentSource::Scenario;
        }
        _ => return AgentSource::Missing,
    };
    match context.registry.find(name.get_ref(), version.as_ref().map(|version| *version.get_ref())) {
        Ok(entry) => AgentSource::Registry { entry: Box::new(entry), span: name.span() },
        Err(problem) => {
            report(table, &name, version.as_ref(), problem);
            AgentSource::Missing
        }
    }
}

/// Reports a key that applies to registered agents only.
fn only_registered(table: &TableReader<'_>, key: &'static str) {
    if table.has(key) {
        table.problems.error(
            table.span(key),
            format!("`{key}` is only for registered agents"),
            "requires `registered`".to_owned(),
            Some("add `registered = \"NAME\"`, or remove this key".to_owned()),
        );
    }
}

fn report(
    table: &TableReader<'_>,
    name: &Spanned<String>,
    version: Option<&Spanned<u32>>,
    problem: Unregistered,
) {
    let text = name.get_ref();
    let (span, message, label, help) = match problem {
        Unregistered::Unknown { known } => {
            let known: Vec<_> = known.iter().map(String::as_str).collect();
            let help = suggest::help(text, &known).unwrap_or_else(|| {
                "`tiltyard agent create` registers an agent; --out selects its store".to_owned()
            });
            (
                name.span(),
                format!("there is no active registered agent `{text}`"),
                "not in the registry",
                help,
            )
        }
        Unregistered::NoVersion { latest } => {
            let span = version.map_or_else(|| name.span(), Spanned::span);
            let wanted = version.map_or(0, |version| *version.get_ref());
            let message = format!("the registered agent `{text}` has no version {wanted}");
            (span, message, "no such version", format!("its newest version is {latest}"))
        }
        Unregistered::Unreadable { reason } => {
            let message = format!("cannot look up the registered agent `{text}`: {reason}");
            (name.span(), message, "needs the registry", "check the store that --out names".to_owned())
        }
    };
    table.problems.error(span, message, label.to_owned(), Some(help));
}

impl AgentSource {
    /// Whether the registered agent was not found; already reported.
    pub(super) const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// The agent's name: from the scenario, otherwise from the registry.
    pub(super) fn name(&self, table: &TableReader<'_>) -> Option<Spanned<AgentName>> {
        let Some(entry) = self.fallback_entry(table, "name") else {
            return match self {
                // The missing registration is already reported.
                Self::Missing if !table.has("name") => {
                    table.skip("name");
                    None
                }
                _ => table.value("name"),
            };
        };
        AgentName::new(&entry.name).ok().map(|name| Spanned::new(table.span("registered"), name))
    }

    /// The registry's entry, for a key that the scenario leaves out.
    pub(super) fn fallback_entry(
        &self,
        table: &TableReader<'_>,
        key: &'static str,
    ) -> Option<&RegistryEntry> {
        match self {
            Self::Registry { entry, .. } if !table.has(key) => {
                table.skip(key);
                Some(entry)
            }
            _ => None,
        }
    }

    /// A value of the scenario, otherwise of the registry.
    pub(super) fn value<T: ReadValue>(
        &self,
        table: &TableReader<'_>,
        key: &'static str,
        of: impl Fn(&RegistryEntry) -> T,
    ) -> Option<T> {
        match self.fallback_entry(table, key) {
            Some(entry) => Some(of(entry)),
            None => table.value(key),
        }
    }

    /// The registration; `None` if a problem was reported.
    pub(super) fn registered(
        &self,
        table: &TableReader<'_>,
        context: &AgentContext<'_>,
    ) -> Option<ReadRegistration> {
        let choice: Option<WalletChoice> = table.optional("wallet").map(Option::unwrap_or_default);
        let (entry, span) = match self {
            Self::Scenario => {
                only_registered(table, "wallet");
                return Some(ReadRegistration { registered: None, cash: None });
            }
            Self::Missing => return None,
            Self::Registry { entry, span } => (entry, span),
        };
        let (wallet, cash) = match choice? {
            WalletChoice::Fresh => (StartingWallet::Fresh, None),
            WalletChoice::Existing => {
                let wallet = existing(table, entry, context)?;
                (StartingWallet::Existing(wallet), Some(entry.wallet.cash))
            }
        };
        let span = if table.has("wallet") { table.span("wallet") } else { span.clone() };
        let registered = Registered {
            id: entry.id.clone(),
            name: entry.name.clone(),
            version: entry.version,
            epoch: entry.epoch,
            overrides: SHARED.into_iter().filter(|key| table.has(key)).collect(),
            wallet,
            span,
        };
        Some(ReadRegistration { registered: Some(registered), cash })
    }
}

/// The existing wallet, if this scenario can continue with it; reports it otherwise.
fn existing(
    table: &TableReader<'_>,
    entry: &RegistryEntry,
    context: &AgentContext<'_>,
) -> Option<ExistingWallet> {
    let fresh = || Some("or start with `wallet = \"fresh\"`".to_owned());
    let fail = |key: &str, message: String, label: &str, help: Option<String>| {
        table.problems.error(table.span(key), message, label.to_owned(), help);
    };
    if table.has("starting_balance") {
        let message = "an existing wallet has its own balance".to_owned();
        fail(
            "starting_balance",
            message,
            "conflicts with the existing wallet",
            Some("remove it, or use `wallet = \"fresh\"`".to_owned()),
        );
        return None;
    }
    if let (Some(own), Some(quote)) = (&entry.quote, context.quote)
        && own != quote
    {
        let message = format!("the wallet of `{}` is in {own}, this scenario in {quote}", entry.name);
        fail("wallet", message, "another currency", fresh());
        return None;
    }
    let symbols = context.symbols?;
    let mut positions = Vec::new();
    let mut strange = Vec::new();
    for (symbol, position) in &entry.wallet.positions {
        let id = match context.instruments {
            Some(all) => all.iter().position(|one| one.symbol.as_str() == symbol).and_then(symbol_id),
            None => market::find(symbols, symbol),
        };
        match id {
            Some(id) => positions.push((id, *position)),
            None => strange.push(symbol.as_str()),
        }
    }
    if !strange.is_empty() {
        let held = strange.join(", ");
        let message = format!("`{}` holds {held}, which this scenario does not include", entry.name);
        let help = format!("add {held} to `symbols` of `[market]`, or start with `wallet = \"fresh\"`");
        fail("wallet", message, "required for the positions of its last run", Some(help));
        return None;
    }
    positions.sort_by_key(|(id, _)| *id);
    Some(ExistingWallet { as_of: entry.as_of, positions })
}

fn symbol_id(index: usize) -> Option<SymbolId> {
    u16::try_from(index).ok().map(SymbolId)
}

/// The registry's strategy, parsed for this scenario.
pub(super) fn strategy(
    table: &TableReader<'_>,
    entry: &RegistryEntry,
    context: &AgentContext<'_>,
) -> Option<ReadStrategy> {
    let (read, problems) = strategy_text(&entry.strategy, context);
    does_not_fit(table, entry, "strategy", &problems);
    let size_span = table.span("registered");
    read.filter(|_| problems.is_empty()).map(|read| ReadStrategy { size_span, ..read })
}

/// The registry's risk profile.
pub(super) fn risk(table: &TableReader<'_>, entry: &RegistryEntry) -> Option<RiskProfile> {
    match (entry.risk.name.as_str(), &entry.risk.limits) {
        (DEFAULT_PROFILE, None) => Some(RiskProfile::standard()),
        (UNLIMITED_PROFILE, None) => Some(RiskProfile::unlimited()),
        (name, limits) => {
            let (profile, problems) = risk_text(name, limits.as_deref().unwrap_or("{}"));
            does_not_fit(table, entry, "risk profile", &problems);
            profile.filter(|_| problems.is_empty())
        }
    }
}

/// Reports registry data that this scenario cannot use, at the span of the agent's name.
fn does_not_fit(table: &TableReader<'_>, entry: &RegistryEntry, what: &str, problems: &[Problem]) {
    for problem in problems {
        let message = format!(
            "the {what} of `{}` (version {}) is not valid in this scenario: {}",
            entry.name, entry.version, problem.message
        );
        let label = "the registered value".to_owned();
        table.problems.error(table.span("registered"), message, label, problem.help.clone());
    }
}
