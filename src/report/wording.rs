//! Sentences and short phrases that every form of a report shares. Owns wording; never layout.

use std::collections::BTreeMap;

use super::numbers::{count, grouped};
use crate::domain::{self, Metric};
use crate::metrics::Score;
use crate::store::registry::Tally;
use crate::store::sweep::WinnerRecord;
use crate::store::{
    AgentRecord, CostRecord, RankingRecord, RunRecord, SpreadRecord, StandingsRecord, StoredRun,
};

/// Symbols that are named before the rest is only counted.
const NAMED_SYMBOLS: usize = 5;
/// Agents, windows or symbols that a note names before it only counts.
pub(super) const NAMED: usize = 4;

/// A metric and its head in a table.
pub(super) type Shown = (&'static str, &'static str);

/// `BTC, ETH and 3 more`.
pub(super) fn symbols(all: &[String]) -> String {
    // Naming the last one takes no more room than counting it.
    if all.len() <= NAMED_SYMBOLS + 1 {
        return all.join(", ");
    }
    format!("{} and {} more", all[..NAMED_SYMBOLS].join(", "), all.len() - NAMED_SYMBOLS)
}

/// `a, b, c, d and 3 more`.
pub(super) fn some(names: &[&str]) -> String {
    if names.len() <= NAMED + 1 {
        return names.join(", ");
    }
    format!("{} and {} more", names[..NAMED].join(", "), count(names.len() - NAMED))
}

/// `1 window`, `12 windows`.
pub(super) fn plural(n: usize, what: &str) -> String {
    format!("{} {what}{}", count(n), domain::plural(n as u64))
}

/// A rating system by its name in files, as people write it.
pub(super) fn rating_system(name: &str) -> &'static str {
    match name {
        "bradley_terry" => "Bradley-Terry",
        "plackett_luce" => "Plackett-Luce",
        "elo" => "Elo",
        "glicko2" => "Glicko-2",
        "trueskill" => "TrueSkill",
        "weng_lin" => "Weng-Lin",
        _ => "rating",
    }
}

/// Fees, slippage and fill time in one line.
pub(super) fn costs(costs: &CostRecord) -> String {
    let fill = if costs.fill_at == "close" { "the close of the deciding bar" } else { "the next open" };
    format!(
        "taker {} bp, maker {} bp, slippage {}, fills at {fill}",
        costs.taker_fee_bps, costs.maker_fee_bps, costs.slippage
    )
}

/// Why values of a table do not exist; agents that lack the same for the same reason share a sentence:
/// `no closed trades: win %, PF of idle`.
pub(super) fn missing(stored: &StoredRun, shown: &[Shown]) -> Vec<String> {
    let mut lines: BTreeMap<(&str, Vec<&str>), Vec<&str>> = BTreeMap::new();
    for row in &stored.leaderboard.rankings {
        let Some(agent) = stored.agent(&row.agent) else { continue };
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for &(metric, head) in shown {
            let reason = row.missing.get(metric).map(String::as_str).or_else(|| agent.why_missing(metric));
            if let (None, Some(reason)) = (row.value(metric), reason) {
                reasons.entry(reason).or_default().push(head);
            }
        }
        for lack in reasons {
            lines.entry(lack).or_default().push(&row.agent);
        }
    }
    let line = |((reason, heads), agents): ((&str, Vec<&str>), Vec<&str>)| {
        format!("{reason}: {} of {}", heads.join(", "), some(&agents))
    };
    lines.into_iter().map(line).collect()
}

/// What the numbers of a leaderboard of several windows are.
pub(super) fn record(stored: &StoredRun) -> Vec<String> {
    let board = &stored.leaderboard;
    let mut lines = Vec::new();
    if board.windows > 1 {
        let days = board.rankings.first().map_or(0, |row| row.record_days);
        let windows = plural(board.windows, "window");
        match board.aggregate.as_str() {
            "" => lines.push(format!("recorded by an older version: numbers are means over {windows}")),
            "record" => lines.push(format!(
                "numbers are those of the whole record: {windows} chained, {} in total",
                plural(usize::try_from(days).unwrap_or(0), "day")
            )),
            aggregate => lines.push(format!(
                "`{}` is the {aggregate} of the scores of {windows}; `scored` counts windows with a score; the other \
                 numbers are those of the whole record",
                score_head(stored)
            )),
        }
    }
    if board.windows > 1 && !board.aggregate.is_empty() {
        // Carry is shown where an instrument is on margin.
        let carry = board.rankings.iter().any(|row| row.margin.is_some());
        let sums = if carry { "PnL, fees, carry and trades" } else { "PnL, fees and trades" };
        lines.push(format!(
            "{sums} are sums over the windows, each of which begins with the starting balance"
        ));
    }
    if board.windows_overlap {
        lines.push("windows overlap: a bar in several windows counts several times in the record".to_owned());
    }
    lines.extend(board.repeats.iter().map(|spread| repeats(spread, head(&board.ranking_metric))));
    lines.extend(below_the_line(stored));
    lines
}

/// How far the repeats of an agent lie apart.
fn repeats(spread: &SpreadRecord, metric: &str) -> String {
    let shown = |value: Option<f64>| value.map_or_else(|| "no number".to_owned(), super::numbers::ratio);
    let deviation = spread.standard_deviation.map(|value| {
        let value = super::numbers::ratio(value);
        format!(", standard deviation {value}")
    });
    format!(
        "{} played every window {} times and is ranked by the mean {metric} of its repeats, {}: from {} to {}{}",
        spread.agent,
        spread.repeats,
        shown(spread.mean),
        shown(spread.minimum),
        shown(spread.maximum),
        deviation.unwrap_or_default()
    )
}

/// The head of a metric's column by its key; a metric that is not known goes by that.
pub(super) fn head(metric: &str) -> &str {
    match Metric::of_key(metric) {
        Some(known) => known.head(),
        None => metric,
    }
}

/// Whether agents are ranked by the mean or median of their windows' scores.
pub(super) fn is_aggregated(stored: &StoredRun) -> bool {
    stored.leaderboard.windows > 1 && matches!(stored.leaderboard.aggregate.as_str(), "mean" | "median")
}

/// The head of the score's own column: `mean ROI %`.
pub(super) fn score_head(stored: &StoredRun) -> String {
    if is_aggregated(stored) {
        format!("{} {}", stored.leaderboard.aggregate, head(&stored.leaderboard.ranking_metric))
    } else {
        "score".to_owned()
    }
}

/// The head of the scores in standings: `record ROI %`, `mean score`.
pub(super) fn standings_head(record: &StandingsRecord) -> String {
    let head = head(&record.metric);
    match record.aggregate.as_str() {
        "" => head.to_owned(),
        "record" if record.windows < 2 => head.to_owned(),
        aggregate => format!("{aggregate} {head}"),
    }
}

/// That growth a year comes from less than a year, where it does.
pub(super) fn annualised(stored: &StoredRun) -> Option<String> {
    let days = stored.leaderboard.rankings.iter().find_map(|row| row.annualised_from_days)?;
    annualised_from(days).map(|text| format!("CAGR and Calmar are {text}"))
}

/// `annualised from 90 days`, for records of less than a year that are long enough.
pub(super) fn annualised_from(days: i64) -> Option<String> {
    let shown = || plural(usize::try_from(days).unwrap_or(0), "day");
    (30..365).contains(&days).then(|| format!("annualised from {}", shown()))
}

/// Where the largest drawdown of a record of several windows lies, which no window alone may show.
pub(super) fn record_drawdown(row: &RankingRecord) -> Option<String> {
    let (depth, times) = (row.max_drawdown_pct?, row.drawdown.as_ref()?);
    let day = |at: &str| at.parse().map_or_else(|_| at.to_owned(), super::numbers::close_day);
    Some(format!(
        "the record's: {} % from {} to {}, with its windows chained",
        super::numbers::ratio(depth),
        day(&times.peak_at),
        day(&times.trough_at)
    ))
}

/// The agents that have too few trades to be ranked.
fn below_the_line(stored: &StoredRun) -> Option<String> {
    let board = &stored.leaderboard;
    let names: Vec<&str> =
        board.rankings.iter().filter(|row| row.rank.is_none()).map(|row| row.agent.as_str()).collect();
    (!names.is_empty())
        .then(|| format!("not ranked: fewer than {} trades: {}", board.min_trades, some(&names)))
}

/// Whether tables show nothing of this metric for an idle agent, which held cash.
fn is_of_returns(metric: &str) -> bool {
    Metric::of_key(metric).is_some_and(Metric::is_of_returns)
}

/// Text of a leaderboard cell: a number, an infinity, or nothing.
pub(super) fn shown(row: &RankingRecord, metric: &str) -> Score {
    if is_blank(row, metric) { Score::Absent } else { row.known_value(metric) }
}

/// Text of the cell of a row's score.
pub(super) fn shown_score(row: &RankingRecord, ranking_metric: &str) -> Score {
    if is_blank(row, ranking_metric) { Score::Absent } else { row.known_score() }
}

fn is_blank(row: &RankingRecord, metric: &str) -> bool {
    row.is_idle() && is_of_returns(metric)
}

/// Text of a cell of an agent's statistics.
pub(super) fn agent_value(agent: &AgentRecord, metric: &str) -> Score {
    if is_blank_of(agent, metric) { Score::Absent } else { agent.known_value(metric) }
}

/// Whether an agent's statistics show nothing here, because it held cash all along.
pub(super) fn is_blank_of(agent: &AgentRecord, metric: &str) -> bool {
    agent.is_idle() && is_of_returns(metric)
}

/// Text of a cell of an agent's totals.
pub(super) fn tally_value(tally: &Tally, metric: &str) -> Score {
    if tally.idle && is_of_returns(metric) { Score::Absent } else { tally.known_value(metric) }
}

/// The score of a sweep's winner.
pub(super) fn winner_score(winner: &WinnerRecord) -> String {
    let infinite = || winner.score_missing.clone().unwrap_or_default();
    winner.score.map_or_else(infinite, super::numbers::ratio)
}

/// Whether the ranking score says something else than the ranking metric's own column.
pub(super) fn score_says_more(stored: &StoredRun) -> bool {
    let metric = stored.leaderboard.ranking_metric.as_str();
    let text = |score: Score| score.value().map(super::numbers::ratio);
    stored.leaderboard.rankings.iter().any(|row| text(shown_score(row, metric)) != text(shown(row, metric)))
}

/// The score as one of the columns whose absent values are explained, where it has a column.
pub(super) fn shown_with_score(stored: &StoredRun, shown: &[Shown]) -> Vec<Shown> {
    let score = score_says_more(stored).then_some(("score", "score"));
    score.into_iter().chain(shown.iter().copied()).collect()
}

/// Agents that did not complete a window.
pub(super) fn unfinished(stored: &StoredRun) -> Vec<String> {
    let mut lines = Vec::new();
    for agent in &stored.agents {
        let ended: Vec<_> = agent.windows.iter().filter(|job| job.status != "completed").collect();
        let Some(first) = ended.first() else { continue };
        let detail = first.status_detail.as_deref().unwrap_or("no reason given");
        let more = if ended.len() > 1 {
            format!(", and in {} more", plural(ended.len() - 1, "window"))
        } else {
            String::new()
        };
        lines.push(format!("{}: {} in window {} ({detail}){more}", agent.agent, first.status, first.window));
    }
    lines
}

/// What proofs say that a word does not.
pub(super) fn proved(stored: &StoredRun) -> Vec<String> {
    let rows = stored.leaderboard.rankings.iter().filter_map(|row| Some((&row.agent, row.proved.as_ref()?)));
    let mut lines: Vec<String> = rows
        .clone()
        .filter_map(|(agent, proof)| {
            let difference = proof.difference.as_ref()?;
            Some(format!(
                "{agent}: {} of {} replays without the later bars differ: {difference}",
                proof.differences, proof.cuts
            ))
        })
        .collect();
    if rows.clone().any(|(_, proof)| proof.verdict == "repeatable") {
        lines.push(
            "proved repeatable: the same decisions without the later bars; what a program or a file holds of its own is \
             not cut (`tiltyard agent lag`)"
                .to_owned(),
        );
    }
    lines
}

/// Settings that flatter the results, where there are any.
pub(super) fn optimistic(run: &RunRecord) -> Option<String> {
    let settings = &run.flags.optimistic;
    let names = settings.join(", ");
    (!settings.is_empty())
        .then(|| format!("optimistic: {names} fills orders at the close on which they were decided"))
}

/// That windows leave bars of the range unused.
#[expect(clippy::cast_precision_loss, reason = "a share, shown only")]
pub fn unused_bars(bars: usize, of: usize) -> String {
    let share = bars as f64 / of.max(1) as f64 * 100.0;
    format!("{} of {} bars of the range ({share:.0} %) are in no window", count(bars), count(of))
}

/// What a reader should know of the run as a whole, besides optimistic settings.
pub(super) fn flags(run: &RunRecord) -> Vec<String> {
    let flags = &run.flags;
    let mut lines = flags.left_out.clone();
    if !run.market.accepted.is_empty() {
        let kinds: Vec<&str> = run.market.accepted.iter().map(String::as_str).collect();
        lines.push(format!(
            "the data has errors that the scenario accepts ({}): results may be meaningless",
            some(&kinds)
        ));
    }
    for (symbol, unit) in &run.market.units {
        let asset = symbol.strip_prefix(&unit.to_string()).unwrap_or(symbol);
        let unit = grouped(&unit.to_string());
        lines.push(format!("{symbol}: prices are per {unit} {asset}, quantities in units of {unit}"));
    }
    if let Some(unused) = flags.unused {
        lines.push(unused_bars(unused.bars, unused.of));
    }
    if !flags.delisted.is_empty() {
        let names: Vec<&str> = flags.delisted.iter().map(String::as_str).collect();
        let worth =
            if run.market.delisted == "write_off" { "written off" } else { "valued at the last close" };
        lines.push(format!("bars ended inside a window: {} ({worth})", some(&names)));
    }
    if flags.bars_without_detail > 0 {
        lines.push(format!(
            "{} of {} bars that reached both a stop and a target had no finer bars: the stop was filled",
            flags.bars_without_detail, flags.ambiguous_bars
        ));
    } else if flags.ambiguous_bars > 0 {
        lines.push(format!("{} bars reached both a stop and a target", flags.ambiguous_bars));
    }
    if flags.cut_fills > 0 {
        lines.push(format!("{} buys were reduced to what the wallet could pay", flags.cut_fills));
    }
    if !flags.unsold_at_end.is_empty() {
        let names: Vec<&str> = flags.unsold_at_end.iter().map(String::as_str).collect();
        let why = "above the participation cap of a window's last bar; valued at the last close";
        lines.push(format!("unsold_at_end: {} ({why})", some(&names)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_symbols_are_counted() {
        let names = |n: usize| (0..n).map(|i| format!("S{i}")).collect::<Vec<_>>();
        assert_eq!(symbols(&names(6)), "S0, S1, S2, S3, S4, S5");
        assert_eq!(symbols(&names(20)), "S0, S1, S2, S3, S4 and 15 more");
    }
}
