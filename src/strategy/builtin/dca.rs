//! `dca`: buys at fixed times, whatever the price.

use crate::domain::{Bps, Cash, Size, SymbolId};
use crate::indicator::TimeframeClock;
use crate::market::Row;
use crate::scenario::StrategySpec;
use crate::strategy::context::{Ahead, NEVER};
use crate::strategy::search::Search;
use crate::strategy::{BarContext, Orders, Setup, Strategy, StrategyError};

/// `dca`: buys each symbol for `size` of the equity at the close of its first bar of the window and of each
/// `every`-th (default 24) bar of the timeframe after it. Never sells. Where less is available it spends
/// that, and sends nothing once that is below the symbol's minimum notional; a refused order has spent nothing
/// and is not repeated. No warm-up.
pub(in crate::strategy) struct Dca<'m> {
    schedules: Vec<BuySchedule<'m>>,
    every: u32,
    size: Bps,
    /// What is still to be bought at this bar, the next last, and for how much each.
    due: Vec<SymbolId>,
    amount: Cash,
}

struct BuySchedule<'m> {
    symbol: SymbolId,
    clock: TimeframeClock<'m>,
    /// The base row with which the next buy is due, or a row before it, and how many bars close between.
    due: (Row, u32),
}

impl<'m> Dca<'m> {
    pub(in crate::strategy) fn new(spec: &StrategySpec, setup: &Setup<'m>, every: u32) -> Self {
        let history = setup.history;
        let schedule = |&symbol| BuySchedule {
            symbol,
            clock: history.clock(symbol, spec.timeframe),
            due: (history.market.series(symbol).row_from(history.ticks.first), 0),
        };
        let schedules = spec.symbols.iter().map(schedule).collect();
        Self { schedules, every: every.max(1), size: spec.size, due: Vec::new(), amount: Cash::ZERO }
    }
}

impl BuySchedule<'_> {
    /// The base row with which the next buy is due; `None` where the bars end before.
    fn next_due(&mut self) -> Option<Row> {
        loop {
            let (row, bars) = self.due;
            let close = self.clock.next_close(row)?;
            if bars == 0 {
                return Some(close);
            }
            self.due =
                if self.clock.is_every_bar() { (row + bars as usize, 0) } else { (close + 1, bars - 1) };
        }
    }

    /// Whether a buy is due with this bar; then the next one is `every` bars on.
    fn is_due(&mut self, ctx: &BarContext<'_>, every: u32) -> bool {
        let row = ctx.row(self.symbol);
        let due = row.is_some() && row == self.next_due();
        if let (true, Some(row)) = (due, row) {
            self.due = (row + 1, every - 1);
        }
        due
    }
}

impl Strategy for Dca<'_> {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        self.due.clear();
        // Each plan counts its bars, due or not.
        for schedule in self.schedules.iter_mut().rev() {
            if schedule.is_due(ctx, self.every) {
                self.due.push(schedule.symbol);
            }
        }
        if self.due.is_empty() {
            return Ok(());
        }
        self.amount = ctx.equity().share(self.size);
        self.follow_up(ctx, orders)
    }

    /// One order at a time, for what the one before has left.
    fn follow_up(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        while let Some(symbol) = self.due.pop() {
            let amount = self.amount.min(ctx.available());
            if amount.is_positive() && amount >= ctx.instrument(symbol).min_notional {
                orders.buy(symbol, Size::Quote(amount)).reason("dca");
                break;
            }
        }
        Ok(())
    }
}

impl Search for Dca<'_> {
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        let next = |schedule: &mut BuySchedule<'_>| {
            let row = schedule.next_due();
            ahead.tick_of(schedule.symbol, row)
        };
        self.schedules.iter_mut().map(next).min().unwrap_or(NEVER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::StrategyKind;
    use crate::strategy::testing::{
        Paper, buy_amounts, cash, closes, four_minutes, market, market_with, play, spec,
    };

    fn dca(every: u32, percent: f64) -> StrategySpec {
        StrategySpec { size: Bps::from_percent(percent), ..spec(StrategyKind::Dca { every }, 1) }
    }

    #[test]
    fn buys_at_its_first_bar_and_every_third_after() {
        let market = market(&[closes(&[1.0; 8])]);
        let log = play(&dca(3, 10.0), &market, &mut Paper::new("1000"));
        let ticks: Vec<usize> = buy_amounts(&log).iter().map(|buy| buy.0).collect();
        assert_eq!(ticks, [0, 3, 6]);
        assert!(buy_amounts(&log).iter().all(|buy| buy.2 == cash("100")));
    }

    #[test]
    fn spends_what_is_left_and_then_stops() {
        // 40 %, 40 %, the last 20 %, and nothing more.
        let market = market(&[closes(&[1.0; 6])]);
        let log = play(&dca(1, 40.0), &market, &mut Paper::new("1000"));
        let amounts: Vec<_> = buy_amounts(&log).iter().map(|buy| buy.2).collect();
        assert_eq!(amounts, [cash("400"), cash("400"), cash("200")]);
    }

    #[test]
    fn a_refused_order_leaves_its_money_to_the_next() {
        // 60 % each: the first is refused, the second spends its own 60 % and not the 40 % left of it.
        let market = market(&[closes(&[1.0, 1.0]), closes(&[1.0, 1.0])]);
        let both = StrategySpec { size: Bps::from_percent(60.0), ..spec(StrategyKind::Dca { every: 9 }, 2) };
        let mut paper = Paper::new("1000").refusing_buys_of(SymbolId(0));
        let amounts = buy_amounts(&play(&both, &market, &mut paper));
        assert_eq!(amounts, [(0, SymbolId(0), cash("600")), (0, SymbolId(1), cash("600"))]);
    }

    #[test]
    fn counts_a_symbol_s_own_bars() {
        let gaps = vec![None, Some([1.0; 4]), None, Some([1.0; 4]), Some([1.0; 4]), Some([1.0; 4])];
        let market = market(&[closes(&[1.0; 6]), gaps]);
        let both = StrategySpec { size: Bps::from_percent(1.0), ..spec(StrategyKind::Dca { every: 2 }, 2) };
        let log = play(&both, &market, &mut Paper::new("1000"));
        let second: Vec<usize> =
            buy_amounts(&log).iter().filter(|buy| buy.1 == SymbolId(1)).map(|buy| buy.0).collect();
        assert_eq!(second, [1, 4]);
    }

    #[test]
    fn counts_bars_of_its_timeframe() {
        let market = market_with(&[closes(&[1.0; 16])], Some(four_minutes()));
        let coarse = StrategySpec { timeframe: four_minutes(), ..dca(2, 10.0) };
        let log = play(&coarse, &market, &mut Paper::new("1000"));
        let ticks: Vec<usize> = buy_amounts(&log).iter().map(|buy| buy.0).collect();
        assert_eq!(ticks, [3, 11]);
    }
}
