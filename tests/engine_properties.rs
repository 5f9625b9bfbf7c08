//! Properties of the engine under random strategies, markets with gaps, venues and risk profiles.
//!
//! The ledger is checked against an oracle of its own in `rust_decimal`.
#![expect(clippy::unwrap_used, reason = "tests")]

mod deps {
    pub use tiltyard::{domain, engine, market, scenario, strategy};
}
#[path = "../src/engine/testkit.rs"]
mod testkit;

use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};
use testkit::*;
use tiltyard::domain::{
    Action, Bps, Bracket, Cash, Distance, Liquidity, OrderId, OrderKind, OrderOrigin, OrderRequest,
    OrderStatus, Price, Protection, Qty, Side, Size, SymbolId, TimeInForce,
};
use tiltyard::engine::{EndReason, Replay, ReplayStatus, exact_curve};
use tiltyard::scenario::{Delisted, FillAt, Intrabar, OnBreach, RiskProfile, Slippage, VenueSpec};
use tiltyard::strategy::{Account, Moment, Strategy};

/// SplitMix64: small, seeded, good enough to draw test cases.
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.roll() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn unit(&mut self) -> f64 {
        self.below(1 << 32) as f64 / (1u64 << 32) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
}

fn cents(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Rows and finer rows of each symbol.
struct Raw {
    interval: &'static str,
    rows: Vec<Vec<TestBar>>,
    fine: Vec<Vec<TestBar>>,
}

fn raw_market(dice: &mut Dice) -> Raw {
    let interval = ["1h", "1h", "1d", "1m"][dice.below(4) as usize];
    let ticks = 4 + dice.below(60) as i64;
    let symbols = 1 + dice.below(3);
    let (mut rows, mut fine) = (Vec::new(), Vec::new());
    for _ in 0..symbols {
        let gaps = dice.below(4);
        let end = if dice.one_in(4) { ticks / 2 } else { ticks };
        let mut last = dice.between(5.0, 300.0);
        let (mut bars, mut finer) = (Vec::new(), Vec::new());
        for place in 0..end.max(2) {
            // A market has a bar somewhere: the first symbol's first is never a gap.
            let needed = rows.is_empty() && place == 0;
            if gaps > 1 && dice.one_in(gaps + 2) && !needed {
                continue;
            }
            let open = cents(last * dice.between(0.93, 1.07)).max(0.5);
            let close = cents(open * dice.between(0.93, 1.07)).max(0.5);
            let high = cents(open.max(close) * dice.between(1.0, 1.05)).max(open.max(close));
            let low = cents(open.min(close) * dice.between(0.95, 1.0)).min(open.min(close));
            let volume = if dice.one_in(6) { 0.0 } else { cents(dice.between(0.0, 200.0)) };
            bars.push((place, open, high, low, close, volume));
            if dice.one_in(2) {
                let middle = cents(dice.between(low, high)).clamp(low, high);
                finer.push((place * 2, open, high, open.min(middle), middle, 1.0));
                finer.push((place * 2 + 1, middle, middle.max(close), low, close, 1.0));
            }
            last = close;
        }
        rows.push(bars);
        fine.push(finer);
    }
    Raw { interval, rows, fine }
}

fn venue(dice: &mut Dice) -> VenueSpec {
    let slippage = match dice.below(4) {
        0 => Slippage::None,
        1 => Slippage::FixedBps { bps: Bps::from_f64(dice.below(300) as f64) },
        2 => Slippage::VolumeShare { factor: 0.1, floor: Bps::from_f64(1.0), cap: Bps::from_f64(1000.0) },
        _ => Slippage::SquareRoot { factor: 1.0, cap: Bps::from_f64(1000.0) },
    };
    VenueSpec {
        taker_fee: Bps::from_f64(dice.below(60) as f64),
        maker_fee: Bps::from_f64(dice.below(60) as f64),
        slippage,
        fill_at: if dice.one_in(4) { FillAt::Close } else { FillAt::NextOpen },
        intrabar: [Intrabar::Adverse, Intrabar::OhlcPath, Intrabar::Detail][dice.below(3) as usize],
        limit_needs_through: dice.one_in(3),
        participation_cap: dice.one_in(3).then(|| Bps::from_percent(1.0 + dice.below(20) as f64)),
        close_at_end: dice.one_in(3),
    }
}

fn profile(dice: &mut Dice) -> RiskProfile {
    let mut risk = if dice.one_in(3) { RiskProfile::standard() } else { RiskProfile::unlimited() };
    if dice.one_in(3) {
        risk.daily_loss_limit = Some(Bps::from_percent(3.0));
    }
    if dice.one_in(3) {
        risk.max_drawdown = Some(Bps::from_percent(8.0));
    }
    if dice.one_in(3) {
        risk.max_consecutive_losses = Some(2);
    }
    risk.on_breach = [OnBreach::HaltNew, OnBreach::Flatten, OnBreach::Disqualify][dice.below(3) as usize];
    risk.size_to_limit = dice.one_in(2);
    risk
}

/// Everything a case is made of, from one seed; cut before tick `cut` where given.
fn table(seed: u64, cut: Option<usize>) -> Table {
    let mut dice = Dice(seed);
    let mut raw = raw_market(&mut dice);
    let (venue, risk) = (venue(&mut dice), profile(&mut dice));
    if let Some(cut) = cut {
        let mut places: Vec<i64> = raw.rows.iter().flatten().map(|bar| bar.0).collect();
        places.sort_unstable();
        places.dedup();
        let end = places[cut];
        raw.rows.iter_mut().for_each(|rows| rows.retain(|bar| bar.0 < end));
        raw.fine.iter_mut().for_each(|rows| rows.retain(|bar| bar.0 < end * 2));
    }
    let mut market = market_of(raw.interval, raw.rows);
    for (series, fine) in market.symbols.iter_mut().zip(&raw.fine) {
        let half = match raw.interval {
            "1h" => "30m",
            "1d" => "12h",
            _ => "30s",
        };
        series.detail = dice.one_in(2).then(|| bars(half, fine));
        series.instrument.quantity_step = qty(["0.00000001", "0.001", "0.5"][dice.below(3) as usize]);
        series.instrument.price_tick = price(["0.00000001", "0.01", "0.25"][dice.below(3) as usize]);
    }
    let mut table = Table::new(market);
    (table.venue, table.risk) = (venue, risk);
    table.delisted = if dice.one_in(3) { Delisted::WriteOff } else { Delisted::Carry };
    table.start = cash(["1000", "10000", "37.12345678"][dice.below(3) as usize]);
    table
}

/// Sends valid and nonsensical orders, as its dice and its account say.
struct Monkey {
    dice: Dice,
}

impl Monkey {
    fn size(&mut self) -> Size {
        match self.dice.below(9) {
            0 => Size::Qty(Qty::from_units(i128::from(self.dice.roll() as i64))),
            1 => Size::Qty(Qty::ZERO),
            2 | 3 => Size::Qty(Qty::from_units(i128::from(self.dice.below(40)) * 50_000_000)),
            4 => Size::Quote(Cash::from_units(i128::from(self.dice.below(1 << 40)))),
            5 => Size::ALL,
            6 => Size::PositionShare(Bps::from_percent(self.dice.between(0.0, 120.0))),
            _ => Size::EquityShare(Bps::from_percent(self.dice.between(0.0, 110.0))),
        }
    }

    fn price(&mut self, near: f64) -> Price {
        if self.dice.one_in(40) {
            return Price::from_units(i128::from(self.dice.roll() as i64));
        }
        Price::from_f64(near * self.dice.between(0.9, 1.1))
    }

    fn distance(&mut self, near: f64) -> Distance {
        if self.dice.one_in(2) {
            Distance::Share(Bps::from_percent(self.dice.between(0.1, 8.0)))
        } else {
            Distance::Absolute(Price::from_f64(near * self.dice.between(0.001, 0.08)))
        }
    }

    fn protection(&mut self, near: f64) -> Option<Protection> {
        match self.dice.below(3) {
            0 => None,
            1 => Some(Protection::At(self.price(near))),
            _ => Some(Protection::FromEntry(self.distance(near))),
        }
    }

    fn order(&mut self, moment: &Moment<'_>) -> OrderRequest {
        let symbols = moment.market.symbols.len() as u64;
        let symbol = SymbolId(self.dice.below(symbols + u64::from(self.dice.clone().one_in(20))) as u16);
        let near = match moment
            .market
            .symbols
            .get(symbol.index())
            .map(|series| (series, series.rows[moment.tick]))
        {
            Some((series, row)) => row.row().map_or(100.0, |row| series.bars.close[row]),
            None => 100.0,
        };
        let kind = match self.dice.below(8) {
            0..=2 => OrderKind::Market,
            3 => OrderKind::Limit { price: self.price(near) },
            4 => OrderKind::Stop { trigger: self.price(near) },
            5 => OrderKind::StopLimit { trigger: self.price(near), price: self.price(near) },
            6 => OrderKind::TakeProfit { price: self.price(near) },
            _ => OrderKind::TrailingStop { distance: self.distance(near) },
        };
        let time_in_force = match self.dice.below(6) {
            0 => TimeInForce::Day,
            1 => TimeInForce::Ioc,
            2 => TimeInForce::GoodTill(
                moment.market.clock[0] + moment.market.interval.span().times(self.dice.below(70) as i64),
            ),
            _ => TimeInForce::Gtc,
        };
        let bracket = self.dice.one_in(2).then(|| Bracket {
            stop_loss: self.protection(near),
            take_profit: self.protection(near),
            trailing_stop: self.dice.one_in(3).then(|| self.distance(near)),
        });
        let side = if self.dice.one_in(2) { Side::Sell } else { Side::Buy };
        let size = self.size();
        OrderRequest {
            symbol,
            side,
            size,
            kind,
            time_in_force,
            reduce_only: self.dice.one_in(3),
            bracket,
            reason: "monkey",
        }
    }
}

impl Strategy for Monkey {
    fn on_bar(
        &mut self,
        moment: &Moment<'_>,
        account: &dyn Account,
        out: &mut Vec<Action>,
    ) -> Result<(), String> {
        assert!(!account.available().is_negative() && !account.equity().is_negative());
        for _ in 0..self.dice.below(4) {
            let action = match self.dice.below(12) {
                0 => Action::Cancel(OrderId(self.dice.below(30))),
                1 => Action::CancelAll(SymbolId(self.dice.below(3) as u16)),
                2 => Action::Close(SymbolId(self.dice.below(3) as u16), "close"),
                _ => Action::Place(self.order(moment)),
            };
            out.push(action);
        }
        if self.dice.one_in(400) { Err("tired".to_owned()) } else { Ok(()) }
    }
}

fn run(table: &Table, seed: u64) -> Replay {
    table.run(Box::new(Monkey { dice: Dice(seed ^ 0xabcd) }))
}

/// Half up at eight places.
fn rounded(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(8, RoundingStrategy::MidpointAwayFromZero)
}

/// The ledger once more, in decimals, from the fills alone.
struct Oracle {
    cash: Decimal,
    qty: Vec<Decimal>,
    cost: Vec<Decimal>,
    entry_fees: Vec<Decimal>,
    realised: Decimal,
}

impl Oracle {
    fn post(&mut self, fill: &tiltyard::engine::FillRow, venue: &VenueSpec) {
        let index = fill.symbol.index();
        let rate = match fill.liquidity {
            Liquidity::Taker => venue.taker_fee,
            Liquidity::Maker => venue.maker_fee,
        };
        let rate = Decimal::try_from(rate.to_f64()).unwrap() / Decimal::from(10_000);
        let quantity = fill.quantity.to_decimal();
        let notional = rounded(fill.price.to_decimal() * quantity);
        let fee = rounded(notional * rate);
        assert_eq!((fill.notional.to_decimal(), fill.fee.to_decimal()), (notional, fee));
        match fill.side {
            Side::Buy => {
                self.cash -= notional + fee;
                self.qty[index] += quantity;
                self.cost[index] += notional;
                self.entry_fees[index] += fee;
            }
            Side::Sell => {
                let part = |total: Decimal| rounded(total * quantity / self.qty[index]);
                let whole = quantity == self.qty[index];
                let (cost, fees) = if whole {
                    (self.cost[index], self.entry_fees[index])
                } else {
                    (part(self.cost[index]), part(self.entry_fees[index]))
                };
                self.cash += notional - fee;
                self.qty[index] -= quantity;
                self.cost[index] -= cost;
                self.entry_fees[index] -= fees;
                self.realised += notional - fee - cost - fees;
            }
        }
        assert!(self.cash >= Decimal::ZERO && self.qty[index] >= Decimal::ZERO, "negative after {fill:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn money_is_conserved_to_the_last_unit(seed in any::<u64>()) {
        let table = table(seed, None);
        let replay = run(&table, seed);
        let symbols = table.market.symbols.len();
        let zero = vec![Decimal::ZERO; symbols];
        let mut oracle = Oracle { cash: table.start.to_decimal(), qty: zero.clone(), cost: zero.clone(), entry_fees: zero, realised: Decimal::ZERO };
        let mut posted = 0;
        for holding in &replay.holdings {
            while replay.fills.get(posted).is_some_and(|fill| fill.tick <= holding.tick) {
                oracle.post(&replay.fills[posted], &table.venue);
                posted += 1;
            }
            prop_assert_eq!(holding.cash.to_decimal(), oracle.cash);
            for (held, expected) in holding.quantities.iter().zip(&oracle.qty) {
                prop_assert_eq!(held.to_decimal(), *expected);
            }
        }
        prop_assert_eq!(posted, replay.fills.len());
        let realised: Cash = replay.fills.iter().filter_map(|fill| fill.realised_pnl).sum();
        prop_assert_eq!(realised.to_decimal(), oracle.realised);
        let pnl: Cash = replay.round_trips.iter().map(|trip| trip.pnl).sum();
        prop_assert_eq!(pnl, replay.final_equity - table.start);
        let fees: Cash = replay.fills.iter().map(|fill| fill.fee).sum();
        prop_assert_eq!(fees, replay.fees);
        if let ReplayStatus::Forfeit { reason, .. } = &replay.status {
            prop_assert_eq!(reason, "tired");
        }
    }

    #[test]
    fn the_curves_agree(seed in any::<u64>()) {
        let table = table(seed, None);
        let replay = run(&table, seed);
        let curve = exact_curve(&table.job(), &replay);
        prop_assert_eq!(curve.len(), replay.equity.len());
        prop_assert_eq!(curve.last().copied(), Some(replay.final_equity));
        for (exact, mark) in curve.iter().zip(&replay.equity) {
            prop_assert!(!exact.is_negative());
            prop_assert!((exact.to_f64() - mark).abs() <= 1e-6, "{exact} {mark}");
        }
    }

    #[test]
    fn fills_lie_in_their_bar_and_keep_their_limit(seed in any::<u64>()) {
        let table = table(seed, None);
        let replay = run(&table, seed);
        for fill in &replay.fills {
            let order = &replay.orders[fill.order.0 as usize - 1];
            let series = table.market.series(fill.symbol);
            let at_end = order.origin == OrderOrigin::WindowEnd;
            let row = series.rows[fill.tick];
            let row = if at_end { row.row() } else { row.fresh() }.unwrap();
            let (low, high) = (Price::from_f64(series.bars.low[row]), Price::from_f64(series.bars.high[row]));
            prop_assert!(low <= fill.raw_price && fill.raw_price <= high, "{fill:?} outside {low} {high}");
            match fill.side {
                Side::Buy => prop_assert!(fill.price >= fill.raw_price),
                Side::Sell => prop_assert!(fill.price <= fill.raw_price),
            }
            if fill.liquidity == Liquidity::Maker {
                prop_assert_eq!(fill.price, fill.raw_price);
            }
            prop_assert!(fill.quantity.is_on(series.instrument.quantity_step) && fill.quantity.is_positive());
            // A bracket's target moves with its entry's average, so its row names the last one only.
            if let (Some(limit), OrderOrigin::Strategy) = (order.limit_price, order.origin) {
                match fill.side {
                    Side::Buy => prop_assert!(fill.price <= limit, "{fill:?} {order:?}"),
                    Side::Sell => prop_assert!(fill.price >= limit, "{fill:?} {order:?}"),
                }
            }
            prop_assert!(fill.at >= order.placed_at && fill.at <= order.ended_at);
            if let (Some(cap), false) = (table.venue.participation_cap, at_end) {
                let in_bar = replay.fills.iter().filter(|f| f.tick == fill.tick && f.symbol == fill.symbol && replay.orders[f.order.0 as usize - 1].origin != OrderOrigin::WindowEnd);
                let taken: Qty = in_bar.map(|f| f.quantity).sum();
                prop_assert!(taken.to_f64() <= series.bars.volume[row] * cap.to_fraction() + 1e-8);
            }
        }
    }

    #[test]
    fn every_order_has_one_end_that_fits_its_fills(seed in any::<u64>()) {
        let table = table(seed, None);
        let replay = run(&table, seed);
        let end = table.market.close_time(table.market.clock.len() - 1);
        for (index, order) in replay.orders.iter().enumerate() {
            prop_assert_eq!(order.id, OrderId(index as u64 + 1));
            let filled: Qty = replay.fills.iter().filter(|fill| fill.order == order.id).map(|f| f.quantity).sum();
            prop_assert_eq!(order.filled, filled, "{:?}", order);
            prop_assert!(order.placed_at <= order.ended_at && order.ended_at <= end);
            let fits = match order.status {
                OrderStatus::Filled => filled.is_positive() && matches!(order.end, EndReason::Filled | EndReason::FilledCut),
                OrderStatus::Rejected => filled.is_zero() && matches!(order.end, EndReason::Refused(_) | EndReason::CannotPay),
                OrderStatus::Expired => order.end == EndReason::TimeInForce,
                OrderStatus::Cancelled => !matches!(order.end, EndReason::Filled | EndReason::Refused(_)),
            };
            prop_assert!(fits, "{:?}", order);
            if let (Some(asked), false) = (order.quantity, matches!(order.status, OrderStatus::Rejected)) {
                prop_assert!(filled <= asked, "{:?}", order);
            }
        }
    }

    #[test]
    fn cutting_the_future_changes_nothing_before_it(seed in any::<u64>(), at in 0.0..1.0f64) {
        let mut whole = table(seed, None);
        let ticks = whole.market.clock.len();
        prop_assume!(ticks >= 2);
        let cut = 1 + ((ticks - 2) as f64 * at) as usize;
        let mut short = table(seed, Some(cut));
        for table in [&mut whole, &mut short] {
            // That a symbol's bars end for good, and that the window does, is known only afterwards.
            table.delisted = Delisted::Carry;
            table.venue.close_at_end = false;
        }
        let (whole, short) = (run(&whole, seed), run(&short, seed));
        prop_assert_eq!(&whole.equity[..cut], &short.equity[..]);
        let before: Vec<_> = whole.fills.iter().filter(|fill| fill.tick < cut).collect();
        prop_assert_eq!(before, short.fills.iter().collect::<Vec<_>>());
        for (order, known) in whole.orders.iter().zip(&short.orders) {
            if known.end == EndReason::WindowEnd {
                prop_assert_eq!(order.placed_at, known.placed_at);
            } else {
                prop_assert_eq!(order, known);
            }
        }
        let later = &whole.orders[short.orders.len()..];
        prop_assert!(later.iter().all(|order| order.placed_at >= short.orders.last().map_or(order.placed_at, |o| o.placed_at)));
    }

    #[test]
    fn the_same_job_gives_the_same_bytes(seed in any::<u64>()) {
        let table = table(seed, None);
        prop_assert_eq!(format!("{:?}", run(&table, seed)), format!("{:?}", run(&table, seed)));
    }
}

/// The monkey does exercise what the properties are about.
#[test]
fn the_random_cases_reach_every_kind_of_end() {
    let mut ends = std::collections::BTreeMap::<&str, usize>::new();
    let mut statuses = std::collections::BTreeMap::<&str, usize>::new();
    let mut flags = (0, 0, 0);
    for seed in 0..3000 {
        let replay = run(&table(seed, None), seed);
        *statuses.entry(replay.status.as_str()).or_default() += 1;
        flags.0 += replay.flags.ambiguous_bars;
        flags.1 += replay.flags.bars_without_detail;
        flags.2 += replay.flags.cut_fills;
        for order in &replay.orders {
            *ends.entry(order.end.as_str()).or_default() += 1;
        }
    }
    println!("{ends:?} {statuses:?} {flags:?}");
    for wanted in [
        "filled",
        "filled_cut",
        "agent",
        "bracket_sibling",
        "position_closed",
        "risk_rule",
        "time_in_force",
        "window_end",
        "cannot_pay",
        "INVALID_SYMBOL",
        "PRICE_NOT_AVAILABLE",
        "INVALID_QUANTITY",
        "INSUFFICIENT_BALANCE",
        "ORDER_TOO_LARGE",
        "POSITION_LIMIT_EXCEEDED",
        "DAILY_LOSS_LIMIT",
        "CIRCUIT_BREAKER",
    ] {
        assert!(ends.contains_key(wanted), "{wanted} never happened: {ends:?}");
    }
    assert_eq!(statuses.len(), 3, "{statuses:?}");
    assert!(flags.0 > 0 && flags.1 > 0 && flags.2 > 0, "{flags:?}");
}
