//! Requests that are too long, too slow, too many or not what they seem; and what the log and the disk have of secrets.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Server, begin, play};

#[test]
fn bodies_that_are_too_long_or_no_json_are_refused() {
    let server = Server::new();
    let token = server.token(&server.account());
    let (_, key) = server.agent(&token, "mine");
    let long = json!({ "name": "x", "description": "y".repeat(1 << 20) });
    server.as_account(&token, "POST", "/agents", Some(&long)).is(413);
    let id = begin(&server, &key, &json!({ "scenario": "days" }));
    let act = json!({ "type": "act", "decision": 1, "note": "y".repeat(1 << 20) });
    server.as_agent(&key, "POST", &format!("/backtests/{id}/act"), Some(&act)).is(413);
    let post = |kind: &str, body: &str| {
        let text = format!(
            "POST /api/v1/agents HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n{kind}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        server.raw(text.as_bytes())
    };
    post("Content-Type: text/plain\r\n", "{\"name\": \"x\"}").is(415);
    post("", "{\"name\": \"x\"}").is(415);
    post("Content-Type: application/json\r\n", "{\"name\": ").is(400);
    post("Content-Type: application/json\r\n", "").is(400);
    post("Content-Type: application/json; charset=utf-8\r\n", "{\"name\": 1}").is(422);
    post("Content-Type: application/json\r\n", &format!("{}{}", "[".repeat(200_000), "]".repeat(200_000)))
        .is(422);
    let problem = post("Content-Type: application/json\r\n", "{\"name\": 1}");
    assert!(problem.head.contains("content-type: application/problem+json"), "{}", problem.head);
    assert_eq!(
        (&problem.json()["status"], &problem.json()["title"]),
        (&json!(422), &json!("Unprocessable Content"))
    );
}

#[test]
fn slow_heads_and_slow_bodies_are_cut_off_and_hold_nobody_else_up() {
    let server = Server::new();
    let token = server.token(&server.account());
    let slow: Vec<(TcpStream, &str)> = (0..40)
        .map(|number| {
            let mut stream = TcpStream::connect(&server.address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            if number % 2 == 0 {
                stream.write_all(b"GET /docs HTTP/1.1\r\nHost: x\r\nX-A: ").unwrap();
                return (stream, "");
            }
            let text = format!(
                "POST /api/v1/agents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: \
                 application/json\r\nContent-Length: 100\r\n\r\n{{\"na"
            );
            stream.write_all(text.as_bytes()).unwrap();
            (stream, "HTTP/1.1 408")
        })
        .collect();
    let began = Instant::now();
    server.as_account(&token, "GET", "/agents", None).is(200);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    for (mut stream, expected) in slow {
        let mut read = [0; 4096];
        let length = stream.read(&mut read).unwrap_or(0);
        let text = String::from_utf8_lossy(&read[..length]).into_owned();
        assert!(text.starts_with(expected) || text.starts_with("HTTP/1.1 408"), "{text}");
    }
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
}

#[test]
fn floods_of_headers_are_refused() {
    let server = Server::new();
    let many: String = (0..500).map(|number| format!("X-{number}: a\r\n")).collect();
    let one = format!("X-A: {}\r\n", "a".repeat(1 << 20));
    let line = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(1 << 20));
    for text in [
        format!("GET /docs HTTP/1.1\r\nHost: x\r\n{many}\r\n"),
        format!("GET /docs HTTP/1.1\r\nHost: x\r\n{one}\r\n"),
        line,
    ] {
        // A server that has refused closes: the rest of what is sent may meet a closed connection.
        let mut stream = TcpStream::connect(&server.address).unwrap();
        let _ = stream.write_all(text.as_bytes());
        let mut read = Vec::new();
        let _ = stream.read_to_end(&mut read);
        let answer = String::from_utf8_lossy(&read);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    server.send("GET", "/docs", &[], None).is(200);
}

#[test]
fn tricks_with_paths_lead_nowhere() {
    let server = Server::new();
    let token = server.token(&server.account());
    let (id, key) = server.agent(&token, "mine");
    begin(&server, &key, &json!({ "scenario": "days" }));
    let parts = [
        "..",
        "%2e%2e",
        "..%2f..%2fsecret.toml",
        "%2e%2e%2f%2e%2e%2fsecret.toml",
        "..%5c..",
        "%00",
        "a%00b",
        "%ff",
        "....//",
        ";",
        "*",
        "%25",
        "~",
        "session.json",
        ".new-",
        "%F0%9F%92%A9",
    ];
    for part in parts {
        for path in [
            format!("/api/v1/agents/{part}"),
            format!("/api/v1/agents/{part}/skill.md"),
            format!("/api/v1/battles/{part}"),
            format!("/api/v1/{part}/agents/{id}"),
            format!("/{part}"),
        ] {
            let answer = server.send("GET", &path, &[&format!("Authorization: Bearer {token}")], None);
            assert!([400, 404].contains(&answer.status), "{path}: {} {}", answer.status, answer.text());
            assert!(!answer.text().contains("secret = true"), "{path}");
        }
        for rest in ["", "/observation"] {
            let path = format!("/api/v1/backtests/{part}{rest}");
            let answer = server.send("GET", &path, &[&format!("X-API-Key: {key}")], None);
            assert!([400, 404].contains(&answer.status), "{path}: {} {}", answer.status, answer.text());
        }
    }
    for name in ["../secret", "..\\secret", "secret.toml", "/etc/passwd", "days.toml", "./days", "days\u{0}"]
    {
        server.as_agent(&key, "POST", "/backtests", Some(&json!({ "scenario": name }))).is(404);
        server.as_account(&token, "POST", "/battles", Some(&json!({ "scenario": name }))).is(404);
    }
    server.as_account(&token, "PATCH", "/agents", None).is(405);
    server.send("TRACE", "/api/v1/agents", &[], None).is(405);
    server.as_account(&token, "GET", "/agents?limit=0", None).is(400);
    server.as_account(&token, "GET", "/agents?limit=1&limit=2", None).is(400);
    server.as_account(&token, "GET", "/agents?else=1", None).is(400);
    server.as_account(&token, "GET", "/agents?cursor=%2e%2e%2f", None).is(400);
}

#[test]
fn a_caller_with_too_many_requests_waits_and_others_do_not() {
    let server = Server::with(&["--rate", "30"]);
    let (one, two) = (server.token(&server.account()), server.token(&server.account()));
    let answers: Vec<_> = (0..40).map(|_| server.as_account(&one, "GET", "/agents", None)).collect();
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert!((8..=10).contains(&refused.len()), "{}", refused.len());
    assert!(refused[0].head.contains("retry-after: "), "{}", refused[0].head);
    server.as_account(&two, "GET", "/agents", None).is(200);
    // Guessing is counted by address.
    let guesses =
        (0..40).map(|number| server.as_account(&format!("guess{number}"), "GET", "/agents", None).status);
    assert!(guesses.filter(|status| *status == 429).count() >= 8);
}

#[test]
fn no_secret_is_in_the_log_on_disk_or_in_another_answer() {
    let server = Server::new();
    let account = server.account();
    let token = server.token(&account);
    let (id, key) = server.agent(&token, "mine");
    let renewed =
        server.as_account(&token, "POST", &format!("/agents/{id}/regenerate-key"), None).is(200).json();
    let new = renewed["api_key"].as_str().unwrap().to_owned();
    let session = begin(&server, &new, &json!({ "scenario": "days" }));
    play(&server, &new, &session);
    // Requests that fail with secrets in every place.
    server.send(
        "GET",
        &format!("/api/v1/agents?cursor={new}"),
        &[&format!("Authorization: Bearer {token}")],
        None,
    );
    server.send("GET", &format!("/api/v1/agents/{new}"), &[&format!("Authorization: Bearer {token}")], None);
    server.send("GET", &format!("/{token}"), &[], None);
    let body = json!({ "api_key": account.key, "api_secret": new });
    server.send("POST", "/api/v1/auth/login", &[], Some(&body)).is(401);
    let secrets = [&account.key, &account.secret, &token, &key, &new];
    let log = server.log();
    assert!(log.lines().count() > 20, "{log}");
    for secret in secrets {
        assert!(!log.contains(secret.as_str()), "the log has a secret");
    }
    let mut files = 0;
    each_file(&server.out(), &mut |path, bytes| {
        files += 1;
        for secret in secrets {
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{} has a secret", path.display());
        }
    });
    assert!(files > 5, "{files}");
    for path in ["/agents", "/agents/overview", &format!("/agents/{id}"), &format!("/agents/{id}/skill.md")] {
        let answer = server.as_account(&token, "GET", path, None).is(200).text();
        assert!(!secrets.iter().any(|secret| answer.contains(secret.as_str())), "{path}");
    }
}

fn each_file(folder: &Path, look: &mut dyn FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            each_file(&path, look);
        } else if let Ok(bytes) = fs::read(&path) {
            look(&path, &bytes);
        }
    }
}

#[test]
fn the_document_and_the_page_are_there_for_anyone() {
    let server = Server::new();
    let document: Value = server.send("GET", "/openapi.json", &[], None).is(200).json();
    assert_eq!(document["openapi"], "3.1.0");
    let page = server.send("GET", "/docs", &[], None).is(200);
    for route in tiltyard::internals::server::ROUTES {
        assert!(document["paths"][route.path][route.method.to_lowercase()].is_object(), "{route:?}");
        assert!(page.text().contains(route.path), "{route:?}");
    }
    assert!(!page.text().contains("http://") && !page.text().contains("https://"));
}
