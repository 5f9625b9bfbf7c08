//! Cache keys of jobs: a hash over every input to a job's result.
//!
//! The inputs are the agent with its values, the venue, the bars of the window and as much history as the
//! agent can read, the window's index and sampling, the seed, and the semantics version. Bars are hashed by
//! content, so the same bars from another file give the same key, and history loaded for another trial has no
//! influence.

use std::collections::HashMap;
use std::ops::Range;

use crate::domain::{Interval, SymbolId, Timestamp};
use crate::engine::SEMANTICS_VERSION;
use crate::market::{Bars, Market};
use crate::scenario::{Intrabar, TrialSetup, WarmUp};
use crate::strategy;
use crate::tournament::{TournamentPlan, WindowSpan};
use crate::venue::{TradingDay, bars_looked_back};

/// A job's cache key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobKey(pub [u8; 32]);

/// In hexadecimal.
impl std::fmt::Display for JobKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(blake3::Hash::from_bytes(self.0).to_hex().as_str())
    }
}

/// Rows per update of the hash.
const CHUNK: usize = 4_096;

/// The bars that a trial reads outside the window: indicator history by timeframe, the look-back of slippage,
/// and finer bars.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct BarsSeen {
    history: Vec<(Interval, u32)>,
    /// Bars of the market's interval before the window that the slippage model reads.
    before: u32,
    detail: bool,
}

/// Computes the keys of one plan's jobs. Each bar is hashed once.
#[derive(Debug)]
pub struct JobKeys<'a> {
    plan: TournamentPlan<'a>,
    windows: Vec<Option<[u8; 32]>>,
    seen: HashMap<(usize, BarsSeen), [u8; 32]>,
}

impl<'a> JobKeys<'a> {
    /// For the jobs of a plan.
    pub fn new(plan: TournamentPlan<'a>) -> Self {
        Self { plan, windows: vec![None; plan.windows.len()], seen: HashMap::new() }
    }

    /// The key of a trial's job in a window of the plan.
    pub fn key(&mut self, setup: &TrialSetup, window: usize) -> JobKey {
        let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 sweep job");
        hash.update(&self.window(window));
        hash.update(&self.seen(setup, window));
        for text in [json(&setup.agent), json(&setup.venue)] {
            text_into(&mut hash, &text);
        }
        JobKey(*hash.finalize().as_bytes())
    }

    /// Hash of the inputs common to all trials of a window: bars, window index, conventions of the scenario.
    fn window(&mut self, window: usize) -> [u8; 32] {
        if let Some(known) = self.windows[window] {
            return known;
        }
        let TournamentPlan { scenario, market, windows } = self.plan;
        let span = &windows[window];
        let mut hash = blake3::Hasher::new();
        hash.update(&SEMANTICS_VERSION.to_le_bytes());
        hash.update(&scenario.seed.0.to_le_bytes());
        hash.update(&span.window.index.to_le_bytes());
        hash.update(&market.interval.micros().to_le_bytes());
        hash.update(market.trading_year.calendar.as_str().as_bytes());
        hash.update(&market.trading_year.days.to_le_bytes());
        for text in [
            json(&scenario.metrics),
            json(&scenario.market.delisted),
            json(&scenario.market.warm_up),
            json(&scenario.market.gaps),
            json(&scenario.market.instruments),
        ] {
            text_into(&mut hash, &text);
        }
        if !market.day.is_utc() {
            text_into(&mut hash, &json(&market.day));
        }
        for (index, series) in market.symbols.iter().enumerate() {
            rows_into(&mut hash, &series.bars, rows(&series.bars, span.start, span.end));
            if let Some(actions) = &series.actions {
                text_into(&mut hash, &format!("{:?}", actions.dividends));
            }
            // Measured from all bars of the range.
            let day = TradingDay::of(market, SymbolId(u16::try_from(index).unwrap_or(u16::MAX)));
            hash.update(&(day.bars_of(1) as u64).to_le_bytes());
        }
        let found = *hash.finalize().as_bytes();
        self.windows[window] = Some(found);
        found
    }

    /// Hash of the bars outside the window that the trial can read.
    fn seen(&mut self, setup: &TrialSetup, window: usize) -> [u8; 32] {
        let TournamentPlan { scenario, market, windows } = self.plan;
        let from_before = scenario.market.warm_up == WarmUp::Before;
        let wanted = strategy::warm_up(&setup.agent.strategy, market.interval);
        let reach = BarsSeen {
            history: wanted
                .into_iter()
                .map(|(interval, n)| (interval, if from_before { n } else { 0 }))
                .collect(),
            // The bar before the window determines which coarser bars close with its first bar.
            before: bars_looked_back(&setup.venue.slippage, market.interval).max(1),
            detail: setup.venue.intrabar == Intrabar::Detail,
        };
        let span = &windows[window];
        *self.seen.entry((window, reach)).or_insert_with_key(|(_, reach)| reach.hash(market, span))
    }
}

impl BarsSeen {
    fn hash(&self, market: &Market, span: &WindowSpan) -> [u8; 32] {
        let mut hash = blake3::Hasher::new();
        for series in &market.symbols {
            for &(interval, bars) in &self.history {
                let of = match series.frames.get(&interval) {
                    Some(frame) if interval != market.interval => &frame.bars,
                    _ => &series.bars,
                };
                let first = of.first_row_from(span.start).saturating_sub(bars as usize);
                // For the market's own interval the rest is inside the window.
                let last = if interval == market.interval { span.start } else { span.end };
                rows_into(&mut hash, of, first..of.first_row_from(last).max(first));
            }
            let first = series.bars.first_row_from(span.start);
            rows_into(&mut hash, &series.bars, first.saturating_sub(self.before as usize)..first);
            if let Some(detail) = series.detail.as_ref().filter(|_| self.detail) {
                rows_into(&mut hash, detail, rows(detail, span.start, span.end));
            }
        }
        *hash.finalize().as_bytes()
    }
}

fn rows(bars: &Bars, start: Timestamp, end: Timestamp) -> Range<usize> {
    bars.first_row_from(start)..bars.first_row_from(end)
}

fn rows_into(hash: &mut blake3::Hasher, bars: &Bars, rows: Range<usize>) {
    hash.update(&bars.interval.micros().to_le_bytes());
    hash.update(&(rows.len() as u64).to_le_bytes());
    let mut buffer = Vec::with_capacity(CHUNK * 48);
    for start in rows.clone().step_by(CHUNK) {
        buffer.clear();
        for row in start..rows.end.min(start + CHUNK) {
            buffer.extend_from_slice(&bars.ts[row].micros().to_le_bytes());
            for column in [&bars.open, &bars.high, &bars.low, &bars.close, &bars.volume] {
                // Adding 0.0 turns a volume of -0 into 0.
                buffer.extend_from_slice(&(column[row] + 0.0).to_le_bytes());
            }
        }
        hash.update(&buffer);
    }
}

fn text_into(hash: &mut blake3::Hasher, text: &str) {
    hash.update(&(text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

#[expect(clippy::expect_used, reason = "every field is a string, number, list or struct: nothing can fail")]
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain values")
}
