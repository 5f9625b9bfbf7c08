//! A server in a folder of its own, and a client that sends exactly what it is told.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A scenario of two days.
const DAYS: &str = r#"
[scenario]
name = "days"

[market]
path = "SAMPLE"
symbols = ["ALPHA", "BRAVO"]
interval = "1h"
start = 2023-05-01
end = 2023-05-03

[[agents]]
name = "hold"
risk = "unlimited"
strategy = { kind = "buy_and_hold" }

[battle]
ranking_metric = "roi_pct"
WINDOWS
"#;

/// A server that runs.
pub struct Server {
    pub folder: TempDir,
    pub address: String,
    child: Child,
    more: Vec<String>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

/// A key and a secret.
#[derive(Debug, Clone)]
pub struct Account {
    pub key: String,
    pub secret: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {} {}", self.head, self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The answer, which has this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

impl Server {
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// With more arguments.
    pub fn with(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scenarios = folder.path().join("scenarios");
        fs::create_dir(&scenarios).unwrap();
        let text = DAYS.replace("SAMPLE", &sample().to_string_lossy());
        let windows = "windows = { kind = \"sequential\", length = \"12h\" }";
        fs::write(scenarios.join("days.toml"), text.replace("WINDOWS", "")).unwrap();
        fs::write(scenarios.join("windows.toml"), text.replace("WINDOWS", windows)).unwrap();
        fs::write(folder.path().join("secret.toml"), "secret = true").unwrap();
        let more: Vec<String> = more.iter().map(|text| (*text).to_owned()).collect();
        let (child, address) = spawn(folder.path(), &more);
        Self { folder, address, child, more }
    }

    /// Kills it where it is, and starts another on the same store.
    pub fn kill_and_restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.child, self.address) = spawn(self.folder.path(), &self.more);
    }

    pub fn out(&self) -> PathBuf {
        self.folder.path().join("reports")
    }

    /// What it has written to stderr.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Asks it to stop, and waits for that.
    pub fn stop(&mut self) -> std::process::ExitStatus {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        self.child.wait().unwrap()
    }

    /// A new account.
    pub fn account(&self) -> Account {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiltyard"));
        let output = command.current_dir(self.folder.path()).args(["account", "create", "--json"]).output();
        let made: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        Account { key: text("api_key"), secret: text("api_secret") }
    }

    /// A token of an account.
    pub fn token(&self, account: &Account) -> String {
        let body = json!({ "api_key": account.key, "api_secret": account.secret });
        let answer = self.send("POST", "/api/v1/auth/login", &[], Some(&body)).is(200).json();
        assert_eq!(answer["expires_in"], 3600);
        answer["token"].as_str().unwrap().to_owned()
    }

    /// A new agent of the token's account: its id and key.
    pub fn agent(&self, token: &str, name: &str) -> (String, String) {
        let body = json!({ "name": name });
        let made = self.as_account(token, "POST", "/agents", Some(&body)).is(201).json();
        (made["id"].as_str().unwrap().to_owned(), made["api_key"].as_str().unwrap().to_owned())
    }

    pub fn as_account(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let header = format!("Authorization: Bearer {token}");
        self.send(method, &format!("/api/v1{path}"), &[&header], body)
    }

    pub fn as_agent(&self, key: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.send(method, &format!("/api/v1{path}"), &[&format!("X-API-Key: {key}")], body)
    }

    /// Sends a request with these headers.
    pub fn send(&self, method: &str, path: &str, headers: &[&str], body: Option<&Value>) -> Answer {
        self.try_send(method, path, headers, body).unwrap()
    }

    /// [`Self::send`], where the server may be gone.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[&str],
        body: Option<&Value>,
    ) -> std::io::Result<Answer> {
        send_to(&self.address, method, path, headers, body)
    }

    /// Sends these bytes, and reads until the server closes.
    pub fn raw(&self, bytes: &[u8]) -> Answer {
        raw_to(&self.address, bytes).unwrap()
    }

    /// Waits until a value of a path is one of these, as this agent or account sees it.
    pub fn until(&self, look: impl Fn() -> Value, states: &[&str]) -> Value {
        let began = Instant::now();
        loop {
            let seen = look();
            if states.contains(&seen["state"].as_str().unwrap_or_default()) {
                return seen;
            }
            assert!(began.elapsed() < Duration::from_secs(120), "{seen}");
            std::thread::sleep(Duration::from_millis(30));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// [`Server::send`] to an address.
pub fn send_to(
    address: &str,
    method: &str,
    path: &str,
    headers: &[&str],
    body: Option<&Value>,
) -> std::io::Result<Answer> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    if !body.is_empty() {
        text.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
    }
    headers.iter().for_each(|header| text.push_str(&format!("{header}\r\n")));
    raw_to(address, format!("{text}\r\n{body}").as_bytes())
}

fn raw_to(address: &str, bytes: &[u8]) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(120)))?;
    // A server that refuses need not read all of it.
    let sent = stream.write_all(bytes);
    let mut read = Vec::new();
    let heard = stream.read_to_end(&mut read);
    if read.is_empty() {
        sent?;
        heard?;
        return Err(std::io::Error::other("no answer"));
    }
    Ok(parsed(&read))
}

fn parsed(read: &[u8]) -> Answer {
    let split = read.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(read.len());
    let head = String::from_utf8_lossy(&read[..split]).into_owned();
    let body = read.get(split + 4..).unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let chunked = head.to_lowercase().contains("transfer-encoding: chunked");
    Answer { status, head, body: if chunked { joined(body) } else { body.to_vec() } }
}

/// A chunked body as a whole.
fn joined(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(line) = body.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(&String::from_utf8_lossy(&body[..line]), 16).unwrap_or(0);
        let Some(chunk) = body.get(line + 2..line + 2 + length).filter(|chunk| !chunk.is_empty()) else {
            break;
        };
        whole.extend(chunk);
        body = &body[(line + 4 + length).min(body.len())..];
    }
    whole
}

pub fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample")
}

fn spawn(folder: &Path, more: &[String]) -> (Child, String) {
    let log = fs::File::options().create(true).append(true).open(folder.join("log")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tiltyard"));
    command.current_dir(folder).args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(sample()).args(more);
    let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line:?}"));
    (child, address.to_owned())
}

/// Begins a session of a scenario; its id.
pub fn begin(server: &Server, key: &str, body: &Value) -> String {
    let made = server.as_agent(key, "POST", "/backtests", Some(body)).is(201).json();
    assert_eq!(made["state"], "playing");
    made["id"].as_str().unwrap().to_owned()
}

/// The answer of an agent that buys at every third decision and leaves two later.
pub fn trader(question: &Value) -> Value {
    if question["type"] == "hello" {
        return json!({ "type": "ready", "protocol": 1, "history": 3, "indicators": ["sma(3)"] });
    }
    let decision = question["decision"].as_u64().unwrap();
    let mut act = json!({ "type": "act", "decision": decision });
    match decision % 3 {
        1 => act["orders"] = json!([{ "symbol": "ALPHA", "side": "buy", "equity_pct": 20 }]),
        0 => act["closes"] = json!(["ALPHA"]),
        _ => {}
    }
    act
}

/// Plays a session to its end; the last observation.
pub fn play(server: &Server, key: &str, id: &str) -> Value {
    let mut seen = server.as_agent(key, "GET", &format!("/backtests/{id}/observation"), None).is(200).json();
    while seen["state"] == "playing" {
        let question = seen["messages"].as_array().unwrap().last().unwrap().clone();
        let act = trader(&question);
        seen = server.as_agent(key, "POST", &format!("/backtests/{id}/act"), Some(&act)).is(200).json();
    }
    seen
}

/// Waits until the run of a session is stored.
pub fn stored(server: &Server, key: &str, id: &str) -> Value {
    let look = || server.as_agent(key, "GET", &format!("/backtests/{id}"), None).is(200).json();
    let seen = server.until(look, &["ended", "failed"]);
    assert_eq!(seen["state"], "ended", "{seen}");
    seen
}

impl Server {
    /// Starts another on the same store, after the last one has ended.
    pub fn kill_and_restart_stopped(&mut self) {
        (self.child, self.address) = spawn(self.folder.path(), &self.more);
    }
}
