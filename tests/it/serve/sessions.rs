//! Sessions: the same protocol as a program, told errors instead of a forfeit, and results in the store.

use serde_json::{Value, json};

use super::client::{Server, begin, play, stored, trader};

struct Desk {
    server: Server,
    token: String,
    key: String,
}

impl Desk {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(more: &[&str]) -> Self {
        let server = Server::with(more);
        let token = server.token(&server.account());
        let (_, key) = server.agent(&token, "mine");
        Self { server, token, key }
    }

    fn begin(&self, body: &Value) -> String {
        begin(&self.server, &self.key, body)
    }

    fn get(&self, path: &str) -> Value {
        self.server.as_agent(&self.key, "GET", path, None).is(200).json()
    }

    fn act(&self, id: &str, body: &Value) -> super::client::Answer {
        self.server.as_agent(&self.key, "POST", &format!("/backtests/{id}/act"), Some(body))
    }
}

#[test]
fn a_session_is_played_stored_and_in_the_agents_history() {
    let desk = Desk::new();
    let id = desk.begin(&json!({ "scenario": "days", "decide": { "every": "4h" } }));
    let first = desk.get(&format!("/backtests/{id}/observation"));
    let hello = &first["messages"][0];
    assert_eq!((&hello["type"], &hello["agent"]), (&json!("hello"), &json!("mine")));
    let end = play(&desk.server, &desk.key, &id);
    assert_eq!((&end["state"], &end["result"]["status"]), (&json!("ended"), &json!("completed")));
    assert_eq!(end["messages"][0]["type"], "end");
    assert_eq!(end["messages"][0]["decisions"], 12);
    let shown = stored(&desk.server, &desk.key, &id);
    let run = shown["run_id"].as_str().unwrap();
    let folder = desk.server.out().join("days").join(run);
    assert!(folder.join("decisions.parquet").is_file());
    let performance = desk.get("/analytics/performance");
    assert_eq!(performance["runs"][0]["run_id"], run);
    assert_eq!(performance["runs"][0]["windows"][0]["final_equity"], end["result"]["final_equity"]);
    let orders = desk.get("/account/orders?limit=2");
    assert_eq!(orders["items"].as_array().unwrap().len(), 2);
    let rest =
        desk.get(&format!("/account/orders?limit=200&cursor={}", orders["next_cursor"].as_str().unwrap()));
    assert_eq!(rest["next_cursor"], Value::Null);
    assert!(rest["items"][0]["order_id"].as_u64() > orders["items"][1]["order_id"].as_u64());
    assert!(!desk.get("/trades")["items"].as_array().unwrap().is_empty());
    // Replays start with fresh wallets: the account's own one is as it was.
    assert_eq!(desk.get("/account/balance")["cash"], "10000.00000000");
}

#[test]
fn a_window_of_a_scenario_has_the_bars_of_that_window() {
    let desk = Desk::new();
    let id = desk.begin(&json!({ "scenario": "windows", "window": 2 }));
    let shown = desk.get(&format!("/backtests/{id}"));
    assert_eq!(
        (&shown["start"], &shown["end"]),
        (&json!("2023-05-02T00:00:00Z"), &json!("2023-05-02T12:00:00Z"))
    );
    let end = play(&desk.server, &desk.key, &id);
    // At the last bar there is nothing to decide: an order would fill at the next open.
    let decisions = end["messages"][0]["decisions"].as_u64().unwrap();
    assert!((11..=12).contains(&decisions), "{end}");
    let wrong = json!({ "scenario": "windows", "window": 4 });
    let refused = desk.server.as_agent(&desk.key, "POST", "/backtests", Some(&wrong)).is(422).json();
    assert_eq!(refused["help"], "the windows are 0 to 3");
}

#[test]
fn a_session_can_name_a_market_of_the_server() {
    let desk = Desk::new();
    let market =
        json!({ "symbols": ["ALPHA"], "interval": "4h", "start": "2023-05-01", "end": "2023-05-03" });
    let id = desk.begin(&json!({ "market": market }));
    assert_eq!(play(&desk.server, &desk.key, &id)["result"]["status"], "completed");
    for (wrong, status) in [
        (json!({}), 422),
        (json!({ "scenario": "days", "market": market }), 422),
        (json!({ "scenario": "nothing" }), 404),
        (json!({ "scenario": "../secret" }), 404),
        (
            json!({ "market": { "symbols": ["NONE"], "interval": "4h", "start": "2023-05-01", "end": "2023-05-03" } }),
            422,
        ),
        (
            json!({ "market": { "symbols": ["ALPHA"], "interval": "4h", "start": "2023-05-03", "end": "2023-05-01" } }),
            422,
        ),
        (
            json!({ "market": { "symbols": ["ALPHA"], "interval": "7h", "start": "2023-05-01", "end": "2023-05-03" } }),
            422,
        ),
        (json!({ "scenario": "days", "decide": { "every": "7m" } }), 422),
        (json!({ "scenario": "days", "decision_ms": 0 }), 422),
        (json!({ "scenario": "days", "else": 1 }), 422),
    ] {
        desk.server.as_agent(&desk.key, "POST", "/backtests", Some(&wrong)).is(status);
    }
}

#[test]
fn a_mistake_is_told_and_the_question_stays_open() {
    let desk = Desk::new();
    let id = desk.begin(&json!({ "scenario": "days", "decide": { "every": "12h" } }));
    for wrong in [
        json!({ "type": "act", "decision": 0 }),
        json!({ "type": "ready", "protocol": 2 }),
        json!({ "type": "ready", "protocol": 1, "indicators": ["nothing(3)"] }),
        json!({ "type": "ready", "protocol": 1, "else": 1 }),
        json!([]),
    ] {
        desk.act(&id, &wrong).is(422);
    }
    let seen = desk.act(&id, &trader(&json!({ "type": "hello" }))).is(200).json();
    let types: Vec<&Value> = seen["messages"].as_array().unwrap().iter().map(|one| &one["type"]).collect();
    assert_eq!(types, [&json!("window"), &json!("decide")]);
    assert_eq!(seen["messages"][0]["bars"]["ALPHA"].as_array().unwrap().len(), 3);
    for wrong in [
        json!({ "type": "act", "decision": 2 }),
        json!({ "type": "act", "decision": 1, "orders": [{ "symbol": "ALPHA", "side": "buy" }] }),
        json!({ "type": "act", "decision": 1, "closes": ["ALPHA"], "weights": { "ALPHA": "0.5" } }),
    ] {
        let told = desk.act(&id, &wrong).is(422).json();
        assert!(told["detail"].as_str().unwrap().len() > 10, "{told}");
    }
    // An order that the rules refuse is no mistake of the protocol.
    let act = json!({ "type": "act", "decision": 1, "orders": [{ "symbol": "NONE", "side": "buy", "quantity": "1", "ref": "x" }] });
    let seen = desk.act(&id, &act).is(200).json();
    assert_eq!(seen["messages"][0]["events"][0]["reason"], "INVALID_SYMBOL");
    // The same answer again gives the same observation, another one a conflict.
    assert_eq!(desk.act(&id, &act).is(200).json(), seen);
    desk.act(&id, &json!({ "type": "act", "decision": 1 })).is(409);
    assert_eq!(desk.get(&format!("/backtests/{id}/observation")), seen);
    play(&desk.server, &desk.key, &id);
    desk.act(&id, &json!({ "type": "act", "decision": 1 })).is(409);
}

#[test]
fn who_gives_up_or_stays_silent_forfeits_with_the_loss_kept() {
    let desk = Desk::new();
    let id = desk.begin(&json!({ "scenario": "days", "decide": { "every": "12h" } }));
    desk.act(&id, &trader(&json!({ "type": "hello" }))).is(200);
    let gone = desk.server.as_agent(&desk.key, "DELETE", &format!("/backtests/{id}"), None).is(200).json();
    assert_eq!(gone["result"]["status"], "forfeit");
    assert_eq!(gone["result"]["reason"], "it gave up at decision 1");
    assert!(gone["run_id"].is_string(), "{gone}");
    for (method, path) in [("GET", ""), ("GET", "/observation"), ("POST", "/act"), ("DELETE", "")] {
        let body = (method == "POST").then(|| json!({ "type": "act", "decision": 1 }));
        desk.server.as_agent(&desk.key, method, &format!("/backtests/{id}{path}"), body.as_ref()).is(404);
    }
    let id = desk.begin(&json!({ "scenario": "days", "decide": { "every": "12h" }, "decision_ms": 200 }));
    desk.act(&id, &trader(&json!({ "type": "hello" }))).is(200);
    let shown = stored(&desk.server, &desk.key, &id);
    assert_eq!(shown["result"]["status"], "forfeit");
    assert!(shown["result"]["reason"].as_str().unwrap().contains("silent"), "{shown}");
}

#[test]
fn any_number_of_sessions_are_played_at_once_and_idle_ones_go_to_disk() {
    let desk = Desk::with(&["--sessions", "3"]);
    let body = json!({ "scenario": "days", "decide": { "every": "6h" } });
    let ids: Vec<String> = (0..8).map(|_| desk.begin(&body)).collect();
    // One step of each in turn: every step takes up a session that was put away.
    let mut states: Vec<Value> =
        ids.iter().map(|id| desk.get(&format!("/backtests/{id}/observation"))).collect();
    while states.iter().any(|seen| seen["state"] == "playing") {
        for (id, seen) in ids.iter().zip(&mut states).filter(|(_, seen)| seen["state"] == "playing") {
            let question = seen["messages"].as_array().unwrap().last().unwrap().clone();
            *seen = desk.act(id, &trader(&question)).is(200).json();
        }
    }
    let alone = desk.begin(&body);
    let end = play(&desk.server, &desk.key, &alone);
    assert!(states.iter().all(|seen| seen["result"] == end["result"]), "{states:?}");
    let page = desk.get("/backtests?limit=5");
    assert_eq!(page["items"].as_array().unwrap().len(), 5);
    let rest = desk.get(&format!("/backtests?limit=5&cursor={}", page["next_cursor"].as_str().unwrap()));
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (4, &Value::Null));
}

#[test]
fn a_request_that_names_itself_is_carried_out_once() {
    let desk = Desk::new();
    let account = format!("Authorization: Bearer {}", desk.token);
    let agent = format!("X-API-Key: {}", desk.key);
    let named = "Idempotency-Key: one";
    let twice = |path: &str, who: &str, body: &Value, other: &Value| {
        let send =
            |body: &Value| desk.server.send("POST", &format!("/api/v1{path}"), &[who, named], Some(body));
        let (first, again) = (send(body), send(body));
        assert_eq!(first.status, again.status, "{}", again.text());
        let (first, again) = (first.json(), again.json());
        assert_eq!(first["id"], again["id"]);
        // A key is shown once, whatever is sent again.
        assert_eq!(again["api_key"], Value::Null);
        send(other).is(422);
        first
    };
    let made = twice("/agents", &account, &json!({ "name": "once" }), &json!({ "name": "twice" }));
    assert!(made["api_key"].is_string());
    let clone = format!("/agents/{}/clone", made["id"].as_str().unwrap());
    desk.server.send("POST", &format!("/api/v1{clone}"), &[&account, named], Some(&json!({}))).is(422);
    twice("/backtests", &agent, &json!({ "scenario": "days" }), &json!({ "scenario": "windows" }));
    twice("/battles", &account, &json!({ "scenario": "days" }), &json!({ "scenario": "windows" }));
    let agents = desk.server.as_account(&desk.token, "GET", "/agents", None).is(200).json();
    assert_eq!(agents["items"].as_array().unwrap().len(), 2);
}
