//! What an agent answers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::{DecimalText, Exact, Moment, OrderType, SideWord, TimeInForceWord};
use crate::domain::{Cash, Qty};

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

/// What the agent wants done: first the cancels, then the closes, then the orders.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// The number of the decision that it answers.
    pub decision: u64,
    /// Orders to place.
    #[serde(default)]
    pub orders: Vec<NewOrder>,
    /// Numbers of orders to cancel; one that has ended is ignored.
    #[serde(default)]
    pub cancels: Vec<u64>,
    /// Symbols to leave: their orders are cancelled and all is sold at the market.
    #[serde(default)]
    pub closes: Vec<String>,
    /// The shares of the equity that symbols should have, from 0 to 1 and 1 together at most; of instruments on margin
    /// also negative, for a short position, and up to the leverage that the risk profile allows. Sells and buys bring them
    /// there at the next open. Instead of `orders` and `closes`. A symbol without a bar at this close is left as it is.
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, DecimalText>>")]
    pub weights: Option<BTreeMap<String, Qty>>,
    /// Decides once more at the first bar that closes at this time or later.
    #[serde(default)]
    pub wake: Option<Moment>,
    /// A remark for the recording.
    #[serde(default)]
    pub note: Option<String>,
    /// How sure it is, from 0 to 1, for the recording.
    #[serde(default)]
    pub confidence: Option<f64>,
    /// What the decision used of a language model: recorded, summed, and counted against the budget.
    #[serde(default)]
    pub usage: Option<Usage>,
}

/// A new order. Its size is exactly one of `quantity`, `amount`, `equity_pct` and `position_pct`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// Symbol to trade, as named in `hello`.
    pub symbol: String,
    /// `buy` or `sell`.
    pub side: SideWord,
    /// Order type.
    #[serde(rename = "type", default)]
    pub kind: OrderType,
    /// How much of the base asset.
    #[serde(default)]
    pub quantity: Option<Exact>,
    /// How much of the quote currency, fee included; for buys.
    #[serde(default)]
    #[schemars(with = "Option<DecimalText>")]
    pub amount: Option<Cash>,
    /// A share of the equity in percent, fee included; for buys.
    #[serde(default)]
    pub equity_pct: Option<f64>,
    /// A share of the position in percent; for sells.
    #[serde(default)]
    pub position_pct: Option<f64>,
    /// The limit of `limit`, `stop_limit` and `take_profit`.
    #[serde(default)]
    pub price: Option<Exact>,
    /// The trigger of `stop` and `stop_limit`.
    #[serde(default)]
    pub trigger: Option<Exact>,
    /// The distance of a `trailing_stop` in percent.
    #[serde(default)]
    pub distance_pct: Option<f64>,
    /// How long it stays open.
    #[serde(default)]
    pub time_in_force: TimeInForceWord,
    /// When it expires; for `good_till`.
    #[serde(default)]
    pub expires: Option<Moment>,
    /// Whether it only reduces a position.
    #[serde(default)]
    pub reduce_only: bool,
    /// Closes when the price has fallen to this after the entry; after a short sale on margin, when it has risen to it.
    /// Of buys, and of sells on margin that may open a short position, as the four keys below.
    #[serde(default)]
    pub stop_loss: Option<Exact>,
    /// The same, by this percentage from the entry.
    #[serde(default)]
    pub stop_loss_pct: Option<f64>,
    /// Closes when the price has risen to this after the entry; after a short sale, when it has fallen to it.
    #[serde(default)]
    pub take_profit: Option<Exact>,
    /// The same, by this percentage from the entry.
    #[serde(default)]
    pub take_profit_pct: Option<f64>,
    /// Closes when the price has fallen by this percentage from its best since the entry; after a short sale, when it has
    /// risen by it.
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
    /// Name of the model.
    #[serde(default)]
    pub model: Option<String>,
    /// Tokens that it read.
    #[serde(default)]
    pub input_tokens: u64,
    /// Tokens that it wrote, reasoning included.
    #[serde(default)]
    pub output_tokens: u64,
    /// Of those, tokens of its reasoning.
    #[serde(default)]
    pub reasoning_tokens: u64,
    /// Cost of the call, in the currency that the scenario gives the agent (`currency`).
    #[serde(default)]
    #[schemars(with = "Option<DecimalText>")]
    pub cost: Option<Cash>,
}
