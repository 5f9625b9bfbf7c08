//! `grid`: a ladder of limit buys below the price, each sold one rung higher.

use crate::domain::{
    Action, Bps, Bracket, Cash, Instrument, OrderId, OrderKind, OrderRequest, Price, Protection, Qty,
    Rounding, Size, Span, SymbolId, Timestamp,
};
use crate::market::Row;
use crate::scenario::StrategySpec;
use crate::strategy::orders::{Budget, part_of};
use crate::strategy::{Account, Moment, NEVER, Strategy};

/// `grid`: each symbol on its own. At its first bar of the window the close becomes the anchor; rung `i` of
/// `levels` (default 5) lies at `anchor * (1 - i * spacing)` (default 1 %), on the price tick below. At each
/// rests a limit buy (`gtc`, `grid_buy`) for `size / levels` of the equity, or what is available where that
/// is less; with its fill a take-profit comes alive at the rung above (the anchor, for the first).
///
/// A rung is free when neither its buy nor its target waits. It is looked at again when the position has
/// changed and at the first bar of each UTC day (when daily limits open again), and its buy rests anew at
/// the first close above it. A refused buy is thereby repeated at those times only. Rungs at or below
/// nothing do not exist. No warm-up; acts at every bar of the scenario's interval.
pub(in crate::strategy) struct Grid {
    ladders: Vec<Ladder>,
    levels: u32,
    spacing: Bps,
    size: Bps,
}

struct Ladder {
    symbol: SymbolId,
    rungs: Vec<Rung>,
    /// Position at the bar before.
    held: Qty,
    /// UTC day of the bar before, and the first row after it; `None` before the first bar.
    day: Option<(i64, Row)>,
    /// Whether any rung is free and waits for a close above it.
    free: bool,
}

struct Rung {
    price: Price,
    target: Price,
    order: Option<OrderId>,
    free: bool,
}

impl Grid {
    pub(in crate::strategy) fn new(spec: &StrategySpec, levels: u32, spacing: Bps) -> Self {
        let ladder = |&symbol| Ladder {
            symbol,
            rungs: Vec::with_capacity(levels as usize),
            held: Qty::ZERO,
            day: None,
            free: false,
        };
        Self { ladders: spec.symbols.iter().map(ladder).collect(), levels, spacing, size: spec.size }
    }
}

/// The rungs under `anchor`, the highest first.
fn rungs(anchor: Price, levels: u32, spacing: Bps, instrument: &Instrument) -> impl Iterator<Item = Rung> {
    let tick = instrument.price_tick;
    let at = move |level: u32, rounding| {
        let below = Bps::from_f64(spacing.to_f64() * f64::from(level));
        anchor.slipped(below, false).on_tick(tick, rounding)
    };
    (1..=levels)
        .map(move |level| Rung {
            price: at(level, Rounding::Down),
            target: at(level - 1, Rounding::Down),
            order: None,
            free: true,
        })
        .take_while(|rung| rung.price.is_positive())
}

impl Ladder {
    /// Marks the rungs that have come free, where something has happened since the bar before.
    fn look(&mut self, moment: &Moment<'_>, account: &dyn Account) {
        let (held, today) = (account.position(self.symbol).qty, moment.open_time.utc_day());
        let same_day = self.day.is_some_and(|(day, _)| day == today);
        if held == self.held && same_day {
            return;
        }
        self.held = held;
        if !same_day {
            let midnight = Timestamp::from_micros((today + 1) * Span::DAY.micros());
            self.day = Some((today, moment.market.series(self.symbol).bars.first_row_from(midnight)));
        }
        for rung in &mut self.rungs {
            rung.free = !rung.order.is_some_and(|order| account.is_working(order));
            self.free |= rung.free;
        }
    }

    /// The next row that has to be looked at: the next one of all where the position has changed unseen, else
    /// the first of the next day, or before it the first that may close above a free rung.
    fn next(&self, moment: &Moment<'_>, account: &dyn Account) -> Row {
        let from = moment.next_row(self.symbol);
        let Some((_, tomorrow)) = self.day.filter(|_| account.position(self.symbol).qty == self.held) else {
            return from;
        };
        let lowest = self.rungs.iter().filter(|rung| rung.free).map(|rung| rung.price).min();
        let Some(lowest) = lowest.filter(|_| self.free) else { return tomorrow };
        // No close is above it in a bar whose high is below it, with room for the rounding to a float.
        let reach = lowest.to_f64() * (1.0 - 1e-12) - 1e-8;
        let series = moment.market.series(self.symbol);
        let above = series.first_reach(from..tomorrow.max(from), f64::NEG_INFINITY, reach);
        above.unwrap_or(tomorrow)
    }
}

impl Rung {
    fn request(&self, symbol: SymbolId, amount: Cash) -> OrderRequest {
        let bracket = Bracket { take_profit: Some(Protection::At(self.target)), ..Bracket::default() };
        OrderRequest {
            bracket: Some(bracket),
            kind: OrderKind::Limit { price: self.price },
            ..OrderRequest::buy(symbol, Size::Quote(amount), "grid_buy")
        }
    }
}

/// What the buys of one call share.
struct Placing {
    budget: Budget,
    amount: Cash,
    next: OrderId,
}

impl Placing {
    fn rest(&mut self, symbol: SymbolId, rung: &mut Rung, actions: &mut Vec<Action>) {
        rung.free = false;
        rung.order = None;
        let amount = self.budget.take(self.amount);
        if amount.is_positive() {
            actions.push(Action::Place(rung.request(symbol, amount)));
            rung.order = Some(self.next);
            self.next = OrderId(self.next.0 + 1);
        }
    }
}

impl Strategy for Grid {
    fn on_bar(
        &mut self,
        moment: &Moment<'_>,
        account: &dyn Account,
        actions: &mut Vec<Action>,
    ) -> Result<(), String> {
        let mut placing = None;
        for ladder in &mut self.ladders {
            let Some(row) = moment.row(ladder.symbol) else { continue };
            let series = moment.market.series(ladder.symbol);
            if ladder.day.is_none() {
                let anchor = Price::from_f64(series.bars.close[row]);
                ladder.rungs.extend(rungs(anchor, self.levels, self.spacing, &series.instrument));
            }
            ladder.look(moment, account);
            if !ladder.free {
                continue;
            }
            let placing = placing.get_or_insert_with(|| Placing {
                budget: Budget::of(account),
                amount: part_of(account.equity().share(self.size), self.levels as usize),
                next: account.next_order_id(),
            });
            let close = Price::from_f64(series.bars.close[row]);
            for rung in ladder.rungs.iter_mut().filter(|rung| rung.free && rung.price < close) {
                placing.rest(ladder.symbol, rung, actions);
            }
            ladder.free = ladder.rungs.iter().any(|rung| rung.free);
        }
        Ok(())
    }

    fn next_call(&mut self, moment: &Moment<'_>, account: &dyn Account) -> usize {
        let next = |ladder: &Ladder| {
            let row = ladder.next(moment, account);
            moment.tick_of(ladder.symbol, Some(row))
        };
        self.ladders.iter().map(next).min().unwrap_or(NEVER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::StrategyKind;
    use crate::strategy::testing::{Paper, cash, closes, market, play, spec};

    fn grid(levels: u32) -> StrategySpec {
        spec(StrategyKind::Grid { levels, spacing: Bps::from_percent(10.0) }, 1)
    }

    /// Tick and limit price of each buy.
    fn prices(log: &[(usize, Action)]) -> Vec<(usize, String)> {
        log.iter()
            .filter_map(|(tick, action)| match action {
                Action::Place(OrderRequest { kind: OrderKind::Limit { price }, .. }) => {
                    Some((*tick, format!("{price:.2}")))
                }
                _ => None,
            })
            .collect()
    }

    fn at(tick: usize, price: &str) -> (usize, String) {
        (tick, price.to_owned())
    }

    #[test]
    fn rests_a_ladder_under_its_first_close() {
        let market = market(&[closes(&[100.0, 100.0, 100.0])]);
        let log = play(&grid(3), &market, &mut Paper::new("3000"));
        assert_eq!(prices(&log), [at(0, "90.00"), at(0, "80.00"), at(0, "70.00")]);
        let Action::Place(first) = log[0].1 else { panic!("a place") };
        assert_eq!(first.size, Size::Quote(cash("1000")));
        let target = first.bracket.and_then(|bracket| bracket.take_profit);
        assert_eq!(target, Some(Protection::At("100".parse().unwrap())));
        let Action::Place(third) = log[2].1 else { panic!("a place") };
        let target = third.bracket.and_then(|bracket| bracket.take_profit);
        assert_eq!(target, Some(Protection::At("80".parse().unwrap())));
    }

    #[test]
    fn a_rung_rests_again_once_its_target_has_filled() {
        // Tick 1 falls to 85: the buy at 90 fills. Tick 2 rises to 101: its target at 100 fills, and the
        // rung rests again. Tick 3 falls to 89 and fills it once more.
        let market = market(&[closes(&[100.0, 85.0, 101.0, 89.0, 95.0])]);
        let mut paper = Paper::new("3000");
        let log = play(&grid(2), &market, &mut paper);
        assert_eq!(prices(&log), [at(0, "90.00"), at(0, "80.00"), at(2, "90.00")]);
        assert!(!paper.is_flat());
    }

    #[test]
    fn two_rungs_filled_by_one_bar_are_sold_each_at_its_own_target() {
        // Tick 1 falls to 75: both fill (90 and 80). Tick 2 at 92: the target of the lower (90) fills.
        let market = market(&[closes(&[100.0, 75.0, 92.0, 92.0, 101.0, 101.0])]);
        let log = play(&grid(2), &market, &mut Paper::new("3000"));
        assert_eq!(prices(&log), [at(0, "90.00"), at(0, "80.00"), at(2, "80.00"), at(4, "90.00")]);
    }

    #[test]
    fn a_free_rung_above_the_close_waits() {
        // Tick 2 opens at 85, rises to 101 (target of 90 fills) and closes at 88, under the rung; tick 4
        // closes above it.
        let bars = vec![
            Some([100.0; 4]),
            Some([100.0, 100.0, 85.0, 85.0]),
            Some([85.0, 101.0, 85.0, 88.0]),
            Some([88.0; 4]),
            Some([88.0, 91.0, 88.0, 91.0]),
            Some([91.0; 4]),
        ];
        let log = play(&grid(1), &market(&[bars]), &mut Paper::new("3000"));
        assert_eq!(prices(&log), [at(0, "90.00"), at(4, "90.00")]);
    }

    #[test]
    fn a_refused_rung_is_not_sent_at_every_bar() {
        let market = market(&[closes(&[100.0; 30])]);
        let mut paper = Paper::new("3000").refusing_buys(0..30);
        assert_eq!(prices(&play(&grid(2), &market, &mut paper)).len(), 2);
    }

    #[test]
    fn a_refused_rung_is_tried_again_the_next_day() {
        let market = market(&[closes(&vec![100.0; 1500])]);
        let mut paper = Paper::new("3000").refusing_buys(0..1);
        let log = prices(&play(&grid(2), &market, &mut paper));
        assert_eq!(log[2..], [at(1440, "90.00"), at(1440, "80.00")]);
    }

    #[test]
    fn rungs_end_above_nothing() {
        let market = market(&[closes(&[100.0, 100.0])]);
        assert_eq!(play(&grid(20), &market, &mut Paper::new("3000")).len(), 9);
    }
}
