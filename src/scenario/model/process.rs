//! `process` and `recorded`: agents that are programs, and what programs have answered before.

use serde::Serialize;

use super::{BudgetSpec, Condition, MaskSpec, ModelSpec, USD};
use crate::domain::Interval;

/// A program that decides, and what it may do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProcessSpec {
    /// Program and arguments; empty where it answers over HTTP. What names a file starts at the scenario's folder.
    pub command: Vec<String>,
    /// How messages come to it and back.
    #[serde(skip_serializing_if = "Transport::is_pipes")]
    pub transport: Transport,
    /// When it decides; `None` where the agent says so itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decide: Option<DecideSpec>,
    /// Milliseconds for a decision.
    pub decision_ms: u32,
    /// Milliseconds granted beyond them.
    pub margin_ms: u32,
    /// Milliseconds from the start to the answer to `hello`.
    pub handshake_ms: u32,
    /// Milliseconds of all decisions of a window together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_ms: Option<u32>,
    /// Consequence of an answer that does not come in time.
    pub on_timeout: OnTimeout,
    /// Names of the environment variables that it sees besides `PATH`.
    pub env: Vec<String>,
    /// Whether it may open sockets.
    pub network: bool,
    /// Whether it may start processes.
    pub processes: bool,
    /// Memory limit in megabytes.
    pub memory_mb: u32,
    /// Seconds of processor time in a window.
    pub cpu_s: u32,
    /// How it is kept apart from the rest of the machine.
    pub isolation: Isolation,
    /// Whether the agent is left out where its program cannot be started; who takes part is part of a run's identity.
    #[serde(skip)]
    pub optional: bool,
    /// Currency of the costs that it reports and of its budget.
    #[serde(skip_serializing_if = "is_usd")]
    pub currency: String,
    /// What it may use in a window, by the usage that it reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<BudgetSpec>,
    /// The language model that it asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelSpec>,
    /// What is hidden from it.
    #[serde(skip_serializing_if = "MaskSpec::is_none")]
    pub mask: MaskSpec,
}

fn is_usd(currency: &String) -> bool {
    currency == USD
}

/// What a program has answered in a stored run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordedSpec {
    /// The run: its id, its folder, or a scenario's name for its latest.
    pub run: String,
    /// The agent's name in that run; this agent's where `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// What that run says of the program, once the run has been read. The run's recording stands for it in an identity.
    #[serde(skip)]
    pub program: Option<Box<ProcessSpec>>,
}

/// When a program decides: at a close at which any of these holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DecideSpec {
    /// At the first close at or after each multiple of this span, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Interval>,
    /// At each close at which this holds for any of its symbols.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Condition>,
    /// At the close of each bar in which an order of its own filled.
    pub on_fill: bool,
}

impl DecideSpec {
    /// Whether it decides at every bar: nothing else is said.
    pub const fn is_every_bar(&self) -> bool {
        self.every.is_none() && self.on.is_none() && !self.on_fill
    }
}

/// What it means that a program does not answer in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OnTimeout {
    /// It forfeits the window.
    #[default]
    Forfeit,
    /// It orders nothing, and its late answer is dropped.
    Hold,
}

/// How messages come to an agent and back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// Over the standard input and output of a program that the run starts.
    #[default]
    Pipes,
    /// Over HTTP, in a session of `tiltyard serve`: no program is started.
    Http,
}

impl Transport {
    fn is_pipes(&self) -> bool {
        *self == Self::Pipes
    }
}

/// How a program is kept apart from the rest of the machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// The system limits what it can open, start and use.
    #[default]
    Sandbox,
    /// It may do what its user may do.
    None,
}
