//! A strategy that is ready for one window, as the engine calls it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::context::{Account, Ahead, BarContext, NEVER, Needs, Now, Readings, Setup};
use super::search::Search;
use super::{Orders, Strategy, StrategyError, Wake};
use crate::domain::{Action, Interval};

/// A strategy that is ready for one window: it has its columns, and the engine can call it.
pub struct PreparedStrategy<'m> {
    strategy: Kind<'m>,
    readings: Readings<'m>,
    watch: Option<Watch<'m>>,
}

type Watch<'m> = Box<dyn FnMut(&BarContext<'_>, &[Action]) + Send + 'm>;

enum Kind<'m> {
    /// One of this crate, which searches ahead for its next call.
    BuiltIn(Box<dyn Search + 'm>),
    /// A user's own.
    Own(Box<dyn Strategy + 'm>),
    /// One that could not begin, and why.
    Failed(String),
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
        Ok(readings) => PreparedStrategy { strategy: Kind::Own(strategy), readings, watch: None },
        Err(error) => PreparedStrategy {
            strategy: Kind::Failed(error.to_string()),
            readings: Readings::default(),
            watch: None,
        },
    }
}

impl<'m> PreparedStrategy<'m> {
    pub(super) fn built_in(strategy: impl Search + 'm) -> Self {
        Self { strategy: Kind::BuiltIn(Box::new(strategy)), readings: Readings::default(), watch: None }
    }

    /// The same strategy, with `watch` told of each decision: what was seen, and what was ordered. Changes nothing.
    #[must_use]
    pub fn watched(self, watch: impl FnMut(&BarContext<'_>, &[Action]) + Send + 'm) -> Self {
        Self { watch: Some(Box::new(watch)), ..self }
    }

    /// The decision at a tick. An error or a panic is a text, and what was ordered with it is dropped.
    pub(crate) fn on_bar(
        &mut self,
        now: Now<'_>,
        account: &dyn Account,
        orders: &mut Orders,
    ) -> Result<(), String> {
        let ctx = BarContext::new(now, account, &self.readings);
        let decided = guarded(orders, |orders| match &mut self.strategy {
            Kind::BuiltIn(strategy) => strategy.on_bar(&ctx, orders),
            Kind::Own(strategy) => strategy.on_bar(&ctx, orders),
            Kind::Failed(reason) => Err(reason.as_str().into()),
        });
        if let Some(watch) = &mut self.watch {
            watch(&ctx, orders.actions());
        }
        decided
    }

    /// What follows it, once its orders were acted on.
    pub(crate) fn follow_up(
        &mut self,
        now: Now<'_>,
        account: &dyn Account,
        orders: &mut Orders,
    ) -> Result<(), String> {
        let ctx = BarContext::new(now, account, &self.readings);
        let decided = guarded(orders, |orders| match &mut self.strategy {
            Kind::BuiltIn(strategy) => strategy.follow_up(&ctx, orders),
            Kind::Own(strategy) => strategy.follow_up(&ctx, orders),
            Kind::Failed(_) => Ok(()),
        });
        if let Some(watch) = self.watch.as_mut().filter(|_| !orders.is_empty()) {
            watch(&ctx, orders.actions());
        }
        decided
    }

    /// The next tick at which it has to be called. One that panics is called at the next tick, where a panic is its
    /// forfeit.
    pub(crate) fn next_call(&mut self, now: Now<'_>, account: &dyn Account) -> usize {
        let ctx = BarContext::new(now, account, &self.readings);
        let next = AssertUnwindSafe(|| match &mut self.strategy {
            Kind::BuiltIn(strategy) => strategy.next_call(&Ahead::of(ctx)),
            Kind::Own(strategy) => match strategy.wake(&ctx) {
                Wake::NextBar => now.tick + 1,
                Wake::AfterBars(bars) => now.tick.saturating_add(bars.max(1)),
                Wake::Never => NEVER,
            },
            Kind::Failed(_) => NEVER,
        });
        catch_unwind(next).unwrap_or(now.tick + 1)
    }
}

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
