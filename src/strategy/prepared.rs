//! A strategy that is ready for one window, as the engine calls it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::adapters::{Delayed, Failed, Own, Watched};
use super::context::{Account, Ahead, BarContext, Needs, Now, Readings, Setup};
use super::search::Search;
use super::{Orders, Strategy, StrategyError};
use crate::domain::{Action, Interval};

/// A strategy that is ready for one window: it has its columns, and the engine can call it.
pub struct PreparedStrategy<'m> {
    strategy: Box<dyn Search + 'm>,
    readings: Readings<'m>,
}

/// What a strategy of a user's own reads in a scenario of this interval.
///
/// # Errors
/// What the strategy says, as text where it panics.
pub fn needs_of(strategy: &mut dyn Strategy, interval: Interval) -> Result<Needs, StrategyError> {
    let mut needs = Needs::new(interval);
    let declared = catch_unwind(AssertUnwindSafe(|| strategy.declare(&mut needs)));
    declared.unwrap_or_else(|panic| Err(panicked(panic.as_ref()).into())).map(|()| needs)
}

/// A strategy of a user's own, with its columns computed for the window of `setup`. One that cannot begin forfeits at
/// the window's first bar; [`needs_of`] tells beforehand.
pub fn prepare_own<'m>(mut strategy: Box<dyn Strategy + 'm>, setup: &Setup<'m>) -> PreparedStrategy<'m> {
    let needs = needs_of(strategy.as_mut(), setup.history.market.interval);
    match needs.and_then(|needs| Ok(Readings::of(&needs, setup)?)) {
        Ok(readings) => PreparedStrategy { strategy: Box::new(Own(strategy)), readings },
        Err(error) => PreparedStrategy::failed(error),
    }
}

impl<'m> PreparedStrategy<'m> {
    /// One that cannot begin: the agent forfeits at the window's first bar.
    pub(super) fn failed(reason: impl ToString) -> Self {
        Self::built_in(Failed(reason.to_string()))
    }

    pub(super) fn built_in(strategy: impl Search + 'm) -> Self {
        Self { strategy: Box::new(strategy), readings: Readings::default() }
    }

    /// The same strategy, with `watch` told of each call: what was seen, and what was ordered. Changes nothing.
    #[must_use]
    pub fn watched(self, watch: impl FnMut(&BarContext<'_>, &[Action]) + Send + 'm) -> Self {
        Self { strategy: Box::new(Watched { strategy: self.strategy, watch }), ..self }
    }

    /// The same strategy with every decision so many bars late: it sees the market as it was then, and its account as
    /// it is.
    #[must_use]
    pub fn delayed(self, bars: usize) -> Self {
        if bars == 0 {
            return self;
        }
        Self { strategy: Box::new(Delayed { strategy: self.strategy, bars }), ..self }
    }

    /// The decision at a tick. An error or a panic is a text, and what was ordered with it is dropped.
    pub(crate) fn on_bar(
        &mut self,
        now: Now<'_>,
        account: &dyn Account,
        orders: &mut Orders,
    ) -> Result<(), String> {
        let ctx = BarContext::new(now, account, &self.readings);
        guarded(orders, |orders| self.strategy.on_bar(&ctx, orders))
    }

    /// What follows it, once its orders were acted on.
    pub(crate) fn follow_up(
        &mut self,
        now: Now<'_>,
        account: &dyn Account,
        orders: &mut Orders,
    ) -> Result<(), String> {
        let ctx = BarContext::new(now, account, &self.readings);
        guarded(orders, |orders| self.strategy.follow_up(&ctx, orders))
    }

    /// The next tick at which it has to be called. One that panics is called at the next tick, where a panic is its
    /// forfeit.
    pub(crate) fn next_call(&mut self, now: Now<'_>, account: &dyn Account) -> usize {
        let ctx = BarContext::new(now, account, &self.readings);
        let next = AssertUnwindSafe(|| self.strategy.next_call(&Ahead::of(ctx)));
        catch_unwind(next).unwrap_or(now.tick + 1)
    }
}

#[inline]
fn guarded(
    orders: &mut Orders,
    decide: impl FnOnce(&mut Orders) -> Result<(), StrategyError>,
) -> Result<(), String> {
    let failure = match catch_unwind(AssertUnwindSafe(|| decide(orders))) {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(reason)) => reason.to_string(),
        Err(panic) => panicked(panic.as_ref()),
    };
    orders.list().clear();
    Err(failure)
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("no message"))
}
