//! What an agent is sent.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::values::{DecimalText, Exact, Moment, Number, SideWord};
use crate::domain::Cash;

/// Whom the agent trades for, and what is allowed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Hello {
    /// The version of the protocol.
    pub protocol: u32,
    /// The agent's name in the scenario.
    pub agent: String,
    /// The number of the window, from 0.
    pub window: u32,
    /// Symbols that the agent may trade.
    pub symbols: Vec<SymbolInfo>,
    /// The currency of cash, prices and equity.
    pub quote_asset: String,
    /// The interval of the scenario's bars: `1m`, `1h`, `1d`.
    pub interval: String,
    /// Fees, slippage, and when a market order fills.
    pub costs: Costs,
    /// The limits on its orders.
    pub limits: Limits,
    /// Cash at the start of the window.
    #[schemars(with = "DecimalText")]
    pub starting_balance: Cash,
    /// A seed for its random numbers, below 2^53: the same for the same scenario, agent and window.
    pub seed: u64,
    /// What it may use.
    pub budgets: Budgets,
}

/// A symbol with its trading rules.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SymbolInfo {
    /// Its name, for orders.
    pub symbol: String,
    /// What is bought and sold.
    pub base_asset: String,
    /// Order prices are put on multiples of it.
    pub price_tick: Exact,
    /// Quantities are multiples of it.
    pub quantity_step: Exact,
    /// What an order must be worth at least.
    #[schemars(with = "DecimalText")]
    pub min_notional: Cash,
}

/// Fees and slippage of the venue.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Costs {
    /// Fee of orders that take liquidity, in basis points.
    pub taker_fee_bps: f64,
    /// Fee of resting orders, in basis points.
    pub maker_fee_bps: f64,
    /// The slippage model: `none`, `fixed_bps`, `volume_share`, `square_root`.
    pub slippage: String,
    /// When a market order fills: `next_open` or `close`.
    pub fill_at: String,
}

/// The limits on its orders; `null` for none.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "the scenario's own keys, described in its schema")]
pub struct Limits {
    pub max_order_size_pct: Option<f64>,
    pub max_position_size_pct: Option<f64>,
    pub max_open_orders: Option<u32>,
    pub daily_loss_limit_pct: Option<f64>,
    pub max_drawdown_pct: Option<f64>,
    pub max_consecutive_losses: Option<u32>,
    pub orders_per_minute: Option<u32>,
}

/// What the agent may use.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Budgets {
    /// Milliseconds for a decision.
    pub decision_ms: u32,
    /// Milliseconds granted beyond them.
    pub margin_ms: u32,
    /// Milliseconds of all decisions of the window together; `null` for no limit.
    pub window_ms: Option<u32>,
    /// Memory limit in megabytes.
    pub memory_mb: u32,
    /// Seconds of processor time in the window.
    pub cpu_s: u32,
    /// Bytes of a line.
    pub line_bytes: usize,
    /// Tokens of the window; missing for no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Cost of the window, in `currency`; missing for no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<DecimalText>")]
    pub cost: Option<Cash>,
    /// The currency of `cost` and of the costs that it reports, where it has a budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// The bars before the window.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WindowMessage {
    /// The number of the window, from 0.
    pub window: u32,
    /// When its first bar opens.
    pub start: Moment,
    /// As many bars as `ready` asked for and there are, by symbol, oldest first.
    pub bars: BTreeMap<String, Vec<BarMessage>>,
}

/// A closed bar.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BarMessage {
    /// Close time of the bar.
    pub close_time: Moment,
    /// Open of the bar.
    #[schemars(with = "DecimalText")]
    pub open: Number,
    /// High of the bar.
    #[schemars(with = "DecimalText")]
    pub high: Number,
    /// Low of the bar.
    #[schemars(with = "DecimalText")]
    pub low: Number,
    /// Close of the bar.
    #[schemars(with = "DecimalText")]
    pub close: Number,
    /// Volume in units of the base asset.
    #[schemars(with = "DecimalText")]
    pub volume: Number,
}

/// A decision with the answer that was given.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Past {
    /// The `decide` message of that decision.
    pub decide: serde_json::Value,
    /// What was answered; `null` where the answer came too late.
    pub act: serde_json::Value,
}

/// What is known at the deciding close.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Decide {
    /// The number of the decision in the window, from 1; `act` repeats it.
    pub decision: u64,
    /// Close time of the bar at which it decides.
    pub time: Moment,
    /// The bars that closed since the last decision (since the window's start, for the first), by symbol.
    pub bars: BTreeMap<String, Vec<BarMessage>>,
    /// The values of the indicators by their text and by symbol; `null` while one warms up.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub indicators: BTreeMap<String, BTreeMap<String, Option<f64>>>,
    /// Quote currency, with what open orders lock.
    #[schemars(with = "DecimalText")]
    pub cash: Cash,
    /// Quote currency that no open order locks.
    #[schemars(with = "DecimalText")]
    pub available: Cash,
    /// Cash and positions, marked at the last closes.
    #[schemars(with = "DecimalText")]
    pub equity: Cash,
    /// What is held, by symbol.
    pub positions: BTreeMap<String, PositionMessage>,
    /// Its orders that are open.
    pub orders: Vec<OrderMessage>,
    /// What happened to its orders since the last decision, oldest first.
    pub events: Vec<Event>,
    /// The texts that became known since the last decision (since the window's start, for the first), oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<ContextMessage>,
}

/// A text of the scenario's `[[context]]`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ContextMessage {
    /// When it was known.
    pub time: Moment,
    /// The symbol that it is about; missing where it is about none in particular.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// Its headline.
    pub title: String,
    /// The text itself.
    pub body: String,
}

/// What is held of a symbol.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PositionMessage {
    /// Quantity held, in units of the base asset; negative for a short position.
    pub quantity: Exact,
    /// The average price paid, without fees.
    pub average_price: Exact,
}

/// An open order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OrderMessage {
    /// Its number, for `cancels`.
    pub order: u64,
    /// The agent's own name for it.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Symbol of the order.
    pub symbol: String,
    /// `buy` or `sell`.
    pub side: SideWord,
    /// What is left to trade; missing for a buy that names an amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Exact>,
    /// Limit price, if the order has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Exact>,
    /// Trigger price, if the order has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Exact>,
}

/// What happened to an order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It filled, or a part of it.
    Fill(FillMessage),
    /// It was filled completely, cancelled, rejected, or has expired.
    Ended(EndedMessage),
}

/// A fill.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FillMessage {
    /// Id of the order.
    pub order: u64,
    /// The agent's own name for it.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// When: the open time of the bar in which it filled.
    pub time: Moment,
    /// Symbol that was traded.
    pub symbol: String,
    /// `buy` or `sell`.
    pub side: SideWord,
    /// Quantity filled, in units of the base asset.
    pub quantity: Exact,
    /// At which price, slippage included.
    pub price: Exact,
    /// The fee paid.
    #[schemars(with = "DecimalText")]
    pub fee: Cash,
}

/// The end of an order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EndedMessage {
    /// Id of the order.
    pub order: u64,
    /// The agent's own name for it.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Time at which it ended.
    pub time: Moment,
    /// Symbol of the order.
    pub symbol: String,
    /// `filled`, `cancelled`, `expired` or `rejected`.
    pub status: String,
    /// Why: the code of a refusal such as `INSUFFICIENT_BALANCE`, or a word such as `time_in_force`.
    pub reason: String,
    /// What was traded of it.
    pub filled: Exact,
    /// The numbers of a refusal.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// The window is over.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct End {
    /// How many decisions there were.
    pub decisions: u64,
    /// Cash and positions at the window's last close.
    #[schemars(with = "DecimalText")]
    pub equity: Cash,
    /// Equity at the end less equity at the start.
    #[schemars(with = "DecimalText")]
    pub pnl: Cash,
}
