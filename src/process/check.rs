//! A scripted window that shows what of an agent breaks the protocol.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::AgentSetup;
use super::answer::{Answer, Answered};
use super::conversation::Conversation;
use super::line::write_line;
use super::message::{
    Act, AgentMessage, BarMessage, Decide, End, EndedMessage, Event, FillMessage, HostMessage, Moment,
    Number, PositionMessage, Ready, SideWord, WindowMessage,
};
use super::{expected, reply};
use crate::domain::{Cash, Interval, OrderId, Price, Qty, Span, SymbolId, Timestamp, UNITS_PER_ONE};
use crate::strategy::Needs;

/// Decisions of the script.
const DECISIONS: u64 = 8;
/// The first bar of the script opens here: 2024-01-01.
const START: Timestamp = Timestamp::from_micros(1_704_067_200_000_000);

/// What a scripted window has shown.
#[derive(Debug, Clone, Default)]
pub struct ProtocolReport {
    /// What was right, one line each.
    pub steps: Vec<String>,
    /// What breaks the protocol.
    pub problems: Vec<String>,
    /// What the agent wrote to stderr.
    pub errors: String,
}

/// Plays the script with the agent, up to its first fault.
pub fn check_protocol(setup: &Arc<AgentSetup>) -> ProtocolReport {
    let mut report = ProtocolReport::default();
    match Conversation::start(setup, None) {
        Ok(live) => Play { setup, live: Some(live), report: &mut report, line: Vec::new() }.play(),
        Err(problem) => report.problems.push(problem),
    }
    report
}

struct Play<'a> {
    setup: &'a AgentSetup,
    live: Option<Conversation>,
    report: &'a mut ProtocolReport,
    line: Vec<u8>,
}

impl Play<'_> {
    fn play(mut self) {
        if let Err(problem) = self.window() {
            self.report.problems.push(problem);
        }
        if let Some(live) = self.live.take() {
            self.report.errors = live.abandon();
        }
    }

    fn window(&mut self) -> Result<(), String> {
        self.write(&HostMessage::Hello(self.setup.hello(0)))?;
        let Some(live) = &mut self.live else { return Ok(()) };
        let answered = live.hello(&self.line);
        let ready = expected::ready(message(&answered)?)?;
        let mut needs = Needs::new(self.setup.interval);
        let decide = self.setup.spec.decide.as_ref();
        let (_, reads) = expected::declared(&ready, decide, self.setup.interval, &mut needs)
            .map_err(expected::in_ready)?;
        let reads =
            format!("reads {} bars of history and {} indicators", reads.history, reads.indicators.len());
        self.step(&format!("`ready` {reads}"), answered.latency);
        self.write(&HostMessage::Window(self.past(ready.history)))?;
        if let Some(live) = &mut self.live {
            live.tell(&self.line)?;
        }
        let mut orders = 0;
        for number in 1..=DECISIONS {
            orders += self.decision(number, &ready)?;
        }
        self.report.steps.push(format!("{DECISIONS} decisions, {orders} orders"));
        self.end()
    }

    fn decision(&mut self, number: u64, ready: &Ready) -> Result<usize, String> {
        self.write(&HostMessage::Decide(self.decide(number, ready)))?;
        let Some(live) = &mut self.live else { return Ok(0) };
        let answered = live.decide(&self.line, number);
        let answer = message(&answered)?.ok_or("its answer came too late")?;
        let act = expected::act(answer, number)?;
        self.check(&act, number)?;
        Ok(act.orders.len())
    }

    fn check(&self, act: &Act, number: u64) -> Result<(), String> {
        for (index, order) in act.orders.iter().enumerate() {
            reply::request(order, SymbolId(0), self.setup.on_margin).map_err(|problem| {
                format!("at decision {number}, order {} of its `act`: {problem}", index + 1)
            })?;
        }
        reply::checked_weights(act).map_err(|problem| format!("at decision {number}: {problem}"))?;
        let weighted = act.weights.iter().flat_map(BTreeMap::keys);
        let named = act.orders.iter().map(|order| &order.symbol).chain(&act.closes).chain(weighted);
        match named.into_iter().find(|name| !self.setup.symbols.contains(name)) {
            Some(name) => Err(format!("at decision {number} it names `{name}`, which was not in `hello`")),
            None => Ok(()),
        }
    }

    fn end(&mut self) -> Result<(), String> {
        let equity = self.setup.hello(0).starting_balance;
        let end = End { decisions: DECISIONS, equity, pnl: Cash::ZERO };
        self.write(&HostMessage::End(end))?;
        let Some(live) = self.live.take() else { return Ok(()) };
        let (errors, unread, by_itself) = live.finish(&self.line);
        self.report.errors = errors;
        if unread > 0 {
            return Err(format!("it wrote {unread} bytes more than its answers"));
        }
        self.report.steps.push(match by_itself {
            true => "ends by itself after `end`".to_owned(),
            false => "is killed after `end`: it should end when its input closes".to_owned(),
        });
        Ok(())
    }

    fn write(&mut self, message: &HostMessage) -> Result<(), String> {
        write_line(&mut self.line, message).map_err(|error| error.to_string())
    }

    fn step(&mut self, what: &str, took: Duration) {
        self.report.steps.push(format!("{what}, after {} ms", took.as_millis()));
    }

    /// The script's bars before the window.
    fn past(&self, history: u32) -> WindowMessage {
        let bars = (1..=i64::from(history.min(1_000)))
            .rev()
            .map(|back| bar(self.setup.interval, -back))
            .collect::<Vec<_>>();
        let bars = self.setup.symbols.iter().map(|symbol| (symbol.clone(), bars.clone())).collect();
        WindowMessage { window: 0, start: START.into(), bars }
    }

    fn decide(&self, number: u64, ready: &Ready) -> Decide {
        let bar = bar(self.setup.interval, number.cast_signed() - 1);
        let symbols = || self.setup.symbols.iter().cloned();
        let value =
            |text: &String| (text.clone(), symbols().map(|s| (s, (number > 1).then_some(50.0))).collect());
        let held = number > 4;
        let cash = self.setup.hello(0).starting_balance;
        Decide {
            decision: number,
            time: bar.close_time,
            bars: symbols().map(|symbol| (symbol, vec![bar.clone()])).collect(),
            indicators: ready.indicators.iter().map(value).collect(),
            cash,
            available: cash,
            equity: cash,
            positions: symbols()
                .take(usize::from(held))
                .map(|symbol| (symbol, position()))
                .collect::<BTreeMap<_, _>>(),
            orders: Vec::new(),
            events: match (number, symbols().next()) {
                (4, Some(symbol)) => events(&symbol, bar.close_time),
                _ => Vec::new(),
            },
            context: Vec::new(),
        }
    }
}

/// The message of an answer; `None` where it came too late.
fn message(answered: &Answered) -> Result<Option<AgentMessage>, String> {
    match &answered.answer {
        Answer::Line(line) => expected::message(line).map(Some),
        Answer::Fault(fault) => Err(fault.clone()),
        Answer::Late => Ok(None),
    }
}

fn position() -> PositionMessage {
    PositionMessage {
        quantity: Qty::from_units(UNITS_PER_ONE).into(),
        average_price: Price::from_units(100 * UNITS_PER_ONE).into(),
    }
}

/// A fill, and an order that was refused.
fn events(symbol: &str, time: Moment) -> Vec<Event> {
    let PositionMessage { quantity, average_price } = position();
    let fill = FillMessage {
        order: OrderId(1).0,
        reference: None,
        time,
        symbol: symbol.to_owned(),
        side: SideWord::Buy,
        quantity,
        price: average_price,
        fee: Cash::ZERO,
    };
    let ended = EndedMessage {
        order: OrderId(2).0,
        reference: None,
        time,
        symbol: symbol.to_owned(),
        status: "rejected".to_owned(),
        reason: "INSUFFICIENT_BALANCE".to_owned(),
        filled: Qty::ZERO.into(),
        detail: String::new(),
    };
    vec![Event::Fill(fill), Event::Ended(ended)]
}

/// The bar of this number; its price goes up and down.
fn bar(interval: Interval, number: i64) -> BarMessage {
    let span: Span = interval.span();
    let close = 100.0 + f64::from(i32::try_from(number.rem_euclid(5)).unwrap_or(0));
    BarMessage {
        close_time: (START + span.times(number + 1)).into(),
        open: Number(100.0),
        high: Number(close + 1.0),
        low: Number(99.0),
        close: Number(close),
        volume: Number(10.5),
    }
}
