//! The bar-by-bar loop: every tick of the window, one after the other. The oracle for any faster loop, which
//! visits fewer ticks but takes each one it visits through the same steps.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::account::AccountView;
use super::state::{State, TradingState};
use super::{Replay, Window};
use crate::domain::{Action, CarriedPosition, Cash, SymbolId};
use crate::market::Market;
use crate::scenario::{Delisted, RiskProfile, VenueSpec};
use crate::strategy::{Moment, Strategy};

/// What one agent is replayed on.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// All bars.
    pub market: &'a Market,
    /// Which ticks; inside the market's clock and not empty.
    pub window: Window,
    /// How orders fill.
    pub venue: &'a VenueSpec,
    /// What a position in a symbol without further bars is worth.
    pub delisted: Delisted,
    /// Quote currency at the start.
    pub starting_balance: Cash,
    /// Positions at the start, for an agent that goes on from an earlier run: not empty ones, each symbol
    /// once, and each with a bar at or before the window's first tick.
    pub carried: &'a [(SymbolId, CarriedPosition)],
    /// The limits on every order.
    pub risk: &'a RiskProfile,
}

impl Job<'_> {
    /// What the agent starts with: its quote currency, and its positions as the run before valued them.
    pub fn starting_equity(&self) -> Cash {
        self.starting_balance + self.carried.iter().map(|(_, position)| position.worth()).sum()
    }

    /// Whether the agent starts with a position in `symbol`.
    pub(super) fn carries(&self, symbol: SymbolId) -> bool {
        self.carried.iter().any(|(held, _)| *held == symbol)
    }
}

/// Takes `strategy` through the window, tick by tick.
///
/// Never fails: a strategy that errs or panics forfeits, which is a result.
pub fn replay(job: &Job<'_>, mut strategy: Box<dyn Strategy + '_>) -> Replay {
    let mut state = State::new(job);
    let mut actions = Vec::new();
    for tick in job.window.ticks.first..job.window.ticks.last {
        state.visit(tick, strategy.as_mut(), &mut actions);
    }
    state.finish()
}

impl<'m> State<'m> {
    /// One tick, all its steps.
    pub(super) fn visit(&mut self, tick: usize, strategy: &mut dyn Strategy, actions: &mut Vec<Action>) {
        self.begin(tick);
        self.match_orders();
        self.mark();
        self.watch_losses();
        if self.conduct != TradingState::Out {
            self.decide(strategy, actions, Call::First);
            while !actions.is_empty() {
                self.act(actions);
                self.decide(strategy, actions, Call::FollowUp);
            }
        }
        self.close_tick();
    }

    /// The instant of this tick's decision.
    pub(super) fn moment(&self) -> Moment<'m> {
        Moment {
            tick: self.tick,
            since_start: self.tick - self.job.window.ticks.first,
            open_time: self.open_time(),
            market: self.job.market,
        }
    }

    /// Step 4: the strategy looks and pushes what it wants done, first or once what it pushed was acted on. An
    /// error or a panic is its forfeit, and what it had pushed in this call is dropped.
    fn decide(&mut self, strategy: &mut dyn Strategy, actions: &mut Vec<Action>, call: Call) {
        let moment = self.moment();
        let account = AccountView(self);
        let asked = AssertUnwindSafe(|| match call {
            Call::First => strategy.on_bar(&moment, &account, actions),
            Call::FollowUp => strategy.follow_up(&moment, &account, actions),
        });
        let failure = match catch_unwind(asked) {
            Ok(Ok(())) => return,
            Ok(Err(reason)) => reason,
            Err(panic) => format!("panicked: {}", panic_text(panic.as_ref())),
        };
        actions.clear();
        self.forfeit(failure);
    }
}

/// Which method of the strategy is called at a decision.
#[derive(Debug, Clone, Copy)]
enum Call {
    /// [`Strategy::on_bar`].
    First,
    /// [`Strategy::follow_up`].
    FollowUp,
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
