//! A file's rows, as a table and as they lie in it.

use std::sync::Arc;

use crate::domain::Timestamp;
use crate::run::SignalsProblem;
use crate::scenario::{Scenario, SignalTable};
use crate::tables::{OrderRows, SignalFileError, ValueRows};

/// What is wrong with a row, and how to mend it.
pub(super) type Told = (String, String);

/// The file of one agent.
pub(in crate::run) struct AgentFile {
    pub(super) index: usize,
    pub(super) file: Arc<ReadFile>,
}

/// The rows of a file, as a table and as they lie in it.
pub(super) struct ReadFile {
    pub table: Arc<SignalTable>,
    pub rows: RawRows,
}

pub(super) enum RawRows {
    Values(ValueRows),
    Orders(OrderRows),
}

impl RawRows {
    /// Row and time of each.
    pub fn times(&self) -> Box<dyn Iterator<Item = (usize, Timestamp)> + '_> {
        match self {
            Self::Values(raw) => Box::new(raw.values.iter().map(|one| (one.row, one.at))),
            Self::Orders(raw) => Box::new(raw.orders.iter().map(|one| (one.row, one.at))),
        }
    }

    /// The error of a row.
    pub fn refuse(&self, row: usize, problem: String, help: String) -> SignalFileError {
        match self {
            Self::Values(raw) => raw.refuse(row, problem, help),
            Self::Orders(raw) => raw.refuse(row, problem, help),
        }
    }
}

/// The problem of an agent's file.
pub(super) fn problem(scenario: &Scenario, index: usize, error: &SignalFileError) -> SignalsProblem {
    let (index, agent) = (scenario.agents[index].table, scenario.agents[index].name.clone());
    SignalsProblem { index, agent, message: error.to_string(), help: error.help() }
}
