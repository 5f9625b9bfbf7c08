//! The messages between the program and an agent: one JSON object a line.
//!
//! The types here are the protocol: what is parsed, what is sent, and the JSON Schemas that `tiltyard schema --agent`
//! prints are made from them. Unknown keys are refused. Money, prices and quantities are decimal strings; times are RFC
//! 3339 in UTC.

mod agent;
mod host;
mod values;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use agent::{Act, NewOrder, Ready, ReadyDecide, Usage};
pub use host::{
    BarMessage, Budgets, ContextMessage, Costs, Decide, End, EndedMessage, Event, FillMessage, Hello, Limits,
    OrderMessage, Past, PositionMessage, SymbolInfo, WindowMessage,
};
pub use values::{Exact, Moment, Number, OrderType, SideWord, TimeInForceWord};

/// The version of the protocol. A change that an agent can notice raises it.
pub const PROTOCOL: u32 = 1;

/// A line to the agent.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum HostMessage {
    /// The first line: whom it trades for, and what is allowed. The answer is `ready`.
    Hello(Hello),
    /// The bars before the window. No answer.
    Window(WindowMessage),
    /// A decision of an interrupted run with the answer that was given then, so that an agent with a memory can go on
    /// from there. No answer.
    Past(Past),
    /// What is known now. The answer is `act`.
    Decide(Decide),
    /// The window is over, and the last line. No answer.
    End(End),
}

/// A line from the agent.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AgentMessage {
    /// The answer to `hello`.
    Ready(Ready),
    /// The answer to `decide`.
    Act(Act),
}
