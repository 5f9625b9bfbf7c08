//! All files of a request: months where the archive has them, days for the rest.

use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;

use super::DownloadError;
use super::archive::{Item, Period, Venue};
use super::fetch::{Client, Outcome, Policy};
use crate::domain::check_name;

/// What to fetch.
#[derive(Debug, Clone)]
pub struct Request {
    /// URL of the archive or of a mirror.
    pub base_url: String,
    /// Which part of the exchange.
    pub venue: Venue,
    /// Symbols, in capitals.
    pub symbols: Vec<String>,
    /// As the archive writes it: `1m`, `1h`, `1d`.
    pub interval: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day, included.
    pub to: NaiveDate,
    /// Where the zip files are kept, in the archive's own layout.
    pub folder: PathBuf,
    /// How long to try.
    pub policy: Policy,
}

/// One file and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fetched {
    /// Which file.
    pub item: Item,
    /// Where it is, or would be.
    pub place: PathBuf,
    /// What became of it.
    pub outcome: Outcome,
}

/// What is worth telling while it happens.
#[derive(Debug)]
pub enum Event<'e> {
    /// So many periods are ahead.
    Planned(usize),
    /// One period is done: with a file, with its days, or with nothing.
    Done(&'e Item, Outcome),
    /// An attempt failed and is repeated after a wait.
    Retry(&'e str, Duration),
}

/// Fetches everything; files come in order of symbol and time.
///
/// # Errors
/// As [`Client::fetch`], for the first file that fails; [`DownloadError::Nothing`] where the archive has no
/// file of a symbol. What is fetched by then is kept.
pub fn download(request: &Request, tell: &dyn Fn(&Event<'_>)) -> Result<Vec<Fetched>, DownloadError> {
    let periods = Period::covering(request.from, request.to);
    if periods.is_empty() {
        return Err(DownloadError::EmptyRange { from: request.from, to: request.to });
    }
    request.symbols.iter().try_for_each(|symbol| plain_word("symbol", symbol))?;
    plain_word("interval", &request.interval)?;
    tell(&Event::Planned(periods.len() * request.symbols.len()));
    let retry = |reason: &str, wait: Duration| tell(&Event::Retry(reason, wait));
    let client = Client::new(request.policy, &retry);
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

/// Symbols and intervals become parts of paths and addresses: letters, digits, `_` and `-` alone, as the archive has.
fn plain_word(what: &'static str, text: &str) -> Result<(), DownloadError> {
    let problem = match check_name(text) {
        Err(error) => error.to_string(),
        Ok(()) if text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') => return Ok(()),
        Ok(()) => "only letters and digits are allowed".to_owned(),
    };
    Err(DownloadError::BadWord { text: text.to_owned(), what, problem })
}

/// One period; a month that the archive does not have yet is fetched by its days.
fn one(
    request: &Request,
    client: &Client<'_>,
    symbol: &str,
    period: Period,
    all: &mut Vec<Fetched>,
) -> Result<(), DownloadError> {
    let item =
        Item { venue: request.venue, symbol: symbol.to_owned(), interval: request.interval.clone(), period };
    let place = item.place(&request.folder);
    let outcome = client.fetch(&item.url(&request.base_url), &place)?;
    if outcome == Outcome::Missing && matches!(period, Period::Month(_)) {
        for day in period.days() {
            one(request, client, symbol, day, all)?;
        }
        return Ok(());
    }
    all.push(Fetched { item, place, outcome });
    Ok(())
}
