//! The batch engine's door: what a grid has in common, prepared once, then any number of parameterisations.

use super::grid::{self, Pair};
use super::job::Batch;
use super::margin::{self, MarginColumns};
use super::replay_summary::ReplaySummary;
use super::shared_columns::{Columns, SharedColumns};
use super::trader::{DailyLoss, Terms};
use super::units::{FeeSchedule, LIMIT, Share};
use super::{Ineligible, decided, eligible};
use crate::domain::{Bps, SymbolId};
use crate::scenario::{StrategySpec, WarmUp};
use crate::strategy::{Setup, bar_decisions, crossing, decides_by_bars};

/// A batch with its shared columns: 9 bytes a bar of the window (17 with slippage) and 8 a bar of the market up to
/// its end. Shared between threads by reference.
#[derive(Debug)]
pub struct Prepared<'a> {
    batch: Batch<'a>,
    columns: SharedColumns<'a>,
    fees: FeeSchedule,
    maker_fees: Option<FeeSchedule>,
    slippage: Bps,
    /// `batch.samples` as indexes into the shared columns.
    samples: Vec<usize>,
    /// The last bar of each day, where a daily loss limit is set.
    day_ends: Vec<usize>,
    /// What an account on margin needs beside them.
    margin: Option<MarginColumns<'a>>,
}

impl<'a> Batch<'a> {
    /// Computes what all parameterisations share.
    ///
    /// # Errors
    /// [`Ineligible`] the general engine has to replay all of them.
    pub fn prepare(self) -> Result<Prepared<'a>, Ineligible> {
        let slippage = eligible::common(&self)?;
        let series = self.job.market.series(SymbolId(0));
        let columns = Columns { clock: &series.bars.ts, open: &series.bars.open, close: &series.bars.close };
        let ticks = self.job.window.ticks;
        let fees = |highest| FeeSchedule::new(self.job.venue.taker_fee, &series.instrument, highest);
        let (columns, fees) = SharedColumns::new(columns, (ticks.first, ticks.last), slippage, fees)
            .ok_or(Ineligible::TooLarge)?;
        let maker = self.job.venue.maker_fee;
        let maker_fees = (Bps::ZERO..=Bps::WHOLE)
            .contains(&maker)
            .then(|| FeeSchedule::new(maker, &series.instrument, columns.highest))
            .flatten();
        let start = self.job.starting_balance.units();
        if !(0..i128::from(LIMIT)).contains(&start) {
            return Err(Ineligible::TooLarge);
        }
        let samples = self.samples.iter().map(|&tick| tick - columns.base).collect();
        let day_ends = match self.job.risk.daily_loss_limit {
            Some(_) => columns.day_ends(self.job.market.day),
            None => Vec::new(),
        };
        let margin = self.job.on_margin().then(|| MarginColumns::new(&self.job, series, columns.base));
        Ok(Prepared { batch: self, columns, fees, maker_fees, slippage, samples, day_ends, margin })
    }
}

impl Prepared<'_> {
    /// Whether the instrument is on margin.
    pub fn is_on_margin(&self) -> bool {
        self.margin.is_some()
    }

    /// Whether a strategy is taken by [`Self::follow`], one by one, and not by [`Self::run`] together with others.
    pub fn follows(&self, spec: &StrategySpec) -> bool {
        self.margin.is_some() || decides_by_bars(spec)
    }

    /// Takes one strategy that decides by the bars alone through the window; `setup` is that of this window. On margin
    /// crossing strategies too.
    ///
    /// # Errors
    /// [`Ineligible`] the general engine has to replay it.
    pub fn follow(&self, spec: &StrategySpec, setup: &Setup<'_>) -> Result<ReplaySummary, Ineligible> {
        let job = &self.batch.job;
        self.eligible(spec)?;
        let decisions = bar_decisions(spec, setup).ok_or(Ineligible::Strategy)?;
        let (series, through) = (job.market.series(SymbolId(0)), job.venue.limit_needs_through);
        if let (Some(columns), Some(terms)) = (&self.margin, series.instrument.margin.as_deref()) {
            return margin::follow(spec, &decisions, job, &self.terms(), (columns, terms));
        }
        decided::run(&decisions, series, through, Share::new(spec.size), &self.terms())
    }

    /// Whether a parameterisation can be tried; [`Ineligible::CloseCall`], [`Ineligible::Liquidation`] and
    /// [`Ineligible::TooLarge`] show only on the way.
    ///
    /// # Errors
    /// [`Ineligible`] not.
    pub fn eligible(&self, spec: &StrategySpec) -> Result<(), Ineligible> {
        match () {
            () if self.margin.is_some() => eligible::on_margin(&self.batch, spec),
            () if decides_by_bars(spec) => eligible::decided(&self.batch, spec),
            () => eligible::strategy(&self.batch, spec),
        }
    }

    /// Takes each of `specs` through the window and hands its outcome to `each` with its index in the list,
    /// in any order. Memory does not grow with the number of specs beyond a few bytes for each.
    pub fn run(
        &self,
        specs: &[StrategySpec],
        mut each: impl FnMut(usize, Result<ReplaySummary, Ineligible>),
    ) {
        let (mut pairs, mut indexes) = (Vec::with_capacity(specs.len()), Vec::with_capacity(specs.len()));
        for (index, spec) in specs.iter().enumerate() {
            match self.pair(spec) {
                Ok(pair) => {
                    pairs.push(pair);
                    indexes.push(index);
                }
                Err(why) => each(index, Err(why)),
            }
        }
        grid::run(&pairs, &self.terms(), |index, outcome| each(indexes[index], outcome));
    }

    fn pair(&self, spec: &StrategySpec) -> Result<Pair, Ineligible> {
        if self.margin.is_some() {
            return Err(Ineligible::Margin);
        }
        self.eligible(spec)?;
        let job = &self.batch.job;
        let lines = crossing(spec, job.market.interval).ok_or(Ineligible::Strategy)?;
        // A line reaches back at least as far as its averages are long.
        if !lines.iter().all(|&(_, before)| self.columns.fits(before)) {
            return Err(Ineligible::TooLarge);
        }
        let [fast, slow] = lines.map(|(line, before)| {
            let before = if self.batch.warm_up == WarmUp::Before { before as usize } else { 0 };
            (line, job.window.ticks.first.saturating_sub(before))
        });
        Ok(Pair { fast, slow, size: spec.size })
    }

    fn terms(&self) -> Terms<'_> {
        let job = &self.batch.job;
        Terms {
            columns: &self.columns,
            closes: self.columns.closes(),
            fees: &self.fees,
            maker_fees: self.maker_fees.as_ref(),
            start: job.starting_balance.units() as i64,
            samples: &self.samples,
            daily_loss: job
                .risk
                .daily_loss_limit
                .map(|limit| DailyLoss { limit: Share::new(limit), day_ends: &self.day_ends }),
            close_at_end: job.venue.close_at_end,
            slippage: self.slippage,
            interval: job.market.interval.span(),
        }
    }
}
