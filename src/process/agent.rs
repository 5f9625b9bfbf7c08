//! A program as a strategy.

use std::sync::Arc;
use std::time::Duration;

use super::AgentSetup;
use super::acting::Acting;
use super::answer::{Answer, Answered};
use super::conversation::Conversation;
use super::expected;
use super::line::write_line;
use super::mask::Mask;
use super::message::{Act, AgentMessage, End, HostMessage, Moment, Ready};
use super::observation::{Reads, Told};
use super::tape::{Next, Tape};
use super::usage;
use crate::domain::{Cash, Timestamp, UsageTotals};
use crate::scenario::DecideSpec;
use crate::strategy::{
    BarContext, Needs, Orders, Scheduled, Strategy, StrategyError, Wake, schedule_warm_up,
};

/// A program that decides for an agent in one window.
pub struct ProcessAgent {
    setup: Arc<AgentSetup>,
    window: u32,
    live: Option<Conversation>,
    tape: Tape,
    reads: Reads,
    schedule: DecideSpec,
    told: Told,
    mask: Mask,
    decisions: u64,
    /// What its answers used so far.
    used: UsageTotals,
    acting: Acting,
    wake: Option<Timestamp>,
    started_with: Option<Cash>,
    line: Vec<u8>,
    /// What a program is told that has to go on from known answers: the line of the window, and each decision.
    past: Vec<Vec<u8>>,
    /// What the program has written to stderr, once it has ended.
    errors: String,
    /// Whether its window is over.
    over: bool,
    /// Whether it is asked for its needs only.
    only_asked: bool,
}

impl ProcessAgent {
    /// The agent in a window.
    pub fn new(setup: Arc<AgentSetup>, window: u32) -> Self {
        Self {
            tape: setup.tape(window),
            mask: setup.mask(window),
            setup,
            window,
            live: None,
            reads: Reads::default(),
            schedule: DecideSpec::default(),
            told: Told::default(),
            decisions: 0,
            used: UsageTotals::default(),
            acting: Acting::default(),
            wake: None,
            started_with: None,
            line: Vec::new(),
            past: Vec::new(),
            errors: String::new(),
            over: false,
            only_asked: false,
        }
    }

    /// One that is asked for its needs, and leaves nothing behind.
    pub fn only_asked(setup: Arc<AgentSetup>) -> Self {
        let mut agent = Self::new(setup, 0);
        agent.only_asked = true;
        agent
    }

    fn write(&mut self, message: &HostMessage) -> Result<(), StrategyError> {
        write_line(&mut self.line, message)
    }

    fn handshake(&mut self) -> Result<Ready, StrategyError> {
        self.write(&HostMessage::Hello(self.setup.hello(self.window)))?;
        let ready = expected::ready(self.answer()?);
        ready.or_else(|problem| self.fault(problem))
    }

    /// What comes back to the line: from the recording, else from the program. `None` where it came too late and may.
    fn answer(&mut self) -> Result<Option<AgentMessage>, StrategyError> {
        let what = match self.decisions {
            0 => "its `hello`".to_owned(),
            number => format!("decision {number}"),
        };
        let mut known = false;
        let answer = match self.tape.next(*blake3::hash(&self.line).as_bytes(), &what) {
            Next::Known(answer) => {
                known = !self.tape.is_strict() && self.decisions > 0 && self.setup.forgets();
                answer
            }
            Next::Differs(difference) => {
                self.setup.collector.differs(self.setup.name.clone(), self.window, difference.clone());
                return Err(difference.into());
            }
            Next::Unknown => self.ask_program(),
        };
        if known {
            self.past.push(past_line(&self.line, &answer));
        }
        match answer {
            Answer::Late => Ok(None),
            Answer::Fault(fault) => {
                self.stop();
                Err(fault.into())
            }
            Answer::Line(line) => match expected::message(&line) {
                Ok(message) => Ok(Some(message)),
                Err(problem) => self.fault(problem),
            },
        }
    }

    fn ask_program(&mut self) -> Answer {
        let question = std::mem::take(&mut self.line);
        let answered = self.running().map(|()| {
            let decisions = self.decisions;
            self.live.as_mut().map(|live| match decisions {
                0 => live.hello(&question),
                number => live.decide(&question, number),
            })
        });
        self.line = question;
        let (answer, latency) = match answered {
            Ok(Some(Answered { answer, latency })) => (answer, latency),
            Ok(None) => (Answer::Fault("its program is not running".to_owned()), Duration::ZERO),
            Err(fault) => (Answer::Fault(fault), Duration::ZERO),
        };
        // What is abandoned goes on from the answer before.
        if self.setup.collector.abandoned().is_none() {
            self.tape.add(&answer, u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
        }
        #[cfg(feature = "serve")]
        if let Some(failure) = self.tape.not_kept() {
            self.setup.collector.abandon(Some(failure.to_owned()));
            return Answer::Fault(failure.to_owned());
        }
        answer
    }

    /// Starts the program where it is not running. One that has known answers behind it is told them.
    fn running(&mut self) -> Result<(), String> {
        if self.live.is_some() {
            return Ok(());
        }
        #[cfg(feature = "serve")]
        let last = self.decisions.checked_sub(1).zip(self.tape.last());
        #[cfg(not(feature = "serve"))]
        let last = None;
        let mut live = Conversation::start(&self.setup, last)?;
        if self.decisions > 0 && !self.setup.forgets() {
            // The bars before the window come with its first decision, and not again.
            let before_first = self.decisions == 1;
            self.past.drain(..).filter(|_| before_first).try_for_each(|line| live.tell(&line))?;
            live.has_spent(Duration::from_micros(self.tape.spent_us()));
        } else if self.decisions > 0 {
            let mut hello = Vec::new();
            write_line(&mut hello, &HostMessage::Hello(self.setup.hello(self.window)))
                .map_err(|error| error.to_string())?;
            let ready = match live.hello(&hello).answer {
                Answer::Line(line) => line,
                Answer::Fault(fault) => return Err(fault),
                Answer::Late => Vec::new(),
            };
            if self.tape.ready() != Some(ready.as_slice()) {
                return Err(live.with_errors("its `ready` differs from the one before".to_owned()));
            }
            for line in self.past.drain(..) {
                live.tell(&line)?;
            }
            live.has_spent(Duration::from_micros(self.tape.spent_us()));
        }
        self.live = Some(live);
        Ok(())
    }

    /// A fault of the agent, with the end of its stderr.
    fn fault<T>(&mut self, fault: String) -> Result<T, StrategyError> {
        let live = &mut self.live;
        let fault = self.tape.fault(|| match live {
            Some(live) => live.with_errors(fault),
            None => fault,
        });
        self.stop();
        Err(fault.into())
    }

    fn stop(&mut self) {
        self.over = true;
        if let Some(live) = self.live.take() {
            self.errors = live.abandon();
        }
    }

    fn declared(&mut self, ready: &Ready, needs: &mut Needs) -> Result<(), String> {
        let interval = self.setup.interval;
        let decide = self.setup.spec.decide.as_ref();
        self.mask.ready(ready, interval)?;
        (self.schedule, self.reads) =
            expected::declared(ready, decide, interval, needs).map_err(expected::in_ready)?;
        needs.symbols(&self.setup.symbols);
        needs.also(schedule_warm_up(&self.schedule, interval));
        Ok(())
    }

    fn ask(&mut self, ctx: &BarContext<'_>) -> Result<Option<Act>, StrategyError> {
        self.decisions += 1;
        if self.decisions == 1 {
            self.started_with = Some(ctx.equity());
            let window = self.mask.window(self.told.window(ctx, &self.reads, self.window));
            self.write(&HostMessage::Window(window))?;
            match &mut self.live {
                // One that cannot be told anything has ended, which its first decision shows.
                Some(live) => drop(live.tell(&self.line)),
                None => self.past.push(self.line.clone()),
            }
        }
        let decide = self.mask.decide(self.told.decide(ctx, &self.reads, &self.setup.texts, self.decisions));
        self.write(&HostMessage::Decide(decide))?;
        let Some(message) = self.answer()? else {
            usage::add(&mut self.used, None);
            return Ok(None);
        };
        let act = match expected::act(message, self.decisions) {
            Ok(act) => act,
            Err(problem) => return self.fault(problem),
        };
        usage::add(&mut self.used, Some(&act));
        // It follows from the answers, so that a recording need not keep it: what was paid for is not asked again.
        if let Some(reason) = usage::overspent(&self.used, &self.setup.spec) {
            self.stop();
            return Err(reason.into());
        }
        self.mask.act(act).map(Some).or_else(|problem| self.fault(problem))
    }
}

impl Strategy for ProcessAgent {
    fn declare(&mut self, needs: &mut Needs) -> Result<(), StrategyError> {
        let ready = self.handshake()?;
        match self.declared(&ready, needs) {
            Ok(()) => Ok(()),
            Err(problem) => self.fault(problem),
        }
    }

    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        self.wake = None;
        let Some(act) = self.ask(ctx)? else { return Ok(()) };
        self.wake = act.wake.and_then(Moment::time);
        let acted = self.acting.act(&act, ctx, &mut self.told, orders);
        acted.or_else(|problem| self.fault(problem))
    }

    fn follow_up(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        self.acting.place(ctx, &mut self.told, orders);
        Ok(())
    }

    fn wake(&mut self, _: &BarContext<'_>) -> Wake {
        self.wake.map_or(Wake::Never, Wake::At)
    }

    fn end(&mut self, ctx: &BarContext<'_>) {
        if self.tape.is_strict() && self.tape.knows_more() && !self.over {
            let difference = format!("it has more decisions in the recording than {}", self.decisions);
            self.setup.collector.differs(self.setup.name.clone(), self.window, difference);
        }
        self.over = true;
        let Some(live) = self.live.take() else { return };
        let started_with = self.started_with.unwrap_or_else(|| ctx.equity());
        let (decisions, equity) = (self.decisions, ctx.equity());
        let end = HostMessage::End(End { decisions, equity, pnl: equity - started_with });
        self.errors = match self.write(&end) {
            Ok(()) => live.end(&self.line),
            Err(_) => live.abandon(),
        };
    }
}

/// A window leaves its answers behind, also one that failed before its first bar.
impl Drop for ProcessAgent {
    fn drop(&mut self) {
        if self.over && !self.only_asked {
            let recording = self.tape.finish(std::mem::take(&mut self.errors));
            self.setup.collector.keep(self.setup.name.clone(), self.window, recording);
        }
    }
}

impl Scheduled for ProcessAgent {
    fn schedule(&self) -> DecideSpec {
        self.schedule.clone()
    }
}

/// A decision with its answer, for a program that goes on after it.
fn past_line(decide: &[u8], answer: &Answer) -> Vec<u8> {
    let act: &[u8] = match answer {
        Answer::Line(line) => line,
        Answer::Late | Answer::Fault(_) => b"null",
    };
    [b"{\"type\":\"past\",\"decide\":", decide.trim_ascii_end(), b",\"act\":", act, b"}\n"].concat()
}
