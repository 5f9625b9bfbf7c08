//! The scenario that `tiltyard init --data` writes: all symbols and all bars that a folder has.

use std::path::Path;

use super::{Exit, Failure};
use crate::data::check::find_files;
use crate::data::import::{self, Format, ImportSource, ReadOptions};
use crate::domain::{Interval, Span, Timestamp};

/// Windows that a range is divided into where it is long enough.
const WINDOWS: i64 = 24;
/// Shortest window, in bars.
const SHORTEST: i64 = 100;
/// Currencies that end a symbol, the longer ones first.
const QUOTES: [&str; 11] = ["USDT", "USDC", "BUSD", "USD", "EUR", "GBP", "JPY", "CHF", "BTC", "ETH", "TRY"];

/// What a folder has.
#[derive(Debug)]
struct Found {
    symbols: Vec<String>,
    interval: Interval,
    first: Timestamp,
    last: Timestamp,
    quote: String,
}

/// The scenario for a folder, and a sentence on what it replays.
///
/// # Errors
/// Where there are no bars in the folder, or only files that must be imported first.
pub fn of_folder(folder: &Path, name: &str) -> Result<(String, String), Failure> {
    let found = look(folder)?;
    let days = ((found.last - found.first).seconds() / Span::DAY.seconds()).round();
    let length = length(&found);
    let told = format!(
        "{} with {} bars, {} to {} ({days:.0} days); windows of {length}, as many as fit",
        crate::domain::counted(found.symbols.len() as u64, "symbol"),
        found.interval,
        found.first.to_utc().format("%Y-%m-%d"),
        found.last.to_utc().format("%Y-%m-%d"),
    );
    Ok((text(folder, name, &found, &length), told))
}

fn look(folder: &Path) -> Result<Found, Failure> {
    let shown = folder.display();
    let none = |problem: String| {
        Failure::plain(
            Exit::Usage,
            problem,
            format!(
                "import them first: tiltyard data import {shown} --out data/mine && tiltyard init --data data/mine"
            ),
        )
    };
    let failed = |error| super::data::import_failed(&error);
    let files = find_files(&[folder.to_owned()]).map_err(failed)?;
    let is_parquet = |path: &&std::path::PathBuf| path.extension().is_some_and(|ending| ending == "parquet");
    let tables: Vec<_> = files.iter().filter(is_parquet).collect();
    if tables.is_empty() {
        let problem = if files.is_empty() {
            format!("there is no file in `{shown}`")
        } else {
            format!(
                "`{shown}` has no Parquet bars, but {}",
                crate::domain::counted(files.len() as u64, "other file")
            )
        };
        return Err(none(problem));
    }
    let reading = ReadOptions::default();
    let mut sources: Vec<(String, Interval, ImportSource)> = Vec::new();
    for path in tables {
        let ((symbol, interval), source) =
            import::source(path, Some(Format::Parquet), &reading).map_err(failed)?;
        sources.push((symbol.to_string(), interval, source));
    }
    // The finest interval that every symbol has, or can be resampled from.
    let finest = |symbol: &str| {
        sources.iter().filter(|(own, ..)| own == symbol).map(|(_, interval, _)| *interval).min()
    };
    let mut symbols: Vec<String> = sources.iter().map(|(symbol, ..)| symbol.clone()).collect();
    symbols.sort();
    symbols.dedup();
    let interval = symbols.iter().filter_map(|symbol| finest(symbol)).max().unwrap_or(Interval::DAY);
    let mut range: Option<(Timestamp, Timestamp)> = None;
    for (_, _, source) in &sources {
        let survey = import::survey(source, 1).map_err(failed)?;
        if let Some((first, last)) = survey.range {
            range = Some(range.map_or((first, last), |(from, to)| (from.min(first), to.max(last))));
        }
    }
    let (first, last) = range.ok_or_else(|| none(format!("the files in `{shown}` have no bars")))?;
    let quote = quote(&symbols);
    Ok(Found { symbols, interval, first, last: last + interval.span(), quote })
}

/// The currency that all symbols end with; `USD` where they end with none.
fn quote(symbols: &[String]) -> String {
    let ends =
        |quote: &&&str| symbols.iter().all(|symbol| symbol.ends_with(**quote) && symbol.len() > quote.len());
    QUOTES.iter().find(ends).map_or("USD", |quote| quote).to_owned()
}

/// Length of the windows: about a 24th of the range, in whole days, and at least a hundred bars.
fn length(found: &Found) -> String {
    let bars = (found.last - found.first).micros() / found.interval.micros();
    let wanted = (bars / WINDOWS).max(SHORTEST).min(bars.max(1));
    let days = wanted * found.interval.micros() / Span::DAY.micros();
    if days >= 1 { format!("{days}d") } else { found.interval.span().times(wanted).to_string() }
}

fn text(folder: &Path, name: &str, found: &Found, length: &str) -> String {
    let path = toml::Value::String(folder.display().to_string());
    let (name, quote) = (toml::Value::String(name.to_owned()), toml::Value::String(found.quote.clone()));
    let interval = found.interval;
    // A window of daily bars is short.
    let (fast, slow) = if interval >= Interval::DAY { (10, 50) } else { (20, 100) };
    format!(
        r#"# A tiltyard scenario for the bars in {path}. Check it with `tiltyard check FILE`, run it with `tiltyard run FILE`.
# All times are UTC. `tiltyard strategies` lists the strategies, `tiltyard schema` every key.

[scenario]
name = {name}
seed = 42                   # random seed: same seed, same results

# All symbols and all bars of the folder; `start` and `end` (exclusive) would limit the range.
[market]
path     = {path}
symbols  = "all"
interval = "{interval}"
quote    = {quote}          # the currency of wallets and prices: change it if the prices are in another one

# Fees and slippage of your venue. Market orders fill at the next bar's open.
[venue]
taker_fee_bps = 10          # 10 basis points are 0.1 %
maker_fee_bps = 10
slippage      = {{ model = "fixed_bps", bps = 5 }}

# The agents. Each has its own wallet of 10,000.
[[agents]]
name     = "trend"
strategy = {{ kind = "sma_cross", fast = {fast}, slow = {slow}, size_pct = 20 }}

# Rules: enters if all of `enter_all` are true, exits if any of `exit_any` is.
[[agents]]
name = "dip-buyer"

[agents.strategy]
kind          = "rules"
enter_all     = ["rsi(14) < 30", "close < bollinger_lower(20, 2)"]
exit_any      = ["rsi(14) > 55"]
stop_loss_pct = 3
size_pct      = 20

# Baselines: buy and hold, cash, and luck.
[[agents]]
name     = "hold"
risk     = "unlimited"
strategy = {{ kind = "buy_and_hold" }}

[[agents]]
name     = "idle"
strategy = {{ kind = "cash" }}

[[agents]]
name     = "dice"
strategy = {{ kind = "random", turnover = 0.2 }}

# Windows one after the other over all bars; without `count` as many as fit.
[battle]
ranking_metric = "sharpe_ratio"
windows        = {{ kind = "sequential", length = "{length}" }}

# Standings: ranks with intervals and significance tests, and the verdict whether the winner is more than luck.
[tournament]
format = "round_robin"

[report]
benchmark = "hold"          # an agent, or a symbol that is bought and held
"#
    )
}
