//! Small markets by hand, scripted strategies, and a replay with the venue and risk of a test's choice.
//!
//! Also compiled into the integration tests: names come in through `super::deps`.
#![allow(dead_code, reason = "each test file uses its own part")]

use super::deps::domain::{
    Action, Bps, Cash, Instrument, Interval, OrderKind, OrderRequest, Price, Qty, Seed, Size, Symbol,
    SymbolId, Timestamp,
};
use super::deps::engine::{Job, Loop, Replay, Window};
use super::deps::indicator::{History, IndicatorCache};
use super::deps::market::{Bars, Market, SymbolSeries, TickRange, TickRow, TradingYear};
use super::deps::scenario::{Calendar, Delisted, RiskProfile, VenueSpec, WarmUp};
use super::deps::strategy::{BarContext, Orders, Setup, Strategy, prepare_own};

/// The first symbol.
pub const A: SymbolId = SymbolId(0);
/// The second symbol.
pub const B: SymbolId = SymbolId(1);

/// A bar of a test: its index on the clock, open, high, low, close, volume.
pub type TestBar = (i64, f64, f64, f64, f64, f64);

pub fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

pub fn qty(text: &str) -> Qty {
    text.parse().unwrap()
}

pub fn price(text: &str) -> Price {
    text.parse().unwrap()
}

/// A time `n` intervals of an hour after 1970.
pub fn hour(n: i64) -> Timestamp {
    Timestamp::from_micros(n * 3_600_000_000)
}

pub fn bars(interval: &str, rows: &[TestBar]) -> Bars {
    let interval: Interval = interval.parse().unwrap();
    let mut bars = Bars::with_capacity(interval, rows.len());
    for &(index, open, high, low, close, volume) in rows {
        bars.ts.push(Timestamp::from_micros(0) + interval.span().times(index));
        bars.open.push(open);
        bars.high.push(high);
        bars.low.push(low);
        bars.close.push(close);
        bars.volume.push(volume);
    }
    bars
}

/// Bars with volume 1000 at indexes 0, 1, ... from open, high, low, close.
pub fn ohlc(rows: &[[f64; 4]]) -> Vec<TestBar> {
    rows.iter().enumerate().map(|(i, r)| (i as i64, r[0], r[1], r[2], r[3], 1000.0)).collect()
}

/// Bars that stand still at each of these prices in turn.
pub fn flat(prices: &[f64]) -> Vec<TestBar> {
    ohlc(&prices.iter().map(|&p| [p; 4]).collect::<Vec<_>>())
}

/// A market at `interval` whose clock is the union of the symbols' bars.
pub fn market_of(interval: &str, symbols: Vec<Vec<TestBar>>) -> Market {
    let all: Vec<Bars> = symbols.iter().map(|rows| bars(interval, rows)).collect();
    let mut clock: Vec<Timestamp> = all.iter().flat_map(|bars| bars.ts.iter().copied()).collect();
    clock.sort_unstable();
    clock.dedup();
    let symbols = all.into_iter().enumerate().map(|(index, bars)| series(index, bars, &clock)).collect();
    let interval = interval.parse().unwrap();
    let in_range = TickRange { first: 0, last: clock.len() };
    Market {
        interval,
        clock,
        in_range,
        symbols,
        digest: String::new(),
        trading_year: TradingYear::of(Calendar::RoundTheClock),
        stated: None,
        benchmark: None,
        day: Default::default(),
    }
}

fn series(index: usize, bars: Bars, clock: &[Timestamp]) -> SymbolSeries {
    let mut next = 0;
    let rows = clock
        .iter()
        .map(|&at| {
            let fresh = bars.ts.get(next) == Some(&at);
            next += usize::from(fresh);
            if next == 0 { TickRow::NONE } else { TickRow::new(next - 1, fresh) }
        })
        .collect();
    let name = Symbol::new(&format!("S{index}")).unwrap();
    let instrument = Instrument::with_defaults(name);
    SymbolSeries {
        instrument,
        bars,
        rows,
        frames: Default::default(),
        filled: 0,
        findings: Vec::new(),
        detail: None,
        high_low: Default::default(),
        margin: None,
        actions: None,
    }
}

/// One symbol at one hour.
pub fn hourly(rows: Vec<TestBar>) -> Market {
    market_of("1h", vec![rows])
}

/// A strategy that does these things at these ticks of the window.
pub fn plan(steps: Vec<(usize, Action)>) -> Box<dyn Strategy> {
    Box::new(move |ctx: &BarContext<'_>, orders: &mut Orders| {
        let due = steps.iter().filter(|step| step.0 == ctx.bars_since_start());
        due.for_each(|step| orders.push(step.1));
        Ok(())
    })
}

/// Market and settings of a test: defaults, without fees and without limits.
pub struct Fixture {
    pub market: Market,
    pub venue: VenueSpec,
    pub risk: RiskProfile,
    pub delisted: Delisted,
    pub start: Cash,
    pub first: usize,
}

impl Fixture {
    pub fn new(market: Market) -> Self {
        let venue = VenueSpec { taker_fee: Bps::ZERO, maker_fee: Bps::ZERO, ..VenueSpec::default() };
        let risk = RiskProfile::unlimited();
        Self { market, venue, risk, delisted: Delisted::Carry, start: cash("1000"), first: 0 }
    }

    pub fn job(&self) -> Job<'_> {
        let ticks = TickRange { first: self.first, last: self.market.clock.len() };
        Job {
            market: &self.market,
            window: Window { index: 0, ticks },
            venue: &self.venue,
            delisted: self.delisted,
            starting_balance: self.start,
            carried: &[],
            risk: &self.risk,
        }
    }

    pub fn run(&self, strategy: Box<dyn Strategy + '_>) -> Replay {
        replay_own(&self.job(), Loop::BarByBar, strategy)
    }

    pub fn plan(&self, steps: Vec<(usize, Action)>) -> Replay {
        self.run(plan(steps))
    }
}

/// Takes a strategy that is no built-in one through a job.
pub fn replay_own(job: &Job<'_>, way: Loop, strategy: Box<dyn Strategy + '_>) -> Replay {
    let cache = IndicatorCache::new();
    way.replay(job, prepare_own(strategy, &setup(job, &cache)))
}

/// What an own strategy of a job is prepared from.
pub fn setup<'m>(job: &Job<'m>, cache: &'m IndicatorCache) -> Setup<'m> {
    let history = History { market: job.market, cache, ticks: job.window.ticks, warm_up: WarmUp::Before };
    Setup { history, seed: Seed(1), agent: "test", window: job.window.index }
}

/// A market buy of a quantity of the first symbol.
pub fn buy(quantity: &str) -> OrderRequest {
    OrderRequest::buy(A, Size::Qty(qty(quantity)), "test")
}

/// A market sell of a quantity of the first symbol, not reduce-only.
pub fn sell(quantity: &str) -> OrderRequest {
    OrderRequest { reduce_only: false, ..OrderRequest::sell(A, Size::Qty(qty(quantity)), "test") }
}

pub fn limit(at: &str) -> OrderKind {
    OrderKind::Limit { price: price(at) }
}

pub fn stop(at: &str) -> OrderKind {
    OrderKind::Stop { trigger: price(at) }
}

pub fn place(request: OrderRequest) -> Action {
    Action::Place(request)
}

/// Tick, side, quantity, price of each fill, as text.
pub fn fills(replay: &Replay) -> Vec<String> {
    let plain = |text: String| text.trim_end_matches('0').trim_end_matches('.').to_owned();
    replay
        .fills
        .iter()
        .map(|f| {
            let (q, p) = (plain(f.quantity.to_string()), plain(f.price.to_string()));
            format!("{} {} {q} @ {p}", f.tick, f.side.as_str())
        })
        .collect()
}

/// Kind, status and end of each order, as text.
pub fn ends(replay: &Replay) -> Vec<String> {
    let row =
        |o: &super::deps::engine::OrderRow| format!("{} {} {}", o.kind, o.status.as_str(), o.end.as_str());
    replay.orders.iter().map(row).collect()
}
