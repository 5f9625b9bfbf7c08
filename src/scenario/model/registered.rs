//! An agent that comes from the registry: which one, and what it starts with.

use std::ops::Range;

use serde::Serialize;

use crate::domain::{CarriedPosition, SymbolId, Timestamp};

/// Where an agent of the scenario comes from, when that is the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Registered {
    /// Its id there.
    pub id: String,
    /// Its name there.
    #[serde(skip)]
    pub name: String,
    /// The version that takes part.
    pub version: u32,
    /// The epoch it was in when the scenario was read. Says where the results go, changes none.
    #[serde(skip)]
    pub epoch: u32,
    /// What the scenario says otherwise than the registry, by key.
    pub overrides: Vec<&'static str>,
    /// What it starts with.
    pub wallet: StartingWallet,
    /// Where the scenario says so, in bytes of its text.
    #[serde(skip)]
    pub place: Range<usize>,
}

/// What a registered agent starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StartingWallet {
    /// Its starting balance.
    Fresh,
    /// What its last run with this wallet left behind.
    Existing(ExistingWallet),
}

/// What the last run left behind, besides the quote currency, which is the agent's starting balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExistingWallet {
    /// The end of that run: the next one may not start before. None where there was none since the reset.
    pub as_of: Option<Timestamp>,
    /// Positions, by the scenario's symbols.
    pub positions: Vec<(SymbolId, CarriedPosition)>,
}

impl Registered {
    /// The existing wallet it goes on with, where it does.
    pub const fn existing(&self) -> Option<&ExistingWallet> {
        match &self.wallet {
            StartingWallet::Fresh => None,
            StartingWallet::Existing(wallet) => Some(wallet),
        }
    }
}

/// The word of a scenario for a [`StartingWallet`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum WalletChoice {
    /// The starting balance.
    #[default]
    Fresh,
    /// What the last such run left behind.
    Existing,
}

impl WalletChoice {
    /// As written in scenarios and results.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }
}
