//! The skipping loop: runs only the ticks at which something can happen.
//!
//! A tick that runs is the oracle's tick, step by step. A tick is skipped only if its steps would change nothing but
//! the mark: the bars cannot trigger an open order ([`TriggerBand`](super::trigger_band::TriggerBand)), none expires,
//! no loss limit is near, and the strategy has said that it would do nothing. Marks, peaks and day boundaries of
//! skipped ticks are computed in bulk. Invariant: the same bytes as [`replay()`](super::replay()).
//!
//! Stepped through bar by bar, for as long as it lasts: market orders that wait (for the next bar of their
//! symbol, or for what a participation cap left of them), orders good for one bar, trailing stops at each
//! new best price (at each bar with `intrabar = "detail"`), marks within rounding of a loss
//! limit, and the ticks that a strategy asks for.

use super::Replay;
use super::account::AccountView;
use super::job::Job;
use super::state::{HeldSymbol, State, TradingState};
use super::working::NEVER;
use crate::market::Row;
use crate::scenario::OnBreach;
use crate::strategy::{Orders, PreparedStrategy};

/// Marks looked at together.
const CHUNK: usize = 256;

/// Which loop replays: both give the same bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Loop {
    /// Skips bars without an event.
    #[default]
    Skip,
    /// Tick by tick: the oracle.
    BarByBar,
}

impl Loop {
    /// Takes `strategy` through the window.
    pub fn replay(self, job: &Job<'_>, strategy: PreparedStrategy<'_>) -> Replay {
        match self {
            Self::Skip => replay_skipping(job, strategy),
            Self::BarByBar => super::replay(job, strategy),
        }
    }
}

/// Takes `strategy` through the window from event to event. Gives what [`replay()`](super::replay()) gives.
pub fn replay_skipping(job: &Job<'_>, mut strategy: PreparedStrategy<'_>) -> Replay {
    let mut state = State::new(job);
    let mut orders = Orders::new();
    let ticks = job.window.ticks;
    let mut tick = ticks.first;
    while tick < ticks.last {
        state.visit(tick, &mut strategy, &mut orders);
        let until = state.next_event(&mut strategy);
        tick = state.pass_over(until);
    }
    state.tell_end(&mut strategy);
    state.finish()
}

impl<'m> State<'m> {
    /// The first tick after this one at which anything but the mark can change, loss limits aside.
    fn next_event(&mut self, strategy: &mut PreparedStrategy<'_>) -> usize {
        let (market, from) = (self.job.market, self.tick + 1);
        let mut until = self.job.window.ticks.last;
        if from >= until {
            return until;
        }
        if self.trading_state != TradingState::Out {
            until = until.min(strategy.next_call(self.now(), &AccountView(self)).max(from));
        }
        if self.next_expiry != NEVER {
            until = until.min(market.first_tick_after(from, self.next_expiry));
        }
        if self.watches() && from < until && self.open_at(until - 1) >= self.next_day {
            until = market.first_tick_after(from, self.next_day);
        }
        until = until.min(self.next_dividend(from));
        if self.margin.is_some() {
            until = self.next_margin_event(from, until);
        }
        self.first_trigger(from, until)
    }

    /// Whether loss limits act by themselves: then each mark is tested, and each day begins in a visit.
    fn watches(&self) -> bool {
        self.job.risk.on_breach != OnBreach::HaltNew && self.trading_state != TradingState::Out
    }

    /// The first tick of `from..until` whose bars concern an order that waits; `until` where none does.
    fn first_trigger(&mut self, from: usize, mut until: usize) -> usize {
        if self.waiting.is_empty() {
            return until;
        }
        if self.bands_stale {
            self.set_bands();
        }
        let market = self.job.market;
        for band in &self.bands {
            if from >= until {
                break;
            }
            let series = market.series(band.symbol);
            let rows = series.row_from(from)..series.row_from(until);
            let any = band.down == f64::INFINITY && !rows.is_empty();
            let reached = || series.first_reach(rows.clone(), band.down, band.up);
            if let Some(row) = any.then_some(rows.start).or_else(reached) {
                until = market.tick_of(band.symbol, row, from);
            }
        }
        until
    }

    /// Marks the ticks between this one and `until`, and begins their days; stops before the first whose
    /// mark may breach a loss limit that is watched. The tick to visit next.
    fn pass_over(&mut self, until: usize) -> usize {
        let from = self.tick + 1;
        if from >= until {
            return from;
        }
        let watched = self.watches() && self.trading_state == TradingState::Active;
        let until = if watched || self.job.risk.max_drawdown.is_some() {
            self.mark_in_chunks(from, until, watched)
        } else {
            self.mark_all(from, until);
            until
        };
        if from < until {
            self.ticks_in_market += if self.held.is_empty() { 0 } else { until - from };
            self.begin_days(from, until);
            self.tick = until - 1;
            self.equity_now = self.equity.last().copied().unwrap_or(self.equity_now);
        }
        until
    }

    /// Of the days that begin in `from..until` the last leaves its mark.
    fn begin_days(&mut self, from: usize, until: usize) {
        let market = self.job.market;
        let last = self.open_at(until - 1);
        if last >= self.next_day {
            let begins = market.day.start_of(market.day.day_of(last));
            self.tick = market.first_tick_after(from, begins);
            self.new_day();
        }
    }

    /// Marks tick after tick as [`Self::mark`] does, and follows the peak; where loss limits are `watched`
    /// it stops before the first mark that may breach one, which is given.
    fn mark_in_chunks(&mut self, from: usize, until: usize, watched: bool) -> usize {
        let mut next = from;
        while next < until {
            let (end, start) = ((next + CHUNK).min(until), self.equity.len());
            self.mark_all(next, end);
            let chunk = &self.equity[start..];
            let lowest = chunk.iter().copied().fold(f64::INFINITY, |a, b| if b < a { b } else { a });
            let highest = chunk.iter().copied().fold(f64::NEG_INFINITY, |a, b| if b > a { b } else { a });
            if watched && self.may_breach_at(lowest, self.peak.max(highest)) {
                let breach = self.walk_chunk(next, start);
                if let Some(tick) = breach {
                    self.equity.truncate(start + tick - next);
                    return tick;
                }
            } else if highest > self.peak {
                let at = self.equity[start..].iter().position(|&mark| mark == highest).unwrap_or(0);
                (self.peak, self.peak_tick) = (highest, Some(next + at));
            }
            next = end;
        }
        until
    }

    /// Follows the peak through the marks from `start` on, whose first is that of tick `first`, up to the
    /// first that may breach a loss limit.
    fn walk_chunk(&mut self, first: usize, start: usize) -> Option<usize> {
        for (offset, &mark) in self.equity[start..].iter().enumerate() {
            if self.may_breach_at(mark, self.peak.max(mark)) {
                return Some(first + offset);
            }
            if mark > self.peak {
                (self.peak, self.peak_tick) = (mark, Some(first + offset));
            }
        }
        None
    }

    /// Puts the marks of `from..until` on the curve. The operations of each are those of [`Self::mark`].
    fn mark_all(&mut self, from: usize, until: usize) {
        let cash = self.cash;
        if let [one] = self.held[..]
            && let Some(closes) = self.closes_of(one, from, until)
        {
            self.equity.extend(closes.iter().map(|close| cash + one.qty * close));
            return;
        }
        let start = self.equity.len();
        self.equity.resize(start + until - from, cash);
        for number in 0..self.held.len() {
            self.add_value(self.held[number], from, until, start);
        }
    }

    /// Adds what a held symbol is worth to the marks from `start` on.
    fn add_value(&mut self, held: HeldSymbol, from: usize, until: usize, start: usize) {
        let index = held.symbol.index();
        let until = until.min(self.worthless_from[index]).max(from);
        if let Some(closes) = self.closes_of(held, from, until) {
            for (mark, close) in self.equity[start..].iter_mut().zip(closes) {
                *mark += held.qty * close;
            }
            return;
        }
        let closes = self.closes[index];
        for (mark, row) in self.equity[start..].iter_mut().zip(&self.rows[index][from..until]) {
            if let Some(row) = row.row() {
                *mark += held.qty * closes[row];
            }
        }
    }

    /// The closes of a symbol that has a bar of its own at each of these ticks and is worth something.
    fn closes_of(&self, held: HeldSymbol, from: usize, until: usize) -> Option<&'m [f64]> {
        let index = held.symbol.index();
        if from >= until || until > self.worthless_from[index] {
            return None;
        }
        let (series, closes) = (&self.job.market.symbols[index], self.closes[index]);
        let (first, last): (Row, Row) = (series.row_at(from).row()?, series.row_at(until - 1).row()?);
        (last - first == until - 1 - from).then(|| &closes[first..=last])
    }
}
