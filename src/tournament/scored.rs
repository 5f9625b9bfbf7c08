//! The scores of a window: its metrics, without what only the tables and pages of a run need.

use super::outcome::WindowResult;
use super::plan::TournamentPlan;
use crate::engine::{Holding, Replay};
use crate::metrics::{self, PeriodStats, Sampled};

/// Measures a replay, then leaves out its curve and logs. What is left ranks as the whole replay does: of its holdings
/// those that returns are sampled at.
pub fn scored(plan: &TournamentPlan<'_>, replay: Replay) -> WindowResult {
    let TournamentPlan { scenario, market, .. } = *plan;
    let metrics = metrics::measure(&replay, market, &scenario.metrics);
    let sampled = Sampled::of(market, replay.window.ticks, scenario.metrics.periods_per_year);
    let holdings = read_at(&replay.holdings, &sampled.ticks);
    let mut result = WindowResult { replay, metrics, course: PeriodStats::default(), packed: None };
    result.free_logs();
    let replay = Replay { holdings, equity: Vec::new(), ..result.replay };
    WindowResult { replay, ..result }
}

/// The holdings that are in force at these ticks, which ascend.
fn read_at(holdings: &[Holding], ticks: &[usize]) -> Vec<Holding> {
    let (mut kept, mut read) = (Vec::new(), 0);
    for tick in ticks {
        let end = holdings.partition_point(|holding| holding.tick <= *tick);
        if end > read {
            kept.push(holdings[end - 1].clone());
            read = end;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Cash, Qty};

    #[test]
    fn holdings_between_two_samples_are_left_out() {
        let holding = |tick| Holding {
            tick,
            cash: Cash::from_units(tick as i128),
            owed: Cash::ZERO,
            quantities: Box::new([Qty::ZERO]),
        };
        let all: Vec<Holding> = [0, 2, 3, 3, 7, 9].map(holding).into();
        let kept = |ticks: &[usize]| read_at(&all, ticks).iter().map(|one| one.tick).collect::<Vec<_>>();
        assert_eq!(kept(&[3, 6, 8, 20]), [3, 7, 9]);
        assert_eq!(kept(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), [0, 2, 3, 7, 9]);
        assert!(kept(&[]).is_empty());
    }
}
