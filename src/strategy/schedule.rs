//! Strategies that decide at some bars only: when they are called.
//!
//! Owns the meaning of `decide`. A close is a decision where any part of it says so; between decisions the strategy is
//! not called. Invariant: whether a close is a decision depends on what is known at it alone, so that visiting more bars
//! changes nothing.

use super::context::{Ahead, BarContext, NEVER};
use super::rules::ConditionSearch;
use super::search::Search;
use super::{Orders, Setup, Strategy, StrategyError, Wake, Warmup};
use crate::domain::{Interval, SymbolId, Timestamp};
use crate::scenario::DecideSpec;
use crate::scenario::expr;

/// A strategy that is called only when it is to decide. Its [`Strategy::wake`] adds one more decision.
pub(crate) trait Scheduled: Strategy {
    /// When it decides; asked once, after [`Strategy::declare`].
    fn schedule(&self) -> DecideSpec;
}

/// When a strategy decides, in one window.
pub(super) struct Schedule<'m> {
    every: Option<Interval>,
    conditions: Vec<ConditionSearch<'m>>,
    on_fill: bool,
    every_bar: bool,
}

impl<'m> Schedule<'m> {
    pub(super) fn new(spec: &DecideSpec, symbols: &[SymbolId], setup: &Setup<'m>) -> Self {
        let conditions = spec.on.iter().flat_map(|condition| {
            symbols.iter().map(|&symbol| ConditionSearch::new(condition, symbol, setup))
        });
        Self {
            every: spec.every,
            conditions: conditions.collect(),
            on_fill: spec.on_fill,
            every_bar: spec.is_every_bar(),
        }
    }

    /// Whether this close is a decision; `fills` of the agent's fills were seen before.
    fn is_due(&self, ctx: &BarContext<'_>, fills: usize) -> bool {
        let on_time = |every: Interval| every.floor(ctx.time()) > every.floor(ctx.previous_close());
        let holds =
            |search: &ConditionSearch<'_>| ctx.row(search.symbol).is_some_and(|row| search.holds(row));
        self.every_bar
            || self.every.is_some_and(on_time)
            || self.on_fill && ctx.account().fill_count() > fills
            || self.conditions.iter().any(holds)
    }

    /// The next tick that may be one, as long as nothing happens to the account.
    fn next(&mut self, ahead: &Ahead<'_>) -> usize {
        if self.every_bar {
            return ahead.tick() + 1;
        }
        let on_time = |every: Interval| ahead.first_decision(every.floor(ahead.time()) + every.span());
        let on_time = self.every.map_or(NEVER, on_time);
        let next = |search: &mut ConditionSearch<'m>| {
            let row = search.next(ahead.next_row(search.symbol));
            ahead.tick_of(search.symbol, row)
        };
        self.conditions.iter_mut().map(next).min().unwrap_or(NEVER).min(on_time)
    }
}

/// Bars before the window that `decide` reads.
pub(crate) fn warm_up(spec: &DecideSpec, base: Interval) -> Warmup {
    spec.on.as_ref().map_or_else(Warmup::new, |condition| ConditionSearch::warm_up(condition, base))
}

/// A scheduled strategy, called at its decisions.
pub(super) struct Woken<'m> {
    strategy: Box<dyn Scheduled>,
    schedule: Schedule<'m>,
    /// The close at or after which it asked to decide once more.
    asked: Option<Timestamp>,
    /// How many fills the account had when it was last looked at.
    fills: usize,
    /// Whether it decided at this tick.
    deciding: bool,
}

impl<'m> Woken<'m> {
    pub(super) fn new(strategy: Box<dyn Scheduled>, schedule: Schedule<'m>) -> Self {
        Self { strategy, schedule, asked: None, fills: 0, deciding: false }
    }

    fn ask(&mut self, ctx: &BarContext<'_>) {
        self.asked = match self.strategy.wake(ctx) {
            Wake::At(time) => Some(time),
            Wake::NextBar | Wake::AfterBars(_) => Some(ctx.time()),
            Wake::Never => None,
        };
    }
}

impl Strategy for Woken<'_> {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        let asked = self.asked.is_some_and(|time| time <= ctx.time());
        self.deciding = asked || self.schedule.is_due(ctx, self.fills);
        self.fills = ctx.account().fill_count();
        if !self.deciding {
            return Ok(());
        }
        self.strategy.on_bar(ctx, orders)?;
        self.ask(ctx);
        Ok(())
    }

    fn follow_up(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        if self.deciding { self.strategy.follow_up(ctx, orders) } else { Ok(()) }
    }

    fn end(&mut self, ctx: &BarContext<'_>) {
        self.strategy.end(ctx);
    }
}

impl Search for Woken<'_> {
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        // With `fill_at = "close"` orders of this decision may have filled already.
        if self.schedule.on_fill && ahead.account().fill_count() > self.fills {
            return ahead.tick() + 1;
        }
        let asked = self.asked.map_or(NEVER, |time| ahead.first_decision(time));
        self.schedule.next(ahead).min(asked)
    }
}

/// A schedule as an agent writes it.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check_schedule(
    every: Option<&str>,
    on: Option<&str>,
    on_fill: bool,
    base: Interval,
) -> Result<DecideSpec, String> {
    let every = match every {
        Some(text) => {
            let every: Interval = text.parse().map_err(|error| format!("`every`: {error}"))?;
            if !every.is_multiple_of(base) {
                return Err(format!("`every` = {every} is not a multiple of the scenario's interval {base}"));
            }
            Some(every)
        }
        None => None,
    };
    let on = match on {
        Some(text) => {
            let parsed = expr::parse(text, base, base);
            let first = |errors: Vec<expr::ExprError>| {
                let texts = errors.iter().map(ToString::to_string);
                format!("`on` = `{text}`: {}", texts.collect::<Vec<_>>().join("; "))
            };
            let expr = parsed.map_err(first)?;
            Some(crate::scenario::Condition { text: text.to_owned(), timeframe: base, expr })
        }
        None => None,
    };
    Ok(DecideSpec { every, on, on_fill })
}
