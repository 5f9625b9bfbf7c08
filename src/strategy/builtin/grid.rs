//! `grid`: limit buys on levels below the price, each sold one level higher.

use crate::domain::{Bps, Cash, Instrument, OrderId, Price, Rounding, Size, SymbolId};
use crate::market::{Market, Row, TickRange};
use crate::scenario::StrategySpec;
use crate::strategy::context::{Ahead, NEVER};
use crate::strategy::search::Search;
use crate::strategy::{BarContext, Orders, Strategy, StrategyError};

/// `grid`: each symbol on its own. At its first bar of the window the close becomes the anchor; level `i` of
/// `levels` (default 5) lies at `anchor * (1 - i * spacing)` (default 1 %), half up on the price tick. At each
/// rests a limit buy (`gtc`, `grid_buy`) for `size / levels` of the equity, or what is available where that
/// is less; with its fill a take-profit comes alive at the level above (the anchor, for the first), up to the tick:
/// away from the entry.
///
/// A level is free when neither its buy nor its target waits. It is looked at again when an order of its symbol has
/// ended (filled, cancelled, expired) and at the first bar of each trading day (when daily limits open again), and its
/// buy rests anew at the first close above it. A refused buy is thereby repeated at those times only, and has spent
/// nothing. Levels at or below nothing do not exist. A grid of which a level would buy and sell at one price, or
/// two cannot be told apart at eight decimal places, is refused. No warm-up; acts at every bar of the scenario's
/// interval.
pub(in crate::strategy) struct Grid {
    grids: Vec<SymbolGrid>,
    levels: u32,
    spacing: Bps,
    size: Bps,
    /// What each buy of this bar may cost, once it was asked for.
    amount: Option<Cash>,
}

struct SymbolGrid {
    symbol: SymbolId,
    levels: Vec<Level>,
    /// Orders of the symbol that had ended when the levels were looked at.
    ended: u64,
    /// Trading day of the bar before; `None` before the first bar.
    day: Option<i64>,
    /// A trading day, and the first row after it.
    day_end: (i64, Row),
    /// Whether any level is free and waits for a close above it.
    free: bool,
    /// Orders that work, reused.
    working: Vec<OrderId>,
}

#[derive(Debug)]
struct Level {
    price: Price,
    target: Price,
    order: Option<OrderId>,
    free: bool,
}

impl Grid {
    pub(in crate::strategy) fn new(spec: &StrategySpec, levels: u32, spacing: Bps) -> Self {
        let grid = |&symbol| SymbolGrid {
            symbol,
            levels: Vec::with_capacity(levels as usize),
            ended: 0,
            day: None,
            day_end: (i64::MIN, 0),
            free: false,
            working: Vec::new(),
        };
        let grids = spec.symbols.iter().map(grid).collect();
        Self { grids, levels, spacing, size: spec.size, amount: None }
    }

    /// Whether the levels of every symbol are prices of their own in these ticks.
    ///
    /// # Errors
    /// Which are not, and why.
    pub(in crate::strategy) fn check(
        spec: &StrategySpec,
        (levels, spacing): (u32, Bps),
        market: &Market,
        ticks: TickRange,
    ) -> Result<(), String> {
        for &symbol in &spec.symbols {
            let series = market.series(symbol);
            let first = series.row_from(ticks.first);
            if first < series.row_from(ticks.last) {
                levels_of(Price::from_f64(series.bars.close[first]), levels, spacing, &series.instrument)?;
            }
        }
        Ok(())
    }

    /// The next buy of a free level that the close is above, symbol by symbol, from above; one order at a time, for
    /// what the one before has left.
    fn rest_next(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) {
        let (size, parts) = (self.size, self.levels);
        for grid in &mut self.grids {
            if !grid.free {
                continue;
            }
            let Some(close) = ctx.price(grid.symbol) else { continue };
            for level in grid.levels.iter_mut().filter(|level| level.free && level.price < close) {
                (level.free, level.order) = (false, None);
                let part = self.amount.get_or_insert_with(|| ctx.equity().share(size).even_part(parts));
                let amount = (*part).min(ctx.available());
                if amount.is_positive() {
                    let buy = orders.buy(grid.symbol, Size::Quote(amount)).limit(level.price);
                    buy.take_profit(level.target).reason("grid_buy");
                    level.order = Some(ctx.account().next_order_id());
                    return;
                }
            }
            grid.free = grid.levels.iter().any(|level| level.free);
        }
    }
}

/// The levels under `anchor`, the highest first.
fn levels_of(anchor: Price, count: u32, spacing: Bps, instrument: &Instrument) -> Result<Vec<Level>, String> {
    let tick = instrument.price_tick;
    let at = |number, rounding| anchor.lowered(spacing, number, tick, rounding);
    let mut levels: Vec<Level> = Vec::with_capacity(count as usize);
    for number in 1..=count {
        let (price, target) = (at(number, Rounding::HalfUp), at(number - 1, Rounding::Up));
        if !price.is_positive() {
            break;
        }
        let problem = if price >= target {
            Some(format!("level {number} would buy and sell at {price}"))
        } else if tick.units() <= 1 && levels.last().is_some_and(|above| above.price == price) {
            Some(format!("levels {} and {number} are both {price} at eight places", number - 1))
        } else {
            None
        };
        if let Some(problem) = problem {
            let share = spacing.to_f64() / 100.0;
            let symbol = &instrument.symbol;
            return Err(format!(
                "`spacing_pct` of {share} is too narrow for {symbol} at {anchor} and its price tick of {}: {problem}",
                Price::from_units(tick.units().max(1))
            ));
        }
        levels.push(Level { price, target, order: None, free: true });
    }
    Ok(levels)
}

impl SymbolGrid {
    /// Marks the levels that have come free, where something has happened since they were looked at.
    fn look(&mut self, ctx: &BarContext<'_>) {
        let (ended, today) = (ctx.account().ended(self.symbol), ctx.day());
        if ended == self.ended && self.day == Some(today) {
            return;
        }
        (self.ended, self.day) = (ended, Some(today));
        self.working.clear();
        ctx.account().working(self.symbol, &mut self.working);
        self.working.sort_unstable();
        for level in &mut self.levels {
            level.free = level.order.is_none_or(|order| self.working.binary_search(&order).is_err());
            self.free |= level.free;
        }
    }

    /// The next row that has to be looked at: the next one of all where an order has ended unseen, else the first of
    /// the next day, or before it the first that may close above a free level.
    fn next(&mut self, ahead: &Ahead<'_>) -> Row {
        let from = ahead.next_row(self.symbol);
        let Some(today) = self.day.filter(|_| ahead.account().ended(self.symbol) == self.ended) else {
            return from;
        };
        let series = ahead.series(self.symbol);
        if self.day_end.0 != today {
            self.day_end = (today, series.bars.first_row_from(ahead.start_of(today + 1)));
        }
        let tomorrow = self.day_end.1;
        let lowest = self.levels.iter().filter(|level| level.free).map(|level| level.price).min();
        let Some(lowest) = lowest.filter(|_| self.free) else { return tomorrow };
        // No close is above it in a bar whose high is below it, with room for the rounding to a float.
        let reach = lowest.to_f64() * (1.0 - 1e-12) - 1e-8;
        let above = series.first_reach(from..tomorrow.max(from), f64::NEG_INFINITY, reach);
        above.unwrap_or(tomorrow)
    }
}

impl Strategy for Grid {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        self.amount = None;
        for grid in &mut self.grids {
            if ctx.row(grid.symbol).is_none() {
                continue;
            }
            if let (None, Some(anchor)) = (grid.day, ctx.price(grid.symbol)) {
                let instrument = ctx.instrument(grid.symbol);
                grid.levels = levels_of(anchor, self.levels, self.spacing, instrument)?;
            }
            grid.look(ctx);
        }
        self.follow_up(ctx, orders)
    }

    fn follow_up(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        self.rest_next(ctx, orders);
        Ok(())
    }
}

impl Search for Grid {
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        let next = |grid: &mut SymbolGrid| {
            let row = grid.next(ahead);
            ahead.tick_of(grid.symbol, Some(row))
        };
        self.grids.iter_mut().map(next).min().unwrap_or(NEVER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Action, OrderKind, OrderRequest, Protection};
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
    fn rests_its_levels_under_its_first_close() {
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
    fn a_level_rests_again_once_its_target_has_filled() {
        // Tick 1 falls to 85: the buy at 90 fills. Tick 2 rises to 101: its target at 100 fills, and the
        // level rests again. Tick 3 falls to 89 and fills it once more.
        let market = market(&[closes(&[100.0, 85.0, 101.0, 89.0, 95.0])]);
        let mut paper = Paper::new("3000");
        let log = play(&grid(2), &market, &mut paper);
        assert_eq!(prices(&log), [at(0, "90.00"), at(0, "80.00"), at(2, "90.00")]);
        assert!(!paper.is_flat());
    }

    #[test]
    fn two_levels_filled_by_one_bar_are_sold_each_at_its_own_target() {
        // Tick 1 falls to 75: both fill (90 and 80). Tick 2 at 92: the target of the lower (90) fills.
        let market = market(&[closes(&[100.0, 75.0, 92.0, 92.0, 101.0, 101.0])]);
        let log = play(&grid(2), &market, &mut Paper::new("3000"));
        assert_eq!(prices(&log), [at(0, "90.00"), at(0, "80.00"), at(2, "80.00"), at(4, "90.00")]);
    }

    #[test]
    fn a_free_level_above_the_close_waits() {
        // Tick 2 opens at 85, rises to 101 (target of 90 fills) and closes at 88, under the level; tick 4
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
    fn a_refused_level_is_not_sent_at_every_bar() {
        let market = market(&[closes(&[100.0; 30])]);
        let mut paper = Paper::new("3000").refusing_buys(0..30);
        assert_eq!(prices(&play(&grid(2), &market, &mut paper)).len(), 2);
    }

    #[test]
    fn a_refused_level_is_tried_again_the_next_day() {
        let market = market(&[closes(&vec![100.0; 1500])]);
        let mut paper = Paper::new("3000").refusing_buys(0..1);
        let log = prices(&play(&grid(2), &market, &mut paper));
        assert_eq!(log[2..], [at(1440, "90.00"), at(1440, "80.00")]);
    }

    #[test]
    fn levels_are_positive() {
        let market = market(&[closes(&[100.0, 100.0])]);
        assert_eq!(play(&grid(20), &market, &mut Paper::new("3000")).len(), 9);
    }

    #[test]
    fn a_round_trip_within_one_bar_frees_its_level() {
        // Tick 1 opens under the level, reaches the target and closes at 101: the quantity is what it was. The
        // paper venue tests a target from the next bar on, so that tick 2 sells and tick 3 fills it anew.
        let round = [85.0, 101.0, 85.0, 101.0];
        let bars = vec![Some([100.0; 4]), Some(round), Some(round), Some(round), Some(round), Some(round)];
        let log = play(&grid(1), &market(&[bars]), &mut Paper::new("3000"));
        let ticks: Vec<usize> = prices(&log).iter().map(|entry| entry.0).collect();
        assert_eq!(ticks, [0, 2, 4]);
    }

    #[test]
    fn refused_levels_leave_their_money_to_another_symbol() {
        let market = market(&[closes(&[100.0, 100.0]), closes(&[50.0, 50.0])]);
        let both = spec(StrategyKind::Grid { levels: 2, spacing: Bps::from_percent(10.0) }, 2);
        let mut paper = Paper::new("3000").refusing_buys_of(SymbolId(0));
        let log = prices(&play(&both, &market, &mut paper));
        assert_eq!(log, [at(0, "90.00"), at(0, "80.00"), at(0, "45.00"), at(0, "40.00")]);
    }

    fn instrument(tick: &str) -> Instrument {
        let symbol = crate::domain::Symbol::new("A").unwrap();
        Instrument { price_tick: tick.parse().unwrap(), ..Instrument::with_defaults(symbol) }
    }

    /// Entry and target of each level.
    fn levels(anchor: &str, count: u32, percent: f64, tick: &str) -> Result<Vec<String>, String> {
        let levels =
            levels_of(anchor.parse().unwrap(), count, Bps::from_percent(percent), &instrument(tick))?;
        let plain = |price: Price| price.to_decimal().normalize().to_string();
        Ok(levels.iter().map(|level| format!("{} > {}", plain(level.price), plain(level.target))).collect())
    }

    #[test]
    fn entries_go_half_up_to_the_tick_and_targets_away_from_them() {
        // 10.348 and 10.296 are 10.3; the targets 10.4 and 10.348 go up.
        assert_eq!(levels("10.4", 2, 0.5, "0.1").unwrap(), ["10.3 > 10.4", "10.3 > 10.4"]);
        assert_eq!(levels("100", 3, 1.0, "0.01").unwrap(), ["99 > 100", "98 > 99", "97 > 98"]);
        // 0.24999999975, rounded once: at eight decimal places it would be 0.25, and then 0.3.
        assert_eq!(levels("0.25", 1, 1e-7, "0.1").unwrap(), ["0.2 > 0.3"]);
    }

    #[test]
    fn levels_that_are_no_prices_of_their_own_are_refused() {
        // 6.138, 6.076, 6.014 e-7 at eight decimal places: 6.1, 6.1, 6.0.
        let error = levels("0.00000062", 5, 1.0, "0.00000001").unwrap_err();
        assert_eq!(
            error,
            "`spacing_pct` of 1 is too narrow for A at 0.00000062 and its price tick of 0.00000001: levels 1 and \
             2 are both 0.00000061 at eight places"
        );
        // 99.5 goes up to 100, where it would be sold.
        let error = levels("100", 2, 0.5, "1").unwrap_err();
        assert!(error.ends_with("level 1 would buy and sell at 100.00000000"), "{error}");
        assert!(levels("100", 2, 0.6, "1").is_ok());
    }

    #[test]
    fn a_grid_that_its_prices_do_not_fit_gives_up_and_is_found_beforehand() {
        let tiny = market(&[closes(&[0.000_000_62; 3])]);
        let narrow = spec(StrategyKind::Grid { levels: 5, spacing: Bps::from_percent(1.0) }, 1);
        let ticks = TickRange { first: 0, last: 3 };
        assert!(crate::strategy::check(&narrow, &tiny, ticks).is_err());
        let wide = spec(StrategyKind::Grid { levels: 5, spacing: Bps::from_percent(10.0) }, 1);
        assert_eq!(crate::strategy::check(&wide, &tiny, ticks), Ok(()));
    }
}
