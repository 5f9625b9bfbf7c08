//! Tournament formats: six views of one matrix of scores.
//!
//! Owns the rules of round robin, gauntlet, league, Swiss, knockout and survival, one file each. Every agent was
//! replayed once in every window, so a match of two agents is a comparison of two columns: no format replays
//! anything, and any of them can be derived from a stored run. Never ranks by anything but the scores. Invariants:
//! the same scores, seed and rules give the same view; the order in which agents are listed changes nothing but
//! the order of equals; what the scores leave open is decided by lot (seed and name), and where a lot may not
//! decide, the place is shared.
//!
//! A format only orders the agents; statistical evidence is in the standings. Only `gauntlet` and `league` run tests.

mod error;
mod field;
mod gauntlet;
mod knockout;
mod league;
mod matches;
mod places;
#[cfg(test)]
mod properties;
mod round_robin;
mod survival;
mod swiss;
#[cfg(test)]
mod testing;
mod view;

pub use error::FormatError;
pub use field::{Exit, Field};
pub use gauntlet::{BaselineTest, GauntletPlace, GauntletView, Passage};
pub use knockout::{KnockoutPlace, KnockoutRound, KnockoutView, Tie};
pub use league::{Boundary, LeaguePlace, LeagueView, Season, SeasonRow};
pub use matches::{Blocks, WindowRange};
pub use round_robin::{Pairing, RoundRobinPlace, RoundRobinView};
pub use survival::{SurvivalPlace, SurvivalView};
pub use swiss::{Game, SwissPlace, SwissRound, SwissView};
pub use view::{FormatView, check, view};
