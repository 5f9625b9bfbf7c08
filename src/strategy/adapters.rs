//! Strategies made from others, so that the engine calls all alike.

use super::context::{Ahead, BarContext, NEVER};
use super::delay::DelayedAccount;
use super::search::Search;
use super::{Orders, Strategy, StrategyError, Wake};
use crate::domain::Action;

/// A user's own: it cannot search ahead, but may say when it wants to be called again.
pub(super) struct Own<'m>(pub Box<dyn Strategy + 'm>);

/// One that could not begin, and why.
pub(super) struct Failed(pub String);

/// One whose calls are told to somebody.
pub(super) struct Watched<'m, W> {
    pub strategy: Box<dyn Search + 'm>,
    pub watch: W,
}

/// One that decides so many bars late.
pub(super) struct Delayed<'m> {
    pub strategy: Box<dyn Search + 'm>,
    pub bars: usize,
}

impl Strategy for Own<'_> {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        self.0.on_bar(ctx, orders)
    }

    fn follow_up(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        self.0.follow_up(ctx, orders)
    }
}

impl Search for Own<'_> {
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        match self.0.wake(ahead) {
            Wake::NextBar => ahead.tick() + 1,
            Wake::AfterBars(bars) => ahead.tick().saturating_add(bars.max(1)),
            Wake::Never => NEVER,
        }
    }
}

impl Strategy for Failed {
    fn on_bar(&mut self, _: &BarContext<'_>, _: &mut Orders) -> Result<(), StrategyError> {
        Err(self.0.as_str().into())
    }
}

impl Search for Failed {
    fn next_call(&mut self, _: &Ahead<'_>) -> usize {
        NEVER
    }
}

impl<W: FnMut(&BarContext<'_>, &[Action]) + Send> Strategy for Watched<'_, W> {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        let decided = self.strategy.on_bar(ctx, orders);
        (self.watch)(ctx, orders.actions());
        decided
    }

    fn follow_up(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        let decided = self.strategy.follow_up(ctx, orders);
        (self.watch)(ctx, orders.actions());
        decided
    }
}

impl<W: FnMut(&BarContext<'_>, &[Action]) + Send> Search for Watched<'_, W> {
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        self.strategy.next_call(ahead)
    }
}

impl Strategy for Delayed<'_> {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        let account = DelayedAccount { account: ctx.account(), bars: self.bars };
        ctx.earlier(self.bars, &account).map_or(Ok(()), |ctx| self.strategy.on_bar(&ctx, orders))
    }

    fn follow_up(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        let account = DelayedAccount { account: ctx.account(), bars: self.bars };
        ctx.earlier(self.bars, &account).map_or(Ok(()), |ctx| self.strategy.follow_up(&ctx, orders))
    }
}

impl Search for Delayed<'_> {
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        let account = DelayedAccount { account: ahead.account(), bars: self.bars };
        match ahead.earlier(self.bars, &account) {
            Some(ctx) => self.strategy.next_call(&Ahead::of(ctx)).saturating_add(self.bars),
            None => ahead.tick() + self.bars - ahead.bars_since_start(),
        }
    }
}
