//! Downloads all files of a request: monthly files where the archive has them, daily files for the rest.

use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;

use super::DownloadError;
use super::archive::{Item, Period, Venue};
use super::fetch::{Client, Outcome, Policy};
use crate::domain::check_name;

/// A download request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Root URL of the archive or of a mirror.
    pub base_url: String,
    /// The market segment.
    pub venue: Venue,
    /// Symbols, in upper case.
    pub symbols: Vec<String>,
    /// The interval in the archive's notation: `1m`, `1h`, `1d`.
    pub interval: String,
    /// First day (inclusive).
    pub from: NaiveDate,
    /// Last day, inclusive.
    pub to: NaiveDate,
    /// Download folder; files are kept in the archive's own layout.
    pub folder: PathBuf,
    /// When and how often to retry, and how much to accept.
    pub policy: Policy,
    /// Hosts that redirects may lead to, besides the one that is asked.
    pub redirect_hosts: Vec<String>,
}

/// One file and its result.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fetched {
    /// Archive file that was requested.
    pub item: Item,
    /// Its path, whether or not it exists.
    #[serde(rename = "place")]
    pub path: PathBuf,
    /// What came of the request.
    pub outcome: Outcome,
}

/// A progress event.
#[derive(Debug)]
pub enum Event<'e> {
    /// The number of periods to download.
    Planned(usize),
    /// One period is finished: with its file, with its daily files, or with nothing.
    Done(&'e Item, Outcome),
    /// An attempt failed and is retried after a wait.
    Retry(&'e str, Duration),
}

/// Downloads everything, sorted by symbol and time.
///
/// # Errors
/// As [`Client::fetch`], for the first file that fails; [`DownloadError::Nothing`] where the archive has no
/// file of a symbol. Files downloaded before are kept.
pub fn download(request: &Request, tell: &dyn Fn(&Event<'_>)) -> Result<Vec<Fetched>, DownloadError> {
    let periods = Period::covering(request.from, request.to);
    if periods.is_empty() {
        return Err(DownloadError::EmptyRange { from: request.from, to: request.to });
    }
    request.symbols.iter().try_for_each(|symbol| plain_word("symbol", symbol))?;
    plain_word("interval", &request.interval)?;
    tell(&Event::Planned(periods.len() * request.symbols.len()));
    let retry = |reason: &str, wait: Duration| tell(&Event::Retry(reason, wait));
    let client = Client::new(request.policy, &request.redirect_hosts, &retry);
    let mut all = Vec::new();
    for symbol in &request.symbols {
        let before = all.len();
        for &period in &periods {
            one(request, &client, symbol, period, &mut all)?;
            if let Some(last) = all.last() {
                tell(&Event::Done(&last.item, last.outcome));
            }
        }
        if all[before..].iter().all(|fetched| fetched.outcome == Outcome::Missing) {
            let (symbol, interval) = (symbol.clone(), request.interval.clone());
            return Err(DownloadError::Nothing { symbol, interval });
        }
    }
    Ok(all)
}

/// Checks symbols and intervals, which become parts of paths and URLs: only letters, digits, `_` and `-`.
fn plain_word(what: &'static str, text: &str) -> Result<(), DownloadError> {
    let problem = match check_name(text) {
        Err(error) => error.to_string(),
        Ok(()) if text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') => return Ok(()),
        Ok(()) => "only letters and digits are allowed".to_owned(),
    };
    Err(DownloadError::BadWord { text: text.to_owned(), what, problem })
}

/// Downloads one period; a month that the archive does not have yet is downloaded by day.
fn one(
    request: &Request,
    client: &Client<'_>,
    symbol: &str,
    period: Period,
    all: &mut Vec<Fetched>,
) -> Result<(), DownloadError> {
    let item =
        Item { venue: request.venue, symbol: symbol.to_owned(), interval: request.interval.clone(), period };
    let path = item.local_path(&request.folder);
    let outcome = client.fetch(&item.url(&request.base_url), &path)?;
    if outcome == Outcome::Missing && matches!(period, Period::Month(_)) {
        for day in period.days() {
            one(request, client, symbol, day, all)?;
        }
        return Ok(());
    }
    all.push(Fetched { item, path, outcome });
    Ok(())
}
