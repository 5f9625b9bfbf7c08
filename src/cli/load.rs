//! From a scenario file to everything a run needs: checked scenario, market, windows. Every failure is told
//! before the first bar is replayed.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::diagnostics::Quoted;
use super::exit::page;
use super::{Exit, Failure, wallets};
use crate::domain::Interval;
use crate::market::{self, LoadRequest, Market, MarketError};
use crate::scenario::{Intrabar, Problem, Registry, Scenario, place_of};
use crate::strategy;
use crate::tournament::{Stretch, WindowError, WindowSpan, plan_windows};

/// A scenario that has been read and checked.
#[derive(Debug)]
pub struct Read {
    /// The text of its file.
    pub text: String,
    /// The file as pages quote it.
    pub quoted: Quoted,
    /// What it says.
    pub scenario: Scenario,
    /// What may not be meant.
    pub warnings: Vec<Problem>,
}

/// Why a file gives no scenario.
#[derive(Debug)]
pub enum Unread {
    /// It cannot be read.
    File(Failure),
    /// It is wrong.
    Problems(Quoted, Vec<Problem>),
}

impl From<Unread> for Failure {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::File(failure) => failure,
            Unread::Problems(quoted, problems) => Self::new(Exit::Usage, quoted.pages(problems)),
        }
    }
}

/// Reads and checks a scenario file, whose agents may come from `registry`.
///
/// # Errors
/// [`Unread`] with every problem of the file.
pub fn read(file: &Path, registry: &dyn Registry) -> Result<Read, Unread> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        let message = match error.kind() {
            ErrorKind::NotFound => format!("there is no file `{}`", file.display()),
            ErrorKind::IsADirectory => format!("`{}` is a folder, not a scenario file", file.display()),
            ErrorKind::InvalidData => format!("`{}` is not a text file", file.display()),
            _ => format!("cannot read `{}`: {error}", file.display()),
        };
        let help = "give the path of a scenario (TOML); `tiltyard init` writes one";
        Unread::File(Failure::plain(Exit::Usage, message, help))
    })?;
    let base_dir = file.parent().map_or_else(PathBuf::new, Path::to_owned);
    read_text(file, text, &base_dir, registry)
}

/// Reads and checks a scenario's text, which pages quote as `file`.
///
/// # Errors
/// [`Unread::Problems`] with every problem of the text.
pub fn read_text(
    file: &Path,
    text: String,
    base_dir: &Path,
    registry: &dyn Registry,
) -> Result<Read, Unread> {
    let quoted = Quoted::new(file, &text);
    match Scenario::parse_with(&text, base_dir, registry) {
        Ok((scenario, warnings)) => Ok(Read { text, quoted, scenario, warnings }),
        Err(problems) => Err(Unread::Problems(quoted, problems)),
    }
}

/// The bars and windows of a scenario.
#[derive(Debug)]
pub struct Arena {
    /// The bars.
    pub market: Market,
    /// The windows in them.
    pub windows: Vec<WindowSpan>,
}

/// Loads the market that a scenario names, and plans its windows.
///
/// # Errors
/// [`Exit::Data`] where the data is wrong or missing; [`Exit::Usage`] where the windows do not fit it.
pub fn arena(read: &Read) -> Result<Arena, Failure> {
    let scenario = &read.scenario;
    let mut frames = history(scenario);
    let history_bars = frames.remove(&scenario.market.interval).unwrap_or(0).max(wallets::history(scenario));
    let detail = scenario.venue.intrabar == Intrabar::Detail;
    let market = market::load(&LoadRequest { spec: &scenario.market, frames: &frames, history_bars, detail })
        .map_err(|error| market_failure(read, &error))?;
    let spec = &scenario.market;
    let stretch = Stretch { ticks: market.in_range, start: spec.start, end: spec.end };
    let windows = plan_windows(&scenario.battle.windows, &market, stretch, scenario.seed)
        .map_err(|error| window_failure(read, &error))?;
    wallets::check(read, &market, &windows)?;
    Ok(Arena { market, windows })
}

/// The most bars of each timeframe that any agent wants before a window.
fn history(scenario: &Scenario) -> BTreeMap<Interval, u32> {
    let mut most = BTreeMap::new();
    for agent in &scenario.agents {
        for (timeframe, bars) in strategy::warm_up(&agent.strategy, scenario.market.interval) {
            let entry = most.entry(timeframe).or_insert(0);
            *entry = bars.max(*entry);
        }
    }
    most
}

fn market_failure(read: &Read, error: &MarketError) -> Failure {
    let pages = error.problems().iter().map(|problem| {
        let (message, help) = (problem.to_string(), problem.help());
        match blamed(read, problem) {
            Some(span) => read.quoted.page_at(span, message, help),
            None => page(message, help),
        }
    });
    Failure::new(Exit::Data, pages.collect())
}

/// The place in the scenario that a data problem comes from, where it is one of the scenario's words.
fn blamed(read: &Read, problem: &MarketError) -> Option<Range<usize>> {
    let text = &read.text;
    match problem {
        MarketError::NotFound { .. } | MarketError::NoFiles { .. } | MarketError::BadPattern { .. } => {
            place_of(text, &["market", "path"])
        }
        MarketError::SymbolNotFound { symbol, .. } | MarketError::SymbolOutside { symbol, .. } => {
            let list = place_of(text, &["market", "symbols"])?;
            let quoted = format!("\"{symbol}\"");
            let at = list.start + text.get(list.clone())?.find(&quoted)?;
            Some(at..at + quoted.len())
        }
        MarketError::Gaps { .. } => place_of(text, &["market", "gaps"]),
        MarketError::NoFinerBars { .. } => place_of(text, &["market", "interval"]),
        MarketError::WindowOutside { start, first, .. } => {
            let early = start.is_some_and(|start| start < *first);
            place_of(text, &["market", if early { "start" } else { "end" }])
                .or_else(|| place_of(text, &["market", "start"]))
        }
        _ => None,
    }
}

fn window_failure(read: &Read, error: &WindowError) -> Failure {
    let message = error.to_string();
    let help = "ask for fewer or shorter windows, widen `start` and `end` of `[market]`, or add data";
    match place_of(&read.text, &["battle", "windows"]) {
        Some(span) => Failure::new(Exit::Usage, vec![read.quoted.page_at(span, message, help.to_owned())]),
        None => Failure::plain(Exit::Usage, message, help),
    }
}
