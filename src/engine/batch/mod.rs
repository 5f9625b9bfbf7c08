//! Many parameterisations of a strategy in one window, each to a [`ReplaySummary`] outcome.
//!
//! Owns the way there: shared sums and averages, comparisons as bits, jumps from cross to cross, money as
//! 64-bit integers. Never writes a log, never reads one; whoever wants orders and fills replays the job with
//! [`replay()`](super::replay()). Invariant: every number is the one that the bar-by-bar engine and
//! `metrics` give, to the last bit; a job for which that is not certain is refused with [`Ineligible`].
//!
//! # What is taken
//! - on margin, one by one and in any direction and timeframe: the crossing kinds, `rsi_reversion`, `bollinger_reversion`
//!   and `donchian_breakout`, with any size or quantity; funding, borrow fee and interest included. A window in which a
//!   position comes as far as its liquidation is given back;
//! - on the market's only symbol that is a spot asset, with a `size_pct` of at most 100: `sma_cross`, `ema_cross` and `macd` at the scenario's own
//!   interval, together; and side by side, at any timeframe, what
//!   decides by the bars alone (`strategy::decides_by_bars`): `rsi_reversion`, `bollinger_reversion`,
//!   `donchian_breakout`, and `rules` of whole positions with their protective orders, read adversely;
//! - in a spot market of several symbols, side by side and at any timeframe: the crossing kinds, `rsi_reversion`,
//!   `bollinger_reversion` and `donchian_breakout` of any of the symbols, which share the wallet; no order may wait
//!   for a symbol's next bar; any order and position limits, which are looked at order by order;
//! - whole market orders at the next open: no participation cap, slippage `none` or `fixed_bps`, a taker fee
//!   of at most 100 %; any step, minimum notional, starting balance, `warm_up` and `close_at_end`. What
//!   concerns only resting orders (`intrabar`, `limit_needs_through`, the maker fee) is as it may be;
//! - risk profiles of which no limit binds: order and position limits of at least the order's size; any
//!   `max_open_orders` (4 with protective orders); `orders_per_minute` of 1 or more, bars of a minute or longer; a
//!   `daily_loss_limit_pct` that refuses (`halt_new`); no other loss limit. The
//!   built-in `default` profile is taken up to a `size_pct` of 25;
//! - prices from 0.00000001 to 20 million, wallets up to 11 million.

mod compare;
mod decided;
mod drawdowns;
mod eligible;
mod fall_tracker;
mod grid;
mod ineligible;
mod job;
mod lines;
mod margin;
mod prepared;
mod protection;
mod replay_summary;
mod segment;
mod several;
mod shared_columns;
mod together;
mod trader;
mod units;

pub use fall_tracker::FallTracker;
pub use ineligible::Ineligible;
pub use job::Batch;
pub use prepared::Prepared;
pub use replay_summary::{ClosedTrade, Extremes, IndexedDrawdown, ReplaySummary};
