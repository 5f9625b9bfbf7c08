//! The bar-by-bar loop: every tick of the window, one after the other. The oracle for any faster loop, which
//! visits fewer ticks but takes each one it visits through the same steps.

use super::Replay;
use super::account::AccountView;
use super::job::Job;
use super::state::{State, TradingState};
use crate::strategy::{Now, Orders, PreparedStrategy};

/// Takes `strategy` through the window, tick by tick.
///
/// Never fails: a strategy that errs or panics forfeits, which is a result.
pub fn replay(job: &Job<'_>, mut strategy: PreparedStrategy<'_>) -> Replay {
    let mut state = State::new(job);
    let mut orders = Orders::new();
    for tick in job.window.ticks.first..job.window.ticks.last {
        state.visit(tick, &mut strategy, &mut orders);
    }
    state.tell_end(&mut strategy);
    state.finish()
}

impl<'m> State<'m> {
    /// One tick, all its steps.
    pub(super) fn visit(&mut self, tick: usize, strategy: &mut PreparedStrategy<'_>, orders: &mut Orders) {
        self.begin(tick);
        self.match_orders();
        self.mark();
        if self.margin.is_some() {
            self.watch_margin();
        }
        self.watch_losses();
        if self.trading_state != TradingState::Out {
            self.decide(strategy, orders);
            while !orders.is_empty() {
                self.act(orders.list());
                self.decide_further(strategy, orders);
            }
        }
        self.close_tick();
    }

    /// Tells the strategy that the window is over.
    pub(super) fn tell_end(&self, strategy: &mut PreparedStrategy<'_>) {
        strategy.end(self.now(), &AccountView(self));
    }

    /// The instant of this tick's decision.
    pub(super) fn now(&self) -> Now<'m> {
        Now {
            market: self.job.market,
            tick: self.tick,
            since_start: self.tick - self.job.window.ticks.first,
            open_time: self.open_time(),
        }
    }

    /// Step 4: the strategy looks and orders. Where it cannot go on it forfeits.
    fn decide(&mut self, strategy: &mut PreparedStrategy<'_>, orders: &mut Orders) {
        let decided = strategy.on_bar(self.now(), &AccountView(self), orders);
        decided.unwrap_or_else(|reason| self.forfeit(reason));
    }

    /// The same once more, after what it ordered was acted on.
    fn decide_further(&mut self, strategy: &mut PreparedStrategy<'_>, orders: &mut Orders) {
        let decided = strategy.follow_up(self.now(), &AccountView(self), orders);
        decided.unwrap_or_else(|reason| self.forfeit(reason));
    }
}
