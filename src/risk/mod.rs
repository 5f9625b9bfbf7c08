//! One order against one profile: accepted, cut, or refused with a code.
//!
//! Owns the chain of checks and the loss limits. Never places, fills or cancels anything; never reads a
//! clock. Invariant: the checks run in the order of the table in the design, the first that fails names
//! the refusal, and every percentage is exact arithmetic on the equity at the deciding close.

mod check;
mod losses;
mod rate;
mod refusal;
mod size;

pub use check::{Accepted, AccountState, OrderIntent, check, tradable};
pub use losses::{LossStreak, Losses, loss_breach};
pub use rate::RateCounter;
pub use refusal::Refusal;
pub use size::{OrderQty, net_of_fee, notional};

#[cfg(test)]
mod tests;
