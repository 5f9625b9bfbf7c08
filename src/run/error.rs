//! Why a use case has no result.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::decode;
use crate::domain::{AgentName, Cash, Instrument, Qty, grouped};
use crate::market::MarketError;
use crate::scenario::{EditError, Problem};
use crate::statistics::evidence::SprtError;
use crate::tournament::WindowError;
use crate::tournament::formats::FormatError;
use crate::tournament::standings::StandingsError;

/// Why there is no result. [`RunError::diagnostics`] describes it, with spans and help.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The scenario's file cannot be read.
    #[error("{}", unreadable(file, source))]
    UnreadableScenario {
        /// File the error is about.
        file: PathBuf,
        /// Underlying error.
        source: std::io::Error,
    },
    /// The scenario is wrong.
    #[error("`{}` is no valid scenario: {}", title.display(), first_of(problems))]
    InvalidScenario {
        /// Path or title shown in messages.
        title: PathBuf,
        /// Scenario text, for the diagnostics.
        text: String,
        /// All problems, by their span in the text.
        problems: Vec<Problem>,
    },
    /// No scenario was given.
    #[error("no scenario was given")]
    NoScenario,
    /// An agent of the program's own cannot take part.
    #[error("the entrant `{name}` cannot take part: {problem}")]
    Entrant {
        /// Name shown in reports.
        name: String,
        /// Reason, as a sentence.
        problem: String,
    },
    /// A rematch without agents that only the program had that made the run.
    #[error("agents of run `{run}` are no part of its scenario: {}", names.join(", "))]
    OwnAgents {
        /// Identity of the run.
        run: String,
        /// Names of the agents.
        names: Vec<String>,
    },
    /// The market data is wrong or missing.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// The windows do not fit the bars.
    #[error(transparent)]
    Windows(#[from] WindowError),
    /// There are too few agents or windows for the tournament's format.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A balance could buy more of a symbol than a position may hold.
    #[error(
        "a balance of {balance:.0} buys {quantity:.0} of `{}` at its lowest price, {lowest}: more than the largest \
         position, {:.0}", instrument.symbol, Qty::MAX_POSITION
    )]
    BalanceTooLarge {
        /// The largest starting balance.
        balance: Cash,
        /// What it buys.
        quantity: Qty,
        /// Instrument the quantity is for.
        instrument: Box<Instrument>,
        /// The lowest price in the bars.
        lowest: f64,
    },
    /// Strategies cannot do what they say with these prices; one entry an agent.
    #[error("{}", messages(.0))]
    Strategies(Vec<StrategyProblem>),
    /// Programs cannot take part; one entry an agent.
    #[error("{}", messages(.0))]
    Programs(Vec<ProgramProblem>),
    /// A replay differs from its recording.
    #[error("the replay differs from its recording: {difference}")]
    Recording {
        /// Which agent, window and decision.
        difference: String,
    },
    /// The answers of a session could not be kept.
    #[error("{failure}")]
    NotKept {
        /// What failed, as a sentence.
        failure: String,
    },
    /// A file of texts is wrong.
    #[error("a context cannot be used: {message}")]
    Context {
        /// Index of its `[[context]]` table.
        index: usize,
        /// What is wrong.
        message: String,
        /// How to mend it.
        help: String,
    },
    /// Files of signals are wrong; one entry an agent.
    #[error("{}", messages(.0))]
    Signals(Vec<SignalsProblem>),
    /// Modules cannot take part; one entry an agent.
    #[error("{}", messages(.0))]
    Modules(Vec<ModuleProblem>),
    /// A rematch of a run whose signals or modules are no longer what they were.
    #[error("the files of {} have changed since run `{run}`", names.join(", "))]
    FilesChanged {
        /// Identity of the run.
        run: String,
        /// Names of the agents.
        names: Vec<String>,
    },
    /// Registered agents cannot go on with their wallets; one entry an agent.
    #[error("{}", messages(.0))]
    Wallets(Vec<WalletProblem>),
    /// An agent is named that does not take part.
    #[error("there is no agent `{name}`")]
    NoSuchAgent {
        /// Name that was given.
        name: String,
        /// Who takes part.
        known: Vec<String>,
    },
    /// A duel of an agent with itself.
    #[error("`{name}` cannot be compared with itself")]
    SameAgent {
        /// Name of the agent.
        name: String,
    },
    /// The hypotheses or error rates of a duel make no test.
    #[error(transparent)]
    Test(#[from] SprtError),
    /// A rematch changes something that is not there.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// A sweep was asked of a scenario without `[sweep]`.
    #[error("the scenario has no `[sweep]`")]
    NoSweep,
    /// A shard of a sweep whose search learns.
    #[error(
        "the search `{search}` cannot be divided into shards: it proposes each batch by the results of the last"
    )]
    SearchLearns {
        /// The search of the scenario.
        search: &'static str,
    },
    /// A shard of a tournament with agents whose answers only one run can record.
    #[error("agents that are programs cannot be divided into shards: {}", names.join(", "))]
    ProgramsInShards {
        /// Names of the agents.
        names: Vec<String>,
    },
    /// Scores alone were asked of a sweep's outcomes, which have nothing else.
    #[error("outcomes of a sweep have neither curves nor logs that could be left out")]
    ScoresOfSweep,
    /// The conditions of a sweep leave nothing to try.
    #[error("no combination of the swept values can be tried{}", after_colon(.reason.as_deref()))]
    NothingToTry {
        /// Why the first of them is not valid for the agent.
        reason: Option<String>,
    },
    /// The outcomes of a sweep could not be kept or found again.
    #[error("{0}")]
    TrialCache(#[source] crate::sweep::TrialCacheError),
    /// The scores make no standings.
    #[error(transparent)]
    Standings(#[from] StandingsError),
    /// What was asked for needs more memory than there is.
    #[error("needs {} GB of memory, of which {} GB are free", gigabytes(*needed), gigabytes(*free))]
    Memory {
        /// Bytes that are needed at least.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// There is no pool of so many threads.
    #[error("cannot start threads: {0}")]
    Threads(#[source] rayon::ThreadPoolBuildError),
    /// The observer cancelled it.
    #[error("interrupted after {done}")]
    Interrupted {
        /// How far it got, in words: `3 of 10 jobs`.
        done: String,
        /// What is left of it.
        kept: Kept,
    },
    /// A file lies where the output folder should be, or above it.
    #[error("results cannot go to `{}`: `{}` is a file", out.display(), file.display())]
    OutputIsFile {
        /// The output folder.
        out: PathBuf,
        /// File the error is about.
        file: PathBuf,
    },
    /// The store could not be read or written.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// The reports of a run could not be rendered.
    #[cfg(feature = "report")]
    #[error(transparent)]
    Report(#[from] crate::report::ReportError),
}

/// What an interrupted use case leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Nothing was written.
    Nothing,
    /// Every finished batch of a sweep: the same command goes on from there.
    Batches,
    /// The registered order of a duel's windows.
    Order,
}

/// What kind of mistake it is: the program's exit code tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunErrorKind {
    /// The scenario or the request is wrong.
    Usage,
    /// The market data is wrong.
    Data,
    /// What was asked is right, but could not be carried out.
    Failed,
    /// Cancelled by the observer.
    Interrupted,
}

/// A strategy that cannot do what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrategyProblem {
    /// Index of the agent.
    pub index: usize,
    /// Name of the agent.
    pub agent: AgentName,
    /// Reason, as a sentence.
    pub reason: String,
}

/// A program that cannot take part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramProblem {
    /// Index of the agent.
    pub index: usize,
    /// Name of the agent.
    pub agent: AgentName,
    /// Why not.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

/// A WebAssembly module that cannot take part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleProblem {
    /// Index of the agent.
    pub index: usize,
    /// Name of the agent.
    pub agent: AgentName,
    /// Why not.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

/// A file of signals that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalsProblem {
    /// Index of the agent.
    pub index: usize,
    /// Name of the agent.
    pub agent: AgentName,
    /// What is wrong, with file and row.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

/// A registered agent that cannot go on with its wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletProblem {
    /// Name of the agent.
    pub agent: String,
    /// Where the scenario names it.
    pub span: Range<usize>,
    /// Reason, as a sentence.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl std::fmt::Display for StrategyProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the strategy of `{}` is impossible: {}", self.agent, self.reason)
    }
}

impl std::fmt::Display for ProgramProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the program of `{}` cannot take part: {}", self.agent, self.message)
    }
}

impl std::fmt::Display for ModuleProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the module of `{}` cannot take part: {}", self.agent, self.message)
    }
}

impl std::fmt::Display for SignalsProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the signals of `{}` cannot be used: {}", self.agent, self.message)
    }
}

impl std::fmt::Display for WalletProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<crate::tournament::Interrupted> for RunError {
    fn from(error: crate::tournament::Interrupted) -> Self {
        Self::Interrupted { done: format!("{} of {} jobs", error.done, error.total), kept: Kept::Nothing }
    }
}

impl RunError {
    /// The same, where something else is kept of what was interrupted.
    pub(super) fn keeping(self, kept: Kept) -> Self {
        match self {
            Self::Interrupted { done, .. } => Self::Interrupted { done, kept },
            other => other,
        }
    }

    /// Whether the same may well succeed later: a disk, a network or an object store that failed. A shard then leaves with
    /// the exit code 75.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Market(error) => error.is_temporary(),
            #[cfg(feature = "store")]
            Self::Store(error) => error.is_temporary(),
            _ => false,
        }
    }

    /// What kind of mistake it is.
    pub fn kind(&self) -> RunErrorKind {
        match self {
            Self::Market(_) | Self::Signals(_) | Self::Context { .. } => RunErrorKind::Data,
            Self::Interrupted { .. } => RunErrorKind::Interrupted,
            Self::Recording { .. }
            | Self::NotKept { .. }
            | Self::TrialCache(_)
            | Self::Standings(_)
            | Self::Memory { .. }
            | Self::Threads(_) => RunErrorKind::Failed,
            #[cfg(feature = "store")]
            Self::Store(error) if !error.is_usage() => RunErrorKind::Failed,
            #[cfg(feature = "report")]
            Self::Report(crate::report::ReportError::Store(error)) if error.is_usage() => RunErrorKind::Usage,
            #[cfg(feature = "report")]
            Self::Report(_) => RunErrorKind::Failed,
            _ => RunErrorKind::Usage,
        }
    }
}

/// With one decimal and grouped thousands.
#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn gigabytes(bytes: u64) -> String {
    grouped(&format!("{:.1}", bytes as f64 / 1e9))
}

fn first_of(problems: &[Problem]) -> &str {
    problems.first().map_or("", |problem| &problem.message)
}

fn after_colon(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(": {reason}"))
}

fn messages(problems: &[impl std::fmt::Display]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn unreadable(file: &Path, error: &std::io::Error) -> String {
    match error.kind() {
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
    }
}
