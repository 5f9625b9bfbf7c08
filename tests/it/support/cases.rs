//! Random cases for the engine's properties: markets with gaps, venues, risk profiles, and a strategy that
//! sends arbitrary orders. All derived from a seed.

use crate::testkit::*;
use tiltyard::internals::domain::{
    Action, Bps, Bracket, Cash, Distance, OrderId, OrderKind, OrderRequest, Price, Protection, Qty, Side,
    Size, SymbolId, TimeInForce,
};
use tiltyard::internals::scenario::{Delisted, FillAt, Intrabar, OnBreach, RiskProfile, Slippage, VenueSpec};
use tiltyard::internals::strategy::{BarContext, Orders, Strategy, StrategyError};

/// SplitMix64: small and seeded, sufficient for test cases.
#[derive(Clone)]
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.roll() % n
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub fn unit(&mut self) -> f64 {
        self.below(1 << 32) as f64 / (1u64 << 32) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
}

pub fn cents(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Rows and finer rows of each symbol.
pub struct Raw {
    pub interval: &'static str,
    pub rows: Vec<Vec<TestBar>>,
    pub fine: Vec<Vec<TestBar>>,
}

/// Parameters of a random market.
#[derive(Clone, Copy)]
pub struct Shape {
    /// The number of ticks is below this plus four.
    pub ticks: u64,
    /// Maximum price change per bar, as a fraction.
    pub swing: f64,
}

pub fn raw_market(dice: &mut Dice, shape: Shape) -> Raw {
    let swing = shape.swing;
    let interval = ["1h", "1h", "1d", "1m"][dice.below(4) as usize];
    let ticks = 4 + dice.below(shape.ticks) as i64;
    let symbols = 1 + dice.below(3);
    let (mut rows, mut fine) = (Vec::new(), Vec::new());
    for _ in 0..symbols {
        let gaps = dice.below(4);
        let end = if dice.one_in(4) { ticks / 2 } else { ticks };
        let mut last = dice.between(5.0, 300.0);
        let (mut bars, mut finer) = (Vec::new(), Vec::new());
        for index in 0..end.max(2) {
            // A market needs at least one bar: the first symbol's first bar is never missing.
            let needed = rows.is_empty() && index == 0;
            if gaps > 1 && dice.one_in(gaps + 2) && !needed {
                continue;
            }
            let open = cents(last * dice.between(1.0 - swing, 1.0 + swing)).max(0.5);
            let close = cents(open * dice.between(1.0 - swing, 1.0 + swing)).max(0.5);
            let high = cents(open.max(close) * dice.between(1.0, 1.0 + swing * 0.7)).max(open.max(close));
            let low = cents(open.min(close) * dice.between(1.0 - swing * 0.7, 1.0)).min(open.min(close));
            let volume = if dice.one_in(6) { 0.0 } else { cents(dice.between(0.0, 200.0)) };
            bars.push((index, open, high, low, close, volume));
            if dice.one_in(2) {
                let middle = cents(dice.between(low, high)).clamp(low, high);
                finer.push((index * 2, open, high, open.min(middle), middle, 1.0));
                finer.push((index * 2 + 1, middle, middle.max(close), low, close, 1.0));
            }
            last = close;
        }
        rows.push(bars);
        fine.push(finer);
    }
    Raw { interval, rows, fine }
}

pub fn venue(dice: &mut Dice) -> VenueSpec {
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

pub fn profile(dice: &mut Dice) -> RiskProfile {
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

/// All parts of a case, from one seed; truncated before tick `cut` if given.
pub fn fixture(seed: u64, cut: Option<usize>) -> Fixture {
    shaped_fixture(seed, cut, Shape { ticks: 60, swing: 0.07 })
}

/// As [`fixture`], with a market of this shape.
pub fn shaped_fixture(seed: u64, cut: Option<usize>, shape: Shape) -> Fixture {
    let mut dice = Dice(seed);
    let mut raw = raw_market(&mut dice, shape);
    let (venue, risk) = (venue(&mut dice), profile(&mut dice));
    if let Some(cut) = cut {
        let mut indexes: Vec<i64> = raw.rows.iter().flatten().map(|bar| bar.0).collect();
        indexes.sort_unstable();
        indexes.dedup();
        let end = indexes[cut];
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
    let mut fixture = Fixture::new(market);
    (fixture.venue, fixture.risk) = (venue, risk);
    fixture.delisted = if dice.one_in(3) { Delisted::WriteOff } else { Delisted::Carry };
    fixture.start = cash(["1000", "10000", "37.12345678"][dice.below(3) as usize]);
    fixture
}

/// A strategy that sends valid and invalid orders at random, depending on its account.
pub struct Monkey {
    pub dice: Dice,
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

    fn order(&mut self, ctx: &BarContext<'_>) -> OrderRequest {
        let symbols = ctx.symbols().count() as u64;
        let symbol = SymbolId(self.dice.below(symbols + u64::from(self.dice.clone().one_in(20))) as u16);
        let near = ctx.bars(symbol).last().map_or(100.0, |bar| bar.close);
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
                ctx.open_time() + ctx.interval().span().times(self.dice.below(70) as i64 - 35),
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
            // Without a throw of its own, so that the cases of before stay as they are.
            from_proceeds: bracket.is_none() && kind == OrderKind::Market,
            reverse: false,
            bracket,
            reason: "monkey",
        }
    }
}

impl Strategy for Monkey {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        assert!(!ctx.available().is_negative() && !ctx.equity().is_negative());
        for _ in 0..self.dice.below(4) {
            let action = match self.dice.below(12) {
                0 => Action::Cancel(OrderId(self.dice.below(30))),
                1 => Action::CancelAll(SymbolId(self.dice.below(3) as u16)),
                2 => Action::Close(SymbolId(self.dice.below(3) as u16), "close"),
                _ => Action::Place(self.order(ctx)),
            };
            orders.push(action);
        }
        if self.dice.one_in(400) { Err("tired".into()) } else { Ok(()) }
    }
}
