//! Who ranks where. The rule, whole:
//!
//! - Agents are ordered by their score, better first: infinities outside all numbers, absent scores last. A
//!   disqualified or forfeited agent is ranked like any other: by its loss.
//! - Equal scores (exactly; infinities of one sign are equal) are ordered by the scenario's tie-break metrics in
//!   their order, by the same rule. What is still equal is listed by name, and shares its rank; the next rank is then
//!   skipped (1, 2, 2, 4). The name orders rows, it never earns a rank.
//! - Over several windows an agent's score is that of its whole record, or the mean or median of its windows' scores,
//!   as the scenario says. A missing score is never replaced by a number.
//! - The other numbers of a leaderboard row are those of the whole record.
//! - Agents with fewer closed round trips than the scenario asks for come last, without a rank.
//! - An agent that plays every window several times is ranked by the mean of its repeats; each repeat is a row of its
//!   own score, the better first, and shares the agent's rank.

use std::cmp::Ordering;

use super::outcome::{AgentResult, Battle, BattleRank, Leaderboard, Ranking, WindowResult};
use super::repeats::{Repeated, Spread, repeated};
use super::score::{score, score_of_repeats, score_over, shown, why_over};
use crate::domain::AgentName;
use crate::metrics::{Metrics, Score};
use crate::scenario::{BattleSpec, MetricSpec, RankingMetric, TieBreak};
use crate::statistics::ranked;

/// One agent on its way into the table: its score, then its tie-break scores.
struct Entrant<'a> {
    agent: usize,
    name: &'a AgentName,
    keys: Vec<Score>,
}

/// Ranks one window. `measured` in the scenario's order.
pub fn rank_battle(
    window: u32,
    measured: &[(&AgentName, &Metrics)],
    spec: &BattleSpec,
    conventions: &MetricSpec,
) -> Battle {
    let metrics = key_metrics(spec);
    let keys = |of: &Metrics| metrics.iter().map(|&metric| score(of, metric, conventions)).collect();
    let entrants = measured
        .iter()
        .enumerate()
        .map(|(agent, (name, of))| Entrant { agent, name, keys: keys(of) })
        .collect();
    let ranks = placed(entrants)
        .into_iter()
        .map(|(rank, Entrant { agent, keys, .. })| {
            let missing = shown(measured[agent].1, spec.ranking_metric, conventions).err();
            BattleRank { rank, agent, score: keys[0], missing }
        })
        .collect();
    Battle { window, ranks }
}

/// Ranks agents over all their windows. `agents` in the scenario's order, each with the same windows.
pub fn leaderboard(agents: &[AgentResult], spec: &BattleSpec, conventions: &MetricSpec) -> Leaderboard {
    let metrics = key_metrics(spec);
    let played = repeated(agents.iter().map(|agent| (&agent.name, agent.repeat_of.as_ref())));
    let entrant = |(agent, one): (usize, &Repeated<&'_ AgentName>)| {
        let repeats = one.each(|entry| &agents[entry]);
        let over = |metric| score_of_repeats(&repeats, spec.aggregate, metric, conventions);
        (agent, metrics.iter().map(|&metric| over(metric)).collect::<Vec<Score>>())
    };
    let entrants = played.iter().enumerate().map(entrant).map(|(agent, keys)| Entrant {
        agent,
        name: played[agent].name,
        keys,
    });
    let enough = |entrant: &Entrant<'_>| {
        let entries = &played[entrant.agent].entries;
        let trades: usize = entries.iter().map(|&entry| agents[entry].record.trades).sum();
        trades >= spec.min_trades as usize * entries.len()
    };
    let (ranked, below): (Vec<_>, Vec<_>) = entrants.partition(enough);
    let ranked = placed(ranked).into_iter().map(|(rank, entrant)| (Some(rank), entrant));
    let below = placed(below).into_iter().map(|(_, entrant)| (None, entrant));
    let mut rankings = Vec::with_capacity(agents.len());
    let mut spreads = Vec::new();
    for (rank, entrant) in ranked.chain(below) {
        let one = &played[entrant.agent];
        let first = rankings.len();
        rankings.extend(one.entries.iter().map(|&entry| row(rank, entry, &agents[entry], spec, conventions)));
        if one.entries.len() > 1 {
            let scores = rankings[first..].iter().map(|row: &Ranking| row.score).collect();
            spreads.push(Spread::new(one.name.clone(), scores, entrant.keys[0]));
            rankings[first..].sort_by(|a, b| a.score.better_first(&b.score));
        }
    }
    Leaderboard {
        ranking_metric: spec.ranking_metric,
        conventions: *conventions,
        aggregate: spec.aggregate,
        min_trades: spec.min_trades,
        rankings,
        repeats: spreads,
    }
}

/// The ranking metric and the tie-break metrics before the name.
fn key_metrics(spec: &BattleSpec) -> Vec<RankingMetric> {
    let ties = spec.tie_break.iter().map_while(|level| match level {
        TieBreak::Metric(metric) => Some(*metric),
        TieBreak::Name => None,
    });
    std::iter::once(spec.ranking_metric).chain(ties).collect()
}

/// Best first, with ranks; equals by name.
fn placed(mut entrants: Vec<Entrant<'_>>) -> Vec<(u32, Entrant<'_>)> {
    entrants.sort_by(|a, b| a.name.cmp(b.name));
    let order = ranked(0..entrants.len(), |a, b| better_keys(&entrants[a].keys, &entrants[b].keys));
    let mut entrants: Vec<Option<Entrant<'_>>> = entrants.into_iter().map(Some).collect();
    order.into_iter().filter_map(|row| Some((row.rank(), entrants[row.index].take()?))).collect()
}

/// Better scores first: the first of those that differ decides.
pub(super) fn better_keys(a: &[Score], b: &[Score]) -> Ordering {
    let pairs = a.iter().zip(b);
    pairs.map(|(a, b)| a.better_first(b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn row(
    rank: Option<u32>,
    agent: usize,
    result: &AgentResult,
    spec: &BattleSpec,
    conventions: &MetricSpec,
) -> Ranking {
    let scored =
        |window: &&WindowResult| !score(&window.metrics, spec.ranking_metric, conventions).is_absent();
    Ranking {
        rank,
        agent,
        name: result.name.clone(),
        score: score_over(result.summaries(), spec.aggregate, spec.ranking_metric, conventions),
        score_missing: why_over(result.summaries(), spec.aggregate, spec.ranking_metric, conventions),
        scored_windows: result.windows.iter().filter(scored).count(),
        record: result.record.clone(),
        status: status(&result.windows),
    }
}

/// `completed`, or the first other way in which a window ended.
fn status(windows: &[WindowResult]) -> &'static str {
    let ends = || windows.iter().map(|window| window.replay.status.as_str());
    ends().find(|&end| end != "completed").unwrap_or("completed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::engine::ReplayStatus;
    use crate::metrics::Missing;
    use crate::scenario::Aggregate;
    use crate::tournament::testing::{agent, battle_spec, name, result, returns, traded};

    fn spec(by: RankingMetric, ties: &[TieBreak]) -> BattleSpec {
        battle_spec(by, ties)
    }

    /// Ranks and names of a battle with these tie-breaks.
    fn battle(by: RankingMetric, rows: &[(&str, Metrics)], ties: &[TieBreak]) -> Vec<(u32, String)> {
        let names: Vec<AgentName> = rows.iter().map(|(text, _)| name(text)).collect();
        let entrants: Vec<_> = names.iter().zip(rows.iter().map(|(_, metrics)| metrics)).collect();
        let battle = rank_battle(0, &entrants, &spec(by, ties), &MetricSpec::default());
        battle.ranks.iter().map(|rank| (rank.rank, names[rank.agent].to_string())).collect()
    }

    fn expected(ranked: &[(u32, &str)]) -> Vec<(u32, String)> {
        ranked.iter().map(|&(rank, name)| (rank, name.to_owned())).collect()
    }

    /// Names, ranks and scores of a leaderboard.
    fn table(agents: &[AgentResult], spec: &BattleSpec) -> Vec<(Option<u32>, String, Score)> {
        let board = leaderboard(agents, spec, &MetricSpec::default());
        board.rankings.iter().map(|row| (row.rank, row.name.to_string(), row.score)).collect()
    }

    #[test]
    fn an_idle_agent_ranks_between_gains_and_losses() {
        for by in [RankingMetric::RoiPct, RankingMetric::SharpeRatio, RankingMetric::SortinoRatio] {
            let rows = [
                ("idle", returns(&[0.0, 0.0, 0.0])),
                ("loser", returns(&[-0.1, 0.05, -0.02])),
                ("winner", returns(&[0.1, -0.05, 0.02])),
            ];
            assert_eq!(
                battle(by, &rows, &[]),
                expected(&[(1, "winner"), (2, "idle"), (3, "loser")]),
                "{by:?}"
            );
        }
    }

    #[test]
    fn a_profit_factor_without_losses_ranks_first_and_one_without_trades_last() {
        let rows = [
            ("coin", traded(&[30, -30, 20])),
            ("grid", traded(&[1, 2, 1])),
            ("idle", returns(&[0.0, 0.0])),
            ("other", traded(&[100])),
        ];
        let ranks = battle(RankingMetric::ProfitFactor, &rows, &[]);
        assert_eq!(ranks, expected(&[(1, "grid"), (1, "other"), (3, "coin"), (4, "idle")]));
        // Infinities tie among themselves: the tie-break decides.
        let by_pnl = [TieBreak::Metric(RankingMetric::TotalPnl)];
        let ranks = battle(RankingMetric::ProfitFactor, &rows, &by_pnl);
        assert_eq!(ranks[..2], expected(&[(1, "other"), (2, "grid")]));
    }

    #[test]
    fn a_smaller_drawdown_ranks_higher() {
        let rows = [("deep", returns(&[-0.5, 0.9])), ("flat", returns(&[-0.1, 0.05]))];
        let ranks = battle(RankingMetric::MaxDrawdownPct, &rows, &[]);
        assert_eq!(ranks, expected(&[(1, "flat"), (2, "deep")]));
    }

    #[test]
    fn ties_go_to_the_next_metric_and_then_share_their_rank() {
        let rows = [
            ("d", returns(&[0.1, -0.05])),
            ("c", returns(&[-0.05, 0.1])),
            ("b", returns(&[0.1, -0.05])),
            ("a", returns(&[0.01, 0.0])),
        ];
        let by_drawdown = [TieBreak::Metric(RankingMetric::MaxDrawdownPct)];
        let by = RankingMetric::TotalPnl;
        let shared = expected(&[(1, "b"), (1, "c"), (1, "d"), (4, "a")]);
        assert_eq!(battle(by, &rows, &by_drawdown), shared);
        let deeper = [("e", returns(&[0.2, -0.1, -0.1])), rows[3].clone(), ("f", returns(&[-0.028]))];
        assert_eq!(battle(by, &deeper, &[])[0].1, "a");
        // The name ends the list: what comes after it can decide nothing.
        let after_name = [TieBreak::Name, TieBreak::Metric(RankingMetric::MaxDrawdownPct)];
        assert_eq!(battle(by, &rows, &after_name), battle(by, &rows, &[]));
    }

    #[test]
    fn the_order_of_entry_never_decides() {
        let rows = [("b", returns(&[0.1])), ("a", returns(&[0.1])), ("c", returns(&[0.3]))];
        let mut reversed = rows.clone();
        reversed.reverse();
        let by = RankingMetric::RoiPct;
        assert_eq!(battle(by, &rows, &[]), battle(by, &reversed, &[]));
    }

    #[test]
    fn the_record_ranks_and_no_window_is_imputed() {
        // rare earns in one window and is idle in two; steady earns in each. By mean of imputed scores rare had won.
        let rare =
            agent("rare", vec![result(returns(&[0.03])), result(returns(&[0.0])), result(returns(&[0.0]))]);
        let steady = agent(
            "steady",
            vec![result(returns(&[0.02])), result(returns(&[0.02])), result(returns(&[-0.005]))],
        );
        let found = table(&[rare, steady], &spec(RankingMetric::RoiPct, &[]));
        let names: Vec<&str> = found.iter().map(|row| row.1.as_str()).collect();
        assert_eq!(names, ["steady", "rare"]);
        assert!((found[0].2.number().unwrap() - (1.02 * 1.02 * 0.995 - 1.0) * 100.0).abs() < 1e-9);
    }

    /// Twelve months of 30 % up, then twelve of 25 % down: a mean of 2.5 % a window, a loss of 26 %, a fall of 97 %.
    #[test]
    fn holding_a_market_that_fell_is_its_loss_and_its_fall() {
        let windows = (0..24).map(|window| result(returns(&[if window < 12 { 0.3 } else { -0.25 }])));
        let spec = spec(RankingMetric::RoiPct, &[]);
        let board = leaderboard(&[agent("hold", windows.collect())], &spec, &MetricSpec::default());
        let record = &board.rankings[0].record;
        let loss = 0.975_f64.powi(12) - 1.0;
        assert!((record.total_return.unwrap() - loss).abs() < 1e-9);
        assert!((record.max_drawdown.depth - (0.75_f64.powi(12) - 1.0)).abs() < 1e-9);
        assert!(record.calmar_ratio.unwrap() < 0.0);
    }

    #[test]
    fn windows_without_a_score_are_left_out_of_a_mean_and_counted() {
        let a = agent("a", vec![result(traded(&[30, -20])), result(returns(&[0.0])), result(traded(&[-5]))]);
        let b = agent("b", vec![result(traded(&[30, -20])), result(traded(&[1])), result(traded(&[-5]))]);
        let agents = [a, b];
        let by = |aggregate| BattleSpec { aggregate, ..spec(RankingMetric::ProfitFactor, &[]) };
        let mean = leaderboard(&agents, &by(Aggregate::Mean), &MetricSpec::default());
        // b: 1.5, infinite, 0; a: 1.5, none, 0.
        let rows: Vec<_> = mean.rankings.iter().map(|row| (row.score, row.scored_windows)).collect();
        assert_eq!(rows, [(Score::PlusInfinity, 3), (Score::Number(0.75), 2)]);
        assert_eq!(mean.rankings[0].score_missing, Some(Missing::NoLosses));
        let median = leaderboard(&agents, &by(Aggregate::Median), &MetricSpec::default());
        let scores: Vec<_> = median.rankings.iter().map(|row| row.score).collect();
        assert_eq!(scores, [Score::Number(1.5), Score::Number(0.75)]);
    }

    #[test]
    fn the_reason_of_an_infinite_mean_is_that_of_the_window_that_makes_it() {
        // Idle in the first window, without a fall below the threshold in the second.
        let windows = vec![result(returns(&[0.0])), result(returns(&[0.01, 0.02]))];
        let by = BattleSpec { aggregate: Aggregate::Mean, ..spec(RankingMetric::SortinoRatio, &[]) };
        let board = leaderboard(&[agent("a", windows)], &by, &MetricSpec::default());
        let row = &board.rankings[0];
        assert_eq!((row.score, row.score_missing), (Score::PlusInfinity, Some(Missing::NoDownside)));
    }

    #[test]
    fn rows_hold_the_record() {
        let first = result(traded(&[20, 10]));
        let second = result(traded(&[-15]));
        let board = leaderboard(
            &[agent("a", vec![first, second])],
            &spec(RankingMetric::RoiPct, &[]),
            &MetricSpec::default(),
        );
        let record = &board.rankings[0].record;
        assert_eq!((record.trades, record.total_pnl), (3, crate::metrics::testing::cash(15)));
        assert_eq!((record.profit_factor, record.win_rate), (Ok(2.0), Ok(2.0 / 3.0)));
        // 10030 / 10000 * 9985 / 10000.
        assert_eq!(record.final_equity.to_string(), "10014.95500000");
    }

    #[test]
    fn too_few_trades_are_listed_below_without_a_rank() {
        let agents = [
            agent("lucky", vec![result(traded(&[500]))]),
            agent("busy", vec![result(traded(&[1, -2, 3]))]),
            agent("slow", vec![result(traded(&[1, -2, -3]))]),
        ];
        let found = table(&agents, &BattleSpec { min_trades: 2, ..spec(RankingMetric::RoiPct, &[]) });
        let ranks: Vec<_> = found.iter().map(|row| (row.0, row.1.as_str())).collect();
        assert_eq!(ranks, [(Some(1), "busy"), (Some(2), "slow"), (None, "lucky")]);
    }

    #[test]
    fn the_disqualified_keep_their_rank_and_are_named() {
        let mut out = result(returns(&[-0.5]));
        out.replay.status = ReplayStatus::Forfeit { at: Timestamp::default(), reason: "slow".to_owned() };
        let worse = result(returns(&[-0.6]));
        let agents = [agent("worse", vec![worse]), agent("out", vec![out])];
        let board = leaderboard(&agents, &spec(RankingMetric::RoiPct, &[]), &MetricSpec::default());
        assert_eq!(board.rankings[0].name.as_str(), "out");
        assert_eq!(board.rankings[0].status, "forfeit");
        assert_eq!(board.rankings[1].status, "completed");
    }
}
