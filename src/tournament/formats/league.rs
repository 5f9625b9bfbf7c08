//! League: seasons of disjoint windows, divisions, and promotion that has to be earned.
//!
//! The first divisions are drawn by lot, as equal in size as possible, the larger first. In a season each division
//! is ranked by the score of the season's windows. At each boundary the last of the upper division and the
//! first of the lower change places only if the lower one's score is larger and the two-sided test of the two
//! records of the season is under alpha, with Holm's correction over the season's boundaries. Where a boundary place is
//! shared, the lot decides who stands for it. The final places are those of the last season, division by division.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::matches::{Blocks, WindowRange};
use super::places::places;
use super::{Field, FormatError};
use crate::statistics::evidence::{Correction, adjust};
use crate::tournament::standings::Lead;

const FORMAT: &str = "league";
/// A division has at least so many: its first and its last are two agents.
const SMALLEST: usize = 2;

/// League: divisions, seasons, promotion and relegation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeagueView {
    /// The last season's places, the highest division first.
    pub placings: Vec<LeaguePlace>,
    /// In order of time.
    pub seasons: Vec<Season>,
}

/// One agent's final place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeaguePlace {
    /// From 1 over all divisions; equals of a division share it.
    pub place: u32,
    /// Name of the agent.
    pub agent: String,
    /// From 1, the highest.
    pub division: usize,
    /// Score of its record of the last season's windows; nothing where that is no number.
    pub mean_score: Option<f64>,
}

/// One season of all divisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Season {
    /// Season number, from 1.
    pub season: usize,
    /// Windows that were played.
    pub windows: WindowRange,
    /// The tables, the highest division first.
    pub divisions: Vec<Vec<SeasonRow>>,
    /// What happened between divisions at its end, from the top.
    pub boundaries: Vec<Boundary>,
}

/// One row of a division's table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeasonRow {
    /// In the division, from 1; equals share it.
    pub place: u32,
    /// Name of the agent.
    pub agent: String,
    /// Score of its record of the season's windows; nothing where that is no number.
    pub mean_score: Option<f64>,
}

/// The pair at the boundary of two divisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Boundary {
    /// The upper division's number, from 1.
    pub below_division: usize,
    /// The last agent of the upper division.
    pub upper: String,
    /// The first agent of the lower division.
    pub lower: String,
    /// Lead of `lower` over `upper` by their records of the season, in the units of the verdict; nothing where a score
    /// is no number.
    pub mean_difference: Option<f64>,
    /// Two-sided p-value with Holm's correction over the season's boundaries; nothing where there is no test.
    pub p_value: Option<f64>,
    /// Whether they change places.
    pub exchanged: bool,
}

/// That there are windows and agents enough.
pub(super) fn check(
    agents: usize,
    windows: usize,
    seasons: usize,
    divisions: usize,
) -> Result<Blocks, FormatError> {
    let least = SMALLEST * divisions;
    if agents < least {
        let why = format!(" for {divisions} divisions of {SMALLEST}");
        return Err(FormatError::TooFewAgents { format: FORMAT, why, found: agents, least });
    }
    Blocks::cut(windows, seasons, FORMAT, "season")
}

pub(super) fn league(field: &Field, seasons: usize, divisions: usize) -> Result<LeagueView, FormatError> {
    let blocks = check(field.len(), field.windows(), seasons, divisions)?;
    let mut tables = drawn(field, divisions);
    let mut played = Vec::with_capacity(seasons);
    for (number, windows) in (1..).zip(blocks.iter()) {
        let ranked: Vec<Vec<(u32, usize)>> =
            tables.iter().map(|division| rank(field, division, &windows)).collect();
        let pairs: Vec<(usize, usize)> =
            ranked.windows(2).map(|pair| (last(field, &pair[0]), first(field, &pair[1]))).collect();
        let boundaries = boundaries(field, &pairs, &windows);
        for (division, (boundary, &(upper, lower))) in boundaries.iter().zip(&pairs).enumerate() {
            if boundary.exchanged {
                replace(&mut tables[division], upper, lower);
                replace(&mut tables[division + 1], lower, upper);
            }
        }
        let row = |&(place, agent): &(u32, usize)| SeasonRow {
            place,
            agent: field.name(agent).to_owned(),
            mean_score: field.score(agent, windows.clone()).number(),
        };
        played.push(Season {
            season: number,
            windows: (&windows).into(),
            divisions: ranked.iter().map(|division| division.iter().map(row).collect()).collect(),
            boundaries,
        });
    }
    let placings = played.last().map(final_places).unwrap_or_default();
    Ok(LeagueView { placings, seasons: played })
}

/// The first divisions, by lot.
fn drawn(field: &Field, divisions: usize) -> Vec<Vec<usize>> {
    let mut lots = field.by_lot(FORMAT).into_iter();
    let size = |division: usize| field.len() / divisions + usize::from(division < field.len() % divisions);
    (0..divisions).map(|division| lots.by_ref().take(size(division)).collect()).collect()
}

fn rank(field: &Field, division: &[usize], windows: &Range<usize>) -> Vec<(u32, usize)> {
    let score = |agent: usize| field.score(agent, windows.clone());
    places(field, division.iter().copied(), |a, b| score(b).cmp(&score(a)))
}

/// Who stands for a division's first place.
fn first(field: &Field, ranked: &[(u32, usize)]) -> usize {
    let best = ranked[0].0;
    by_lot(field, ranked.iter().filter(|(place, _)| *place == best))
}

/// Who stands for a division's last place.
fn last(field: &Field, ranked: &[(u32, usize)]) -> usize {
    let worst = ranked[ranked.len() - 1].0;
    by_lot(field, ranked.iter().filter(|(place, _)| *place == worst))
}

fn by_lot<'a>(field: &Field, equals: impl Iterator<Item = &'a (u32, usize)>) -> usize {
    equals.map(|&(_, agent)| agent).min_by_key(|&agent| field.lot(FORMAT, agent)).unwrap_or_default()
}

fn boundaries(field: &Field, pairs: &[(usize, usize)], windows: &Range<usize>) -> Vec<Boundary> {
    let leads: Vec<Option<Lead>> =
        pairs.iter().map(|&(upper, lower)| field.lead(lower, upper, windows.clone())).collect();
    let raw: Vec<f64> = leads.iter().flatten().map(Lead::p_value).collect();
    let mut adjusted = adjust(&raw, Correction::Holm).unwrap_or_default().into_iter();
    let boundary = |((number, &(upper, lower)), lead): ((usize, &(usize, usize)), &Option<Lead>)| {
        let mean_difference = lead.map(|lead| lead.difference);
        let p_value = lead.and_then(|_| adjusted.next());
        Boundary {
            below_division: number + 1,
            upper: field.name(upper).to_owned(),
            lower: field.name(lower).to_owned(),
            mean_difference,
            p_value,
            exchanged: mean_difference.is_some_and(|lead| lead > 0.0)
                && p_value.is_some_and(|p| p < field.alpha()),
        }
    };
    pairs.iter().enumerate().zip(&leads).map(boundary).collect()
}

fn replace(division: &mut [usize], old: usize, new: usize) {
    division.iter_mut().filter(|agent| **agent == old).for_each(|agent| *agent = new);
}

fn final_places(season: &Season) -> Vec<LeaguePlace> {
    let mut placings = Vec::new();
    for (number, division) in (1..).zip(&season.divisions) {
        let above = u32::try_from(placings.len()).unwrap_or(u32::MAX);
        placings.extend(division.iter().map(|row| LeaguePlace {
            place: above + row.place,
            agent: row.agent.clone(),
            division: number,
            mean_score: row.mean_score,
        }));
    }
    placings
}

#[cfg(test)]
mod tests {
    use super::super::testing::{field, some, wave};
    use super::*;

    /// Four agents, one of them far better: where the lot puts it below, it rises after one season.
    fn four(seasons: usize) -> LeagueView {
        let (low, high) = (wave(12, 0.0), wave(12, 50.0));
        let jitter = |by: f64| -> Vec<Option<f64>> {
            low.iter()
                .enumerate()
                .map(|(i, x)| x.map(|x| x + by * if i % 2 == 0 { 1.0 } else { -1.0 }))
                .collect()
        };
        let (b, c) = (jitter(0.5), jitter(0.7));
        league(&field(&[("star", &high), ("a", &low), ("b", &b), ("c", &c)]), seasons, 2).unwrap()
    }

    #[test]
    fn the_better_rises_and_equals_stay() {
        let view = four(3);
        assert_eq!(view.seasons.len(), 3);
        assert_eq!(view.seasons[1].windows, WindowRange { first: 4, last: 7 });
        let divisions = |season: usize| -> Vec<Vec<&str>> {
            view.seasons[season]
                .divisions
                .iter()
                .map(|rows| rows.iter().map(|row| row.agent.as_str()).collect())
                .collect()
        };
        let up = divisions(0)[0].contains(&"star");
        // The pair is told apart only where the star stands below.
        assert_eq!(view.seasons[0].boundaries[0].exchanged, !up);
        assert!(divisions(1)[0].contains(&"star"));
        assert!(!view.seasons[1].boundaries[0].exchanged && !view.seasons[2].boundaries[0].exchanged);
        assert_eq!(divisions(1), divisions(2));
        assert_eq!((view.placings[0].place, view.placings[0].agent.as_str()), (1, "star"));
        assert_eq!(view.placings.iter().map(|p| p.division).collect::<Vec<_>>(), [1, 1, 2, 2]);
    }

    #[test]
    fn a_lower_division_that_is_only_luckier_stays_below() {
        // Every agent has the same mean in each season: differences 1, -1.
        let (one, two) = (some([1.0, -1.0, 1.0, -1.0]), some([-1.0, 1.0, -1.0, 1.0]));
        let view = league(&field(&[("a", &one), ("b", &two), ("c", &one), ("d", &two)]), 2, 2).unwrap();
        assert!(view.seasons.iter().all(|season| !season.boundaries[0].exchanged));
        // All share the places of their divisions.
        assert_eq!(view.placings.iter().map(|p| p.place).collect::<Vec<_>>(), [1, 1, 3, 3]);
    }

    #[test]
    fn seasons_of_one_window_have_no_significant_promotion() {
        let view = four(12);
        assert!(view.seasons.iter().all(|s| s.boundaries[0].p_value.is_none() && !s.boundaries[0].exchanged));
    }

    #[test]
    fn what_it_needs() {
        let scores = some([1.0, 2.0]);
        let field = field(&[("a", &scores), ("b", &scores), ("c", &scores)]);
        let error = league(&field, 2, 2).unwrap_err();
        assert_eq!(error.to_string(), "league needs `4` agents for 2 divisions of 2; there are `3`");
        assert!(matches!(league(&field, 3, 1), Err(FormatError::TooFewWindows { found: 2, least: 3, .. })));
        assert_eq!(league(&field, 1, 1).unwrap().placings.len(), 3);
    }
}
