//! `momentum`: holds the strongest symbols.

use super::moves::{entry_of, leave};
use crate::domain::{Bps, Cash, IndicatorSpec, Interval, Side, Size, SymbolId};
use crate::indicator::Feed;
use crate::market::Market;
use crate::scenario::{Direction, StrategySpec};
use crate::strategy::context::Ahead;
use crate::strategy::search::Search;
use crate::strategy::{BarContext, Orders, Setup, Strategy, StrategyError, reader};

/// `momentum`: every `rebalance` (default 24) bars of the timeframe, from the first that closes in the
/// window, ranks its symbols by rate of change over `lookback` (24) bars, and holds the first `top` (1) of
/// those where it is positive; ties go to the symbol that the scenario names first.
///
/// With `direction = "short"` it sells the `top` weakest of those with a negative rate of change short, with `"both"` it
/// holds both, each for its part. What is held and no longer among them is closed; what is among them and held already is left as it is.
/// Each new one is bought for `size / top` of the equity, or what is available where that is less (a refused buy
/// has spent nothing, and is not repeated before the next decision): at once
/// where nothing is to be sold, else at the first bar at which the sales are done, at the latest before the
/// next decision. A symbol without a bar at a decision is not ranked; if it is held it keeps its rank.
/// Warm-up: `lookback` bars and the bar itself.
pub(in crate::strategy) struct Momentum<'m> {
    members: Vec<Member<'m>>,
    closes: Closes<'m>,
    top: u32,
    rebalance: u32,
    /// The tick of the next decision, or a tick before it, and how many bars of the timeframe end between.
    due: (usize, u32),
    size: Bps,
    direction: Direction,
    /// Whether any member is still to be bought.
    pending: bool,
    /// Whether members are being bought at this bar, and for how much each.
    buying: Option<Cash>,
    /// Reused at each decision: rate of change and index in `members`.
    ranking: Vec<(f64, usize)>,
}

struct Member<'m> {
    symbol: SymbolId,
    roc: Feed<'m>,
    /// The side on which it is still to be opened.
    to_open: Option<Side>,
    to_close: bool,
}

/// When bars of a timeframe end on the market's clock, whichever symbol has a bar then.
struct Closes<'m> {
    market: &'m Market,
    timeframe: Interval,
    /// The window's first tick, known at its first decision.
    first: usize,
}

impl Closes<'_> {
    /// The first tick from `tick` on with which a bar of the timeframe ends, or before whose close one has ended in
    /// a gap.
    fn next(&self, tick: usize) -> usize {
        let Self { market, timeframe, first } = *self;
        if timeframe == market.interval || tick >= market.clock.len() {
            return tick;
        }
        let before = if tick == first { market.clock[tick] } else { market.close_time(tick - 1) };
        let end = timeframe.floor(before) + timeframe.span();
        // Open times are an interval before the closes.
        market.first_tick_after(tick, end - market.interval.span())
    }
}

impl<'m> Momentum<'m> {
    pub(in crate::strategy) fn new(
        spec: &StrategySpec,
        setup: &Setup<'m>,
        lookback: u32,
        top: u32,
        rebalance: u32,
    ) -> Self {
        let roc = IndicatorSpec::Roc { n: lookback };
        let member = |&symbol| Member {
            symbol,
            roc: reader::open(spec, setup, symbol, &roc),
            to_open: None,
            to_close: false,
        };
        let mut members: Vec<Member<'m>> = spec.symbols.iter().map(member).collect();
        // The scenario's order, whatever the strategy's own list says: it decides ties.
        members.sort_unstable_by_key(|member| member.symbol);
        Self {
            members,
            closes: Closes { market: setup.history.market, timeframe: spec.timeframe, first: 0 },
            top: top.max(1),
            rebalance: rebalance.max(1),
            due: (0, 0),
            size: spec.size,
            direction: spec.entries.direction,
            pending: false,
            buying: None,
            ranking: Vec::with_capacity(spec.symbols.len()),
        }
    }

    /// The tick of the next decision; no tick of the clock where it ends before.
    fn next_due(&mut self) -> usize {
        loop {
            let (tick, bars) = self.due;
            let close = self.closes.next(tick);
            if bars == 0 || close >= self.closes.market.clock.len() {
                return close;
            }
            self.due = (close + 1, bars - 1);
        }
    }

    /// Whether this bar is one for a decision; then the next one is `rebalance` bars on.
    fn is_due(&mut self, ctx: &BarContext<'_>) -> bool {
        let tick = ctx.tick();
        if ctx.bars_since_start() == 0 {
            (self.closes.first, self.due) = (tick, (tick, 0));
        }
        let due = self.next_due() == tick;
        if due {
            self.due = (tick + 1, self.rebalance - 1);
        }
        due
    }

    /// Whether something that is to be closed before anything is opened is still held.
    fn is_closing(&self, ctx: &BarContext<'_>) -> bool {
        self.members.iter().any(|member| member.to_close && !ctx.position(member.symbol).is_flat())
    }

    /// Marks who is to be opened and closed, and sends the closing orders.
    fn decide(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) {
        let (longs, shorts) = self.rank(ctx);
        self.pending = false;
        for index in 0..self.members.len() {
            let among = |ranked: &[(f64, usize)]| ranked.iter().any(|&(_, member)| member == index);
            let chosen = match () {
                () if among(&self.ranking[..longs]) => Some(Side::Buy),
                () if among(&self.ranking[self.ranking.len() - shorts..]) => Some(Side::Sell),
                () => None,
            };
            let member = &mut self.members[index];
            let tradable = ctx.row(member.symbol).is_some();
            let held = side_held(ctx, member.symbol);
            let waits = |side| ctx.has_open_order(member.symbol, side);
            member.to_open = chosen.filter(|&side| held != Some(side) && !waits(side));
            let leaves = chosen.is_none() || (held.is_some() && held != chosen);
            member.to_close = leaves && held.is_some() && tradable;
            self.pending |= member.to_open.is_some();
            if leaves && tradable {
                leave(ctx, member.symbol, "momentum_left", orders);
            }
        }
    }

    /// Fills `ranking`, the strongest first; how many of its first are to be held long, and of its last short.
    fn rank(&mut self, ctx: &BarContext<'_>) -> (usize, usize) {
        self.ranking.clear();
        let (mut stuck_long, mut stuck_short) = (0, 0);
        for (index, member) in self.members.iter().enumerate() {
            match ctx.row(member.symbol) {
                Some(row) => {
                    let change = member.roc.at(row);
                    let ranks = self.direction.goes_long() && change > 0.0;
                    if ranks || self.direction.goes_short() && change < 0.0 {
                        self.ranking.push((change, index));
                    }
                }
                None => match side_held(ctx, member.symbol) {
                    Some(Side::Buy) => stuck_long += 1,
                    Some(Side::Sell) => stuck_short += 1,
                    None => {}
                },
            }
        }
        self.ranking.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let rising = self.ranking.iter().filter(|one| one.0 > 0.0).count();
        // Of the weakest, ties go to the symbol named first too.
        self.ranking[rising..].sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
        let top = self.top as usize;
        let longs = top.saturating_sub(stuck_long).min(rising);
        let shorts = top.saturating_sub(stuck_short).min(self.ranking.len() - rising);
        (longs, shorts)
    }

    /// The next of those to be opened that has a bar; one order at a time, for what the one before has left.
    fn buy_next(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) {
        let Some(amount) = self.buying else { return };
        let mut wanted = self.members.iter_mut().filter(|member| member.to_open.is_some());
        if let Some(member) = wanted.find(|member| ctx.row(member.symbol).is_some())
            && let Some(side) = member.to_open.take()
        {
            // On margin an amount may be more than what is available.
            let on_margin = ctx.instrument(member.symbol).margin.is_some();
            let amount = if on_margin { amount } else { amount.min(ctx.available()) };
            orders.place(entry_of(member.symbol, side, Size::Quote(amount), "momentum_joined"));
        }
        self.pending = self.members.iter().any(|member| member.to_open.is_some());
    }
}

/// The side of a position.
fn side_held(ctx: &BarContext<'_>, symbol: SymbolId) -> Option<Side> {
    let held = ctx.position(symbol).qty;
    let side = if held.is_negative() { Side::Sell } else { Side::Buy };
    (!held.is_zero()).then_some(side)
}

impl Strategy for Momentum<'_> {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        if self.is_due(ctx) {
            self.decide(ctx, orders);
        }
        // Nothing is bought while something that is to be sold before is still held.
        let buys = self.pending && !self.is_closing(ctx);
        self.buying = buys.then(|| ctx.equity().share(self.size).even_part(self.top));
        self.follow_up(ctx, orders)
    }

    fn follow_up(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        self.buy_next(ctx, orders);
        Ok(())
    }
}

impl Search for Momentum<'_> {
    /// The next decision, or the next bar of a symbol that is still to be bought and waits for no sale.
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        let due = self.next_due();
        if !self.pending || self.is_closing(ahead) {
            return due;
        }
        let wanted = self.members.iter().filter(|member| member.to_open.is_some());
        wanted.map(|member| ahead.next_bar(member.symbol)).fold(due, usize::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::StrategyKind;
    use crate::strategy::testing::{
        Paper, buy_amounts, cash, closes, four_minutes, market, market_with, play, played_by_symbol, spec,
    };

    fn momentum(top: u32, rebalance: u32, symbols: u16) -> StrategySpec {
        spec(StrategyKind::Momentum { lookback: 1, top, rebalance }, symbols)
    }

    #[test]
    fn holds_the_strongest_and_rotates() {
        // Tick 1: +10 % against +20 %: buys the second. Tick 2: +10 % against 0: sells the second (filled
        // with tick 3) and buys the first at tick 3.
        let market =
            market(&[closes(&[10.0, 11.0, 12.1, 13.31, 14.64]), closes(&[10.0, 12.0, 12.0, 12.0, 12.0])]);
        let log = play(&momentum(1, 1, 2), &market, &mut Paper::new("1000"));
        let log = played_by_symbol(&log);
        assert_eq!(
            log,
            [(1, 1, "buy momentum_joined"), (2, 1, "close momentum_left"), (3, 0, "buy momentum_joined")]
        );
    }

    #[test]
    fn nothing_that_falls_is_held() {
        let market = market(&[closes(&[10.0, 9.0, 8.0]), closes(&[10.0, 10.0, 10.0])]);
        assert!(play(&momentum(2, 1, 2), &market, &mut Paper::new("1000")).is_empty());
    }

    #[test]
    fn ties_go_to_the_first_and_the_size_is_split() {
        let market = market(&[closes(&[1.0, 2.0]), closes(&[1.0, 2.0]), closes(&[1.0, 2.0])]);
        let log = play(&momentum(2, 1, 3), &market, &mut Paper::new("1000"));
        assert_eq!(buy_amounts(&log), [(1, SymbolId(0), cash("500")), (1, SymbolId(1), cash("500"))]);
    }

    #[test]
    fn a_refused_buy_leaves_its_money_to_the_next() {
        let market = market(&[closes(&[1.0, 2.0]), closes(&[1.0, 2.0])]);
        let twice = StrategySpec { size: Bps::from_percent(180.0), ..momentum(2, 1, 2) };
        let mut paper = Paper::new("1000").refusing_buys_of(SymbolId(0));
        let log = play(&twice, &market, &mut paper);
        assert_eq!(buy_amounts(&log), [(1, SymbolId(0), cash("900")), (1, SymbolId(1), cash("900"))]);
    }

    #[test]
    fn ties_follow_the_scenario_not_the_strategy_s_list() {
        let market = market(&[closes(&[1.0, 2.0]), closes(&[1.0, 2.0])]);
        let mut reversed = momentum(1, 1, 2);
        reversed.symbols.reverse();
        let log = play(&reversed, &market, &mut Paper::new("1000"));
        assert_eq!(buy_amounts(&log), [(1, SymbolId(0), cash("1000"))]);
    }

    #[test]
    fn decides_every_rebalance_bars_only() {
        // Decisions at ticks 0, 3, 6: the rise of tick 1 is bought at 3, its fall at 4 sold at 6.
        let market = market(&[closes(&[10.0, 11.0, 12.0, 13.0, 12.0, 11.0, 10.0, 11.0])]);
        let log = play(&momentum(1, 3, 1), &market, &mut Paper::new("1000"));
        assert_eq!(played_by_symbol(&log), [(3, 0, "buy momentum_joined"), (6, 0, "close momentum_left")]);
    }

    #[test]
    fn a_buy_that_the_sales_pay_for_waits_for_them_and_takes_what_is_there() {
        // Both are held at first (tick 1); the first then falls and the third rises: the buy of tick 3 may
        // spend a half of the equity but finds only what the first was sold for.
        let market = market(&[
            closes(&[10.0, 11.0, 5.0, 5.0, 5.0]),
            closes(&[10.0, 11.0, 22.0, 44.0, 88.0]),
            closes(&[10.0, 10.0, 11.0, 12.0, 13.0]),
        ]);
        let mut paper = Paper::new("1000");
        let log = play(&momentum(2, 1, 3), &market, &mut paper);
        let amounts = buy_amounts(&log);
        assert_eq!(amounts[2].0, 3);
        assert_eq!(amounts[2].1, SymbolId(2));
        // 500 buy 45.45454545 at the open of tick 2 (11), sold at the open of tick 3 (5): 227.27272725, and
        // 0.00000005 that each of the two buys could not spend.
        assert_eq!(amounts[2].2, cash("227.27272735"));
    }

    #[test]
    fn a_held_symbol_without_a_bar_keeps_its_rank() {
        // The first is bought at tick 1 and has no bar from tick 3 on, when the second begins to rise.
        let gap = vec![Some([1.0; 4]), Some([1.0, 2.0, 1.0, 2.0]), Some([2.0, 3.0, 2.0, 3.0]), None, None];
        let market = market(&[gap, closes(&[10.0, 9.0, 8.0, 9.0, 10.0])]);
        let log = play(&momentum(1, 1, 2), &market, &mut Paper::new("1000"));
        assert_eq!(played_by_symbol(&log), [(1, 0, "buy momentum_joined")]);
    }

    #[test]
    fn counts_bars_of_its_timeframe() {
        // Frames close with ticks 3, 7, 11; the rise within a frame is seen at its close.
        let minutes: Vec<f64> = (1..=12).map(f64::from).collect();
        let market = market_with(&[closes(&minutes)], Some(four_minutes()));
        let coarse = StrategySpec { timeframe: four_minutes(), ..momentum(1, 1, 1) };
        let log = play(&coarse, &market, &mut Paper::new("1000"));
        assert_eq!(played_by_symbol(&log), [(7, 0, "buy momentum_joined")]);
    }
}
