//! From what a strategy sees to the messages that an agent is sent.

use std::collections::BTreeMap;

use super::context::Texts;
use super::message::{
    BarMessage, Decide, EndedMessage, Event, FillMessage, Number, OrderMessage, PositionMessage,
    WindowMessage,
};
use crate::domain::{OrderId, SymbolId, Timestamp};
use crate::strategy::{Bar, BarContext, FillView, IndicatorId, TimeframeId};

/// What an agent has been told so far.
#[derive(Debug, Default)]
pub struct Told {
    /// The close of the newest bar that it knows.
    until: Option<Timestamp>,
    /// Number of its fills that were reported.
    fills: usize,
    /// Its orders that were open.
    open: Vec<OrderId>,
    /// The first order that it knows nothing of.
    next: u64,
    /// Its own names for its orders.
    references: BTreeMap<u64, String>,
}

/// Bars and indicators that the agent asked for in `ready`.
#[derive(Debug, Clone, Default)]
pub struct Reads {
    /// How many bars before the window.
    pub history: usize,
    /// Timeframe of the bars.
    pub timeframe: TimeframeId,
    /// Indicators with their text.
    pub indicators: Vec<(String, IndicatorId)>,
}

impl Told {
    /// Remembers the agent's own name for an order.
    pub fn name(&mut self, order: OrderId, reference: String) {
        self.references.insert(order.0, reference);
    }

    /// The bars before the window.
    pub fn window(&mut self, ctx: &BarContext<'_>, reads: &Reads, window: u32) -> WindowMessage {
        let start = ctx.window_start();
        self.until = Some(start);
        let bars = ctx.symbols().map(|symbol| {
            let all = ctx.bars_of(symbol, reads.timeframe);
            let closed = all.open_times().partition_point(|&open| open + all.interval().span() <= start);
            let from = closed.saturating_sub(reads.history);
            let bars = (from..closed).filter_map(|index| all.get(index));
            (ctx.symbol_name(symbol), bars.map(|bar| message(&bar, all.interval().span())).collect())
        });
        WindowMessage { window, start: start.into(), bars: bars.collect() }
    }

    /// What is known now and was not known before.
    pub fn decide(&mut self, ctx: &BarContext<'_>, reads: &Reads, texts: &Texts, decision: u64) -> Decide {
        let since = self.since(ctx);
        Decide {
            decision,
            time: ctx.time().into(),
            bars: new_bars(ctx, reads.timeframe, since),
            indicators: reads.indicators.iter().map(|(text, id)| (text.clone(), values(ctx, *id))).collect(),
            cash: ctx.cash(),
            available: ctx.available(),
            equity: ctx.equity(),
            positions: positions(ctx),
            events: self.events(ctx),
            orders: self.orders(ctx),
            context: texts.between(since, decision == 1, ctx.time()),
        }
    }

    /// The close up to which it knew the bars before this decision: the window's start, before the first.
    pub fn since(&mut self, ctx: &BarContext<'_>) -> Timestamp {
        self.until.replace(ctx.time()).unwrap_or_else(|| ctx.window_start())
    }

    /// Its orders that are open.
    pub fn orders(&self, ctx: &BarContext<'_>) -> Vec<OrderMessage> {
        let of = |symbol: SymbolId| {
            ctx.open_orders(symbol).into_iter().map(move |order| OrderMessage {
                order: order.id.0,
                reference: self.references.get(&order.id.0).cloned(),
                symbol: ctx.symbol_name(symbol),
                side: order.side.into(),
                quantity: order.quantity.map(Into::into),
                price: order.limit_price.map(Into::into),
                trigger: order.trigger_price.map(Into::into),
            })
        };
        ctx.symbols().flat_map(of).collect()
    }

    /// Fills and ends since the last decision, in the order of time.
    pub fn events(&mut self, ctx: &BarContext<'_>) -> Vec<Event> {
        let account = ctx.account();
        let mut events: Vec<(Timestamp, Event)> = Vec::new();
        while let Some(fill) = account.fill(self.fills) {
            self.fills += 1;
            events.push((fill.at, self.fill(ctx, &fill)));
        }
        let next = account.next_order_id().0;
        let waiting = std::mem::take(&mut self.open).into_iter();
        for id in waiting.chain((self.next.max(1)..next).map(OrderId)) {
            match self.ended(ctx, id) {
                Some((at, ended)) => events.push((at, Event::Ended(ended))),
                None => self.open.push(id),
            }
        }
        self.next = next;
        events.sort_by_key(|(time, _)| *time);
        events.into_iter().map(|(_, event)| event).collect()
    }

    fn fill(&self, ctx: &BarContext<'_>, fill: &FillView) -> Event {
        Event::Fill(FillMessage {
            order: fill.order.0,
            reference: self.references.get(&fill.order.0).cloned(),
            time: fill.at.into(),
            symbol: ctx.symbol_name(fill.symbol),
            side: fill.side.into(),
            quantity: fill.quantity.into(),
            price: fill.price.into(),
            fee: fill.fee,
        })
    }

    fn ended(&mut self, ctx: &BarContext<'_>, id: OrderId) -> Option<(Timestamp, EndedMessage)> {
        let order = ctx.account().order(id)?;
        let end = order.end?;
        let message = EndedMessage {
            order: id.0,
            reference: self.references.remove(&id.0),
            time: end.at.into(),
            symbol: ctx.symbol_name(order.symbol),
            status: end.status.as_str().to_owned(),
            reason: end.why.to_owned(),
            filled: end.filled.into(),
            detail: end.detail.to_owned(),
        };
        Some((end.at, message))
    }
}

fn new_bars(
    ctx: &BarContext<'_>,
    timeframe: TimeframeId,
    since: Timestamp,
) -> BTreeMap<String, Vec<BarMessage>> {
    let of = |symbol: SymbolId| {
        let all = ctx.bars_of(symbol, timeframe);
        let span = all.interval().span();
        let unknown = all.open_times().iter().rev().take_while(|&&open| open + span > since).count();
        let bars: Vec<BarMessage> = all.latest(unknown).iter().map(|bar| message(&bar, span)).collect();
        (!bars.is_empty()).then(|| (ctx.symbol_name(symbol), bars))
    };
    ctx.symbols().filter_map(of).collect()
}

fn message(bar: &Bar, span: crate::domain::Span) -> BarMessage {
    BarMessage {
        close_time: (bar.open_time + span).into(),
        open: Number(bar.open),
        high: Number(bar.high),
        low: Number(bar.low),
        close: Number(bar.close),
        volume: Number(bar.volume),
    }
}

fn values(ctx: &BarContext<'_>, indicator: IndicatorId) -> BTreeMap<String, Option<f64>> {
    let value = |symbol| ctx.indicator(indicator, symbol).filter(|value| value.is_finite());
    ctx.symbols().map(|symbol| (ctx.symbol_name(symbol), value(symbol))).collect()
}

fn positions(ctx: &BarContext<'_>) -> BTreeMap<String, PositionMessage> {
    let held = ctx.symbols().map(|symbol| (symbol, ctx.position(symbol)));
    let held = held.filter(|(_, position)| !position.is_flat());
    held.map(|(symbol, position)| {
        let message =
            PositionMessage { quantity: position.qty.into(), average_price: position.average_price.into() };
        (ctx.symbol_name(symbol), message)
    })
    .collect()
}
