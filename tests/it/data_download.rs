//! Downloading from an archive in Binance's layout on a loopback server, with the errors of real networks.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tiltyard::internals::data::download::{
    DownloadError, Event, Fetched, Outcome, Policy, Request, Venue, download, parse_day,
};
use tiltyard::internals::data::import::{self, BadRows, OnExisting, ReadOptions, read_bars};

/// Errors of a URL, one per request in this order; after them it serves the file.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// Announces the full length and closes half way.
    Cut,
    /// Answers with this status; 429 asks for an immediate retry.
    Status(u16),
    /// Serves other bytes.
    Wrong,
    /// Closes without an answer.
    Hang,
    /// Sends the client to another host, or to the same one.
    Redirect { elsewhere: bool },
    /// Serves this many bytes without saying how many.
    Endless(usize),
}

#[derive(Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    faults: BTreeMap<String, Vec<Fault>>,
    /// Requests in order: path, and the first byte requested.
    log: Vec<(String, u64)>,
}

/// An archive on a loopback server.
struct Archive {
    state: Arc<Mutex<State>>,
    base: String,
}

impl Archive {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let served = Arc::clone(&state);
        // Ends with the test process; it blocks on further connections.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = Arc::clone(&served);
                std::thread::spawn(move || serve(stream, &served));
            }
        });
        Self { state, base }
    }

    /// Adds bars of a day or month to the archive, with their checksum.
    fn put(&self, symbol: &str, period: &str, hours: std::ops::Range<u64>) -> String {
        let folder = if period.len() == 7 { "monthly" } else { "daily" };
        let name = format!("{symbol}-1h-{period}");
        let path = format!("/data/spot/{folder}/klines/{symbol}/1h/{name}.zip");
        let text: String = hours.map(kline).collect();
        let bytes = zipped(&format!("{name}.csv"), &text);
        let mut state = self.state.lock().unwrap();
        let checksum = format!("{}  {name}.zip\n", hex(&bytes));
        state.files.insert(format!("{path}.CHECKSUM"), checksum.into_bytes());
        state.files.insert(path.clone(), bytes);
        path
    }

    fn fault(&self, path: &str, faults: &[Fault]) {
        self.state.lock().unwrap().faults.insert(path.to_owned(), faults.to_vec());
    }

    fn asked(&self, path: &str) -> Vec<u64> {
        let state = self.state.lock().unwrap();
        state.log.iter().filter(|(asked, _)| asked == path).map(|&(_, from)| from).collect()
    }

    fn requests(&self) -> usize {
        self.state.lock().unwrap().log.len()
    }

    fn request(&self, folder: &Path, symbols: &[&str], from: &str, to: &str) -> Request {
        Request {
            base_url: self.base.clone(),
            venue: Venue::Spot,
            symbols: symbols.iter().map(|symbol| (*symbol).to_owned()).collect(),
            interval: "1h".into(),
            from: parse_day(from, false).unwrap(),
            to: parse_day(to, true).unwrap(),
            folder: folder.to_owned(),
            policy: Policy {
                attempts: 4,
                first_wait: Duration::from_millis(1),
                longest_wait: Duration::from_millis(20),
                silence: Duration::from_secs(5),
                most_bytes: 1 << 20,
            },
            redirect_hosts: Vec::new(),
        }
    }
}

/// The kline of an hour, counted from the start of 2023.
fn kline(hour: u64) -> String {
    let open = 1_672_531_200_000 + hour * 3_600_000;
    let close = open + 3_599_999;
    format!("{open},{hour}.5,{hour}.75,{hour}.25,{hour}.5,10.0,{close},100.0,7,1.0,50.0,0\n")
}

fn zipped(name: &str, text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(&mut bytes));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    archive.start_file(name, stored).unwrap();
    archive.write_all(text.as_bytes()).unwrap();
    archive.finish().unwrap();
    bytes
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(first)) = lines.next() else { return };
    let path = first.split(' ').nth(1).unwrap().to_owned();
    let mut from = 0;
    for line in lines.map_while(Result::ok) {
        if let Some(range) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    let (fault, file) = {
        let mut state = state.lock().unwrap();
        state.log.push((path.clone(), from));
        let fault =
            state.faults.get_mut(&path).filter(|faults| !faults.is_empty()).map(|faults| faults.remove(0));
        (fault, state.files.get(&path).cloned())
    };
    answer(&mut stream, fault, file, usize::try_from(from).unwrap());
    let _ = stream.flush();
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = stream.read(&mut [0; 64]);
}

fn answer(stream: &mut TcpStream, fault: Option<Fault>, file: Option<Vec<u8>>, from: usize) {
    let head = |status: &str, length: usize| {
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n")
    };
    let Some(mut bytes) = file else {
        let _ = write!(stream, "{}\r\n", head("404 Not Found", 0));
        return;
    };
    match fault {
        Some(Fault::Hang) => return,
        Some(Fault::Status(status)) => {
            let retry = if status == 429 { "retry-after: 0\r\n" } else { "" };
            let _ = write!(stream, "{}{retry}\r\n", head(&format!("{status} No"), 0));
            return;
        }
        Some(Fault::Redirect { elsewhere }) => {
            let host = if elsewhere { "http://localhost:9" } else { "" };
            let _ = write!(stream, "{}location: {host}/elsewhere\r\n\r\n", head("302 Found", 0));
            return;
        }
        Some(Fault::Endless(bytes)) => {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(&vec![0; bytes]);
            return;
        }
        Some(Fault::Wrong) => bytes.iter_mut().for_each(|byte| *byte ^= 1),
        _ => {}
    }
    if from >= bytes.len() && from > 0 {
        let _ = write!(stream, "{}\r\n", head("416 Range Not Satisfiable", 0));
        return;
    }
    let rest = &bytes[from..];
    let status = if from > 0 { "206 Partial Content" } else { "200 OK" };
    let _ = write!(stream, "{}\r\n", head(status, rest.len()));
    let sent = if fault == Some(Fault::Cut) { rest.len() / 2 } else { rest.len() };
    let _ = stream.write_all(&rest[..sent]);
}

fn run(request: &Request) -> (Result<Vec<Fetched>, DownloadError>, Vec<String>) {
    let retries = RefCell::new(Vec::new());
    let result = download(request, &|event| {
        if let Event::Retry(reason, wait) = event {
            retries.borrow_mut().push(format!("{reason} ({} ms)", wait.as_millis()));
        }
    });
    (result, retries.into_inner())
}

fn outcomes(fetched: &[Fetched]) -> Vec<(String, Outcome)> {
    fetched.iter().map(|one| (one.item.period.to_string(), one.outcome)).collect()
}

#[test]
fn months_and_days_become_one_series_and_are_not_fetched_twice() {
    let archive = Archive::start();
    archive.put("BTCUSDT", "2023-01", 0..744);
    archive.put("BTCUSDT", "2023-02-01", 744..768);
    archive.put("BTCUSDT", "2023-02-02", 768..792);
    archive.put("ETHUSDT", "2023-01", 0..744);
    archive.put("ETHUSDT", "2023-02-01", 744..768);
    let dir = tempfile::tempdir().unwrap();
    let request =
        archive.request(&dir.path().join("raw"), &["BTCUSDT", "ETHUSDT"], "2023-01-01", "2023-02-02");
    let (result, retries) = run(&request);
    let fetched = result.unwrap();
    assert_eq!(retries, Vec::<String>::new());
    let got = |period: &str, outcome| (period.to_owned(), outcome);
    assert_eq!(
        outcomes(&fetched),
        [
            got("2023-01", Outcome::Fetched),
            got("2023-02-01", Outcome::Fetched),
            got("2023-02-02", Outcome::Fetched),
            got("2023-01", Outcome::Fetched),
            got("2023-02-01", Outcome::Fetched),
            got("2023-02-02", Outcome::Missing),
        ]
    );
    let files: Vec<_> =
        fetched.into_iter().filter(|one| one.outcome != Outcome::Missing).map(|one| one.path).collect();
    let groups = import::plan(&files, None, &ReadOptions::default(), dir.path()).unwrap();
    let done = import::import(&groups.groups[0], BadRows::Refuse, OnExisting::Merge, &|_| {}).unwrap();
    assert_eq!((done.files.len(), done.bars_out), (3, 792));
    let (_, bars) = read_bars(&done.output, None, &ReadOptions::default()).unwrap();
    assert!((0..792).all(|hour| bars.open[hour] == hour as f64 + 0.5));
    // Again: existing files are verified, only missing ones are requested.
    let before = archive.requests();
    let fetched = run(&request).0.unwrap();
    assert_eq!(fetched.iter().filter(|one| one.outcome == Outcome::Kept).count(), 5);
    assert_eq!(archive.requests() - before, 1);
}

#[test]
fn a_cut_connection_is_continued_where_it_was_cut() {
    let archive = Archive::start();
    let path = archive.put("BTCUSDT", "2023-01", 0..744);
    archive.fault(&path, &[Fault::Cut, Fault::Hang, Fault::Cut]);
    let dir = tempfile::tempdir().unwrap();
    let (result, retries) = run(&archive.request(dir.path(), &["BTCUSDT"], "2023-01", "2023-01"));
    assert_eq!(result.unwrap()[0].outcome, Outcome::Fetched);
    assert_eq!(retries.len(), 3, "{retries:?}");
    let asked = archive.asked(&path);
    assert_eq!((asked.len(), asked[0]), (4, 0));
    assert!(asked[1] > 0 && asked[2] == asked[1] && asked[3] > asked[2], "{asked:?}");
}

#[test]
fn a_busy_server_is_retried_after_a_wait() {
    let archive = Archive::start();
    let path = archive.put("BTCUSDT", "2023-01", 0..744);
    archive.fault(&format!("{path}.CHECKSUM"), &[Fault::Status(429)]);
    archive.fault(&path, &[Fault::Status(503), Fault::Status(429)]);
    let dir = tempfile::tempdir().unwrap();
    let (result, retries) = run(&archive.request(dir.path(), &["BTCUSDT"], "2023-01", "2023-01"));
    assert_eq!(result.unwrap()[0].outcome, Outcome::Fetched);
    // 429 states when to retry (at once); 503 does not.
    assert_eq!(
        retries,
        [
            "the server answered with status 429 (0 ms)",
            "the server answered with status 503 (1 ms)",
            "the server answered with status 429 (0 ms)"
        ]
    );
}

#[test]
fn wrong_bytes_are_never_kept() {
    let archive = Archive::start();
    let path = archive.put("BTCUSDT", "2023-01", 0..744);
    archive.fault(&path, &[Fault::Wrong, Fault::Wrong]);
    let dir = tempfile::tempdir().unwrap();
    let request = archive.request(dir.path(), &["BTCUSDT"], "2023-01", "2023-01");
    assert_eq!(run(&request).0.unwrap()[0].outcome, Outcome::Fetched, "the third time it is right");
    // Downloaded before, but damaged since: downloaded again.
    let file = dir.path().join(path.trim_start_matches('/'));
    fs::write(&file, "rubbish").unwrap();
    assert_eq!(run(&request).0.unwrap()[0].outcome, Outcome::Fetched);
    // Always wrong.
    fs::remove_file(&file).unwrap();
    archive.fault(&path, &[Fault::Wrong; 9]);
    let error = run(&request).0.unwrap_err();
    assert!(matches!(error, DownloadError::Checksum { .. }), "{error}");
    assert!(!file.exists() && !file.with_extension("zip.part").exists());
}

#[test]
fn a_month_that_is_missing_is_fetched_by_its_days() {
    let archive = Archive::start();
    for day in 1..=20_u64 {
        archive.put("BTCUSDT", &format!("2023-01-{day:02}"), (day - 1) * 24..day * 24);
    }
    let dir = tempfile::tempdir().unwrap();
    let fetched = run(&archive.request(dir.path(), &["BTCUSDT"], "2023-01", "2023-01")).0.unwrap();
    let count = |outcome| fetched.iter().filter(|one| one.outcome == outcome).count();
    assert_eq!((count(Outcome::Fetched), count(Outcome::Missing)), (20, 11));
    let error = run(&archive.request(dir.path(), &["NOSUCH"], "2023-01-01", "2023-01-02")).0.unwrap_err();
    assert_eq!(error.to_string(), "the archive has no 1h bars of `NOSUCH` in the range");
}

#[test]
fn persistent_server_errors_are_reported() {
    let archive = Archive::start();
    let path = archive.put("BTCUSDT", "2023-01", 0..744);
    archive.fault(&path, &[Fault::Hang; 9]);
    let dir = tempfile::tempdir().unwrap();
    let request = archive.request(dir.path(), &["BTCUSDT"], "2023-01", "2023-01");
    let error = run(&request).0.unwrap_err().to_string();
    assert!(error.contains("after 4 attempts"), "{error}");
    archive.fault(&path, &[Fault::Status(403)]);
    let error = run(&request).0.unwrap_err().to_string();
    assert!(error.ends_with("was refused with status 403"), "{error}");
    let nobody = Request { base_url: "http://127.0.0.1:9".into(), ..request };
    assert!(matches!(run(&nobody).0.unwrap_err(), DownloadError::Failed { .. }));
}

#[test]
fn redirects_are_followed_to_the_same_or_a_listed_host_only() {
    let archive = Archive::start();
    let path = archive.put("BTCUSDT", "2023-01", 0..744);
    let bytes = archive.state.lock().unwrap().files[&path].clone();
    archive.state.lock().unwrap().files.insert("/elsewhere".to_owned(), bytes);
    let dir = tempfile::tempdir().unwrap();
    let request = archive.request(dir.path(), &["BTCUSDT"], "2023-01", "2023-01");
    archive.fault(&path, &[Fault::Redirect { elsewhere: true }]);
    let error = run(&request).0.unwrap_err();
    assert!(
        error.to_string().ends_with("redirects to `http://localhost:9/elsewhere`, another host"),
        "{error}"
    );
    assert!(error.help().contains("--redirect-hosts"), "{}", error.help());
    archive.fault(&path, &[Fault::Redirect { elsewhere: false }]);
    assert_eq!(run(&request).0.unwrap()[0].outcome, Outcome::Fetched);
    assert_eq!(archive.asked("/elsewhere").len(), 1);
    let file = dir.path().join(path.trim_start_matches('/'));
    fs::remove_file(&file).unwrap();
    // A listed host is asked, and does not answer.
    archive.fault(&path, &[Fault::Redirect { elsewhere: true }; 9]);
    let listed = Request { redirect_hosts: vec!["localhost".to_owned()], ..request };
    assert!(matches!(run(&listed).0.unwrap_err(), DownloadError::Failed { .. }));
    archive.fault(&path, &[Fault::Redirect { elsewhere: false }; 9]);
    archive.fault("/elsewhere", &[Fault::Redirect { elsewhere: false }; 9]);
    let error = run(&listed).0.unwrap_err().to_string();
    assert!(error.ends_with("again and again"), "{error}");
}

#[test]
fn a_file_above_the_limit_is_refused_and_not_kept() {
    let archive = Archive::start();
    let path = archive.put("BTCUSDT", "2023-01", 0..744);
    let dir = tempfile::tempdir().unwrap();
    let request = archive.request(dir.path(), &["BTCUSDT"], "2023-01", "2023-01");
    let small = Request { policy: Policy { most_bytes: 1_000, ..request.policy }, ..request };
    let error = run(&small).0.unwrap_err();
    assert!(matches!(error, DownloadError::TooLarge { most: 1_000, .. }), "{error}");
    assert!(error.help().contains("--max-size"), "{}", error.help());
    // A server that does not say how much it will send.
    archive.fault(&path, &[Fault::Endless(100_000)]);
    assert!(matches!(run(&small).0.unwrap_err(), DownloadError::TooLarge { .. }));
    let part = dir.path().join(format!("{}.part", path.trim_start_matches('/')));
    assert!(!part.exists(), "nothing of it stays");
}
