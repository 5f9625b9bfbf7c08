//! The built-in strategies, one file per family.
//!
//! Each skips symbols without a bar at the tick, allocates nothing while a window runs (but for the actions
//! it pushes), and asks the account only when its columns call for an action.

pub(super) mod breakout;
pub(super) mod crossover;
mod dca;
mod grid;
mod hold;
mod momentum;
pub(super) mod moves;
mod on_state;
mod random;
pub(super) mod reversion;

pub(super) use crossover::Crossover;
pub(super) use dca::Dca;
pub(super) use grid::Grid;
pub(super) use hold::{BuyAndHold, Idle};
pub(super) use momentum::Momentum;
pub(super) use random::RandomTrader;
