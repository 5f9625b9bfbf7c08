//! What belongs to one account or agent is out of reach of all others, on every route.

use proptest::prelude::*;
use serde_json::{Value, json};
use tiltyard::internals::server::{Access, ROUTES, Route};

use super::client::{Answer, Server, begin};

/// Two accounts with an agent, a session and a battle each.
struct Two {
    server: Server,
    mine: Side,
    theirs: Side,
}

struct Side {
    secret: String,
    token: String,
    agent: String,
    key: String,
    session: String,
    battle: String,
}

impl Two {
    fn new() -> Self {
        let server = Server::new();
        let (mine, theirs) = (Side::new(&server, "mine"), Side::new(&server, "theirs"));
        Self { server, mine, theirs }
    }

    /// Sends a request to a route with the ids of a side and these headers.
    fn send(&self, route: &Route, ids: &Side, headers: &[String]) -> Answer {
        self.send_path(route, &path(route, ids), headers)
    }

    fn send_path(&self, route: &Route, path: &str, headers: &[String]) -> Answer {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let body = route.body.is_some().then(|| body(route));
        self.server.send(route.method, path, &headers, body.as_ref())
    }
}

impl Side {
    fn new(server: &Server, name: &str) -> Self {
        let account = server.account();
        let token = server.token(&account);
        let (agent, key) = server.agent(&token, name);
        let session = begin(server, &key, &json!({ "scenario": "days" }));
        let made = server
            .as_account(&token, "POST", "/battles", Some(&json!({ "scenario": "days" })))
            .is(202)
            .json();
        let battle = made["id"].as_str().unwrap().to_owned();
        let look = || server.as_account(&token, "GET", &format!("/battles/{battle}"), None).is(200).json();
        server.until(look, &["completed"]);
        Self { secret: account.secret, token, agent, key, session, battle }
    }

    fn bearer(&self) -> String {
        format!("Authorization: Bearer {}", self.token)
    }

    fn api_key(&self) -> String {
        format!("X-API-Key: {}", self.key)
    }
}

fn path(route: &Route, ids: &Side) -> String {
    let id = match route.path.split('/').nth(3) {
        Some("agents") => &ids.agent,
        Some("backtests") => &ids.session,
        _ => &ids.battle,
    };
    let query = if route.id == "delete_agent" { "?confirm=mine" } else { "" };
    format!("{}{query}", route.path.replace("{id}", id))
}

/// A body that the route takes.
fn body(route: &Route) -> Value {
    match route.id {
        "login" => json!({ "api_key": "ak_live_", "api_secret": "sk_live_" }),
        "create_agent" => json!({ "name": "another" }),
        "begin_session" | "begin_battle" => json!({ "scenario": "days" }),
        "act" => json!({ "type": "ready", "protocol": 1 }),
        _ => json!({}),
    }
}

/// Routes that need credentials.
fn closed() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| route.access != Access::Anyone)
}

fn encoded(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}

#[test]
fn no_route_opens_to_credentials_of_another_kind_or_forged_ones() {
    let two = Two::new();
    let (mine, claims) = (&two.mine, two.mine.token.split('.').nth(1).unwrap());
    let signature = mine.token.rsplit('.').next().unwrap();
    let none = encoded(r#"{"alg":"none","typ":"JWT"}"#);
    let header = mine.token.split('.').next().unwrap();
    let far = encoded(&format!(r#"{{"sub":"{}","iat":1,"exp":99999999999}}"#, mine.agent));
    let mut wrong: Vec<Vec<String>> = vec![
        vec![],
        vec!["Authorization: Bearer".to_owned()],
        vec![format!("Authorization: Basic {}", encoded("a:b"))],
        vec![format!("Authorization: Bearer {none}.{claims}.")],
        vec![format!("Authorization: Bearer {none}.{claims}.{signature}")],
        vec![format!("Authorization: Bearer {header}.{far}.{signature}")],
        vec![format!("Authorization: Bearer {header}.{claims}")],
        vec![format!("Authorization: Bearer {}", mine.key)],
        vec![format!("Authorization: Bearer {}", mine.secret)],
        vec![format!("X-API-Key: {}", mine.token)],
        vec![format!("X-API-Key: {}", mine.secret)],
        vec![format!("X-API-Key: {}A", &mine.key[..mine.key.len() - 1])],
        vec![format!("X-API-Key: ak_live_{}", "A".repeat(64))],
        // Two of them: whoever checks one and uses the other is fooled.
        vec![mine.bearer(), two.theirs.bearer()],
        vec![mine.api_key(), two.theirs.api_key()],
        vec![format!("authorization: Bearer {}x", mine.token)],
    ];
    // A token of another server, which has another key.
    let other = Server::new();
    let foreign = other.token(&other.account());
    wrong.push(vec![format!("Authorization: Bearer {foreign}")]);
    for route in closed() {
        for headers in &wrong {
            two.send(route, mine, headers).is(401);
        }
        // The key where a token is needed, and the token where a key is.
        let swapped = if route.access == Access::Token { mine.api_key() } else { mine.bearer() };
        two.send(route, mine, &[swapped]).is(401);
    }
    // Nothing of all that did anything.
    let agents = two.server.as_account(&mine.token, "GET", "/agents", None).is(200).json();
    assert_eq!(agents["items"].as_array().unwrap().len(), 1);
}

#[test]
fn what_belongs_to_others_looks_as_if_it_did_not_exist_on_every_route() {
    let two = Two::new();
    let of_one = closed().filter(|route| route.path.contains("{id}"));
    let mut tried = 0;
    for route in of_one {
        let theirs = if route.access == Access::Token { two.theirs.bearer() } else { two.theirs.api_key() };
        let found = two.send(route, &two.mine, std::slice::from_ref(&theirs)).is(404);
        let nothing = path(route, &two.mine)
            .replace(&two.mine.agent, "01900000-0000-7000-8000-000000000000")
            .replace(&two.mine.session, &"0".repeat(32))
            .replace(&two.mine.battle, &"0".repeat(32));
        let missing = two.send_path(route, &nothing, &[theirs]).is(404);
        assert_eq!(found.text(), missing.text(), "{route:?}");
        tried += 1;
    }
    assert!(tried > 15, "{tried}");
    // Lists have one's own alone.
    for (path, key, own) in [
        ("/agents", false, &two.theirs.agent),
        ("/agents/overview", false, &two.theirs.agent),
        ("/battles", false, &two.theirs.battle),
        ("/backtests", true, &two.theirs.session),
    ] {
        let answer = match key {
            true => two.server.as_agent(&two.theirs.key, "GET", path, None),
            false => two.server.as_account(&two.theirs.token, "GET", path, None),
        };
        let items = answer.is(200).json()["items"].as_array().unwrap().clone();
        assert_eq!(
            items.iter().map(|item| item["id"].as_str().unwrap()).collect::<Vec<_>>(),
            [own],
            "{path}"
        );
    }
    // Neither does a battle take agents of others, nor is an agent called as another's id.
    let joined = json!({ "scenario": "days", "agents": [two.mine.agent] });
    two.server.as_account(&two.theirs.token, "POST", "/battles", Some(&joined)).is(404);
    let posing = json!({ "name": two.mine.agent });
    two.server.as_account(&two.theirs.token, "POST", "/agents", Some(&posing)).is(422);
    let taken =
        two.server.as_account(&two.theirs.token, "POST", "/agents", Some(&json!({ "name": "MINE" }))).is(409);
    assert!(!taken.text().contains(&two.mine.agent), "{}", taken.text());
    // All of it is still there and still its owner's.
    two.server.as_account(&two.mine.token, "GET", &format!("/agents/{}", two.mine.agent), None).is(200);
    two.server
        .as_agent(&two.mine.key, "GET", &format!("/backtests/{}/observation", two.mine.session), None)
        .is(200);
}

#[test]
fn changed_tokens_and_keys_open_nothing() {
    let two = Two::new();
    let routes: Vec<&Route> = closed().collect();
    let runner_config = ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(runner_config);
    let case = (0..routes.len(), any::<prop::sample::Index>(), 1_u8..64, any::<bool>());
    runner
        .run(&case, |(route, at, change, cut)| {
            let route = routes[route];
            let token = route.access == Access::Token;
            let text = if token { &two.mine.token } else { &two.mine.key };
            let at = at.index(text.len());
            let mut changed = text.clone().into_bytes();
            if cut {
                changed.truncate(at);
            } else {
                const LETTERS: &[u8; 64] =
                    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
                let old = LETTERS.iter().position(|letter| *letter == changed[at]).unwrap_or(0);
                changed[at] = LETTERS[(old + usize::from(change)) % 64];
            }
            prop_assume!(changed != text.as_bytes());
            let changed = String::from_utf8(changed).unwrap();
            let header = if token {
                format!("Authorization: Bearer {changed}")
            } else {
                format!("X-API-Key: {changed}")
            };
            prop_assert_eq!(two.send(route, &two.mine, &[header]).status, 401);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_deleted_account_and_a_replaced_key_are_dead_at_once() {
    let two = Two::new();
    let renew = format!("/agents/{}/regenerate-key", two.mine.agent);
    let new = two.server.as_account(&two.mine.token, "POST", &renew, None).is(200).json();
    two.server.as_agent(&two.mine.key, "GET", "/account/balance", None).is(401);
    two.server.as_agent(new["api_key"].as_str().unwrap(), "GET", "/account/balance", None).is(200);
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tiltyard"));
        String::from_utf8(command.current_dir(two.server.folder.path()).args(args).output().unwrap().stdout)
            .unwrap()
    };
    let accounts: Value = serde_json::from_str(&run(&["account", "list", "--json"])).unwrap();
    let first = accounts[0]["id"].as_str().unwrap();
    run(&["account", "delete", first]);
    two.server.as_account(&two.mine.token, "GET", "/agents", None).is(401);
    two.server.as_account(&two.theirs.token, "GET", "/agents", None).is(200);
    assert!(run(&["agent", "list"]).contains("mine"), "its agents stay");
}
