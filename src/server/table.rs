//! All routes of the server.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};

use super::account::{BalanceView, PositionList, RowPage};
use super::agent_view::{AgentPage, AgentView, OverviewPage};
use super::battles::{BattlePage, BattleView};
use super::bodies::{
    ChangeAgentBody, CloneBody, LoginAnswer, LoginBody, NewAgentBody, NewBattleBody, NewSessionBody,
    RematchBody, ResetBody, act_schema,
};
use super::route::Access::{Anyone, Key, Token};
use super::route::Handler::{Blocking, Waiting};
use super::route::{Handler, Page, QueryKey, Route};
use super::sessions::{ObservationView, SessionPage, SessionView};
use super::{account, agents, auth, battles, sessions};

const LIMIT: QueryKey = QueryKey {
    name: "limit",
    required: false,
    doc: "How many items a page has.",
    schema: r#"{"type": "integer", "minimum": 1, "maximum": 200, "default": 50}"#,
};
const AGENT_PAGE: &[QueryKey] = &[LIMIT, cursor(r#"{"type": "string", "pattern": "^[0-9a-f-]{1,36}$"}"#)];
const ROW_PAGE: &[QueryKey] = &[LIMIT, cursor(r#"{"type": "string", "pattern": "^[0-9]{1,15}$"}"#)];
const ID_PAGE: &[QueryKey] = &[LIMIT, cursor(r#"{"type": "string", "pattern": "^[0-9a-f]{32}$"}"#)];
const CONFIRM: &[QueryKey] = &[QueryKey {
    name: "confirm",
    required: true,
    doc: "The agent's name.",
    schema: r#"{"type": "string", "minLength": 1}"#,
}];

const fn cursor(schema: &'static str) -> QueryKey {
    QueryKey { name: "cursor", required: false, doc: "The next_cursor of the page before.", schema }
}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// Every route.
pub const ROUTES: &[Route] = &[
    Route::new("GET", "/openapi.json", Anyone, "openapi", Handler::Page(Page::OpenApi))
        .does("This document.")
        .json(200, schema::<Map<String, Value>>),
    Route::new("GET", "/docs", Anyone, "docs", Handler::Page(Page::Docs))
        .does("All routes, as a page.")
        .content(200, "text/html"),
    Route::new("POST", "/api/v1/auth/login", Anyone, "login", Blocking(auth::login))
        .does("Logs an account in: its key and secret for a token.")
        .body(schema::<LoginBody>)
        .json(200, schema::<LoginAnswer>)
        .fails(&[401]),
    Route::new("POST", "/api/v1/agents", Token, "create_agent", Blocking(agents::create))
        .does("Makes an agent. Its key is shown only now.")
        .body(schema::<NewAgentBody>)
        .once()
        .json(201, schema::<AgentView>)
        .fails(&[409]),
    Route::new("GET", "/api/v1/agents", Token, "list_agents", Blocking(agents::list))
        .does("The agents of the account.")
        .query(AGENT_PAGE)
        .json(200, schema::<AgentPage>),
    Route::new("GET", "/api/v1/agents/overview", Token, "overview", Blocking(agents::overview))
        .does("How the agents of the account stand.")
        .query(AGENT_PAGE)
        .json(200, schema::<OverviewPage>),
    Route::new("GET", "/api/v1/agents/{id}", Token, "show_agent", Blocking(agents::show))
        .does("One agent.")
        .json(200, schema::<AgentView>)
        .fails(&[404]),
    Route::new("PUT", "/api/v1/agents/{id}", Token, "update_agent", Blocking(agents::update))
        .does("Changes an agent: a new version.")
        .body(schema::<ChangeAgentBody>)
        .json(200, schema::<AgentView>)
        .fails(&[404, 409]),
    Route::new("DELETE", "/api/v1/agents/{id}", Token, "delete_agent", Blocking(agents::delete))
        .does("Deletes an agent for good, with its wallet, history and sessions. Runs keep their results.")
        .query(CONFIRM)
        .content(204, "")
        .fails(&[404, 409]),
    Route::new("POST", "/api/v1/agents/{id}/clone", Token, "clone_agent", Blocking(agents::duplicate))
        .does("Copies an agent's configuration: a fresh wallet, an empty history, a key of its own.")
        .optional_body(schema::<CloneBody>)
        .once()
        .json(201, schema::<AgentView>)
        .fails(&[404, 409]),
    Route::new("POST", "/api/v1/agents/{id}/reset", Token, "reset_agent", Blocking(agents::reset))
        .does("Puts an agent's wallet back to the start. The history before is kept.")
        .optional_body(schema::<ResetBody>)
        .json(200, schema::<AgentView>)
        .fails(&[404, 409]),
    Route::new("POST", "/api/v1/agents/{id}/archive", Token, "archive_agent", Blocking(agents::archive))
        .does("Hides an agent and frees its name.")
        .json(200, schema::<AgentView>)
        .fails(&[404]),
    Route::new(
        "POST",
        "/api/v1/agents/{id}/unarchive",
        Token,
        "unarchive_agent",
        Blocking(agents::unarchive),
    )
    .does("Takes an archived agent back.")
    .json(200, schema::<AgentView>)
    .fails(&[404, 409]),
    Route::new(
        "POST",
        "/api/v1/agents/{id}/regenerate-key",
        Token,
        "regenerate_key",
        Blocking(agents::regenerate_key),
    )
    .does("Gives an agent another key. The old one is dead at once.")
    .json(200, schema::<AgentView>)
    .fails(&[404]),
    Route::new("GET", "/api/v1/agents/{id}/skill.md", Token, "skill", Blocking(agents::skill))
        .does("A page that tells an AI agent how to play with its key.")
        .content(200, "text/markdown")
        .fails(&[404]),
    Route::new("GET", "/api/v1/account/balance", Key, "balance", Blocking(account::balance))
        .does("The wallet of the agent.")
        .json(200, schema::<BalanceView>),
    Route::new("GET", "/api/v1/account/positions", Key, "positions", Blocking(account::positions))
        .does("The positions of the agent.")
        .json(200, schema::<PositionList>),
    Route::new("GET", "/api/v1/account/orders", Key, "orders", Blocking(account::orders))
        .does("The orders of the agent in its epoch.")
        .query(ROW_PAGE)
        .json(200, schema::<RowPage>),
    Route::new("GET", "/api/v1/trades", Key, "trades", Blocking(account::trades))
        .does("The round trips of the agent in its epoch.")
        .query(ROW_PAGE)
        .json(200, schema::<RowPage>),
    Route::new("GET", "/api/v1/analytics/performance", Key, "performance", Blocking(account::performance))
        .does("Statistics of the agent in its epoch.")
        .json(200, schema::<Map<String, Value>>),
    Route::new("POST", "/api/v1/backtests", Key, "begin_session", Blocking(sessions::begin))
        .does("Begins a session: the agent plays one window.")
        .body(schema::<NewSessionBody>)
        .once()
        .json(201, schema::<SessionView>)
        .fails(&[404, 409]),
    Route::new("GET", "/api/v1/backtests", Key, "list_sessions", Blocking(sessions::list))
        .does("The sessions of the agent.")
        .query(ID_PAGE)
        .json(200, schema::<SessionPage>),
    Route::new("GET", "/api/v1/backtests/{id}", Key, "show_session", Blocking(sessions::show))
        .does("One session, and what it came to.")
        .json(200, schema::<SessionView>)
        .fails(&[404]),
    Route::new(
        "GET",
        "/api/v1/backtests/{id}/observation",
        Key,
        "observation",
        Waiting(sessions::observation),
    )
    .does("The messages since the agent's last answer. The last one is the question, or end.")
    .json(200, schema::<ObservationView>)
    .fails(&[404, 503]),
    Route::new("POST", "/api/v1/backtests/{id}/act", Key, "act", Waiting(sessions::act))
        .does("Answers the question: ready after hello, act after decide. The same answer may be sent again.")
        .body(act_schema)
        .json(200, schema::<ObservationView>)
        .fails(&[404, 409, 503]),
    Route::new("DELETE", "/api/v1/backtests/{id}", Key, "give_up_session", Waiting(sessions::give_up))
        .does("Gives a session up and removes it. One that is played is forfeited, and its run is stored.")
        .json(200, schema::<SessionView>)
        .fails(&[404, 503]),
    Route::new("POST", "/api/v1/battles", Token, "begin_battle", Blocking(battles::begin))
        .does("Queues a battle: a scenario of the server, with agents of the account.")
        .body(schema::<NewBattleBody>)
        .once()
        .json(202, schema::<BattleView>)
        .fails(&[404]),
    Route::new("GET", "/api/v1/battles", Token, "list_battles", Blocking(battles::list))
        .does("The battles of the account.")
        .query(ID_PAGE)
        .json(200, schema::<BattlePage>),
    Route::new("GET", "/api/v1/battles/{id}", Token, "show_battle", Blocking(battles::show))
        .does("One battle, and its leaderboard once it is completed.")
        .json(200, schema::<BattleView>)
        .fails(&[404]),
    Route::new("GET", "/api/v1/battles/{id}/events", Token, "battle_events", Waiting(battles::events))
        .does("The states of a battle as server-sent events, up to its end.")
        .content(200, "text/event-stream")
        .fails(&[404]),
    Route::new("POST", "/api/v1/battles/{id}/rematch", Token, "rematch", Blocking(battles::rematch))
        .does("Queues a completed battle again, with changes.")
        .optional_body(schema::<RematchBody>)
        .once()
        .json(202, schema::<BattleView>)
        .fails(&[404, 409]),
];
