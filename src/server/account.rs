//! What an agent asks of its own account, with its key: balance, positions, orders, trades, performance.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::call::{Answer, Call, Outcome};
use super::problem::Problem;
use crate::store::registry::{HistoryFilter, Tally};

/// The wallet of an agent.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BalanceView {
    /// Cash, a decimal.
    pub cash: String,
    /// Cash and positions at the prices of the last run, a decimal.
    pub equity: String,
    /// Cash at the start of the epoch, a decimal.
    pub starting_balance: String,
    /// Its currency, once a run has decided it.
    pub currency: Option<String>,
    /// The epoch.
    pub epoch: u32,
    /// The end of the last run that changed it.
    pub as_of: Option<String>,
}

/// A position of an agent.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PositionView {
    /// What is held.
    pub symbol: String,
    /// How much, a decimal.
    pub quantity: String,
    /// What it cost without fees, a decimal.
    pub cost: String,
    /// Price of the last run, a decimal.
    pub mark: String,
}

/// Positions.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PositionList {
    /// By symbol.
    pub items: Vec<PositionView>,
}

/// Rows of a history, a page of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RowPage {
    /// In the order of runs and, in them, of time.
    #[schemars(with = "Vec<serde_json::Map<String, Value>>")]
    pub items: Vec<Value>,
    /// For the next page; `null` at the end.
    pub next_cursor: Option<String>,
}

/// The wallet.
pub fn balance(call: &Call) -> Outcome {
    let agent = call.agent()?;
    let view = BalanceView {
        cash: agent.wallet.cash.to_string(),
        equity: agent.equity().to_string(),
        starting_balance: agent.starting_balance.to_string(),
        currency: agent.quote.clone(),
        epoch: agent.epoch,
        as_of: agent.as_of.map(|at| at.to_string()),
    };
    Answer::json(200, &view)
}

/// The positions of the wallet.
pub fn positions(call: &Call) -> Outcome {
    let positions = call.agent()?.wallet.positions.iter();
    let items = positions.map(|(symbol, held)| PositionView {
        symbol: symbol.clone(),
        quantity: held.quantity.to_string(),
        cost: held.cost.to_string(),
        mark: held.mark.to_string(),
    });
    Answer::json(200, &PositionList { items: items.collect() })
}

/// The orders of the current epoch.
pub fn orders(call: &Call) -> Outcome {
    let agent = call.agent()?;
    let rows = call.state.look().orders(&agent.id, filter(agent.epoch))?;
    page(call, &rows)
}

/// The round trips of the current epoch.
pub fn trades(call: &Call) -> Outcome {
    let agent = call.agent()?;
    let rows = call.state.look().trips(&agent.id, filter(agent.epoch))?;
    page(call, &rows)
}

/// Statistics of the current epoch.
pub fn performance(call: &Call) -> Outcome {
    let agent = call.agent()?;
    let registry = call.state.look();
    let runs = registry.history(&agent.id, filter(agent.epoch))?;
    let tally = Tally::of(&runs, &registry.trips(&agent.id, filter(agent.epoch))?);
    Answer::json(200, &json!({ "epoch": agent.epoch, "totals": tally, "runs": runs }))
}

const fn filter(epoch: u32) -> HistoryFilter {
    HistoryFilter { epoch: Some(epoch), version: None }
}

/// A page of rows, which only ever grow: the cursor is how many came before.
fn page<R: Serialize>(call: &Call, rows: &[crate::store::registry::Placed<R>]) -> Outcome {
    let (limit, cursor) = call.page()?;
    let from: usize = match cursor {
        None => 0,
        Some(text)
            if text.len() <= 15 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            text.parse().map_err(|_| Problem::malformed("this is no cursor of this list"))?
        }
        Some(_) => return Err(Problem::malformed("this is no cursor of this list")),
    };
    let of_page = rows.iter().skip(from).take(limit as usize);
    let items: Vec<Value> = of_page.map(flat).collect::<Result<_, _>>().map_err(Problem::failed)?;
    let to = from.saturating_add(items.len());
    let next_cursor = (to < rows.len() && !items.is_empty()).then(|| to.to_string());
    Answer::json(200, &RowPage { items, next_cursor })
}

/// A row with its run, version, epoch and window beside its own fields.
fn flat<R: Serialize>(placed: &crate::store::registry::Placed<R>) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(placed)?;
    if let Some(object) = value.as_object_mut()
        && let Some(Value::Object(row)) = object.remove("row")
    {
        object.extend(row);
    }
    Ok(value)
}
