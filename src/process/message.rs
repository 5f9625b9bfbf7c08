//! The messages between the program and an agent: one JSON object a line.
//!
//! The types here are the protocol: what is parsed, what is sent, and the JSON Schemas that `tiltyard schema --agent`
//! prints are made from them. Unknown keys are refused. Money, prices and quantities are decimal strings; times are RFC
//! 3339 in UTC.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::domain::{Cash, Price, Qty, Timestamp};

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

/// Whom the agent trades for, and what is allowed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Hello {
    /// The version of the protocol.
    pub protocol: u32,
    /// The agent's name in the scenario.
    pub agent: String,
    /// The number of the window, from 0.
    pub window: u32,
    /// What it trades.
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
    #[schemars(with = "Decimal")]
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
    #[schemars(with = "Decimal")]
    pub price_tick: Price,
    /// Quantities are multiples of it.
    #[schemars(with = "Decimal")]
    pub quantity_step: Qty,
    /// What an order must be worth at least.
    #[schemars(with = "Decimal")]
    pub min_notional: Cash,
}

/// What trading costs.
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
    /// Megabytes of memory.
    pub memory_mb: u32,
    /// Seconds of processor time in the window.
    pub cpu_s: u32,
    /// Bytes of a line.
    pub line_bytes: usize,
}

/// What the agent reads, and when it decides.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// The version of the protocol that it speaks.
    pub protocol: u32,
    /// How many bars from before the window it wants, at most 100,000.
    #[serde(default)]
    pub history: u32,
    /// The interval of the bars that it is sent, a multiple of the scenario's. By default `decide.every`, else the
    /// scenario's interval.
    #[serde(default)]
    pub timeframe: Option<String>,
    /// Indicators in the language of rules, such as `sma(20)` or `rsi(14)@4h`, for every symbol.
    #[serde(default)]
    pub indicators: Vec<String>,
    /// When it decides, where the scenario does not say so; at every bar where neither does.
    #[serde(default)]
    pub decide: Option<ReadyDecide>,
}

/// When the agent decides: at a close at which any of these holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadyDecide {
    /// At the first close at or after each multiple of this span: `4h`, `1d`.
    #[serde(default)]
    pub every: Option<String>,
    /// At each close at which this condition holds for any symbol: `rsi(14) < 30`.
    #[serde(default)]
    pub on: Option<String>,
    /// At the close of each bar in which one of its orders filled.
    #[serde(default)]
    pub on_fill: bool,
}

/// The bars before the window.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WindowMessage {
    /// The number of the window, from 0.
    pub window: u32,
    /// When its first bar opens.
    #[schemars(with = "Time")]
    pub start: Timestamp,
    /// As many bars as `ready` asked for and there are, by symbol, oldest first.
    pub bars: BTreeMap<String, Vec<BarMessage>>,
}

/// A closed bar.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BarMessage {
    /// When it closed.
    #[schemars(with = "Time")]
    pub close_time: Timestamp,
    /// First price.
    #[schemars(with = "Decimal")]
    pub open: Number,
    /// Highest price.
    #[schemars(with = "Decimal")]
    pub high: Number,
    /// Lowest price.
    #[schemars(with = "Decimal")]
    pub low: Number,
    /// Last price.
    #[schemars(with = "Decimal")]
    pub close: Number,
    /// Traded base quantity.
    #[schemars(with = "Decimal")]
    pub volume: Number,
}

/// A decision with the answer that was given.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Past {
    /// What was known.
    pub decide: serde_json::Value,
    /// What was answered; `null` where the answer came too late.
    pub act: serde_json::Value,
}

/// What is known at the deciding close.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Decide {
    /// The number of the decision in the window, from 1; `act` repeats it.
    pub decision: u64,
    /// The deciding close.
    #[schemars(with = "Time")]
    pub time: Timestamp,
    /// The bars that closed since the last decision (since the window's start, for the first), by symbol.
    pub bars: BTreeMap<String, Vec<BarMessage>>,
    /// The values of the indicators by their text and by symbol; `null` while one warms up.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub indicators: BTreeMap<String, BTreeMap<String, Option<f64>>>,
    /// Quote currency, with what open orders lock.
    #[schemars(with = "Decimal")]
    pub cash: Cash,
    /// Quote currency that no open order locks.
    #[schemars(with = "Decimal")]
    pub available: Cash,
    /// Cash and positions, marked at the last closes.
    #[schemars(with = "Decimal")]
    pub equity: Cash,
    /// What is held, by symbol.
    pub positions: BTreeMap<String, PositionMessage>,
    /// Its orders that are open.
    pub orders: Vec<OrderMessage>,
    /// What happened to its orders since the last decision, oldest first.
    pub events: Vec<Event>,
}

/// What is held of a symbol.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PositionMessage {
    /// How much.
    #[schemars(with = "Decimal")]
    pub quantity: Qty,
    /// The average price paid, without fees.
    #[schemars(with = "Decimal")]
    pub average_price: Price,
}

/// An open order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OrderMessage {
    /// Its number, for `cancels`.
    pub order: u64,
    /// The agent's own name for it.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What it trades.
    pub symbol: String,
    /// `buy` or `sell`.
    pub side: SideWord,
    /// What is left to trade; missing for a buy that names an amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Decimal>")]
    pub quantity: Option<Qty>,
    /// Its limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Decimal>")]
    pub price: Option<Price>,
    /// Its trigger.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Decimal>")]
    pub trigger: Option<Price>,
}

/// What happened to an order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It filled, or a part of it.
    Fill(FillMessage),
    /// It ended.
    Ended(EndedMessage),
}

/// A fill.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FillMessage {
    /// Of this order.
    pub order: u64,
    /// The agent's own name for it.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// When: the open time of the bar in which it filled.
    #[schemars(with = "Time")]
    pub time: Timestamp,
    /// What was traded.
    pub symbol: String,
    /// `buy` or `sell`.
    pub side: SideWord,
    /// How much.
    #[schemars(with = "Decimal")]
    pub quantity: Qty,
    /// At which price, slippage included.
    #[schemars(with = "Decimal")]
    pub price: Price,
    /// The fee paid.
    #[schemars(with = "Decimal")]
    pub fee: Cash,
}

/// The end of an order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EndedMessage {
    /// Which order.
    pub order: u64,
    /// The agent's own name for it.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// When.
    #[schemars(with = "Time")]
    pub time: Timestamp,
    /// What it traded.
    pub symbol: String,
    /// `filled`, `cancelled`, `expired` or `rejected`.
    pub status: String,
    /// Why: the code of a refusal such as `INSUFFICIENT_BALANCE`, or a word such as `time_in_force`.
    pub reason: String,
    /// What was traded of it.
    #[schemars(with = "Decimal")]
    pub filled: Qty,
    /// The numbers of a refusal.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What the agent wants done: first the cancels, then the closes, then the orders.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// The number of the decision that it answers.
    pub decision: u64,
    /// New orders.
    #[serde(default)]
    pub orders: Vec<NewOrder>,
    /// Numbers of orders to cancel; one that has ended is ignored.
    #[serde(default)]
    pub cancels: Vec<u64>,
    /// Symbols to leave: their orders are cancelled and all is sold at the market.
    #[serde(default)]
    pub closes: Vec<String>,
    /// The shares of the equity that symbols should have, from 0 to 1 and 1 together at most: sells and buys bring them
    /// there at the next open. Instead of `orders` and `closes`. A symbol without a bar at this close is left as it is.
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, Decimal>>")]
    pub weights: Option<BTreeMap<String, Qty>>,
    /// Decides once more at the first bar that closes at this time or later.
    #[serde(default)]
    #[schemars(with = "Option<Time>")]
    pub wake: Option<Timestamp>,
    /// A remark for the recording.
    #[serde(default)]
    pub note: Option<String>,
    /// How sure it is, from 0 to 1, for the recording.
    #[serde(default)]
    pub confidence: Option<f64>,
    /// What the decision used of a language model, for the recording.
    #[serde(default)]
    pub usage: Option<Usage>,
}

/// A new order. Its size is exactly one of `quantity`, `amount`, `equity_pct` and `position_pct`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// What to trade.
    pub symbol: String,
    /// `buy` or `sell`.
    pub side: SideWord,
    /// Its type.
    #[serde(rename = "type", default)]
    pub kind: OrderType,
    /// How much of the base asset.
    #[serde(default)]
    #[schemars(with = "Option<Decimal>")]
    pub quantity: Option<Qty>,
    /// How much of the quote currency, fee included; for buys.
    #[serde(default)]
    #[schemars(with = "Option<Decimal>")]
    pub amount: Option<Cash>,
    /// A share of the equity in percent, fee included; for buys.
    #[serde(default)]
    pub equity_pct: Option<f64>,
    /// A share of the position in percent; for sells.
    #[serde(default)]
    pub position_pct: Option<f64>,
    /// The limit of `limit`, `stop_limit` and `take_profit`.
    #[serde(default)]
    #[schemars(with = "Option<Decimal>")]
    pub price: Option<Price>,
    /// The trigger of `stop` and `stop_limit`.
    #[serde(default)]
    #[schemars(with = "Option<Decimal>")]
    pub trigger: Option<Price>,
    /// The distance of a `trailing_stop` in percent.
    #[serde(default)]
    pub distance_pct: Option<f64>,
    /// How long it stays open.
    #[serde(default)]
    pub time_in_force: TimeInForceWord,
    /// When it expires; for `good_till`.
    #[serde(default)]
    #[schemars(with = "Option<Time>")]
    pub expires: Option<Timestamp>,
    /// Whether it only reduces a position.
    #[serde(default)]
    pub reduce_only: bool,
    /// Sells when the price has fallen to this after the entry.
    #[serde(default)]
    #[schemars(with = "Option<Decimal>")]
    pub stop_loss: Option<Price>,
    /// Sells when the price has fallen by this percentage from the entry.
    #[serde(default)]
    pub stop_loss_pct: Option<f64>,
    /// Sells when the price has risen to this after the entry.
    #[serde(default)]
    #[schemars(with = "Option<Decimal>")]
    pub take_profit: Option<Price>,
    /// Sells when the price has risen by this percentage from the entry.
    #[serde(default)]
    pub take_profit_pct: Option<f64>,
    /// Sells when the price has fallen by this percentage from its best since the entry.
    #[serde(default)]
    pub trailing_stop_pct: Option<f64>,
    /// The agent's own name for it, which events repeat.
    #[serde(rename = "ref", default)]
    pub reference: Option<String>,
}

/// What a decision used of a language model.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Which model.
    #[serde(default)]
    pub model: Option<String>,
    /// Tokens that it read.
    #[serde(default)]
    pub input_tokens: u64,
    /// Tokens that it wrote.
    #[serde(default)]
    pub output_tokens: u64,
    /// Of those, tokens that it thought with.
    #[serde(default)]
    pub reasoning_tokens: u64,
    /// What that cost.
    #[serde(default)]
    #[schemars(with = "Option<Decimal>")]
    pub cost: Option<Cash>,
}

/// The window is over.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct End {
    /// How many decisions there were.
    pub decisions: u64,
    /// Cash and positions at the window's last close.
    #[schemars(with = "Decimal")]
    pub equity: Cash,
    /// Equity at the end less equity at the start.
    #[schemars(with = "Decimal")]
    pub pnl: Cash,
}

/// A side in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SideWord {
    /// Pays quote currency.
    Buy,
    /// Receives quote currency.
    Sell,
}

/// An order's type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderType {
    /// Fills at the next open.
    #[default]
    Market,
    /// Fills at `price` or better.
    Limit,
    /// A market order once `trigger` is reached.
    Stop,
    /// A limit order at `price` once `trigger` is reached.
    StopLimit,
    /// A sell at `price` that only reduces.
    TakeProfit,
    /// A stop that follows the best price at `distance_pct`.
    TrailingStop,
}

/// How long an order stays open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimeInForceWord {
    /// Until it fills or the window ends.
    #[default]
    Gtc,
    /// Until the end of the UTC day.
    Day,
    /// Until the first bar that could match it.
    Ioc,
    /// Until `expires`.
    GoodTill,
}

/// A number of the data, as the shortest decimal text that gives it back.
#[derive(Debug, Clone, Copy)]
pub struct Number(pub f64);

impl Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The schema of a decimal string.
struct Decimal;

impl JsonSchema for Decimal {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$" })
    }
}

/// The schema of a time.
struct Time;

impl JsonSchema for Time {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}
