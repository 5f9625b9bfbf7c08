//! The view of a format, as stored.

use serde::{Deserialize, Serialize};

use super::gauntlet::{GauntletView, gauntlet};
use super::knockout::{self, KnockoutView, knockout};
use super::league::{self, LeagueView, league};
use super::round_robin::{RoundRobinView, round_robin};
use super::survival::{SurvivalView, survival};
use super::swiss::{self, SwissView, swiss};
use super::{Field, FormatError};
use crate::scenario::TournamentFormat;

/// A tournament in one format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "format", rename_all = "snake_case")]
pub enum FormatView {
    /// Everyone against everyone.
    RoundRobin(RoundRobinView),
    /// Against named baselines.
    Gauntlet(GauntletView),
    /// Seasons and divisions.
    League(LeagueView),
    /// Agents of equal points are paired.
    Swiss(SwissView),
    /// Losers of a round are out.
    Knockout(KnockoutView),
    /// Agents that break a risk limit are out.
    Survival(SurvivalView),
}

impl FormatView {
    /// The format as scenarios write it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RoundRobin(_) => "round_robin",
            Self::Gauntlet(_) => "gauntlet",
            Self::League(_) => "league",
            Self::Swiss(_) => "swiss",
            Self::Knockout(_) => "knockout",
            Self::Survival(_) => "survival",
        }
    }

    /// What the places prove and what they do not, in a sentence.
    pub const fn proves(&self) -> &'static str {
        match self {
            Self::RoundRobin(_) => {
                "places are by windows won; whether the first is better than the others stands in the verdict"
            }
            Self::Gauntlet(_) => {
                "who passed beats every baseline at this alpha; challengers are not tested against each other"
            }
            Self::League(_) => {
                "promotion was tested, the champion was not: the last season's table is no proof that it is best"
            }
            Self::Swiss(_) => {
                "the winner is not proven best: it met a few opponents, on a few windows each, and lots decided who"
            }
            Self::Knockout(_) => {
                "the winner of a bracket is not proven best: it beat one agent a round, on a few windows each"
            }
            Self::Survival(_) => "surviving says that no limit was broken, not that anything was earned",
        }
    }

    /// Place and name of everyone who is placed, best first.
    pub fn places(&self) -> Vec<(u32, &str)> {
        macro_rules! places {
            ($view:expr) => {
                $view.placings.iter().map(|row| (row.place, row.agent.as_str())).collect()
            };
        }
        match self {
            Self::RoundRobin(view) => places!(view),
            Self::Gauntlet(view) => places!(view),
            Self::League(view) => places!(view),
            Self::Swiss(view) => places!(view),
            Self::Knockout(view) => places!(view),
            Self::Survival(view) => places!(view),
        }
    }

    /// Who has the first place alone.
    pub fn winner(&self) -> Option<&str> {
        match self.places()[..] {
            [(1, winner)] => Some(winner),
            [(1, winner), (place, _), ..] if place > 1 => Some(winner),
            _ => None,
        }
    }
}

/// Whether so many agents and windows are enough for a format; known before anything is replayed.
///
/// # Errors
/// [`FormatError`].
pub fn check(format: &TournamentFormat, agents: usize, windows: usize) -> Result<(), FormatError> {
    match format {
        TournamentFormat::RoundRobin | TournamentFormat::Gauntlet { .. } | TournamentFormat::Survival => {}
        TournamentFormat::League { seasons, divisions } => {
            league::check(agents, windows, size(*seasons), size(*divisions))?;
        }
        TournamentFormat::Swiss { rounds } => {
            swiss::check(agents, windows, rounds.map(size))?;
        }
        TournamentFormat::Knockout { seeds } => {
            knockout::check(agents, windows, !seeds.is_empty())?;
        }
    }
    Ok(())
}

/// The tournament in a format.
///
/// # Errors
/// [`FormatError`] where the field is too small for it, or a name of its settings is nobody's.
pub fn view(format: &TournamentFormat, field: &Field) -> Result<FormatView, FormatError> {
    Ok(match format {
        TournamentFormat::RoundRobin => FormatView::RoundRobin(round_robin(field)),
        TournamentFormat::Gauntlet { baselines } => FormatView::Gauntlet(gauntlet(field, baselines)?),
        TournamentFormat::League { seasons, divisions } => {
            FormatView::League(league(field, size(*seasons), size(*divisions))?)
        }
        TournamentFormat::Swiss { rounds } => FormatView::Swiss(swiss(field, rounds.map(size))?),
        TournamentFormat::Knockout { seeds } => FormatView::Knockout(knockout(field, seeds)?),
        TournamentFormat::Survival => FormatView::Survival(survival(field)),
    })
}

fn size(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::testing::ladder;
    use super::*;

    #[test]
    fn a_view_is_stored_with_its_name_and_read_back() {
        for format in super::super::testing::formats() {
            let view = view(&format, &ladder(6, 24)).unwrap();
            let text = serde_json::to_string(&view).unwrap();
            assert!(text.starts_with(&format!("{{\"format\":\"{}\",", view.name())), "{text}");
            assert_eq!(serde_json::from_str::<FormatView>(&text).unwrap(), view);
            assert_eq!(format.as_str(), view.name());
            assert_eq!(check(&format, 6, 24), Ok(()));
        }
    }

    #[test]
    fn check_and_view_refuse_the_same() {
        for format in super::super::testing::formats() {
            for (agents, windows) in [(1, 24), (2, 24), (3, 1), (6, 0), (6, 1), (6, 2), (6, 24)] {
                let refused = check(&format, agents, windows).is_err();
                let viewed = view(&format, &ladder(agents, windows));
                match viewed {
                    // A name of the settings may be nobody's where there are few.
                    Err(FormatError::NoSuchAgent { .. }) => {}
                    viewed => assert_eq!(viewed.is_err(), refused, "{format:?} {agents} {windows}"),
                }
            }
        }
    }

    #[test]
    fn a_shared_first_place_has_no_winner() {
        let alone = view(&TournamentFormat::RoundRobin, &ladder(3, 2)).unwrap();
        assert_eq!(alone.winner(), Some("agent 0"));
        let shared = view(&TournamentFormat::Survival, &ladder(3, 2)).unwrap();
        assert_eq!(shared.winner(), None);
    }
}
