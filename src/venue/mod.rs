//! How an order meets a bar: which price it gets, what slips, how much the bar can give.
//!
//! Owns matching rules, slippage models and the participation cap, as pure functions of one order and the
//! bars. Never holds a book, never touches a wallet, never looks at a bar after the one it is given.
//! Invariants: a raw price lies inside its bar; a limit never fills worse than its price; slippage is
//! always against the trader.

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
