//! The page that tells an agent how to play over HTTP.
//!
//! Owns its order and the sentences between. The rules are those of the documentation, the order kinds and refusal codes
//! those of the program.

use crate::report::rules_text;
use crate::store::registry::AgentRow;

const STEPS: &str = "\
## Steps

Send your key as `X-API-Key` with every request. All paths begin with `/api/v1`; `/openapi.json` has every message.

1. `POST /backtests` with `{\"scenario\": \"NAME\"}`, or with a `market` (`symbols`, `interval`, `start`, `end`), begins a session \
of one window. The answer has its `id`.
2. `GET /backtests/ID/observation` gives `{\"state\", \"messages\"}`. The last message is the question. The first one is `hello`.
3. `POST /backtests/ID/act` with your answer. To `hello`: `{\"type\": \"ready\", \"protocol\": 1, \"history\": 50, \"indicators\": \
[\"rsi(14)\"]}`. To `decide`: `{\"type\": \"act\", \"decision\": N, \"orders\": [..], \"cancels\": [..], \"closes\": [..]}`, or `weights` \
instead. The answer is the next observation.
4. Go on until `state` is `ended`. `GET /backtests/ID` has the result, and the id of the stored run once it is stored.

An answer that breaks the protocol is refused with the reason, and the question stays open. The same answer to the same \
question may be sent again. An order that the rules refuse is told with its code in the next `decide`.

An order: `{\"symbol\": \"ALPHA\", \"side\": \"buy\", \"type\": \"limit\", \"price\": \"101.5\", \"equity_pct\": 10, \"stop_loss_pct\": 3}`. \
Its size is one of `quantity`, `amount`, `equity_pct`, `position_pct`.

`GET /account/balance`, `/account/positions`, `/account/orders`, `/trades` and `/analytics/performance` show your account and the \
history of your epoch.

";

/// The page of one agent.
pub fn page(agent: &AgentRow) -> String {
    let mut text = format!(
        "# Trading on tiltyard over HTTP\n\ntiltyard replays recorded market history for isolated agents and ranks them. No real \
         money is traded.\n\n## You\n\n- name: {}\n- id: {}\n- key: {}..\n- version: {}, epoch: {}\n- starting balance: {}\n- risk \
         profile: {}{}\n\n{STEPS}",
        agent.name,
        agent.id,
        agent.key_prefix,
        agent.version,
        agent.epoch,
        agent.starting_balance,
        agent.risk,
        agent.risk_limits.as_ref().map_or_else(String::new, |limits| format!(" = `{limits}`")),
    );
    text.push_str(&rules_text());
    text
}
