//! The contract between a strategy and the engine.

use super::context::{BarContext, Needs};
use super::orders::Orders;
use crate::domain::Timestamp;

/// Why a strategy cannot go on. Any error and any text becomes one with `?` or `into()`.
pub type StrategyError = Box<dyn std::error::Error + Send + Sync>;

/// Decides what one agent orders at the close of each bar of a window.
///
/// # The life of a strategy
/// Each window gets a strategy of its own, so nothing is carried from one window to the next.
///
/// 1. [`declare`](Self::declare) says what it reads: indicators, coarser timeframes, bars from before the window.
/// 2. For each bar of the window, in the order of time: open orders are matched against the bar, the account is marked
///    at its close, loss limits are looked at. Then [`on_bar`](Self::on_bar) is called with a [`BarContext`], which
///    shows what is known at that close, and with an empty list of [`Orders`].
/// 3. The orders go through the agent's risk profile one after the other. Each is accepted, cut, or refused with
///    a code. Accepted market orders fill at the next open.
/// 4. [`follow_up`](Self::follow_up) is called with the account as it is then, until it orders nothing.
///
/// # Example
/// Buys for half of the equity where a fast average is above a slow one, and sells where it is below:
///
/// ```
/// use tiltyard::prelude::*;
///
/// #[derive(Default)]
/// struct Averages {
///     fast: IndicatorId,
///     slow: IndicatorId,
/// }
///
/// impl Strategy for Averages {
///     fn declare(&mut self, needs: &mut Needs) -> Result<(), StrategyError> {
///         self.fast = needs.indicator("sma(20)")?;
///         self.slow = needs.indicator("sma(50)")?;
///         Ok(())
///     }
///
///     fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
///         for symbol in ctx.symbols() {
///             let values = (ctx.indicator(self.fast, symbol), ctx.indicator(self.slow, symbol));
///             let (Some(fast), Some(slow)) = values else { continue };
///             match ctx.position(symbol).is_flat() {
///                 true if fast > slow => drop(orders.buy(symbol, Size::percent_of_equity(50.0))),
///                 false if fast < slow => orders.close(symbol),
///                 _ => {}
///             }
///         }
///         Ok(())
///     }
/// }
/// ```
///
/// A closure that takes the same two arguments is a strategy too, one that declares nothing.
///
/// # Rules
/// The same bars, account and seed must give the same orders: use no clock, no file, no generator but
/// [`BarContext::random`]. An error or a panic is no crash of the tournament: the agent forfeits the window, its
/// positions are sold, its loss is kept, and the results show the text.
pub trait Strategy: Send {
    /// Says what the strategy reads. Called once, before the window's first bar; by default it reads the window's own
    /// bars only.
    ///
    /// # Errors
    /// A declaration that cannot be met, or any other reason not to begin.
    fn declare(&mut self, needs: &mut Needs) -> Result<(), StrategyError> {
        let _ = needs;
        Ok(())
    }

    /// Looks at the market and the account, and adds what it wants done to `orders`.
    ///
    /// # Errors
    /// Why it cannot go on: the agent forfeits the window, and what this call has ordered is dropped.
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError>;

    /// Called again at the same close once the orders before have gone through the risk profile, until it orders
    /// nothing: for a strategy whose next order depends on what became of the one before. The account shows what was
    /// accepted: locked money, open orders, and with `fill_at = "close"` fills.
    ///
    /// # Errors
    /// As [`Self::on_bar`].
    fn follow_up(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        let _ = (ctx, orders);
        Ok(())
    }

    /// Called once at the close of the window's last bar, after every order of it; nothing can be ordered any more.
    fn end(&mut self, ctx: &BarContext<'_>) {
        let _ = ctx;
    }

    /// When the strategy wants to be called again, as long as nothing happens to its orders and positions. Bars before
    /// may be passed over, which is what makes a replay fast; they may also be visited, so calls between must order
    /// nothing and change nothing.
    fn wake(&mut self, ctx: &BarContext<'_>) -> Wake {
        let _ = ctx;
        Wake::NextBar
    }
}

/// When a strategy wants to be called again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wake {
    /// At the next bar.
    #[default]
    NextBar,
    /// After so many bars of the clock: 1 is the next one.
    AfterBars(usize),
    /// At the first bar that closes at this time or later.
    At(Timestamp),
    /// Not before something happens to its orders or positions.
    Never,
}

impl<F> Strategy for F
where
    F: FnMut(&BarContext<'_>, &mut Orders) -> Result<(), StrategyError> + Send,
{
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        self(ctx, orders)
    }
}
