//! Agents that are programs, as this program runs them: it is its own helper.

use std::env;
use std::path::Path;

use super::{Exit, output};
use crate::process::sandbox;
use crate::run::Programs;

/// How they are run.
pub fn here() -> Programs {
    Programs { helper: env::current_exe().ok(), ..Programs::default() }
}

/// The same with answers kept in a store.
pub fn of(out: &Path) -> Programs {
    Programs { out: Some(out.to_owned()), ..here() }
}

/// The helper: limits itself and becomes the agent.
pub fn become_agent() -> Exit {
    let mut args = env::args_os().skip(2);
    let policy = args.next().unwrap_or_default();
    let program: Vec<_> = args.collect();
    match sandbox::become_program(&policy.to_string_lossy(), &program) {
        Ok(()) => Exit::Done,
        Err(error) => {
            output::say(&format!("cannot isolate an agent: {error}"));
            Exit::RunFailed
        }
    }
}
