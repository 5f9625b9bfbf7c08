//! Who ranks where. The rule, whole:
//!
//! - Agents are ordered by their score, larger first. A score that does not exist comes last, and is shown as
//!   absent. A disqualified or forfeited agent is ranked like any other: by its loss.
//! - Equal scores (exactly) are told apart by the scenario's tie-break metrics in their order, by the same
//!   rule. What is still equal is listed by name, and shares its rank; the next rank is then skipped
//!   (1, 2, 2, 4). The name orders rows, it never earns a rank.
//! - Over several windows an agent's score is the mean of its windows' scores. Where it has none in a window
//!   it gets the WORST score that any agent has there, so that not being measurable is never an advantage;
//!   a window in which nobody has one is left out. An agent without a score in any window has none.
//! - The other numbers of a leaderboard row are means over the windows that have them; trades and fees are
//!   sums; the drawdown is the worst of all windows.

use std::cmp::Ordering;

use super::outcome::{AgentResult, Battle, BattleRank, Leaderboard, Ranking, WindowResult};
use super::score::{percent, score};
use crate::domain::{AgentName, Cash};
use crate::metrics::Metrics;
use crate::scenario::{BattleSpec, RankingMetric, TieBreak};

/// One agent on its way into the table: its score, then its tie-break scores.
struct Entrant<'a> {
    agent: usize,
    name: &'a AgentName,
    keys: Vec<Option<f64>>,
}

/// Ranks one window. `entrants` in the scenario's order.
pub fn rank_battle(window: u32, entrants: &[(&AgentName, &Metrics)], spec: &BattleSpec) -> Battle {
    let metrics = key_metrics(spec);
    let keys = |of: &Metrics| metrics.iter().map(|&metric| score(of, metric)).collect();
    let entrants = entrants
        .iter()
        .enumerate()
        .map(|(agent, (name, of))| Entrant { agent, name, keys: keys(of) })
        .collect();
    let ranks = placed(entrants)
        .into_iter()
        .map(|(rank, entrant)| BattleRank { rank, agent: entrant.agent, score: entrant.keys[0] })
        .collect();
    Battle { window, ranks }
}

/// Ranks agents over all their windows. `agents` in the scenario's order, each with the same windows.
pub fn leaderboard(agents: &[AgentResult], spec: &BattleSpec) -> Leaderboard {
    let columns: Vec<Vec<Option<f64>>> =
        key_metrics(spec).into_iter().map(|metric| mean_scores(agents, metric)).collect();
    let entrants = agents
        .iter()
        .enumerate()
        .map(|(agent, result)| Entrant {
            agent,
            name: &result.name,
            keys: columns.iter().map(|column| column[agent]).collect(),
        })
        .collect();
    let rankings = placed(entrants)
        .into_iter()
        .map(|(rank, entrant)| {
            row(rank, entrant.agent, entrant.keys[0], &agents[entrant.agent], spec.ranking_metric)
        })
        .collect();
    Leaderboard { ranking_metric: spec.ranking_metric, rankings }
}

/// The ranking metric and the tie-break metrics before the name.
fn key_metrics(spec: &BattleSpec) -> Vec<RankingMetric> {
    let ties = spec.tie_break.iter().map_while(|rung| match rung {
        TieBreak::Metric(metric) => Some(*metric),
        TieBreak::Name => None,
    });
    std::iter::once(spec.ranking_metric).chain(ties).collect()
}

/// Best first, with ranks.
fn placed(mut entrants: Vec<Entrant<'_>>) -> Vec<(u32, Entrant<'_>)> {
    entrants.sort_by(|a, b| by_keys(a, b).then_with(|| a.name.cmp(b.name)));
    let mut placed: Vec<(u32, Entrant<'_>)> = Vec::with_capacity(entrants.len());
    for (position, entrant) in (1_u32..).zip(entrants) {
        let rank = match placed.last() {
            Some((rank, before)) if by_keys(before, &entrant).is_eq() => *rank,
            _ => position,
        };
        placed.push((rank, entrant));
    }
    placed
}

fn by_keys(a: &Entrant<'_>, b: &Entrant<'_>) -> Ordering {
    let pairs = a.keys.iter().zip(&b.keys);
    pairs.map(|(&a, &b)| better_first(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Larger first, nothing last.
fn better_first(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => b.partial_cmp(&a).unwrap_or(Ordering::Equal),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// Each agent's mean score over the windows, by the module's rule.
fn mean_scores(agents: &[AgentResult], metric: RankingMetric) -> Vec<Option<f64>> {
    let of = |window: &WindowResult| score(&window.metrics, metric);
    let rows: Vec<Vec<Option<f64>>> =
        agents.iter().map(|agent| agent.windows.iter().map(of).collect()).collect();
    mean_over_windows(&rows)
}

/// Each row's mean score over the windows, by the module's rule; every row has the same windows.
pub fn mean_over_windows(rows: &[Vec<Option<f64>>]) -> Vec<Option<f64>> {
    let windows = rows.iter().map(Vec::len).min().unwrap_or(0);
    let mut sums = vec![(0.0, false); rows.len()];
    let mut counted = 0.0;
    for window in 0..windows {
        let scores: Vec<Option<f64>> = rows.iter().map(|row| row[window]).collect();
        let Some(worst) = scores.iter().flatten().copied().reduce(f64::min) else { continue };
        counted += 1.0;
        for ((sum, any), score) in sums.iter_mut().zip(scores) {
            *sum += score.unwrap_or(worst);
            *any |= score.is_some();
        }
    }
    sums.into_iter().map(|(sum, any)| any.then(|| sum / counted)).collect()
}

fn row(rank: u32, agent: usize, score_: Option<f64>, result: &AgentResult, by: RankingMetric) -> Ranking {
    let all = || result.windows.iter().map(|window| &window.metrics);
    let mean = |metric: RankingMetric| mean_of(all().filter_map(|metrics| score(metrics, metric)));
    Ranking {
        rank,
        agent,
        name: result.name.clone(),
        score: score_,
        scored_windows: all().filter(|metrics| score(metrics, by).is_some()).count(),
        final_equity: mean_cash(all().map(|metrics| metrics.final_equity)),
        roi_pct: mean(RankingMetric::RoiPct),
        total_pnl: mean_cash(all().map(|metrics| metrics.total_pnl)),
        sharpe_ratio: mean(RankingMetric::SharpeRatio),
        sortino_ratio: mean(RankingMetric::SortinoRatio),
        calmar_ratio: mean(RankingMetric::CalmarRatio),
        max_drawdown_pct: all().map(|metrics| percent(metrics.max_drawdown.depth)).reduce(f64::min),
        win_rate: mean(RankingMetric::WinRate),
        profit_factor: mean(RankingMetric::ProfitFactor),
        alpha: mean_of(all().filter_map(|metrics| metrics.relative.alpha.ok())),
        beta: mean_of(all().filter_map(|metrics| metrics.relative.beta.ok())),
        information_ratio: mean_of(all().filter_map(|metrics| metrics.relative.information_ratio.ok())),
        trades: all().map(|metrics| metrics.trades).sum(),
        fees: all().map(|metrics| metrics.fees).sum(),
        status: status(&result.windows),
    }
}

/// `completed`, or the first other way in which a window ended.
fn status(windows: &[WindowResult]) -> &'static str {
    let ends = || windows.iter().map(|window| window.replay.status.as_str());
    ends().find(|&end| end != "completed").unwrap_or("completed")
}

fn mean_of(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// The exact mean, half away from zero at eight places; nothing for nothing.
fn mean_cash(amounts: impl Iterator<Item = Cash>) -> Cash {
    let (sum, count) = amounts.fold((0_i128, 0_i128), |(sum, count), cash| (sum + cash.units(), count + 1));
    if count == 0 {
        return Cash::ZERO;
    }
    let (quotient, rest) = (sum / count, sum % count);
    let away = if 2 * rest.abs() >= count { rest.signum() } else { 0 };
    Cash::from_units(quotient + away)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ReplayStatus;
    use crate::metrics::Missing;
    use crate::tournament::testing::{agent, battle_spec, metrics, name, result};

    /// Ranks and names of a battle by Sharpe with these tie-breaks.
    fn battle(rows: &[(&str, Metrics)], ties: &[TieBreak]) -> Vec<(u32, String)> {
        let names: Vec<AgentName> = rows.iter().map(|(text, _)| name(text)).collect();
        let entrants: Vec<_> = names.iter().zip(rows.iter().map(|(_, metrics)| metrics)).collect();
        let spec = battle_spec(RankingMetric::SharpeRatio, ties);
        let battle = rank_battle(0, &entrants, &spec);
        battle.ranks.iter().map(|rank| (rank.rank, names[rank.agent].to_string())).collect()
    }

    fn sharpe(value: Result<f64, Missing>, roi: f64) -> Metrics {
        Metrics { sharpe_ratio: value, ..metrics(Ok(roi)) }
    }

    fn places(places: &[(u32, &str)]) -> Vec<(u32, String)> {
        places.iter().map(|&(rank, name)| (rank, name.to_owned())).collect()
    }

    #[test]
    fn larger_first_and_nothing_last() {
        let rows = [
            ("idle", sharpe(Err(Missing::NoDispersion), 0.0)),
            ("loser", sharpe(Ok(-1.0), -0.1)),
            ("winner", sharpe(Ok(2.0), 0.1)),
        ];
        assert_eq!(battle(&rows, &[]), places(&[(1, "winner"), (2, "loser"), (3, "idle")]));
    }

    #[test]
    fn a_smaller_drawdown_ranks_higher() {
        let deep = |depth: f64| {
            let mut metrics = metrics(Ok(0.0));
            metrics.max_drawdown.depth = depth;
            metrics
        };
        let (a, b) = (name("a"), name("b"));
        let (deeper, shallower) = (deep(-0.5), deep(-0.1));
        let spec = battle_spec(RankingMetric::MaxDrawdownPct, &[]);
        let battle = rank_battle(0, &[(&a, &deeper), (&b, &shallower)], &spec);
        assert_eq!(battle.ranks[0].agent, 1);
        assert_eq!(battle.ranks[0].score, Some(-10.0));
    }

    #[test]
    fn ties_go_to_the_next_metric_and_then_share_their_rank() {
        let rows = [
            ("d", sharpe(Ok(1.0), 0.1)),
            ("c", sharpe(Ok(1.0), 0.2)),
            ("b", sharpe(Ok(1.0), 0.1)),
            ("a", sharpe(Ok(0.5), 0.9)),
        ];
        let by_roi = [TieBreak::Metric(RankingMetric::RoiPct)];
        assert_eq!(battle(&rows, &by_roi), places(&[(1, "c"), (2, "b"), (2, "d"), (4, "a")]));
        assert_eq!(battle(&rows, &[]), places(&[(1, "b"), (1, "c"), (1, "d"), (4, "a")]));
        // The name ends the list: what comes after it can decide nothing.
        let after_name = [TieBreak::Name, TieBreak::Metric(RankingMetric::RoiPct)];
        assert_eq!(battle(&rows, &after_name), battle(&rows, &[]));
    }

    #[test]
    fn the_order_of_entry_never_decides() {
        let rows = [("b", sharpe(Ok(1.0), 0.1)), ("a", sharpe(Ok(1.0), 0.1)), ("c", sharpe(Ok(3.0), 0.0))];
        let mut reversed = rows.clone();
        reversed.reverse();
        assert_eq!(battle(&rows, &[]), battle(&reversed, &[]));
    }

    #[test]
    fn a_window_without_a_score_counts_as_its_worst() {
        // a: 1 and nothing; b: 0 and 3; c: nothing at all. The worst of window 1 is b's own 3.
        let one = |value: Result<f64, Missing>| result(sharpe(value, 0.0));
        let none = || one(Err(Missing::NoDispersion));
        let agents = [
            agent("a", vec![one(Ok(1.0)), none(), none()]),
            agent("b", vec![one(Ok(0.0)), one(Ok(3.0)), none()]),
            agent("c", vec![none(), none(), none()]),
        ];
        let board = leaderboard(&agents, &battle_spec(RankingMetric::SharpeRatio, &[]));
        let row = |i: usize| (board.rankings[i].name.to_string(), board.rankings[i].score);
        // a: (1 + 3) / 2; b: (0 + 3) / 2; the window in which nobody has a score is left out.
        assert_eq!(row(0), ("a".to_owned(), Some(2.0)));
        assert_eq!(row(1), ("b".to_owned(), Some(1.5)));
        assert_eq!(row(2), ("c".to_owned(), None));
        assert_eq!(board.rankings[0].scored_windows, 1);
        assert_eq!(board.rankings[0].sharpe_ratio, Some(1.0));
    }

    #[test]
    fn rows_hold_means_sums_and_the_worst_drawdown() {
        let mut first = metrics(Ok(0.1));
        first.max_drawdown.depth = -0.3;
        (first.trades, first.fees, first.win_rate) = (2, Cash::from_units(5), Ok(0.5));
        let mut second = metrics(Ok(-0.2));
        second.max_drawdown.depth = -0.1;
        (second.trades, second.fees) = (1, Cash::from_units(7));
        second.final_equity = first.final_equity + Cash::from_units(1);
        let agents = [agent("a", vec![result(first.clone()), result(second)])];
        let board = leaderboard(&agents, &battle_spec(RankingMetric::RoiPct, &[]));
        let row = &board.rankings[0];
        assert_eq!((row.trades, row.fees), (3, Cash::from_units(12)));
        assert_eq!(row.max_drawdown_pct, Some(-30.0));
        assert_eq!(row.win_rate, Some(50.0));
        assert!((row.roi_pct.unwrap() - -5.0).abs() < 1e-12);
        // The mean of x and x + 1 unit is a half: away from zero.
        assert_eq!(row.final_equity, first.final_equity + Cash::from_units(1));
    }

    #[test]
    fn exact_means_of_cash() {
        let mean = |units: &[i128]| mean_cash(units.iter().map(|&u| Cash::from_units(u))).units();
        assert_eq!(mean(&[1, 2]), 2);
        assert_eq!(mean(&[-1, -2]), -2);
        assert_eq!(mean(&[1, 1, 2]), 1);
        assert_eq!(mean(&[1, 2, 2]), 2);
        assert_eq!(mean(&[]), 0);
    }

    #[test]
    fn the_disqualified_keep_their_rank_and_are_named() {
        let mut out = result(sharpe(Ok(-3.0), -0.5));
        out.replay.status =
            ReplayStatus::Forfeit { at: crate::domain::Timestamp::default(), reason: "slow".to_owned() };
        let worse = result(sharpe(Ok(-4.0), -0.6));
        let agents = [agent("worse", vec![worse]), agent("out", vec![out])];
        let board = leaderboard(&agents, &battle_spec(RankingMetric::SharpeRatio, &[]));
        assert_eq!(board.rankings[0].name.as_str(), "out");
        assert_eq!(board.rankings[0].status, "forfeit");
        assert_eq!(board.rankings[1].status, "completed");
    }
}
