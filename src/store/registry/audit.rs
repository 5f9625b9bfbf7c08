//! Whether the registry keeps its promises, for `tiltyard store check`.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::open::amount;
use crate::domain::{Cash, Qty};

/// One epoch of an agent, with what its wallet should hold.
struct Account {
    agent: String,
    epoch: u32,
    cash: Cash,
    quantities: BTreeMap<String, Qty>,
}

/// What is wrong, in sentences; empty where nothing is. Wallets are held to the start and the postings of
/// their epoch; every agent has its versions without a gap, and its current version and epoch.
pub(in crate::store) fn audit(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut wrong = Vec::new();
    for mut account in accounts(db)? {
        let start: Cash = db.query_row(
            "SELECT starting_balance FROM registry_epochs WHERE agent = ?1 AND epoch = ?2",
            (&account.agent, account.epoch),
            |row| amount(row, 0),
        )?;
        let (posted, held) = postings(db, &account)?;
        if start + posted != account.cash {
            wrong.push(format!(
                "the wallet of agent {} in epoch {} holds {}, but its starting balance and postings sum to {}",
                account.agent,
                account.epoch,
                account.cash,
                start + posted
            ));
        }
        account.quantities.retain(|_, quantity| !quantity.is_zero());
        if held != account.quantities {
            wrong.push(format!(
                "the positions of agent {} in epoch {} differ from the sum of its fills",
                account.agent, account.epoch
            ));
        }
    }
    for (problem, sql) in [
        ("has no current version", NO_VERSION),
        ("has no current epoch", NO_EPOCH),
        ("has a gap in its versions", GAP),
    ] {
        let mut statement = db.prepare(sql)?;
        let agents: Vec<String> =
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        wrong.extend(agents.into_iter().map(|agent| format!("agent {agent} {problem}")));
    }
    Ok(wrong)
}

const NO_VERSION: &str = "SELECT id FROM registry_agents a WHERE NOT EXISTS
    (SELECT 1 FROM registry_versions v WHERE v.agent = a.id AND v.version = a.version)";
const NO_EPOCH: &str = "SELECT id FROM registry_agents a WHERE NOT EXISTS
    (SELECT 1 FROM registry_epochs e WHERE e.agent = a.id AND e.epoch = a.epoch)";
const GAP: &str = "SELECT id FROM registry_agents a WHERE version <>
    (SELECT count(*) FROM registry_versions v WHERE v.agent = a.id)";

fn accounts(db: &Connection) -> rusqlite::Result<Vec<Account>> {
    let mut statement = db.prepare("SELECT agent, epoch, cash FROM registry_epochs ORDER BY agent, epoch")?;
    let rows = statement.query_map([], |row| {
        Ok(Account {
            agent: row.get(0)?,
            epoch: row.get(1)?,
            cash: amount(row, 2)?,
            quantities: BTreeMap::new(),
        })
    })?;
    let mut accounts: Vec<Account> = rows.collect::<rusqlite::Result<_>>()?;
    let mut statement =
        db.prepare("SELECT symbol, quantity FROM registry_positions WHERE agent = ?1 AND epoch = ?2")?;
    for account in &mut accounts {
        let rows =
            statement.query_map((&account.agent, account.epoch), |row| Ok((row.get(0)?, amount(row, 1)?)))?;
        account.quantities = rows.collect::<rusqlite::Result<_>>()?;
    }
    Ok(accounts)
}

/// What the fills of runs with the existing wallet come to: quote currency, and quantities by symbol.
fn postings(db: &Connection, account: &Account) -> rusqlite::Result<(Cash, BTreeMap<String, Qty>)> {
    let mut statement = db.prepare(
        "SELECT symbol, side, quantity, notional, fee FROM registry_fills f
         JOIN registry_runs r ON r.id = f.part
         WHERE r.agent = ?1 AND r.epoch = ?2 AND r.wallet = 'existing'",
    )?;
    let mut rows = statement.query((&account.agent, account.epoch))?;
    let (mut cash, mut held) = (Cash::ZERO, BTreeMap::<String, Qty>::new());
    while let Some(row) = rows.next()? {
        let (quantity, notional, fee): (Qty, Cash, Cash) =
            (amount(row, 2)?, amount(row, 3)?, amount(row, 4)?);
        let position = held.entry(row.get(0)?).or_default();
        if row.get::<_, String>(1)? == "buy" {
            cash -= notional + fee;
            *position += quantity;
        } else {
            cash += notional - fee;
            *position -= quantity;
        }
    }
    held.retain(|_, quantity| !quantity.is_zero());
    Ok((cash, held))
}
