//! From standings to their record.

use std::collections::BTreeMap;

use super::{
    BenchmarkRecord, FriedmanRecord, NotRankedRecord, PairRecord, RatingRecord, RatingSystemRecord,
    STANDINGS_FORMAT_VERSION, SpaRecord, StandingRecord, StandingsRecord, VerdictRecord,
};
use crate::metrics::Score;
use crate::tournament::standings::{AgentStanding, BenchmarkEvidence, Outcome, RatingTable, Standings};

/// Of so many agents, the best, every pair has an entry; all have one with the leader.
const PAIRED: usize = 200;

impl StandingsRecord {
    /// Of these standings.
    pub fn new(standings: &Standings) -> Self {
        let spec = &standings.spec;
        let names = |group: &Vec<usize>| group.iter().map(|&agent| standings.agents[agent].clone()).collect();
        let mut missing = Missing::default();
        Self {
            format_version: STANDINGS_FORMAT_VERSION,
            metric: spec.metric.clone(),
            higher_is_better: spec.higher_is_better,
            aggregate: standings.fold.to_owned(),
            lead_unit: standings.lead_unit(),
            windows: standings.windows.len(),
            unscored_windows: standings.unscored_windows.clone(),
            alpha: spec.alpha,
            interval_level: spec.level,
            resamples: spec.resamples,
            block_length: standings.block_length,
            seed: spec.seed.0,
            minimum_windows: spec.minimum_windows,
            verdict: VerdictRecord::new(standings),
            standings: rows(standings, &mut missing),
            not_ranked: standings
                .unranked
                .iter()
                .map(|(agent, reason)| NotRankedRecord { agent: agent.clone(), reason: reason.clone() })
                .collect(),
            ratings: standings.ratings.iter().map(|table| system(table, &standings.agents)).collect(),
            win_groups: standings.win_groups.iter().map(names).collect(),
            unconnected: standings.unconnected(),
            pairs: pairs(standings, &mut missing),
            friedman: missing
                .known("friedman", standings.friedman.as_ref())
                .map(|test| FriedmanRecord { statistic: test.statistic, p_value: test.p_value }),
            benchmark: standings
                .benchmark
                .as_ref()
                .map(|found| BenchmarkRecord::new(found, &standings.agents, &mut missing)),
            missing: missing.0,
        }
    }
}

/// Reasons for values that are null.
#[derive(Default)]
pub(in crate::store) struct Missing(pub(in crate::store) BTreeMap<String, String>);

impl Missing {
    /// The value, or its reason noted.
    pub(in crate::store) fn known<T, E: ToString>(&mut self, what: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.0.insert(what.to_owned(), error.to_string())).ok()
    }
}

impl VerdictRecord {
    fn new(standings: &Standings) -> Self {
        let verdict = &standings.verdict;
        let name = |agent: usize| standings.agents[agent].clone();
        let rival = verdict.rival.as_ref();
        let lead = rival.and_then(|rival| rival.lead);
        let interval = lead.and_then(|lead| lead.interval(1.0 - standings.spec.alpha).ok());
        let (outcome, group, needed, least, rare) = match &verdict.outcome {
            Outcome::Called => ("called", vec![], None, None, vec![]),
            Outcome::NotDistinguishable { group, windows_needed } => {
                ("not_distinguishable", group.clone(), *windows_needed, None, vec![])
            }
            Outcome::InsufficientWindows { least, rare } => {
                ("insufficient_windows", vec![], None, Some(*least), rare.clone())
            }
            Outcome::OneAgent => ("one_agent", vec![], None, None, vec![]),
        };
        let in_group = standings.rows.iter().filter(|row| group.contains(&row.agent));
        Self {
            outcome: outcome.to_owned(),
            sentence: standings.sentence(),
            leader: name(verdict.leader),
            rival: rival.map(|rival| name(rival.agent)),
            lead: lead.map(|lead| lead.difference),
            lead_low: interval.map(|interval| interval.low),
            lead_high: interval.map(|interval| interval.high),
            p_value: rival.map(|rival| rival.p_value),
            group: in_group.map(|row| name(row.agent)).collect(),
            windows_needed: needed,
            windows_least: least,
            too_rare: rare.iter().map(|rival| name(rival.agent)).collect(),
        }
    }
}

fn rows(standings: &Standings, missing: &mut Missing) -> Vec<StandingRecord> {
    let set = missing.known("confidence_set_p", standings.confidence_set.as_ref());
    standings
        .rows
        .iter()
        .map(|row| StandingRecord::new(row, standings, set.and_then(|p_values| p_values[row.agent])))
        .collect()
}

impl StandingRecord {
    fn new(row: &AgentStanding, standings: &Standings, confidence_set_p: Option<f64>) -> Self {
        let rated = |table: &RatingTable| {
            let rated = table.ratings.as_ref().ok()?[row.agent]?;
            let record = RatingRecord {
                rating: rated.rating,
                low: rated.bar.map(|bar| bar.lower),
                high: rated.bar.map(|bar| bar.upper),
                std_error: rated.bar.map(|bar| bar.std_error),
                deviation: rated.deviation,
            };
            Some((table.system.as_str().to_owned(), record))
        };
        Self {
            rank: row.rank,
            agent: standings.agents[row.agent].clone(),
            score: row.score.number(),
            score_infinite: infinite(row.score).map(str::to_owned),
            score_low: row.interval.map(|interval| interval.low).filter(|end| end.is_finite()),
            score_high: row.interval.map(|interval| interval.high).filter(|end| end.is_finite()),
            mean_score: row.mean_score,
            mean_score_low: row.mean_interval.map(|interval| interval.low),
            mean_score_high: row.mean_interval.map(|interval| interval.high),
            mean_rank: row.mean_rank,
            rank_low: row.rank_interval.0,
            rank_high: row.rank_interval.1,
            first_probability: row.first_probability,
            wins: row.wins,
            ties: row.ties,
            losses: row.losses,
            first_places: row.first_places,
            scored_windows: row.scored_windows,
            acted_windows: row.acted_windows,
            disqualified_windows: row.disqualified_windows,
            confidence_set_p,
            ratings: standings.ratings.iter().filter_map(rated).collect(),
        }
    }
}

fn system(table: &RatingTable, agents: &[String]) -> RatingSystemRecord {
    RatingSystemRecord {
        system: table.system.as_str().to_owned(),
        reason: table.reason(agents),
        resamples: table.resamples,
        failed_resamples: table.failed_resamples,
    }
}

/// How an infinite score is written.
const fn infinite(score: Score) -> Option<&'static str> {
    match score {
        Score::PlusInfinity => Some("infinity"),
        Score::MinusInfinity => Some("-infinity"),
        Score::Number(_) | Score::Absent => None,
    }
}

/// Pairs, the better-placed agent first.
fn pairs(standings: &Standings, missing: &mut Missing) -> Vec<PairRecord> {
    let table = &standings.pairs;
    let order: Vec<usize> = standings.rows.iter().map(|row| row.agent).collect();
    let nemenyi = if order.len() > 1 { missing.known("nemenyi", table.nemenyi.as_ref()) } else { None };
    let pair = |a: usize, b: usize| {
        let (test, beats, turned) = standings.pair(a, b)?;
        let lead = test.lead.map(|lead| if turned { lead.turned() } else { lead });
        Some(PairRecord {
            a: standings.agents[a].clone(),
            b: standings.agents[b].clone(),
            win_rate: table.counts.win_rate(a, b),
            beats_probability: if turned { 1.0 - beats } else { beats },
            difference: lead.map(|lead| lead.difference),
            t: lead.and_then(|lead| lead.statistic()),
            p_value: test.p_value,
            p_holm: test.holm,
            windows: test.windows as usize,
            p_nemenyi: nemenyi.map(|p_values| p_values[a][b]),
        })
    };
    let kept = |i: usize, j: usize| i == 0 || j < PAIRED;
    (0..order.len())
        .flat_map(|i| (i + 1..order.len()).map(move |j| (i, j)))
        .filter(|&(i, j)| kept(i, j))
        .filter_map(|(i, j)| pair(order[i], order[j]))
        .collect()
}

impl BenchmarkRecord {
    fn new(found: &BenchmarkEvidence, agents: &[String], missing: &mut Missing) -> Self {
        let spa = missing.known("spa", found.spa.as_ref());
        let superior = missing.known("superior", found.superior.as_ref());
        Self {
            agent: agents[found.benchmark].clone(),
            spa: spa.map(|spa| SpaRecord {
                best: agents[spa.best].clone(),
                statistic: spa.statistic,
                p_value: spa.consistent,
                p_lower: spa.lower,
                p_upper: spa.upper,
            }),
            superior: superior.map(|named| named.iter().map(|&agent| agents[agent].clone()).collect()),
        }
    }
}
