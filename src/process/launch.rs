//! From a command of the scenario to a process: what it is called with, what it sees, and what it may do.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::link::Link;
use super::sandbox::{HELPER, Policy};
use crate::scenario::{Isolation, ProcessSpec};

/// How the program of an agent is started, the same for every window.
#[derive(Debug, Clone)]
pub struct Launch {
    program: PathBuf,
    args: Vec<OsString>,
    environment: Vec<(String, OsString)>,
    /// Files that the command names, for the identity of what is run.
    files: Vec<PathBuf>,
    isolated: Option<Isolated>,
}

/// The helper that limits itself before it becomes the agent, and its limits but for the working folder.
#[derive(Debug, Clone)]
struct Isolated {
    helper: PathBuf,
    policy: Policy,
}

/// Why a program cannot be started at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoLaunch {
    /// Problem, as a sentence.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl Launch {
    /// Finds program and files. Paths start at `base`; `secret` are the paths of the bars, which no agent may read;
    /// `helper` is a program that takes [`HELPER`].
    ///
    /// # Errors
    /// [`NoLaunch`].
    pub fn new(
        spec: &ProcessSpec,
        base: &Path,
        secret: &Path,
        helper: Option<&Path>,
    ) -> Result<Self, NoLaunch> {
        let base = std::path::absolute(if base.as_os_str().is_empty() { Path::new(".") } else { base })
            .map_err(|error| NoLaunch { message: error.to_string(), help: String::new() })?;
        let [name, args @ ..] = spec.command.as_slice() else {
            let help = "name a program in `command`".to_owned();
            return Err(NoLaunch { message: "`command` is empty".to_owned(), help });
        };
        let program = find(name, &base).ok_or_else(|| NoLaunch {
            message: format!("there is no program `{name}`"),
            help: "install it, or give its path from the scenario's folder".to_owned(),
        })?;
        let program = behind_shim(&program, name).unwrap_or(program);
        let named = |arg: &String| Some(base.join(arg)).filter(|path| is_path(arg) && path.exists());
        let files: Vec<PathBuf> = args.iter().filter_map(named).collect();
        let args = args.iter().map(|arg| named(arg).map_or_else(|| arg.into(), OsString::from));
        let args: Vec<OsString> = args.collect();
        let isolated = match (spec.isolation, helper) {
            (Isolation::None, _) => None,
            (Isolation::Sandbox, Some(helper)) => {
                let read = readable(&program, &files, secret);
                let policy = Policy::new(spec, read);
                Some(Isolated { helper: helper.to_owned(), policy })
            }
            (Isolation::Sandbox, None) => {
                return Err(NoLaunch {
                    message: "programs cannot be isolated here".to_owned(),
                    help: "say `isolation = \"none\"` if the program may do whatever you may do".to_owned(),
                });
            }
        };
        let names = spec.env.iter().map(String::as_str).chain(["PATH"]);
        let environment = names.filter_map(|name| Some((name.to_owned(), env::var_os(name)?)));
        Ok(Self { program, args, environment: environment.collect(), files, isolated })
    }

    /// Whether the system can limit a program: tried with one that ends at once.
    ///
    /// # Errors
    /// [`NoLaunch`].
    pub fn try_isolation(&self) -> Result<(), NoLaunch> {
        let Some(Isolated { helper, policy }) = &self.isolated else { return Ok(()) };
        let refused = |why: String| NoLaunch {
            message: format!("this system cannot isolate programs: {why}"),
            help: "say `isolation = \"none\"` if the program may do whatever you may do".to_owned(),
        };
        let folder = work_folder().map_err(|error| refused(error.to_string()))?;
        let mut command = Command::new(helper);
        command.arg(HELPER).arg(policy.text(folder.path())).env_clear();
        match command.output() {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => Err(refused(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
            Err(error) => Err(refused(error.to_string())),
        }
    }

    /// Starts the program in a new empty working folder.
    ///
    /// # Errors
    /// Where the system does not let it.
    pub fn start(&self) -> io::Result<Link> {
        let folder = work_folder()?;
        let mut command = match &self.isolated {
            Some(Isolated { helper, policy }) => {
                let mut command = Command::new(helper);
                command.arg(HELPER).arg(policy.text(folder.path())).arg(&self.program);
                command
            }
            None => Command::new(&self.program),
        };
        command.args(&self.args).env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        Link::start(command, folder)
    }

    /// The files that the command names.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }
}

/// An empty folder that is removed with the program.
fn work_folder() -> io::Result<TempDir> {
    tempfile::Builder::new().prefix("tiltyard-agent-").tempdir()
}

/// Whether an argument can name a file: not an option.
fn is_path(arg: &str) -> bool {
    !arg.is_empty() && !arg.starts_with('-')
}

/// A program by its path from `base`, or by its name on `PATH`.
fn find(name: &str, base: &Path) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(base.join(name)).filter(|path| path.is_file());
    }
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The program behind a shim of pyenv and its kin: a shell script, which starts processes to find it.
fn behind_shim(program: &Path, name: &str) -> Option<PathBuf> {
    let folder = program.parent().filter(|folder| folder.ends_with("shims"))?;
    let root = folder.parent()?;
    let manager = ["pyenv", "rbenv", "nodenv"].into_iter().map(|manager| root.join("bin").join(manager));
    let manager = manager.into_iter().find(|manager| manager.is_file())?;
    let output = Command::new(manager).args(["which", name]).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    path.is_file().then_some(path)
}

/// What the program reads: the folders of its interpreter and of its own files. Where such a folder has the bars in it,
/// only the files themselves.
fn readable(program: &Path, files: &[PathBuf], secret: &Path) -> Vec<PathBuf> {
    let secret = std::path::absolute(secret).unwrap_or_else(|_| secret.to_owned());
    let mut read = BTreeSet::from([program.to_owned()]);
    let real = program.canonicalize().unwrap_or_else(|_| program.to_owned());
    read.extend(home_of(program));
    read.extend(home_of(&real));
    read.insert(real);
    for file in files {
        let folder = if file.is_dir() { Some(file.as_path()) } else { file.parent() };
        read.extend(folder.filter(|folder| !secret.starts_with(folder)).map(Path::to_owned));
        if file.is_file() {
            read.insert(file.clone());
        }
    }
    read.into_iter().collect()
}

/// The folder that an interpreter is installed in: the one above its `bin`.
fn home_of(program: &Path) -> Option<PathBuf> {
    let folder = program.parent()?;
    let above = folder.parent().filter(|above| folder.ends_with("bin") && above.parent().is_some());
    above.map(Path::to_owned)
}
