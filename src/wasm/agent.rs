//! A module as a strategy.

use std::sync::Arc;

use super::live::{Fault, Live};
use super::message::Message;
use super::{ModuleSetup, answer};
use crate::domain::Timestamp;
use crate::process::message::{Act, Moment};
use crate::process::{Acting, Reads, Told, declared};
use crate::scenario::DecideSpec;
use crate::strategy::{
    BarContext, Needs, Orders, Scheduled, Strategy, StrategyError, Wake, schedule_warm_up,
};

/// A module that decides for an agent in one window.
#[derive(Debug)]
pub struct ModuleAgent {
    setup: Arc<ModuleSetup>,
    window: u32,
    /// The instance, from the first decision on.
    live: Option<Live>,
    message: Message,
    reads: Reads,
    schedule: DecideSpec,
    told: Told,
    acting: Acting,
    decisions: u64,
    /// Fuel of all decisions so far.
    spent: u64,
    wake: Option<Timestamp>,
}

impl ModuleAgent {
    /// The agent in a window.
    pub fn new(setup: Arc<ModuleSetup>, window: u32) -> Self {
        Self {
            message: Message::new(setup.layout()),
            setup,
            window,
            live: None,
            reads: Reads::default(),
            schedule: DecideSpec::default(),
            told: Told::default(),
            acting: Acting::default(),
            decisions: 0,
            spent: 0,
            wake: None,
        }
    }

    /// The decision, where there is one: most often nothing is to be done.
    fn ask(&mut self, ctx: &BarContext<'_>) -> Result<Option<Act>, String> {
        self.decisions += 1;
        let Self { setup, live, message, reads, told, decisions, spent, .. } = self;
        let spec = &setup.spec;
        let when = |fault: Fault, number: u64| fault.in_words(spec, &format!("at decision {number}"));
        let live = match live {
            Some(live) => live,
            None => {
                let started = Live::start(&setup.module, spec, ctx.random_stream());
                live.insert(started.map_err(|fault| when(fault, *decisions))?)
            }
        };
        live.begin(ctx.open_time());
        let bytes = message.write(ctx, reads, told, &setup.symbols, *decisions);
        let left = spec.window_fuel.map_or(u64::MAX, |most| most - *spent);
        let fuel = spec.decision_fuel.min(left);
        let answered = live.ask(bytes, fuel);
        let (rest, address) = answered.map_err(|fault| match (&fault, spec.window_fuel) {
            (Fault::Fuel, Some(most)) if left < spec.decision_fuel => {
                format!("its decisions used more than its `window_fuel` of {most} at decision {decisions}")
            }
            _ => when(fault, *decisions),
        })?;
        *spent += fuel - rest;
        if address == 0 {
            return Ok(None);
        }
        let act = answer::bytes(live.memory(), address)
            .and_then(|bytes| answer::act(bytes, &setup.symbols, *decisions));
        act.map(Some).map_err(|problem| format!("its answer to decision {decisions} {problem}"))
    }

    /// A fault with the end of its log.
    fn with_log(&self, fault: &str) -> StrategyError {
        match self.live.as_ref().and_then(|live| live.log().quoted()) {
            Some(log) => format!("{fault}; its log ends with:\n{log}").into(),
            None => fault.into(),
        }
    }
}

impl Strategy for ModuleAgent {
    fn declare(&mut self, needs: &mut Needs) -> Result<(), StrategyError> {
        let Self { setup, schedule, reads, .. } = self;
        (*schedule, *reads) = declared(&setup.ready(), setup.spec.decide.as_ref(), setup.interval, needs)?;
        needs.symbols(&setup.symbols);
        needs.also(schedule_warm_up(schedule, setup.interval));
        Ok(())
    }

    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        self.wake = None;
        let act = match self.ask(ctx) {
            Ok(Some(act)) => act,
            Ok(None) => return Ok(()),
            Err(fault) => return Err(self.with_log(&fault)),
        };
        self.wake = act.wake.and_then(Moment::time);
        let acted = self.acting.act(&act, ctx, &mut self.told, orders);
        acted.map_err(|fault| self.with_log(&format!("{fault}, at decision {}", self.decisions)))
    }

    fn follow_up(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        self.acting.place(ctx, &mut self.told, orders);
        Ok(())
    }

    fn wake(&mut self, _: &BarContext<'_>) -> Wake {
        self.wake.map_or(Wake::Never, Wake::At)
    }
}

impl Scheduled for ModuleAgent {
    fn schedule(&self) -> DecideSpec {
        self.schedule.clone()
    }
}

/// A window leaves its log behind, also one that failed.
impl Drop for ModuleAgent {
    fn drop(&mut self) {
        let log = self.live.as_ref().map(Live::log).filter(|log| !log.is_empty());
        if let Some(log) = log {
            self.setup.collector.keep_log(self.setup.name.clone(), self.window, log.text());
        }
    }
}
