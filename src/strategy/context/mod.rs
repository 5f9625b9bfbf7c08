//! What a strategy can see at the close of a bar, and what it has to declare to see it.
//!
//! Owns [`BarContext`], the view that every strategy decides by, and [`Needs`], in which a strategy of a user's own
//! says what it reads. Invariant: no public function here gives a bar, a time or a value that was not known at the
//! close of the deciding tick. `Ahead` does, and is for this crate's searches alone: they choose which ticks are
//! visited and decide nothing.

mod account;
mod ahead;
mod bar_context;
mod closed_bars;
mod needs;
mod readings;
mod setup;
mod stream;

pub(crate) use account::{Account, FillView, OrderEnd, OrderView};
pub use account::{OpenOrder, PositionView};
pub(super) use ahead::{Ahead, NEVER};
pub use bar_context::BarContext;
pub(crate) use bar_context::Now;
pub use closed_bars::{Bar, ClosedBars};
pub use needs::{IndicatorId, Needs, NeedsError, TimeframeId, Warmup};
pub(super) use readings::Readings;
pub use setup::Setup;
pub(crate) use stream::BarStream;
pub(super) use stream::unit;
