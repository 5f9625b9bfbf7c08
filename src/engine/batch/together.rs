//! Strategies that are taken by their decisions, in groups that go through the window side by side.

use super::decided::{self, Bars};
use super::prepared::{Ground, Prepared};
use super::replay_summary::ReplaySummary;
use super::several::{self, Setting};
use super::trader::DailyLoss;
use super::units::Share;
use super::{Ineligible, eligible, margin};
use crate::domain::SymbolId;
use crate::scenario::StrategySpec;
use crate::strategy::{BarDecisions, Setup, bar_decisions_of_all};

/// A strategy and what it is prepared with.
type Trial<'t> = (&'t StrategySpec, Setup<'t>);
type Outcome = Result<ReplaySummary, Ineligible>;

/// Strategies of a group, at most so many; fewer where they would take more than so many bytes.
const GROUP: usize = 64;
const GROUP_BYTES: usize = 64 << 20;

impl Prepared<'_> {
    /// Takes one strategy that decides by the bars alone through the window; `setup` is that of this window. On margin and on
    /// several symbols crossing strategies too.
    ///
    /// # Errors
    /// [`Ineligible`] the general engine has to replay it.
    pub fn follow(&self, spec: &StrategySpec, setup: &Setup<'_>) -> Outcome {
        let mut found = Err(Ineligible::Strategy);
        self.follow_all(&[(spec, *setup)], |_, outcome| found = outcome);
        found
    }

    /// The same of many, each handed to `each` with its index in the list, in any order. Memory does not grow with their
    /// number beyond that of a group.
    pub fn follow_all(&self, trials: &[Trial<'_>], mut each: impl FnMut(usize, Outcome)) {
        let job = &self.batch.job;
        let bars = job.window.ticks.last - job.window.ticks.first;
        // Of each symbol two bits a bar, and a round trip every hundred bars.
        let bytes = bars / 2 * job.market.symbols.len() + 1;
        let mut group = Vec::new();
        for (index, (spec, _)) in trials.iter().enumerate() {
            match self.eligible(spec) {
                Ok(()) => group.push(index),
                Err(why) => each(index, Err(why)),
            }
            if group.len() == (GROUP_BYTES / bytes).clamp(1, GROUP) || index + 1 == trials.len() {
                let taken: Vec<Trial<'_>> = group.iter().map(|&index| trials[index]).collect();
                // Whatever is eligible has decisions.
                let outcomes =
                    self.follow_group(&taken).unwrap_or_else(|| vec![Err(Ineligible::Strategy); taken.len()]);
                group.iter().zip(outcomes).for_each(|(&index, outcome)| each(index, outcome));
                group.clear();
            }
        }
    }

    fn follow_group(&self, trials: &[Trial<'_>]) -> Option<Vec<Outcome>> {
        let job = &self.batch.job;
        match &self.ground {
            Ground::One(one) => {
                let (series, terms) = (job.market.series(SymbolId(0)), self.terms(one));
                let decisions: Vec<BarDecisions<'_>> =
                    bar_decisions_of_all(trials).into_iter().collect::<Option<_>>()?;
                let decided = decisions.iter().zip(trials);
                if let Some(margin) = one.margin.as_ref().zip(series.instrument.margin.as_deref()) {
                    let outcome = |(decisions, (spec, _)): (_, &Trial<'_>)| {
                        margin::follow(spec, decisions, job, &terms, margin)
                    };
                    return Some(decided.map(outcome).collect());
                }
                let bars = Bars { series, through: job.venue.limit_needs_through };
                let shares = decided.map(|(decisions, (spec, _))| (decisions, Share::new(spec.size)));
                Some(decided::run(shares, bars, &terms))
            }
            Ground::Several { columns, samples, day_ends } => {
                let limit = job.risk.daily_loss_limit.map(Share::new);
                let daily_loss = limit.map(|limit| DailyLoss { limit, day_ends });
                let slippage = self.slippage;
                let decisions = by_symbol(trials)?;
                let decided = decisions.iter().zip(trials).map(|(decisions, (spec, _))| {
                    let is_free = eligible::is_free(&self.batch, spec.size);
                    let setting = Setting { job, columns, samples, daily_loss, slippage, is_free };
                    (decisions.as_slice(), spec.size, setting)
                });
                Some(several::run(decided, columns.len()))
            }
        }
    }
}

/// The decisions of strategies on each of their symbols.
fn by_symbol<'m>(trials: &[(&StrategySpec, Setup<'m>)]) -> Option<Vec<Vec<(SymbolId, BarDecisions<'m>)>>> {
    let own = |place: usize| {
        let (spec, setup) = &trials[place];
        spec.symbols
            .iter()
            .enumerate()
            .map(move |(rank, &symbol)| ((symbol, place, rank), eligible::of_symbol(spec, symbol), *setup))
    };
    let mut parts: Vec<_> = (0..trials.len()).flat_map(own).collect();
    // Those of one symbol share its columns.
    parts.sort_by_key(|(key, ..)| *key);
    let specs: Vec<(&StrategySpec, Setup<'m>)> =
        parts.iter().map(|(_, spec, setup)| (spec, *setup)).collect();
    let mut all: Vec<Vec<_>> = trials.iter().map(|_| Vec::new()).collect();
    for (((symbol, place, rank), ..), decisions) in parts.iter().zip(bar_decisions_of_all(&specs)) {
        all[*place].push((*rank, *symbol, decisions?));
    }
    Some(
        all.into_iter()
            .map(|mut decisions| {
                decisions.sort_by_key(|&(rank, ..)| rank);
                decisions.into_iter().map(|(_, symbol, decisions)| (symbol, decisions)).collect()
            })
            .collect(),
    )
}
