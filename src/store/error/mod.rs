//! Everything that can go wrong between a result and the disk, each with what to do about it.

mod help;

use std::io;
use std::path::{Path, PathBuf};

use crate::decode::DecodeError;
use crate::files::{again, io_cause};

/// Why results could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder could not be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// Path that was tried.
        path: PathBuf,
        /// Underlying error.
        source: io::Error,
    },
    /// A file or folder could not be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// Path that was tried.
        path: PathBuf,
        /// Underlying error.
        source: io::Error,
    },
    /// A Parquet file could not be written or read.
    #[error("cannot process `{}`: {source}", path.display())]
    Parquet {
        /// Path that was tried.
        path: PathBuf,
        /// Underlying error.
        source: parquet::errors::ParquetError,
    },
    /// Columns do not make a table.
    #[error("columns of `{}` are inconsistent: {source}", path.display())]
    Columns {
        /// Of which file.
        path: PathBuf,
        /// Underlying error.
        source: arrow_schema::ArrowError,
    },
    /// A stored file does not hold what its name says.
    #[error("`{}` is not a {what} of this version of tiltyard: {problem}", path.display())]
    Malformed {
        /// File that cannot be used.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A value cannot be written as JSON.
    #[error("cannot write {what} as JSON: {source}")]
    Json {
        /// Kind of value that was being read.
        what: &'static str,
        /// Underlying error.
        source: serde_json::Error,
    },
    /// The scenario's name cannot be a folder's.
    #[error("the scenario's name cannot be used for a folder: {reason}")]
    FolderName {
        /// Reason, as a sentence.
        reason: String,
    },
    /// The curve that follows from an agent's holdings does not end at its final equity.
    #[error(
        "equity of `{agent}` in window {window} ends at {curve} by its holdings, but at {replay} by its replay"
    )]
    EquityMismatch {
        /// Agent the file belongs to.
        agent: String,
        /// In which window.
        window: u32,
        /// By its holdings and the last closes.
        curve: String,
        /// By the replay.
        replay: String,
    },
    /// The index could not be read or changed.
    #[error("the index `{}` cannot be used: {source}", path.display())]
    Index {
        /// Path that was tried.
        path: PathBuf,
        /// Underlying error.
        source: rusqlite::Error,
    },
    /// A run was published, but another program used the index for too long to list it.
    #[error("the run is in `{}`, but the index `{}` does not list it yet: {source}", folder.display(), path.display())]
    Unlisted {
        /// Folder of the run.
        folder: PathBuf,
        /// The index.
        path: PathBuf,
        /// Underlying error.
        source: Box<rusqlite::Error>,
    },
    /// The index was made by a newer version of the program.
    #[error("the index `{}` has format {found}; this version of tiltyard supports formats up to {known}", path.display())]
    IndexTooNew {
        /// Path that was tried.
        path: PathBuf,
        /// Format version it has.
        found: u32,
        /// The newest known one.
        known: u32,
    },
    /// The outcomes that were kept could not be read or added to.
    #[error("the trial cache `{}` cannot be used: {source}", path.display())]
    Trials {
        /// File that cannot be used.
        path: PathBuf,
        /// Underlying error.
        source: rusqlite::Error,
    },
    /// Outcomes that a sweep has kept could not be read again.
    #[error("the outcomes of the trials cannot be read again: {source}")]
    Outcomes {
        /// What the cache says.
        source: crate::sweep::TrialCacheError,
    },
    /// There is no place of packs, or nothing in it of the run.
    #[error("there are no packs of outcomes in `{dest}`")]
    NoPacks {
        /// The place as the user wrote it.
        dest: String,
    },
    /// A pack was written by a version of the program that writes another format.
    #[error(
        "the pack `{pack}` has {}; this version of tiltyard reads format {known}",
        format_in_words(found)
    )]
    PackFormat {
        /// Place and name of the pack.
        pack: String,
        /// Its format, where it says one.
        found: Option<u64>,
        /// The format of this version.
        known: u32,
    },
    /// A pack was changed after it was published.
    #[error(
        "the pack `{pack}` was changed after it was published: its bytes do not have the hash of its name"
    )]
    PackChanged {
        /// Place and name of the pack.
        pack: String,
    },
    /// Two packs have different outcomes of the same job.
    #[error("the packs `{first}` and `{second}` have different outcomes of the same job, {job}")]
    PacksDiffer {
        /// Key of the job.
        job: String,
        /// Place and name of one pack.
        first: String,
        /// Place and name of the other.
        second: String,
    },
    /// Something of another kind lies where this program keeps its own.
    #[error("`{}` is {what}; tiltyard uses only regular files in its own folder", path.display())]
    NotOurs {
        /// Path of the file.
        path: PathBuf,
        /// `a symbolic link`, `a folder`, ..
        what: &'static str,
    },
    /// The published run is not what was written.
    #[error("the run in `{}` was changed after it was written: {problem}", path.display())]
    NotAsWritten {
        /// Path of the file.
        path: PathBuf,
        /// Problem, as a sentence.
        problem: String,
    },
    /// The database is gone or empty, and a copy of the registry says that there was one.
    #[error("the database `{}` is missing or empty, but the backup of its agents exists", path.display())]
    DatabaseGone {
        /// Where it was.
        path: PathBuf,
    },
    /// The database is of an older format and cannot be changed.
    #[error("the index `{}` has an older format and cannot be migrated, because the store is not writable", path.display())]
    IndexTooOld {
        /// Path that was tried.
        path: PathBuf,
    },
    /// `store repair` works on the store.
    #[error("the store `{}` is being repaired", out.display())]
    BeingRepaired {
        /// The output folder.
        out: PathBuf,
    },
    /// Others use the store.
    #[error("other tiltyard processes are using the store `{}`", out.display())]
    InUse {
        /// The output folder.
        out: PathBuf,
    },
    /// There is no index yet.
    #[error("there are no runs under `{}`", out.display())]
    NoIndex {
        /// The output folder.
        out: PathBuf,
    },
    /// No run goes by this name.
    #[error("there is no run `{text}`")]
    NoSuchRun {
        /// What was asked for.
        text: String,
        /// The latest runs, as `id (scenario)`.
        known: Vec<String>,
    },
    /// Several runs begin like this.
    #[error("`{text}` is ambiguous: {}", .candidates.join(", "))]
    AmbiguousRun {
        /// What was asked for.
        text: String,
        /// The runs it could be.
        candidates: Vec<String>,
    },
    /// The index knows the run, its folder is gone.
    #[error("the folder of run `{run}` is missing: `{}`", folder.display())]
    FolderGone {
        /// Identity of the run.
        run: String,
        /// Where it was.
        folder: PathBuf,
    },
    /// The run has no such window.
    #[error("run `{run}` has no window {window}")]
    NoSuchWindow {
        /// Identity of the run.
        run: String,
        /// What was asked for.
        window: u32,
        /// How many it has.
        windows: usize,
    },
    /// The run's equity curves have no row for every bar.
    #[error("run `{run}` keeps its equity curves in {rows} rows, which do not show every bar")]
    CurvesThinned {
        /// Identity of the run.
        run: String,
        /// `daily` or `events`.
        rows: &'static str,
    },
    /// There is no store to hold agents.
    #[error("there are no registered agents under `{}`", out.display())]
    NoRegistry {
        /// The output folder.
        out: PathBuf,
    },
    /// No registered agent goes by this name.
    #[error("there is no registered agent `{text}`")]
    NoAgent {
        /// What was asked for.
        text: String,
        /// Some that there are.
        known: Vec<String>,
    },
    /// Several registered agents could be meant.
    #[error("`{text}` is ambiguous: {}", .candidates.join(", "))]
    AmbiguousAgent {
        /// What was asked for.
        text: String,
        /// The agents it could be.
        candidates: Vec<String>,
    },
    /// An agent cannot be called this.
    #[error("{reason}")]
    BadName {
        /// Reason, as a sentence.
        reason: String,
    },
    /// Another active agent bears the name.
    #[error("an agent with the name `{name}` is already registered ({id})")]
    NameTaken {
        /// Name that was given.
        name: String,
        /// The agent that bears it.
        id: String,
    },
    /// The system has no random source.
    #[error("cannot create a key: {reason}")]
    NoRandom {
        /// Reason, as a sentence.
        reason: String,
    },
    /// No agent has this key.
    #[error("the key belongs to no agent")]
    UnknownKey,
    /// A run uses the agent.
    #[error("a run is using the agent `{agent}`")]
    AgentInUse {
        /// Registered agent concerned.
        agent: String,
    },
    /// The agent was deleted meanwhile.
    #[error("the agent `{agent}` is no longer registered")]
    AgentGone {
        /// Registered agent concerned.
        agent: String,
    },
    /// The agent's wallet is not as the scenario found it.
    #[error("the wallet of `{agent}` has changed since the run started")]
    WalletMoved {
        /// Registered agent concerned.
        agent: String,
    },
    /// A scenario lets two agents go on with one wallet.
    #[error("two agents cannot use the wallet of `{agent}`")]
    WalletTwice {
        /// Agent the file belongs to.
        agent: String,
    },
    /// The run swept nothing.
    #[error("run `{run}` has no sweep")]
    NoSweep {
        /// Identity of the run.
        run: String,
    },
    /// The run has no such agent.
    #[error("run `{run}` has no agent `{agent}`")]
    NoSuchAgent {
        /// Identity of the run.
        run: String,
        /// What was asked for.
        agent: String,
        /// The agents it has.
        known: Vec<String>,
    },
}

impl StoreError {
    /// Whether something was asked for that is not there or not allowed; else the store failed.
    pub const fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::NoSuchRun { .. }
                | Self::AmbiguousRun { .. }
                | Self::NoSuchAgent { .. }
                | Self::NoSweep { .. }
                | Self::NoIndex { .. }
                | Self::NoSuchWindow { .. }
                | Self::CurvesThinned { .. }
                | Self::NoRegistry { .. }
                | Self::NoAgent { .. }
                | Self::AmbiguousAgent { .. }
                | Self::BadName { .. }
                | Self::NameTaken { .. }
                | Self::UnknownKey
                | Self::WalletTwice { .. }
                | Self::FolderName { .. }
                | Self::NoPacks { .. }
        )
    }

    /// What a user can do about it, as one sentence.
    pub fn help(&self) -> String {
        match self {
            Self::Write { source, .. } => help::for_writing(source),
            Self::Read { source, .. } => help::of_reading(source),
            Self::Parquet { .. } | Self::Malformed { .. } => {
                "run the scenario again: it writes the same files".to_owned()
            }
            Self::FolderName { .. } => "give the scenario another name".to_owned(),
            Self::Columns { .. } | Self::Json { .. } | Self::EquityMismatch { .. } => {
                "this is a bug in tiltyard: please report it with the scenario".to_owned()
            }
            Self::Index { path, source } => help::of_database(path, source),
            Self::Unlisted { .. } => {
                "another program is using the index: the next command on this store lists the run".to_owned()
            }
            Self::Trials { path, source } => help::of_trials(path, source),
            Self::Outcomes { .. } => {
                "run the scenario again: outcomes that are sound are not computed again".to_owned()
            }
            Self::NoPacks { .. } => {
                "give the place that the shards publish to (`tiltyard run FILE --shard I/N --outcomes DEST`)".to_owned()
            }
            Self::PackFormat { .. } => {
                "give the shards of this version a place of their own; packs of other versions are not read".to_owned()
            }
            Self::PackChanged { .. } => {
                "remove the pack: what it had is computed again, by a shard or by the merge".to_owned()
            }
            Self::PacksDiffer { .. } => {
                "one of them was written by another build or on a machine that computes wrongly: remove that one, and \
                 what it had is computed again"
                    .to_owned()
            }
            Self::NotOurs { .. } => "move it away, or give another folder with --out".to_owned(),
            Self::NotAsWritten { .. } => {
                "another process changed the folder: run the scenario again".to_owned()
            }
            Self::DatabaseGone { path } => format!(
                "{} restores the agents from `{}` and rebuilds the index of runs",
                help::repair(path),
                super::folders::BACKUP
            ),
            Self::IndexTooOld { .. } => {
                "run any tiltyard command once with a writable store, or use a writable copy of the store"
                    .to_owned()
            }
            Self::BeingRepaired { .. } => "wait until `tiltyard store repair` has finished".to_owned(),
            Self::InUse { .. } => "wait until they have finished, then repeat the repair".to_owned(),
            Self::IndexTooNew { .. } => "update tiltyard, or give another folder with --out".to_owned(),
            Self::NoIndex { out } => format!(
                "run a scenario first, or give the folder of earlier runs with --out; `tiltyard store repair --out {}` indexes existing run folders",
                out.display()
            ),
            Self::NoSuchRun { known, .. } if known.is_empty() => {
                "there are no runs yet: run a scenario first".to_owned()
            }
            Self::NoSuchRun { known, .. } => {
                format!("`tiltyard runs` lists all runs; the latest are {}", known.join(", "))
            }
            Self::AmbiguousRun { .. } => "give more characters of the run's id".to_owned(),
            Self::FolderGone { .. } => "run the scenario again to restore its files".to_owned(),
            Self::NoSuchWindow { windows, .. } => format!("it has {windows}; windows count from 0"),
            Self::CurvesThinned { .. } => {
                "run its scenario again with `equity = \"bars\"` in [report]".to_owned()
            }
            Self::NoRegistry { .. } => {
                "`tiltyard agent create` registers one; --out names another store".to_owned()
            }
            Self::NoAgent { known, .. } if known.is_empty() => {
                "there are no agents: `tiltyard agent create` registers one".to_owned()
            }
            Self::NoAgent { known, .. } => {
                format!(
                    "`tiltyard agent list --archived` lists all agents; the active ones are {}",
                    known.join(", ")
                )
            }
            Self::AmbiguousAgent { .. } => "give more characters of the agent's id".to_owned(),
            Self::BadName { .. } => "give another name with --name".to_owned(),
            Self::NameTaken { .. } => "give another name; case is ignored".to_owned(),
            Self::NoRandom { .. } => "a key requires the system's random source".to_owned(),
            Self::UnknownKey => {
                "it may have been replaced: `tiltyard agent regenerate-key` gives a new one".to_owned()
            }
            Self::AgentInUse { .. } => "wait until that run has finished".to_owned(),
            Self::AgentGone { .. } => {
                "it was deleted while the run was starting; register it again".to_owned()
            }
            Self::WalletMoved { .. } => {
                "another run or a reset changed it: run the scenario again".to_owned()
            }
            Self::WalletTwice { .. } => "use `wallet = \"fresh\"` for one of them".to_owned(),
            Self::NoSweep { .. } => {
                "give a run of a scenario with `[sweep]`; `tiltyard runs` lists all runs".to_owned()
            }
            Self::NoSuchAgent { known, .. } => format!("its agents are {}", known.join(", ")),
        }
    }

    /// Whether a database itself is damaged or gone, rather than held, full or closed to the user.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::DatabaseGone { .. } => true,
            Self::Index { source, .. } => help::is_damage(source),
            _ => false,
        }
    }

    /// Whether the same command may well succeed later: a disk or network that failed, not a wrong name or right.
    pub fn is_temporary(&self) -> bool {
        use io::ErrorKind;
        let lasting = |kind| {
            matches!(
                kind,
                ErrorKind::NotFound
                    | ErrorKind::PermissionDenied
                    | ErrorKind::ReadOnlyFilesystem
                    | ErrorKind::NotADirectory
                    | ErrorKind::IsADirectory
                    | ErrorKind::InvalidInput
                    | ErrorKind::InvalidFilename
                    | ErrorKind::Unsupported
            )
        };
        matches!(self, Self::Write { source, .. } | Self::Read { source, .. } if !lasting(source.kind()))
    }

    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write { path: path.to_owned(), source }
    }

    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Read { path: path.to_owned(), source }
    }

    /// A stored file that cannot be decoded; `what` names its kind.
    pub(super) fn undecoded(path: &Path, what: &'static str, error: DecodeError) -> Self {
        match error {
            DecodeError::Read(source) => Self::Read { path: path.to_owned(), source },
            DecodeError::Content(problem) => Self::Malformed { path: path.to_owned(), what, problem },
        }
    }

    /// The error of a Parquet file: of writing where its cause is an input/output error, such as a full disk.
    pub(super) fn parquet(path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        move |source| match io_cause(&source) {
            Some(cause) => Self::Write { path: path.to_owned(), source: again(cause) },
            None => Self::Parquet { path: path.to_owned(), source },
        }
    }

    pub(super) fn columns(path: &Path) -> impl FnOnce(arrow_schema::ArrowError) -> Self {
        move |source| Self::Columns { path: path.to_owned(), source }
    }

    pub(super) fn malformed(path: &Path, what: &'static str) -> impl FnOnce(serde_json::Error) -> Self {
        move |source| Self::Malformed { path: path.to_owned(), what, problem: source.to_string() }
    }

    pub(super) fn trials(path: &Path) -> impl Fn(rusqlite::Error) -> Self {
        move |source| Self::Trials { path: path.to_owned(), source }
    }

    pub(super) fn index(path: &Path) -> impl Fn(rusqlite::Error) -> Self {
        move |source| Self::Index { path: path.to_owned(), source }
    }
}

/// `no format` or `format 3`.
fn format_in_words(found: &Option<u64>) -> String {
    found.map_or_else(|| "no format".to_owned(), |format| format!("format {format}"))
}
