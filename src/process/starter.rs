//! How an agent comes to answer in a window: a program is started, or somebody answers over HTTP.

use std::path::PathBuf;
#[cfg(feature = "serve")]
use std::sync::Arc;

use super::launch::Launch;
use super::line::Channel;
#[cfg(feature = "serve")]
use super::mailbox::{Asked, Mailbox};
#[cfg(feature = "serve")]
use crate::domain::Interval;
#[cfg(feature = "serve")]
use crate::scenario::DecideSpec;

/// Who answers for an agent.
#[derive(Debug, Clone)]
pub enum Starter {
    /// A program, started for each window.
    Program(Launch),
    /// Whoever reads a mailbox.
    #[cfg(feature = "serve")]
    Remote(Arc<Mailbox>),
}

/// What the other side of a channel must know to tell a valid answer from another.
#[cfg(feature = "serve")]
#[derive(Debug, Clone)]
pub struct Rules {
    /// Interval of the scenario's bars.
    pub interval: Interval,
    /// When the agent decides, where the scenario says so.
    pub decide: Option<DecideSpec>,
    /// The last question that was answered before, with its answer.
    pub last: Option<(Asked, Vec<u8>)>,
}

impl Starter {
    /// Opens the channel of one window.
    ///
    /// # Errors
    /// Why a program cannot be started, as a fault.
    pub(super) fn start(&self, #[cfg(feature = "serve")] rules: Rules) -> Result<Box<dyn Channel>, String> {
        match self {
            Self::Program(launch) => match launch.start() {
                Ok(link) => Ok(Box::new(link)),
                Err(error) => Err(format!("its program cannot be started: {error}")),
            },
            #[cfg(feature = "serve")]
            Self::Remote(mailbox) => Ok(Box::new(mailbox.open(rules))),
        }
    }

    /// Whether what was said before must be told again after a start: a new process remembers nothing.
    pub(super) const fn forgets(&self) -> bool {
        match self {
            Self::Program(_) => true,
            #[cfg(feature = "serve")]
            Self::Remote(_) => false,
        }
    }

    /// The files that a program's command names.
    pub(super) fn files(&self) -> &[PathBuf] {
        match self {
            Self::Program(launch) => launch.files(),
            #[cfg(feature = "serve")]
            Self::Remote(_) => &[],
        }
    }
}
