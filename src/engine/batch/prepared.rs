//! The batch engine's door: what a grid has in common, prepared once, then any number of parameterisations.

use std::borrow::Cow;

use super::grid::{self, Pair};
use super::job::Batch;
use super::margin::MarginColumns;
use super::replay_summary::ReplaySummary;
use super::several::SeveralColumns;
use super::shared_columns::{Columns, SharedColumns};
use super::trader::{DailyLoss, Terms};
use super::units::{FeeSchedule, LIMIT, Share};
use super::{Ineligible, eligible};
use crate::domain::{Bps, SymbolId};
use crate::scenario::{StrategySpec, WarmUp};
use crate::strategy::{crossing, decides_by_bars};

/// A batch with its shared columns: 9 bytes a bar of the window (17 with slippage) and 8 a bar of the market up to
/// its end. Shared between threads by reference.
#[derive(Debug)]
pub struct Prepared<'a> {
    pub(super) batch: Batch<'a>,
    pub(super) slippage: Bps,
    pub(super) ground: Ground<'a>,
}

/// What all parameterisations share, by the number of symbols.
#[derive(Debug)]
pub(super) enum Ground<'a> {
    One(Box<OneSymbol<'a>>),
    Several {
        columns: SeveralColumns<'a>,
        /// `batch.samples` as bars of the window.
        samples: Vec<usize>,
        /// The last bar of each day, where a daily loss limit is set.
        day_ends: Vec<usize>,
    },
}

/// Of a market of one symbol.
#[derive(Debug)]
pub(super) struct OneSymbol<'a> {
    pub columns: SharedColumns<'a>,
    fees: FeeSchedule,
    maker_fees: Option<FeeSchedule>,
    /// `batch.samples` as indexes into the shared columns.
    samples: Vec<usize>,
    /// The last bar of each day, where a daily loss limit is set.
    day_ends: Vec<usize>,
    /// What an account on margin needs beside them.
    pub margin: Option<MarginColumns<'a>>,
}

impl<'a> Batch<'a> {
    /// Computes what all parameterisations share.
    ///
    /// # Errors
    /// [`Ineligible`] the general engine has to replay all of them.
    pub fn prepare(self) -> Result<Prepared<'a>, Ineligible> {
        let slippage = eligible::common(&self)?;
        let ground = match self.job.market.symbols.len() {
            1 => Ground::One(Box::new(self.one_symbol(slippage)?)),
            _ => self.several(slippage)?,
        };
        Ok(Prepared { batch: self, slippage, ground })
    }

    fn several(&self, slippage: Bps) -> Result<Ground<'a>, Ineligible> {
        self.start()?;
        let columns = SeveralColumns::new(&self.job, slippage);
        let samples = self.samples.iter().map(|&tick| tick - self.job.window.ticks.first).collect();
        let day_ends = match self.job.risk.daily_loss_limit {
            Some(_) => columns.day_ends(self.job.market.day),
            None => Vec::new(),
        };
        Ok(Ground::Several { columns, samples, day_ends })
    }

    /// The wallet at the start.
    fn start(&self) -> Result<i64, Ineligible> {
        let start = self.job.starting_balance.units();
        i64::try_from(start).ok().filter(|start| (0..LIMIT).contains(start)).ok_or(Ineligible::TooLarge)
    }

    fn one_symbol(&self, slippage: Bps) -> Result<OneSymbol<'a>, Ineligible> {
        let series = self.job.market.series(SymbolId(0));
        let (open, close) = (Cow::from(&series.bars.open), Cow::from(&series.bars.close));
        let columns = Columns { clock: &series.bars.ts, open, close };
        let ticks = self.job.window.ticks;
        let fees = |highest| FeeSchedule::new(self.job.venue.taker_fee, &series.instrument, highest);
        // A cross needs the bar before.
        let rows = (ticks.first.saturating_sub(1), ticks.first, ticks.last);
        let (columns, fees) =
            SharedColumns::new(columns, rows, slippage, fees).ok_or(Ineligible::TooLarge)?;
        let maker = self.job.venue.maker_fee;
        let maker_fees = (Bps::ZERO..=Bps::WHOLE)
            .contains(&maker)
            .then(|| FeeSchedule::new(maker, &series.instrument, columns.highest))
            .flatten();
        self.start()?;
        let samples = self.samples.iter().map(|&tick| tick - columns.base).collect();
        let day_ends = match self.job.risk.daily_loss_limit {
            Some(_) => columns.day_ends(self.job.market.day),
            None => Vec::new(),
        };
        let margin = self.job.on_margin().then(|| MarginColumns::new(&self.job, series, columns.base));
        Ok(OneSymbol { columns, fees, maker_fees, samples, day_ends, margin })
    }
}

impl Prepared<'_> {
    /// Whether the instrument is on margin.
    pub fn is_on_margin(&self) -> bool {
        matches!(&self.ground, Ground::One(one) if one.margin.is_some())
    }

    /// Whether a strategy is taken by [`Self::follow`], one by one, and not by [`Self::run`] together with others.
    pub fn follows(&self, spec: &StrategySpec) -> bool {
        match &self.ground {
            Ground::One(one) => one.margin.is_some() || decides_by_bars(spec),
            Ground::Several { .. } => true,
        }
    }

    /// Whether a parameterisation can be tried; [`Ineligible::CloseCall`], [`Ineligible::Liquidation`] and
    /// [`Ineligible::TooLarge`] show only on the way.
    ///
    /// # Errors
    /// [`Ineligible`] not.
    pub fn eligible(&self, spec: &StrategySpec) -> Result<(), Ineligible> {
        match &self.ground {
            Ground::Several { columns, .. } => eligible::several(&self.batch, columns, spec),
            Ground::One(one) if one.margin.is_some() => eligible::on_margin(&self.batch, spec),
            Ground::One(_) if decides_by_bars(spec) => eligible::decided(&self.batch, spec),
            Ground::One(_) => eligible::strategy(&self.batch, spec),
        }
    }

    /// Takes each of `specs` through the window and hands its outcome to `each` with its index in the list,
    /// in any order. Memory does not grow with the number of specs beyond a few bytes for each.
    pub fn run(
        &self,
        specs: &[StrategySpec],
        mut each: impl FnMut(usize, Result<ReplaySummary, Ineligible>),
    ) {
        let Ground::One(one) = &self.ground else {
            return (0..specs.len()).for_each(|index| each(index, Err(Ineligible::Symbols)));
        };
        let (mut pairs, mut indexes) = (Vec::with_capacity(specs.len()), Vec::with_capacity(specs.len()));
        for (index, spec) in specs.iter().enumerate() {
            match self.pair(one, spec) {
                Ok(pair) => {
                    pairs.push(pair);
                    indexes.push(index);
                }
                Err(why) => each(index, Err(why)),
            }
        }
        grid::run(&pairs, &self.terms(one), |index, outcome| each(indexes[index], outcome));
    }

    fn pair(&self, one: &OneSymbol<'_>, spec: &StrategySpec) -> Result<Pair, Ineligible> {
        if one.margin.is_some() {
            return Err(Ineligible::Margin);
        }
        self.eligible(spec)?;
        let job = &self.batch.job;
        let lines = crossing(spec, job.market.interval).ok_or(Ineligible::Strategy)?;
        // A line reaches back at least as far as its averages are long.
        if !lines.iter().all(|&(_, before)| one.columns.fits(before)) {
            return Err(Ineligible::TooLarge);
        }
        let [fast, slow] = lines.map(|(line, before)| {
            let before = if self.batch.warm_up == WarmUp::Before { before as usize } else { 0 };
            (line, job.window.ticks.first.saturating_sub(before))
        });
        Ok(Pair { fast, slow, size: spec.size })
    }

    pub(super) fn terms<'t>(&self, one: &'t OneSymbol<'_>) -> Terms<'t> {
        let job = &self.batch.job;
        Terms {
            columns: &one.columns,
            closes: one.columns.closes(),
            fees: &one.fees,
            maker_fees: one.maker_fees.as_ref(),
            start: job.starting_balance.units() as i64,
            samples: &one.samples,
            daily_loss: job
                .risk
                .daily_loss_limit
                .map(|limit| DailyLoss { limit: Share::new(limit), day_ends: &one.day_ends }),
            close_at_end: job.venue.close_at_end,
            slippage: self.slippage,
            interval: job.market.interval.span(),
        }
    }
}
