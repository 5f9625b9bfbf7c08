//! Agents that live beyond one run: their keys, versions, wallets and history.
//!
//! Owns the `registry_*` tables in the file of the index and their copy, see `docs/store.md`. Never runs anything and
//! never reads the wall clock: the caller gives it. Invariants: a version never changes once written; the
//! quote currency of a wallet is its epoch's start plus the postings of that epoch's runs; a key is kept as
//! its hash alone; what belongs together changes in one transaction or not at all.

#[cfg(feature = "serve")]
mod accounts;
mod agent_lock;
mod audit;
mod backup;
mod history;
mod key;
mod lifecycle;
mod lookup;
mod model;
mod open;
mod part;
mod record;
mod rows;
mod schema;
mod tally;
#[cfg(test)]
mod tests;

#[cfg(feature = "serve")]
pub use accounts::{AccountRow, Created, NewAccount, RequestKey};
pub use agent_lock::AgentLock;
pub(super) use audit::audit;
pub(super) use backup::{
    copy_rows, damage, difference, each_row, has_backup, open as open_backup, renew_backup, save, tables,
};
pub use history::{HistoryFilter, HistoryRun, HistoryWindow, WindowSummary};
#[cfg(feature = "serve")]
pub use key::ApiSecret;
pub use key::{ApiKey, KeyHash};
pub use lifecycle::{Change, FormerKey, NewAgent};
pub use lookup::StoredAgents;
pub use model::{AgentRow, AgentStatus, VersionRow};
pub use open::Registry;
pub use part::{AgentPart, agent_parts};
pub(super) use record::record;
pub use rows::{HistoryFill, HistoryOrder, HistoryTrip, Placed};
pub(super) use schema::{ACCOUNTS, STEP, SUMMARIES};
pub use tally::Tally;
