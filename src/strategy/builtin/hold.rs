//! `cash` and `buy_and_hold`: the two lines that every comparison starts from.

use crate::domain::{Bps, Cash, OrderId, Size, SymbolId};
use crate::scenario::StrategySpec;
use crate::strategy::context::{Ahead, NEVER};
use crate::strategy::search::Search;
use crate::strategy::{BarContext, Orders, Strategy, StrategyError};

/// `cash`: never trades. No parameters, no warm-up.
pub(in crate::strategy) struct Idle;

impl Strategy for Idle {
    fn on_bar(&mut self, _: &BarContext<'_>, _: &mut Orders) -> Result<(), StrategyError> {
        Ok(())
    }
}

impl Search for Idle {
    fn next_call(&mut self, _: &Ahead<'_>) -> usize {
        NEVER
    }
}

/// `buy_and_hold`: buys each symbol once, at its first bar of the window, and never sells.
///
/// `size` (default 100 %) is split evenly over the symbols: each buy spends its part of the equity at that
/// close, or what is available where that is less. With 100 % the last symbol gets all that is left, so
/// that nothing but the quantity step stays behind, except the parts of symbols whose buy was refused: those
/// stay cash. A refused buy is not tried again. No warm-up.
pub(in crate::strategy) struct BuyAndHold {
    symbols: Vec<SymbolId>,
    /// By symbol, what was ordered for how much.
    bought: Vec<Option<(OrderId, Cash)>>,
    left: usize,
    size: Bps,
    /// What all symbols together may cost by the equity of this decision, once it was asked for.
    whole: Option<Cash>,
}

impl BuyAndHold {
    pub(in crate::strategy) fn new(spec: &StrategySpec) -> Self {
        let symbols = spec.symbols.clone();
        let (bought, left) = (vec![None; symbols.len()], symbols.len());
        Self { symbols, bought, left, size: spec.size, whole: None }
    }

    /// The amount of the next buy: an even part, and for the last symbol the rest of the division.
    fn amount(&mut self, ctx: &BarContext<'_>) -> Cash {
        let last = self.left == 1;
        if last && self.size == Bps::WHOLE {
            return (ctx.available() - self.refused(ctx)).max(Cash::ZERO);
        }
        let size = self.size;
        let whole = *self.whole.get_or_insert_with(|| ctx.equity().share(size));
        let parts = u32::try_from(self.symbols.len()).unwrap_or(u32::MAX);
        let wanted = if last { whole.last_part(parts) } else { whole.even_part(parts) };
        wanted.min(ctx.available())
    }

    /// What was ordered and not accepted.
    fn refused(&self, ctx: &BarContext<'_>) -> Cash {
        self.bought
            .iter()
            .flatten()
            .map(|&(order, asked)| asked - ctx.account().accepted(order).min(asked))
            .sum()
    }

    /// The next symbol that has its first bar now; one order at a time, for what the one before has left.
    fn buy_next(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) {
        let due = |index: &usize| self.bought[*index].is_none() && ctx.row(self.symbols[*index]).is_some();
        let Some(index) = (0..self.symbols.len()).find(due) else { return };
        let (symbol, amount) = (self.symbols[index], self.amount(ctx));
        orders.buy(symbol, Size::Quote(amount)).reason("buy_and_hold");
        self.bought[index] = Some((ctx.account().next_order_id(), amount));
        self.left -= 1;
    }
}

impl Strategy for BuyAndHold {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        self.whole = None;
        self.follow_up(ctx, orders)
    }

    fn follow_up(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        if self.left > 0 {
            self.buy_next(ctx, orders);
        }
        Ok(())
    }
}

impl Search for BuyAndHold {
    /// The next first bar.
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        let late = self.symbols.iter().zip(&self.bought).filter(|(_, bought)| bought.is_none());
        late.map(|(&symbol, _)| ahead.next_bar(symbol)).min().unwrap_or(NEVER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::StrategyKind;
    use crate::strategy::testing::{Paper, buy_amounts, cash, closes, market, play, spec};

    #[test]
    fn cash_does_nothing() {
        let market = market(&[closes(&[1.0, 2.0, 3.0])]);
        assert!(play(&spec(StrategyKind::Cash, 1), &market, &mut Paper::new("10000")).is_empty());
    }

    #[test]
    fn one_symbol_takes_all() {
        let market = market(&[closes(&[1.0, 2.0, 3.0])]);
        let mut paper = Paper::new("10000");
        let log = play(&spec(StrategyKind::BuyAndHold, 1), &market, &mut paper);
        assert_eq!(buy_amounts(&log), [(0, SymbolId(0), cash("10000"))]);
    }

    #[test]
    fn a_hundred_percent_of_three_symbols_spends_exactly_all() {
        // 10000 / 3 = 3333.33333333 twice, and 3333.33333334 for the last.
        let market = market(&[closes(&[1.0, 2.0]), closes(&[1.0, 2.0]), closes(&[1.0, 2.0])]);
        let mut paper = Paper::new("10000");
        let log = play(&spec(StrategyKind::BuyAndHold, 3), &market, &mut paper);
        let amounts = buy_amounts(&log);
        assert_eq!(amounts[0], (0, SymbolId(0), cash("3333.33333333")));
        assert_eq!(amounts[2], (0, SymbolId(2), cash("3333.33333334")));
        assert_eq!(amounts.iter().map(|buy| buy.2).sum::<Cash>(), cash("10000"));
    }

    #[test]
    fn a_part_is_split_too() {
        // Half of 10000 over two symbols.
        let market = market(&[closes(&[1.0, 2.0]), closes(&[1.0, 2.0])]);
        let mut half = spec(StrategyKind::BuyAndHold, 2);
        half.size = Bps::from_percent(50.0);
        let log = play(&half, &market, &mut Paper::new("10000"));
        let amounts: Vec<Cash> = buy_amounts(&log).iter().map(|buy| buy.2).collect();
        assert_eq!(amounts, [cash("2500"), cash("2500")]);
    }

    #[test]
    fn a_late_symbol_is_bought_at_its_first_bar_with_what_is_left() {
        // The first is bought with 5000 at 1 and is worth 10000 when the second appears; 5000 are left.
        let late = vec![None, None, Some([7.0; 4]), Some([7.0; 4])];
        let market = market(&[closes(&[1.0, 1.0, 2.0, 2.0]), late]);
        let log = play(&spec(StrategyKind::BuyAndHold, 2), &market, &mut Paper::new("10000"));
        assert_eq!(buy_amounts(&log), [(0, SymbolId(0), cash("5000")), (2, SymbolId(1), cash("5000"))]);
    }

    #[test]
    fn the_part_of_a_refused_buy_stays_cash() {
        // The first of two is refused; the second comes later and gets its own part, not both.
        let late = vec![None, Some([7.0; 4]), Some([7.0; 4])];
        let market = market(&[closes(&[1.0, 1.0, 1.0]), late]);
        let mut paper = Paper::new("10000").refusing_buys(0..1);
        let log = play(&spec(StrategyKind::BuyAndHold, 2), &market, &mut paper);
        assert_eq!(buy_amounts(&log), [(0, SymbolId(0), cash("5000")), (1, SymbolId(1), cash("5000"))]);
    }

    #[test]
    fn a_refused_buy_is_not_repeated() {
        let market = market(&[closes(&[1.0, 2.0, 3.0, 4.0])]);
        let mut paper = Paper::new("10000").refusing_buys(0..2);
        assert_eq!(play(&spec(StrategyKind::BuyAndHold, 1), &market, &mut paper).len(), 1);
    }
}
