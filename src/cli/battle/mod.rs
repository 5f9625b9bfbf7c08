//! The `tiltyard battle` commands: finished battles again, and at any time of them.

mod args;
mod rematch;
mod replay;

pub use args::BattleCommand;

use super::{Exit, Failure};

impl BattleCommand {
    /// Carries the command out.
    ///
    /// # Errors
    /// Where there is no such run, or what is asked of it does not fit.
    pub fn run(&self) -> Result<Exit, Failure> {
        match self {
            Self::Rematch(args) => rematch::rematch(args),
            Self::Replay(args) => replay::replay(args),
        }
    }
}
