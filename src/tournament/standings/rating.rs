//! Every rating system on the same ranks, each with error bars from resampled windows.
//!
//! Owns which fit belongs to which system and the words for a rating that does not exist. Never resamples single
//! battles: agents of one window share its market.

use crate::scenario::RatingSystem;
use crate::tournament::evidence::Resamples;
use crate::tournament::ratings::{
    Bar, EloConfig, Gaussian, Glicko2Config, PairCounts, RatingError, TrueSkillConfig, WengLinConfig,
    WengLinModel, bootstrap_bars, elo_scale, fit_bradley_terry, fit_plackett_luce, multiplicities, rate_elo,
    rate_glicko2, rate_trueskill, rate_weng_lin, refit_bradley_terry, refit_plackett_luce, resampled_rows,
};

/// Mean of the batch ratings on the Elo scale.
const CENTRE: f64 = 1500.0;

/// The ratings of one system.
#[derive(Debug, Clone, PartialEq)]
pub struct RatingTable {
    /// Which.
    pub system: RatingSystem,
    /// One an agent, in the order of the matrix; or why they do not exist.
    pub ratings: Result<Vec<Rated>, RatingError>,
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

/// Rates the ranks (windows x agents, 0 = best).
pub(super) fn rate(
    system: RatingSystem,
    ranks: &[Vec<u32>],
    resamples: &Resamples,
    level: f64,
) -> RatingTable {
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
    let fit = PairCounts::from_ranks(ranks).and_then(|counts| fit_bradley_terry(&counts));
    barred(
        RatingSystem::BradleyTerry,
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
    barred(
        RatingSystem::PlackettLuce,
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

fn sequential(
    system: RatingSystem,
    ranks: &[Vec<u32>],
    resamples: &Resamples,
    level: f64,
    fit: fn(&[Vec<u32>]) -> Result<Plain, RatingError>,
) -> RatingTable {
    barred(system, resamples, level, fit(ranks), Plain::clone, |_, sample| {
        fit(&resampled_rows(ranks, sample).ok_or(RatingError::NoWindows)?)
    })
}

/// Puts bars on a fit, if there is one.
fn barred<F: Sync>(
    system: RatingSystem,
    resamples: &Resamples,
    level: f64,
    fit: Result<F, RatingError>,
    plain: impl Fn(&F) -> Plain,
    refit: impl Fn(&F, &[u32]) -> Result<Plain, RatingError> + Sync,
) -> RatingTable {
    let fit = match fit {
        Ok(fit) => fit,
        Err(error) => return RatingTable { system, ratings: Err(error), failed_resamples: 0 },
    };
    let ratings = plain(&fit);
    let samples: Vec<&[u32]> = resamples.iter().collect();
    let values = |sample: &[u32]| Ok(refit(&fit, sample)?.into_iter().map(|(rating, _)| rating).collect());
    let bars = bootstrap_bars(ratings.len(), &samples, level, values);
    let rated = ratings.into_iter().zip(bars.bars);
    RatingTable {
        system,
        ratings: Ok(rated.map(|((rating, deviation), bar)| Rated { rating, deviation, bar }).collect()),
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
    let chain = groups.iter().map(names).collect::<Vec<_>>().join(" > ");
    format!(
        "the win graph is not strongly connected, so the distance between its groups has no bound: {chain} \
         (no agent ever lost to or tied with one of a later group)"
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
            let rated = table.ratings.unwrap();
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
            let rated = table.ratings.unwrap();
            assert_eq!(rated[0], rated[3], "{:?}", table.system);
        }
    }

    #[test]
    fn an_unbeaten_agent_is_told_in_words() {
        // Agent 1 always wins.
        let mut columns = lucky(3, 30, &[0.0, 0.0, 0.0]);
        columns[1].iter_mut().for_each(|score| *score += 100.0);
        let agents: Vec<String> = ["x", "best", "y"].map(str::to_owned).to_vec();
        for table in tables(columns) {
            let batch = matches!(table.system, RatingSystem::BradleyTerry | RatingSystem::PlackettLuce);
            assert_eq!(table.ratings.is_err(), batch);
            if batch {
                let reason = table.reason(&agents).unwrap();
                assert!(reason.contains("no bound: best > x, y (no agent"), "{reason}");
            } else {
                assert_eq!(table.reason(&agents), None);
            }
        }
    }
}
