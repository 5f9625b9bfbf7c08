//! How the strategies of this crate say at which bars they have nothing to do.

use super::Strategy;
use super::context::Ahead;

/// A strategy that finds the next bar at which it may act by searching its columns. The search decides nothing:
/// whatever it passes over, the strategy would not have acted at.
pub(super) trait Search: Strategy {
    /// The first tick after this one at which [`Strategy::on_bar`] may do anything, or must look, as long as the
    /// account's orders and positions stay as they are now, after this tick's decision. The ticks before may be passed
    /// over without a call; prices move, the equity with them, and days begin meanwhile.
    ///
    /// With a call at each tick or only at these the strategy orders the same. A tick too early is always right.
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize;
}
