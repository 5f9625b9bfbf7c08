//! What all trials on one symbol on margin share: marks, worst prices, and what is paid when.

use crate::domain::{Price, Rate, Timestamp};
use crate::engine::Job;
use crate::engine::batch::segment::{BLOCK, extreme, higher, lower, scan};
use crate::engine::margin::formulas::days_settled;
use crate::market::{Bars, FundingRate, SymbolSeries};

/// What all trials on one symbol on margin share. Bars are indexed as in the batch's columns.
#[derive(Debug)]
pub(in crate::engine::batch) struct MarginColumns<'m> {
    /// Bars that margin is tested against: those of the mark price, or of the symbol where there is none.
    marks: Extremes<'m>,
    /// The symbol's own bars, where the mark price is another.
    last: Option<Extremes<'m>>,
    /// What is paid while a position is held, in order.
    pub(super) due: Vec<Due>,
}

/// A payment that a position makes or receives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    /// The bar in which it is posted.
    pub bar: usize,
    /// Where in the bar.
    pub phase: Phase,
    /// Mark price that its notional is taken at.
    pub mark: Price,
    /// What is paid.
    pub what: Accrual,
}

/// Where in a bar something is posted, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Before the fills of its open.
    BeforeFills,
    /// After them.
    AfterFills,
    /// At its close.
    Close,
}

/// What is paid.
#[derive(Debug, Clone, Copy)]
pub(super) enum Accrual {
    /// Funding of a perpetual.
    Funding(Rate),
    /// Borrow fee and interest of so many days.
    Days(i64),
}

impl<'m> MarginColumns<'m> {
    /// Of a job's only symbol; `base` is the row of bar 0.
    pub fn new(job: &Job<'m>, series: &'m SymbolSeries, base: usize) -> Self {
        let ticks = job.window.ticks;
        let mark = series.margin.as_ref().and_then(|margin| margin.mark.as_ref());
        let bars = mark.unwrap_or(&series.bars);
        let of = |bars: &'m Bars| Extremes::new(bars, ticks.first..ticks.last, ticks.first - base);
        let mut columns = Self { marks: of(bars), last: mark.map(|_| of(&series.bars)), due: Vec::new() };
        columns.due = due(job, series, bars, base);
        columns
    }

    /// The mark at the close of a bar.
    pub fn mark_at_close(&self, bar: usize) -> Price {
        Price::from_f64(self.marks.close[bar - self.marks.origin])
    }

    /// The worst mark of some bars for a position.
    pub fn worst_mark(&self, from: usize, to: usize, short: bool) -> Price {
        self.marks.worst(from, to, short)
    }

    /// The worst price of some bars for a position.
    pub fn worst_price(&self, from: usize, to: usize, short: bool) -> Price {
        self.last.as_ref().unwrap_or(&self.marks).worst(from, to, short)
    }
}

/// Lows, highs and closes of the window's bars, with the extremes of their blocks.
#[derive(Debug)]
struct Extremes<'m> {
    low: &'m [f64],
    high: &'m [f64],
    close: &'m [f64],
    lows: Vec<f64>,
    highs: Vec<f64>,
    /// The bar of the window's first row.
    origin: usize,
}

impl<'m> Extremes<'m> {
    fn new(bars: &'m Bars, rows: std::ops::Range<usize>, origin: usize) -> Self {
        let (low, high) = (&bars.low[rows.clone()], &bars.high[rows.clone()]);
        let lows = low.chunks(BLOCK).map(|block| scan(block, f64::INFINITY, lower)).collect();
        let highs = high.chunks(BLOCK).map(|block| scan(block, f64::NEG_INFINITY, higher)).collect();
        Self { low, high, close: &bars.close[rows], lows, highs, origin }
    }

    fn worst(&self, from: usize, to: usize, short: bool) -> Price {
        let (from, to) = (from - self.origin, to - self.origin);
        Price::from_f64(match short {
            true => extreme(self.high, &self.highs, from, to, f64::NEG_INFINITY, higher),
            false => extreme(self.low, &self.lows, from, to, f64::INFINITY, lower),
        })
    }
}

/// The payments of funding, and the ends of days, of a window.
fn due(job: &Job<'_>, series: &SymbolSeries, marks: &Bars, base: usize) -> Vec<Due> {
    let (ticks, interval) = (job.window.ticks, job.market.interval.span());
    let clock = &job.market.clock[ticks.first..ticks.last];
    let (first, origin) = (clock[0], ticks.first - base);
    let end = clock[clock.len() - 1] + interval;
    let before = |at: Timestamp| Timestamp::from_micros(at.micros() - 1);
    let payments = series.margin.as_ref().map_or(&[][..], |one| one.payments(before(first), before(end)));
    let mut due: Vec<Due> = Vec::with_capacity(payments.len());
    for &FundingRate { at, rate } in payments {
        let index = clock.partition_point(|&open| open + interval <= at);
        let row = ticks.first + index;
        let (phase, mark) = match clock[index] <= at {
            true => (Phase::AfterFills, marks.open[row]),
            false => (Phase::BeforeFills, marks.close[row - 1]),
        };
        let mark = Price::from_f64(mark);
        due.push(Due { bar: index + origin, phase, mark, what: Accrual::Funding(rate) });
    }
    let close = |index: usize| Price::from_f64(marks.close[ticks.first + index]);
    for (index, &open) in clock.iter().enumerate() {
        let days = days_settled(open, open + interval, clock.get(index + 1).copied());
        let day = |days| Due {
            bar: index + origin,
            phase: Phase::Close,
            mark: close(index),
            what: Accrual::Days(days),
        };
        due.extend(days.map(day));
    }
    due.sort_by_key(|due| (due.bar, due.phase));
    due
}
