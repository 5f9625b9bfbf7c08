//! Every rating system on the same ranks, each with error bars from resampled windows.
//!
//! Owns which fit belongs to which system and the words for a rating that does not exist. Never resamples single
//! battles: agents of one window share its market.

use crate::scenario::RatingSystem;
use crate::statistics::evidence::Resamples;
use crate::statistics::ratings::{
    ABSENT, Bar, EloConfig, Gaussian, Glicko2Config, MANY, OneStep, Orders, PairCounts, RatingError,
    TrueSkillConfig, WengLinConfig, WengLinModel, bootstrap_bars, elo_scale, fit_bradley_terry,
    fit_plackett_luce, multiplicities, rate_elo, rate_glicko2, rate_trueskill, rate_weng_lin,
    refit_bradley_terry, refit_plackett_luce, resampled_rows,
};

/// Mean of the batch ratings on the Elo scale.
const CENTRE: f64 = 1500.0;

/// The ratings of one system.
#[derive(Debug, Clone, PartialEq)]
pub struct RatingTable {
    /// Rating system of the rows.
    pub system: RatingSystem,
    /// One an agent, in the order of the matrix, `None` for one without opponents; or why there are none.
    pub ratings: Result<Vec<Option<Rated>>, RatingError>,
    /// How many resamples the bars come from: fewer than all where rating them all again would take too long.
    pub resamples: usize,
    /// Resamples that could not be rated, of all. If there are many, the bars are too narrow.
    pub failed_resamples: usize,
}

/// One agent's rating.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rated {
    /// On the system's scale.
    pub rating: f64,
    /// The system's own standard deviation, where it has one. It takes games for independent; the bar does not.
    pub deviation: Option<f64>,
    /// From resampled windows; `None` where fewer than two resamples could be rated.
    pub bar: Option<Bar>,
}

/// Ratings before their bars: the rating, and the system's own deviation.
type Plain = Vec<(f64, Option<f64>)>;

/// Rates the ranks (windows x agents, 0 = best). Agents without opponents are left out.
pub(super) fn rate(
    system: RatingSystem,
    ranks: &[Vec<u32>],
    resamples: &Resamples,
    level: f64,
) -> RatingTable {
    let met = met_somebody(ranks);
    let those: Vec<usize> = (0..met.len()).filter(|&agent| met[agent]).collect();
    if those.is_empty() || those.len() == met.len() {
        return rated(system, ranks, resamples, level);
    }
    let rows: Vec<Vec<u32>> =
        ranks.iter().map(|row| those.iter().map(|&agent| row[agent]).collect()).collect();
    let table = rated(system, &rows, resamples, level);
    let spread = |rated: Vec<Option<Rated>>| {
        let mut rated = rated.into_iter();
        met.iter().map(|met| if *met { rated.next().flatten() } else { None }).collect()
    };
    let named = |error| match error {
        RatingError::NotConnected { groups } => RatingError::NotConnected {
            groups: groups.into_iter().map(|group| group.into_iter().map(|i| those[i]).collect()).collect(),
        },
        other => other,
    };
    RatingTable { ratings: table.ratings.map(spread).map_err(named), ..table }
}

/// Whether each agent was in a window with another.
fn met_somebody(ranks: &[Vec<u32>]) -> Vec<bool> {
    let mut met = vec![false; ranks.first().map_or(0, Vec::len)];
    for row in ranks.iter().filter(|row| row.iter().filter(|&&rank| rank != ABSENT).count() > 1) {
        met.iter_mut().zip(row).for_each(|(met, rank)| *met |= *rank != ABSENT);
    }
    met
}

fn rated(system: RatingSystem, ranks: &[Vec<u32>], resamples: &Resamples, level: f64) -> RatingTable {
    match system {
        RatingSystem::BradleyTerry => bradley_terry(ranks, resamples, level),
        RatingSystem::PlackettLuce => plackett_luce(ranks, resamples, level),
        RatingSystem::Elo => sequential(system, ranks, resamples, level, elo),
        RatingSystem::Glicko2 => sequential(system, ranks, resamples, level, glicko2),
        RatingSystem::TrueSkill => sequential(system, ranks, resamples, level, trueskill),
        RatingSystem::WengLin => sequential(system, ranks, resamples, level, weng_lin),
    }
}

fn bradley_terry(ranks: &[Vec<u32>], resamples: &Resamples, level: f64) -> RatingTable {
    let counts = PairCounts::from_ranks(ranks);
    let fit = counts.clone().and_then(|counts| fit_bradley_terry(&counts));
    if let (Ok(counts), Ok(fit)) = (&counts, &fit)
        && counts.agents() > MANY
    {
        let step = OneStep::bradley_terry(ranks, counts, fit);
        return stepped(RatingSystem::BradleyTerry, &fit.theta, &step, ranks, resamples, level);
    }
    barred(
        (RatingSystem::BradleyTerry, resamples.count()),
        resamples,
        level,
        fit,
        |fit| on_elo_scale(&fit.theta),
        |fit, sample| {
            let counts = PairCounts::weighted(ranks, &multiplicities(ranks.len(), sample))?;
            Ok(on_elo_scale(&refit_bradley_terry(&counts, fit)?.theta))
        },
    )
}

fn plackett_luce(ranks: &[Vec<u32>], resamples: &Resamples, level: f64) -> RatingTable {
    let fit = fit_plackett_luce(ranks);
    if let Ok(fit) = &fit
        && fit.theta.len() > MANY
    {
        let step = OneStep::plackett_luce(ranks, fit);
        return stepped(RatingSystem::PlackettLuce, &fit.theta, &step, ranks, resamples, level);
    }
    barred(
        (RatingSystem::PlackettLuce, resamples.count()),
        resamples,
        level,
        fit,
        |fit| on_elo_scale(&fit.theta),
        |fit, sample| {
            let refit = refit_plackett_luce(ranks, &multiplicities(ranks.len(), sample), fit)?;
            Ok(on_elo_scale(&refit.theta))
        },
    )
}

/// A batch rating with bars from one step for each resample that can be rated.
fn stepped(
    system: RatingSystem,
    theta: &[f64],
    step: &OneStep,
    ranks: &[Vec<u32>],
    resamples: &Resamples,
    level: f64,
) -> RatingTable {
    let orders = Orders::new(ranks);
    barred(
        (system, resamples.count()),
        resamples,
        level,
        Ok(theta.to_vec()),
        |theta| on_elo_scale(theta),
        |_, sample| {
            let weights = multiplicities(ranks.len(), sample);
            if orders.are_connected(&weights) {
                Ok(on_elo_scale(&step.weighted(&weights)))
            } else {
                Err(RatingError::NotConnected { groups: Vec::new() })
            }
        },
    )
}

fn sequential(
    system: RatingSystem,
    ranks: &[Vec<u32>],
    resamples: &Resamples,
    level: f64,
    fit: fn(&[Vec<u32>]) -> Result<Plain, RatingError>,
) -> RatingTable {
    let count = affordable(system, ranks, resamples.count());
    barred((system, count), resamples, level, fit(ranks), Plain::clone, |_, sample| {
        fit(&resampled_rows(ranks, sample).ok_or(RatingError::NoWindows)?)
    })
}

/// How often a sequential system can rate these windows again within a few seconds; all of `count` where it can, and
/// none where it is so seldom that bars would say nothing.
fn affordable(system: RatingSystem, ranks: &[Vec<u32>], count: usize) -> usize {
    let (windows, agents) = (ranks.len() as f64, ranks.first().map_or(0, Vec::len) as f64);
    // Nanoseconds a window: of every meeting, or of every agent.
    let cost = match system {
        RatingSystem::Elo => 12.0 * agents * agents,
        RatingSystem::Glicko2 => 60.0 * agents * agents,
        RatingSystem::TrueSkill => 1500.0 * agents,
        _ => 150.0 * agents,
    };
    let affordable = (RATING_TIME / (cost * windows)) as usize;
    if affordable >= count {
        count
    } else if affordable >= FEWEST {
        affordable
    } else {
        0
    }
}

/// Nanoseconds of one core for the bars of a sequential system.
const RATING_TIME: f64 = 1e9;
/// Fewer resamples than these make no bar.
const FEWEST: usize = 40;

/// Puts bars on a fit, if there is one.
fn barred<F: Sync>(
    (system, count): (RatingSystem, usize),
    resamples: &Resamples,
    level: f64,
    fit: Result<F, RatingError>,
    plain: impl Fn(&F) -> Plain,
    refit: impl Fn(&F, &[u32]) -> Result<Plain, RatingError> + Sync,
) -> RatingTable {
    let fit = match fit {
        Ok(fit) => fit,
        Err(error) => return RatingTable { system, ratings: Err(error), resamples: 0, failed_resamples: 0 },
    };
    let ratings = plain(&fit);
    let samples: Vec<&[u32]> = resamples.iter().take(count).collect();
    let values = |sample: &[u32]| Ok(refit(&fit, sample)?.into_iter().map(|(rating, _)| rating).collect());
    let bars = bootstrap_bars(ratings.len(), &samples, level, values);
    let rated = ratings.into_iter().zip(bars.bars);
    RatingTable {
        system,
        ratings: Ok(rated.map(|((rating, deviation), bar)| Some(Rated { rating, deviation, bar })).collect()),
        resamples: count,
        failed_resamples: bars.failed,
    }
}

fn on_elo_scale(theta: &[f64]) -> Plain {
    elo_scale(theta, CENTRE).into_iter().map(|rating| (rating, None)).collect()
}

fn elo(rows: &[Vec<u32>]) -> Result<Plain, RatingError> {
    Ok(rate_elo(rows, &EloConfig::default())?.into_iter().map(|rating| (rating, None)).collect())
}

fn glicko2(rows: &[Vec<u32>]) -> Result<Plain, RatingError> {
    let rated = rate_glicko2(rows, &Glicko2Config::default())?;
    Ok(rated.into_iter().map(|rated| (rated.rating, Some(rated.deviation))).collect())
}

fn trueskill(rows: &[Vec<u32>]) -> Result<Plain, RatingError> {
    Ok(believed(rate_trueskill(rows, &TrueSkillConfig::default())?))
}

fn weng_lin(rows: &[Vec<u32>]) -> Result<Plain, RatingError> {
    Ok(believed(rate_weng_lin(rows, WengLinModel::PlackettLuce, &WengLinConfig::default())?))
}

fn believed(beliefs: Vec<Gaussian>) -> Plain {
    beliefs.into_iter().map(|belief| (belief.mu, Some(belief.sigma))).collect()
}

impl RatingTable {
    /// Why there are no ratings, in words with the agents' names; nothing where there are.
    pub fn reason(&self, agents: &[String]) -> Option<String> {
        let error = self.ratings.as_ref().err()?;
        let RatingError::NotConnected { groups } = error else { return Some(error.to_string()) };
        Some(unconnected(groups, agents))
    }
}

/// The groups of a win graph that is not strongly connected, the stronger first.
pub(super) fn unconnected(groups: &[Vec<usize>], agents: &[String]) -> String {
    let names =
        |group: &Vec<usize>| group.iter().map(|&agent| agents[agent].as_str()).collect::<Vec<_>>().join(", ");
    let chain = groups.iter().map(names).collect::<Vec<_>>().join(" | ");
    format!(
        "the win graph is not strongly connected, so the distance between its groups has no bound: {chain} (agents \
         of two groups never met, or only those of the earlier one won)"
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{lucky, matrix};
    use super::super::{RatingSystem, StandingsSpec, standings};
    use super::*;

    fn tables(columns: Vec<Vec<f64>>) -> Vec<RatingTable> {
        let spec =
            StandingsSpec { ratings: RatingSystem::ALL.to_vec(), resamples: 60, ..StandingsSpec::default() };
        standings(&matrix(columns), &spec).unwrap().ratings
    }

    #[test]
    fn every_system_finds_the_better_and_bars_it() {
        for table in tables(lucky(1, 40, &[0.0, 1.5, -0.5])) {
            let rated: Vec<Rated> = table.ratings.unwrap().into_iter().flatten().collect();
            // The last windows weigh most in a sequential system: the order of the others is not certain.
            assert!(rated[1].rating > rated[0].rating.max(rated[2].rating), "{rated:?}");
            for agent in &rated {
                let bar = agent.bar.unwrap();
                assert!(bar.lower < bar.upper && bar.std_error > 0.0, "{:?} {bar:?}", table.system);
            }
            let own = matches!(
                table.system,
                RatingSystem::Glicko2 | RatingSystem::TrueSkill | RatingSystem::WengLin
            );
            assert_eq!(rated[0].deviation.is_some(), own, "{:?}", table.system);
        }
    }

    #[test]
    fn twins_have_the_same_rating_and_bar_in_every_system() {
        let mut columns = lucky(2, 30, &[0.3, 0.0, 0.1]);
        columns.push(columns[0].clone());
        for table in tables(columns) {
            let rated: Vec<Rated> = table.ratings.unwrap().into_iter().flatten().collect();
            assert_eq!(rated[0], rated[3], "{:?}", table.system);
        }
    }

    #[test]
    fn an_unbeaten_agent_is_reported_in_words() {
        // Agent 1 always wins.
        let mut columns = lucky(3, 30, &[0.0, 0.0, 0.0]);
        columns[1].iter_mut().for_each(|score| *score += 100.0);
        let agents: Vec<String> = ["x", "best", "y"].map(str::to_owned).to_vec();
        for table in tables(columns) {
            let batch = matches!(table.system, RatingSystem::BradleyTerry | RatingSystem::PlackettLuce);
            assert_eq!(table.ratings.is_err(), batch);
            if batch {
                let reason = table.reason(&agents).unwrap();
                assert!(reason.contains("no bound: best | x, y (agents"), "{reason}");
            } else {
                assert_eq!(table.reason(&agents), None);
            }
        }
    }
}
