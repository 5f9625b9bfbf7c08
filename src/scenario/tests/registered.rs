//! Agents that come from the registry.

use std::collections::BTreeMap;
use std::path::Path;

use super::{GOOD, assert_mistake, changed, valid};
use crate::domain::{CarriedPosition, CarriedTrip, PriceSum, SymbolId, Timestamp, Wallet};
use crate::scenario::{
    Outside, Problem, RegistryEntry, RiskText, Scenario, StartingWallet, StrategyKind, identity_json,
};

fn entry(name: &str) -> RegistryEntry {
    RegistryEntry {
        id: "0192f0c1-0000-7000-8000-000000000001".to_owned(),
        name: name.to_owned(),
        version: 3,
        description: "follows".to_owned(),
        tags: vec!["fast".to_owned()],
        strategy: "{ kind = \"sma_cross\", fast = 5, slow = 50 }".to_owned(),
        risk: RiskText { name: "tight".to_owned(), limits: Some("{ max_open_orders = 3 }".to_owned()) },
        epoch: 2,
        starting_balance: "5000".parse().unwrap(),
        wallet: Wallet::of_cash("5000".parse().unwrap()),
        as_of: None,
        quote: None,
    }
}

fn position() -> CarriedPosition {
    let cash = |text: &str| text.parse().unwrap();
    let trip = CarriedTrip {
        opened_at: Timestamp::default(),
        opened_bar: Timestamp::default(),
        bought: PriceSum::default(),
        bought_for: cash("20"),
        entry_fees: cash("0.02"),
        sold: PriceSum::default(),
        fees: cash("0.02"),
        realised: cash("0"),
        fills: 1,
        worst: cash("0"),
        best: cash("0"),
    };
    CarriedPosition {
        quantity: "2".parse().unwrap(),
        cost: cash("20"),
        entry_fees: cash("0.02"),
        mark: "11".parse().unwrap(),
        trip,
    }
}

fn parse(source: &str, entry: RegistryEntry) -> Result<Scenario, Vec<Problem>> {
    let registry = BTreeMap::from([(entry.name.clone(), entry)]);
    let outside = Outside { registry: &registry, ..Outside::NOTHING };
    Scenario::parse_with(source, Path::new("somewhere"), outside).map(|(scenario, _)| scenario)
}

/// The valid scenario with a registered agent as its first, and these additional lines.
fn with(lines: &str) -> String {
    let text = changed(
        "name = \"trend\"\nrisk = \"standard\"\nstrategy = { kind = \"sma_cross\", fast = 20, slow = 100 }\n",
        &format!("registered = \"trend-v1\"\n{lines}"),
    );
    text.replace("[risk.standard]\nmax_open_orders = 20\n", "")
}

fn one_mistake(source: &str, entry: RegistryEntry) -> (String, String, Option<String>) {
    let problems = parse(source, entry).expect_err("has a mistake");
    assert_eq!(problems.len(), 1, "{problems:#?}");
    (problems[0].message.clone(), source[problems[0].span.clone()].to_owned(), problems[0].help.clone())
}

#[test]
fn the_registry_supplies_omitted_keys() {
    let scenario = parse(&with(""), entry("trend-v1")).unwrap();
    let agent = &scenario.agents[0];
    assert_eq!(agent.name.as_str(), "trend-v1");
    assert_eq!(agent.strategy.kind, StrategyKind::SmaCross { fast: 5, slow: 50 });
    assert_eq!(agent.strategy.symbols.len(), 2, "all of the scenario");
    assert_eq!((agent.risk.name.as_str(), agent.risk.max_open_orders), ("tight", Some(3)));
    assert_eq!(agent.starting_balance, "5000".parse().unwrap());
    assert_eq!((agent.description.as_str(), agent.tags.len()), ("follows", 1));
    let registered = agent.registered.as_ref().unwrap();
    assert_eq!((registered.version, registered.epoch), (3, 2));
    assert!(registered.overrides.is_empty());
    assert_eq!(registered.wallet, StartingWallet::Fresh);
}

#[test]
fn scenario_values_override_the_registry_and_are_recorded() {
    let lines = "name = \"other\"\nstarting_balance = 100\nrisk = \"unlimited\"\n\
                 strategy = { kind = \"buy_and_hold\" }\n";
    let scenario = parse(&with(lines), entry("trend-v1")).unwrap();
    let agent = &scenario.agents[0];
    assert_eq!((agent.name.as_str(), agent.risk.name.as_str()), ("other", "unlimited"));
    assert_eq!(agent.strategy.kind, StrategyKind::BuyAndHold);
    assert_eq!(agent.registered.as_ref().unwrap().overrides, ["starting_balance", "risk", "strategy"]);
}

#[test]
fn an_existing_wallet_brings_its_balance_and_positions() {
    let mut held = entry("trend-v1");
    held.wallet = Wallet { cash: "70".parse().unwrap(), positions: vec![("ETHUSDT".to_owned(), position())] };
    held.quote = Some("USD".to_owned());
    let scenario = parse(&with("wallet = \"existing\"\n"), held.clone()).unwrap();
    let agent = &scenario.agents[0];
    assert_eq!(agent.starting_balance, "70".parse().unwrap());
    let wallet = agent.registered.as_ref().unwrap().existing().unwrap();
    assert_eq!(wallet.positions, [(SymbolId(1), position())]);
    // The wallet affects the results, so it is part of the identity.
    let poorer = RegistryEntry { wallet: Wallet::of_cash("70".parse().unwrap()), ..held.clone() };
    let other = parse(&with("wallet = \"existing\"\n"), poorer).unwrap();
    assert_ne!(identity_json(&scenario), identity_json(&other));
    let later = RegistryEntry { epoch: 9, ..held };
    let again = parse(&with("wallet = \"existing\"\n"), later).unwrap();
    assert_eq!(identity_json(&scenario), identity_json(&again), "an epoch changes no result");
}

#[test]
fn an_incompatible_existing_wallet_is_refused() {
    let text = with("wallet = \"existing\"\n");
    let mut strange = entry("trend-v1");
    strange.wallet.positions.push(("DOGEUSDT".to_owned(), position()));
    let (message, underlined, help) = one_mistake(&text, strange);
    assert_eq!(message, "`trend-v1` holds DOGEUSDT, which this scenario does not include");
    assert_eq!(underlined, "\"existing\"");
    assert!(help.unwrap().starts_with("add DOGEUSDT to `symbols`"));
    let euros = RegistryEntry { quote: Some("EUR".to_owned()), ..entry("trend-v1") };
    assert_eq!(one_mistake(&text, euros).0, "the wallet of `trend-v1` is in EUR, this scenario in USD");
    let both = with("wallet = \"existing\"\nstarting_balance = 5\n");
    assert_eq!(one_mistake(&both, entry("trend-v1")).0, "an existing wallet has its own balance");
}

#[test]
fn unregistered_agents_are_reported_with_spans() {
    let (message, underlined, help) = one_mistake(&with(""), entry("trend-v2"));
    assert_eq!(message, "there is no active registered agent `trend-v1`");
    assert_eq!((underlined.as_str(), help.as_deref()), ("\"trend-v1\"", Some("did you mean `trend-v2`?")));
    let (message, underlined, help) = one_mistake(&with("version = 7\n"), entry("trend-v1"));
    assert_eq!(message, "the registered agent `trend-v1` has no version 7");
    assert_eq!((underlined.as_str(), help.as_deref()), ("7", Some("its newest version is 3")));
    assert_mistake(
        &with(""),
        "there is no active registered agent `trend-v1`",
        "\"trend-v1\"",
        Some("`tiltyard agent create` registers an agent; --out selects its store"),
    );
}

#[test]
fn an_incompatible_registered_strategy_is_reported_at_the_agents_name() {
    let strategy = "{ kind = \"sma_cross\", symbols = [\"SOLUSDT\"] }".to_owned();
    let (message, underlined, _) = one_mistake(&with(""), RegistryEntry { strategy, ..entry("trend-v1") });
    assert!(
        message.starts_with("the strategy of `trend-v1` (version 3) is not valid in this scenario: ")
            && message.contains("SOLUSDT"),
        "{message}"
    );
    assert_eq!(underlined, "\"trend-v1\"");
}

#[test]
fn keys_of_registered_agents_are_refused_for_others() {
    for (line, underlined) in [("wallet = \"fresh\"", "\"fresh\""), ("version = 1", "1")] {
        let key = line.split(' ').next().unwrap();
        assert_mistake(
            &changed("name = \"idle\"\n", &format!("name = \"idle\"\n{line}\n")),
            &format!("`{key}` is only for registered agents"),
            underlined,
            Some("add `registered = \"NAME\"`, or remove this key"),
        );
    }
}

/// Scenarios written before the registry existed keep their identity.
#[test]
fn the_identity_without_registered_agents_is_unchanged() {
    let identity = identity_json(&valid(GOOD));
    assert!(!identity.contains("registered") && !identity.contains("rematch_of"), "{identity}");
    let again = changed("name = \"test\"\n", "name = \"test\"\nrematch_of = \"abc\"\n");
    assert!(identity_json(&valid(&again)).contains("\"rematch_of\":\"abc\""));
}
