//! Glicko-2, one rating period a window.
//!
//! Model (Glickman 2013): in a window every two agents play one game, all at their ratings before the window;
//! the deviation says how sure the rating is, the volatility how much it wanders. The period itself is
//! `skillratings::glicko2::glicko2_rating_period`, whose volatility step follows the paper (the Python package
//! `glicko2` 2.1.0 does not). Owns the schedule of games. Never lets the order of agents be seen: each
//! agent's games are handed over sorted by opponent, so sums do not depend on it.

use rayon::prelude::*;
use skillratings::Outcomes;
use skillratings::glicko2::{Glicko2Config as Settings, Glicko2Rating as Player, glicko2_rating_period};

use super::error::RatingError;
use super::ranks::{agent_count, among_present};

/// Settings of Glicko-2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glicko2Config {
    /// Everybody before the first window.
    pub initial: Glicko2Rating,
    /// How fast volatility may change; 0.3 to 1.2.
    pub tau: f64,
    /// At which the volatility iteration stops.
    pub tolerance: f64,
}

impl Default for Glicko2Config {
    fn default() -> Self {
        let initial = Glicko2Rating { rating: 1500.0, deviation: 350.0, volatility: 0.06 };
        Self { initial, tau: 0.5, tolerance: 1e-12 }
    }
}

/// One agent's rating.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glicko2Rating {
    /// On Glicko's scale: 1500 is the mean, 400 points near ten to one.
    pub rating: f64,
    /// Standard deviation of the rating.
    pub deviation: f64,
    /// Expected change of the (internal) rating a period.
    pub volatility: f64,
}

/// Ratings after the last window; `ranks` is windows x agents, 0 = best, windows in order of time. An agent
/// alone in a window has no games: its deviation grows, as the paper says of those who do not play. An agent that is
/// absent keeps its rating.
///
/// # Errors
/// A bad shape; [`RatingError::NotConverged`] if the volatility iteration leaves the numbers.
pub fn rate_glicko2(ranks: &[Vec<u32>], config: &Glicko2Config) -> Result<Vec<Glicko2Rating>, RatingError> {
    let Glicko2Rating { rating, deviation, volatility } = config.initial;
    let settings = Settings { tau: config.tau, convergence_tolerance: config.tolerance };
    let mut players = vec![Player { rating, deviation, volatility }; agent_count(ranks)?];
    for row in ranks {
        players = among_present(&players, row, |players, row| period(players, row, &settings));
    }
    players.iter().map(finite).collect()
}

/// Everybody after a window. Games are handed over from the weakest opponent to the strongest.
fn period(players: &[Player], row: &[u32], settings: &Settings) -> Vec<Player> {
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|&a, &b| {
        let (one, other) = (&players[a], &players[b]);
        let rating = one.rating.total_cmp(&other.rating).then(one.deviation.total_cmp(&other.deviation));
        rating.then(one.volatility.total_cmp(&other.volatility)).then(row[a].cmp(&row[b]))
    });
    let outcome = |own: usize, other: usize| match row[own].cmp(&row[other]) {
        std::cmp::Ordering::Less => Outcomes::WIN,
        std::cmp::Ordering::Equal => Outcomes::DRAW,
        std::cmp::Ordering::Greater => Outcomes::LOSS,
    };
    let after = |own: usize| {
        let games: Vec<(Player, Outcomes)> = order
            .iter()
            .filter(|&&other| other != own)
            .map(|&other| (players[other], outcome(own, other)))
            .collect();
        glicko2_rating_period(&players[own], &games, settings)
    };
    (0..row.len()).into_par_iter().with_min_len(MANY).map(after).collect()
}

/// Agents that are worth a thread.
const MANY: usize = 64;

fn finite(player: &Player) -> Result<Glicko2Rating, RatingError> {
    let Player { rating, deviation, volatility } = *player;
    if rating.is_finite() && deviation.is_finite() && volatility.is_finite() {
        Ok(Glicko2Rating { rating, deviation, volatility })
    } else {
        Err(RatingError::NotConverged)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{assert_close, assert_near, permuted, ranks_with_ties};
    use super::*;

    fn assert_ratings(found: &[Glicko2Rating], expected: &[[f64; 3]]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert_close(&[found.rating, found.deviation, found.volatility], expected, 1e-9);
        }
    }

    #[test]
    fn the_worked_example_of_the_paper() {
        // Glickman 2013 publishes 1464.06, 151.52, 0.05999 (rounded at every step).
        let player = Player { rating: 1500.0, deviation: 200.0, volatility: 0.06 };
        let opponent = |rating, deviation| Player { rating, deviation, volatility: 0.06 };
        let games = [
            (opponent(1400.0, 30.0), Outcomes::WIN),
            (opponent(1550.0, 100.0), Outcomes::LOSS),
            (opponent(1700.0, 300.0), Outcomes::LOSS),
        ];
        let settings = Settings { tau: 0.5, convergence_tolerance: 1e-12 };
        let found = glicko2_rating_period(&player, &games, &settings);
        assert_near(found.rating, 1_464.050_670_539_089_2, 1e-9);
        assert_near(found.deviation, 151.516_524_124_304_34, 1e-9);
        assert_near(found.volatility, 0.059_995_984_400_677_826, 1e-9);
        assert!((found.rating - 1464.06).abs() < 0.02 && (found.volatility - 0.05999).abs() < 1e-5);
    }

    #[test]
    fn skillratings_golden_values() {
        let config = Glicko2Config::default();
        let first = rate_glicko2(&ranks_with_ties()[..1], &config).unwrap();
        assert_ratings(
            &first,
            &[
                [1583.7645421449345, 208.56031769255281, 0.05999804634233519],
                [1835.0581785931108, 208.56032080901497, 0.060000898495714036],
                [1248.7063695601134, 208.5603193545555, 0.05999956740652041],
                [1248.7063695601134, 208.5603193545555, 0.05999956740652041],
                [1583.7645421449345, 208.56031769255281, 0.05999804634233519],
            ],
        );
        assert_ratings(
            &rate_glicko2(&ranks_with_ties(), &config).unwrap(),
            &[
                [1608.197026939454, 44.738115177781935, 0.06019787832091495],
                [1619.3678636048865, 45.374701647886056, 0.060121862727257856],
                [1466.3970120390002, 44.2107029145341, 0.06027279533768204],
                [1435.5761870647511, 44.764431273081684, 0.06049635824122364],
                [1384.419448874119, 46.18361250525311, 0.060336084963205],
            ],
        );
    }

    #[test]
    fn an_agent_alone_keeps_its_rating() {
        let found = rate_glicko2(&[vec![0]], &Glicko2Config::default()).unwrap();
        assert_near(found[0].rating, 1500.0, 1e-15);
        assert!(found[0].deviation >= 350.0);
        assert_eq!(rate_glicko2(&[], &Glicko2Config::default()), Err(RatingError::NoWindows));
    }

    #[test]
    fn a_tie_of_equals_changes_no_rating() {
        let found = rate_glicko2(&[vec![0, 0]], &Glicko2Config::default()).unwrap();
        assert_near(found[0].rating, 1500.0, 1e-14);
        assert_eq!(found[0], found[1]);
        assert!(found[0].deviation < 350.0);
    }

    proptest! {
        #[test]
        fn order_and_copies_to_the_bit(
            rows in prop::collection::vec(prop::collection::vec(0_u32..5, 4), 1..12),
            order in Just((0..5).collect::<Vec<usize>>()).prop_shuffle(),
        ) {
            let rows: Vec<Vec<u32>> = rows.into_iter().map(|mut r| { r.push(r[1]); r }).collect();
            let plain = rate_glicko2(&rows, &Glicko2Config::default()).unwrap();
            let moved = rate_glicko2(&permuted(&rows, &order), &Glicko2Config::default()).unwrap();
            prop_assert_eq!(plain[1], plain[4]);
            for (index, &agent) in order.iter().enumerate() {
                prop_assert_eq!(moved[index], plain[agent]);
            }
        }
    }
}
