//! A file's rows, as a table and as they lie in it.

use std::sync::Arc;

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

/// The problem of an agent's file.
pub(super) fn problem(scenario: &Scenario, index: usize, error: &SignalFileError) -> SignalsProblem {
    let agent = scenario.agents[index].name.clone();
    SignalsProblem { index, agent, message: error.to_string(), help: error.help() }
}
