//! One agent in one window: a pure function from bars, scenario and seed to a [`Replay`].
//!
//! Owns the order of events at a tick. Never touches a file, a clock, a thread, a global or a progress
//! bar. Invariant: same inputs, same bytes out, on any machine and any number of threads.
//!
//! [`replay()`] is the bar-by-bar loop, the oracle; [`replay_skipping()`] gives the same and skips the
//! bars that change nothing. Each step of a tick is a small method of `State` in a file of its own, which both
//! loops call:
//! `day` and `dividends` (step 0), `triggers`, `matching` and `path` (1), `mark` (2), `loss_limits` (3), `account` and `replay` (4),
//! `order_entry` (5). `fill` carries out what matching finds, `bracket` follows it up, `order` ends orders.
//!
//! [`batch`] takes many parameterisations of one strategy through a window at once, as far as metrics need.
//!
//! # Decisions where the design leaves room
//! - An order is placed at the close of its deciding bar; `day` is the trading day of that instant.
//! - Order prices are put on the tick, half up, when they arrive. A price or size that is not positive is
//!   `INVALID_QUANTITY`. The minimum notional is checked then only, and waived for a sell of all that is held.
//! - A waiting market buy locks its amount, or its quantity at the deciding close with the taker fee. At the
//!   fill it may use what is available too; beyond that it is cut.
//! - Market buys that are paid `from_proceeds` fill after the other market orders of their open, all at once: their
//!   locks and what is available make one sum. With `fill_at = "close"` they fill after the last action of the call.
//! - What `fill_at = "close"` cannot fill at once under a participation cap fills at the next opens.
//! - Resting sells lock their quantity. A bracket's children share one lock; a *market* sell may take from it,
//!   and children left with nothing are cancelled. A child that has filled whole cancels its siblings and the
//!   rest of its entry; an entry's later fill that finds no child alive makes a new set.
//! - A stop that the participation cap lets fill in part is a market order from then on.
//! - An order that the open is through fills at the open, in every symbol, before anything later in any bar: stops first,
//!   in the order in which a moving price reaches them, then the others by number; also what such a fill brings.
//! - A child born inside a bar has its stop tested in that bar, from the entry's price on (on a path: from there
//!   on); a trailing one is then raised with the bar's close only, which alone is known to follow. Targets sell
//!   nothing that was bought inside the bar, and a stop-limit triggered inside the bar beyond its limit waits for the
//!   next one.
//! - A later fill of an entry inside a bar moves its stop by the new average; the stop is then tested anew.
//! - On a path (`ohlc_path`, `detail`) symbols are walked one after the other, in the scenario's order.
//! - `close_at_end` sells at the last close also where the symbol's last bar is earlier than the window's; a
//!   participation cap is that of the symbol's last bar.
//! - `Action::Close` where the symbol has no bar is refused and cancels nothing.
//! - While a loss limit halts an agent all its orders are refused, sells too: everything is being sold.
//! - An open breaker of consecutive losses closes at midnight and counts anew; a count below the limit is kept.

mod account;
pub mod batch;
mod blank_row;
mod bracket;
mod curve;
mod day;
mod dividends;
mod due_dividends;
mod fill;
mod finish;
mod job;
mod loss_limits;
mod margin;
mod mark;
mod matching;
mod open_trip;
mod order;
mod order_entry;
mod outcome;
mod path;
mod purchases;
mod replay;
mod skip;
mod state;
mod trigger_band;
mod triggers;
mod trip;
mod version;
mod working;

pub use curve::{Valued, equity_at, exact_curve, valued_at};
pub use job::Job;
pub use outcome::{
    EndReason, ExitState, FillRow, Flags, Holding, OrderRow, Posting, PostingKind, Replay, ReplayStatus,
    RoundTrip, Window,
};
pub use replay::replay;
pub use skip::{Loop, replay_skipping};
pub use version::SEMANTICS_VERSION;

#[cfg(test)]
mod deps {
    pub(crate) use crate::{domain, engine, indicator, market, scenario, strategy};
}
#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;
