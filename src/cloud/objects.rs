//! The objects below a URL.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{Error, GetOptions, ObjectMeta, ObjectStore, PutMode, PutOptions, RetryConfig};
use tokio::runtime::{Builder, Runtime};

/// How long a server may be away before it is given up, where [`PATIENCE_SET`] does not say.
const PATIENCE: Duration = Duration::from_secs(300);
/// Environment variable with another number of seconds.
const PATIENCE_SET: &str = "TILTYARD_PATIENCE";
/// Longest pause between two tries.
const PAUSE: Duration = Duration::from_secs(10);

/// One object below a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectFile {
    /// Its name below the URL, with `/` between its parts.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Its entity tag, which changes with its content.
    pub tag: Option<String>,
    /// When it was last changed, microseconds since 1970.
    pub changed: i64,
}

/// The objects below a URL.
#[derive(Debug)]
pub struct ObjectFolder {
    /// The URL as the user wrote it.
    url: String,
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    runtime: Runtime,
    /// How long the server may be away.
    patience: Duration,
}

impl ObjectFolder {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// For a URL without bucket, and settings of the environment that cannot be used.
    pub fn open(url: &str) -> io::Result<Self> {
        let wrong = || io::Error::new(ErrorKind::InvalidInput, format!("`{url}` is no URL of a bucket"));
        let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(wrong());
        }
        // What is tried again, and for how long, is decided here: the same for every kind of failure.
        let retry = RetryConfig { max_retries: 1, retry_timeout: PAUSE, ..RetryConfig::default() };
        let store: Arc<dyn ObjectStore> = match scheme {
            "gs" => Arc::new(
                GoogleCloudStorageBuilder::from_env()
                    .with_bucket_name(bucket)
                    .with_retry(retry)
                    .build()
                    .map_err(wrong_settings)?,
            ),
            "az" | "azure" | "abfs" => Arc::new(
                MicrosoftAzureBuilder::from_env()
                    .with_container_name(bucket)
                    .with_retry(retry)
                    .build()
                    .map_err(wrong_settings)?,
            ),
            _ => Arc::new(
                AmazonS3Builder::from_env()
                    .with_bucket_name(bucket)
                    .with_retry(retry)
                    .build()
                    .map_err(wrong_settings)?,
            ),
        };
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { url: url.to_owned(), store, prefix: Path::from(prefix), runtime, patience: patience()? })
    }

    /// The URL as the user wrote it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All objects below the URL, by name.
    ///
    /// # Errors
    /// Where the store cannot be reached or refuses.
    pub fn list(&self) -> io::Result<Vec<ObjectFile>> {
        let (mut files, mut folders) = (Vec::new(), vec![self.prefix.clone()]);
        while let Some(folder) = folders.pop() {
            let found = self.patiently(|| self.store.list_with_delimiter(Some(&folder)))?;
            folders.extend(found.common_prefixes);
            files.extend(found.objects.into_iter().filter_map(|meta| self.file(meta)));
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(files)
    }

    fn file(&self, meta: ObjectMeta) -> Option<ObjectFile> {
        let parts: Vec<String> =
            meta.location.prefix_match(&self.prefix)?.map(|part| part.as_ref().to_owned()).collect();
        let changed = meta.last_modified.timestamp_micros();
        Some(ObjectFile { name: parts.join("/"), size: meta.size, tag: meta.e_tag, changed })
    }

    /// The bytes of an object as it was listed.
    ///
    /// # Errors
    /// Where it is not there, was changed meanwhile, or cannot be read.
    pub fn get(&self, file: &ObjectFile) -> io::Result<Vec<u8>> {
        let path = self.path(&file.name);
        let options = || GetOptions { if_match: file.tag.clone(), ..GetOptions::default() };
        let read = || async { self.store.get_opts(&path, options()).await?.bytes().await };
        self.patiently(read).map(|bytes| bytes.to_vec())
    }

    /// Makes an object; one that exists is left as it is, and `false` says so.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn put_new(&self, name: &str, bytes: Vec<u8>) -> io::Result<bool> {
        let (path, bytes) = (self.path(name), bytes::Bytes::from(bytes));
        let create = || PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        let made = self.patiently(|| async {
            self.store.put_opts(&path, bytes.clone().into(), create()).await.map(|_| ())
        });
        match made {
            // Another process was first, or this one was and did not hear the answer.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            other => other.map(|()| true),
        }
    }

    fn path(&self, name: &str) -> Path {
        Path::from_iter(self.prefix.parts().chain(Path::from(name).parts()))
    }

    /// Does `work`, again while the store cannot be reached.
    fn patiently<T, F: Future<Output = object_store::Result<T>>>(
        &self,
        work: impl Fn() -> F,
    ) -> io::Result<T> {
        let (started, mut pause) = (Instant::now(), Duration::from_millis(250));
        loop {
            let error = match self.runtime.block_on(work()) {
                Ok(done) => return Ok(done),
                Err(error) => to_io(error),
            };
            if error.kind() != ErrorKind::Other || started.elapsed() >= self.patience {
                return Err(error);
            }
            sleep(pause.min(self.patience.saturating_sub(started.elapsed())));
            pause = (pause * 2).min(PAUSE);
        }
    }
}

/// How long a server may be away.
fn patience() -> io::Result<Duration> {
    let Ok(text) = std::env::var(PATIENCE_SET) else { return Ok(PATIENCE) };
    let wrong = |_| {
        let problem = format!("{PATIENCE_SET} is a whole number of seconds, not `{text}`");
        io::Error::new(ErrorKind::InvalidInput, problem)
    };
    text.trim().parse().map(Duration::from_secs).map_err(wrong)
}

/// The environment's settings make no connection: another try changes nothing.
fn wrong_settings(error: Error) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, error.to_string())
}

/// The kind tells what another try cannot change; `Other` is everything else: a server that is away or too busy.
fn to_io(error: Error) -> io::Error {
    let kind = match &error {
        Error::NotFound { .. } => ErrorKind::NotFound,
        Error::AlreadyExists { .. } | Error::Precondition { .. } => ErrorKind::AlreadyExists,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => ErrorKind::PermissionDenied,
        Error::NotSupported { .. } | Error::NotImplemented { .. } => ErrorKind::Unsupported,
        Error::InvalidPath { .. } | Error::UnknownConfigurationKey { .. } => ErrorKind::InvalidInput,
        // Listings tell of every refusal as a generic error.
        _ => refusal(&error).unwrap_or(ErrorKind::Other),
    };
    io::Error::new(kind, error.to_string())
}

/// What the server has refused a request with, where it has answered and will answer so again. The library keeps the type of
/// these errors to itself, so that the status is read from the text of one of them.
fn refusal(error: &(dyn std::error::Error + 'static)) -> Option<ErrorKind> {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let texts = causes.map(ToString::to_string);
    texts.filter_map(|text| of_status(status_in(&text)?)).next()
}

fn status_in(text: &str) -> Option<u16> {
    let (_, after) = text.split_once("status code: ")?;
    after.get(..3)?.parse().ok()
}

/// Of an HTTP status; `None` for those that may pass.
const fn of_status(status: u16) -> Option<ErrorKind> {
    match status {
        404 | 410 => Some(ErrorKind::NotFound),
        401 | 403 => Some(ErrorKind::PermissionDenied),
        408 | 409 | 425 | 429 => None,
        400..500 => Some(ErrorKind::InvalidInput),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_without_a_bucket_is_refused() {
        assert_eq!(ObjectFolder::open("s3:///x").unwrap_err().kind(), ErrorKind::InvalidInput);
    }

    #[test]
    fn a_refusal_lasts_and_an_absence_may_pass() {
        for (status, kind) in [
            (404, Some(ErrorKind::NotFound)),
            (403, Some(ErrorKind::PermissionDenied)),
            (400, Some(ErrorKind::InvalidInput)),
            (429, None),
            (500, None),
            (503, None),
        ] {
            assert_eq!(of_status(status), kind, "{status}");
        }
        let generic = Error::Generic { store: "S3", source: "connection refused".into() };
        assert_eq!(to_io(generic).kind(), ErrorKind::Other);
        let text = "Error performing GET in 1ms - Server returned non-2xx status code: 403 Forbidden: no";
        assert_eq!(
            to_io(Error::Generic { store: "S3", source: text.into() }).kind(),
            ErrorKind::PermissionDenied
        );
        let busy = "Server returned non-2xx status code: 503 Service Unavailable: ";
        assert_eq!(to_io(Error::Generic { store: "S3", source: busy.into() }).kind(), ErrorKind::Other);
        let path = "x".to_owned();
        let denied = Error::PermissionDenied { path, source: "403".into() };
        assert_eq!(to_io(denied).kind(), ErrorKind::PermissionDenied);
    }
}
