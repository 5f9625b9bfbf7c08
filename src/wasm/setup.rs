//! What every window of an agent has in common.

use std::sync::Arc;

use super::live::Live;
use super::module::Module;
use super::structure::Layout;
use crate::domain::{AgentName, Interval};
use crate::process::message::{PROTOCOL, Ready};
use crate::process::{Collector, NoLaunch};
use crate::scenario::{AgentSpec, Scenario, WasmSpec};
use crate::strategy::BarStream;

/// An agent that is a module, in a scenario.
#[derive(Debug, Clone)]
pub struct ModuleSetup {
    /// What the scenario says of the module.
    pub spec: WasmSpec,
    /// The module.
    pub module: Module,
    /// Its name in the scenario.
    pub name: AgentName,
    /// Takes what its windows log.
    pub collector: Arc<Collector>,
    /// Interval of the scenario's bars.
    pub interval: Interval,
    /// What it trades, by name: its numbers are their places.
    pub symbols: Vec<String>,
}

impl ModuleSetup {
    /// The agent `agent` of `scenario`.
    pub fn new(
        scenario: &Scenario,
        agent: &AgentSpec,
        spec: &WasmSpec,
        module: Module,
        collector: &Arc<Collector>,
    ) -> Self {
        let names =
            agent.strategy.symbols.iter().map(|&id| scenario.market.instrument(id).symbol.to_string());
        Self {
            spec: spec.clone(),
            module,
            name: agent.name.clone(),
            collector: Arc::clone(collector),
            interval: scenario.market.interval,
            symbols: names.collect(),
        }
    }

    /// How large its messages are.
    pub fn layout(&self) -> Layout {
        let Self { spec, symbols, .. } = self;
        Layout { symbols: symbols.len(), indicators: spec.indicators.len(), bars: spec.bars as usize }
    }

    /// What it reads, as a program says it of itself.
    pub(super) fn ready(&self) -> Ready {
        Ready {
            protocol: PROTOCOL,
            history: self.spec.bars,
            timeframe: self.spec.timeframe.map(|timeframe| timeframe.to_string()),
            indicators: self.spec.indicators.clone(),
            decide: None,
        }
    }

    /// Makes an instance as a window does: whether memory, data and buffer are as they should be.
    ///
    /// # Errors
    /// Why it cannot take part, and how to mend it.
    pub fn try_start(&self) -> Result<(), NoLaunch> {
        let Self { spec, module, .. } = self;
        if module.least_memory() > u64::from(spec.memory_mb) << 20 {
            let message = format!(
                "its memory has {} bytes from the start, more than `memory_mb` = {}",
                module.least_memory(),
                spec.memory_mb
            );
            let help = "raise `memory_mb`, or build it with less initial memory".to_owned();
            return Err(NoLaunch { message, help });
        }
        let live = Live::start(module, spec, BarStream::default());
        let fits = live.and_then(|live| live.takes(self.layout().least_bytes()));
        fits.map_err(|fault| NoLaunch {
            message: fault.in_words(spec, "at its start"),
            help: "a module keeps 65,536 bytes at `buf`, or as many as its function `buf_len` says; `bars`, \
                   `indicators` and `symbols` make messages longer"
                .to_owned(),
        })
    }
}
