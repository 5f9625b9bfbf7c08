//! What every window of an agent has in common.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use super::context::Texts;
use super::journal::Journal;
use super::line::LINE_BYTES;
use super::mask::Mask;
use super::message::{Budgets, Costs, Hello, Limits, PROTOCOL, SymbolInfo};
use super::recording::{Collector, WindowRecording};
use super::starter::Starter;
use super::tape::Tape;
use crate::domain::{AgentName, Bps, Interval, Seed};
use crate::scenario::{AgentSpec, FillAt, ProcessSpec, Scenario, Slippage};

/// An agent that is a program, in a scenario.
#[derive(Debug, Clone)]
pub struct AgentSetup {
    /// What the scenario says of the program.
    pub spec: ProcessSpec,
    /// Who answers for it; `None` where its answers are known.
    pub starter: Option<Starter>,
    /// Its name in the scenario.
    pub name: AgentName,
    /// Takes what its windows leave behind.
    pub collector: Arc<Collector>,
    answers: Answers,
    /// All that the answers depend on, but for the window.
    key: Vec<u8>,
    /// Interval of the scenario's bars.
    pub interval: Interval,
    /// What it trades, by name.
    pub symbols: Vec<String>,
    /// Whether any of them is on margin, so that a sell may open a short position.
    pub on_margin: bool,
    /// The texts that it is told.
    pub texts: Texts,
    hello: Hello,
    seed: Seed,
}

/// Where answers come from, besides the program.
#[derive(Debug, Clone, Default)]
pub enum Answers {
    /// No other source: the program is asked each time.
    #[default]
    Asked,
    /// From journals in this folder, where what is asked is written; `fresh` empties them.
    Kept {
        /// Folder of the journals.
        folder: PathBuf,
        /// Whether to ask everything anew.
        fresh: bool,
    },
    /// From the journal in this file, which must be kept: a session is asked nothing twice.
    #[cfg(feature = "serve")]
    Session(PathBuf),
    /// From a recording, by window: no program is asked.
    Recorded(Arc<BTreeMap<u32, WindowRecording>>),
}

impl AgentSetup {
    /// The agent `agent` of `scenario`, which calls itself `called`.
    pub fn new(
        scenario: &Scenario,
        agent: &AgentSpec,
        spec: &ProcessSpec,
        (starter, answers): (Option<Starter>, Answers),
        collector: &Arc<Collector>,
    ) -> Self {
        let instruments = agent.strategy.symbols.iter().map(|&symbol| scenario.market.instrument(symbol));
        let symbols: Vec<SymbolInfo> = instruments
            .map(|instrument| SymbolInfo {
                symbol: instrument.symbol.to_string(),
                base_asset: instrument.base_asset.clone(),
                price_tick: instrument.price_tick.into(),
                quantity_step: instrument.quantity_step.into(),
                min_notional: instrument.min_notional,
            })
            .collect();
        let mut traded = agent.strategy.symbols.iter().map(|&symbol| scenario.market.instrument(symbol));
        Self {
            on_margin: traded.any(|instrument| instrument.margin.is_some()),
            symbols: symbols.iter().map(|info| info.symbol.clone()).collect(),
            texts: Texts::new(scenario, &agent.strategy.symbols),
            hello: Hello {
                protocol: PROTOCOL,
                agent: agent.name.to_string(),
                window: 0,
                symbols,
                quote_asset: scenario.market.quote_asset.clone(),
                interval: scenario.market.interval.to_string(),
                costs: costs(scenario),
                limits: limits(agent),
                starting_balance: agent.starting_balance,
                seed: 0,
                budgets: Budgets {
                    decision_ms: spec.decision_ms,
                    margin_ms: spec.margin_ms,
                    window_ms: spec.window_ms,
                    memory_mb: spec.memory_mb,
                    cpu_s: spec.cpu_s,
                    line_bytes: LINE_BYTES,
                    tokens: spec.budget.as_ref().and_then(|budget| budget.tokens),
                    cost: spec.budget.as_ref().and_then(|budget| budget.cost),
                    currency: spec.budget.as_ref().map(|_| spec.currency.clone()),
                },
            },
            spec: spec.clone(),
            key: key(scenario, spec, starter.as_ref()),
            name: agent.name.clone(),
            collector: Arc::clone(collector),
            answers,
            starter,
            interval: scenario.market.interval,
            seed: scenario.seed,
        }
    }

    /// The same under the name that its recording has.
    #[must_use]
    pub fn called(mut self, name: &str) -> Self {
        name.clone_into(&mut self.hello.agent);
        self
    }

    /// What is known of a window. A journal that cannot be read or written, or that another run writes, is none: the
    /// program is asked.
    pub(super) fn tape(&self, window: u32) -> Tape {
        match &self.answers {
            Answers::Asked => Tape::default(),
            Answers::Recorded(windows) => Tape::replaying(windows.get(&window).cloned().unwrap_or_default()),
            #[cfg(feature = "serve")]
            Answers::Session(path) => {
                let tape =
                    Journal::open_patiently(path).and_then(|(journal, found)| Tape::session(journal, found));
                tape.unwrap_or_else(|error| {
                    self.collector.abandon(Some(format!("its answers cannot be kept: {error}")));
                    Tape::default()
                })
            }
            Answers::Kept { folder, fresh } => {
                let path = Journal::path(folder, &self.journal_key(window));
                let opened = fs::create_dir_all(folder).and_then(|()| Journal::open(&path, *fresh));
                opened.and_then(|(journal, found)| Tape::journalled(journal, found)).unwrap_or_default()
            }
        }
    }

    fn journal_key(&self, window: u32) -> String {
        let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 journal of an agent");
        hash.update(&self.key);
        // Plain values: nothing can fail, and an empty text would only ask again.
        let hello = serde_json::to_vec(&self.hello(window)).unwrap_or_default();
        hash.update(&hello);
        hash.finalize().to_hex().to_string()
    }

    /// Whether what was said before must be told again when it goes on from known answers.
    pub(super) fn forgets(&self) -> bool {
        self.starter.as_ref().is_none_or(Starter::forgets)
    }

    /// All that its answers depend on but name, seed and window, as a hash.
    pub fn content(&self) -> &[u8] {
        &self.key
    }

    /// What is hidden from the agent in a window.
    pub fn mask(&self, window: u32) -> Mask {
        Mask::new(self.spec.mask, self.seed, (&self.hello.agent, window), &self.hello.symbols)
    }

    /// The first message in a window, as the agent sees it.
    pub fn hello(&self, window: u32) -> Hello {
        let key = self.seed.key(&["strategy", "process", &self.hello.agent, &window.to_string()]);
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&key[..8]);
        // JSON numbers are doubles in many languages.
        let seed = u64::from_le_bytes(bytes) >> 11;
        self.mask(window).hello(Hello { window, seed, ..self.hello.clone() })
    }
}

/// Settings, files and market that the answers depend on.
fn key(scenario: &Scenario, spec: &ProcessSpec, starter: Option<&Starter>) -> Vec<u8> {
    let parts = (spec, &scenario.market, &scenario.venue, &scenario.battle.windows, PROTOCOL);
    let mut hash = blake3::Hasher::new();
    hash.update(&serde_json::to_vec(&parts).unwrap_or_default());
    if !scenario.context.is_empty() {
        hash.update(&serde_json::to_vec(&scenario.context).unwrap_or_default());
    }
    for file in starter.map(Starter::files).unwrap_or_default() {
        hash.update(file.as_os_str().as_encoded_bytes());
        // A folder, or a file that went away, counts by its name.
        let content = fs::read(file).unwrap_or_default();
        hash.update(&(content.len() as u64).to_le_bytes());
        hash.update(&content);
    }
    hash.finalize().as_bytes().to_vec()
}

fn costs(scenario: &Scenario) -> Costs {
    let venue = &scenario.venue;
    Costs {
        taker_fee_bps: venue.taker_fee.to_f64(),
        maker_fee_bps: venue.maker_fee.to_f64(),
        slippage: match venue.slippage {
            Slippage::None => "none",
            Slippage::FixedBps { .. } => "fixed_bps",
            Slippage::VolumeShare { .. } => "volume_share",
            Slippage::SquareRoot { .. } => "square_root",
        }
        .to_owned(),
        fill_at: match venue.fill_at {
            FillAt::NextOpen => "next_open",
            FillAt::Close => "close",
        }
        .to_owned(),
    }
}

fn limits(agent: &AgentSpec) -> Limits {
    let risk = &agent.risk;
    let percent = |share: Option<Bps>| share.map(|share| share.to_f64() / 100.0);
    Limits {
        max_order_size_pct: percent(risk.max_order_size),
        max_position_size_pct: percent(risk.max_position_size),
        max_open_orders: risk.max_open_orders,
        daily_loss_limit_pct: percent(risk.daily_loss_limit),
        max_drawdown_pct: percent(risk.max_drawdown),
        max_consecutive_losses: risk.max_consecutive_losses,
        orders_per_minute: risk.orders_per_minute,
    }
}
