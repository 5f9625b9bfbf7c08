//! How one agent's window went over time: rolling Sharpe, returns by month, the worst drawdowns.
//!
//! Bounded whatever the bars are: rolling values stand at day closes alone, drawdowns are the deepest few.

use super::dated::Drawdown;
use super::drawdown::worst_falls;
use super::inputs::levels;
use super::missing::Measure;
use super::monthly::{MonthReturn, YearReturn, monthly_returns, yearly_returns};
use super::rolling::{ROLLING_RETURNS, rolling_sharpe};
use super::sampling::Sample;
use super::sampling::Sampling;
use super::series::simple_returns;
use super::sharpe::per_period_rate;
use crate::domain::{Span, Timestamp};
use crate::engine::Replay;
use crate::engine::batch::IndexedDrawdown;
use crate::market::Market;
use crate::scenario::MetricSpec;

/// How many drawdowns are kept.
pub const WORST_DRAWDOWNS: usize = 5;

/// The course of one window.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PeriodStats {
    /// Annualised Sharpe ratio of the last [`ROLLING_RETURNS`] daily returns, at each day close that has as many
    /// before it. Empty in windows whose returns are not daily.
    pub rolling_sharpe: Vec<(Timestamp, Measure)>,
    /// In order of time.
    pub months: Vec<MonthReturn>,
    /// In order of time.
    pub years: Vec<YearReturn>,
    /// On the equity at every tick, the deepest first.
    pub drawdowns: Vec<DatedFall>,
}

/// A drawdown with its length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DatedFall {
    /// Depth and times.
    pub drawdown: Drawdown,
    /// From the peak to its recovery; to the window's end where it is still open.
    pub length: Span,
}

impl PeriodStats {
    /// Of a replay in the market it was replayed on.
    pub fn of(replay: &Replay, market: &Market, spec: &MetricSpec) -> Self {
        let start = replay.starting_balance.to_f64();
        let sample = Sample::of_replay(replay, market, spec.periods_per_year);
        // A close at midnight belongs to the day that ends there.
        let within: Vec<Timestamp> =
            sample.times.iter().skip(1).map(|&at| at - Span::from_micros(1)).collect();
        Self {
            rolling_sharpe: rolling(&sample, spec),
            months: monthly_returns(&sample.curve, &within),
            years: yearly_returns(&sample.curve, &within),
            drawdowns: drawdowns(start, replay, market),
        }
    }
}

fn rolling(sample: &Sample, spec: &MetricSpec) -> Vec<(Timestamp, Measure)> {
    if sample.sampling != Sampling::Daily {
        return Vec::new();
    }
    let Ok(returns) = simple_returns(&sample.curve) else { return Vec::new() };
    let a = sample.periods_per_year;
    let values = rolling_sharpe(&returns, ROLLING_RETURNS, per_period_rate(spec.risk_free_rate, a), a);
    sample.times.iter().copied().skip(ROLLING_RETURNS).zip(values).collect()
}

fn drawdowns(start: f64, replay: &Replay, market: &Market) -> Vec<DatedFall> {
    let first = replay.window.ticks.first;
    let at =
        |index: Option<usize>| index.map_or(market.clock[first], |index| market.close_time(first + index));
    let end = at(replay.equity.len().checked_sub(1));
    let dated = |fall: IndexedDrawdown| {
        let drawdown = Drawdown::dated(fall.between(levels(replay, market)), at);
        DatedFall { drawdown, length: drawdown.recovered_at.unwrap_or(end) - drawdown.peak_at }
    };
    worst_falls(start, &replay.equity, WORST_DRAWDOWNS).into_iter().map(dated).collect()
}

#[cfg(test)]
mod tests {
    use super::super::golden::close;
    use super::super::testing::{daily_market, replay};
    use super::*;

    #[test]
    fn one_window_worked_by_hand() {
        // From 1970-01-01: 1000 but for a fall to 800 on the third day, and one to 900 at the end.
        let market = daily_market(40);
        let mut equity = vec![1000.0; 40];
        equity[2] = 800.0;
        equity[39] = 900.0;
        let course = PeriodStats::of(&replay(&market, 1000, equity), &market, &MetricSpec::default());
        let months: Vec<(i32, u32)> = course.months.iter().map(|m| (m.year, m.month)).collect();
        assert_eq!(months, [(1970, 1), (1970, 2)]);
        close(course.months[0].value, 0.0);
        close(course.months[1].value, -0.1);
        close(course.years[0].value, -0.1);
        assert_eq!(course.drawdowns.len(), 2);
        let [deep, open] = [course.drawdowns[0], course.drawdowns[1]];
        close(Ok(deep.drawdown.depth), -0.2);
        assert_eq!(deep.drawdown.recovered_at, Some(market.close_time(3)));
        // The peak was reached first at the start, and again at the fourth close.
        assert_eq!(deep.length, Span::DAY.times(4));
        assert_eq!((open.drawdown.recovered_at, open.length), (None, Span::DAY.times(36)));
        // Thirty returns end at the thirtieth day's close; eleven days have as many before them.
        assert_eq!(course.rolling_sharpe.len(), 11);
        assert_eq!(course.rolling_sharpe[0].0, market.close_time(29));
    }

    #[test]
    fn a_short_window_has_months_but_no_rolling_sharpe() {
        let market = daily_market(10);
        let course =
            PeriodStats::of(&replay(&market, 1000, vec![1000.0; 10]), &market, &MetricSpec::default());
        assert_eq!(course.rolling_sharpe, []);
        assert_eq!(course.months.len(), 1);
        assert_eq!(course.drawdowns, []);
    }

    #[test]
    fn a_ruined_agent_has_no_rolling_sharpe() {
        let market = daily_market(40);
        let mut equity = vec![0.0; 40];
        equity[0] = 500.0;
        let course = PeriodStats::of(&replay(&market, 1000, equity), &market, &MetricSpec::default());
        assert_eq!(course.rolling_sharpe, []);
        assert_eq!(course.drawdowns[0].drawdown.depth, -1.0);
    }
}
