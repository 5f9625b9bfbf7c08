//! Matches orders against bars: fill price, slippage, available volume.
//!
//! Owns the matching rules, slippage models and the participation cap, as pure functions of one order and the
//! bars. Keeps no order book, posts nothing, and never reads a bar after the given one. Invariants: a raw
//! price is inside its bar; a limit never fills at a worse price than its own; slippage is always against the
//! trader.

mod bar;
mod capacity;
mod matching;
mod path;
mod resting;
mod slippage;
mod trading_day;

pub use bar::PriceBar;
pub use capacity::{capacity, volume_qty};
pub use matching::{at_open, inside};
pub use path::{meet, points, reached};
pub use resting::{Match, Reach, Resting, Touch};
pub use slippage::{Taking, bars_looked_back, slippage};
pub use trading_day::TradingDay;
