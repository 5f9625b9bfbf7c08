//! What was acknowledged is there after a kill, and a session goes on from it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::client::{Server, begin, play, send_to, stored, trader};

/// Sessions under load.
const SESSIONS: usize = 12;

#[test]
fn every_acknowledged_act_is_there_after_a_kill_in_mid_load() {
    let mut server = Server::new();
    let token = server.token(&server.account());
    let (_, key) = server.agent(&token, "mine");
    let body = json!({ "scenario": "days" });
    let undisturbed = begin(&server, &key, &body);
    let expected = play(&server, &key, &undisturbed);
    for round in 0_u64..2 {
        let ids: Vec<String> = (0..SESSIONS).map(|_| begin(&server, &key, &body)).collect();
        let acknowledged: Vec<AtomicU64> = ids.iter().map(|_| AtomicU64::new(0)).collect();
        let killed = AtomicBool::new(false);
        let address = server.address.clone();
        std::thread::scope(|scope| {
            for (id, acknowledged) in ids.iter().zip(&acknowledged) {
                let (key, address, killed) = (&key, &address, &killed);
                scope.spawn(move || until_killed(address, key, id, acknowledged, killed));
            }
            while acknowledged.iter().map(|one| one.load(Ordering::SeqCst)).sum::<u64>() < 60 + 100 * round {
                std::thread::sleep(Duration::from_millis(5));
            }
            server.kill_and_restart();
            killed.store(true, Ordering::SeqCst);
        });
        for (id, acknowledged) in ids.iter().zip(&acknowledged) {
            let path = format!("/backtests/{id}/observation");
            let seen = server.as_agent(&key, "GET", &path, None).is(200).json();
            let acknowledged = acknowledged.load(Ordering::SeqCst);
            // Decision N is asked once all before it are answered. One more may have been kept than was acknowledged.
            if seen["state"] == "playing" {
                let asked =
                    seen["messages"].as_array().unwrap().last().unwrap()["decision"].as_u64().unwrap_or(0);
                assert!(
                    (acknowledged + 1..=acknowledged + 2).contains(&asked) || acknowledged == 0,
                    "{asked} {acknowledged}"
                );
            }
            let end = play(&server, &key, id);
            assert_eq!(end["result"], expected["result"]);
            stored(&server, &key, id);
        }
    }
    // Agents and keys are there too; a log-in ends with its server.
    server.as_account(&token, "GET", "/agents", None).is(401);
    assert_eq!(
        server.as_agent(&key, "GET", "/account/balance", None).is(200).json()["cash"],
        "10000.00000000"
    );
}

/// Plays a session until the server is gone, and counts the decisions that it has acknowledged.
fn until_killed(address: &str, key: &str, id: &str, acknowledged: &AtomicU64, killed: &AtomicBool) {
    let header = format!("X-API-Key: {key}");
    let mut question = json!({ "type": "hello" });
    while !killed.load(Ordering::SeqCst) {
        let act = trader(&question);
        let path = format!("/api/v1/backtests/{id}/act");
        let Ok(answer) = send_to(address, "POST", &path, &[&header], Some(&act)) else { return };
        // An answer that was cut off acknowledges nothing.
        let Ok(seen) = serde_json::from_slice::<Value>(&answer.body) else { return };
        assert_eq!(answer.status, 200, "{seen}");
        acknowledged.store(act["decision"].as_u64().unwrap_or(0), Ordering::SeqCst);
        if seen["state"] == "ended" {
            return;
        }
        question = seen["messages"].as_array().unwrap().last().unwrap().clone();
    }
}

#[test]
fn a_repeated_act_is_known_after_a_restart_and_battles_go_on() {
    let mut server = Server::new();
    let account = server.account();
    let token = server.token(&account);
    let (_, key) = server.agent(&token, "mine");
    let id = begin(&server, &key, &json!({ "scenario": "days", "decide": { "every": "12h" } }));
    let act = |server: &Server, body: &Value| {
        server.as_agent(&key, "POST", &format!("/backtests/{id}/act"), Some(body))
    };
    act(&server, &trader(&json!({ "type": "hello" }))).is(200);
    let first = json!({ "type": "act", "decision": 1, "orders": [{ "symbol": "ALPHA", "side": "buy", "equity_pct": 10 }] });
    let seen = act(&server, &first).is(200).json();
    let battle =
        server.as_account(&token, "POST", "/battles", Some(&json!({ "scenario": "windows" }))).is(202).json();
    server.kill_and_restart();
    assert_eq!(act(&server, &first).is(200).json(), seen);
    act(&server, &json!({ "type": "act", "decision": 1 })).is(409);
    let token = server.token(&account);
    let path = format!("/battles/{}", battle["id"].as_str().unwrap());
    let look = || server.as_account(&token, "GET", &path, None).is(200).json();
    assert_eq!(server.until(look, &["completed", "failed"])["state"], "completed");
}

#[test]
fn a_server_that_is_asked_to_stop_ends_well_and_leaves_its_sessions() {
    let mut server = Server::new();
    let token = server.token(&server.account());
    let (_, key) = server.agent(&token, "mine");
    let id = begin(&server, &key, &json!({ "scenario": "days", "decide": { "every": "12h" } }));
    let path = format!("/backtests/{id}/observation");
    let seen = server.as_agent(&key, "GET", &path, None).is(200).json();
    assert!(server.stop().success(), "{}", server.log());
    server.kill_and_restart_stopped();
    assert_eq!(server.as_agent(&key, "GET", &path, None).is(200).json(), seen);
    play(&server, &key, &id);
}
