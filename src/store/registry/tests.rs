//! The registry as a whole: lives of agents, and what holds whatever happens to them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::{Cash, Span, Timestamp};
use crate::scenario::{
    AgentText, ExistingWallet, Registered, Registry as _, RiskText, Scenario, StartingWallet, Unregistered,
};
use crate::store::{Index, Run, RunCommit, RunTiming, RunWriter, StoreError, fixture};
use crate::tournament::Tournament;

fn at(minute: i64) -> Timestamp {
    fixture::day(1) + Span::MINUTE.times(minute)
}

fn text(name: &str) -> AgentText {
    AgentText {
        name: name.to_owned(),
        description: String::new(),
        tags: vec!["fast".to_owned()],
        color: None,
        starting_balance: fixture::cash("100"),
        strategy: "{ kind = \"cash\" }".to_owned(),
        risk: RiskText::built_in("default"),
    }
}

fn registry(out: &Path) -> Registry {
    Registry::open(out).unwrap()
}

/// How a scenario would name the agent now.
fn registered(agent: &AgentRow, existing: bool) -> Registered {
    assert!(agent.wallet.positions.is_empty(), "the made-up run ends flat");
    let wallet = ExistingWallet { as_of: agent.as_of, positions: Vec::new() };
    Registered {
        id: agent.id.clone(),
        name: agent.name.clone(),
        version: agent.version,
        epoch: agent.epoch,
        overrides: vec!["risk"],
        wallet: if existing { StartingWallet::Existing(wallet) } else { StartingWallet::Fresh },
        span: 0..0,
    }
}

/// The made-up run, in which the agent plays the first part; `days` later than written.
fn play(agent: &AgentRow, existing: bool, days: i64) -> (Scenario, Tournament) {
    let mut scenario = fixture::scenario();
    let mut tournament = fixture::tournament();
    scenario.agents[0].registered = Some(registered(agent, existing));
    for span in &mut tournament.windows {
        span.start = span.start + Span::DAY.times(days);
        span.end = span.end + Span::DAY.times(days);
    }
    // The made-up agent turns 100 into 101.50: what it starts from here moves all of it.
    let replay = &mut tournament.agents[0].windows[0].replay;
    replay.equity = vec![100.0, 101.98, 103.98, 101.5, 101.5];
    if existing {
        let extra = agent.wallet.cash - fixture::cash("100");
        replay.starting_balance += extra;
        replay.final_equity += extra;
        replay.left = crate::domain::Wallet::of_cash(replay.final_equity);
        replay.holdings.iter_mut().for_each(|holding| holding.cash += extra);
        scenario.agents[0].starting_balance = agent.wallet.cash;
    }
    (scenario, tournament)
}

/// Records a run of the agent; gives whether the store took it.
fn run(out: &Path, agent: &AgentRow, existing: bool, seed: u64, days: i64) -> Result<(), StoreError> {
    let (scenario, tournament) = play(agent, existing, days);
    let lock = registry(out).lock(&Registry::of(&scenario))?;
    let parts = agent_parts(&scenario, fixture::run().market, &tournament);
    let run = Run { id: fixture::other_id(seed), scenario: &scenario, ..fixture::run() };
    let stored = RunWriter::open(out, run).unwrap().finish(&tournament).unwrap();
    let timing = RunTiming { finished_at: at(seed as i64), duration: Duration::from_secs(1) };
    let commit = RunCommit { parts: &parts, lock: Some(&lock), ..RunCommit::default() };
    Index::open(out).unwrap().record_with(&stored, &timing, &commit)
}

fn assert_sound(out: &Path) {
    let db = rusqlite::Connection::open(out.join("tiltyard.db")).unwrap();
    assert_eq!(audit(&db).unwrap(), Vec::<String>::new());
    let broken: i64 =
        db.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0)).unwrap();
    assert_eq!(broken, 0);
    // Every fill belongs to one agent, version, run and epoch, all of which exist.
    let (fills, placed): (i64, i64) = db
        .query_row(
            "SELECT (SELECT count(*) FROM registry_fills),
                 (SELECT count(*) FROM registry_fills f JOIN registry_runs r ON r.id = f.part
                  JOIN registry_agents a ON a.id = r.agent
                  JOIN registry_versions v ON v.agent = a.id AND v.version = r.version
                  JOIN registry_epochs e ON e.agent = a.id AND e.epoch = r.epoch)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(fills, placed);
}

#[test]
fn an_agent_is_made_found_and_known_by_its_key() {
    let out = tempfile::tempdir().unwrap();
    let mut registry = registry(out.path());
    let new = registry.create(&text("trend"), at(1)).unwrap();
    assert_eq!(uuid::Uuid::parse_str(&new.agent.id).unwrap().get_version_num(), 7);
    for name in ["trend", "TREND", &new.agent.id, &new.agent.id[..13]] {
        assert_eq!(registry.agent(name).unwrap(), new.agent, "{name}");
    }
    assert_eq!(registry.whoami(&new.key).unwrap().id, new.agent.id);
    let (other, _) = registry.regenerate_key("trend").unwrap();
    assert!(matches!(registry.whoami(&new.key), Err(StoreError::UnknownKey)), "the old key is dead");
    assert_eq!(registry.whoami(&other.key).unwrap().id, new.agent.id);
    assert!(matches!(registry.agent("trnd"), Err(StoreError::NoAgent { .. })));
}

#[test]
fn names_are_unique_among_the_active() {
    let out = tempfile::tempdir().unwrap();
    let mut registry = registry(out.path());
    let first = registry.create(&text("trend"), at(1)).unwrap().agent;
    assert!(matches!(registry.create(&text("Trend"), at(2)), Err(StoreError::NameTaken { .. })));
    assert!(matches!(registry.create(&text("a/b"), at(2)), Err(StoreError::BadName { .. })));
    assert!(matches!(registry.create(&text(&"x".repeat(101)), at(2)), Err(StoreError::BadName { .. })));
    // All or none.
    assert!(registry.import(&[text("one"), text("ONE")], at(2)).is_err());
    assert_eq!(registry.agents(true).unwrap().len(), 1);
    registry.set_status("trend", AgentStatus::Archived).unwrap();
    assert!(registry.agents(false).unwrap().is_empty());
    let second = registry.create(&text("trend"), at(3)).unwrap().agent;
    assert_eq!(registry.agent("trend").unwrap().id, second.id);
    assert!(matches!(registry.set_status(&first.id, AgentStatus::Active), Err(StoreError::NameTaken { .. })));
    let change = Change { name: Some("older".to_owned()), ..Change::default() };
    registry.update(&first.id, &change, at(4)).unwrap();
    registry.set_status(&first.id, AgentStatus::Active).unwrap();
    assert_eq!(registry.agent("older").unwrap().id, first.id);
}

#[test]
fn a_change_is_a_new_version_and_old_ones_stay() {
    let out = tempfile::tempdir().unwrap();
    let mut registry = registry(out.path());
    let id = registry.create(&text("trend"), at(1)).unwrap().agent.id;
    let change = Change { strategy: Some("{ kind = \"buy_and_hold\" }".to_owned()), ..Change::default() };
    assert_eq!(registry.update("trend", &change, at(2)).unwrap().unwrap().version, 2);
    assert!(registry.update("trend", &change, at(3)).unwrap().is_none(), "nothing new in it");
    let versions = registry.versions(&id).unwrap();
    let made: Vec<_> = versions.iter().map(|row| (row.version, row.changed.as_str())).collect();
    assert_eq!(made, [(1, "created"), (2, "strategy")]);
    assert_eq!(versions[0].strategy, "{ kind = \"cash\" }");
    let error = registry.0.db.execute("UPDATE registry_versions SET name = 'x'", []).unwrap_err();
    assert!(error.to_string().contains("never changes"), "{error}");
}

#[test]
fn a_copy_has_the_configuration_and_nothing_else() {
    let out = tempfile::tempdir().unwrap();
    let mut registry = registry(out.path());
    let parent = registry.create(&text("trend"), at(1)).unwrap();
    run(out.path(), &parent.agent, true, 1, 0).unwrap();
    let copy = registry.duplicate("trend", None, at(2)).unwrap();
    assert_eq!(copy.agent.name, "Copy of trend");
    assert_eq!(
        (copy.agent.parent.as_deref(), copy.agent.parent_version),
        (Some(parent.agent.id.as_str()), Some(1))
    );
    assert_eq!(copy.agent.wallet.cash, fixture::cash("100"));
    assert!(registry.history(&copy.agent.id, HistoryFilter::default()).unwrap().is_empty());
    assert_ne!(copy.key.hash(), parent.key.hash());
    assert_eq!(registry.duplicate("trend", None, at(3)).unwrap().agent.name, "Copy of trend 2");
    registry.delete("trend").unwrap();
    assert_eq!(registry.agent(&copy.agent.id).unwrap().parent, None);
}

#[test]
fn results_go_to_the_history_with_the_run_or_not_at_all() {
    let out = tempfile::tempdir().unwrap();
    let mut registry = registry(out.path());
    let agent = registry.create(&text("trend"), at(1)).unwrap().agent;
    run(out.path(), &agent, false, 1, 0).unwrap();
    let runs = registry.history(&agent.id, HistoryFilter::default()).unwrap();
    assert_eq!((runs.len(), runs[0].rank, runs[0].entrants, runs[0].wallet.as_str()), (1, 1, 2, "fresh"));
    assert_eq!(runs[0].overrides, ["risk"]);
    assert_eq!(registry.orders(&agent.id, HistoryFilter::default()).unwrap().len(), 3);
    let fills = registry.fills(&agent.id, HistoryFilter::default()).unwrap();
    let posted: Cash = fills.iter().map(|fill| fill.row.posting()).sum();
    assert_eq!((fills.len(), posted), (2, fixture::cash("1.5")));
    let trips = registry.trips(&agent.id, HistoryFilter::default()).unwrap();
    let tally = Tally::of(&runs, &trips);
    assert_eq!((tally.total_pnl, tally.trades, tally.wins), (fixture::cash("1.5"), 1, 1));
    assert!((tally.roi_pct.unwrap() - 1.5).abs() < 1e-12);
    // The same run again changes nothing.
    run(out.path(), &agent, false, 1, 0).unwrap();
    assert_eq!(registry.history(&agent.id, HistoryFilter::default()).unwrap().len(), 1);
    // An agent that was deleted while the run went on: the run is not entered either.
    let (scenario, tournament) = play(&agent, false, 0);
    let parts = agent_parts(&scenario, fixture::run().market, &tournament);
    registry.delete("trend").unwrap();
    let id = fixture::other_id(9);
    let stored =
        RunWriter::open(out.path(), Run { id, ..fixture::run() }).unwrap().finish(&tournament).unwrap();
    let timing = RunTiming { finished_at: at(9), duration: Duration::ZERO };
    let mut index = Index::open(out.path()).unwrap();
    let before = index.runs().unwrap().len();
    let commit = RunCommit { parts: &parts, ..RunCommit::default() };
    let refused = index.record_with(&stored, &timing, &commit);
    assert!(matches!(refused, Err(StoreError::AgentGone { .. })));
    assert_eq!(index.runs().unwrap().len(), before);
}

#[test]
fn an_existing_wallet_continues_and_a_reset_starts_anew() {
    let out = tempfile::tempdir().unwrap();
    let mut registry = registry(out.path());
    registry.create(&text("trend"), at(1)).unwrap();
    let id = registry.agent("trend").unwrap().id;
    run(out.path(), &registry.agent("trend").unwrap(), true, 1, 0).unwrap();
    let agent = registry.agent("trend").unwrap();
    assert_eq!((agent.wallet.cash, agent.as_of), (fixture::cash("101.5"), Some(fixture::day(6))));
    assert_eq!(agent.quote.as_deref(), Some("USDT"));
    run(out.path(), &agent, true, 2, 10).unwrap();
    let agent = registry.agent("trend").unwrap();
    assert_eq!(agent.wallet.cash, fixture::cash("103"));
    assert_sound(out.path());
    let reset = registry.reset("trend", Some(fixture::cash("50")), at(5)).unwrap();
    assert_eq!((reset.epoch, reset.wallet.cash, reset.as_of), (2, fixture::cash("50"), None));
    let of =
        |epoch| registry.history(&id, HistoryFilter { epoch: Some(epoch), version: None }).unwrap().len();
    assert_eq!((of(1), of(2)), (2, 0), "kept, and out of the current epoch");
    // The same run in the new epoch is another entry; the old one stays.
    run(out.path(), &reset, false, 1, 0).unwrap();
    assert_eq!((of(1), of(2)), (2, 1));
    assert_sound(out.path());
}

#[test]
fn a_wallet_in_use_is_locked() {
    let out = tempfile::tempdir().unwrap();
    let mut registry = registry(out.path());
    let agent = registry.create(&text("trend"), at(1)).unwrap().agent;
    let (on_wallet, fresh) = (registered(&agent, true), registered(&agent, false));
    let lock = registry.lock(&[&on_wallet]).unwrap();
    assert!(matches!(registry.lock(&[&on_wallet]), Err(StoreError::AgentInUse { .. })));
    assert!(matches!(registry.delete("trend"), Err(StoreError::AgentInUse { .. })));
    assert!(matches!(registry.reset("trend", None, at(2)), Err(StoreError::AgentInUse { .. })));
    // Runs that start afresh do not mind, and a change is a new version.
    let other = registry.lock(&[&fresh]).unwrap();
    drop(lock);
    registry.reset("trend", None, at(3)).unwrap();
    assert!(matches!(registry.delete("trend"), Err(StoreError::AgentInUse { .. })), "a run still uses it");
    drop(other);
    assert!(matches!(registry.lock(&[&on_wallet]), Err(StoreError::WalletMoved { .. })), "an epoch ago");
    registry.delete("trend").unwrap();
    assert!(matches!(registry.lock(&[&fresh]), Err(StoreError::AgentGone { .. })));
    let two = [&on_wallet, &on_wallet];
    assert!(matches!(registry.lock(&two), Err(StoreError::WalletTwice { .. })));
}

/// What can happen to one of three agents.
#[derive(Debug, Clone)]
enum Step {
    Create(u8),
    Update(u8, u8),
    Clone(u8),
    Reset(u8),
    Archive(u8),
    Unarchive(u8),
    Delete(u8),
    Key(u8),
    Run(u8, bool, u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = 0..3_u8;
    let step = prop_oneof![
        3 => who.clone().prop_map(Step::Create),
        2 => (who.clone(), 0..4_u8).prop_map(|(who, what)| Step::Update(who, what)),
        1 => who.clone().prop_map(Step::Clone),
        1 => who.clone().prop_map(Step::Reset),
        1 => who.clone().prop_map(Step::Archive),
        1 => who.clone().prop_map(Step::Unarchive),
        1 => who.clone().prop_map(Step::Delete),
        1 => who.clone().prop_map(Step::Key),
        5 => (who, any::<bool>(), 0..5_u8).prop_map(|(who, existing, seed)| Step::Run(who, existing, seed)),
    ];
    proptest::collection::vec(step, 1..25)
}

fn take(out: &Path, registry: &mut Registry, step: &Step, minute: i64) -> Result<(), StoreError> {
    let name = |who: &u8| format!("agent-{who}");
    match step {
        Step::Create(who) => registry.create(&text(&name(who)), at(minute)).map(drop),
        Step::Update(who, what) => {
            let description = Some(format!("number {what}"));
            let change = Change { description, ..Change::default() };
            registry.update(&name(who), &change, at(minute)).map(drop)
        }
        Step::Clone(who) => registry.duplicate(&name(who), None, at(minute)).map(drop),
        Step::Reset(who) => registry.reset(&name(who), None, at(minute)).map(drop),
        Step::Archive(who) => registry.set_status(&name(who), AgentStatus::Archived).map(drop),
        Step::Unarchive(who) => registry.set_status(&name(who), AgentStatus::Active).map(drop),
        Step::Delete(who) => registry.delete(&name(who)).map(drop),
        Step::Key(who) => registry.regenerate_key(&name(who)).map(drop),
        Step::Run(who, existing, seed) => {
            let agent = registry.agent(&name(who))?;
            // Each on later days than all before: what the reader would demand of an existing wallet.
            run(
                out,
                &agent,
                *existing,
                u64::from(*seed) + 100 * minute as u64 * u64::from(*existing),
                10 * minute,
            )
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever happens, in whatever order: books agree, names are unique, versions and histories only grow.
    #[test]
    fn any_life_keeps_the_promises(steps in steps()) {
        let out = tempfile::tempdir().unwrap();
        let mut registry = registry(out.path());
        let mut before: BTreeMap<String, (u32, u32, usize)> = BTreeMap::new();
        for (minute, step) in (1..).zip(&steps) {
            // A refusal is fine; what it leaves behind must be sound all the same.
            let _ = take(out.path(), &mut registry, step, minute);
            assert_sound(out.path());
            let agents = registry.agents(true).unwrap();
            let mut names: Vec<String> =
                registry.agents(false).unwrap().iter().map(|agent| agent.name.to_lowercase()).collect();
            let count = names.len();
            names.sort();
            names.dedup();
            prop_assert_eq!(names.len(), count);
            let now: BTreeMap<String, (u32, u32, usize)> = agents
                .iter()
                .map(|agent| {
                    let runs = registry.history(&agent.id, HistoryFilter::default()).unwrap().len();
                    (agent.id.clone(), (agent.version, agent.epoch, runs))
                })
                .collect();
            for (id, (version, epoch, runs)) in &now {
                if let Some((old_version, old_epoch, old_runs)) = before.get(id) {
                    prop_assert!(version >= old_version && epoch >= old_epoch && runs >= old_runs);
                }
            }
            before = now;
        }
    }
}

#[test]
fn a_check_sees_one_moment_while_agents_are_deleted_beside_it() {
    let out = tempfile::tempdir().unwrap();
    let mut registry = Registry::open(out.path()).unwrap();
    let agents: Vec<AgentText> = (0..60).map(|n| AgentText { name: format!("a{n}"), ..text("a") }).collect();
    registry.import(&agents, at(0)).unwrap();
    let deleting =
        std::thread::spawn(move || agents.iter().for_each(|one| drop(registry.delete(&one.name).unwrap())));
    let mut checks = 0;
    while !deleting.is_finished() || checks == 0 {
        let found = crate::store::inspect(out.path(), &|_, _| ()).unwrap();
        assert_eq!(found.problems, [], "after {checks} checks");
        checks += 1;
    }
    deleting.join().unwrap();
}

#[test]
fn the_agents_of_a_scenario_are_looked_up_in_one_moment() {
    let out = tempfile::tempdir().unwrap();
    let mut registry = Registry::open(out.path()).unwrap();
    registry.create(&text("one"), at(0)).unwrap();
    registry.create(&text("two"), at(0)).unwrap();
    let known = StoredAgents::of(out.path());
    known.find("one", None).unwrap();
    registry.delete("two").unwrap();
    known.find("two", None).unwrap();
    let later = StoredAgents::of(out.path());
    let Err(Unregistered::Unknown { known }) = later.find("two", None) else { panic!("two is deleted") };
    assert_eq!(known, ["one"]);
}
