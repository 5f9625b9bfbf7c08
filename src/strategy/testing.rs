//! A paper venue for the tests of this room: hand-made markets, and an account that fills without fees.
//!
//! Market orders fill at the open of the symbol's next bar, limit buys at `min(open, price)` once the low
//! reaches them, targets at `max(open, price)` once the high does, from the bar after their placing on.

use std::collections::BTreeMap;
use std::ops::Range;

use super::context::{FillView, OrderView};
use super::{Account, Now, OpenOrder, Orders, PositionView, Setup, prepare, warm_up};
use crate::domain::{
    Action, Bps, Cash, Instrument, Interval, OrderId, OrderKind, OrderRequest, Price, Protection, Qty, Seed,
    Side, Size, Span, Symbol, SymbolId, Timestamp,
};
use crate::indicator::{History, IndicatorCache};
use crate::market::{Bars, Frame, Market, SymbolSeries, TickRange, TickRow};
use crate::scenario::{StrategyKind, StrategySpec, WarmUp};

/// Open, high, low, close at each tick; `None` without a bar.
pub(super) type Ticks = Vec<Option<[f64; 4]>>;

/// What was done, at which tick.
pub(super) type Log = Vec<(usize, Action)>;

pub(super) fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

pub(super) fn four_minutes() -> Interval {
    Interval::new(Span::MINUTE.times(4)).unwrap()
}

/// Bars that open at the close before.
pub(super) fn closes(values: &[f64]) -> Ticks {
    let before = std::iter::once(values[0]).chain(values.iter().copied());
    before.zip(values).map(|(open, &close)| Some([open, open.max(close), open.min(close), close])).collect()
}

/// One-minute bars from 1970 on.
pub(super) fn market(symbols: &[Ticks]) -> Market {
    market_with(symbols, None)
}

/// The same with a coarser frame.
pub(super) fn market_with(symbols: &[Ticks], frame: Option<Interval>) -> Market {
    let ticks = symbols.iter().map(Vec::len).max().unwrap_or(0);
    Market {
        interval: Interval::MINUTE,
        clock: (0..ticks).map(minute).collect(),
        symbols: symbols.iter().enumerate().map(|(id, bars)| series(id, bars, ticks, frame)).collect(),
        digest: String::new(),
        in_range: TickRange { first: 0, last: ticks },
        trading_year: crate::market::TradingYear::of(crate::scenario::Calendar::RoundTheClock),
        stated: None,
        benchmark: None,
        day: Default::default(),
    }
}

fn minute(tick: usize) -> Timestamp {
    Timestamp::default() + Span::MINUTE.times(tick as i64)
}

fn series(id: usize, ticks: &Ticks, len: usize, frame: Option<Interval>) -> SymbolSeries {
    let mut bars = Bars::with_capacity(Interval::MINUTE, ticks.len());
    let mut rows = Vec::new();
    for tick in 0..len {
        let bar = ticks.get(tick).copied().flatten();
        if let Some(bar) = bar {
            push(&mut bars, minute(tick), bar);
        }
        rows.push(bars.len().checked_sub(1).map_or(TickRow::NONE, |row| TickRow::new(row, bar.is_some())));
    }
    let frames = frame.map(|interval| (interval, coarse(&bars, interval)));
    let symbol = Symbol::new(&format!("S{id}")).unwrap();
    SymbolSeries {
        instrument: Instrument::with_defaults(symbol),
        bars,
        rows,
        frames: BTreeMap::from_iter(frames),
        filled: 0,
        findings: Vec::new(),
        detail: None,
        high_low: Default::default(),
        margin: None,
        actions: None,
    }
}

fn push(bars: &mut Bars, ts: Timestamp, [open, high, low, close]: [f64; 4]) {
    bars.ts.push(ts);
    bars.open.push(open);
    bars.high.push(high);
    bars.low.push(low);
    bars.close.push(close);
    bars.volume.push(1.0);
}

fn coarse(base: &Bars, interval: Interval) -> Frame {
    let mut bars = Bars::with_capacity(interval, base.len());
    for row in 0..base.len() {
        let ts = interval.floor(base.ts[row]);
        let bar = [base.open[row], base.high[row], base.low[row], base.close[row]];
        if bars.ts.last() != Some(&ts) {
            push(&mut bars, ts, bar);
            continue;
        }
        let last = bars.len() - 1;
        bars.high[last] = bars.high[last].max(bar[1]);
        bars.low[last] = bars.low[last].min(bar[2]);
        bars.close[last] = bar[3];
    }
    let closed = base
        .ts
        .iter()
        .map(|&ts| {
            let close = ts + base.interval.span();
            bars.ts.iter().filter(|&&open| open + interval.span() <= close).count() as u32
        })
        .collect();
    Frame { bars, closed }
}

/// A strategy over the first `symbols` symbols with all of the equity at a time.
pub(super) fn spec(kind: StrategyKind, symbols: u16) -> StrategySpec {
    StrategySpec::of(kind, (0..symbols).map(SymbolId).collect(), Interval::MINUTE)
}

/// From the market's first tick on.
pub(super) fn play(spec: &StrategySpec, market: &Market, paper: &mut Paper) -> Log {
    play_as("agent", 0, spec, market, paper)
}

/// As this agent in the window of this number.
pub(super) fn play_as(
    agent: &str,
    window: u32,
    spec: &StrategySpec,
    market: &Market,
    paper: &mut Paper,
) -> Log {
    run(Setting { agent, window, prepared_from: 0, first: 0 }, spec, market, paper)
}

/// A window that begins at tick `first`.
pub(super) fn play_from(first: usize, spec: &StrategySpec, market: &Market, paper: &mut Paper) -> Log {
    run(Setting { agent: "agent", window: 0, prepared_from: first, first }, spec, market, paper)
}

/// The same decisions with columns that reach back beyond any warm-up, to the market's first tick.
pub(super) fn play_all_knowing(first: usize, spec: &StrategySpec, market: &Market, paper: &mut Paper) -> Log {
    run(Setting { agent: "agent", window: 0, prepared_from: 0, first }, spec, market, paper)
}

struct Setting<'a> {
    agent: &'a str,
    window: u32,
    prepared_from: usize,
    first: usize,
}

fn run(setting: Setting<'_>, spec: &StrategySpec, market: &Market, paper: &mut Paper) -> Log {
    let Setting { agent, window, prepared_from, first } = setting;
    let cache = IndicatorCache::new();
    let ticks = TickRange { first: prepared_from, last: market.clock.len() };
    let history = History { market, cache: &cache, ticks, warm_up: WarmUp::Before };
    let setup = Setup { history, seed: Seed(42), agent, window };
    let mut strategy = prepare(spec, &setup);
    assert!(warm_up(spec, market.interval).contains_key(&spec.timeframe));
    let (mut log, mut orders) = (Log::new(), Orders::new());
    for tick in first..ticks.last {
        paper.settle(market, tick);
        let now = Now { tick, since_start: tick - first, open_time: market.clock[tick], market };
        strategy.on_bar(now, paper, &mut orders).unwrap();
        while !orders.is_empty() {
            for action in orders.list().drain(..) {
                paper.take(action, tick);
                log.push((tick, action));
            }
            strategy.follow_up(now, paper, &mut orders).unwrap();
        }
    }
    log
}

/// Each action in words.
pub(super) fn played(log: &Log) -> Vec<(usize, &'static str)> {
    played_by_symbol(log).into_iter().map(|(tick, _, what)| (tick, what)).collect()
}

/// The same with its symbol.
pub(super) fn played_by_symbol(log: &Log) -> Vec<(usize, u16, &'static str)> {
    let words = |action: &Action| match *action {
        Action::Place(request) => (request.symbol, leak("buy", request.reason)),
        Action::Close(symbol, reason) => (symbol, leak("close", reason)),
        Action::CancelAll(symbol) => (symbol, "cancel all"),
        Action::Cancel(_) => (SymbolId(u16::MAX), "cancel"),
    };
    log.iter().map(|(tick, action)| (*tick, words(action).0.0, words(action).1)).collect()
}

/// Tests may leak a few bytes for readable assertions.
fn leak(verb: &str, reason: &str) -> &'static str {
    Box::leak(format!("{verb} {reason}").into_boxed_str())
}

/// Each buy that names an amount.
pub(super) fn buy_amounts(log: &Log) -> Vec<(usize, SymbolId, Cash)> {
    log.iter()
        .filter_map(|(tick, action)| match action {
            Action::Place(OrderRequest { symbol, size: Size::Quote(amount), .. }) => {
                Some((*tick, *symbol, *amount))
            }
            _ => None,
        })
        .collect()
}

/// A simulated account for tests of strategies.
pub(super) struct Paper {
    cash: Cash,
    held: BTreeMap<SymbolId, Qty>,
    marks: BTreeMap<SymbolId, Price>,
    orders: Vec<Order>,
    placed: u64,
    refused: Range<usize>,
    refused_symbol: Option<SymbolId>,
    fills: bool,
    /// What each order was accepted for.
    accepted: BTreeMap<OrderId, Cash>,
    ended: BTreeMap<SymbolId, u64>,
}

struct Order {
    id: OrderId,
    request: OrderRequest,
    /// What a buy may spend.
    amount: Cash,
    /// What a sale sells.
    qty: Qty,
    entry: Option<OrderId>,
}

impl Paper {
    pub(super) fn new(start: &str) -> Self {
        Self {
            cash: cash(start),
            held: BTreeMap::new(),
            marks: BTreeMap::new(),
            orders: Vec::new(),
            placed: 0,
            refused: 0..0,
            refused_symbol: None,
            fills: true,
            accepted: BTreeMap::new(),
            ended: BTreeMap::new(),
        }
    }

    /// Refuses buys decided at these ticks.
    pub(super) fn refusing_buys(self, ticks: Range<usize>) -> Self {
        Self { refused: ticks, ..self }
    }

    /// Refuses buys of a symbol.
    pub(super) fn refusing_buys_of(self, symbol: SymbolId) -> Self {
        Self { refused_symbol: Some(symbol), ..self }
    }

    /// Lets every order wait for ever.
    pub(super) fn never_filling(self) -> Self {
        Self { fills: false, ..self }
    }

    pub(super) fn is_flat(&self) -> bool {
        self.held.values().all(|qty| qty.is_zero())
    }

    /// Matches what waits against a tick's bars, then marks the account.
    fn settle(&mut self, market: &Market, tick: usize) {
        for order in std::mem::take(&mut self.orders) {
            let series = market.series(order.request.symbol);
            let price = series.rows[tick].fresh().filter(|_| self.fills).and_then(|row| {
                let (open, high, low) = (series.bars.open[row], series.bars.high[row], series.bars.low[row]);
                fill_price(&order.request, Price::from_f64(open), Price::from_f64(high), Price::from_f64(low))
            });
            match price {
                Some(price) => self.fill(order, price),
                None => self.orders.push(order),
            }
        }
        for (id, series) in (0..).map(SymbolId).zip(&market.symbols) {
            if let Some(row) = series.rows[tick].row() {
                self.marks.insert(id, Price::from_f64(series.bars.close[row]));
            }
        }
    }

    fn fill(&mut self, order: Order, price: Price) {
        let symbol = order.request.symbol;
        *self.ended.entry(symbol).or_default() += 1;
        let held = self.held.entry(symbol).or_default();
        if order.request.side == Side::Sell {
            let qty = order.qty.min(*held);
            *held -= qty;
            self.cash += Cash::notional(price, qty);
            return;
        }
        let amount = order.amount.min(self.cash);
        let qty = Qty::affordable(amount, price, Bps::ZERO, Qty::from_units(1));
        *held += qty;
        self.cash -= Cash::notional(price, qty);
        if let Some(Protection::At(target)) = order.request.bracket.and_then(|bracket| bracket.take_profit) {
            let request = OrderRequest::sell(symbol, Size::Qty(qty), "target")
                .of_kind(OrderKind::TakeProfit { price: target });
            self.placed += 1;
            self.orders.push(Order {
                id: OrderId(self.placed),
                request,
                amount: Cash::ZERO,
                qty,
                entry: Some(order.id),
            });
        }
    }

    fn take(&mut self, action: Action, tick: usize) {
        match action {
            Action::Place(request) => self.place(request, tick),
            Action::Cancel(id) => self.cancel(|order| order.id == id),
            Action::CancelAll(symbol) => self.cancel(|order| order.request.symbol == symbol),
            Action::Close(symbol, reason) => {
                self.cancel(|order| order.request.symbol == symbol);
                self.place(OrderRequest::sell(symbol, Size::ALL, reason), tick);
            }
        }
    }

    fn cancel(&mut self, which: impl Fn(&Order) -> bool) {
        for order in self.orders.extract_if(.., |order| which(order)) {
            *self.ended.entry(order.request.symbol).or_default() += 1;
        }
    }

    fn place(&mut self, request: OrderRequest, tick: usize) {
        self.placed += 1;
        let amount = match request.size {
            Size::Quote(amount) => amount,
            Size::EquityShare(share) => self.equity().share(share),
            _ => Cash::ZERO,
        };
        let buy = request.side == Side::Buy;
        let refused = self.refused.contains(&tick) || self.refused_symbol == Some(request.symbol);
        if buy && (refused || amount > self.available()) {
            return;
        }
        self.accepted.insert(OrderId(self.placed), amount);
        let qty = self.position(request.symbol).qty;
        self.orders.push(Order { id: OrderId(self.placed), request, amount, qty, entry: None });
    }
}

fn fill_price(request: &OrderRequest, open: Price, high: Price, low: Price) -> Option<Price> {
    match request.kind {
        OrderKind::Market => Some(open),
        OrderKind::Limit { price } => (low <= price).then(|| open.min(price)),
        OrderKind::TakeProfit { price } => (high >= price).then(|| open.max(price)),
        _ => panic!("the built-in strategies send no {}", request.kind.as_str()),
    }
}

impl Account for Paper {
    fn cash(&self) -> Cash {
        self.cash
    }

    fn equity(&self) -> Cash {
        let worth = |(symbol, &qty): (&SymbolId, &Qty)| Cash::notional(self.marks[symbol], qty);
        self.cash + self.held.iter().map(worth).sum::<Cash>()
    }

    fn available(&self) -> Cash {
        self.cash - self.orders.iter().map(|order| order.amount).sum::<Cash>()
    }

    fn position(&self, symbol: SymbolId) -> PositionView {
        let qty = self.held.get(&symbol).copied().unwrap_or_default();
        PositionView { qty, ..PositionView::default() }
    }

    fn has_waiting(&self, symbol: SymbolId, side: Side) -> bool {
        self.orders.iter().any(|order| order.request.symbol == symbol && order.request.side == side)
    }

    fn open_orders(&self, _: SymbolId, _: &mut Vec<OpenOrder>) {
        panic!("no built-in strategy asks for the list");
    }

    fn next_order_id(&self) -> OrderId {
        OrderId(self.placed + 1)
    }

    fn working(&self, symbol: SymbolId, out: &mut Vec<OrderId>) {
        let of_symbol = self.orders.iter().filter(|order| order.request.symbol == symbol);
        out.extend(of_symbol.map(|order| order.entry.unwrap_or(order.id)));
    }

    fn ended(&self, symbol: SymbolId) -> u64 {
        self.ended.get(&symbol).copied().unwrap_or(0)
    }

    fn accepted(&self, order: OrderId) -> Cash {
        self.accepted.get(&order).copied().unwrap_or(Cash::ZERO)
    }

    fn fill_count(&self) -> usize {
        0
    }

    fn fill(&self, _: usize) -> Option<FillView> {
        None
    }

    fn order(&self, _: OrderId) -> Option<OrderView<'_>> {
        None
    }
}
