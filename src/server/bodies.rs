//! The messages of clients and the answers to them: what is parsed, what is sent, and what their schemas are made of.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::process::message::AgentMessage;
use crate::scenario::catalogue::STRATEGIES;

/// Kinds that read files of the server, which no client may name.
const OF_FILES: [&str; 3] = ["wasm", "signals", "recorded"];
/// A decimal amount above zero.
const AMOUNT: &str = r"^[0-9]{1,11}(\.[0-9]{1,8})?$";
/// A name: no path separators, quotes or signs of shells, and no first character that makes it an option or hidden.
const NAME: &str =
    "^[^-~.\\s/\\\\:*?\"<>|$`\\x00-\\x1f\\x7f-\\x9f][^/\\\\:*?\"<>|$`\\x00-\\x1f\\x7f-\\x9f]*$";

/// The key and the secret of an account.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginBody {
    /// `ak_live_` and 64 characters.
    pub api_key: String,
    /// `sk_live_` and 64 characters.
    pub api_secret: String,
}

/// A log-in.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LoginAnswer {
    /// To be sent as `Authorization: Bearer`.
    pub token: String,
    /// Seconds that it is valid.
    pub expires_in: u64,
}

/// A table or nothing: not the list of its values, which a derived parser takes as well.
fn object<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: serde::de::DeserializeOwned,
    D: serde::Deserializer<'de>,
{
    use serde::de::Error;
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::Object(object) => {
            serde_json::from_value(Value::Object(object)).map(Some).map_err(D::Error::custom)
        }
        _ => Err(D::Error::custom("not an object")),
    }
}

/// Limits on every order of an agent. What is left out has its default; `null` turns a limit off.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskConfig {
    /// Largest order, percent of equity. Default 50.
    #[serde(default, with = "limit", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>", range(min = 0.01, max = 100.0))]
    pub max_order_size_pct: Option<Option<f64>>,
    /// Largest position after a fill, percent of equity. Default 25.
    #[serde(default, with = "limit", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>", range(min = 0.01, max = 100.0))]
    pub max_position_size_pct: Option<Option<f64>>,
    /// Largest loss since 00:00 UTC, percent of the equity then. Default 20.
    #[serde(default, with = "limit", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<f64>", range(min = 0.01, max = 100.0))]
    pub daily_loss_limit_pct: Option<Option<f64>>,
    /// Most resting orders. Default 50.
    #[serde(default, with = "limit", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u32>", range(min = 1, max = 1_000_000))]
    pub max_open_orders: Option<Option<u32>>,
}

/// A limit that can be left out, and that can be `null`.
mod limit {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<T: Serialize, S: Serializer>(
        value: &Option<Option<T>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(serializer)
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::deserialize(deserializer).map(Some)
    }
}

/// A strategy as in a scenario: its `kind`, and the parameters of that kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct StrategyBody(#[schemars(schema_with = "strategy_schema")] pub Map<String, Value>);

/// The kinds that may be given over HTTP.
pub fn kinds() -> Vec<&'static str> {
    STRATEGIES.iter().map(|doc| doc.kind).filter(|kind| !OF_FILES.contains(kind)).collect()
}

fn strategy_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "description": "As `strategy` in a scenario: its `kind`, and the parameters of that kind. `{\"kind\": \"process\", \
                        \"transport\": \"http\"}` decides in sessions.",
        "properties": { "kind": { "type": "string", "enum": kinds() } },
        "required": ["kind"],
        "additionalProperties": true,
    })
}

/// A new agent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAgentBody {
    /// Its name, unique among the active agents of the server.
    #[schemars(length(min = 1, max = 100), regex(pattern = NAME))]
    pub name: String,
    /// What it is.
    #[serde(default)]
    #[schemars(length(max = 2000))]
    pub description: Option<String>,
    /// Quote currency at the start. Default 10000.
    #[serde(default)]
    #[schemars(regex(pattern = AMOUNT))]
    pub starting_balance: Option<String>,
    /// Its limits.
    #[serde(default, deserialize_with = "object")]
    pub risk_config: Option<RiskConfig>,
    /// How it decides. Default: over HTTP, in sessions.
    #[serde(default)]
    pub strategy: Option<StrategyBody>,
    /// Labels.
    #[serde(default)]
    #[schemars(length(max = 32), inner(length(min = 1, max = 64)))]
    pub tags: Option<Vec<String>>,
}

/// What to change about an agent; what is left out stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeAgentBody {
    /// Its name.
    #[serde(default)]
    #[schemars(length(min = 1, max = 100), regex(pattern = NAME))]
    pub name: Option<String>,
    /// What it is.
    #[serde(default)]
    #[schemars(length(max = 2000))]
    pub description: Option<String>,
    /// Its limits, all of them.
    #[serde(default, deserialize_with = "object")]
    pub risk_config: Option<RiskConfig>,
    /// How it decides.
    #[serde(default)]
    pub strategy: Option<StrategyBody>,
    /// Labels, all of them.
    #[serde(default)]
    #[schemars(length(max = 32), inner(length(min = 1, max = 64)))]
    pub tags: Option<Vec<String>>,
}

/// A copy of an agent.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloneBody {
    /// Its name. Default: `Copy of X`.
    #[serde(default)]
    #[schemars(length(min = 1, max = 100), regex(pattern = NAME))]
    pub name: Option<String>,
}

/// A reset.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetBody {
    /// Quote currency at the start of the new epoch. Default: as before.
    #[serde(default)]
    #[schemars(regex(pattern = AMOUNT))]
    pub starting_balance: Option<String>,
}

/// When the agent of a session decides: at a close at which any of these holds.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideBody {
    /// At the first close at or after each multiple of this span: `4h`, `1d`.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub every: Option<String>,
    /// At each close at which this condition holds for any symbol: `rsi(14) < 30`.
    #[serde(default)]
    #[schemars(length(max = 500))]
    pub on: Option<String>,
    /// At the close of each bar in which one of its orders filled.
    #[serde(default)]
    pub on_fill: bool,
}

/// Bars of the server for a session without a scenario.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarketBody {
    /// What is traded.
    #[schemars(length(min = 1, max = 100), inner(length(min = 1, max = 100)))]
    pub symbols: Vec<String>,
    /// Interval of the bars: `1m`, `1h`, `1d`.
    #[schemars(length(max = 20))]
    pub interval: String,
    /// Start of the window: a date or an RFC 3339 time in UTC.
    #[schemars(length(max = 40))]
    pub start: String,
    /// End of the window, exclusive.
    #[schemars(length(max = 40))]
    pub end: String,
}

/// A new session: a scenario of the server or a market of it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(example = json!({ "scenario": "single_window", "decide": { "every": "1d" } }))]
#[serde(deny_unknown_fields)]
pub struct NewSessionBody {
    /// A scenario of the server, by the name of its file without `.toml`.
    #[serde(default)]
    #[schemars(length(min = 1, max = 100))]
    pub scenario: Option<String>,
    /// Bars, where no scenario is named.
    #[serde(default, deserialize_with = "object")]
    pub market: Option<MarketBody>,
    /// The window of the scenario to play, from 0. Default 0.
    #[serde(default)]
    pub window: Option<u32>,
    /// When the agent decides. Default: as its `ready` says, else at every bar.
    #[serde(default, deserialize_with = "object")]
    pub decide: Option<DecideBody>,
    /// Milliseconds for a decision; who is silent for longer forfeits. Default: a day.
    #[serde(default)]
    #[schemars(range(min = 1, max = 86_400_000))]
    pub decision_ms: Option<u32>,
}

/// A new battle.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(example = json!({ "scenario": "single_window" }))]
#[serde(deny_unknown_fields)]
pub struct NewBattleBody {
    /// A scenario of the server, by the name of its file without `.toml`.
    #[schemars(length(min = 1, max = 100))]
    pub scenario: String,
    /// Ids of agents of the account that join those of the scenario.
    #[serde(default)]
    #[schemars(length(max = 100), inner(length(min = 1, max = 36)))]
    pub agents: Vec<String>,
}

/// A battle again, with changes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RematchBody {
    /// Settings by path, as TOML values: `battle.ranking_metric`, `metrics.risk_free_rate`, `venue.taker_fee_bps`,
    /// `scenario.seed`.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub settings: BTreeMap<String, String>,
}

/// The schema of an agent's answer: the messages of `tiltyard schema --agent`. It is kept as it was sent.
pub fn act_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<AgentMessage>()
}
