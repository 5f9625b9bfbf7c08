//! An observer of long commands.

use super::super::interrupt::Interrupt;
use crate::run::RunObserver;

/// Shows nothing, and cancels on Ctrl-C.
pub struct Watch(pub Interrupt);

impl RunObserver for Watch {
    fn cancelled(&self) -> bool {
        self.0.raised()
    }
}
