//! Checks one order against one risk profile: accepts, cuts, or refuses it with a code.
//!
//! Owns the sequence of checks and the loss limits. Never places, fills or cancels an order; reads no clock.
//! Invariants: the checks run in the documented order and the first that fails determines the code;
//! percentages are exact arithmetic on the equity at the close of the decision bar.

mod check;
mod losses;
mod margin;
mod rate;
mod refusal;
mod size;

pub use check::{Accepted, AccountState, OrderIntent, check, tradable};
pub use losses::{LossStreak, Losses, reached_loss_limit};
pub use margin::{MarginAccount, check_on_margin};
pub use rate::RateCounter;
pub use refusal::Refusal;
pub use size::{OrderQty, net_of_fee, notional};

#[cfg(test)]
mod tests;
