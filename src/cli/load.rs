//! From a scenario file to everything a run needs: checked scenario, market, windows. Every failure is told
//! before the first bar is replayed.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::diagnostics::Quoted;
use super::exit::page;
use super::{Exit, Failure, wallets};
use crate::decode;
use crate::domain::{Bps, Cash, Instrument, Price, Qty};
use crate::market::{self, LoadRequest, Market, MarketError};
use crate::scenario::{Intrabar, MAX_REPORTED, Problem, Registry, Scenario, span_of};
use crate::strategy;
use crate::sweep;
use crate::tournament::formats::{self, FormatError};
use crate::tournament::{DateRange, WindowError, WindowSpan, history_needs, plan_windows};

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
    let text = decode::read_text(file).map_err(|error| {
        let message = match error.kind() {
            ErrorKind::NotFound => format!("there is no file `{}`", file.display()),
            ErrorKind::IsADirectory => format!("`{}` is a folder, not a scenario file", file.display()),
            ErrorKind::InvalidData => format!("`{}` is not a text file", file.display()),
            ErrorKind::FileTooLarge => {
                format!(
                    "`{}` is larger than {} MB and cannot be a scenario",
                    file.display(),
                    decode::MAX_TEXT >> 20
                )
            }
            _ => format!("cannot read `{}`: {error}", file.display()),
        };
        let help = match error.kind() {
            ErrorKind::FileTooLarge => {
                "a scenario is a TOML file; import market data with `tiltyard data import`"
            }
            _ => "give the path of a scenario (TOML); `tiltyard init` writes one",
        };
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
pub struct PreparedRun {
    /// The bars.
    pub market: Market,
    /// The windows in them.
    pub windows: Vec<WindowSpan>,
}

/// Loads the market that a scenario names, and plans its windows.
///
/// # Errors
/// [`Exit::Data`] where the data is wrong or missing; [`Exit::Usage`] where the windows do not fit it.
pub fn arena(read: &Read) -> Result<PreparedRun, Failure> {
    let scenario = &read.scenario;
    let extremes = scenario.sweep.as_ref().map(sweep::extremes).unwrap_or_default();
    let needs = history_needs(scenario, &extremes);
    let mut venues = extremes.iter().map(|setup| &setup.venue).chain([&scenario.venue]);
    let detail = venues.any(|venue| venue.intrabar == Intrabar::Detail);
    let (frames, history_bars) = (&needs.frames, needs.bars);
    let market = market::load(&LoadRequest { spec: &scenario.market, frames, history_bars, detail })
        .map_err(|error| market_failure(read, &error))?;
    check_quantities(read, &market)?;
    let spec = &scenario.market;
    let embargo = scenario.battle.embargo;
    let stretch = DateRange { ticks: market.in_range, start: spec.start, end: spec.end, embargo };
    let windows = plan_windows(&scenario.battle.windows, &market, stretch, scenario.seed)
        .map_err(|error| window_failure(read, &error))?;
    wallets::check(read, &market, &windows)?;
    check_strategies(read, &market, &windows)?;
    if let Some(tournament) = &scenario.tournament {
        formats::check(&tournament.format, scenario.agents.len(), windows.len())
            .map_err(|error| format_failure(read, &error))?;
    }
    Ok(PreparedRun { market, windows })
}

/// Refuses a balance that could buy more of a symbol than a position may hold.
fn check_quantities(read: &Read, market: &Market) -> Result<(), Failure> {
    let balances = read.scenario.agents.iter().map(|agent| agent.starting_balance);
    let most = balances.max().unwrap_or(Cash::ZERO);
    for series in &market.symbols {
        let lowest = series.bars.low.iter().copied().fold(f64::INFINITY, f64::min);
        let quantity = Qty::affordable(most, Price::from_f64(lowest), Bps::ZERO, Qty::from_units(1));
        if quantity <= Qty::MAX_POSITION {
            continue;
        }
        let Instrument { symbol, source, .. } = &series.instrument;
        let held = Qty::MAX_POSITION;
        let message = format!(
            "a balance of {most:.0} buys {quantity:.0} of `{symbol}` at its lowest price, {lowest}: more than the \
             largest position, {held:.0}"
        );
        let help = format!(
            "quote it in a larger unit (`unit = 1000` in `[market.instruments.\"{source}\"]`), or start with less"
        );
        return Err(match span_of(&read.text, &["market", "symbols"]) {
            Some(span) => Failure::new(Exit::Usage, vec![read.quoted.page_at(span, message, help)]),
            None => Failure::plain(Exit::Usage, message, help),
        });
    }
    Ok(())
}

/// A pool of as many threads as were asked for.
///
/// # Errors
/// [`Exit::RunFailed`] where they cannot be had.
pub fn pool(threads: Option<u16>) -> Result<rayon::ThreadPool, Failure> {
    let threads = threads.map_or(0, usize::from);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| {
        Failure::plain(Exit::RunFailed, format!("cannot start threads: {error}"), "give fewer with --threads")
    })
}

/// Refuses strategies that cannot do what they say with the prices of a window; one page an agent.
fn check_strategies(read: &Read, market: &Market, windows: &[WindowSpan]) -> Result<(), Failure> {
    let agents = read.scenario.agents.iter().enumerate();
    let pages: Vec<_> = agents
        .filter_map(|(index, agent)| {
            let check = |span: &WindowSpan| strategy::check(&agent.strategy, market, span.window.ticks);
            let problem = windows.iter().find_map(|span| check(span).err())?;
            let message = format!("the strategy of `{}` is impossible: {problem}", agent.name);
            let help = "use a wider spacing or fewer levels; for very low prices, use a larger unit";
            let span = span_of(&read.text, &["agents", &index.to_string(), "strategy"]);
            Some(match span {
                Some(span) => read.quoted.page_at(span, message, help.to_owned()),
                None => page(message, help.to_owned()),
            })
        })
        .collect();
    if pages.is_empty() { Ok(()) } else { Err(Failure::new(Exit::Usage, pages)) }
}

fn market_failure(read: &Read, error: &MarketError) -> Failure {
    let problems = error.problems();
    let pages = problems.iter().take(MAX_REPORTED).map(|problem| {
        let (message, help) = (problem.to_string(), problem.help());
        match blamed(read, problem) {
            Some(span) => read.quoted.page_at(span, message, help),
            None => page(message, help),
        }
    });
    let mut pages: Vec<_> = pages.collect();
    if let Some(more @ 1..) = problems.len().checked_sub(MAX_REPORTED) {
        let message = format!("{more} more problems with the market data");
        pages.push(page(message, "fix the problems above first"));
    }
    Failure::new(Exit::Data, pages)
}

/// The place in the scenario that a data problem comes from, where it is one of the scenario's words.
fn blamed(read: &Read, problem: &MarketError) -> Option<Range<usize>> {
    let text = &read.text;
    match problem {
        MarketError::NotFound { .. } | MarketError::NoFiles { .. } | MarketError::BadPattern { .. } => {
            span_of(text, &["market", "path"])
        }
        MarketError::SymbolNotFound { symbol, .. } | MarketError::SymbolOutside { symbol, .. } => {
            let list = span_of(text, &["market", "symbols"])?;
            let quoted = format!("\"{symbol}\"");
            let at = list.start + text.get(list.clone())?.find(&quoted)?;
            Some(at..at + quoted.len())
        }
        MarketError::Gaps { .. } => span_of(text, &["market", "gaps"]),
        MarketError::NoFinerBars { .. } => span_of(text, &["market", "interval"]),
        MarketError::WindowOutside { start, first, .. } => {
            let early = start.is_some_and(|start| start < *first);
            span_of(text, &["market", if early { "start" } else { "end" }])
                .or_else(|| span_of(text, &["market", "start"]))
        }
        _ => None,
    }
}

fn format_failure(read: &Read, error: &FormatError) -> Failure {
    let help = "use more windows or agents, or a format that needs fewer".to_owned();
    let place = span_of(&read.text, &["tournament", "format"]);
    match place.or_else(|| span_of(&read.text, &["tournament"])) {
        Some(span) => Failure::new(Exit::Usage, vec![read.quoted.page_at(span, error.to_string(), help)]),
        None => Failure::plain(Exit::Usage, error, help),
    }
}

fn window_failure(read: &Read, error: &WindowError) -> Failure {
    let message = error.to_string();
    let help = "use fewer or shorter windows, widen `start` and `end` of `[market]`, or add data";
    match span_of(&read.text, &["battle", "windows"]) {
        Some(span) => Failure::new(Exit::Usage, vec![read.quoted.page_at(span, message, help.to_owned())]),
        None => Failure::plain(Exit::Usage, message, help),
    }
}
