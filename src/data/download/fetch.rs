//! Downloads and verifies one file, with retries after broken connections, busy servers and wrong bytes.
//!
//! A file is downloaded as `NAME.part`, which the next attempt continues if the server supports `Range`, and
//! renamed once its SHA-256 is correct. The checksum file is kept beside it for later verification.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::DownloadError;
use super::redirect::{MOST_REDIRECTS, Redirects};
use crate::files::{Existing, FileLock, open_plain, write_atomic};

/// When and how often a request is retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Maximum number of attempts per URL.
    pub attempts: u32,
    /// Wait before the second attempt; doubled for each further one.
    pub first_wait: Duration,
    /// Maximum wait, even if the server asks for more.
    pub longest_wait: Duration,
    /// A connection without data for this long is treated as broken.
    pub silence: Duration,
    /// Maximum size of a file, in bytes; a larger one is refused.
    pub most_bytes: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempts: 6,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(120),
            silence: Duration::from_secs(30),
            most_bytes: 2 << 30,
        }
    }
}

/// Result of a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The file existed already and matches its checksum.
    Kept,
    /// It was downloaded.
    Fetched,
    /// The archive does not have it.
    Missing,
}

/// Downloads files over HTTP.
pub struct Client<'n> {
    agent: ureq::Agent,
    policy: Policy,
    redirects: Redirects<'n>,
    /// Called for each retry with its reason and the wait.
    retry: &'n dyn Fn(&str, Duration),
}

/// An answer, or why there is none.
type Asked = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

/// Result of one attempt.
enum Attempt {
    Whole(Vec<u8>),
    Saved,
    Missing,
    /// Worth a retry; with the wait that the server asks for.
    Again {
        reason: String,
        wait: Option<Duration>,
    },
    Refused(u16),
}

impl<'n> Client<'n> {
    /// Creates a client; `retry` is called for each retry. Redirects are followed to the host that was asked, and to
    /// these `hosts`.
    pub fn new(policy: Policy, hosts: &'n [String], retry: &'n dyn Fn(&str, Duration)) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // Followed here, where the target can be checked.
            .max_redirects(0)
            .timeout_connect(Some(policy.silence))
            .timeout_recv_response(Some(policy.silence))
            .timeout_per_read(Some(policy.silence))
            .user_agent(concat!("tiltyard/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.new_agent(), policy, redirects: Redirects { hosts }, retry }
    }

    /// Downloads a file and its checksum file to `path`.
    ///
    /// # Errors
    /// Where the server refuses, or every attempt fails or gives wrong bytes.
    pub fn fetch(&self, url: &str, path: &Path) -> Result<Outcome, DownloadError> {
        if verified(path)? {
            return Ok(Outcome::Kept);
        }
        let checksum_url = format!("{url}.CHECKSUM");
        let Some(text) = self.text(&checksum_url)? else { return Ok(Outcome::Missing) };
        let expected = checksum(&text).ok_or_else(|| DownloadError::NoChecksum {
            url: checksum_url,
            text: text.chars().take(60).collect(),
        })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|source| DownloadError::io("create", folder, source))?;
        let _lock = FileLock::for_writing(path).map_err(|source| DownloadError::io("write", path, source))?;
        // Another process may have downloaded it meanwhile.
        if verified(path)? {
            return Ok(Outcome::Kept);
        }
        let part = beside(path, "part");
        if !self.verified_part(url, &part, &expected)? {
            return Ok(Outcome::Missing);
        }
        let checksum_path = beside(path, "CHECKSUM");
        write_atomic(&checksum_path, &text, Existing::Replace)
            .map_err(|source| DownloadError::io("write", &checksum_path, source))?;
        fs::rename(&part, path).map_err(|source| DownloadError::io("write", path, source))?;
        Ok(Outcome::Fetched)
    }

    /// Downloads until the bytes are correct; `false` where the file does not exist.
    fn verified_part(&self, url: &str, part: &Path, expected: &str) -> Result<bool, DownloadError> {
        let mut found = String::new();
        for attempt in 1..=self.policy.attempts {
            let saved = self.attempts(url, |client| client.save(url, part))?;
            if matches!(saved, Attempt::Missing) {
                return Ok(false);
            }
            found = sha256(part)?;
            if found == expected {
                return Ok(true);
            }
            // Wrong bytes are discarded, not continued.
            fs::remove_file(part).map_err(|source| DownloadError::io("remove", part, source))?;
            if attempt < self.policy.attempts {
                self.wait("its checksum does not match", attempt, None);
            }
        }
        Err(DownloadError::Checksum { url: url.to_owned(), expected: expected.to_owned(), found })
    }

    fn text(&self, url: &str) -> Result<Option<String>, DownloadError> {
        match self.attempts(url, |client| client.read(url))? {
            Attempt::Whole(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            _ => Ok(None),
        }
    }

    /// Retries until an attempt succeeds or retrying is pointless.
    fn attempts(
        &self,
        url: &str,
        attempt: impl Fn(&Self) -> Result<Attempt, DownloadError>,
    ) -> Result<Attempt, DownloadError> {
        let mut last = String::new();
        for number in 1..=self.policy.attempts {
            match attempt(self)? {
                Attempt::Refused(status) => {
                    return Err(DownloadError::Refused { url: url.to_owned(), status });
                }
                Attempt::Again { reason, wait } => {
                    if number < self.policy.attempts {
                        self.wait(&reason, number, wait);
                    }
                    last = reason;
                }
                done => return Ok(done),
            }
        }
        Err(DownloadError::Failed { url: url.to_owned(), attempts: self.policy.attempts, reason: last })
    }

    fn wait(&self, reason: &str, attempt: u32, asked: Option<Duration>) {
        let doubled = self.policy.first_wait.saturating_mul(1 << (attempt - 1).min(16));
        let wait = asked.unwrap_or(doubled).min(self.policy.longest_wait);
        (self.retry)(reason, wait);
        std::thread::sleep(wait);
    }

    fn read(&self, url: &str) -> Result<Attempt, DownloadError> {
        match self.ask(url, 0)? {
            Ok(mut response) if response.status().is_success() => {
                let mut bytes = Vec::new();
                let read = response.body_mut().as_reader().take(64 * 1024).read_to_end(&mut bytes);
                Ok(match read {
                    Ok(_) => Attempt::Whole(bytes),
                    Err(error) => Attempt::Again { reason: cut(&error), wait: None },
                })
            }
            Ok(response) => Ok(refused(&response)),
            Err(error) => Ok(Attempt::Again { reason: error.to_string(), wait: None }),
        }
    }

    /// Appends the missing bytes to `part`.
    fn save(&self, url: &str, part: &Path) -> Result<Attempt, DownloadError> {
        let io = |source| DownloadError::io("write", part, source);
        let have = match fs::symlink_metadata(part) {
            Ok(found) if found.is_file() => found.len(),
            Ok(_) => return Err(io(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))),
            Err(_) => 0,
        };
        let mut response = match self.ask(url, have)? {
            Ok(response) => response,
            Err(error) => return Ok(Attempt::Again { reason: error.to_string(), wait: None }),
        };
        // The part is complete or too long; the checksum decides.
        if response.status() == 416 && have > 0 {
            return Ok(Attempt::Saved);
        }
        if !response.status().is_success() {
            return Ok(refused(&response));
        }
        let continues = response.status() == 206;
        let length = response.body().content_length();
        let before = if continues { have } else { 0 };
        let too_large = || DownloadError::TooLarge { url: url.to_owned(), most: self.policy.most_bytes };
        if length.is_some_and(|length| before.saturating_add(length) > self.policy.most_bytes) {
            return Err(too_large());
        }
        let mut options = OpenOptions::new();
        let options =
            if continues { options.append(true) } else { options.write(true).create(true).truncate(true) };
        let mut file = open_plain(options, part).map_err(io)?;
        let mut buffer = vec![0; 64 * 1024];
        let mut body = response.body_mut().as_reader();
        let mut came = 0_u64;
        loop {
            match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => {
                    came += read as u64;
                    if before.saturating_add(came) > self.policy.most_bytes {
                        drop(file);
                        fs::remove_file(part).map_err(|source| DownloadError::io("remove", part, source))?;
                        return Err(too_large());
                    }
                    file.write_all(&buffer[..read]).map_err(io)?;
                }
                Err(error) => return Ok(Attempt::Again { reason: cut(&error), wait: None }),
            }
        }
        match length {
            Some(length) if came < length => {
                let reason = format!("the connection was cut after {came} of {length} bytes");
                Ok(Attempt::Again { reason, wait: None })
            }
            _ => Ok(Attempt::Saved),
        }
    }

    /// Asks for the bytes of a file from a position on, and follows redirects that are allowed.
    fn ask(&self, url: &str, from: u64) -> Result<Asked, DownloadError> {
        let mut at = url.to_owned();
        for _ in 0..=MOST_REDIRECTS {
            let request = self.agent.get(&at);
            let request = if from > 0 { request.header("range", format!("bytes={from}-")) } else { request };
            let response = match request.call() {
                Ok(response) => response,
                Err(error) => return Ok(Err(error)),
            };
            match self.redirects.target(&at, &response)? {
                Some(target) => at = target,
                None => return Ok(Ok(response)),
            }
        }
        Err(DownloadError::Redirected { url: url.to_owned(), to: at, problem: "again and again" })
    }
}

fn cut(error: &io::Error) -> String {
    format!("the connection was interrupted: {error}")
}

/// The meaning of an HTTP error status.
fn refused(response: &ureq::http::Response<ureq::Body>) -> Attempt {
    let status = response.status().as_u16();
    match status {
        404 | 410 => Attempt::Missing,
        // Binance answers 418 to clients that ignore 429.
        408 | 418 | 425 | 429 | 500..=599 => {
            let seconds = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
            let wait = seconds.and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
            Attempt::Again { reason: format!("the server answered with status {status}"), wait }
        }
        _ => Attempt::Refused(status),
    }
}

/// Whether a file exists and matches the checksum file beside it.
fn verified(path: &Path) -> Result<bool, DownloadError> {
    let Ok(text) = fs::read_to_string(beside(path, "CHECKSUM")) else { return Ok(false) };
    match checksum(&text) {
        Some(expected) if path.is_file() => Ok(sha256(path)? == expected),
        _ => Ok(false),
    }
}

/// Parses the checksum of `0123..ef  NAME.zip`, in lower case.
fn checksum(text: &str) -> Option<String> {
    let word = text.split_whitespace().next()?;
    let whole = word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    whole.then(|| word.to_ascii_lowercase())
}

fn sha256(path: &Path) -> Result<String, DownloadError> {
    let io = |source| DownloadError::io("read", path, source);
    let mut file = File::open(path).map_err(io)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut buffer).map_err(io)?;
        if read == 0 {
            return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hash.update(&buffer[..read]);
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}
