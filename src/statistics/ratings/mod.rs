//! Ratings: how strong each agent is, on one scale.
//!
//! Owns the batch fits (Bradley-Terry with Davidson ties, Plackett-Luce), the sequential systems (Elo,
//! Glicko-2, TrueSkill, Weng-Lin), the Elo scale and the error bars. Never replays, never reads a file, never
//! draws a random number: the bootstrap's windows are given. Input is one row of competition ranks a window
//! (0 = best, ties share the better rank), made from scores by [`competition_ranks`]; agents that are [`ABSENT`] from a
//! window met nobody there.
//!
//! Invariants: a pure function of its input; renaming or reordering agents reorders the ratings and changes
//! nothing else (sequential systems: to the bit; batch fits: to rounding); agents with identical results have
//! bitwise equal ratings; a rating that does not exist is an error, never a huge number.

mod bootstrap_bars;
mod bradley_terry;
mod connectivity;
mod elo;
mod error;
mod gaussian;
mod glicko2;
mod newton;
mod normal;
mod one_step;
mod pairs;
mod plackett_luce;
mod ranks;
mod scale;
mod symmetry;
#[cfg(test)]
mod testing;
mod trueskill;
mod weng_lin;

pub use bootstrap_bars::{Bar, RatingBars, bootstrap_bars, multiplicities, resampled_rows};
pub use bradley_terry::{BradleyTerry, fit_bradley_terry, fit_bradley_terry_half_wins, refit_bradley_terry};
pub use connectivity::win_groups;
pub use elo::{EloConfig, rate_elo};
pub use error::RatingError;
pub use gaussian::Gaussian;
pub use glicko2::{Glicko2Config, Glicko2Rating, rate_glicko2};
pub use one_step::{MANY, OneStep, Orders};
pub use pairs::PairCounts;
pub use plackett_luce::{PlackettLuce, fit_plackett_luce, refit_plackett_luce};
pub use ranks::{ABSENT, competition_ranks};
pub use scale::{ELO_PER_NAT, elo_scale, expected_score};
pub use trueskill::{TrueSkillConfig, rate_trueskill};
pub use weng_lin::{WengLinConfig, WengLinModel, rate_weng_lin};
