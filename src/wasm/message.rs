//! From what a strategy sees to the message of a decision.

use super::structure::{BAR, CODE, EVENT, HEAD, Layout, NO_NUMBER, NUMBER, OPEN_ORDER, SYMBOL, VERSION};
use crate::domain::Timestamp;
use crate::process::message::{Event, Exact, OrderMessage, SideWord};
use crate::process::{Reads, Told};
use crate::strategy::{Bar, BarContext, TimeframeId};

/// The message of a decision, written over the one before.
#[derive(Debug)]
pub struct Message {
    bytes: Vec<u8>,
    layout: Layout,
    /// Whether what never changes has been written.
    begun: bool,
}

/// A count as it is written.
fn count(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

fn put<const N: usize>(bytes: &mut [u8], at: usize, value: [u8; N]) {
    bytes[at..at + N].copy_from_slice(&value);
}

const fn side(side: SideWord) -> u32 {
    match side {
        SideWord::Buy => 0,
        SideWord::Sell => 1,
    }
}

/// The agent's own number for an order; 0 for none.
fn reference(text: Option<&String>) -> u32 {
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

impl Message {
    /// Empty, for agents that read this much.
    pub fn new(layout: Layout) -> Self {
        let mut bytes = vec![0; layout.least_bytes()];
        put(&mut bytes, 0, VERSION.to_le_bytes());
        put(&mut bytes, 8, count(layout.symbols));
        put(&mut bytes, 12, count(layout.bars));
        put(&mut bytes, 16, count(layout.indicators));
        put(&mut bytes, 28, count(layout.symbol_bytes()));
        Self { bytes, layout, begun: false }
    }

    /// What is known at this close.
    pub fn write(
        &mut self,
        ctx: &BarContext<'_>,
        reads: &Reads,
        told: &mut Told,
        names: &[String],
        decision: u64,
    ) -> &[u8] {
        self.bytes.truncate(self.layout.least_bytes());
        if !self.begun {
            self.begun = true;
            self.instruments(ctx);
        }
        self.symbols(ctx, reads, told);
        let (orders, events) = (told.orders(ctx), told.events(ctx));
        orders.iter().for_each(|order| self.open_order(order, names));
        events.iter().for_each(|event| self.event(event, names));
        self.head(ctx, decision, [orders.len(), events.len()]);
        &self.bytes
    }

    fn head(&mut self, ctx: &BarContext<'_>, decision: u64, [orders, events]: [usize; 2]) {
        let length = count(self.bytes.len());
        let bytes = &mut self.bytes;
        put(bytes, 4, length);
        put(bytes, 20, count(orders));
        put(bytes, 24, count(events));
        put(bytes, 32, decision.to_le_bytes());
        put(bytes, 40, ctx.time().micros().to_le_bytes());
        put(bytes, 48, ctx.cash().to_f64().to_le_bytes());
        put(bytes, 56, ctx.available().to_f64().to_le_bytes());
        put(bytes, 64, ctx.equity().to_f64().to_le_bytes());
    }

    /// The trading rules of the symbols.
    fn instruments(&mut self, ctx: &BarContext<'_>) {
        let blocks = self.bytes[HEAD..].chunks_exact_mut(self.layout.symbol_bytes());
        for (symbol, block) in ctx.symbols().zip(blocks) {
            let instrument = ctx.instrument(symbol);
            put(block, 32, instrument.price_tick.to_f64().to_le_bytes());
            put(block, 40, instrument.quantity_step.to_f64().to_le_bytes());
            put(block, 48, instrument.min_notional.to_f64().to_le_bytes());
        }
    }

    fn symbols(&mut self, ctx: &BarContext<'_>, reads: &Reads, told: &mut Told) {
        let since = told.since(ctx);
        let Layout { bars: slots, indicators, .. } = self.layout;
        let blocks = self.bytes[HEAD..].chunks_exact_mut(self.layout.symbol_bytes());
        for (symbol, block) in ctx.symbols().zip(blocks) {
            let bars = ctx.bars_of(symbol, reads.timeframe);
            let span = bars.interval().span();
            let position = ctx.position(symbol);
            let newest = bars.latest(slots);
            put(block, 0, u32::from(ctx.just_closed(symbol, TimeframeId::default())).to_le_bytes());
            put(block, 4, count(newest.len()));
            put(block, 8, count(new_bars(bars.open_times(), since - span)));
            put(block, 16, position.qty.to_f64().to_le_bytes());
            put(block, 24, position.average_price.to_f64().to_le_bytes());
            for (index, (_, id)) in reads.indicators.iter().enumerate() {
                let value = ctx.indicator(*id, symbol).filter(|value| value.is_finite());
                let value = value.map_or(NO_NUMBER, f64::to_bits);
                put(block, SYMBOL + NUMBER * index, value.to_le_bytes());
            }
            let (filled, rest) = block[SYMBOL + NUMBER * indicators..].split_at_mut(BAR * newest.len());
            for (bar, place) in newest.iter().zip(filled.chunks_exact_mut(BAR)) {
                let Bar { open_time, open, high, low, close, volume } = bar;
                put(place, 0, (open_time + span).micros().to_le_bytes());
                for (index, value) in [open, high, low, close, volume].into_iter().enumerate() {
                    put(place, NUMBER * (index + 1), value.to_le_bytes());
                }
            }
            rest.fill(0);
        }
    }

    fn open_order(&mut self, order: &OrderMessage, names: &[String]) {
        let mut bytes = [0; OPEN_ORDER];
        put(&mut bytes, 0, order.order.to_le_bytes());
        put(&mut bytes, 8, symbol(&order.symbol, names));
        put(&mut bytes, 12, side(order.side).to_le_bytes());
        put(&mut bytes, 16, reference(order.reference.as_ref()).to_le_bytes());
        let number = |amount: Option<Exact>| amount.map_or(0.0, Exact::to_f64);
        put(&mut bytes, 24, number(order.quantity).to_le_bytes());
        put(&mut bytes, 32, number(order.price).to_le_bytes());
        put(&mut bytes, 40, number(order.trigger).to_le_bytes());
        self.bytes.extend(bytes);
    }

    fn event(&mut self, event: &Event, names: &[String]) {
        let mut bytes = [0; EVENT];
        let (order, time, name, own) = match event {
            Event::Fill(fill) => (fill.order, fill.time, &fill.symbol, &fill.reference),
            Event::Ended(ended) => (ended.order, ended.time, &ended.symbol, &ended.reference),
        };
        put(&mut bytes, 0, order.to_le_bytes());
        put(&mut bytes, 8, time.time().unwrap_or_default().micros().to_le_bytes());
        put(&mut bytes, 20, symbol(name, names));
        put(&mut bytes, 28, reference(own.as_ref()).to_le_bytes());
        let numbers = match event {
            Event::Fill(fill) => {
                put(&mut bytes, 24, side(fill.side).to_le_bytes());
                [fill.quantity.to_f64(), fill.price.to_f64(), fill.fee.to_f64()]
            }
            Event::Ended(ended) => {
                put(&mut bytes, 16, kind(&ended.status).to_le_bytes());
                code(&mut bytes[EVENT - CODE..], &ended.reason);
                [ended.filled.to_f64(), 0.0, 0.0]
            }
        };
        for (index, number) in numbers.into_iter().enumerate() {
            put(&mut bytes, 32 + NUMBER * index, number.to_le_bytes());
        }
        self.bytes.extend(bytes);
    }
}

/// How many bars opened after a time: most often one, or all of a day.
fn new_bars(open_times: &[Timestamp], after: Timestamp) -> usize {
    const FEW: usize = 4;
    let few = open_times.iter().rev().take(FEW).take_while(|&&open| open > after).count();
    match few {
        FEW => open_times.len() - open_times.partition_point(|&open| open <= after),
        _ => few,
    }
}

/// The number of an order's end; 0 is a fill.
fn kind(status: &str) -> u32 {
    match status {
        "filled" => 1,
        "cancelled" => 2,
        "expired" => 3,
        _ => 4,
    }
}

/// The code of an end, cut to its place.
fn code(place: &mut [u8], text: &str) {
    let length = text.len().min(place.len());
    place[..length].copy_from_slice(&text.as_bytes()[..length]);
}

/// The number of a symbol among the agent's.
fn symbol(name: &str, names: &[String]) -> [u8; 4] {
    count(names.iter().position(|one| one == name).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_bars_are_counted_however_many_there_are() {
        let times: Vec<Timestamp> = (0..100).map(Timestamp::from_micros).collect();
        for after in -1..100 {
            let wanted = usize::try_from(99 - after).unwrap();
            assert_eq!(new_bars(&times, Timestamp::from_micros(after)), wanted, "{after}");
        }
        assert_eq!(new_bars(&[], Timestamp::from_micros(0)), 0);
    }
}
