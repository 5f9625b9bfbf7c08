//! Writes the parts of a run into the agents' histories, inside the transaction that marks the run complete.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Transaction, params, params_from_iter};

use super::part::{AgentPart, WindowPart};
use super::rows::HistoryRow;
use crate::domain::{Timestamp, Wallet};
use crate::scenario::{Registered, WalletChoice};
use crate::store::{RunRecord, StoreError};

/// What one transaction writes with.
struct Writing<'a> {
    path: &'a Path,
    entry: &'a Transaction<'a>,
    run: &'a RunRecord,
    at: Timestamp,
}

/// Adds the parts to their agents' histories, and leaves existing wallets as the run left them. A former part
/// of the same agent, epoch and run goes.
///
/// # Errors
/// [`StoreError::AgentGone`] for an agent that was deleted meanwhile, [`StoreError::WalletMoved`] for a wallet
/// that is not as the run found it, [`StoreError::Index`]; nothing must be committed then.
pub(in crate::store) fn record(
    path: &Path,
    entry: &Transaction<'_>,
    run: &RunRecord,
    parts: &[AgentPart],
    at: Timestamp,
) -> Result<(), StoreError> {
    let writing = Writing { path, entry, run, at };
    parts.iter().try_for_each(|part| writing.part(part))
}

impl Writing<'_> {
    fn part(&self, part: &AgentPart) -> Result<(), StoreError> {
        let error = StoreError::index(self.path);
        self.is_as_found(&part.registered)?;
        let id = self.insert_part(part).map_err(&error)?;
        for window in &part.windows {
            self.insert_window(id, window).map_err(&error)?;
        }
        match &part.left {
            Some(left) => self.leave(part, left),
            None => Ok(()),
        }
    }

    /// Whether the agent, and a wallet that the run went on with, are still as the run found them.
    fn is_as_found(&self, registered: &Registered) -> Result<(), StoreError> {
        let name = || registered.name.clone();
        let now: Option<(u32, Option<String>)> = self
            .entry
            .query_row(
                "SELECT a.epoch, e.as_of FROM registry_agents a
                 JOIN registry_epochs e ON e.agent = a.id AND e.epoch = ?2 WHERE a.id = ?1",
                params![registered.id, registered.epoch],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()
            .map_err(StoreError::index(self.path))?;
        let Some((epoch, as_of)) = now else { return Err(StoreError::AgentGone { agent: name() }) };
        match registered.existing() {
            Some(wallet) if epoch != registered.epoch || as_of != wallet.as_of.map(|at| at.to_string()) => {
                Err(StoreError::WalletMoved { agent: name() })
            }
            _ => Ok(()),
        }
    }

    fn insert_part(&self, part: &AgentPart) -> rusqlite::Result<i64> {
        let (run, agent) = (self.run, &part.registered);
        self.entry.execute(
            "DELETE FROM registry_runs WHERE agent = ?1 AND epoch = ?2 AND identity = ?3 AND entrant = ?4",
            params![agent.id, agent.epoch, run.identity, part.entrant],
        )?;
        let wallet = agent.existing().map_or(WalletChoice::Fresh, |_| WalletChoice::Existing);
        self.entry.execute(
            "INSERT INTO registry_runs (agent, epoch, version, run_id, identity, scenario, entrant, wallet,
                 overrides, quote, range_start, range_end, ranking_metric, rank, entrants, score, recorded_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
            params![
                agent.id,
                agent.epoch,
                agent.version,
                run.run_id,
                run.identity,
                run.scenario,
                part.entrant,
                wallet.as_str(),
                serde_json::json!(agent.overrides).to_string(),
                part.quote,
                run.market.start,
                run.market.end,
                run.ranking_metric,
                part.rank,
                i64::try_from(part.entrants).unwrap_or(i64::MAX),
                part.score,
                self.at.to_string(),
            ],
        )?;
        Ok(self.entry.last_insert_rowid())
    }

    fn insert_window(&self, part: i64, window: &WindowPart) -> rusqlite::Result<()> {
        let result = &window.result;
        let returns: Vec<u8> = result.returns.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.entry
            .prepare_cached(
                "INSERT INTO registry_windows (part, window, window_start, window_end, status,
                     starting_balance, final_equity, fees, trades, max_drawdown_pct, sampling,
                     periods_per_year, returns, summary)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(params![
                part,
                result.window,
                result.start.to_string(),
                result.end.to_string(),
                result.status,
                result.starting_balance.to_string(),
                result.final_equity.to_string(),
                result.fees.to_string(),
                i64::try_from(result.trades).unwrap_or(i64::MAX),
                result.max_drawdown_pct,
                result.sampling,
                result.periods_per_year,
                returns,
                result.summary.map(|summary| serde_json::json!(summary).to_string()),
            ])?;
        self.insert_rows(part, result.window, &window.orders)?;
        self.insert_rows(part, result.window, &window.fills)?;
        self.insert_rows(part, result.window, &window.trips)
    }

    fn insert_rows<R: HistoryRow>(&self, part: i64, window: u32, rows: &[R]) -> rusqlite::Result<()> {
        // Rows that have no number of their own get one by their position.
        let numbered = (R::ORDER == "number").then_some("number");
        let columns: Vec<&str> =
            ["part", "window"].into_iter().chain(numbered).chain(R::COLUMNS.iter().copied()).collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            R::TABLE,
            columns.join(", "),
            vec!["?"; columns.len()].join(", ")
        );
        let mut insert = self.entry.prepare_cached(&sql)?;
        for (number, row) in (1_i64..).zip(rows) {
            let key = [Value::Integer(part), Value::Integer(window.into())].into_iter();
            let number = numbered.map(|_| Value::Integer(number));
            insert.execute(params_from_iter(key.chain(number).chain(row.values())))?;
        }
        Ok(())
    }

    /// Puts what the run left into the agent's wallet.
    fn leave(&self, part: &AgentPart, left: &Wallet<String>) -> Result<(), StoreError> {
        let agent = &part.registered;
        let write = || -> rusqlite::Result<()> {
            self.entry.execute(
                "UPDATE registry_epochs SET cash = ?3, as_of = ?4, quote = ?5 WHERE agent = ?1 AND epoch = ?2",
                params![agent.id, agent.epoch, left.cash.to_string(), part.end.to_string(), part.quote],
            )?;
            self.entry.execute(
                "DELETE FROM registry_positions WHERE agent = ?1 AND epoch = ?2",
                params![agent.id, agent.epoch],
            )?;
            for (symbol, position) in &left.positions {
                self.entry.execute(
                    "INSERT INTO registry_positions (agent, epoch, symbol, quantity, cost, entry_fees, mark, trip)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    params![
                        agent.id,
                        agent.epoch,
                        symbol,
                        position.quantity.to_string(),
                        position.cost.to_string(),
                        position.entry_fees.to_string(),
                        position.mark.to_string(),
                        serde_json::json!(position.trip).to_string(),
                    ],
                )?;
            }
            Ok(())
        };
        write().map_err(StoreError::index(self.path))
    }
}
