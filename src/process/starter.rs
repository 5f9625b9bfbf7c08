//! How an agent comes to answer in a window: a program is started, or somebody answers over HTTP.

use std::path::PathBuf;
#[cfg(feature = "serve")]
use std::sync::Arc;

use super::launch::Launch;
use super::line::Channel;
#[cfg(feature = "serve")]
use super::mailbox::{Mailbox, Rules};

/// Who answers for an agent.
#[derive(Debug, Clone)]
pub enum Starter {
    /// A program, started for each window.
    Program(Launch),
    /// Whoever reads a mailbox.
    #[cfg(feature = "serve")]
    Remote(Arc<Mailbox>),
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
