//! The registration of an agent that comes from the registry, and its starting wallet.

use std::ops::Range;

use serde::Serialize;

use crate::domain::{CarriedPosition, SymbolId, Timestamp};

/// The registration of an agent that comes from the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Registered {
    /// Id in the registry.
    pub id: String,
    /// Name in the registry.
    #[serde(skip)]
    pub name: String,
    /// Version that takes part.
    pub version: u32,
    /// Epoch at the time the scenario was read. Determines where results are recorded; does not change them.
    #[serde(skip)]
    pub epoch: u32,
    /// Keys that the scenario overrides.
    pub overrides: Vec<&'static str>,
    /// Wallet the agent starts with.
    pub wallet: StartingWallet,
    /// Byte span of the registration in the scenario's text.
    #[serde(skip)]
    pub span: Range<usize>,
}

/// The starting wallet of a registered agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StartingWallet {
    /// Its starting balance.
    Fresh,
    /// The wallet at the end of its last run in this mode.
    Existing(ExistingWallet),
}

/// The wallet at the end of the last run, except for its quote currency, which is the agent's starting
/// balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExistingWallet {
    /// End of that run; the next run may not start before it. `None` if there was no run since the reset.
    pub as_of: Option<Timestamp>,
    /// Open positions, by symbol of the scenario.
    pub positions: Vec<(SymbolId, CarriedPosition)>,
}

impl Registered {
    /// The existing wallet, if the agent continues with one.
    pub const fn existing(&self) -> Option<&ExistingWallet> {
        match &self.wallet {
            StartingWallet::Fresh => None,
            StartingWallet::Existing(wallet) => Some(wallet),
        }
    }
}

/// The `wallet` key of a scenario.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WalletChoice {
    /// The starting balance.
    #[default]
    Fresh,
    /// The wallet at the end of the last run with `existing`.
    Existing,
}

impl WalletChoice {
    /// As written in scenarios and results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Existing => "existing",
        }
    }
}
